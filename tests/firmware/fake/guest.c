/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/guest.h"

#include "pvh/limits.h"
#include "pvh/start_info.h"
#include "pvh/trampoline.h"
#include "tests/firmware/fake/guest_overlay.h"
#include "tests/firmware/fake/kernels.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/run.h"
#include "tests/firmware/fake/tpm.h"
#include "tests/lib/map_oracle.h"
#include "tests/lib/page_walk.h"

#include <stdlib.h>
#include <string.h>

#define U(number) ((unsigned long long)(number))

#define MOST_FALLBACKS 4
#define MOST_PLACES    7 /* without modules */
#define MODULE_ALIGN   4

#define BOOT_INFO_LIMIT   (1 * GIB)
#define BOOT_INFO_LOWEST  UINT64_C(0x8000)
#define BEHIND_KERNEL     (64 * KIB)
#define LARGE_PAGE        (2 * MIB)
#define NEAR              (2 * MIB) /* gaps up to this size belong to the kernel */
#define COMMAND_LINE_ROOM 2048      /* bytes that Linux copies */
#define COMMAND_LINE_NULS 8         /* NetBSD looks for the end in steps of this size */
#define LOW_MEMORY        UINT64_C(0xa0000)

struct expected_module {
    const char *command;
    uint8_t *bytes;
    size_t size;
    uint64_t place; /* in memory that is not cleared behind it; 0: anywhere */
};

static struct {
    struct kernel_facts kernel;
    const char *command_line;
    const char *fallbacks[MOST_FALLBACKS]; /* allowed instead when a call fails */
    struct expected_module *modules;
    size_t module_count;
    uint64_t rsdp;
    bool no_overlay, overlay_optional;
    const struct framebuffer *framebuffer;
    uint64_t tpm2;
    size_t (*event_log_size)(void);
    struct range ecam, tables;
    bool nvs_allowed;
    bool moved;
    bool unknown;
} expected = {.command_line = ""};

void expect_kernel(const uint8_t *elf, size_t size)
{
    kernel_read(elf, size, &expected.kernel);
}

void expect_anything(void)
{
    expected.unknown = true;
}

void expect_command_line(const char *command_line)
{
    expected.command_line = command_line;
}

void expect_fallback(const char *command_line)
{
    size_t index = 0;

    while (index < MOST_FALLBACKS && expected.fallbacks[index])
        index++;
    require(index < MOST_FALLBACKS);
    expected.fallbacks[index] = command_line;
}

void expect_module(const char *command)
{
    expected.modules =
        realloc(expected.modules, (expected.module_count + 1) * sizeof(*expected.modules));
    require(expected.modules);
    expected.modules[expected.module_count++] = (struct expected_module){.command = command};
}

void expect_module_part(const uint8_t *bytes, size_t size)
{
    struct expected_module *module = &expected.modules[expected.module_count - 1];
    size_t start = align_up(module->size, MODULE_ALIGN);

    module->bytes = realloc(module->bytes, start + size);
    require(module->bytes);
    memset(module->bytes + module->size, 0, start - module->size);
    memcpy(module->bytes + start, bytes, size);
    module->size = start + size;
}

void expect_module_at(uint64_t address)
{
    expected.modules[expected.module_count - 1].place = address;
}

void expect_rsdp(uint64_t address)
{
    expected.rsdp = address;
}

void expect_no_overlay(void)
{
    expected.no_overlay = true;
}

void expect_overlay_optional(void)
{
    expected.overlay_optional = true;
}

void expect_screen(const struct framebuffer *framebuffer)
{
    expected.framebuffer = framebuffer;
}

void expect_event_log(uint64_t tpm2, size_t (*size)(void))
{
    expected.tpm2 = tpm2;
    expected.event_log_size = size;
}

void expect_ecam(struct range window)
{
    expected.ecam = window;
}

void expect_tables(struct range pages)
{
    expected.tables = pages;
}

void expect_nvs_allowed(void)
{
    expected.nvs_allowed = true;
}

void expect_moved(void)
{
    expected.moved = true;
}

/* ------------------------------------------------------------------------------------------------
 * Placement: everything that the kernel is given is in RAM, and nothing overlaps
 */

struct place {
    const char *name;
    struct range range;
};

static struct {
    struct place *items;
    size_t count;
} places;

static void add_place(const char *name, struct range range)
{
    range = range_to_pages(range);
    for (size_t i = 0; i < places.count; i++) {
        const struct place *other = &places.items[i];

        if (range_overlaps(other->range, range))
            run_fail("%s at 0x%llx-0x%llx and %s at 0x%llx-0x%llx overlap", name, U(range.start),
                     U(range.end - 1), other->name, U(other->range.start), U(other->range.end - 1));
    }
    require(places.count < expected.module_count + MOST_PLACES);
    places.items[places.count++] = (struct place){name, range};
}

