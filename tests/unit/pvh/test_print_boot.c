/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/base/range.h"
#include "common/base/units.h"
#include "pvh/platform/mtrr_warning.h"
#include "pvh/print_boot.h"
#include "pvh/warnings.h"

#include <stdlib.h>
#include <string.h>

#define LONG_STRING 5000 /* longer than any line's buffer */

static char *written;
static size_t written_size;

static void collect(struct writer *writer, const char *text)
{
    size_t length = strlen(text);

    (void)writer;
    written = realloc(written, written_size + length + 1);
    assert_non_null(written);
    memcpy(written + written_size, text, length + 1);
    written_size += length;
}

static struct writer writer = {collect};

static int forget(void **state)
{
    (void)state;
    free(written);
    written = NULL;
    written_size = 0;
    return 0;
}

static struct elf_segment segments[] = {
    {.paddr = 0x1000000, .memsz = 0x1800, .offset = 0x1000, .filesz = 0x1000, .header = 2},
    {.paddr = 0x1004000, .memsz = 0x1000, .offset = 0x3000, .filesz = 0x1000, .header = 11},
};

static const struct elf_image image = {
    .bits = 64,
    .segments = segments,
    .segment_count = ELEMENTS(segments),
    .span = {0x1000000, 0x1005000},
};

static void a_kernel_where_it_was_linked(void **state)
{
    const struct load_plan plan = {.span = image.span, .entry_point = 0x1000080};

    (void)state;
    print_kernel(&writer, "\\vmlinux", &image, &plan);
    assert_string_equal(written,
                        "\\vmlinux: ELF64, 2 segments, PVH entry 0x1000080\n"
                        "  segment 2    0x1000000-0x10017ff, 0x1000 bytes from offset 0x1000\n"
                        "  segment 11   0x1004000-0x1004fff, 0x1000 bytes from offset 0x3000\n"
                        "  span         0x1000000-0x1004fff\n");
}

static void a_kernel_that_was_moved(void **state)
{
    const struct elf_image single = {
        .bits = 32, .segments = segments, .segment_count = 1, .span = {0x1000000, 0x1001800}};
    const struct load_plan plan = {
        .span = {0x2200000, 0x2201800}, .entry_point = 0x2200080, .relocated = true};

    (void)state;
    print_kernel(&writer, "k", &single, &plan);
    assert_string_equal(written,
                        "k: ELF32, 1 segment, PVH entry 0x2200080, moved\n"
                        "  segment 2    0x2200000-0x22017ff, 0x1000 bytes from offset 0x1000\n"
                        "  span         0x2200000-0x22017ff\n");
}

static void modules(void **state)
{
    (void)state;
    print_module(&writer, 0, (struct range){0x2000000, 0x2000123}, "a.img", 2);
    print_module(&writer, 12, (struct range){0x3000000, 0x3000001}, "b.img", 0);
    print_module(&writer, 13, (struct range){0x3001000, 0x3002000}, "c.img", 1);
    assert_string_equal(written, "  module 0     0x2000000-0x2000122 a.img and 2 more\n"
                                 "  module 12    0x3000000-0x3000000 b.img\n"
                                 "  module 13    0x3001000-0x3001fff c.img and 1 more\n");
}

/* Paths and command lines of any length are printed completely, with their line ends. */
static void strings_of_any_length(void **state)
{
    const struct load_plan plan = {.span = image.span};
    char *path = malloc(LONG_STRING + 1);

    (void)state;
    assert_non_null(path);
    memset(path, 'x', LONG_STRING);
    path[LONG_STRING] = '\0';
    print_module(&writer, 0, (struct range){0, 1}, path, 0);
    assert_string_equal(written + written_size - 1, "\n");
    assert_memory_equal(written + written_size - LONG_STRING - 1, path, LONG_STRING);
    forget(NULL);
    print_kernel(&writer, path, &image, &plan);
    assert_memory_equal(written, path, LONG_STRING);
    assert_memory_equal(written + LONG_STRING, ": ELF64, ", 9);
    free(path);
}

static void the_rest_of_the_plan(void **state)
{
    const struct load_plan plan = {
        .boot_info = {0x10000, 0x12000},
        .trampoline_code = {0x20000, 0x21000},
        .trampoline_data = {0x21000, 0x28000},
        .staged = 5242880,
        .copies = {.count = 3},
        .zero_after_exit = {.count = 2},
    };
    const struct memory_map map = {.descriptors = 120};
    const struct e820_table table = {.count = 17, .ram_count = 6};

    (void)state;
    print_plan(&writer, &plan, &map, &table);
    assert_string_equal(written,
                        "  boot info    0x10000-0x11fff\n"
                        "  trampoline   0x20000-0x27fff\n"
                        "  staged       5242880 bytes in 3 copies, 2 ranges to clear after exit\n"
                        "  memory map   120 descriptors, 17 entries, 6 of them RAM\n");
}

