/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DESCRIPTOR_SIZE 40
#define JUNK            0xcc

uint64_t current_seed;

struct random random_start(uint64_t seed)
{
    current_seed = seed;
    return (struct random){seed};
}

/* Stops early enough for the longest word and another byte. */
size_t random_text(struct random *random, const char *const *words, size_t count,
                   char text[RANDOM_TEXT_SIZE])
{
    size_t length = 0;

    while (length < RANDOM_TEXT_SIZE - 56 && !random_chance(random, 3)) {
        const char *word = words[random_below(random, count)];

        memcpy(text + length, word, strlen(word));
        length += strlen(word);
        if (random_chance(random, 10))
            text[length++] = (char)random_next(random);
    }
    return length;
}

static bool read_source(struct byte_source *base, uint64_t offset, void *buffer, size_t length,
                        struct error *error)
{
    struct test_source *source = (struct test_source *)base;

    assert_true(fits_inside(offset, length, source->source.size));
    if (source->reads++ == source->fail_at)
        return error_set(error, ERROR_READ);
    memcpy(buffer, source->bytes + offset, length);
    return true;
}

void source_open(struct test_source *source, const void *bytes, size_t size)
{
    *source = (struct test_source){
        .source = {.size = size, .read = read_source},
        .bytes = malloc(size ? size : 1),
        .fail_at = NEVER,
    };
    assert_non_null(source->bytes);
    memcpy(source->bytes, bytes, size);
}

void source_close(struct test_source *source)
{
    free(source->bytes);
}

void put_number(uint8_t *bytes, size_t width, uint64_t value)
{
    for (size_t i = 0; i < width; i++)
        bytes[i] = i < 8 ? (uint8_t)(value >> (8 * i)) : 0;
}

void acpi_sign(uint8_t *table, size_t size, size_t checksum)
{
    uint8_t sum = 0;

    table[checksum] = 0;
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + table[i]);
    table[checksum] = (uint8_t)-sum;
}

struct cpuid_result cpuid_name(const char *letters)
{
    struct cpuid_result result = {0};

    memcpy(&result.ebx, letters, 4);
    memcpy(&result.ecx, letters + 4, 4);
    memcpy(&result.edx, letters + 8, 4);
    return result;
}

void check_error(const struct error *error, size_t count, const uint64_t *code_and_numbers)
{
    assert_int_equal(error->code, code_and_numbers[0]);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(error->number[i], code_and_numbers[1 + i]);
}

void map_start(struct map_builder *builder, size_t stride)
{
    *builder = (struct map_builder){.map = {.stride = stride}};
}

void map_add(struct map_builder *builder, uint32_t type, uint64_t start, uint64_t pages,
             uint64_t attributes)
{
    struct firmware_map *map = &builder->map;
    uint8_t *descriptor;

    builder->bytes = realloc(builder->bytes, map->size + map->stride);
    assert_non_null(builder->bytes);
    descriptor = builder->bytes + map->size;
    memset(descriptor, JUNK, map->stride);
    put_number(descriptor, 4, type);
    put_number(descriptor + 8, 8, start);
    put_number(descriptor + 24, 8, pages);
    put_number(descriptor + 32, 8, attributes);
    map->descriptors = builder->bytes;
    map->size += map->stride;
}

void map_add_range(struct map_builder *builder, uint32_t type, uint64_t start, uint64_t end)
{
    map_add(builder, type, start, (end - start) / PAGE_SIZE, EFI_ATTRIBUTE_WB);
}

void map_free(struct map_builder *builder)
{
    free(builder->bytes);
}

void build_map(struct memory_map *ret_map, struct arena *arena, const struct firmware_map *firmware,
               const struct map_overlays *overlays)
{
    struct error error = {0};

    assert_true(memory_map_reserve(
        ret_map, arena, firmware->size / firmware->stride,
        overlays->ecam_count + overlays->table_count + overlays->override_count, &error));
    assert_true(memory_map_build(ret_map, firmware, overlays, &error));
}

static int compare_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void list_map_files(const char *directory, struct map_file_names *ret_names)
{
    DIR *stream = opendir(directory);
    struct dirent *entry;

    ret_names->count = 0;
    if (!stream)
        fail_msg("cannot open %s; run the tests from the top of the project", directory);
    while ((entry = readdir(stream))) {
        size_t length = strlen(entry->d_name);
        char path[512];

        if (length < 4 || strcmp(entry->d_name + length - 4, ".map") != 0)
            continue;
        assert_true(ret_names->count < MAX_MAP_FILES);
        snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
        ret_names->paths[ret_names->count++] = strdup(path);
    }
    closedir(stream);
    qsort(ret_names->paths, ret_names->count, sizeof(*ret_names->paths), compare_paths);
}

void free_map_files(struct map_file_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->paths[i]);
}

static void take_map_line(struct map_file *file, const char *path, const char *text)
{
    unsigned type;
    unsigned long long attributes, start, end;

    if (sscanf(text, "efi %u %llx %llx %llx", &type, &attributes, &start, &end) == 4) {
        assert_true(file->efi_count < MAX_MAP_LINES);
        file->efi[file->efi_count++] = (struct map_line){type, attributes, {start, end}};
    } else if (sscanf(text, "e820 %u %llx %llx", &type, &start, &end) == 3) {
        assert_true(file->e820_count < MAX_MAP_LINES);
        file->e820[file->e820_count++] = (struct map_line){type, 0, {start, end}};
    } else if (text[0] != '#') {
        fail_msg("%s: cannot read the line %s", path, text);
    }
}

void read_map_file(const char *path, struct map_file *ret_file)
{
    FILE *stream = fopen(path, "r");
    char text[512];

    if (!stream)
        fail_msg("cannot open %s", path);
    ret_file->efi_count = 0;
    ret_file->e820_count = 0;
    while (fgets(text, sizeof(text), stream))
        take_map_line(ret_file, path, text);
    fclose(stream);
}

void map_add_file(struct map_builder *builder, const struct map_file *file)
{
    for (size_t i = 0; i < file->efi_count; i++) {
        const struct map_line *line = &file->efi[i];

        map_add(builder, line->type, line->range.start, range_size(line->range) / PAGE_SIZE,
                line->attributes);
    }
}