static const void *pointer(uint64_t address)
{
    return (const void *)(uintptr_t)address;
}

static void check_loaders(const char *name, struct range range)
{
    if (range.end > 4 * GIB || range.start >= range.end || !physical_is_loaders(range))
        run_fail("%s at 0x%llx-0x%llx is not all in memory of the loader's below 4 GiB", name,
                 U(range.start), U(range.end));
}

/* Only the kernel itself may be in ACPI NVS. */
static void check_ram(const char *name, struct range range)
{
    struct range span = range_to_pages(expected.kernel.span);
    bool allow_nvs = expected.nvs_allowed && range.start >= span.start && range.end <= span.end;

    if (range.end > 4 * GIB || !physical_is_ram(range, allow_nvs))
        run_fail("%s at 0x%llx-0x%llx is not all in RAM below 4 GiB", name, U(range.start),
                 U(range.end));
}

/* ------------------------------------------------------------------------------------------------
 * The trampoline
 */

static void copy(const struct trampoline_copy *item)
{
    struct range to = {item->destination, (uint64_t)item->destination + item->size};
    struct range from = {item->source, (uint64_t)item->source + item->size};

    check_loaders("the source of a copy", from);
    check_ram("the destination of a copy", to);
    if (range_overlaps(to, expected.tables))
        run_fail("a copy overwrites ACPI tables");
    if (range_overlaps(to, from))
        run_fail("a copy overlaps itself: 0x%llx to 0x%llx, %u bytes", U(from.start), U(to.start),
                 item->size);
    physical_surrender(to);
    memcpy((void *)(uintptr_t)to.start, pointer(from.start), item->size);
}

static void zero(const struct trampoline_zero *item)
{
    struct range range = {item->start, (uint64_t)item->start + item->size};

    check_ram("memory that is zeroed", range);
    if (range_overlaps(range, expected.tables))
        run_fail("ACPI tables are zeroed");
    physical_surrender(range);
    memset((void *)(uintptr_t)range.start, 0, item->size);
}

static void check_code(uint64_t code)
{
    size_t size = trampoline_code_size();
    struct range range = {code, code + size};

    check_loaders("the trampoline's code", range);
    if (!physical_is_executable(range))
        run_fail("the trampoline's code cannot be run where it is");
    if (memcmp(pointer(code), trampoline_start, size) != 0)
        run_fail("the trampoline's code is damaged");
    add_place("the trampoline's code", range);
}

static uint64_t read_entry(const void *context, uint64_t address)
{
    (void)context;
    if (!physical_is_loaders((struct range){address, address + 8}))
        run_fail("the trampoline's page tables lead to 0x%llx, which is not the loader's",
                 U(address));
    return *(const uint64_t *)pointer(address);
}

/* Each large page below 4 GiB is its own, with four levels and with five. */
static void check_tables(uint64_t tables)
{
    for (int levels = 4; levels <= 5; levels++) {
        const struct page_walk walk = {
            .read = read_entry,
            .root = tables + (levels == 5 ? TRAMPOLINE_TABLE_SIZE : 0),
            .levels = levels,
        };

        for (uint64_t address = 0; address < 4 * GIB; address += 2 * MIB) {
            uint64_t physical;

            if (!page_walk_translate(&walk, address, &physical) || physical != address)
                run_fail("the trampoline's page tables do not map 0x%llx to itself", U(address));
        }
    }
}

/* Reads the lists again after each copy, like the real code, in case they are overwritten. */
static struct trampoline_data carry_out(uint64_t address)
{
    const struct trampoline_data *data = pointer(address);
    struct range lists = {address, address + sizeof(*data)};
    struct range tables;
    struct trampoline_data before;

    check_loaders("the trampoline's data", lists);
    before = *data;
    lists.end = max_u64(lists.end, data->zeros + (uint64_t)data->zero_count * 8);
    lists.end = max_u64(lists.end, data->copies + (uint64_t)data->copy_count * 12);
    check_loaders("the trampoline's lists", lists);
    add_place("the trampoline's data", lists);
    tables = (struct range){data->tables, data->tables + (uint64_t)TRAMPOLINE_TABLE_COUNT *
                                                             TRAMPOLINE_TABLE_SIZE};
    check_loaders("the trampoline's page tables", tables);
    add_place("the trampoline's page tables", tables);
    for (uint32_t i = 0; i < data->copy_count; i++)
        copy((const struct trampoline_copy *)pointer(data->copies) + i);
    for (uint32_t i = 0; i < data->zero_count; i++)
        zero((const struct trampoline_zero *)pointer(data->zeros) + i);
    if (memcmp(&before, data, sizeof(before)) != 0)
        run_fail("the trampoline's data are overwritten by its copies");
    check_tables(before.tables);
    if (before.gdtr.base != address || before.gdtr.limit != sizeof(before.gdt) - 1)
        run_fail("the trampoline's descriptor table is not where its register says");
    return before;
}

