/* SPDX-License-Identifier: BSD-2-Clause */
/* Firmware with unusual memory maps, with maps that change, or with too little memory. */
#include "tests/firmware/scenarios/scenarios.h"

#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/load_file.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/scenarios/machines.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void setup_boot(void)
{
    setup_plain();
    put_module("\\initrd", 70000, "");
    options_set("--initrd initrd vmlinux a");
    expect_command_line("a");
}

/* ------------------------------------------------------------------------------------------------
 * The map's form
 */

static void strides(uint64_t seed)
{
    static const size_t sizes[] = {40, 48, 56, 64, 128};

    setup_boot();
    memory_ways.stride = sizes[seed];
}

static void bad_strides(uint64_t seed)
{
    static const size_t sizes[] = {0, 1, 24, 39};

    setup_boot();
    memory_ways.lies = true;
    memory_ways.said_stride = sizes[seed];
}

static void shuffled(uint64_t seed)
{
    setup_boot();
    memory_ways.shuffle = 1 + seed;
    memory_ways.split = seed % 2 ? 0 : 128 * KIB << seed % 5;
    memory_ways.empty = seed % 3 * 10;
    memory_ways.stride = 40 + seed % 4 * 8;
}

static void in_pages(uint64_t seed)
{
    (void)seed;
    setup_boot();
    memory_ways.split = 512 * KIB; /* more than 2000 descriptors */
}

static void cut_map(uint64_t seed)
{
    setup_boot();
    memory_ways.cut = 1 + seed;
}

static void add_extra(uint32_t type, uint64_t start, uint64_t pages)
{
    require(memory_ways.extra_count < ELEMENTS(memory_ways.extra));
    memory_ways.extra[memory_ways.extra_count++] = (EFI_MEMORY_DESCRIPTOR){
        .Type = type, .PhysicalStart = start, .NumberOfPages = pages, .Attribute = ATTRIBUTE_WB};
}

/* Descriptors that overflow, that end at the top of memory, or that overlap others. */
static void lies(uint64_t seed)
{
    setup_boot();
    memory_ways.shuffle = seed;
    add_extra(EfiReservedMemoryType, 0xfffffffffffff000, 1);
    add_extra(EfiReservedMemoryType, 0xfffffffffffff000, 2);
    add_extra(EfiConventionalMemory, 0xffffffff00000000, UINT64_MAX);
    add_extra(EfiConventionalMemory, 6 * GIB, 0);
    add_extra(EfiReservedMemoryType, 0x200000000000, UINT64_MAX / PAGE_SIZE);
    add_extra(EfiRuntimeServicesData, 0x2000000, 16);
    add_extra(EfiConventionalMemory, USUAL_ACPI - MIB, 2 * MIB / PAGE_SIZE);
    add_extra(EfiACPIReclaimMemory, 0x2400800, 3); /* not aligned to pages */
    add_extra(77, 0x2800000, 1);
    add_extra(TYPE_PERSISTENT, 8 * GIB, 1000);
    add_extra(TYPE_UNACCEPTED, 9 * GIB, 1000);
}

/* 10,000 pieces above 4 GiB, every other one RAM. */
static void ten_thousand(uint64_t seed)
{
    (void)seed;
    setup_boot();
    for (uint64_t i = 0; i < 10000; i++)
        physical_add(i % 2 ? EfiConventionalMemory : EfiReservedMemoryType, 8 * GIB + i * MIB,
                     8 * GIB + (i + 1) * MIB);
}

/* Alternating RAM and reserved pages in low memory: more than fit the kernel's table. */
static void patchwork(uint64_t seed)
{
    setup_boot();
    for (uint64_t i = 0; i < 150 + seed; i++)
        require(physical_change(EfiReservedMemoryType,
                                (struct range){0xc00000 + i * 0x3000, 0xc01000 + i * 0x3000}));
}

/* ------------------------------------------------------------------------------------------------
 * Too little memory
 */

