/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/map_oracle.h"

#include "common/base/overflow.h"
#include "common/base/range.h"
#include "common/base/units.h"
#include "pvh/e820.h"
#include "pvh/limits.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAPS      "tests/data/maps"
#define MAP_COUNT 40
#define LAST_PAGE UINT64_C(0xfffffffffffff000)

static const struct map_overlays no_overlays;

static struct arena arena;
static struct map_builder builder;
static struct memory_map map;
static struct e820_table table;
static struct error error;

static int start(void **state)
{
    (void)state;
    arena_begin_test(&arena);
    map_start(&builder, 48);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    map_free(&builder);
    return arena_end_test(&arena);
}

static void restart(size_t stride)
{
    arena_release(&arena);
    map_free(&builder);
    map_start(&builder, stride);
}

static void build(const struct map_overlays *overlays, const struct range *needed, size_t count)
{
    build_map(&map, &arena, &builder.map, overlays);
    assert_true(e820_reserve(&table, &arena, &map, &error));
    assert_true(e820_build(&table, &map, needed, count, &error));
}

static void build_plain(void)
{
    build(&no_overlays, NULL, 0);
}

/* Checks that ranges are sorted, disjoint, page-aligned, not at the very end, and merged. */
static void check_order(void)
{
    for (size_t i = 0; i < map.count; i++) {
        const struct memory_range *range = &map.ranges[i];

        check(range->range.start < range->range.end && range->range.end <= LAST_PAGE);
        check(range->range.start % PAGE_SIZE == 0 && range->range.end % PAGE_SIZE == 0);
        check(range->class > MEMORY_NONE && range->class < MEMORY_CLASSES);
        check(i == 0 || range[-1].range.end < range->range.start ||
              (range[-1].range.end == range->range.start && range[-1].class != range->class));
    }
    for (size_t i = 0; i < table.count; i++) {
        const struct hvm_memmap_entry *entry = &table.entries[i];

        check(entry->size > 0 && entry->addr <= LAST_PAGE &&
              entry->size <= LAST_PAGE - entry->addr);
        check((entry->type >= 1 && entry->type <= 5) || entry->type == 7);
        check(entry->reserved == 0);
        check(i == 0 || entry[-1].addr + entry[-1].size < entry->addr ||
              (entry[-1].addr + entry[-1].size == entry->addr && entry[-1].type != entry->type));
    }
    check(table.count <= E820_MAX_ENTRIES);
}

static void check_classes(const struct oracle *oracle)
{
    size_t at = 0;

    for (size_t i = 0; i < oracle->edge_count; i++) {
        uint64_t address = oracle->edges[i];

        while (at < map.count && map.ranges[at].range.end <= address)
            at++;
        check(oracle_class(oracle, address) ==
              (at < map.count && map.ranges[at].range.start <= address ? map.ranges[at].class
                                                                       : MEMORY_NONE));
    }
}

/* A contiguous run of RAM. */
struct ram_run {
    struct range range;
    bool lost;
};

static struct ram_run runs[8192];
static size_t run_count;

/* Collects all RAM: the table must contain each run completely or not at all. */
static void collect_runs(const struct oracle *oracle)
{
    run_count = 0;
    for (size_t i = 0; i + 1 < oracle->edge_count; i++) {
        struct range part = {oracle->edges[i], oracle->edges[i + 1]};
        struct ram_run *last = run_count ? &runs[run_count - 1] : NULL;
        bool lost;

        if (oracle_type(oracle, part.start) != 1)
            continue;
        lost = table_type(&table, part.start) != 1;
        if (last && last->range.end == part.start) {
            check(last->lost == lost);
            last->range.end = part.end;
        } else {
            check(run_count < ELEMENTS(runs));
            runs[run_count++] = (struct ram_run){part, lost};
        }
    }
}

static bool is_wanted(struct range run, const struct range *needed, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (range_overlaps(run, needed[i]))
            return true;
    }
    return run.start < 0xa0000;
}

/* Checks that losses are counted, and that only the smallest runs are lost, but no needed ones. */
static void check_losses(const struct range *needed, size_t count)
{
    uint64_t lost = 0, largest_lost = 0, smallest_spare = UINT64_MAX;
    size_t pieces = 0;

    for (size_t i = 0; i < run_count; i++) {
        bool wanted = is_wanted(runs[i].range, needed, count);
        uint64_t size = range_size(runs[i].range);

        check(!(wanted && runs[i].lost));
        if (runs[i].lost) {
            lost += size;
            pieces++;
            largest_lost = max_u64(largest_lost, size);
        } else if (!wanted) {
            smallest_spare = min_u64(smallest_spare, size);
        }
    }
    check(table.lost == lost && table.lost_pieces == pieces);
    check(largest_lost <= smallest_spare);
    check(table.ram_count == run_count - pieces);
}

static size_t spare_runs(const struct range *needed, size_t count)
{
    size_t spare = 0;

    for (size_t i = 0; i < run_count; i++)
        spare += !runs[i].lost && !is_wanted(runs[i].range, needed, count);
    return spare;
}

/* The number of entries that the map would have without a limit. */
static size_t count_wanted_entries(const struct oracle *oracle)
{
    uint32_t before = 0;
    size_t count = 0;

    for (size_t i = 0; i < oracle->edge_count; i++) {
        uint32_t type = oracle_type(oracle, oracle->edges[i]);

        count += type != 0 && type != before;
        before = type;
    }
    return count;
}

/*
 * Checks every byte: RAM in the table is RAM. Other memory has its own type, or is reserved if
 * there was no more RAM to omit. A hole next to omitted RAM has the type of its neighbours or none.
 */
