/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/network/entry_directory.h"

#include "common/bls/entry_source.h"
#include "common/bls/type1.h"
#include "common/network/netboot.h"
#include "efi/firmware/file.h"
#include "efi/firmware/pages.h"
#include "efi/firmware/system_table.h"
#include "efi/network/network.h"

#include <assert.h>
#include <string.h>

static_assert(NETBOOT_UUID_SIZE == SMBIOS_UUID_SIZE && NETBOOT_MAC_SIZE == MAC_SIZE, "the same");

#define NAME_SIZE 64 /* of a UUID or a MAC address, with the suffix */

struct listing {
    struct arena arena; /* in which this is, and the file's text */
    struct netboot_list list;
    const char *single; /* the name of the file itself; NULL: those of the list */
};

/* What was looked for, for a message, and the last path, which an error may name. */
static char looked_for[NETBOOT_NAMES * NAME_SIZE];
static char last_path[2 * NAME_SIZE];

static void identify(const struct volume *volume, struct netboot_machine *ret_machine)
{
    const struct smbios_walk tables = system_table_smbios();
    struct network_path path;

    network_path_of(volume->device, &path);
    *ret_machine = (struct netboot_machine){
        .has_mac = path.has_mac,
        .is_flat = !volume->operations->is_server,
    };
    memcpy(ret_machine->mac, path.mac, sizeof(ret_machine->mac));
    ret_machine->has_uuid = smbios_read_uuid(&tables, ret_machine->uuid);
}

static void start_listing(struct listing *listing, const char *text, size_t length,
                          const char *name)
{
    struct netboot_list list = netboot_list_of(text, length);
    const char *first;
    size_t first_length;

    listing->list = list;
    listing->single = netboot_list_next(&list, &first, &first_length) ? NULL : name;
}

/* A file that is too large for an entry is said to be so when it is read as one. */
static bool read_listing(struct file *file, const char *name, struct listing *listing,
                         struct error *error)
{
    char *text = NULL;

    if (file->source.size <= TYPE1_MAX_SIZE &&
        !file_read_all(file, TYPE1_MAX_SIZE, &listing->arena, &text, error))
        return false;
    start_listing(listing, text ? text : "", text ? (size_t)file->source.size : 0, name);
    return true;
}

/* Sets *ret_found when there is a file of this name. */
static bool try_name(const struct volume *volume, const char *name, struct listing *listing,
                     bool *ret_found, struct error *error)
{
    CLEANUP(file_close) struct file file = {.path = NULL};
    struct entry_source source = {.kind = ENTRY_TYPE1};
    struct text path = text_empty(last_path, sizeof(last_path));

    source.file_name = arena_strndup(&listing->arena, name, strlen(name));
    if (!source.file_name)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    entry_source_append_path(&path, &source);
    if (!file_open_optional(volume, path.data, &file, error))
        return false;
    *ret_found = file_is_open(&file);
    return !*ret_found || read_listing(&file, source.file_name, listing, error);
}

static bool find(const struct volume *volume, struct listing *listing, bool *ret_found,
                 struct error *error)
{
    struct text names = text_empty(looked_for, sizeof(looked_for));
    struct netboot_machine machine;

    identify(volume, &machine);
    *ret_found = false;
    for (size_t i = 0; i < NETBOOT_NAMES && !*ret_found; i++) {
        TEXT_ON_STACK(name, NAME_SIZE);

        netboot_append_name(&name, &machine, i);
        if (name.length == 0)
            continue;
        text_format(&names, "%s%s", names.length > 0 ? ", " : "", name.data);
        if (!try_name(volume, name.data, listing, ret_found, error))
            return false;
    }
    return true;
}

static void release(struct listing *listing)
{
    struct arena arena = listing->arena;

    arena_release(&arena);
}

bool entry_directory_open(const struct volume *volume, const char *path,
                          struct directory *directory, struct error *error)
{
    struct arena arena;
    struct listing *listing;
    bool found = false, good;

    if (!netboot_is_entries(path))
        return true;
    pages_init_arena(&arena);
    listing = arena_alloc(&arena, 1, sizeof(*listing));
    if (!listing)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    *listing = (struct listing){.arena = arena};
    good = find(volume, listing, &found, error);
    directory->looked_for = looked_for;
    if (found && good)
        directory->handle = listing;
    else
        release(listing);
    return good;
}

bool entry_directory_next(const struct directory *directory, bool directories, struct arena *arena,
                          const char **ret_name, struct error *error)
{
    struct listing *listing = directory->handle;
    const char *name = listing->single;
    size_t length = name ? strlen(name) : 0;

    *ret_name = NULL;
    listing->single = NULL;
    if (directories || (!name && !netboot_list_next(&listing->list, &name, &length)))
        return true;
    *ret_name = arena_strndup(arena, name, length);
    return *ret_name || error_set(error, ERROR_OUT_OF_MEMORY);
}

void entry_directory_close(struct directory *directory)
{
    release(directory->handle);
    directory->handle = NULL;
}
