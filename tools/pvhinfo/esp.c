/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/esp.h"

#include "common/base/sort.h"
#include "common/base/text.h"
#include "tools/pvhinfo/esp_path.h"
#include "tools/pvhinfo/host/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define SENTENCE_MAX 1200 /* the loader's longest, and a path before it */

enum status sentence_add(struct sentences *sentences, struct arena *arena, const char *format, ...)
{
    TEXT_ON_STACK(text, SENTENCE_MAX);
    const char **slot = arena_push(arena, (void **)&sentences->items, &sentences->capacity,
                                   sentences->count, sizeof(*sentences->items));
    va_list arguments;

    va_start(arguments, format);
    text_format_list(&text, format, arguments);
    va_end(arguments);
    if (!slot || !(*slot = text_clean_copy(text.data, arena)))
        return trouble(OUT_OF_MEMORY);
    sentences->count++;
    return STATUS_BOOTABLE;
}

/* Reads a file that the loader reads whole; what is too large for it is said and left out. */
static enum status read_text(struct esp *esp, const char *path, uint64_t limit, struct arena *arena,
                             const char **ret_text, size_t *ret_length)
{
    struct host_file file;
    bool opened = host_file_open(path, &file);

    *ret_text = NULL;
    *ret_length = 0;
    if (opened && file.source.size <= limit) {
        *ret_length = (size_t)file.source.size;
        *ret_text = (const char *)host_file_read_all(&file, arena);
    }
    host_file_close(&file);
    if (opened && file.source.size > limit)
        return sentence_add(&esp->notes, arena, "%s: has %llu bytes, more than the %llu allowed",
                            path, (unsigned long long)file.source.size, (unsigned long long)limit);
    if (!*ret_text)
        return trouble("%s: %s", path, *file.reason ? file.reason : OUT_OF_MEMORY);
    return STATUS_BOOTABLE;
}

static enum status read_config(struct esp *esp, struct arena *arena)
{
    const char *text;
    size_t length;
    enum status status = esp_find(esp->directory, "loader/loader.conf", arena, &esp->config_path);

    loader_config_init(&esp->config);
    if (status != STATUS_BOOTABLE || !esp->config_path)
        return status;
    status = read_text(esp, esp->config_path, LOADER_CONFIG_MAX_SIZE, arena, &text, &length);
    if (status == STATUS_BOOTABLE && text &&
        !loader_config_parse(text, length, arena, &esp->config))
        return trouble(OUT_OF_MEMORY);
    return status;
}

static enum status add_entry(struct esp *esp, const char *name, struct arena *arena)
{
    struct boot_entry *entry;
    const char *path, *text;
    size_t length;
    enum status status = esp_find(esp->entries_path, name, arena, &path);

    if (status != STATUS_BOOTABLE || !path || is_directory(path))
        return status;
    status = read_text(esp, path, ENTRY_MAX_SIZE, arena, &text, &length);
    if (status != STATUS_BOOTABLE || !text) {
        /* The others count all the same, as they do in the loader. */
        esp->refused |= status == STATUS_BOOTABLE;
        esp->unread |= status != STATUS_BOOTABLE;
        return STATUS_BOOTABLE;
    }
    entry = arena_push(arena, (void **)&esp->entries, &esp->capacity, esp->count, sizeof(*entry));
    if (!entry || !entry_parse(name, text, length, arena, entry))
        return trouble(OUT_OF_MEMORY);
    esp->count++;
    return STATUS_BOOTABLE;
}

static enum status read_entries(struct esp *esp, struct arena *arena)
{
    enum status status = esp_find(esp->directory, "loader/entries", arena, &esp->entries_path);
    DIR *stream;
    struct dirent *entry;

    if (status != STATUS_BOOTABLE || !esp->entries_path)
        return status;
    stream = opendir(esp->entries_path);
    if (!stream)
        return trouble("%s: cannot be read: %s", esp->entries_path, strerror(errno));
    while (status == STATUS_BOOTABLE && (entry = readdir(stream))) {
        if (entry_is_file_name(entry->d_name))
            status = add_entry(esp, entry->d_name, arena);
    }
    closedir(stream);
    return status;
}

static enum status arrange(struct esp *esp, struct arena *arena)
{
    const struct default_selection selection = {
        .one_shot = "", .chosen = "", .pattern = esp->config.default_pattern, .saved = ""};

    sort(esp->entries, esp->count, sizeof(*esp->entries), entry_compare);
    if (!entries_make_labels(esp->entries, esp->count, arena))
        return trouble(OUT_OF_MEMORY);
    esp->default_entry = entries_choose_default(esp->entries, esp->count, &selection);
    return STATUS_BOOTABLE;
}

/* A pattern that matches nothing is as good as none, which nobody would notice. */
static enum status check_default(struct esp *esp, struct arena *arena)
{
    const char *pattern = esp->config.default_pattern;
    size_t chosen = esp->default_entry;

    if (!*pattern || *pattern == '@' ||
        (chosen < esp->count && entry_matches(&esp->entries[chosen], pattern)))
        return STATUS_BOOTABLE;
    return sentence_add(&esp->notes, arena,
                        "%s: default \"%s\" matches no entry that can be booted", esp->config_path,
                        pattern);
}

bool esp_entry_boots(const struct esp *esp, size_t index)
{
    return entry_is_for_machine(&esp->entries[index]) && esp->checks[index].problems.count == 0;
}

const char *esp_entry_kind(const struct boot_entry *entry)
{
    return entry->request.kernel ? "kernel" : *entry->efi ? "efi" : NULL;
}

/* One that would not boot is enough; and what would boot has to be there. */
static enum status judge(const struct esp *esp)
{
    size_t bootable = 0;
    size_t foreign = 0;

    for (size_t i = 0; i < esp->count; i++) {
        bootable += esp_entry_boots(esp, i);
        foreign += !entry_is_for_machine(&esp->entries[i]);
    }
    if (esp->unread)
        return STATUS_TROUBLE;
    return bootable > 0 && bootable + foreign == esp->count && !esp->refused ? STATUS_BOOTABLE
                                                                             : STATUS_NOT_BOOTABLE;
}

enum status esp_read(const char *directory, struct arena *arena, struct esp *ret_esp)
{
    enum status (*const steps[])(struct esp *, struct arena *) = {
        read_config, read_entries, arrange, esp_check_loaders, esp_check_entries, check_default,
    };

    *ret_esp = (struct esp){.directory = directory};
    if (!is_directory(directory)) {
        ret_esp->directory = NULL;
        return trouble("%s: there is no such directory", directory);
    }
    for (size_t i = 0; i < ELEMENTS(steps); i++) {
        enum status status = steps[i](ret_esp, arena);

        if (status != STATUS_BOOTABLE) {
            ret_esp->directory = NULL; /* half a report would mislead */
            return status;
        }
    }
    return judge(ret_esp);
}
