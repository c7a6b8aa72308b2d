/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer: SMBIOS, from an entry point (the first SMBIOS_ENTRY_POINT_SIZE bytes) and the
 * structures behind it. All that is found is a string inside the structures.
 */
#include "tests/fuzz/fuzz_text.h"

#include "common/smbios/smbios_settings.h"

static void require_inside(const struct smbios_walk *tables, const char *string)
{
    const char *start = (const char *)tables->bytes;
    const char *end = start + tables->size;

    require(string >= start && string < end);
    require(memchr(string, '\0', (size_t)(end - string)));
}

static void fuzz_strings(const struct smbios_walk *tables)
{
    struct smbios_walk walk = *tables;
    const char *string;
    size_t count = 0;

    while ((string = smbios_next_oem_string(&walk))) {
        require_inside(tables, string);
        require(++count <= tables->size);
    }
}

static void fuzz_system(const struct smbios_walk *tables)
{
    static const enum smbios_system_name names[] = {SMBIOS_MANUFACTURER, SMBIOS_PRODUCT};
    uint8_t uuid[SMBIOS_UUID_SIZE] = {0};

    for (size_t i = 0; i < ELEMENTS(names); i++) {
        const char *name = smbios_system_name(tables, names[i]);

        if (*name)
            require_inside(tables, name);
    }
    if (smbios_read_uuid(tables, uuid)) /* neither of the values that say that it is not set */
        require(memcmp(uuid, uuid + 1, sizeof(uuid) - 1) != 0 || (uuid[0] != 0 && uuid[0] != 0xff));
}

static void fuzz_settings(const struct smbios_walk *tables)
{
    struct arena arena = {0};
    struct smbios_walk walk = *tables;
    struct smbios_settings settings = {.entries = NULL};

    require(smbios_settings_read(&walk, &arena, &settings));
    for (size_t i = 0; i < settings.entry_count; i++) {
        require_inside(tables, settings.entries[i].text);
        require(strlen(settings.entries[i].file_name) > strlen(".conf"));
    }
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct smbios_tables tables;
    struct smbios_walk walk = {.bytes = NULL};
    char *copy;

    if (size < SMBIOS_ENTRY_POINT_SIZE)
        return -1;
    if (smbios_read_entry_point(data, &tables))
        require(tables.size <= SMBIOS_TABLES_MAX);
    copy = copy_bytes(data + SMBIOS_ENTRY_POINT_SIZE, size - SMBIOS_ENTRY_POINT_SIZE);
    walk.bytes = (const uint8_t *)copy;
    walk.size = size - SMBIOS_ENTRY_POINT_SIZE;
    fuzz_strings(&walk);
    fuzz_system(&walk);
    fuzz_settings(&walk);
    free(copy);
    return 0;
}
