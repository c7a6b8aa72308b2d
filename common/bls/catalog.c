/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/catalog.h"

#include "common/base/sort.h"
#include "common/bls/entry_initrds.h"
#include "common/bls/entry_label.h"
#include "common/bls/entry_order.h"
#include "common/bls/type1.h"
#include "common/bls/type2.h"

#include <string.h>

static bool read_config(struct catalog_reader *reader, struct arena *arena, struct catalog *catalog,
                        struct error *error)
{
    struct catalog_file *file = &catalog->config_file;
    struct error reading = {.code = ERROR_NONE};

    *file = (struct catalog_file){
        .path = LOADER_CONFIG_PATH,
        .limit = LOADER_CONFIG_MAX_SIZE,
        .optional = true,
    };
    loader_config_init(&catalog->config);
    if (!reader->read_file(reader, file, arena, &reading))
        reader->report(reader, &reading);
    return !file->text || loader_config_parse(file->text, file->length, arena, &catalog->config) ||
           error_set(error, ERROR_OUT_OF_MEMORY);
}

/* Reports what entries may be missing for. */
static void report_unread(struct catalog_reader *reader, struct entry_list *list,
                          struct error *reading)
{
    reader->report(reader, reading);
    if (list->unread.code == ERROR_NONE)
        list->unread = *reading;
}

static bool add_text(struct catalog_reader *reader, const struct entry_source *source,
                     const char *text, size_t length, struct arena *arena, struct entry_list *list,
                     struct error *error)
{
    struct boot_entry *slot = entry_list_push(list, arena);

    if (!slot || !type1_parse(source, text, length, arena, slot) ||
        !entry_split_initrds(slot, reader, arena))
        return error_set(error, ERROR_OUT_OF_MEMORY);
    list->count++;
    return true;
}

static bool add_type1(struct catalog_reader *reader, const struct entry_source *source,
                      struct arena *arena, struct entry_list *list, struct error *error)
{
    struct catalog_file file = {
        .path = entry_source_path(source, arena),
        .limit = TYPE1_MAX_SIZE,
    };
    struct error reading = {.code = ERROR_NONE};

    if (!file.path)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    if (!reader->read_file(reader, &file, arena, &reading)) {
        list->unreadable++;
        report_unread(reader, list, &reading);
        return true;
    }
    return add_text(reader, source, file.text, file.length, arena, list, error);
}

static bool read_image(struct catalog_reader *reader, const struct entry_source *source,
                       const char *path, struct arena *arena, struct entry_list *list,
                       struct error *error)
{
    struct byte_source *image;
    bool read;

    if (!reader->open_file(reader, path, &image, error))
        return false;
    read = type2_read(source, image, arena, list, error);
    reader->close_file(reader);
    return read || ERROR_IS_FALSE(error_name(error, path));
}

static bool add_type2(struct catalog_reader *reader, const struct entry_source *source,
                      struct arena *arena, struct entry_list *list, struct error *error)
{
    const char *path = entry_source_path(source, arena);
    struct error reading = {.code = ERROR_NONE};

    if (!path)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    if (read_image(reader, source, path, arena, list, &reading))
        return true;
    if (reading.code == ERROR_OUT_OF_MEMORY)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    if (reading.code == ERROR_NO_PROGRAM || reading.code == ERROR_NO_OS_RELEASE) {
        reader->report(reader, &reading); /* it is no entry */
        return true;
    }
    list->unreadable++;
    report_unread(reader, list, &reading);
    return true;
}

static bool add_entry(struct catalog_reader *reader, const struct entry_source *source,
                      struct arena *arena, struct entry_list *list, struct error *error)
{
    if (source->kind == ENTRY_TYPE2)
        return add_type2(reader, source, arena, list, error);
    return add_type1(reader, source, arena, list, error);
}

static bool read_directory(struct catalog_reader *reader, enum entry_source_kind kind,
                           struct arena *arena, struct entry_list *list, struct error *error)
{
    struct entry_source source = {
        .kind = kind, .volume = reader->volume, .is_other = list->reading_other};