/* ------------------------------------------------------------------------------------------------
 * The kernel
 */

/* Checks that the kernel may be moved, and returns by how much it was. */
static uint64_t check_moved(uint32_t entry)
{
    const struct kernel_facts *kernel = &expected.kernel;
    uint64_t delta = entry - kernel->entry;
    uint64_t start = kernel->span.start + delta;

    if (delta == 0 && expected.moved)
        run_fail("the kernel was not moved");
    if (delta == 0)
        return 0;
    if (!kernel->movable)
        run_fail("the entry is 0x%x, not 0x%llx, and the kernel cannot be moved", entry,
                 U(kernel->entry));
    if (start % kernel->align != 0 || start < kernel->min ||
        kernel->span.end + delta - 1 > kernel->max)
        run_fail("the kernel was moved to 0x%llx, which its note forbids", U(start));
    return delta;
}

static void check_bytes(const char *what, size_t index, uint64_t address, const uint8_t *bytes,
                        uint64_t size)
{
    const uint8_t *memory = pointer(address);

    if (size == 0)
        return;
    check_ram(what, (struct range){address, address + size});
    if (bytes && memcmp(memory, bytes, size) == 0)
        return;
    for (uint64_t i = 0; i < size; i++) {
        uint8_t wanted = bytes ? bytes[i] : 0;

        if (memory[i] != wanted)
            run_fail("%s %zu: byte 0x%llx of 0x%llx, at 0x%llx, is 0x%02x, not 0x%02x", what, index,
                     U(i), U(size), U(address + i), memory[i], wanted);
    }
}

static void check_kernel(uint32_t entry)
{
    const struct kernel_facts *kernel = &expected.kernel;
    uint64_t delta = check_moved(entry);
    struct range span = {kernel->span.start + delta, kernel->span.end + delta};
    struct range guarded = range_to_pages(span);

    for (size_t i = 0; i < kernel->count; i++) {
        uint64_t address = kernel->segments[i].address + delta;
        uint64_t file_size = kernel->segments[i].file_size;

        check_bytes("segment", i, address, kernel->bytes + kernel->segments[i].offset, file_size);
        check_bytes("the zeroes of segment", i, address + file_size, NULL,
                    kernel->segments[i].memory_size - file_size);
    }
    guarded.end = min_u64(guarded.end + BEHIND_KERNEL, 4 * GIB);
    add_place("the kernel with what it takes behind itself", guarded);
}

/* ------------------------------------------------------------------------------------------------
 * The start info
 */

static void check_number(const char *what, uint64_t found, uint64_t wanted)
{
    if (found != wanted)
        run_fail("start_info: %s is 0x%llx, not 0x%llx", what, U(found), U(wanted));
}

static void check_string(const char *what, uint64_t address, const char *wanted)
{
    size_t length = strlen(wanted);

    check_loaders(what, (struct range){address, address + length + COMMAND_LINE_NULS});
    if (memcmp(pointer(address), wanted, length + 1) != 0)
        run_fail("%s is \"%.200s\", not \"%.200s\"", what, (const char *)pointer(address), wanted);
    for (size_t i = 0; i < COMMAND_LINE_NULS; i++) {
        if (((const char *)pointer(address))[length + i] != '\0')
            run_fail("%s is not followed by %d zeroes", what, COMMAND_LINE_NULS);
    }
}

static void check_module(const struct hvm_modlist_entry *entry, size_t index)
{
    const struct expected_module *module = &expected.modules[index];
    struct range range = {entry->paddr, entry->paddr + entry->size};
    struct range rest = {range.end, align_up(range.end, PAGE_SIZE)};

    check_number("a module's size", entry->size, module->size);
    check_number("a module's reserved field", entry->reserved, 0);
    if (entry->paddr % PAGE_SIZE != 0)
        run_fail("module %zu is at 0x%llx, which is no page", index, U(entry->paddr));
    if (*module->command)
        check_string("a module's command line", entry->cmdline_paddr, module->command);
    else
        check_number("a module's command line", entry->cmdline_paddr, 0);
    check_bytes("module", index, range.start, module->bytes, module->size);
    if (module->place)
        check_number("the address of a module that stays where it is", entry->paddr, module->place);
    else
        check_bytes("the rest of the last page of module", index, rest.start, NULL,
                    range_size(rest));
    add_place("a module", range);
}