static void check_types(const struct oracle *oracle, const struct range *needed, size_t count)
{
    bool crowded = count_wanted_entries(oracle) > E820_MAX_ENTRIES;
    bool joined = false;

    for (size_t i = 0; i < oracle->edge_count; i++) {
        uint32_t wanted = oracle_type(oracle, oracle->edges[i]);
        uint32_t found = table_type(&table, oracle->edges[i]);

        if (found == wanted)
            continue;
        check(crowded && found != 1);
        if (wanted != 1) {
            check(found == 2);
            joined = true;
        }
    }
    check(!joined || spare_runs(needed, count) == 0);
    check(crowded || (table.lost == 0 && table.lost_pieces == 0));
    check(!crowded || joined || table.count >= E820_MAX_ENTRIES - 1); /* no more than necessary */
}

static void check_everything(const struct map_overlays *overlays, const struct range *needed,
                             size_t count)
{
    struct oracle oracle;

    check_order();
    oracle_start(&oracle, &builder.map, overlays);
    check_classes(&oracle);
    for (size_t i = 0; i < table.count; i++) {
        oracle_add_edge(&oracle, table.entries[i].addr);
        oracle_add_edge(&oracle, table.entries[i].addr + table.entries[i].size);
    }
    oracle_sort(&oracle);
    collect_runs(&oracle);
    check_losses(needed, count);
    check_types(&oracle, needed, count);
    oracle_free(&oracle);
}

static void every_type_by_itself(void **state)
{
    static const uint32_t expected[16] = {2, 1, 1, 1, 1, 2, 2, 1, 5, 3, 4, 2, 2, 2, 7, 2};
    static const size_t strides[] = {40, 48, 56, 64};

    (void)state;
    for (size_t i = 0; i < 16 * ELEMENTS(strides); i++) {
        restart(strides[i / 16]);
        map_add(&builder, i % 16, 0x200000, 3, EFI_ATTRIBUTE_WB);
        build_plain();
        assert_int_equal(table.count, 1);
        assert_int_equal(table.entries[0].addr, 0x200000);
        assert_int_equal(table.entries[0].size, 3 * PAGE_SIZE);
        assert_int_equal(table.entries[0].type, expected[i % 16]);
        assert_int_equal(table.ram_count, expected[i % 16] == 1);
    }
}

static void types_that_nobody_knows(void **state)
{
    static const uint32_t types[] = {16, 17, 0x6fffffff, 0x70000000, 0x80000000, UINT32_MAX};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(types); i++) {
        restart(48);
        map_add(&builder, types[i], 0x200000, 3, EFI_ATTRIBUTE_WB);
        build_plain();
        assert_int_equal(table.count, 1);
        assert_int_equal(table.entries[0].type, 2);
    }
}

static void specific_purpose_memory_is_reserved(void **state)
{
    (void)state;
    for (uint32_t type = 0; type < 16; type++) {
        bool ram = type == 1 || type == 2 || type == 3 || type == 4 || type == 7;
        uint32_t without;

        restart(48);
        map_add(&builder, type, 0x200000, 3, ~EFI_ATTRIBUTE_SP); /* no other attribute matters */
        build_plain();
        without = table.entries[0].type;
        assert_int_equal(without == 1, ram);
        restart(48);
        map_add(&builder, type, 0x200000, 3, EFI_ATTRIBUTE_SP);
        build_plain();
        assert_int_equal(table.entries[0].type, ram ? 2 : without);
    }
}

static void large_mmio_is_left_out(void **state)
{
    (void)state;
    map_add(&builder, EFI_MMIO, 0xfee00000, 63, 0);
    build_plain();
    assert_int_equal(table.count, 1);
    assert_int_equal(table.entries[0].type, 2);
    restart(48);
    map_add(&builder, EFI_MMIO, 0xfee00000, 64, 0);
    build_plain();
    assert_int_equal(table.count, 0);
    assert_int_equal(map.ranges[1].class, MEMORY_LARGE_MMIO); /* behind the ISA hole */
}

/* Of memory-mapped I/O, only the configuration window remains reserved. */
static void configuration_windows_are_reserved(void **state)
{
    const struct range windows[] = {{0xb0000000, 0xb1000000}, {0x200800, 0x201000}};
    const struct map_overlays overlays = {.ecam = windows, .ecam_count = 2};

    (void)state;
    map_add_range(&builder, EFI_MMIO, 0xa0000000, 0xc0000000);
    map_add_range(&builder, EFI_CONVENTIONAL, 0x200000, 0x202000);
    build(&overlays, NULL, 0);
    assert_int_equal(table.count, 3);
    assert_int_equal(table.entries[0].addr, 0x200000); /* windows are extended to whole pages */
    assert_int_equal(table.entries[0].type, 2);
    assert_int_equal(table.entries[1].addr, 0x201000);
    assert_int_equal(table.entries[1].type, 1);
    assert_int_equal(table.entries[2].addr, 0xb0000000);
    assert_int_equal(table.entries[2].size, 0x1000000);
    assert_int_equal(table.entries[2].type, 2);
    check_everything(&overlays, NULL, 0);
}

static void the_hole_below_one_megabyte(void **state)
{
    (void)state;
    map_add_range(&builder, EFI_CONVENTIONAL, 0, 0x200000);
    build_plain();
    assert_int_equal(table.count, 2);
    assert_int_equal(table.entries[0].size, 0xa0000);
    assert_int_equal(table.entries[1].addr, 0x100000);
    assert_int_equal(table.ram_count, 2);
    map_add_range(&builder, EFI_RESERVED, 0xc0000, 0xc1000); /* reserved memory remains reserved */
    build_plain();
    assert_int_equal(table.count, 3);
    assert_int_equal(table.entries[1].addr, 0xc0000);
    assert_int_equal(table.entries[1].type, 2);
}

