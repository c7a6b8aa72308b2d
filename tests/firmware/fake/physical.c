/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/physical.h"

#include "efi/firmware/proto/memory_attribute.h"
#include "tests/firmware/fake/run.h"
#include "tests/lib/support.h"

#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DESCRIPTOR_VERSION 1
#define DESCRIPTOR_BYTES   40
#define JUNK               0xd5 /* between a descriptor's 40 bytes and the stride */

#define MEMORY_ATTRIBUTE_RP UINT64_C(0x2000)
#define ALL_ATTRIBUTES      (MEMORY_ATTRIBUTE_RO | MEMORY_ATTRIBUTE_XP | MEMORY_ATTRIBUTE_RP)

struct region {
    struct range range;
    uint32_t type;
    uint64_t attributes;
    bool loaders;   /* allocated by the loader */
    bool abandoned; /* the loader tried to free it, but the call failed */
    bool written;   /* contains a table of the firmware */
    bool surrendered;
    uint64_t protection; /* MEMORY_ATTRIBUTE_... */
    bool stuck;          /* the loader tried to remove the protection, but the call failed */
};

struct memory_ways memory_ways;

static struct {
    struct region *regions; /* sorted, disjoint */
    size_t count, capacity;
    UINTN key;
    struct told_map told;
} memory;

static void reserve(uint64_t start, uint64_t end)
{
    void *wanted = (void *)(uintptr_t)start;
    void *got = mmap(wanted, end - start, PROT_NONE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);

    if (got != wanted) {
        perror("cannot have the machine's memory at its addresses (see vm.mmap_min_addr)");
        exit(2);
    }
}

void physical_reserve(void)
{
    reserve(HOST_MEMORY_START, HOST_MEMORY_END);
    reserve(HIGH_MEMORY_START, HIGH_MEMORY_END);
}

/* The run has ended: what goes wrong now ends the process. */
static void forget(uint64_t start, uint64_t end)
{
    if (mprotect((void *)(uintptr_t)start, end - start, PROT_NONE) != 0) {
        perror("mprotect");
        _exit(2);
    }
}

static bool has_pages(struct range range)
{
    return (range.start >= HOST_MEMORY_START && range.end <= HOST_MEMORY_END) ||
           (range.start >= HIGH_MEMORY_START && range.end <= HIGH_MEMORY_END);
}

static void protect(struct range range, int protection)
{
    if (mprotect((void *)(uintptr_t)range.start, range_size(range), protection) != 0)
        run_fail("the test cannot protect 0x%llx-0x%llx", (unsigned long long)range.start,
                 (unsigned long long)range.end - 1);
}

/* Pages keep what is in them: whoever gets them next has them filled with STALE_BYTE. */
void physical_forget(void)
{
    for (size_t i = 0; i < memory.count; i++) {
        struct range range = memory.regions[i].range;

        if (memory.regions[i].loaders)
            ASAN_UNPOISON_MEMORY_REGION((void *)(uintptr_t)range.start, range_size(range));
    }
    forget(HOST_MEMORY_START, HOST_MEMORY_END);
    forget(HIGH_MEMORY_START, HIGH_MEMORY_END);
}

static void insert(size_t index, struct region region)
{
    if (memory.count == memory.capacity) {
        memory.capacity = memory.capacity ? 2 * memory.capacity : 64;
        memory.regions = realloc(memory.regions, memory.capacity * sizeof(*memory.regions));
        require(memory.regions);
    }
    memmove(&memory.regions[index + 1], &memory.regions[index],
            (memory.count - index) * sizeof(*memory.regions));
    memory.regions[index] = region;
    memory.count++;
}

void physical_add_with(uint32_t type, uint64_t start, uint64_t end, uint64_t attributes)
{
    struct region region = {.range = {start, end}, .type = type, .attributes = attributes};
    size_t index = memory.count;

    require(start < end && start % PAGE_SIZE == 0 && end % PAGE_SIZE == 0);
    while (index > 0 && memory.regions[index - 1].range.start > start)
        index--;
    require(index == 0 || memory.regions[index - 1].range.end <= start);
    require(index == memory.count || memory.regions[index].range.start >= end);
    insert(index, region);
    memory.key++;
}

void physical_add(uint32_t type, uint64_t start, uint64_t end)
{
    physical_add_with(type, start, end, ATTRIBUTE_WB);
}

