/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks every word of its payload and of its modules, and powers off. */
#include "tests/bench/marks.h"
#include "tests/bench/payload.h"

#define MULTIBOOT2_BOOTED 0x36d76289 /* in EAX */
#define TAG_MODULE        3

/* The parts of the two protocols that are needed; the loader's headers are not used. */
struct hvm_start_info {
    uint32_t magic, version, flags;
    uint32_t module_count;
    uint64_t modules;
};

struct hvm_module {
    uint64_t address, size, command, reserved;
};

struct multiboot2_tag {
    uint32_t type;
    uint32_t size;
    uint32_t start, end; /* of a module */
};

void kernel_main(uint32_t eax, uint32_t ebx) __attribute__((noreturn));

volatile struct expected expected = {.magic = EXPECTED_MAGIC};

static void __attribute__((noreturn)) finish(bool passed, const char *reason)
{
    say(passed ? "bench: all pages are there\n" : "bench: FAILED: ");
    say(reason);
    write_port(PORT_EXIT, passed ? EXIT_PASSED : EXIT_FAILED);
    for (;;)
        __asm__ volatile("cli; hlt");
}

static void check_module(uint32_t index, uint32_t start, uint32_t size)
{
    if (size != expected.module_size)
        finish(false, "a module of another size\n");
    if (!payload_is_whole((const uint32_t *)start, size / 4, index + 1))
        finish(false, "a module with other contents\n");
}

static uint32_t check_pvh_modules(const struct hvm_start_info *info)
{
    const struct hvm_module *list = (const void *)(uint32_t)info->modules;

    for (uint32_t i = 0; i < info->module_count; i++)
        check_module(i, (uint32_t)list[i].address, (uint32_t)list[i].size);
    return info->module_count;
}

static uint32_t check_multiboot2_modules(const uint8_t *info)
{
    const uint8_t *end = info + *(const uint32_t *)info;
    uint32_t count = 0;

    for (const uint8_t *at = info + 8; at < end;) {
        const struct multiboot2_tag *tag = (const struct multiboot2_tag *)at;

        if (tag->type == TAG_MODULE)
            check_module(count++, tag->start, tag->end - tag->start);
        at += (tag->size + 7) & ~UINT32_C(7);
    }
    return count;
}

void kernel_main(uint32_t eax, uint32_t ebx)
{
    uint32_t count;

    if (eax == MULTIBOOT2_BOOTED)
        count = check_multiboot2_modules((const uint8_t *)ebx);
    else
        count = check_pvh_modules((const void *)ebx);
    if (count != expected.module_count)
        finish(false, "another number of modules\n");
    if (!payload_is_whole((const uint32_t *)expected.payload, expected.payload_size / 4, 0))
        finish(false, "other contents in the kernel\n");
    finish(true, "");
}