static void overlaps_go_to_the_more_restrictive(void **state)
{
    /* By precedence, the strongest first: 5, 2, 4, 3, 7, 1. */
    static const uint32_t types[] = {EFI_UNUSABLE,     EFI_RUNTIME_DATA, EFI_ACPI_NVS,
                                     EFI_ACPI_RECLAIM, EFI_PERSISTENT,   EFI_CONVENTIONAL};
    static const uint32_t expected[] = {5, 2, 4, 3, 7, 1};

    (void)state;
    for (size_t low = 0; low < ELEMENTS(types); low++) {
        for (size_t high = 0; high < ELEMENTS(types); high++) {
            uint32_t winner = expected[low < high ? low : high];

            restart(48);
            map_add(&builder, types[low], 0x200000, 4, 0);
            map_add(&builder, types[high], 0x202000, 4, 0);
            build_plain();
            assert_int_equal(table_type(&table, 0x201fff), expected[low]);
            assert_int_equal(table_type(&table, 0x202000), winner);
            assert_int_equal(table_type(&table, 0x203fff), winner);
            assert_int_equal(table_type(&table, 0x204000), expected[high]);
            assert_int_equal(table.count, low == high ? 1 : 2);
        }
    }
}

static void descriptors_at_the_end_of_the_address_space(void **state)
{
    const struct {
        uint64_t start, pages, end; /* 0: nothing is left */
    } rows[] = {
        {0x200000, 0, 0},
        {0x200000, UINT64_MAX, LAST_PAGE},
        {0x200000, UINT64_C(1) << 52, LAST_PAGE},
        {0x200000, (UINT64_C(1) << 52) - 0x200, LAST_PAGE},
        {0x200000, (UINT64_C(1) << 52) - 0x201, LAST_PAGE},
        {0x200000, (UINT64_C(1) << 52) - 0x202, LAST_PAGE - PAGE_SIZE},
        {LAST_PAGE, 1, 0},
        {LAST_PAGE - PAGE_SIZE, 2, LAST_PAGE},
        {UINT64_MAX, 1, 0},
        {UINT64_MAX, UINT64_MAX, 0},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        for (unsigned round = 0; round < 2; round++) {
            restart(48);
            map_add(&builder, round ? EFI_RESERVED : EFI_CONVENTIONAL, rows[i].start, rows[i].pages,
                    0);
            build_plain();
            check_order();
            assert_int_equal(table.count, rows[i].end != 0);
            if (rows[i].end)
                assert_int_equal(table.entries[0].addr + table.entries[0].size, rows[i].end);
        }
    }
}

static void addresses_that_are_no_pages(void **state)
{
    (void)state;
    map_add(&builder, EFI_CONVENTIONAL, 0x200800, 2, 0);
    map_add(&builder, EFI_ACPI_NVS, 0x300800, 2, 0);
    build_plain();
    assert_int_equal(table.count, 2);
    assert_int_equal(table.entries[0].addr, 0x201000);
    assert_int_equal(table.entries[0].size, 0x1000);
    assert_int_equal(table.entries[1].addr, 0x300000);
    assert_int_equal(table.entries[1].size, 0x3000);
}

static void the_users_override(void **state)
{
    const struct range override = {0x280800, 0x400000};
    const struct map_overlays overlays = {.override = &override, .override_count = 1};

    (void)state;
    map_add_range(&builder, EFI_CONVENTIONAL, 0x200000, 0x280000);
    map_add_range(&builder, EFI_ACPI_NVS, 0x280000, 0x300000);
    map_add_range(&builder, EFI_RESERVED, 0x300000, 0x301000);
    map_add_range(&builder, EFI_ACPI_RECLAIM, 0x301000, 0x302000);
    map_add_range(&builder, EFI_ACPI_NVS, 0x3ff000, 0x402000);
    build(&overlays, NULL, 0);
    check_everything(&overlays, NULL, 0);
    assert_int_equal(table_type(&table, 0x280000), 1);
    assert_int_equal(table_type(&table, 0x2fffff), 1);
    assert_int_equal(table_type(&table, 0x300000), 2); /* the override only applies to NVS */
    assert_int_equal(table_type(&table, 0x301000), 3);
    assert_int_equal(table_type(&table, 0x302000), 0);
    assert_int_equal(table_type(&table, 0x3ff000), 1);
    assert_int_equal(table_type(&table, 0x400000), 4);
    assert_int_equal(memory_map_find(&map, 0x280000)->class, MEMORY_OVERRIDDEN);
}

static void finding_a_range(void **state)
{
    (void)state;
    map_add_range(&builder, EFI_CONVENTIONAL, 0x200000, 0x300000);
    map_add_range(&builder, EFI_RESERVED, 0x300000, 0x400000);
    map_add_range(&builder, EFI_CONVENTIONAL, 0x500000, 0x600000);
    build_plain();
    assert_int_equal(memory_map_find(&map, 0)->class, MEMORY_ISA_HOLE);
    assert_int_equal(memory_map_find(&map, 0x100000)->range.start, 0x200000);
    assert_int_equal(memory_map_find(&map, 0x2fffff)->range.start, 0x200000);
    assert_int_equal(memory_map_find(&map, 0x300000)->range.start, 0x300000);
    assert_int_equal(memory_map_find(&map, 0x400000)->range.start, 0x500000);
    assert_null(memory_map_find(&map, 0x600000));
    assert_null(memory_map_find(&map, UINT64_MAX));
}

/* What is free now, and not also what will be when boot services have ended. */
static void free_memory(void **state)
{
    uint64_t all, largest;

    (void)state;
    build_plain();
    memory_map_count_free(&map, &all, &largest);
    assert_int_equal(all, 0);
    assert_int_equal(largest, 0);
    map_add_range(&builder, EFI_CONVENTIONAL, 0x1000, 0x3000);
    map_add_range(&builder, EFI_CONVENTIONAL, 0x100000, 0x140000);
    map_add_range(&builder, EFI_BOOT_DATA, 0x140000, 0x200000);
    map_add_range(&builder, EFI_CONVENTIONAL, 0x200000, 0x210000);
    map_add_range(&builder, EFI_RESERVED, 0x300000, 0x500000);
    build_plain();
    memory_map_count_free(&map, &all, &largest);
    assert_int_equal(all, 0x52000);
    assert_int_equal(largest, 0x40000);
}

