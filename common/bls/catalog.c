/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/catalog.h"

#include "common/base/sort.h"
#include "common/bls/entry_initrds.h"
#include "common/bls/entry_label.h"
#include "common/bls/entry_order.h"
#include "common/bls/type1.h"

/* Returns false when there is nothing to parse: the file is missing, or unreadable and reported. */
static bool read_or_report(struct catalog_reader *reader, struct catalog_file *file,
                           struct arena *arena)
{
    struct error error = {.code = ERROR_NONE};

    if (reader->read_file(reader, file, arena, &error))
        return file->text;
    reader->report(reader, &error);
    return false;
}

static bool read_config(struct catalog_reader *reader, struct arena *arena, struct catalog *catalog,
                        struct error *error)
{
    struct catalog_file *file = &catalog->config_file;

    *file = (struct catalog_file){
        .path = LOADER_CONFIG_PATH,
        .limit = LOADER_CONFIG_MAX_SIZE,
        .optional = true,
    };
    loader_config_init(&catalog->config);
    return !read_or_report(reader, file, arena) ||
           loader_config_parse(file->text, file->length, arena, &catalog->config) ||
           error_set(error, ERROR_OUT_OF_MEMORY);
}

static bool add_entry(struct catalog_reader *reader, const struct entry_source *source,
                      struct arena *arena, struct entry_list *list, struct error *error)
{
    struct catalog_file file = {
        .path = entry_source_path(source, arena),
        .limit = TYPE1_MAX_SIZE,
    };
    struct boot_entry *slot;

    if (!file.path)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    if (!read_or_report(reader, &file, arena)) {
        list->unreadable++;
        return true;
    }
    slot = arena_push(arena, (void **)&list->items, &list->capacity, list->count,
                      sizeof(*list->items));
    if (!slot || !type1_parse(source, file.text, file.length, arena, slot) ||
        !entry_split_initrds(slot, reader, arena))
        return error_set(error, ERROR_OUT_OF_MEMORY);
    list->count++;
    return true;
}

static bool read_directory(struct catalog_reader *reader, struct arena *arena,
                           struct entry_list *list, struct error *error)
{
    struct entry_source source = {.kind = ENTRY_TYPE1, .volume = reader->volume};

    for (;;) {
        struct error listing = {.code = ERROR_NONE};

        if (!reader->next_name(reader, arena, &source.file_name, &listing)) {
            if (listing.code == ERROR_OUT_OF_MEMORY)
                return error_set(error, ERROR_OUT_OF_MEMORY);
            reader->report(reader, &listing); /* keep what was read of a damaged directory */
            return true;
        }
        if (!source.file_name)
            return true;
        if (entry_source_takes_name(source.kind, source.file_name) &&
            !add_entry(reader, &source, arena, list, error))
            return false;
    }
}

static bool read_entries(struct catalog_reader *reader, struct arena *arena,
                         struct entry_list *list, struct error *error)
{
    bool found, complete;

    if (!reader->open_directory(reader, entry_source_directory(ENTRY_TYPE1), &found, error))
        return false;
    list->no_directory = !found;
    if (!found)
        return true;
    complete = read_directory(reader, arena, list, error);
    reader->close_directory(reader);
    return complete;
}

bool catalog_read(struct catalog_reader *reader, struct arena *arena, struct catalog *ret_catalog,
                  struct error *error)
{
    struct entry_list *entries = &ret_catalog->entries;

    *ret_catalog = (struct catalog){.entries = {.count = 0}};
    if (!read_config(reader, arena, ret_catalog, error) ||
        !read_entries(reader, arena, entries, error))
        return false;
    sort(entries->items, entries->count, sizeof(*entries->items), entry_compare);
    return entries_make_labels(entries->items, entries->count, arena) ||
           error_set(error, ERROR_OUT_OF_MEMORY);
}

size_t catalog_choose_default(const struct catalog *catalog, struct default_selection *selection)
{
    selection->pattern = catalog->config.default_pattern;
    return entries_choose_default(catalog->entries.items, catalog->entries.count, selection);
}