/* The boot info must be one block at an address that kernels can access. */
static void check_boot_info_place(const struct hvm_start_info *info, uint64_t address)
{
    uint64_t line_end = info->cmdline_paddr + COMMAND_LINE_ROOM;
    uint64_t map_end = info->memmap_paddr + info->memmap_entries * sizeof(struct hvm_memmap_entry);
    uint64_t list_end = info->modlist_paddr + info->nr_modules * sizeof(struct hvm_modlist_entry);
    struct range range = {address, max_u64(line_end, max_u64(map_end, list_end))};

    check_loaders("the boot info", range);
    add_place("the boot info", range);
    if (range.start < BOOT_INFO_LOWEST || range.end > BOOT_INFO_LIMIT)
        run_fail("the boot info is at 0x%llx-0x%llx", U(range.start), U(range.end));
    if (range.start / LARGE_PAGE != (range.end - 1) / LARGE_PAGE)
        run_fail("the boot info crosses a large page: 0x%llx-0x%llx", U(range.start), U(range.end));
}

static void check_command_line(uint64_t address)
{
    const char *wanted = expected.command_line;

    for (size_t i = 0; i < MOST_FALLBACKS && expected.fallbacks[i] && !run_is_plain(); i++) {
        const char *fallback = expected.fallbacks[i];
        struct range range = {address, address + strlen(fallback) + 1};

        if (physical_is_loaders(range) &&
            memcmp(pointer(address), fallback, range_size(range)) == 0)
            wanted = fallback;
    }
    check_string("the command line", address, wanted);
    tpm_check_command_line(wanted);
    tpm_check_measured();
}

/* The overlay's pages; none when the kernel is given the firmware's tables. */
static struct range check_rsdp(uint64_t rsdp)
{
    const struct expected_overlay overlay = {
        .firmware_rsdp = expected.rsdp,
        .framebuffer = expected.framebuffer,
        .tpm2 = expected.tpm2,
        .event_log_size = expected.tpm2 ? expected.event_log_size() : 0,
    };
    struct range pages;

    if (!expected.rsdp || expected.no_overlay ||
        (rsdp == expected.rsdp && (expected.overlay_optional || !run_is_plain()))) {
        check_number("rsdp_paddr", rsdp, expected.rsdp);
        return (struct range){0, 0};
    }
    pages = overlay_check(rsdp, &overlay);
    add_place("the ACPI overlay", pages);
    return pages;
}

static void check_start_info(uint64_t address)
{
    const struct hvm_start_info *info = pointer(address);

    check_loaders("start_info", (struct range){address, address + sizeof(*info)});
    check_number("magic", info->magic, 0x336ec578);
    check_number("version", info->version, 1);
    check_number("flags", info->flags, 0);
    check_number("nr_modules", info->nr_modules, expected.module_count);
    check_number("reserved", info->reserved, 0);
    check_command_line(info->cmdline_paddr);
    if (expected.module_count == 0)
        check_number("modlist_paddr", info->modlist_paddr, 0);
    check_boot_info_place(info, address);
    for (size_t i = 0; i < expected.module_count; i++)
        check_module((const struct hvm_modlist_entry *)pointer(info->modlist_paddr) + i, i);
}

/* ------------------------------------------------------------------------------------------------
 * The memory map, compared with the firmware's last one
 */

/* The E820 type at each edge. The caller frees the list. */
static uint32_t *list_types(const struct oracle *oracle)
{
    uint32_t *types = malloc((oracle->edge_count + 1) * sizeof(*types));

    require(types);
    for (size_t i = 0; i < oracle->edge_count; i++)
        types[i] = oracle_type(oracle, oracle->edges[i]);
    return types;
}

/* How many entries a complete table needs. */
static size_t count_pieces(const uint32_t *types, size_t count)
{
    size_t pieces = 0;

    for (size_t i = 0; i < count; i++)
        pieces += types[i] != 0 && (i == 0 || types[i] != types[i - 1]);
    return pieces;
}

/* RAM that must be in the table. */
static bool is_precious(struct range range)
{
    bool low = range.start < LOW_MEMORY;

    for (size_t i = 0; i < places.count && !low; i++)
        low = range_overlaps(places.items[i].range, range) &&
              strncmp(places.items[i].name, "the trampoline", 14) != 0 &&
              strcmp(places.items[i].name, "ACPI tables") != 0 &&
              strcmp(places.items[i].name, "the ACPI overlay") != 0;
    return low;
}