/* All RAM is above 4 GiB, where PVH can use none. */
static void all_high(uint64_t seed)
{
    (void)seed;
    machine_add_low();
    physical_add(EfiReservedMemoryType, 0x100000, 0x200000);
    physical_add(EfiConventionalMemory, HIGH_MEMORY_START, HIGH_MEMORY_START + 64 * MIB);
    machine_add_high();
    put_kernel("\\vmlinux", &plain_kernel);
    options_set("vmlinux");
}

/* The loader's own memory is above 4 GiB; the kernel's must not be. */
static void loader_high(uint64_t seed)
{
    (void)seed;
    setup_boot();
    physical_add(EfiConventionalMemory, HIGH_MEMORY_START, HIGH_MEMORY_START + 64 * MIB);
}

static void bottom_up(uint64_t seed)
{
    (void)seed;
    setup_boot();
    memory_ways.bottom_up = true;
}

/* Adds free memory in pieces, with buffers of boot services between them. */
static void add_pieces(uint64_t start, uint64_t end, uint64_t free, uint64_t used)
{
    while (start < end) {
        physical_add(EfiConventionalMemory, start, start + free);
        physical_add(EfiBootServicesData, start + free, start + free + used);
        start += free + used;
    }
}

static const struct kernel_shape wide_kernel = {
    .bits = 32,
    .segments = {{0x100000, 0x62345, 0x62345}, {0x180000, 0x31111, 0x91111}},
    .count = 2,
    .entry = 0x100000,
    .seed = 5,
};

static void in_pieces(uint64_t seed)
{
    (void)seed;
    machine_add_low();
    add_pieces(0x100000, 0x1100000, 64 * KIB, 64 * KIB);
    machine_add_tables();
    put_kernel("\\kernel", &wide_kernel);
    put_module("\\initrd", 300000, "");
    options_set("--initrd initrd kernel");
    expect_no_overlay(); /* it is larger than a piece */
}

/* No free range is as large as the offered initrd: it is loaded to a buffer above 4 GiB first. */
static void offered_in_pieces(uint64_t seed)
{
    (void)seed;
    machine_add_low();
    add_pieces(0x100000, 0x1100000, 64 * KIB, 64 * KIB);
    physical_add(EfiConventionalMemory, HIGH_MEMORY_START, HIGH_MEMORY_START + 64 * MIB);
    machine_add_tables();
    put_kernel("\\kernel", &wide_kernel);
    offer_initrd(300000);
    options_set("kernel");
    expect_no_overlay();
}

/* The same for initrds of many sizes, which are read straight to the pieces. */
static void initrds_in_pieces(uint64_t seed)
{
    static const size_t sizes[] = {1, 70001, 65532, 2, 3, 65536, 4, 131071, 5, 40000, 4095, 6};
    char options[400] = "";
    char path[20];

    (void)seed;
    machine_add_low();
    add_pieces(0x100000, 0x1100000, 64 * KIB, 64 * KIB);
    physical_add(EfiConventionalMemory, HIGH_MEMORY_START, HIGH_MEMORY_START + 64 * MIB);
    machine_add_tables();
    put_kernel("\\kernel", &wide_kernel);
    expect_module("");
    for (size_t i = 0; i < ELEMENTS(sizes); i++) {
        snprintf(path, sizeof(path), "\\i%zu", i);
        put_module_part(path, sizes[i]);
        snprintf(options + strlen(options), sizeof(options) - strlen(options), "--initrd=i%zu ", i);
    }
    snprintf(options + strlen(options), sizeof(options) - strlen(options), "kernel");
    options_set(options);
    expect_no_overlay();
}

/* Whatever there is no memory for, that is said: an offered initrd (0), a compressed kernel (1). */
static void nothing_spare(uint64_t seed)
{
    setup_linux();
    memory_ways.no_spare = true;
    if (seed) {
        put_stored_kernel("\\kernel", &plain_kernel);
        put_module("\\initrd", 70000, "");
        options_set("--initrd initrd kernel");
    } else {
        offer_initrd(70000);
        options_set("vmlinux");
    }
}