    for (;;) {
        struct error listing = {.code = ERROR_NONE};

        if (!reader->next_name(reader, arena, &source.file_name, &listing)) {
            if (listing.code == ERROR_OUT_OF_MEMORY)
                return error_set(error, ERROR_OUT_OF_MEMORY);
            report_unread(reader, list, &listing); /* keep what was read of a damaged directory */
            return true;
        }
        if (!source.file_name)
            return true;
        if (entry_source_takes_name(kind, source.file_name) &&
            !add_entry(reader, &source, arena, list, error))
            return false;
    }
}

/* Sets *ret_found if there is such a directory. */
static bool read_kind(struct catalog_reader *reader, enum entry_source_kind kind,
                      struct arena *arena, struct entry_list *list, bool *ret_found,
                      struct error *error)
{
    bool complete;

    if (!reader->open_directory(reader, entry_source_directory(kind), ret_found, error))
        return false;
    if (!*ret_found)
        return true;
    complete = read_directory(reader, kind, arena, list, error);
    reader->close_directory(reader);
    return complete;
}

/* Without a directory that cannot be read, the other entries are still there. */
static bool read_what_can_be(struct catalog_reader *reader, enum entry_source_kind kind,
                             struct arena *arena, struct entry_list *list, bool *ret_found,
                             struct error *error)
{
    struct error reading = {.code = ERROR_NONE};

    if (read_kind(reader, kind, arena, list, ret_found, &reading))
        return true;
    *ret_found = true;
    if (reading.code == ERROR_OUT_OF_MEMORY)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    report_unread(reader, list, &reading);
    return true;
}

static bool read_entries(struct catalog_reader *reader, struct arena *arena,
                         struct entry_list *list, struct error *error)
{
    bool has_entries, has_images;

    if (!read_what_can_be(reader, ENTRY_TYPE1, arena, list, &has_entries, error) ||
        !read_what_can_be(reader, ENTRY_TYPE2, arena, list, &has_images, error))
        return false;
    list->no_directory = !has_entries;
    return true;
}

static bool read_other_entries(struct catalog_reader *reader, struct arena *arena,
                               struct entry_list *list, struct error *error)
{
    bool had_none = list->no_directory;

    list->reading_other = true;
    if (!read_entries(reader, arena, list, error))
        return false;
    list->no_directory &= had_none;
    return true;
}

/* Their files are on the reader's volume. */
static bool add_smbios_entries(struct catalog_reader *reader,
                               const struct smbios_settings *settings, struct arena *arena,
                               struct entry_list *list, struct error *error)
{
    for (size_t i = 0; settings && i < settings->entry_count; i++) {
        const struct smbios_entry *entry = &settings->entries[i];
        const struct entry_source source = {ENTRY_SMBIOS, reader->volume, entry->file_name, false};

        if (!entry_source_takes_name(ENTRY_SMBIOS, entry->file_name))
            continue;
        if (!add_text(reader, &source, entry->text, strlen(entry->text), arena, list, error))
            return false;
    }
    return true;
}

bool catalog_read(struct catalog_reader *reader, const struct smbios_settings *settings,
                  struct arena *arena, struct catalog *ret_catalog, struct error *error)
{
    struct entry_list *entries = &ret_catalog->entries;

    *ret_catalog = (struct catalog){.entries = {.count = 0}};
    if (!read_config(reader, arena, ret_catalog, error) ||
        !read_entries(reader, arena, entries, error) ||
        (reader->other && !read_other_entries(reader->other, arena, entries, error)) ||
        !add_smbios_entries(reader, settings, arena, entries, error))
        return false;
    sort(entries->items, entries->count, sizeof(*entries->items), entry_compare);
    return entries_make_labels(entries->items, entries->count, arena) ||
           error_set(error, ERROR_OUT_OF_MEMORY);
}

void catalog_add_patterns(const struct catalog *catalog, struct default_selection *selection)
{
    selection->pattern = catalog->config.default_pattern;
    selection->preferred_pattern = catalog->config.preferred_pattern;
}

size_t catalog_choose_default(const struct catalog *catalog,
                              const struct default_selection *selection)
{
    return entries_choose_default(catalog->entries.items, catalog->entries.count, selection);
}
