/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/base/overflow.h"
#include "common/base/range.h"
#include "common/base/units.h"
#include "pvh/limits.h"
#include "pvh/prepare.h"

#include <stdlib.h>
#include <string.h>

#define RSDP UINT64_C(0x7fe0014)

static struct arena arena;
static struct map_builder builder;
static struct elf_segment segment;
static struct elf_image image;
static uint64_t module_size;
static const char *module_command;
static struct plan_request request;
static struct preparation prepared;
static uint8_t *block; /* of its exact size, so that writing past it is detected */
static struct error error;

/* 128 MiB, all free except the hole below 1 MiB; a kernel at 16 MiB with one module. */
static int start(void **state)
{
    (void)state;
    arena_begin_test(&arena);
    map_start(&builder, 48);
    map_add_range(&builder, EFI_CONVENTIONAL, 0, 0xa0000);
    map_add_range(&builder, EFI_CONVENTIONAL, MIB, 128 * MIB);
    segment =
        (struct elf_segment){.paddr = 16 * MIB, .memsz = MIB, .offset = 0x1000, .filesz = MIB};
    image = (struct elf_image){
        .bits = 64,
        .segments = &segment,
        .segment_count = 1,
        .span = {16 * MIB, 17 * MIB},
        .entry_point = 16 * MIB,
    };
    module_size = 5000;
    module_command = "an initrd";
    request =
        (struct plan_request){.image = &image, .module_sizes = &module_size, .module_count = 1};
    prepared = (struct preparation){
        .arena = &arena,
        .info = {.command_line = "quiet", .module_commands = &module_command, .module_count = 1},
        .rsdp = RSDP,
    };
    block = NULL;
    return 0;
}

static int stop(void **state)
{
    (void)state;
    free(block);
    map_free(&builder);
    return arena_end_test(&arena);
}

static bool reserve(size_t spare)
{
    size_t descriptors = builder.map.size / builder.map.stride + spare;

    return prepare_reserve(&prepared, descriptors, prepared.ecam_count, &error);
}

static void new_block(void)
{
    free(block);
    block = malloc(max_u64(range_size(prepared.plan.boot_info), 1));
    assert_non_null(block);
}

/* Reserves memory, with room for a few more descriptors, and makes the map and the plan. */
static void plan_with_spare(size_t spare)
{
    assert_true(reserve(spare));
    assert_true(prepare_map(&prepared, &builder.map, &error));
    if (!prepare_plan(&prepared, &request, &error) || !prepare_needed(&prepared, &error))
        fail_msg("error %d", (int)error.code);
    new_block();
}

static void plan(void)
{
    plan_with_spare(8);
}

/* Checks that nothing is allocated: it is called while exiting boot services. */
static bool update(void)
{
    bool done;

    arena_fail_after(0);
    done = prepare_update(&prepared, &builder.map, block, &error);
    arena_fail_after(NEVER);
    return done;
}

/* The block's contents at an address that the kernel gets. */
static const void *at(uint64_t address)
{
    struct range boot_info = prepared.plan.boot_info;

    assert_true(range_contains(boot_info, address));
    return block + (address - boot_info.start);
}

/* Checks that the block contains what has been prepared. */
static void assert_block(void)
{
    const struct hvm_start_info *info = (const struct hvm_start_info *)block;
    const struct hvm_modlist_entry *module = at(info->modlist_paddr);
    const struct e820_table *table = &prepared.e820;

    assert_int_equal(info->magic, HVM_START_MAGIC);
    assert_int_equal(info->rsdp_paddr, RSDP);
    assert_string_equal(at(info->cmdline_paddr), "quiet");
    assert_int_equal(info->nr_modules, 1);
    assert_int_equal(module->paddr, prepared.plan.modules[0].range.start);
    assert_int_equal(module->size, 5000);
    assert_string_equal(at(module->cmdline_paddr), "an initrd");
    assert_int_equal(info->memmap_entries, table->count);
    assert_memory_equal(at(info->memmap_paddr), table->entries,
                        table->count * sizeof(*table->entries));
}

/* The type that the kernel's table has for an address; 0 for none. */
static uint32_t type_at(uint64_t address)
{
    for (size_t i = 0; i < prepared.e820.count; i++) {
        const struct hvm_memmap_entry *entry = &prepared.e820.entries[i];

        if (range_contains((struct range){entry->addr, entry->addr + entry->size}, address))
            return entry->type;
    }
    return 0;
}