/* A compressed kernel: modules must use the memory of its unpacking buffers. */
static void shrinking_packed(uint64_t seed)
{
    uint64_t end = 0x180000 + seed * 2 * PAGE_SIZE;

    physical_add(EfiBootServicesCode, 0, HOST_MEMORY_START);
    physical_add(EfiConventionalMemory, 0x100000, end);
    machine_add_tables();
    put_packed_kernel("\\kernel", seed % 2 ? "xz" : "zst");
    put_module("\\initrd", 400000, "");
    options_set("--initrd initrd kernel");
    expect_overlay_optional();
}

/* Little memory: the initrd only fits if it uses the memory of the kernel's unpacking buffers. */
static void reclaimable(uint64_t seed)
{
    (void)seed;
    shrinking_packed(30);
}

/* Memory of `seed` pages: if it is not enough, the loader must report that. */
static void shrinking(uint64_t seed)
{
    physical_add(EfiBootServicesCode, 0, HOST_MEMORY_START);
    if (seed > 0)
        physical_add(EfiConventionalMemory, 0x100000, 0x100000 + seed * PAGE_SIZE);
    physical_add(EfiBootServicesData, 0x100000 + seed * PAGE_SIZE, 0x300000);
    machine_add_tables();
    put_kernel("\\vmlinux", &plain_kernel);
    put_module("\\initrd", 70000, "");
    options_set("--initrd initrd vmlinux");
    expect_overlay_optional();
}

/* ------------------------------------------------------------------------------------------------
 * Memory that changes
 */

static void withheld(uint64_t seed)
{
    setup_boot();
    memory_ways.withheld = (struct range){0x110000, 0x110000 + (1 + seed) * 64 * KIB};
}

/* U-Boot's stack and page tables are in free memory, here where the kernel goes. */
static void running_in_free_memory(uint64_t seed)
{
    uint64_t stack = 0x110000 + seed * 64 * KIB, tables = 0x180000 - seed * 0x3000;

    setup_boot();
    firmware_ways.processor =
        (struct processor_state){.stack_pointer = stack, .page_table = tables, .page_levels = 4};
    memory_ways.in_use[0] = (struct range){stack - 64 * KIB, stack + 64 * KIB};
    memory_ways.in_use[1] = (struct range){tables, tables + 0x6000};
}

/* Nearly all memory that the map calls free; after it there is enough room. */
static void withheld_large(uint64_t seed)
{
    setup_boot();
    memory_ways.withheld = (struct range){0x110000 + seed * 0x1000, 0x3a00000};
    expect_overlay_optional(); /* what was refused is widened, up to all of high memory */
}

static void withheld_verbose(uint64_t seed)
{
    withheld_large(seed);
    options_set("--verbose --initrd initrd vmlinux a");
}

/* Four times it is the memory right behind that is asked for, then it is twice as far each time. */
static void check_skipping(void)
{
    static const char refused[] = "refuses to allocate 0x";
    const char *said = strstr(run_said(), refused);
    unsigned long long start, last, end = 0, gap = 0, previous = 0;

    for (size_t i = 0; i < 9; i++) {
        if (!said || sscanf(said + strlen(refused), "%llx-0x%llx,", &start, &last) != 2)
            run_fail("%zu refusals are too few", i);
        gap = start - end;
        if (i > 0 && i < 5 ? gap != 0 : gap < 2 * previous || gap == 0)
            run_fail("refusal %zu: 0x%llx behind the one before", i, gap);
        previous = i > 4 ? gap : 0;
        end = last + 1;
        said = strstr(said + 1, refused);
    }
    for (size_t i = 0; i < 4 && said; i++)
        said = strstr(said + 1, refused);
    if (said)
        run_fail("there are too many refusals");
}

/* The firmware allocates pages before every call, except the loader's own attempts to allocate. */
static void take_at_calls(enum service service, size_t call)
{
    if (ledger_phase() == PHASE_RUNNING && service != SERVICE_EXIT_BOOT_SERVICES && call % 3 == 0)
        firmware_change_map(EfiBootServicesData, call % 2);
}

static void changing(uint64_t seed)
{
    (void)seed;
    setup_boot();
}

/* The firmware allocates the kernel's memory just before the loader does, once. */
static void take_once(enum service service, size_t call)
{
    static bool taken;

    (void)call;
    if (service == SERVICE_ALLOCATE_PAGES && !taken &&
        physical_change(EfiBootServicesData, (struct range){0x102000, 0x103000}))
        taken = true;
}