static void one_copy(void **state)
{
    const struct load_plan plan = {.acpi_overlay = {0x7ff0000, 0x7ff2000},
                                   .staged = 4096,
                                   .copies = {.count = 1},
                                   .zero_after_exit = {.count = 1}};
    const struct memory_map map = {.descriptors = 120};
    const struct e820_table table = {.count = 17, .ram_count = 6};

    (void)state;
    print_plan(&writer, &plan, &map, &table);
    assert_non_null(
        strstr(written, "  staged       4096 bytes in 1 copy, 1 range to clear after exit\n"));
    assert_non_null(strstr(written, "  ACPI overlay 0x7ff0000-0x7ff1fff\n"));
}

/* A boot info block at 0x10000 with two modules, the second with a long command line. */
struct block {
    struct hvm_start_info info;
    struct hvm_modlist_entry modules[2];
    char command_line[16];
    char module_command[LONG_STRING + 1];
};

static void a_start_info(void **state)
{
    struct block *block = calloc(1, sizeof(*block));
    const char *end = "\"\n";

    (void)state;
    assert_non_null(block);
    block->info = (struct hvm_start_info){
        .magic = HVM_START_MAGIC,
        .version = 1,
        .nr_modules = 2,
        .modlist_paddr = 0x10000 + offsetof(struct block, modules),
        .cmdline_paddr = 0x10000 + offsetof(struct block, command_line),
        .rsdp_paddr = 0x7f000014,
        .memmap_paddr = 0x11000,
        .memmap_entries = 17,
    };
    block->modules[0] = (struct hvm_modlist_entry){.paddr = 0x2000000, .size = 5};
    block->modules[1] = (struct hvm_modlist_entry){
        .paddr = 0x3000000,
        .size = 6,
        .cmdline_paddr = 0x10000 + offsetof(struct block, module_command),
    };
    strcpy(block->command_line, "quiet ro");
    memset(block->module_command, 'y', LONG_STRING);
    print_start_info(&writer, block, 0x10000);
    assert_true(written_size > LONG_STRING);
    assert_string_equal(written + written_size - strlen(end), end);
    assert_memory_equal(written + written_size - strlen(end) - LONG_STRING, block->module_command,
                        LONG_STRING);
    written[written_size - strlen(end) - LONG_STRING] = '\0';
    assert_string_equal(written,
                        "start_info at 0x10000: magic 0x336ec578 version 1 flags 0 nr_modules 2\n"
                        "  modlist_paddr 0x10038 cmdline_paddr 0x10078 rsdp_paddr 0x7f000014\n"
                        "  memmap_paddr 0x11000 memmap_entries 17\n"
                        "  cmdline \"quiet ro\"\n"
                        "  module 0: paddr 0x2000000 size 5 cmdline_paddr 0x0\n"
                        "  module 1: paddr 0x3000000 size 6 cmdline_paddr 0x10088 \"");
    free(block);
}

static void a_start_info_without_modules(void **state)
{
    struct block block = {
        .info = {.magic = HVM_START_MAGIC,
                 .version = 1,
                 .cmdline_paddr = 0x10000 + offsetof(struct block, command_line),
                 .memmap_paddr = 0x11000,
                 .memmap_entries = 9},
        .command_line = "ro",
    };

    (void)state;
    print_start_info(&writer, &block, 0x10000);
    assert_string_equal(written,
                        "start_info at 0x10000: magic 0x336ec578 version 1 flags 0 nr_modules 0\n"
                        "  modlist_paddr 0x0 cmdline_paddr 0x10078 rsdp_paddr 0x0\n"
                        "  memmap_paddr 0x11000 memmap_entries 9\n"
                        "  cmdline \"ro\"\n");
}