static void a_machine_on_which_nothing_is_placed(void **state)
{
    const struct range window = {3 * GIB, 3 * GIB + MIB};

    (void)state;
    prepared.ecam = &window;
    prepared.ecam_count = 1;
    assert_true(reserve(0));
    assert_true(prepare_map(&prepared, &builder.map, &error));
    assert_true(prepare_table(&prepared, &error));
    assert_int_equal(prepared.e820.count, 3);
    assert_int_equal(type_at(0), HVM_MEMMAP_RAM);
    assert_int_equal(type_at(MIB), HVM_MEMMAP_RAM);
    assert_int_equal(type_at(3 * GIB), HVM_MEMMAP_RESERVED);
}

static void a_boot_from_the_map_to_the_block(void **state)
{
    (void)state;
    plan();
    assert_int_equal(prepared.plan.span.start, 16 * MIB);
    assert_int_equal(prepared.needed.count, 4); /* the segment, boot info, module, trampoline */
    assert_false(prepared.plan.overwrites_nvs);
    memset(block, 0xff, range_size(prepared.plan.boot_info));
    assert_true(update());
    assert_block();
    assert_int_equal(block[range_size(prepared.plan.boot_info) - 1], 0);
}

/* A newer map contains the loader's own claims and other changes by the firmware. */
static void a_newer_map(void **state)
{
    (void)state;
    plan();
    assert_true(update());
    assert_int_equal(type_at(100 * MIB), HVM_MEMMAP_RAM);
    map_add_range(&builder, EFI_LOADER_DATA, 16 * MIB, 17 * MIB);
    map_add_range(&builder, EFI_RUNTIME_DATA, 100 * MIB, 101 * MIB);
    assert_true(update());
    assert_int_equal(type_at(16 * MIB), HVM_MEMMAP_RAM);
    assert_int_equal(type_at(100 * MIB), HVM_MEMMAP_RESERVED);
    assert_block();
}

static void a_map_that_has_outgrown_its_room(void **state)
{
    struct load_plan before;

    (void)state;
    plan();
    before = prepared.plan;
    for (size_t i = 0; i < 20; i++)
        map_add_range(&builder, EFI_RUNTIME_DATA, (40 + 2 * i) * MIB, (41 + 2 * i) * MIB);
    assert_false(update());
    assert_int_equal(error.code, ERROR_MAP_TOO_LARGE);
    assert_true(reserve(0));
    assert_true(update());
    assert_memory_equal(&prepared.plan, &before, sizeof(before));
    assert_int_equal(type_at(78 * MIB), HVM_MEMMAP_RESERVED);
    assert_block();
}

static void a_map_that_no_longer_has_the_kernels_memory(void **state)
{
    (void)state;
    plan();
    assert_true(update());
    map_add_range(&builder, EFI_RUNTIME_DATA, 17 * MIB - PAGE_SIZE, 17 * MIB);
    assert_false(update());
    assert_error(&error, ERROR_MAP_CHANGED, 17 * MIB - PAGE_SIZE, 17 * MIB, MEMORY_RUNTIME_DATA);
    assert_int_equal(prepared.e820.count, 0);
}

/* Needed RAM remains RAM when the table has to be shortened for Linux. */
static void a_map_in_more_pieces_than_linux_takes(void **state)
{
    (void)state;
    plan();
    for (uint64_t address = 15 * MIB; address < 19 * MIB; address += 2 * PAGE_SIZE) {
        struct range page = {address, address + PAGE_SIZE};
        bool needed = range_overlaps(page, range_to_pages(prepared.plan.span));

        for (size_t i = 0; i < prepared.needed.count; i++)
            needed |= range_overlaps(page, range_to_pages(prepared.needed.items[i]));
        if (!needed)
            map_add_range(&builder, EFI_RUNTIME_CODE, page.start, page.end);
    }
    assert_true(reserve(0));
    assert_true(update());
    assert_true(prepared.e820.lost_pieces > 0);
    assert_int_equal(prepared.e820.count, E820_MAX_ENTRIES);
    for (size_t i = 0; i < prepared.needed.count; i++)
        assert_int_equal(type_at(prepared.needed.items[i].start), HVM_MEMMAP_RAM);
    assert_block();
}

/* NVS that the plan overwrites is RAM in the map, which gets room for it, until the plan is
 * dropped. */