/* After each map, the firmware allocates where the loader plans to have the boot info. */
static void take_always(enum service service, size_t call)
{
    static struct range lowest = {0x10000, 0x10000 + PAGE_SIZE};
    static bool map_read;

    (void)call;
    map_read |= service == SERVICE_GET_MEMORY_MAP;
    if (!map_read || service != SERVICE_ALLOCATE_PAGES)
        return;
    require(physical_change(EfiRuntimeServicesData, lowest));
    lowest = (struct range){lowest.end, lowest.end + PAGE_SIZE};
    map_read = false;
}

/*
 * Drivers' memory where the kernel was to be copied is not released at exit. The map says so when
 * it is read for the third time, before the last message (0), or only for the last time (1).
 */
static size_t drivers_kept_at;

static void keep_drivers(enum service service, size_t call)
{
    static size_t maps;

    (void)call;
    if (service == SERVICE_GET_MEMORY_MAP && ++maps == drivers_kept_at)
        (void)physical_change(EfiRuntimeServicesData,
                              (struct range){USUAL_DRIVERS + 0x1000, USUAL_DRIVERS + 0x2000});
}

static void over_drivers(uint64_t seed)
{
    drivers_kept_at = 3 + seed;
    machine_usual();
    put_kernel("\\kernel", &driver_kernel);
    options_set("kernel");
}

/* The map grows at each attempt to exit, beyond the buffer, which cannot be reallocated. */
static void growing_exit(uint64_t seed)
{
    setup_boot();
    firmware_ways.refuse_exit = 4;
    firmware_ways.growth = 1 + seed;
}

static void outgrown_exit(uint64_t seed)
{
    (void)seed;
    growing_exit(30);
}

/* ------------------------------------------------------------------------------------------------
 * ACPI tables
 */

static void no_acpi(uint64_t seed)
{
    (void)seed;
    setup_without_acpi();
}

/* One byte of the tables is changed: the loader boots, and ignores the damaged table. */
static void damaged_acpi(uint64_t seed)
{
    static const struct {
        size_t start, size;
    } parts[] = {{ACPI_RSDP, 36}, {ACPI_XSDT, 44}, {ACPI_MCFG + 4, 56}}; /* not its name */
    uint8_t tables[ACPI_SIZE];
    size_t part = seed % ELEMENTS(parts);
    size_t byte = seed / ELEMENTS(parts) % parts[part].size;

    setup_without_acpi();
    acpi_make(tables, USUAL_ACPI, USUAL_ECAM);
    tables[parts[part].start + byte] ^= (uint8_t)(1 << seed % 8);
    acpi_publish(tables, USUAL_ACPI);
    if (parts[part].start != ACPI_RSDP)
        expect_rsdp(USUAL_ACPI);
    if (parts[part].start == ACPI_XSDT)
        expect_no_overlay();
}

/* Tables with wrong values but correct checksums. */
static void lying_acpi(uint64_t seed)
{
    static const uint64_t addresses[] = {
        0,
        1,
        0xfff,
        0xa0000,
        0x90000000,
        0xffffffff,
        UINT64_MAX,
        UINT64_MAX - 35,
        0xffc00000,
        USUAL_NVS - 4,
        USUAL_NVS - 36,
        0x2000000,
        0x4000000,
    };
    static const uint32_t lengths[] = {0,      35,      36,      37,       43,        44,
                                       0xffff, 0x10000, 0xfffff, 0x100000, 0xffffffff};
    uint8_t tables[ACPI_SIZE];
    size_t wrong = seed / 3;

    setup_without_acpi();
    acpi_make(tables, USUAL_ACPI, USUAL_ECAM);
    if (seed % 3 == 0) /* address of the root table */
        put_number(tables + ACPI_RSDP + 24, 8, addresses[wrong % ELEMENTS(addresses)]);
    if (seed % 3 == 1) /* address of MCFG */
        put_number(tables + ACPI_XSDT + 36, 8, addresses[wrong % ELEMENTS(addresses)]);
    if (seed % 3 == 2) /* length of the root table */
        put_number(tables + ACPI_XSDT + 4, 4, lengths[wrong % ELEMENTS(lengths)]);
    acpi_sign(tables + ACPI_RSDP, 20, 8);
    acpi_sign(tables + ACPI_RSDP, 36, 32);
    acpi_sign(tables + ACPI_XSDT, 44, 9);
    acpi_publish(tables, USUAL_ACPI);
    /* Tables in free memory cannot be preserved, so none are passed to the kernel. */
    if (seed % 3 == 2 || addresses[wrong % ELEMENTS(addresses)] != 0x2000000)
        expect_rsdp(USUAL_ACPI);
    if (seed % 3 == 2 && lengths[wrong % ELEMENTS(lengths)] == 44)
        expect_ecam((struct range){USUAL_ECAM, USUAL_ECAM + 256 * MIB});
    expect_overlay_optional();
}