static void check_piece(struct range range, uint32_t told, uint32_t found, bool too_many)
{
    if (told == found)
        return;
    /* A table that is too small omits RAM that is not needed, and merges other entries. */
    if (too_many && found != HVM_MEMMAP_RAM && (told != HVM_MEMMAP_RAM || !is_precious(range)))
        return;
    run_fail("the memory map says type %u for 0x%llx-0x%llx, the firmware says %u", found,
             U(range.start), U(range.end - 1), told);
}

static void check_order(const struct e820_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct hvm_memmap_entry *entry = &table->entries[i];

        if (entry->size == 0 || entry->reserved != 0 || entry->addr + entry->size < entry->addr)
            run_fail("entry %zu of the memory map is empty, wraps or has a reserved field", i);
        if (i > 0 && entry[-1].addr + entry[-1].size > entry->addr)
            run_fail("entry %zu of the memory map is not in order", i);
    }
}

/* The pages of all segments in `span`, each with the gap before it if that is up to 2 MiB. */
static size_t list_kernels_pages(struct range span, struct range pages[MOST_SEGMENTS])
{
    const struct kernel_facts *kernel = &expected.kernel;

    for (size_t i = 0; i < kernel->count; i++) {
        uint64_t start = kernel->segments[i].address - kernel->span.start + span.start;

        pages[i] = range_to_pages((struct range){start, start + kernel->segments[i].memory_size});
    }
    for (size_t i = 0; i < kernel->count; i++) {
        for (size_t j = 0; j < kernel->count; j++) {
            if (pages[j].end < pages[i].start && pages[i].start - pages[j].end <= NEAR)
                pages[i].start = pages[j].end;
        }
    }
    return kernel->count;
}

static void check_memory_map(uint64_t address, struct range span, struct range own_tables)
{
    const struct hvm_start_info *info = pointer(address);
    struct e820_table table = {.entries = (struct hvm_memmap_entry *)(uintptr_t)info->memmap_paddr,
                               .count = info->memmap_entries};
    const struct told_map *told = physical_told_map();
    const struct firmware_map firmware = {told->bytes, told->size, told->stride};
    struct map_overlays overlays = {.ecam = &expected.ecam};
    const struct range tables[] = {expected.tables, own_tables};
    struct range override[MOST_SEGMENTS];
    struct oracle oracle;
    uint32_t *types;
    bool too_many;

    if (table.count == 0 || table.count > E820_MAX_ENTRIES)
        run_fail("the memory map has %zu entries", table.count);
    check_order(&table);
    overlays.ecam_count = range_size(expected.ecam) > 0;
    overlays.tables = tables;
    overlays.table_count = ELEMENTS(tables);
    if (expected.nvs_allowed) {
        overlays.override = override;
        overlays.override_count = list_kernels_pages(span, override);
    }
    oracle_start(&oracle, &firmware, &overlays);
    for (size_t i = 0; i < table.count; i++) {
        oracle_add_edge(&oracle, table.entries[i].addr);
        oracle_add_edge(&oracle, table.entries[i].addr + table.entries[i].size);
    }
    oracle_sort(&oracle);
    types = list_types(&oracle);
    too_many = count_pieces(types, oracle.edge_count) > E820_MAX_ENTRIES;
    for (size_t i = 0; i + 1 < oracle.edge_count; i++) {
        struct range range = {oracle.edges[i], oracle.edges[i + 1]};

        check_piece(range, types[i], table_type(&table, range.start), too_many);
    }
    free(types);
    oracle_free(&oracle);
}

void guest_enter(uint64_t code, uint64_t address)
{
    struct trampoline_data data;
    struct range span, overlay;

    if (ledger_phase() != PHASE_LEFT)
        run_fail("the trampoline is entered while boot services go on");
    if (expected.unknown)
        run_end(ENDING_BOOT, EFI_SUCCESS);
    places.items = calloc(expected.module_count + MOST_PLACES, sizeof(*places.items));
    require(places.items);
    if (range_size(expected.tables) > 0)
        add_place("ACPI tables", expected.tables);
    check_code(code);
    data = carry_out(address);
    check_kernel(data.entry_point);
    check_start_info(data.start_info);
    overlay = check_rsdp(((const struct hvm_start_info *)pointer(data.start_info))->rsdp_paddr);
    span.start = expected.kernel.span.start + (data.entry_point - (uint32_t)expected.kernel.entry);
    span.end = span.start + range_size(expected.kernel.span);
    check_memory_map(data.start_info, span, overlay);
    run_end(ENDING_BOOT, EFI_SUCCESS);
}
