/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/smbios/smbios_settings.h"

#include "common/base/text.h"

#include <string.h>

#define SUFFIX ".conf" /* of entry files */

/* The value of the setting `name`, which ends with "=" or ":"; NULL if the string is another one.
 */
static const char *value_of(const char *string, const char *name)
{
    size_t length = strlen(name);

    return strncmp(string, name, length) == 0 ? string + length : NULL;
}

/* systemd-boot reads the first; its manual pages have the second. */
static const char *definition_of(const char *string)
{
    const char *definition = value_of(string, "io.systemd.boot.entries-extra:");

    return definition ? definition : value_of(string, "io.systemd.boot-entries.extra:");
}

static void take_first(const char **setting, const char *value)
{
    if (value && !*setting)
        *setting = value;
}

static const char *make_file_name(const char *id, size_t length, struct arena *arena)
{
    char *name = arena_alloc(arena, length + sizeof(SUFFIX), 1);

    if (!name)
        return NULL;
    memcpy(name, id, length);
    if (!text_ends_with_ignoring_case(name, SUFFIX))
        memcpy(name + length, SUFFIX, sizeof(SUFFIX));
    return name;
}

static bool add_entry(struct smbios_settings *settings, const char *definition, struct arena *arena)
{
    const char *equals = strchr(definition, '=');
    struct smbios_entry *slot;
    const char *name;

    if (!equals || equals == definition)
        return true;
    name = make_file_name(definition, (size_t)(equals - definition), arena);
    slot = arena_push(arena, (void **)&settings->entries, &settings->entry_capacity,
                      settings->entry_count, sizeof(*slot));
    if (!name || !slot)
        return false;
    *slot = (struct smbios_entry){name, equals + 1};
    settings->entry_count++;
    return true;
}

bool smbios_settings_read(struct smbios_walk *walk, struct arena *arena,
                          struct smbios_settings *ret_settings)
{
    const char *string;

    *ret_settings = (struct smbios_settings){.entries = NULL};
    while ((string = smbios_next_oem_string(walk))) {
        const char *definition = definition_of(string);

        if (definition && !add_entry(ret_settings, definition, arena))
            return false;
        take_first(&ret_settings->timeout, value_of(string, "io.systemd.boot.timeout="));
        take_first(&ret_settings->boot_options,
                   value_of(string, "io.systemd.boot.kernel-cmdline-extra="));
        take_first(&ret_settings->stub_options,
                   value_of(string, "io.systemd.stub.kernel-cmdline-extra="));
    }
    return true;
}