/* Memory with pages of `type` at 32 MiB, and ACPI tables in two of them. */
static void put_tables_in(uint32_t type)
{
    machine_add_low();
    physical_add(EfiConventionalMemory, 0x100000, 0x2000000);
    physical_add(type, 0x2000000, 0x2010000);
    physical_add(EfiConventionalMemory, 0x2010000, 0x3000000);
    machine_add_high();
    machine_add_acpi(0x2000f00);
}

/* Firmware with its tables in boot services' memory, or in memory of the loader's types. */
static void acpi_in_ram(uint64_t seed)
{
    static const uint32_t types[] = {
        EfiBootServicesData, EfiBootServicesCode,   EfiLoaderData,         EfiLoaderCode,
        EfiACPIMemoryNVS,    EfiReservedMemoryType, EfiRuntimeServicesData};

    put_tables_in(types[seed]);
    if (seed < 4)
        expect_tables((struct range){0x2000000, 0x2002000});
    put_kernel("\\vmlinux", &plain_kernel);
    put_module("\\initrd", 70000, "");
    options_set("--initrd initrd vmlinux");
}

/* All that a plan depends on is told, and how many files a module is made of. */
static void dry_run_details(uint64_t seed)
{
    (void)seed;
    put_tables_in(EfiBootServicesData);
    put_packed_kernel("\\kernel", "bz.xz");
    put_module("\\one", 70000, "");
    put_module_part("\\two", 300);
    put_module_part("\\three", 300);
    put_module("\\more", 1, "");
    options_set("--dry-run --initrd one --initrd two --initrd three --module more kernel");
}

static void check_dry_run_details(void)
{
    static const char *const lines[] = {
        "\nmcfg 0xb0000000 0xc0000000\r\nacpi 0x2000000 0x2002000\r\nacpi-overlay 0x",
        "\nreclaimable 0x",
        "\nkernel: ELF64, 1 segment, PVH entry 0x101000\r\n",
        " one and 2 more\r\n  module 1     0x",
        " more\r\n  boot info ",
        "\nPVH kernel: kernel + one + two + three + more, PVH entry 0x101000, 5 RAM ranges; ",
    };

    check_all_said(lines, ELEMENTS(lines));
}

/* All of them (0), or only the last one (1): then none of the others is kept either. */
static void acpi_in_free_memory(uint64_t seed)
{
    put_tables_in(EfiConventionalMemory);
    require(!seed || physical_change(EfiBootServicesData, (struct range){0x2000000, 0x2001000}));
    expect_rsdp(0);
    expect_ecam((struct range){0, 0});
    put_kernel("\\vmlinux", &plain_kernel);
    options_set("vmlinux");
}

/* The tables are where the kernel is linked to. */
static void put_kernel_over_tables(bool movable)
{
    static struct kernel_shape shape = {
        .bits = 64,
        .segments = {{0x1fff000, 0x3000, 0x20000}},
        .count = 1,
        .entry = 0x1fff000,
        .align = 0x1000,
        .max = UINT32_MAX,
        .seed = 7,
    };

    put_tables_in(EfiBootServicesData);
    expect_tables((struct range){0x2000000, 0x2002000});
    shape.movable = movable;
    put_kernel("\\kernel", &shape);
    options_set("kernel");
}