/* The index of the first region that ends above `address`; memory.count if there is none. */
static size_t find_index(uint64_t address)
{
    size_t low = 0, high = memory.count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (memory.regions[middle].range.end <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Splits the region that contains `address`, if any, so that one starts there. */
static void split_at(uint64_t address)
{
    size_t index = find_index(address);
    struct region rest;

    if (index == memory.count || memory.regions[index].range.start >= address)
        return;
    rest = memory.regions[index];
    rest.range.start = memory.regions[index].range.end = address;
    insert(index + 1, rest);
}

/* Splits regions so that some cover exactly `range`; returns the first. NULL if not all exists. */
static struct region *cut_out(struct range range, size_t *ret_count)
{
    uint64_t position = range.start;
    size_t first, index;

    split_at(range.start);
    split_at(range.end);
    first = index = find_index(range.start);
    while (index < memory.count && position < range.end &&
           memory.regions[index].range.start == position)
        position = memory.regions[index++].range.end;
    *ret_count = index - first;
    return index > first && position == range.end ? &memory.regions[first] : NULL;
}

bool physical_change(uint32_t type, struct range range)
{
    size_t count;
    struct region *regions = cut_out(range, &count);

    require(regions);
    for (size_t i = 0; i < count; i++) {
        if (regions[i].loaders)
            return false;
    }
    for (size_t i = 0; i < count; i++)
        regions[i].type = type;
    memory.key++;
    return true;
}

static struct region *find_region(uint64_t address)
{
    size_t index = find_index(address);

    return index < memory.count && memory.regions[index].range.start <= address
               ? &memory.regions[index]
               : NULL;
}

static void fill_for_tables(struct region *region)
{
    if (region->written)
        return;
    region->written = true;
    protect(region->range, PROT_READ | PROT_WRITE);
    memset((void *)(uintptr_t)region->range.start, STALE_BYTE, range_size(region->range));
    protect(region->range, PROT_READ);
}

void physical_write(uint64_t address, const void *bytes, size_t size)
{
    const struct range pages = range_to_pages((struct range){address, address + size});
    struct region *region = find_region(address);

    require(region && address + size <= region->range.end);
    fill_for_tables(region);
    protect(pages, PROT_READ | PROT_WRITE);
    memcpy((void *)(uintptr_t)address, bytes, size);
    protect(pages, PROT_READ);
}

static bool is_free(const struct region *region)
{
    return region->type == EfiConventionalMemory && !region->loaders &&
           !(region->attributes & ATTRIBUTE_SPECIAL);
}

struct range physical_largest_free(uint64_t limit)
{
    struct range largest = {0, 0};

    for (size_t i = 0; i < memory.count; i++) {
        struct range range = memory.regions[i].range;

        range.end = min_u64(range.end, limit);
        if (is_free(&memory.regions[i]) && range_size(range) > range_size(largest))
            largest = range;
    }
    return largest;
}

static bool all_are(struct range range, bool (*is)(const struct region *))
{
    size_t count;
    struct region *regions = cut_out(range_to_pages(range), &count);

    for (size_t i = 0; regions && i < count; i++) {
        if (!is(&regions[i]))
            return false;
    }
    return regions != NULL;
}

static bool is_loaders(const struct region *region)
{
    return region->loaders;
}

static bool becomes_ram(const struct region *region)
{
    return (region->type >= EfiLoaderCode && region->type <= EfiBootServicesData) ||
           region->type == EfiConventionalMemory || region->surrendered;
}

static bool becomes_ram_or_is_nvs(const struct region *region)
{
    return becomes_ram(region) || region->type == EfiACPIMemoryNVS;
}

bool physical_is_loaders(struct range range)
{
    return all_are(range, is_loaders);
}

bool physical_is_ram(struct range range, bool allow_nvs)
{
    return all_are(range, allow_nvs ? becomes_ram_or_is_nvs : becomes_ram);
}

void physical_surrender(struct range range)
{
    size_t count;
    struct region *regions = cut_out(range_to_pages(range), &count);

    require(regions);
    /* The loader has ended, so the protected bytes in its memory are not needed any more. */
    ASAN_UNPOISON_MEMORY_REGION((void *)(uintptr_t)range.start, range_size(range));
    for (size_t i = 0; i < count; i++) {
        if (regions[i].loaders || regions[i].surrendered)
            continue;
        protect(regions[i].range, PROT_READ | PROT_WRITE);
        memset((void *)(uintptr_t)regions[i].range.start, STALE_BYTE, range_size(regions[i].range));
        regions[i].surrendered = true;
    }
}

bool physical_find_leak(struct range *ret_range)
{
    for (size_t i = 0; i < memory.count; i++) {
        if (memory.regions[i].loaders && !memory.regions[i].abandoned) {
            *ret_range = memory.regions[i].range;
            return true;
        }
    }
    return false;
}

UINTN physical_key(void)
{
    return memory.key;
}

void physical_touch(void)
{
    memory.key++;
}

const struct told_map *physical_told_map(void)
{
    return &memory.told;
}

/* ------------------------------------------------------------------------------------------------
 * AllocatePages, FreePages
 */

/* The free memory below `limit` that firmware would choose: the highest or the lowest. */
static bool find_place(uint64_t size, uint64_t limit, struct range *ret_range)
{
    bool found = false;

    for (size_t i = 0; i < memory.count; i++) {
        const struct region *region = &memory.regions[i];
        struct range free = {region->range.start, min_u64(region->range.end, limit)};

        if (!is_free(region) || !has_pages(region->range) || range_size(free) < size)
            continue;
        if (memory_ways.bottom_up && found)
            continue;
        *ret_range = memory_ways.bottom_up ? (struct range){free.start, free.start + size}
                                           : (struct range){free.end - size, free.end};
        found = true;
    }
    return found;
}

static bool find_given(uint64_t start, uint64_t size, struct range *ret_range)
{
    *ret_range = (struct range){start, start + size};
    if (start % PAGE_SIZE != 0)
        run_fail("AllocatePages is asked for 0x%llx, which is no page", (unsigned long long)start);
    for (size_t i = 0; i < ELEMENTS(memory_ways.in_use); i++) {
        if (range_overlaps(*ret_range, memory_ways.in_use[i]))
            run_fail("AllocatePages is asked for 0x%llx-0x%llx, which the firmware runs in",
                     (unsigned long long)ret_range->start, (unsigned long long)ret_range->end - 1);
    }
    return !range_overlaps(*ret_range, memory_ways.withheld) && has_pages(*ret_range) &&
           all_are(*ret_range, is_free);
}

static bool choose_place(EFI_ALLOCATE_TYPE how, uint64_t size, uint64_t address,
                         struct range *ret_range)
{
    switch (how) {
    case AllocateAnyPages:
        return find_place(size, UINT64_MAX, ret_range);
    case AllocateMaxAddress:
        return find_place(size, align_down(address + 1, PAGE_SIZE), ret_range);
    case AllocateAddress:
        return find_given(address, size, ret_range);
    default:
        run_fail("AllocatePages is called with the type %d", (int)how);
    }
}

EFI_STATUS EFIAPI fake_allocate_pages(EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type, UINTN pages,
                                      EFI_PHYSICAL_ADDRESS *address)
{
    EFI_STATUS status = ledger_enter(SERVICE_ALLOCATE_PAGES);
    struct range range = {0, 0};
    struct region *regions;
    size_t count;

    if (EFI_ERROR(status))
        return status;
    if (type != EfiLoaderCode && type != EfiLoaderData)
        run_fail("AllocatePages is called for memory of type %u, which is not a loader's", type);
    if (pages == 0 || pages > UINT64_MAX / PAGE_SIZE / 2)
        run_fail("AllocatePages is called for %llu pages", (unsigned long long)pages);
    if (memory_ways.exhausted || !choose_place(how, pages * PAGE_SIZE, *address, &range))
        return how == AllocateAddress ? EFI_NOT_FOUND : EFI_OUT_OF_RESOURCES;
    regions = cut_out(range, &count);
    for (size_t i = 0; i < count; i++) {
        regions[i].loaders = true;
        regions[i].type = type;
        regions[i].protection = memory_ways.enforce_nx ? MEMORY_ATTRIBUTE_XP : 0;
    }
    protect(range, PROT_READ | PROT_WRITE);
    ASAN_UNPOISON_MEMORY_REGION((void *)(uintptr_t)range.start, range_size(range));
    /* Faster than page by page; older kernels do not support it. */
    (void)madvise((void *)(uintptr_t)range.start, range_size(range), MADV_POPULATE_WRITE);
    memset((void *)(uintptr_t)range.start, STALE_BYTE, range_size(range));
    memory.key++;
    *address = range.start;
    return EFI_SUCCESS;
}

static struct region *find_owned(const char *what, struct range range, size_t *ret_count)
{
    struct region *regions =
        range_size(range) > 0 && range.start % PAGE_SIZE == 0 ? cut_out(range, ret_count) : NULL;

    for (size_t i = 0; regions && i < *ret_count; i++) {
        if (!regions[i].loaders || regions[i].abandoned)
            regions = NULL;
    }
    if (!regions)
        run_fail("%s is called for 0x%llx-0x%llx, which is not all the loader's", what,
                 (unsigned long long)range.start, (unsigned long long)range.end - 1);
    return regions;
}

EFI_STATUS EFIAPI fake_free_pages(EFI_PHYSICAL_ADDRESS address, UINTN pages)
{
    EFI_STATUS status = ledger_enter(SERVICE_FREE_PAGES);
    struct range range = {address, address + pages * PAGE_SIZE};
    size_t count;
    struct region *regions = find_owned("FreePages", range, &count);

    for (size_t i = 0; i < count; i++) {
        if (regions[i].protection & MEMORY_ATTRIBUTE_RO && !regions[i].stuck)
            run_fail("FreePages is called for pages that cannot be written to: firmware that "
                     "clears them stops there");
        regions[i].abandoned = EFI_ERROR(status);
        if (EFI_ERROR(status))
            continue;
        regions[i].loaders = false;
        regions[i].type = EfiConventionalMemory;
    }
    if (EFI_ERROR(status))
        return status;
    ASAN_UNPOISON_MEMORY_REGION((void *)(uintptr_t)range.start, range_size(range));
    protect(range, PROT_NONE);
    memory.key++;
    return EFI_SUCCESS;
}

/* ------------------------------------------------------------------------------------------------
 * GetMemoryMap
 */

static void tell(struct told_map *map, uint32_t type, uint64_t start, uint64_t pages,
                 uint64_t attributes)
{
    uint8_t *descriptor = map->bytes + map->size;

    memset(descriptor, JUNK, map->stride);
    put_number(descriptor, 4, type);
    put_number(descriptor + 8, 8, start);
    put_number(descriptor + 16, 8, 0);
    put_number(descriptor + 24, 8, pages);
    put_number(descriptor + 32, 8, attributes);
    map->size += map->stride;
}

static bool can_merge(const struct region *a, const struct region *b)
{
    return a->range.end == b->range.start && a->type == b->type && a->attributes == b->attributes;
}

/* Merges adjacent regions of a type, like firmware, up to the limit. */
static void tell_regions(struct told_map *map)
{
    uint64_t limit = memory_ways.split ? memory_ways.split : UINT64_MAX;

    for (size_t i = 0; i < memory.count;) {
        struct range range = memory.regions[i].range;
        const struct region *first = &memory.regions[i];

        for (i++; i < memory.count && can_merge(&memory.regions[i - 1], &memory.regions[i]); i++)
            range.end = memory.regions[i].range.end;
        while (range_size(range) > 0) {
            uint64_t size = min_u64(range_size(range), limit);

            tell(map, first->type, range.start, size / PAGE_SIZE, first->attributes);
            range.start += size;
        }
    }
}

static size_t most_descriptors(void)
{
    size_t count = memory.count + memory_ways.empty + memory_ways.extra_count;

    for (size_t i = 0; i < memory.count && memory_ways.split; i++)
        count += range_size(memory.regions[i].range) / memory_ways.split + 1;
    return count;
}

static void shuffle(struct told_map *map)
{
    struct random random = {memory_ways.shuffle};
    size_t count = map->size / map->stride;
    uint8_t swap[256];

    for (size_t i = count; i > 1; i--) {
        uint8_t *a = map->bytes + (i - 1) * map->stride;
        uint8_t *b = map->bytes + random_below(&random, i) * map->stride;

        memcpy(swap, a, map->stride);
        memcpy(a, b, map->stride);
        memcpy(b, swap, map->stride);
    }
}

/* The map as this firmware reports it. */
static void make_map(struct told_map *map)
{
    *map = (struct told_map){.stride = memory_ways.stride};
    map->bytes = malloc((most_descriptors() + 1) * map->stride);
    require(map->bytes);
    tell_regions(map);
    for (size_t i = 0; i < memory_ways.empty; i++)
        tell(map, i % 16, i * MIB, 0, ATTRIBUTE_WB);
    for (size_t i = 0; i < memory_ways.extra_count; i++) {
        const EFI_MEMORY_DESCRIPTOR *extra = &memory_ways.extra[i];

        tell(map, extra->Type, extra->PhysicalStart, extra->NumberOfPages, extra->Attribute);
    }
    if (memory_ways.shuffle)
        shuffle(map);
    map->size -= min_u64(memory_ways.cut, map->size);
}

EFI_STATUS EFIAPI fake_get_memory_map(UINTN *size, EFI_MEMORY_DESCRIPTOR *buffer, UINTN *key,
                                      UINTN *stride, UINT32 *version)
{
    EFI_STATUS status = ledger_enter(SERVICE_GET_MEMORY_MAP);
    struct told_map map;

    if (EFI_ERROR(status))
        return status;
    make_map(&map);
    if (stride)
        *stride = memory_ways.lies ? memory_ways.said_stride : map.stride;
    if (version)
        *version = DESCRIPTOR_VERSION;
    status = *size < map.size ? EFI_BUFFER_TOO_SMALL : EFI_SUCCESS;
    *size = map.size;
    if (EFI_ERROR(status) || !buffer) {
        free(map.bytes);
        return EFI_ERROR(status) ? status : EFI_INVALID_PARAMETER;
    }
    memcpy(buffer, map.bytes, map.size);
    *key = memory.key;
    free(memory.told.bytes);
    memory.told = map;
    return EFI_SUCCESS;
}

/* ------------------------------------------------------------------------------------------------
 * The memory attribute protocol
 */

static EFI_STATUS change_protection(UINT64 base, UINT64 length, UINT64 attributes, bool set)
{
    EFI_STATUS status = ledger_enter(SERVICE_MEMORY_ATTRIBUTE);
    struct range range = {base, base + length};
    size_t count;
    struct region *regions;

    if (attributes == 0 || attributes & ~ALL_ATTRIBUTES || length % PAGE_SIZE != 0)
        run_fail("the memory attribute protocol is called with attributes 0x%llx, length 0x%llx",
                 (unsigned long long)attributes, (unsigned long long)length);
    regions = find_owned("the memory attribute protocol", range, &count);
    if (memory_ways.refuse_read_only && attributes & MEMORY_ATTRIBUTE_RO)
        return EFI_UNSUPPORTED;
    for (size_t i = 0; i < count; i++) {
        regions[i].stuck = EFI_ERROR(status) && !set;
        if (EFI_ERROR(status))
            continue;
        if (set)
            regions[i].protection |= attributes;
        else
            regions[i].protection &= ~attributes;
        protect(regions[i].range,
                regions[i].protection & MEMORY_ATTRIBUTE_RO ? PROT_READ : PROT_READ | PROT_WRITE);
    }
    return status;
}

static EFI_STATUS EFIAPI set_attributes(struct memory_attribute_protocol *this,
                                        EFI_PHYSICAL_ADDRESS base, UINT64 length, UINT64 attributes)
{
    require(this == &fake_memory_attribute);
    return change_protection(base, length, attributes, true);
}

static EFI_STATUS EFIAPI clear_attributes(struct memory_attribute_protocol *this,
                                          EFI_PHYSICAL_ADDRESS base, UINT64 length,
                                          UINT64 attributes)
{
    require(this == &fake_memory_attribute);
    return change_protection(base, length, attributes, false);
}

static EFI_STATUS EFIAPI get_attributes(struct memory_attribute_protocol *this,
                                        EFI_PHYSICAL_ADDRESS base, UINT64 length,
                                        UINT64 *ret_attributes)
{
    EFI_STATUS status = ledger_enter(SERVICE_MEMORY_ATTRIBUTE);
    size_t count;
    struct region *regions;

    require(this == &fake_memory_attribute);
    if (EFI_ERROR(status))
        return status;
    regions = cut_out((struct range){base, base + length}, &count);
    *ret_attributes = regions ? regions[0].protection : 0;
    return regions ? EFI_SUCCESS : EFI_NO_MAPPING;
}

struct memory_attribute_protocol fake_memory_attribute = {get_attributes, set_attributes,
                                                          clear_attributes};

static bool can_be_run(const struct region *region)
{
    /* Without the protocol, code pages are executable; others perhaps not. */
    if (memory_ways.enforce_nx)
        return !(region->protection & MEMORY_ATTRIBUTE_XP);
    return region->type == EfiLoaderCode;
}

bool physical_is_executable(struct range range)
{
    return all_are(range, can_be_run);
}