static void a_kernel_over_acpi_nvs(void **state)
{
    (void)state;
    map_add_range(&builder, EFI_ACPI_NVS, 16 * MIB, 16 * MIB + 4 * PAGE_SIZE);
    map_add_range(&builder, EFI_ACPI_NVS, 64 * MIB, 65 * MIB);
    request.overwrite_nvs = true;
    plan_with_spare(0);
    assert_true(prepared.plan.overwrites_nvs);
    assert_true(update());
    assert_int_equal(type_at(16 * MIB), HVM_MEMMAP_RAM);
    assert_int_equal(type_at(64 * MIB), HVM_MEMMAP_NVS);
    prepare_drop_plan(&prepared);
    assert_true(prepare_map(&prepared, &builder.map, &error));
    assert_true(prepare_table(&prepared, &error));
    assert_int_equal(type_at(16 * MIB), HVM_MEMMAP_NVS);
    request.overwrite_nvs = false;
    assert_false(prepare_plan(&prepared, &request, &error));
    assert_int_equal(error.code, ERROR_SPAN_TAKEN_BY_NVS);
}

/* The kernel gets the overlay's memory as ACPI's, and as RAM again without the plan. */
static void an_acpi_overlay(void **state)
{
    uint64_t address;

    (void)state;
    request.overlay_size = 3 * PAGE_SIZE;
    plan();
    address = prepared.plan.acpi_overlay.start;
    assert_int_equal(range_size(prepared.plan.acpi_overlay), 3 * PAGE_SIZE);
    assert_true(update());
    assert_block();
    assert_int_equal(type_at(address - 1), HVM_MEMMAP_RAM);
    assert_int_equal(type_at(address), HVM_MEMMAP_ACPI);
    assert_int_equal(type_at(address + 3 * PAGE_SIZE - 1), HVM_MEMMAP_ACPI);
    prepare_drop_plan(&prepared);
    assert_true(prepare_map(&prepared, &builder.map, &error));
    assert_true(prepare_table(&prepared, &error));
    assert_int_equal(type_at(address), HVM_MEMMAP_RAM);
}

/* Memory that cannot be allocated is avoided. */
static void another_plan(void **state)
{
    struct range refused;

    (void)state;
    plan();
    refused = prepared.plan.boot_info;
    request.unallocatable = &refused;
    request.unallocatable_count = 1;
    prepare_drop_plan(&prepared);
    plan();
    assert_false(range_overlaps(prepared.plan.boot_info, refused));
    assert_true(update());
    assert_block();
}

static void a_plan_that_fails_is_none(void **state)
{
    size_t entries;

    (void)state;
    assert_true(reserve(0));
    assert_true(prepare_map(&prepared, &builder.map, &error));
    assert_true(prepare_table(&prepared, &error));
    entries = prepared.e820.count;
    module_size = 200 * MIB;
    assert_false(prepare_plan(&prepared, &request, &error));
    assert_int_equal(error.code, ERROR_NO_ROOM_FOR_MODULE);
    assert_int_equal(prepared.plan.claims.count, 0);
    assert_int_equal(prepared.e820.count, entries);
    assert_true(prepare_table(&prepared, &error));
    assert_int_equal(prepared.e820.count, entries);
}

static void command_lines_without_end(void **state)
{
    const size_t length = 17 * MIB;
    char *line = malloc(length + 1);

    (void)state;
    assert_non_null(line);
    memset(line, 'a', length);
    line[length] = '\0';
    prepared.info.command_line = line;
    assert_true(reserve(0));
    assert_true(prepare_map(&prepared, &builder.map, &error));
    assert_false(prepare_plan(&prepared, &request, &error));
    assert_int_equal(error.code, ERROR_COMMAND_LINES_TOO_LONG);
    free(line);
}

/* Every allocation fails in turn: that is reported, and the next attempt succeeds. */
static void memory_is_short(void **state)
{
    bool done = false;

    (void)state;
    for (size_t works = 0; !done; works++) {
        assert_true(works < 100);
        arena_fail_after(works);
        error.code = ERROR_NONE;
        done = reserve(0) && prepare_map(&prepared, &builder.map, &error) &&
               prepare_plan(&prepared, &request, &error) && prepare_needed(&prepared, &error);
        assert_int_equal(done, !arena_has_failed());
        arena_fail_after(NEVER);
        if (!done)
            assert_int_equal(error.code, ERROR_OUT_OF_MEMORY);
        if (!done && error.code == ERROR_OUT_OF_MEMORY && range_size(prepared.plan.span) == 0)
            assert_int_equal(prepared.plan.claims.count, 0);
    }
    new_block();
    assert_true(update());
    assert_block();
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_machine_on_which_nothing_is_placed),
        test(a_boot_from_the_map_to_the_block),
        test(a_newer_map),
        test(a_map_that_has_outgrown_its_room),
        test(a_map_that_no_longer_has_the_kernels_memory),
        test(a_map_in_more_pieces_than_linux_takes),
        test(a_kernel_over_acpi_nvs),
        test(an_acpi_overlay),
        test(another_plan),
        test(a_plan_that_fails_is_none),
        test(command_lines_without_end),
        test(memory_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
