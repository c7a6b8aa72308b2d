/* SPDX-License-Identifier: BSD-2-Clause */
/* Linux's /init: executes the end mark, then checks every word of /payload, from the initrd. */
#include "tests/bench/marks.h"
#include "tests/bench/payload.h"

#define SYS_READ   0
#define SYS_WRITE  1
#define SYS_OPEN   2
#define SYS_REBOOT 169
#define SYS_IOPL   172

/* include/uapi/linux/reboot.h */
#define REBOOT_MAGIC_1 0xfee1dead
#define REBOOT_MAGIC_2 672274793
#define REBOOT_OFF     0x4321fedc

#define WORDS 16384

void _start(void) __attribute__((noreturn));

static long call_system(long number, long a, long b, long c)
{
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return result;
}

/* The size of /payload in words, or 0 when any of it is wrong. */
static uint32_t check_payload(void)
{
    static uint32_t words[WORDS];
    long file = call_system(SYS_OPEN, (long)"/payload", 0, 0);
    uint32_t index = 0;
    long count;

    while ((count = call_system(SYS_READ, file, (long)words, sizeof(words))) > 0) {
        for (long i = 0; i < count / 4; i++, index++) {
            if (words[i] != payload_word(1, index))
                return 0;
        }
    }
    return count == 0 ? index : 0;
}

/* A kernel that is locked down lets nobody write to ports: the console says how it was. */
static void __attribute__((noreturn)) end_locked_down(uint32_t count)
{
    static const char good[] = "bench: all pages are there\n";

    if (count > 0)
        (void)call_system(SYS_WRITE, 1, (long)good, sizeof(good) - 1);
    (void)call_system(SYS_REBOOT, REBOOT_MAGIC_1, REBOOT_MAGIC_2, REBOOT_OFF);
    for (;;)
        ;
}

void _start(void)
{
    uint32_t count;

    MARK(MARK_END);
    count = check_payload();
    if (call_system(SYS_IOPL, 3, 0, 0) != 0)
        end_locked_down(count);
    if (count == 0)
        say("bench: FAILED: other contents in the initrd\n");
    else
        say("bench: all pages are there\n");
    write_port(PORT_EXIT, count ? EXIT_PASSED : EXIT_FAILED);
    for (;;)
        ;
}