static void classes_have_names(void **state)
{
    (void)state;
    for (unsigned class = 0; class < MEMORY_CLASSES; class ++) {
        assert_non_null(memory_class_name(class));
        assert_true(strlen(memory_class_name(class)) > 3);
    }
    assert_string_equal(memory_class_name(MEMORY_NVS), "ACPI NVS");
    assert_string_equal(memory_class_name(MEMORY_CLASSES), "unknown");
}

static void maps_that_are_refused(void **state)
{
    struct memory_map small;

    (void)state;
    for (size_t stride = 0; stride < 40; stride += 13) {
        builder.map.stride = stride;
        assert_true(memory_map_reserve(&small, &arena, 10, 0, &error));
        assert_false(memory_map_build(&small, &builder.map, &no_overlays, &error));
        assert_error(&error, ERROR_MAP_STRIDE, stride);
    }
    restart(48);
    for (size_t i = 0; i < 11; i++)
        map_add(&builder, EFI_CONVENTIONAL, i * 0x200000, 1, 0);
    assert_true(memory_map_reserve(&small, &arena, 10, 0, &error));
    assert_false(memory_map_build(&small, &builder.map, &no_overlays, &error));
    assert_error(&error, ERROR_MAP_TOO_LARGE, 11, 10);
}

/* A table that was reserved for an older, smaller map. */
static void a_table_that_is_too_small(void **state)
{
    struct memory_map small;

    (void)state;
    assert_true(memory_map_reserve(&small, &arena, 1, 0, &error));
    assert_true(e820_reserve(&table, &arena, &small, &error));
    for (size_t i = 0; i < 20; i++)
        map_add(&builder, EFI_CONVENTIONAL, 0x200000 + i * 0x200000, 1, 0);
    build_map(&map, &arena, &builder.map, &no_overlays);
    assert_false(e820_build(&table, &map, NULL, 0, &error));
    assert_error(&error, ERROR_MAP_TOO_LARGE, 21, 6);
}

/* It takes as many ranges as it has room for. */
static void a_table_that_is_full(void **state)
{
    struct memory_map small;

    (void)state;
    assert_true(memory_map_reserve(&small, &arena, 1, 0, &error));
    assert_true(e820_reserve(&table, &arena, &small, &error));
    for (size_t i = 0; i < 10; i++) {
        map_add(&builder, EFI_CONVENTIONAL, 0x200000 + i * 0x200000, 1, 0);
        build_map(&map, &arena, &builder.map, &no_overlays);
        assert_int_equal(e820_build(&table, &map, NULL, 0, &error), map.count <= 6);
    }
}

static void short_memory(void **state)
{
    size_t n = 0;

    (void)state;
    for (bool done = false; !done; n++) {
        arena_fail_after(n);
        done = memory_map_reserve(&map, &arena, 100, 3, &error) &&
               e820_reserve(&table, &arena, &map, &error);
        assert_int_equal(done, !arena_has_failed());
        if (!done)
            assert_int_equal(error.code, ERROR_OUT_OF_MEMORY);
    }
    assert_int_equal(n, 4);
}

static void no_map_at_all(void **state)
{
    (void)state;
    build_plain();
    assert_int_equal(table.count, 0);
    assert_int_equal(table.ram_count, 0);
}

/* The type in another loader's table on that machine, except for intended differences. */
static uint32_t logged_type(const struct map_file *file, uint64_t address)
{
    uint32_t type = 0;

    for (size_t i = 0; i < file->e820_count; i++) {
        if (range_contains(file->e820[i].range, address))
            type = file->e820[i].type == 20 ? 2 : file->e820[i].type;
    }
    for (size_t i = 0; i < file->efi_count; i++) {
        if (range_contains(file->efi[i].range, address) && file->efi[i].type == EFI_MMIO &&
            range_size(file->efi[i].range) >= 256 * KIB)
            type = 0;
    }
    return type;
}

static void add_edges(struct oracle *oracle, const struct map_line *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        oracle_add_edge(oracle, lines[i].range.start);
        oracle_add_edge(oracle, lines[i].range.end);
    }
}

static void compare_with_log(const char *path, const struct map_file *file)
{
    struct oracle oracle = {0};

    add_edges(&oracle, file->efi, file->efi_count);
    add_edges(&oracle, file->e820, file->e820_count);
    for (size_t i = 0; i < table.count; i++) {
        oracle_add_edge(&oracle, table.entries[i].addr);
        oracle_add_edge(&oracle, table.entries[i].addr + table.entries[i].size);
    }
    oracle_sort(&oracle);
    for (size_t i = 0; i < oracle.edge_count; i++) {
        uint64_t address = oracle.edges[i];

        if (table_type(&table, address) != logged_type(file, address))
            fail_msg("%s: at 0x%llx the log has type %u, and the table %u", path,
                     (unsigned long long)address, logged_type(file, address),
                     table_type(&table, address));
    }
    oracle_free(&oracle);
}

static void build_real(const char *path, struct map_file *file, size_t stride)
{
    read_map_file(path, file);
    assert_in_range(file->efi_count, 20, MAX_MAP_LINES);
    restart(stride);
    map_add_file(&builder, file);
    build_plain();
    check_everything(&no_overlays, NULL, 0);
    assert_int_equal(table.lost, 0);
}

