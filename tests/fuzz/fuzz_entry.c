/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer: a directory of entries. Each NUL in the input ends a file, whose first line is its
 * name. The entries are read, sorted and labelled, and a default is chosen.
 */
#include "tests/fuzz/entry_mutator.h"
#include "tests/fuzz/fuzz_text.h"

#include "common/base/sort.h"
#include "common/bls/entry_default.h"
#include "common/bls/entry_label.h"
#include "common/bls/entry_order.h"
#include "common/bls/type1.h"

#define MAX_FILES 8
#define LAST_NAME 255

struct directory {
    struct boot_entry entries[MAX_FILES];
    size_t count;
    struct arena arena;
};

static void require_entry(const struct boot_entry *entry)
{
    require(entry->request.command_line);
    require(!entry->efi.path || *entry->efi.path);
    require(!entry->request.kernel.path || *entry->request.kernel.path);
    require(!entry->request.kernel.path || !entry->efi.path);
    require(entry_is_bootable(entry) == !entry->problem);
    require(strlen(entry->id) == boot_count_id_length(entry->source.file_name, ".conf"));
    require(entry_has_id(entry, entry->id) && entry_has_id(entry, entry->source.file_name));
    for (size_t i = 0; i < entry->request.modules.count; i++)
        require(*entry->request.modules.items[i].path);
    for (size_t i = 0; i < entry->request.initrds.count; i++)
        require(*entry->request.initrds.items[i].path);
    if (entry->problem)
        require_shown(entry->problem);
}

static void add_file(struct directory *directory, const uint8_t *data, size_t size)
{
    struct boot_entry *entry = &directory->entries[directory->count++];
    struct entry_source source = {.kind = ENTRY_TYPE1};
    const uint8_t *line_end = memchr(data, '\n', size);
    size_t name_size = line_end ? (size_t)(line_end - data) : size;
    size_t rest = line_end ? size - name_size - 1 : 0;
    char *name = copy_string(data, name_size < LAST_NAME ? name_size : LAST_NAME);
    char *text = copy_bytes(data + size - rest, rest);

    source.file_name = name;
    require(type1_parse(&source, text, rest, &directory->arena, entry));
    require_diagnostics(&entry->diagnostics, text, rest);
    free(name);
    free(text);
    require_entry(entry);
}

static void add_files(struct directory *directory, const uint8_t *data, size_t size)
{
    while (size > 0 && directory->count < MAX_FILES) {
        const uint8_t *end = memchr(data, '\0', size);
        size_t length = end ? (size_t)(end - data) : size;

        add_file(directory, data, length);
        data += end ? length + 1 : length;
        size -= end ? length + 1 : length;
    }
}

static void require_order(const struct directory *directory)
{
    const struct boot_entry *entries = directory->entries;

    for (size_t i = 0; i < directory->count; i++) {
        for (size_t j = i + 1; j < directory->count; j++) {
            require(entry_compare(&entries[i], &entries[j]) <= 0);
            require(entry_compare(&entries[j], &entries[i]) >= 0);
        }
    }
}

static void require_default(const struct directory *directory)
{
    const struct boot_entry *entries = directory->entries;
    const struct default_selection selection = {
        .one_shot = "",
        .chosen = directory->count ? entries[0].id : "",
        .pattern = directory->count ? entries[0].version : "",
        .saved = directory->count ? entries[0].machine_id : "",
    };
    size_t chosen = entries_choose_default(entries, directory->count, &selection);

    require(chosen <= directory->count);
    require(chosen == directory->count || entry_is_bootable(&entries[chosen]));
    for (size_t i = 0; chosen == directory->count && i < directory->count; i++)
        require(!entry_is_bootable(&entries[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct directory directory = {.count = 0};

    add_files(&directory, data, size);
    sort(directory.entries, directory.count, sizeof(*directory.entries), entry_compare);
    require_order(&directory);
    require(entries_make_labels(directory.entries, directory.count, &directory.arena));
    for (size_t i = 0; i < directory.count; i++)
        require_shown(directory.entries[i].label);
    require_default(&directory);
    arena_release(&directory.arena);
    return 0;
}