static void maps(void **state)
{
    struct map_builder builder;
    const struct range ecam = {0xb0000000, 0xc0000000};
    struct range held[] = {{0x7e000000, 0x7e200000}, {0x70000000, 0x70001000}};
    const struct plan_ranges reclaimable = {.items = held, .count = ELEMENTS(held)};
    struct hvm_memmap_entry entries[] = {{.addr = 0x1000, .size = 0x9f000, .type = 1},
                                         {.addr = 0x100000, .size = 0x1000, .type = 4}};
    const struct e820_table table = {.entries = entries, .count = ELEMENTS(entries)};

    (void)state;
    map_start(&builder, 56);
    map_add(&builder, EFI_CONVENTIONAL, 0x1000, 0x9f, 0xf);
    map_add(&builder, EFI_RESERVED, UINT64_C(0xfffffffffffff000), 1, 0);
    map_add(&builder, EFI_RESERVED, 0x1000, UINT64_MAX, 0);
    print_firmware_map(&writer, &builder.map, &ecam, 1);
    print_tables(&writer, held, 1);
    print_overlay_size(&writer, 0x21000);
    print_reclaimable(&writer, &reclaimable);
    print_e820(&writer, &table);
    map_free(&builder);
    assert_string_equal(written, "efi 7 0xf 0x1000 0xa0000\n"
                                 "efi 0 0x0 0xfffffffffffff000 0xffffffffffffffff\n"
                                 "efi 0 0x0 0x1000 0xffffffffffffffff\n"
                                 "mcfg 0xb0000000 0xc0000000\n"
                                 "acpi 0x7e000000 0x7e200000\n"
                                 "acpi-overlay 0x21000\n"
                                 "reclaimable 0x7e000000 0x7e200000\n"
                                 "reclaimable 0x70000000 0x70001000\n"
                                 "e820 1 0x1000 0xa0000\n"
                                 "e820 4 0x100000 0x101000\n");
}

static void nothing_to_warn_of(void **state)
{
    char line[2048] = "";
    const struct load_plan plan = {.overwrites_nvs = false};
    const struct e820_table table = {.lost = 0};

    (void)state;
    memset(line, 'a', 2047);
    print_warnings(&writer, line, &plan, &table);
    assert_null(written);
}

static void all_that_can_be_warned_of(void **state)
{
    char line[2049] = "";
    const struct load_plan plan = {.overwrites_nvs = true, .overlay_left_out = true};
    const struct e820_table table = {.lost = 5 * 4096, .lost_pieces = 3};

    (void)state;
    memset(line, 'a', 2048);
    print_warnings(&writer, line, &plan, &table);
    assert_string_equal(
        written,
        "warning: the command line is 2048 bytes long; Linux uses only the first 2047"
        "warning: the memory map has more than 126 entries; 3 small ranges of RAM (20 KiB) "
        "are hidden from the kernel"
        "warning: no memory is free for the ACPI overlay; the kernel is not told of screen, log "
        "and event log"
        "warning: the kernel overwrites ACPI NVS: the machine must not sleep (S3)");
}

static void assert_mtrr_warning(struct mtrr_finding finding, const char *command_line,
                                const char *expected)
{
    print_mtrr_warning(&writer, command_line, &finding);
    if (!expected)
        assert_null(written);
    else
        assert_string_equal(written, expected);
    forget(NULL);
}

static void memory_that_is_not_write_back(void **state)
{
    static const char trimmed[] = "warning: 1023.0 MiB of RAM is not write-back according to the "
                                  "MTRRs and may be slow; Linux leaves it unused unless "
                                  "disable_mtrr_trim is given";
    static const char slow[] =
        "warning: 1023.0 MiB of RAM is not write-back according to the MTRRs "
        "and will be slow; a firmware update may fix it";
    struct mtrr_finding finding = {.uncached = 1023 * MIB, .trimmed = true};

    (void)state;
    assert_mtrr_warning((struct mtrr_finding){.uncached = 0}, "", NULL);
    assert_mtrr_warning(finding, "", trimmed);
    assert_mtrr_warning(finding, "no_disable_mtrr_trim disable_mtrr_trims", trimmed);
    assert_mtrr_warning(finding, "disable_mtrr_trim", slow);
    assert_mtrr_warning(finding, "quiet\tdisable_mtrr_trim x", slow);
    finding.guest = true;
    assert_mtrr_warning(finding, "", trimmed);
    assert_mtrr_warning(finding, "disable_mtrr_trim", NULL);
    finding.trimmed = false;
    assert_mtrr_warning(finding, "", NULL);
    finding.guest = false;
    assert_mtrr_warning(finding, "", slow);
}

#define test(function) cmocka_unit_test_teardown(function, forget)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_kernel_where_it_was_linked),
        test(a_kernel_that_was_moved),
        test(modules),
        test(strings_of_any_length),
        test(the_rest_of_the_plan),
        test(one_copy),
        test(a_start_info),
        test(a_start_info_without_modules),
        test(maps),
        test(nothing_to_warn_of),
        test(all_that_can_be_warned_of),
        test(memory_that_is_not_write_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