static void real_machines_get_the_table_they_had(void **state)
{
    static struct map_file file;
    struct map_file_names names;

    (void)state;
    list_map_files(MAPS, &names);
    assert_int_equal(names.count, MAP_COUNT);
    for (size_t i = 0; i < names.count; i++) {
        current_seed = i;
        build_real(names.paths[i], &file, 40 + 8 * (i % 4));
        assert_in_range(file.e820_count, 5, MAX_MAP_LINES);
        compare_with_log(names.paths[i], &file);
    }
    free_map_files(&names);
}

static void real_machines_without_a_log(void **state)
{
    static struct map_file file;
    struct map_file_names names;

    (void)state;
    list_map_files(MAPS "/efi-only", &names);
    assert_int_equal(names.count, 3);
    for (size_t i = 0; i < names.count; i++)
        build_real(names.paths[i], &file, 48);
    free_map_files(&names);
}

/* RAM of `pages[i]` pages each, with one page of another type, or a hole, after each. */
static void add_pieces(size_t count, const uint32_t *between, size_t between_count)
{
    uint64_t at = 0x1000000;

    for (size_t i = 0; i < count; i++) {
        uint64_t pages = 1 + i * 37 % count;

        map_add(&builder, EFI_CONVENTIONAL, at, pages, 0);
        at += pages * PAGE_SIZE;
        if (between[i % between_count] != UINT32_MAX)
            map_add(&builder, between[i % between_count], at, 1, 0);
        at += PAGE_SIZE;
    }
}

static void more_pieces_than_a_kernel_takes(void **state)
{
    static const uint32_t reserved[] = {EFI_RESERVED},
                          mixed[] = {EFI_RESERVED, EFI_ACPI_NVS, UINT32_MAX},
                          holes[] = {UINT32_MAX};
    const struct range needed[] = {{0x1000000, 0x1000800}, {0x1100fff, 0x1102001}};
    const struct {
        const uint32_t *between;
        size_t count;
    } rows[] = {{reserved, 1}, {mixed, 3}, {holes, 1}};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        for (size_t pieces = 60; pieces < 140; pieces++) {
            current_seed = pieces;
            restart(48);
            map_add_range(&builder, EFI_CONVENTIONAL, 0x9f000, 0xa0000);
            add_pieces(pieces, rows[i].between, rows[i].count);
            build(&no_overlays, needed, 2);
            check_everything(&no_overlays, needed, 2);
        }
    }
}

/* Runs of the same size: any may be omitted, but no more than necessary. */
static void pieces_of_one_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < 200; i++)
        map_add(&builder, EFI_CONVENTIONAL, 0x1000000 + i * 0x4000, 2, 0);
    build_plain();
    check_everything(&no_overlays, NULL, 0);
    assert_int_equal(table.count, E820_MAX_ENTRIES);
    assert_int_equal(table.lost_pieces, 200 - E820_MAX_ENTRIES);
    assert_int_equal(table.lost, (200 - E820_MAX_ENTRIES) * 2 * PAGE_SIZE);
}

/* What is needed may begin where something else that is needed ends. */
static void needed_pieces_that_adjoin(void **state)
{
    const uint64_t piece = 0x1000000 + 9 * UINT64_C(0x4000);
    const struct range needed[] = {{piece - PAGE_SIZE, piece}, {piece, piece + PAGE_SIZE}};

    (void)state;
    for (size_t i = 0; i < 200; i++)
        map_add(&builder, EFI_CONVENTIONAL, 0x1000000 + i * 0x4000, 2, 0);
    build(&no_overlays, needed, ELEMENTS(needed));
    assert_int_equal(table.count, E820_MAX_ENTRIES);
    assert_int_equal(table_type(&table, piece), 1);
    assert_int_equal(table_type(&table, piece - 0x4000), 0);
}

/* RAM that is left out becomes what surrounds it, if that is the same on both sides. */
static void left_out_between_others(void **state)
{
    static const struct {
        uint32_t before, after, type;
    } rows[] = {
        {EFI_RESERVED, EFI_RESERVED, HVM_MEMMAP_RESERVED},
        {EFI_ACPI_NVS, EFI_ACPI_NVS, HVM_MEMMAP_NVS},
        {EFI_RESERVED, EFI_ACPI_NVS, 0},
    };

    static const uint64_t places[] = {0x800000,
                                      0x2000000}; /* the first and the last of the table */

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows) * ELEMENTS(places); i++) {
        uint64_t place = places[i % ELEMENTS(places)];
        size_t row = i / ELEMENTS(places);

        restart(48);
        map_add(&builder, rows[row].before, place, 1, 0);
        map_add(&builder, EFI_CONVENTIONAL, place + PAGE_SIZE, 1, 0);
        map_add(&builder, rows[row].after, place + 2 * PAGE_SIZE, 1, 0);
        for (size_t piece = 0; piece < E820_MAX_ENTRIES; piece++)
            map_add(&builder, EFI_CONVENTIONAL, 0x1000000 + piece * 0x4000, 2, 0);
        build_plain();
        assert_int_equal(table_type(&table, place + PAGE_SIZE), rows[row].type);
    }
}

/* What is left out at the ends of a table has a neighbour on one side alone. */
static void left_out_at_the_ends(void **state)
{
    const size_t count = E820_MAX_ENTRIES + 3; /* both ends, and one more */
    struct hvm_memmap_entry *entries = malloc(count * sizeof(*entries)); /* exactly */

    (void)state;
    assert_non_null(entries);
    for (size_t i = 0; i < count; i++)
        map_add(&builder, EFI_CONVENTIONAL, 0x1000000 + i * 0x4000,
                i == 0 || i == count - 1 ? 1 : 2, 0);
    build_map(&map, &arena, &builder.map, &no_overlays);
    table = (struct e820_table){.entries = entries, .capacity = map.count};
    assert_int_equal(map.count, count + 1); /* the ISA hole is no entry */
    assert_true(e820_build(&table, &map, NULL, 0, &error));
    assert_int_equal(table.count, E820_MAX_ENTRIES);
    assert_int_equal(table.lost, 4 * PAGE_SIZE);
    assert_int_equal(table.entries[0].addr, 0x1008000);
    free(entries);
}

