/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/machine_details.h"

#include "common/base/text.h"
#include "efi/boot/boot_map.h"
#include "efi/boot/boot_report.h"
#include "efi/trust/secure_boot.h"

static void append_memory(struct text *text, struct arena *arena)
{
    struct boot_map map = {.preparation = {.arena = arena}};
    struct error error = {.code = ERROR_NONE};
    uint64_t all, largest;

    if (!boot_map_update(&map, &error))
        return;
    memory_map_count_free(&map.preparation.map, &all, &largest);
    text_append(text, "memory: ");
    text_append_size(text, all);
    text_append(text, " free, the largest range is ");
    text_append_size(text, largest);
    text_append(text, "\n");
}

static void append_secure_boot(struct text *text)
{
    static const char states[SECURE_BOOT_STATES][30] = {
        [SECURE_BOOT_OFF] = "off",
        [SECURE_BOOT_ON] = "on",
        [SECURE_BOOT_INSECURE] = "on, shim's validation is off",
        [SECURE_BOOT_UNKNOWN] = "on or off, it cannot be read",
    };
    struct error ignored = {.code = ERROR_NONE};
    bool may_be_in_setup;

    text_format(text, "Secure Boot: %s\n", states[secure_boot_read(&may_be_in_setup, &ignored)]);
}

static void append_config(const struct loader_config *config, struct text *text)
{
    if (*config->preferred_pattern)
        text_format(text, "preferred: %s\n", config->preferred_pattern);
    if (*config->default_pattern)
        text_format(text, "default: %s\n", config->default_pattern);
    for (size_t i = 0; i < config->diagnostics.count; i++)
        text_format(text, LOADER_CONFIG_PATH ":%u: %s\n", config->diagnostics.items[i].line,
                    config->diagnostics.items[i].text);
}

void append_machine_details(const struct loader_config *config, const struct entry_list *entries,
                            struct text *text, struct arena *arena)
{
    report_append_machine(text);
    append_memory(text, arena);
    append_secure_boot(text);
    text_format(text, "entries: %llu\n", (unsigned long long)entries->count);
    append_config(config, text);
}
