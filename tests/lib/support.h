/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the host tests: cmocka, allocations that fail on demand, sources, maps. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/base/arena.h"
#include "common/base/byte_source.h"
#include "common/base/error.h"
#include "common/image/elf.h"
#include "pvh/memory_map.h"
#include "pvh/platform/platform.h"
#include "tests/lib/random.h"

#define NEVER SIZE_MAX

/* An assertion that prints the seed of the current round of a property test. */
extern uint64_t current_seed;
#define check(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fail_msg("seed %llu: %s", (unsigned long long)current_seed, #condition);               \
    } while (0)

struct random random_start(uint64_t seed); /* also sets current_seed */

/* Fills `text` with random words from the list and a few random bytes. */
#define RANDOM_TEXT_SIZE 256
size_t random_text(struct random *random, const char *const *words, size_t count,
                   char text[RANDOM_TEXT_SIZE]);

/*
 * The arena of the tests (strict_arena.c) calls malloc() with the exact size for each allocation,
 * and moves arrays at every push, so that the address sanitizer finds any access past the end or
 * through a stale pointer.
 */
void arena_fail_after(size_t allocations); /* how many succeed; NEVER: all */
bool arena_has_failed(void);          /* whether one has, since arena_fail_after() was called */
void arena_fail_above(uint64_t size); /* larger ones always fail; UINT64_MAX: no limit */
size_t arena_pieces(void);            /* allocations of all arenas, not freed yet */
uint64_t arena_bytes(void);           /* allocated since the start, freed or not */

/* Called before and after a test. arena_end_test() returns -1 when memory has leaked. */
void arena_begin_test(struct arena *arena);
int arena_end_test(struct arena *arena);

/* A file in memory. Reads past its end fail the test. */
struct test_source {
    struct byte_source source; /* must be first: this is what the code under test gets */
    uint8_t *bytes;
    size_t reads;
    size_t fail_at; /* the read that fails, from 0 */
};

void source_open(struct test_source *source, const void *bytes, size_t size);
void source_close(struct test_source *source);

/* Writes a little-endian number of `width` bytes. */
void put_number(uint8_t *bytes, size_t width, uint64_t value);

/* Sets the checksum byte at `checksum`, so that all bytes of an ACPI table sum to zero. */
void acpi_sign(uint8_t *table, size_t size, size_t checksum);

/* A CPUID result with a name of twelve letters in EBX, ECX and EDX. */
struct cpuid_result cpuid_name(const char *letters);

/* Checks the code of an error, and those of its numbers that are given. */
#define assert_error(error, ...)                                                                   \
    check_error((error), sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t) - 1,           \
                (const uint64_t[]){__VA_ARGS__})
void check_error(const struct error *error, size_t count, const uint64_t *code_and_numbers);

/* Builds a firmware map. Descriptors are filled with junk from byte 40 up to the stride. */
struct map_builder {
    struct firmware_map map;
    uint8_t *bytes;
};

#define EFI_RESERVED     0
#define EFI_LOADER_CODE  1
#define EFI_LOADER_DATA  2
#define EFI_BOOT_CODE    3
#define EFI_BOOT_DATA    4
#define EFI_RUNTIME_CODE 5
#define EFI_RUNTIME_DATA 6
#define EFI_CONVENTIONAL 7
#define EFI_UNUSABLE     8
#define EFI_ACPI_RECLAIM 9
#define EFI_ACPI_NVS     10
#define EFI_MMIO         11
#define EFI_MMIO_PORT    12
#define EFI_PAL_CODE     13
#define EFI_PERSISTENT   14
#define EFI_UNACCEPTED   15
#define EFI_ATTRIBUTE_WB UINT64_C(0x8)
#define EFI_ATTRIBUTE_SP UINT64_C(0x40000)

void map_start(struct map_builder *builder, size_t stride);
void map_add(struct map_builder *builder, uint32_t type, uint64_t start, uint64_t pages,
             uint64_t attributes);
/* Adds a range by its ends, with attribute WB. */
void map_add_range(struct map_builder *builder, uint32_t type, uint64_t start, uint64_t end);
void map_free(struct map_builder *builder);

/* Reserves memory and builds the map; both must succeed. */
void build_map(struct memory_map *ret_map, struct arena *arena, const struct firmware_map *firmware,
               const struct map_overlays *overlays);

/* The files of tests/data/maps. */
struct map_line {
    uint32_t type;
    uint64_t attributes;
    struct range range;
};

#define MAX_MAP_LINES 512

struct map_file {
    struct map_line efi[MAX_MAP_LINES];
    size_t efi_count;
    struct map_line e820[MAX_MAP_LINES];
    size_t e820_count;
};

#define MAX_MAP_FILES 64

struct map_file_names {
    char *paths[MAX_MAP_FILES];
    size_t count;
};

/* All *.map in a directory, sorted by name. */
void list_map_files(const char *directory, struct map_file_names *ret_names);
void free_map_files(struct map_file_names *names);
void read_map_file(const char *path, struct map_file *ret_file);
void map_add_file(struct map_builder *builder, const struct map_file *file);