static void acpi_in_span(uint64_t seed)
{
    (void)seed;
    put_kernel_over_tables(false);
}

static void acpi_in_span_moved(uint64_t seed)
{
    (void)seed;
    put_kernel_over_tables(true);
    expect_moved();
}

/* ------------------------------------------------------------------------------------------------
 * Many modules and descriptors: planning allocates memory itself
 */

/* As on OVMF: part of the kernel is where drivers have their buffers, and is staged. */
static void add_memory_for_much(uint64_t pieces)
{
    machine_add_low();
    physical_add(EfiConventionalMemory, 0x100000, USUAL_DRIVERS);
    physical_add(EfiBootServicesData, USUAL_DRIVERS, USUAL_DRIVERS_END);
    physical_add(EfiConventionalMemory, USUAL_DRIVERS_END, USUAL_ACPI);
    machine_add_tables();
    add_pieces(0x4000000, 0x4000000 + pieces * 2 * PAGE_SIZE, PAGE_SIZE, PAGE_SIZE);
    put_kernel("\\kernel", &driver_kernel);
}

static const char *repeat_options(size_t count)
{
    static const char option[] = "--module m ";
    char *text = malloc(count * (sizeof(option) - 1) + sizeof("kernel"));

    require(text);
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * (sizeof(option) - 1), option, sizeof(option) - 1);
    memcpy(text + count * (sizeof(option) - 1), "kernel", sizeof("kernel"));
    return text;
}

/* The same file many times. */
static void put_modules(size_t count)
{
    uint8_t bytes[3000];

    fill_random(bytes, sizeof(bytes), 8);
    file_put("\\m", bytes, sizeof(bytes));
    for (size_t i = 0; i < count; i++) {
        expect_module("");
        expect_module_part(bytes, sizeof(bytes));
    }
    options_set(repeat_options(count));
}

static void many_modules(uint64_t seed)
{
    static const size_t counts[] = {100, 300, 1000};

    add_memory_for_much(0);
    put_modules(counts[seed]);
}

static void most_modules(uint64_t seed)
{
    (void)seed;
    add_memory_for_much(0);
    put_modules(10000);
}

static void many_pieces(uint64_t seed)
{
    static const uint64_t counts[] = {1000, 10000};

    add_memory_for_much(counts[seed]);
    put_modules(20);
}

/* And the firmware refuses to allocate some memory that its map calls free. */
static void many_modules_withheld(uint64_t seed)
{
    many_modules(seed);
    memory_ways.withheld = (struct range){0x1000000, 0x1000000 + MIB};
}

static void many_pieces_withheld(uint64_t seed)
{
    many_pieces(seed);
    memory_ways.withheld = (struct range){0x3d00000, 0x3e00000};
}

/* Here it refuses all of it, and the error says so. */
static void all_withheld(uint64_t seed)
{
    (void)seed;
    add_memory_for_much(0);
    put_modules(100);
    memory_ways.withheld = (struct range){0, 4 * GIB};
}

static void check_all_withheld(void)
{
    const char *said = strstr(run_said(), "refuses to allocate 0x");
    unsigned long long first, last;

    if (!said || sscanf(said, "refuses to allocate 0x%llx-0x%llx,", &first, &last) != 2 ||
        first >= last)
        run_fail("it is not said which memory is refused");
}

