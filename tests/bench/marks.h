/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the guest communicates with the host. Counting begins and ends at long NOPs with a number,
 * which only the plugin recognizes. Words go to port 0xe9, QEMU's debug console, which needs no
 * firmware.
 */
#pragma once

#include <stdint.h>

#define MARK_BEGIN 0x50564801
#define MARK_END   0x50564802

/* The NOP's bytes, before its number. */
#define MARK_OPCODE                                                                                \
    {                                                                                              \
        0x0f, 0x1f, 0x84, 0x00                                                                     \
    }

#define MARK(number)                                                                               \
    __asm__ volatile(".byte 0x0f, 0x1f, 0x84, 0x00\n\t.long %c0" : : "i"(number) : "memory")

#define PORT_WORDS 0xe9
#define PORT_EXIT  0xf4 /* isa-debug-exit: QEMU ends with status 2 * value + 1 */

#define EXIT_PASSED 0x10
#define EXIT_FAILED 0x11

static inline void write_port(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void say(const char *text)
{
    for (; *text; text++)
        write_port(PORT_WORDS, (uint8_t)*text);
}

static inline void say_hex(uint64_t number)
{
    for (int shift = 60; shift >= 0; shift -= 4)
        write_port(PORT_WORDS, (uint8_t) "0123456789abcdef"[number >> shift & 15]);
}