/* Only reserved memory, in pieces: they are merged, the closest first. */
static void too_many_reserved_pieces(void **state)
{
    static const uint32_t types[] = {EFI_ACPI_NVS, EFI_RESERVED, EFI_ACPI_RECLAIM, EFI_UNUSABLE};

    (void)state;
    map_add_range(&builder, EFI_CONVENTIONAL, 0x200000, 0x300000);
    for (size_t i = 0; i < 400; i++)
        map_add(&builder, types[i % 4], 0x1000000 + i * 0x2000 - i % 4 * 0x1000, 1, 0);
    build(&no_overlays, (const struct range[]){{0x200000, 0x300000}}, 1);
    check_everything(&no_overlays, (const struct range[]){{0x200000, 0x300000}}, 1);
    assert_int_equal(table_type(&table, 0x200000), 1);
}

/*
 * The simple algorithm: repeatedly merges the two adjacent entries that are not RAM with the
 * smallest gap between them, the lowest first, until the table fits.
 */
static size_t join_plainly(struct hvm_memmap_entry *entries, size_t count)
{
    while (count > E820_MAX_ENTRIES) {
        uint64_t narrowest = UINT64_MAX;
        size_t best = 0;

        for (size_t i = 1; i < count; i++) {
            uint64_t gap = entries[i].addr - entries[i - 1].addr - entries[i - 1].size;

            if (entries[i].type != 1 && entries[i - 1].type != 1 && gap < narrowest) {
                narrowest = gap;
                best = i;
            }
        }
        assert_int_not_equal(best, 0);
        entries[best - 1].size = entries[best].addr + entries[best].size - entries[best - 1].addr;
        entries[best - 1].type = 2;
        memmove(&entries[best], &entries[best + 1], (--count - best) * sizeof(*entries));
    }
    return count;
}

/* Adds entries with a hole before each, among them RAM that is needed. */
static size_t add_lonely_pieces(struct random *random, struct hvm_memmap_entry *entries)
{
    static const uint32_t types[] = {EFI_ACPI_NVS, EFI_RESERVED, EFI_ACPI_RECLAIM, EFI_UNUSABLE};
    static const uint32_t expected[] = {4, 2, 3, 5};
    size_t count = E820_MAX_ENTRIES - 6 + random_below(random, 200);
    uint64_t at = 0x1000000;

    for (size_t i = 0; i < count; i++) {
        size_t kind = random_below(random, ELEMENTS(types));
        uint64_t pages = 1 + random_below(random, 3);
        bool ram = random_chance(random, 3);

        at += (1 + random_below(random, 6)) * PAGE_SIZE;
        map_add(&builder, ram ? EFI_CONVENTIONAL : types[kind], at, pages, 0);
        entries[i] = (struct hvm_memmap_entry){
            .addr = at, .size = pages * PAGE_SIZE, .type = ram ? 1 : expected[kind]};
        at += pages * PAGE_SIZE;
    }
    return count;
}

static void the_closest_pieces_are_joined(void **state)
{
    const struct range everything[] = {{0, 4 * GIB}};

    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct random random = random_start(seed);
        struct hvm_memmap_entry entries[E820_MAX_ENTRIES + 200];
        size_t count;

        restart(48);
        count = join_plainly(entries, add_lonely_pieces(&random, entries));
        build(&no_overlays, everything, 1);
        assert_int_equal(table.count, count);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(table.entries[i].addr, entries[i].addr);
            assert_int_equal(table.entries[i].size, entries[i].size);
            assert_int_equal(table.entries[i].type, entries[i].type);
        }
    }
}

#define CROWD         (UINT64_C(1) << 18)
#define CROWD_SECONDS 60 /* of processor time: a hundred times more than needed */

/* A quarter of a million entries: a quadratic algorithm would take an hour. */
static void a_crowd_of_reserved_pieces(void **state)
{
    uint8_t *descriptors = calloc(CROWD, 48);
    const struct firmware_map firmware = {descriptors, CROWD * 48, 48};
    clock_t before = clock();

    (void)state;
    assert_non_null(descriptors);
    for (size_t i = 0; i < CROWD; i++) {
        put_number(descriptors + i * 48, 4, i % 2 ? EFI_RESERVED : EFI_ACPI_NVS);
        put_number(descriptors + i * 48 + 8, 8, 0x1000000 + i * (2 + i % 5) * PAGE_SIZE);
        put_number(descriptors + i * 48 + 24, 8, 1);
    }
    build_map(&map, &arena, &firmware, &no_overlays);
    assert_true(e820_reserve(&table, &arena, &map, &error));
    assert_true(e820_build(&table, &map, NULL, 0, &error));
    assert_in_range(table.count, 1, E820_MAX_ENTRIES);
    assert_in_range((clock() - before) / CLOCKS_PER_SEC, 0, CROWD_SECONDS);
    free(descriptors);
}

/* Of equal gaps, only as many as necessary are closed, from the lowest. */
static void reserved_pieces_far_apart_alike(void **state)
{
    const size_t joined = 200 - E820_MAX_ENTRIES;

    (void)state;
    for (size_t i = 0; i < 200; i++)
        map_add(&builder, EFI_RESERVED, 0x1000000 + i * 0x4000, 1, 0);
    build_plain();
    check_everything(&no_overlays, NULL, 0);
    assert_int_equal(table.count, E820_MAX_ENTRIES);
    assert_int_equal(table.entries[0].addr, 0x1000000);
    assert_int_equal(table.entries[0].size, joined * 0x4000 + PAGE_SIZE);
    assert_int_equal(table.entries[1].size, PAGE_SIZE);
}