/* Maps that only have an unusual form lead to the same calls as loader-high, which has faults. */
const struct scenario memory_scenarios[] = {
    {"strides", strides, ENDING_BOOT, NULL, .seeds = 5},
    {"bad-strides", bad_strides, ENDING_ERROR, "memory map", .seeds = 4, .faults = true},
    {"shuffled", shuffled, ENDING_BOOT, NULL, .seeds = 60},
    {"in-pages", in_pages, ENDING_BOOT, NULL},
    {"cut-map", cut_map, ENDING_ANY, NULL, .seeds = 47},
    {"lies", lies, ENDING_BOOT, NULL, .seeds = 20},
    {"ten-thousand", ten_thousand, ENDING_BOOT, NULL},
    {"patchwork", patchwork, ENDING_BOOT, "warning", .seeds = 30},

    {"all-high", all_high, ENDING_ERROR, "vmlinux: ", .faults = true},
    {"loader-high", loader_high, ENDING_BOOT, NULL, .faults = true},
    {"bottom-up", bottom_up, ENDING_BOOT, NULL, .faults = true},
    {"in-pieces", in_pieces, ENDING_BOOT, NULL, .faults = true},
    {"offered-in-pieces", offered_in_pieces, ENDING_BOOT, NULL, .faults = true,
     .answer = EFI_NOT_FOUND},
    {"initrds-in-pieces", initrds_in_pieces, ENDING_BOOT, NULL},
    {"nothing-spare", nothing_spare, ENDING_BOOT, NULL, .seeds = 2, .faults = true,
     .answer = EFI_NOT_FOUND},
    {"shrinking-packed", shrinking_packed, ENDING_ANY, NULL, .seeds = 200},
    {"reclaimable", reclaimable, ENDING_BOOT, NULL, .faults = true},
    {"shrinking", shrinking, ENDING_ANY, NULL, .seeds = 150},

    {"withheld", withheld, ENDING_BOOT, NULL, .seeds = 20},
    {"withheld-large", withheld_large, ENDING_BOOT, NULL, .seeds = 8},
    {"withheld-large-verbose", withheld_verbose, ENDING_BOOT, NULL, check_skipping},
    {"withheld-large-once", withheld_large, ENDING_BOOT, NULL, .faults = true},
    {"withheld-once", withheld, ENDING_BOOT, NULL, .faults = true},
    {"running-in-free-memory", running_in_free_memory, ENDING_BOOT, NULL, .seeds = 6},
    {"running-in-free-memory-once", running_in_free_memory, ENDING_BOOT, NULL, .faults = true},
    {"changing", changing, ENDING_BOOT, NULL, .hook = take_at_calls, .faults = true},
    {"taken-once", changing, ENDING_BOOT, NULL, .hook = take_once, .faults = true},
    {"taken-always", changing, ENDING_ERROR, "which its map calls free", check_all_withheld,
     .hook = take_always},
    {"kept-drivers", over_drivers, ENDING_ERROR, "0x901000", .hook = keep_drivers, .seeds = 2,
     .faults = true},
    {"growing-exit", growing_exit, ENDING_BOOT, NULL, .seeds = 3, .faults = true},
    {"outgrown-exit", outgrown_exit, ENDING_RESET, NULL, .faults = true},

    {"no-acpi", no_acpi, ENDING_BOOT, "no ACPI tables", .faults = true},
    {"damaged-acpi", damaged_acpi, ENDING_BOOT, "damaged", .seeds = 180},
    {"lying-acpi", lying_acpi, ENDING_BOOT, NULL, .seeds = 42},
    {"acpi-in-ram", acpi_in_ram, ENDING_BOOT, NULL, .seeds = 7},
    {"acpi-in-drivers", acpi_in_ram, ENDING_BOOT, NULL, .faults = true},
    {"acpi-in-free-memory", acpi_in_free_memory, ENDING_BOOT, "lie in free memory", .seeds = 2,
     .faults = true},
    {"dry-run-details", dry_run_details, ENDING_SUCCESS, "not started: dry run",
     check_dry_run_details},
    {"acpi-in-span", acpi_in_span, ENDING_ERROR, "0x2000000-0x2001fff is ACPI tables",
     .faults = true},
    {"acpi-in-span-moved", acpi_in_span_moved, ENDING_BOOT, NULL, .faults = true},

    {"many-modules", many_modules, ENDING_BOOT, NULL, .seeds = 3},
    {"most-modules", most_modules, ENDING_BOOT, NULL},
    {"many-pieces", many_pieces, ENDING_BOOT, NULL, .seeds = 2},
    {"many-modules-withheld", many_modules_withheld, ENDING_BOOT, NULL, .seeds = 3},
    {"many-pieces-withheld", many_pieces_withheld, ENDING_BOOT, NULL, .seeds = 2},
    {"all-withheld", all_withheld, ENDING_ERROR, "which its map calls free", check_all_withheld},
    {.name = NULL},
};
