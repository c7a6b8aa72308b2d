/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/esp.h"

#include "common/base/path.h"
#include "common/base/text.h"
#include "common/disk/partition_id.h"
#include "tools/pvhinfo/esp_path.h"

#include <stdarg.h>

#define MESSAGE_MAX 1200 /* the loader's longest, and a path */

enum status message_add(struct message_list *messages, struct arena *arena, const char *format, ...)
{
    TEXT_ON_STACK(text, MESSAGE_MAX);
    const char **slot = arena_push(arena, (void **)&messages->items, &messages->capacity,
                                   messages->count, sizeof(*messages->items));
    va_list arguments;

    va_start(arguments, format);
    text_format_list(&text, format, arguments);
    va_end(arguments);
    if (!slot || !(*slot = text_clean_copy(text.data, arena)))
        return trouble(OUT_OF_MEMORY);
    messages->count++;
    return STATUS_BOOTABLE;
}

static enum status choose_default(struct esp *esp, struct arena *arena)
{
    /* The EFI variables are not on the volume. */
    struct default_selection selection = {.one_shot = "", .chosen = "", .saved = ""};

    (void)arena;
    catalog_add_patterns(&esp->catalog, &selection);
    esp->default_entry = catalog_choose_default(&esp->catalog, &selection);
    return STATUS_BOOTABLE;
}

static bool is_exhausted_match(const struct boot_entry *entry, const char *pattern)
{
    return entry_is_bootable(entry) && entry_is_exhausted(entry) &&
           entry_is_selected(entry, pattern);
}

/* Which automatic entries there are, only the machine says. */
static bool names_automatic(const char *pattern)
{
    return text_starts_with_ignoring_case(pattern, "auto-");
}

/* The loader silently ignores a pattern that matches nothing. */
static enum status check_pattern(struct esp *esp, const char *key, const char *pattern,
                                 struct arena *arena)
{
    const struct entry_list *entries = &esp->catalog.entries;
    const struct default_selection selection = {.pattern = pattern, .saved = ""};
    size_t chosen = esp->default_entry;
    bool exhausted = false;

    if (names_automatic(pattern) ||
        (chosen < entries->count && entry_is_selected(&entries->items[chosen], pattern)) ||
        !entries_lack_selected(entries->items, entries->count, &selection))
        return STATUS_BOOTABLE;
    for (size_t i = 0; i < entries->count; i++)
        exhausted |= is_exhausted_match(&entries->items[i], pattern);
    return message_add(&esp->notes, arena, "%s: %s \"%s\" matches %s", esp->config_path, key,
                       pattern,
                       exhausted ? "only entries whose tries are used up" : "no bootable entry");
}

static enum status check_default(struct esp *esp, struct arena *arena)
{
    const struct loader_config *config = &esp->catalog.config;
    enum status status = check_pattern(esp, "preferred", config->preferred_pattern, arena);

    return status == STATUS_BOOTABLE ? check_pattern(esp, "default", config->default_pattern, arena)
                                     : status;
}

bool esp_entry_boots(const struct esp *esp, size_t index)
{
    return entry_is_for_machine(&esp->catalog.entries.items[index]) &&
           esp->checks[index].problems.count == 0;
}

const char *esp_entry_kind(const struct boot_entry *entry)
{
    return entry->request.kernel.path ? "kernel" : entry->efi.path ? "efi" : NULL;
}

const char *esp_entry_path(const struct boot_entry *entry)
{
    return entry->request.kernel.path ? entry->request.kernel.path : entry->efi.path;
}

bool esp_path_is_elsewhere(const char *path)
{
    return path_names_partition(path) || path_is_url(path);
}

static bool is_restart_wanted(const struct esp *esp)
{
    const struct boot_count *count = &esp->catalog.entries.items[esp->default_entry].count;

    return loader_config_restarts(&esp->catalog.config, count->counted && count->left > 0);
}

/* The next entry that boots, with or without tries left; the number of entries for none. */
static size_t find_substitute(const struct esp *esp, bool exhausted)
{
    const struct entry_list *entries = &esp->catalog.entries;

    for (size_t i = 1; i < entries->count; i++) {
        size_t next = (esp->default_entry + i) % entries->count;

        if (entry_is_exhausted(&entries->items[next]) == exhausted && esp_entry_boots(esp, next))
            return next;
    }
    return entries->count;
}

/* As the loader goes on with nobody there: see efi/manager/unattended.c. */
static enum status choose_substitute(struct esp *esp, struct arena *arena)
{
    size_t count = esp->catalog.entries.count;

    esp->substitute = count;
    if (esp->default_entry == count || esp_entry_boots(esp, esp->default_entry))
        return STATUS_BOOTABLE;
    if (is_restart_wanted(esp))
        return message_add(&esp->notes, arena,
                           "%s: the default does not boot, and the machine restarts for "
                           "reboot-on-error",
                           esp->config_path);
    esp->substitute = find_substitute(esp, false);
    if (esp->substitute == count) /* what has no tries left is booted at last */
        esp->substitute = find_substitute(esp, true);
    return STATUS_BOOTABLE;
}

/* Not bootable if there is no bootable entry, or if one for this machine would not boot. */
static enum status overall_status(const struct esp *esp)
{
    const struct entry_list *entries = &esp->catalog.entries;
    size_t bootable = 0;
    size_t foreign = 0;

    for (size_t i = 0; i < entries->count; i++) {
        bootable += esp_entry_boots(esp, i);
        foreign += !entry_is_for_machine(&entries->items[i]);
    }
    if (esp->read_failed)
        return STATUS_TROUBLE;
    if (esp->other_unreadable)
        return STATUS_NOT_BOOTABLE;
    if (bootable == 0 || bootable + foreign < entries->count || entries->unreadable > 0)
        return STATUS_NOT_BOOTABLE;
    for (size_t i = 0; i < ESP_LOADERS; i++) {
        if (esp->loaders[i].problems.count > 0)
            return STATUS_NOT_BOOTABLE;
    }
    return STATUS_BOOTABLE;
}

enum status esp_read(const char *directory, const char *other, enum secure_boot state,
                     struct arena *arena, struct esp *ret_esp)
{
    enum status (*const steps[])(struct esp *, struct arena *) = {
        esp_look_at_other, esp_read_catalog,  choose_default, esp_check_loaders,
        esp_check_entries, esp_judge_entries, check_default,  choose_substitute,
    };

    *ret_esp = (struct esp){.directory = directory, .other = other, .state = state};
    if (!is_directory(directory)) {
        ret_esp->directory = NULL;
        return trouble("%s: no such directory", directory);
    }
    for (size_t i = 0; i < ELEMENTS(steps); i++) {
        enum status status = steps[i](ret_esp, arena);

        if (status != STATUS_BOOTABLE) {
            ret_esp->directory = NULL; /* an incomplete report would be misleading */
            return status;
        }
    }
    return overall_status(ret_esp);
}