/* All entries are needed, and none can be merged with its neighbours. */
static void a_map_in_pieces_that_all_count(void **state)
{
    const struct range everything[] = {{0, 4 * GIB}};

    (void)state;
    for (size_t i = 0; i < 127; i++)
        map_add(&builder, EFI_CONVENTIONAL, 0x1000000 + i * 0x4000, 2, 0);
    build_map(&map, &arena, &builder.map, &no_overlays);
    assert_true(e820_reserve(&table, &arena, &map, &error));
    assert_false(e820_build(&table, &map, everything, 1, &error));
    assert_error(&error, ERROR_MAP_FRAGMENTED, 127, E820_MAX_ENTRIES);
}

static void a_table_is_built_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < 200; i++)
        map_add(&builder, EFI_CONVENTIONAL, 0x1000000 + i * 0x4000, 2, 0);
    build_plain();
    assert_true(table.lost > 0);
    builder.map.size = 10 * builder.map.stride;
    assert_true(memory_map_build(&map, &builder.map, &no_overlays, &error));
    assert_true(e820_build(&table, &map, NULL, 0, &error));
    assert_int_equal(table.lost, 0);
    assert_int_equal(table.lost_pieces, 0);
    assert_int_equal(table.count, 10);
    check_everything(&no_overlays, NULL, 0);
}

static uint64_t random_address(struct random *random)
{
    switch (random_below(random, 8)) {
    case 0:
        return random_below(random, 0x200) * PAGE_SIZE;
    case 1:
        return random_next(random) % (4 * GIB);
    case 2:
        return random_next(random);
    case 3:
        return UINT64_MAX - random_below(random, 16 * PAGE_SIZE);
    case 4:
        return random_below(random, UINT64_C(1) << 40) & ~(PAGE_SIZE - 1);
    default:
        return random_below(random, 0x8000) * PAGE_SIZE;
    }
}

static uint64_t random_pages(struct random *random)
{
    static const uint64_t odd[] = {0, 1, 63, 64, UINT64_MAX, UINT64_C(1) << 52, UINT64_C(1) << 51};

    return random_chance(random, 15)
               ? odd[random_below(random, ELEMENTS(odd))]
               : random_below(random, random_chance(random, 90) ? 40 : 0x4000);
}

static uint32_t random_type(struct random *random)
{
    static const uint32_t common[] = {EFI_CONVENTIONAL, EFI_BOOT_DATA, EFI_BOOT_CODE,
                                      EFI_LOADER_DATA};

    if (random_chance(random, 3))
        return (uint32_t)random_next(random);
    return random_chance(random, 60) ? common[random_below(random, ELEMENTS(common))]
                                     : (uint32_t)random_below(random, 17);
}

/* Random descriptors: unsorted, overlapping, empty, overflowing, unaligned. */
static void add_chaos(struct random *random, size_t count)
{
    for (size_t i = 0; i < count; i++)
        map_add(&builder, random_type(random), random_address(random), random_pages(random),
                random_chance(random, 10) ? random_next(random) : EFI_ATTRIBUTE_WB);
}

/* Mostly contiguous fragments, like in real firmware maps. */
static void add_fragments(struct random *random, size_t count)
{
    uint64_t at = random_below(random, 2) * MIB;
    unsigned reserved = (unsigned)random_below(random, 100);

    for (size_t i = 0; i < count; i++) {
        uint64_t pages = 1 + random_below(random, 8);
        uint32_t type =
            random_chance(random, reserved) ? (uint32_t)random_below(random, 16) : EFI_CONVENTIONAL;

        map_add(&builder, type, at, pages, EFI_ATTRIBUTE_WB);
        at += (pages + random_below(random, 3) % 2) * PAGE_SIZE;
    }
}

static void shuffle(struct random *random)
{
    size_t stride = builder.map.stride;
    uint8_t swapped[64];

    for (size_t i = builder.map.size / stride; i > 1; i--) {
        uint8_t *last = builder.bytes + (i - 1) * stride;
        uint8_t *other = builder.bytes + random_below(random, i) * stride;

        memcpy(swapped, last, stride);
        memmove(last, other, stride);
        memcpy(other, swapped, stride);
    }
}

/* Sorted and disjoint ranges, like those of a plan. */
static size_t random_needs(struct random *random, struct range needed[8])
{
    size_t count = random_below(random, 8);
    uint64_t at = 0;

    for (size_t i = 0; i < count; i++) {
        needed[i].start = at + 1 + random_below(random, 2 * MIB);
        needed[i].end = at = needed[i].start + 1 + random_below(random, 64 * KIB);
    }
    return count;
}

/* Pages with ACPI tables are not RAM, whatever the firmware's map says. */
static void tables_in_ram(void **state)
{
    const struct range tables[] = {
        {0x202800, 0x202824}, {0x203ff0, 0x204010}, {0x300000, 0x306000}, {0xe0000, 0xe0100}};
    const struct map_overlays overlays = {.tables = tables, .table_count = ELEMENTS(tables)};

    (void)state;
    map_add_range(&builder, EFI_BOOT_DATA, 0x200000, 0x280000);
    map_add_range(&builder, EFI_CONVENTIONAL, 0x300000, 0x301000);
    map_add_range(&builder, EFI_LOADER_CODE, 0x301000, 0x302000);
    map_add_range(&builder, EFI_ACPI_NVS, 0x302000, 0x303000);
    map_add_range(&builder, EFI_RUNTIME_DATA, 0x303000, 0x304000);
    map_add_range(&builder, EFI_ACPI_RECLAIM, 0x304000, 0x305000);
    build(&overlays, NULL, 0);
    check_everything(&overlays, NULL, 0);
    assert_int_equal(table_type(&table, 0x201fff), 1);
    assert_int_equal(table_type(&table, 0x202000), 3);
    assert_int_equal(table_type(&table, 0x203000), 3);
    assert_int_equal(table_type(&table, 0x204fff), 3);
    assert_int_equal(table_type(&table, 0x205000), 1);
    assert_int_equal(table_type(&table, 0x300000), 3);
    assert_int_equal(table_type(&table, 0x301000), 3);
    assert_int_equal(table_type(&table, 0x302000), 4);
    assert_int_equal(table_type(&table, 0x303000), 2);
    assert_int_equal(table_type(&table, 0x304000), 3);
    assert_int_equal(table_type(&table, 0x305000), 0); /* a table does not make a hole memory */
    assert_int_equal(table_type(&table, 0xe0000), 0);
}

