/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/base/overflow.h"
#include "common/base/range.h"
#include "common/base/units.h"
#include "pvh/boot_info.h"
#include "pvh/limits.h"

#include <stdlib.h>
#include <string.h>

#define BASE        UINT64_C(0x12000)
#define RSDP        UINT64_C(0x1234567890)
#define MAX_MODULES 40

static const char *commands[MAX_MODULES];
static struct plan_module modules[MAX_MODULES];
static struct boot_info_request request;
static struct load_plan plan;
static uint8_t *block;
static uint64_t size;

static int start(void **state)
{
    (void)state;
    memset(commands, 0, sizeof(commands));
    request = (struct boot_info_request){.command_line = "", .module_commands = commands};
    plan = (struct load_plan){.modules = modules};
    block = NULL;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    free(block);
    return 0;
}

static void add_module(uint64_t paddr, uint64_t bytes, const char *command)
{
    modules[request.module_count].range = (struct range){paddr, paddr + bytes};
    commands[request.module_count++] = command;
    plan.module_count = request.module_count;
}

/* The block has its exact size, so that writing past it is detected. */
static void write_block(void)
{
    assert_true(boot_info_size(&request, &size));
    block = calloc(1, size);
    assert_non_null(block);
    plan.boot_info = (struct range){BASE, BASE + (size + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE};
    boot_info_write(block, &request, &plan, RSDP);
}

/* What the kernel reads at a physical address: all `length` bytes must be in the block. */
static const void *at(uint64_t address, uint64_t length)
{
    assert_true(address >= BASE && fits_inside(address - BASE, length, size));
    return block + (address - BASE);
}

/* Fields are read at the offsets in Xen's header, independently of our struct. */
static uint64_t field(uint64_t address, size_t width)
{
    const uint8_t *bytes = at(address, width);
    uint64_t value = 0;

    for (size_t i = width; i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

/* A string, which 8 NULs must follow; NetBSD searches its end in steps of 4 bytes. */
static const char *string(uint64_t address)
{
    const char *text = at(address, 1);
    const uint8_t *nuls;

    assert_int_equal(address % 8, 0);
    nuls = at(address + strlen(text), 8);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(nuls[i], 0);
    return text;
}

static struct e820_table table_of(struct hvm_memmap_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++)
        entries[i] = (struct hvm_memmap_entry){i * 0x100000, 0x1000 + i, 1 + i % 5, 0};
    return (struct e820_table){.entries = entries, .capacity = count, .count = count};
}

static void check_memmap(size_t count)
{
    uint64_t memmap = field(BASE + 40, 8);

    assert_int_equal(field(BASE + 48, 4), count);
    assert_int_equal(memmap % 8, 0);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(field(memmap + 24 * i, 8), i * 0x100000);
        assert_int_equal(field(memmap + 24 * i + 8, 8), 0x1000 + i);
        assert_int_equal(field(memmap + 24 * i + 16, 4), 1 + i % 5);
        assert_int_equal(field(memmap + 24 * i + 20, 4), 0);
    }
}

static void check_start_info(void)
{
    assert_int_equal(field(BASE, 4), 0x336ec578);
    assert_int_equal(field(BASE + 4, 4), 1);
    assert_int_equal(field(BASE + 8, 4), 0);
    assert_int_equal(field(BASE + 12, 4), request.module_count);
    assert_int_equal(field(BASE + 32, 8), RSDP);
    assert_int_equal(field(BASE + 52, 4), 0);
    assert_string_equal(string(field(BASE + 24, 8)), request.command_line);
    at(field(BASE + 24, 8), 2048); /* Linux copies that many bytes */
}

static void check_modules(void)
{
    uint64_t list = field(BASE + 16, 8);

    assert_int_equal(list == 0, request.module_count == 0); /* FreeBSD follows any other address */
    assert_int_equal(list % 8, 0);
    for (size_t i = 0; i < request.module_count; i++) {
        uint64_t entry = list + 32 * i, command = field(entry + 16, 8);

        assert_int_equal(field(entry, 8), modules[i].range.start);
        assert_int_equal(field(entry + 8, 8), range_size(modules[i].range));
        assert_int_equal(field(entry + 24, 8), 0);
        if (commands[i] && commands[i][0])
            assert_string_equal(string(command), commands[i]);
        else
            assert_int_equal(command, 0);
    }
}

static void check_block(size_t entries)
{
    struct hvm_memmap_entry memmap[E820_MAX_ENTRIES];
    struct e820_table table = table_of(memmap, entries);

    boot_info_write_memmap(block, &table);
    check_memmap(entries);
    check_start_info();
    check_modules();
}

static void the_least_there_can_be(void **state)
{
    (void)state;
    write_block();
    check_block(0);
    check_block(1);
    assert_string_equal(string(field(BASE + 24, 8)), ""); /* never 0: an empty string */
}

/* The memory map is written last, and repeatedly: it must not overwrite anything else. */
static void the_most_there_can_be(void **state)
{
    static char text[5000];

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    request.command_line = text;
    for (size_t i = 0; i < MAX_MODULES; i++)
        add_module(0x1000000 + i * 0x10000, 1 + i, i % 3 ? "a command" : i % 2 ? text : NULL);
    write_block();
    check_block(E820_MAX_ENTRIES);
    check_block(3);
    check_block(E820_MAX_ENTRIES);
}

static void modules_with_and_without_commands(void **state)
{
    (void)state;
    request.command_line = "console=ttyS0 \xc3\xa4";
    add_module(0x2000000, 512 * MIB, NULL);
    add_module(0x30000000, 1, "");
    add_module(0x31000000, 0x1001, "path args");
    add_module(0x32000000, 7, "x");
    write_block();
    check_block(41);
}

static void command_lines_of_every_length(void **state)
{
    char text[2100] = "";

    for (size_t length = 0; length < sizeof(text) - 1;
         length += length < 40 || length > 2020 ? 1 : 97) {
        start(state);
        memset(text, 'a', length);
        text[length] = '\0';
        request.command_line = text;
        add_module(0x2000000, 1, text);
        write_block();
        check_block(E820_MAX_ENTRIES);
        stop(state);
    }
    block = NULL;
}

/* A longer command line fits into the same block, and what follows stays where it is. */
static void room_for_a_longer_command_line(void **state)
{
    char text[2200] = "";
    uint64_t room_size;

    (void)state;
    request.command_line_room = sizeof(text) - 1;
    add_module(0x2000000, 1, "after it");
    assert_true(boot_info_size(&request, &room_size));
    for (size_t length = 0; length < sizeof(text); length += 61) {
        memset(text, 'a', length);
        text[length] = '\0';
        request.command_line = text;
        write_block();
        assert_int_equal(size, room_size);
        check_block(3);
        free(block);
        block = NULL;
    }
}

static void strings_beyond_all_measure(void **state)
{
    char *text = malloc(17 * MIB);

    (void)state;
    memset(text, 'a', 17 * MIB - 1);
    text[17 * MIB - 1] = '\0';
    request.command_line = text;
    assert_false(boot_info_size(&request, &size));
    request.command_line = "";
    request.command_line_room = SIZE_MAX;
    assert_false(boot_info_size(&request, &size));
    request.command_line_room = 0;
    add_module(0x2000000, 1, text);
    assert_false(boot_info_size(&request, &size));
    text[9 * MIB] = '\0'; /* each is small enough, but both together are not */
    add_module(0x3000000, 1, text);
    assert_false(boot_info_size(&request, &size));
    free(text);
}

/* 16 MiB, of the command line and of everything, are just possible. */
static void strings_of_the_longest_measure(void **state)
{
    char *text = malloc(17 * MIB);
    size_t length = 8;

    (void)state;
    memset(text, 'a', 17 * MIB);
    request.command_line_room = 16 * MIB;
    assert_true(boot_info_size(&request, &size));
    request.command_line_room++;
    assert_false(boot_info_size(&request, &size));
    request.command_line_room = 0;
    add_module(0x2000000, 1, text);
    text[length] = '\0';
    assert_true(boot_info_size(&request, &size));
    text[length] = 'a';
    length += 16 * MIB - size;
    text[length] = '\0';
    assert_true(boot_info_size(&request, &size));
    assert_int_equal(size, 16 * MIB);
    text[length] = 'a';
    text[length + 1] = '\0';
    assert_false(boot_info_size(&request, &size));
    free(text);
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(the_least_there_can_be),
        test(the_most_there_can_be),
        test(modules_with_and_without_commands),
        test(command_lines_of_every_length),
        test(room_for_a_longer_command_line),
        test(strings_beyond_all_measure),
        test(strings_of_the_longest_measure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