/* Makes room for more overlaid ranges without losing the map. */
static void room_for_more(void **state)
{
    const struct range override[] = {{0x200000, 0x201000}, {0x202000, 0x203000}};
    const struct map_overlays overlays = {.override = override, .override_count = 2};
    struct memory_map small;
    uint64_t size;

    (void)state;
    map_add_range(&builder, EFI_ACPI_NVS, 0x200000, 0x280000);
    size = builder.map.size;
    assert_true(memory_map_reserve(&small, &arena, 1, 0, &error));
    assert_true(memory_map_build(&small, &builder.map, &no_overlays, &error));
    assert_false(memory_map_build(&small, &builder.map, &overlays, &error));
    assert_error(&error, ERROR_MAP_TOO_LARGE, 1, 0);
    builder.map.size = 0; /* nor is there room for what is overlaid on nothing */
    assert_false(memory_map_build(&small, &builder.map, &overlays, &error));
    assert_error(&error, ERROR_MAP_TOO_LARGE, 0, 0);
    builder.map.size = size;
    assert_true(memory_map_build(&small, &builder.map, &no_overlays, &error));
    arena_fail_after(1);
    assert_false(memory_map_reserve_more(&small, &arena, 2, &error));
    assert_int_equal(error.code, ERROR_OUT_OF_MEMORY);
    arena_fail_after(NEVER);
    assert_true(memory_map_reserve_more(&small, &arena, 2, &error));
    assert_int_equal(small.count, 2); /* the ISA hole is one */
    assert_int_equal(small.ranges[1].range.end, 0x280000);
    assert_true(memory_map_build(&small, &builder.map, &overlays, &error));
    assert_int_equal(small.count, 5);

    /* Just as much room as was asked for. */
    map_add_range(&builder, EFI_CONVENTIONAL, 0x300000, 0x301000);
    assert_false(memory_map_build(&small, &builder.map, &overlays, &error));
    assert_error(&error, ERROR_MAP_TOO_LARGE, 2, 1);
}

static void check_random_map(uint64_t seed, bool fragments, size_t most)
{
    struct random random = random_start(seed);
    size_t count = random_below(&random, most + 1);
    struct range windows[3], tables[3], override[2], needed[8];
    struct map_overlays overlays = {.ecam = windows,
                                    .ecam_count = random_below(&random, 4),
                                    .tables = tables,
                                    .table_count = random_below(&random, 4),
                                    .override = override};
    size_t needed_count;

    restart(40 + 8 * random_below(&random, 4));
    if (fragments)
        add_fragments(&random, count);
    else
        add_chaos(&random, count);
    shuffle(&random);
    for (size_t i = 0; i < overlays.ecam_count; i++) {
        windows[i].start = random_address(&random);
        windows[i].end = windows[i].start + random_below(&random, 4 * MIB);
    }
    for (size_t i = 0; i < overlays.table_count; i++) {
        tables[i].start = random_address(&random);
        tables[i].end = tables[i].start + random_below(&random, 64 * KIB);
    }
    if (random_chance(&random, 30))
        overlays.override_count = 1 + random_below(&random, 2);
    for (size_t i = 0; i < overlays.override_count; i++) {
        override[i].start = random_below(&random, 16 * MIB);
        override[i].end = override[i].start + random_below(&random, 16 * MIB);
    }
    needed_count = random_needs(&random, needed);
    build(&overlays, needed, needed_count);
    check_everything(&overlays, needed, needed_count);
}

static void chaotic_maps(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 600; seed++)
        check_random_map(seed, false, 120);
}

static void fragmented_maps(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 400; seed++)
        check_random_map(1000 + seed, true, 500);
}

static void huge_maps(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++)
        check_random_map(2000 + seed, seed % 2, 2000);
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(every_type_by_itself),
        test(types_that_nobody_knows),
        test(specific_purpose_memory_is_reserved),
        test(large_mmio_is_left_out),
        test(configuration_windows_are_reserved),
        test(the_hole_below_one_megabyte),
        test(overlaps_go_to_the_more_restrictive),
        test(descriptors_at_the_end_of_the_address_space),
        test(addresses_that_are_no_pages),
        test(the_users_override),
        test(tables_in_ram),
        test(room_for_more),
        test(finding_a_range),
        test(free_memory),
        test(classes_have_names),
        test(maps_that_are_refused),
        test(a_table_that_is_too_small),
        test(short_memory),
        test(a_table_that_is_full),
        test(no_map_at_all),
        test(real_machines_get_the_table_they_had),
        test(real_machines_without_a_log),
        test(more_pieces_than_a_kernel_takes),
        test(pieces_of_one_size),
        test(needed_pieces_that_adjoin),
        test(left_out_between_others),
        test(left_out_at_the_ends),
        test(too_many_reserved_pieces),
        test(the_closest_pieces_are_joined),
        test(a_crowd_of_reserved_pieces),
        test(reserved_pieces_far_apart_alike),
        test(a_map_in_pieces_that_all_count),
        test(a_table_is_built_again),
        test(chaotic_maps),
        test(fragmented_maps),
        test(huge_maps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
