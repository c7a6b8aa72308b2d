/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/esp_path.h"

#include "common/base/path.h"
#include "common/base/text.h"
#include "common/base/utf.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

bool is_directory(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static void truncate_text(struct text *text, size_t length)
{
    text->length = length;
    text->data[length] = '\0';
}

/* Searches the directory `host` for a name, ignoring case, and appends the name found. */
static enum status search(struct text *host, const char *name, bool *ret_found)
{
    DIR *stream = opendir(host->data);
    struct dirent *entry;

    *ret_found = false;
    if (!stream && (errno == ENOTDIR || errno == ENOENT))
        return STATUS_BOOTABLE;
    if (!stream)
        return trouble("%s: cannot be read: %s", host->data, strerror(errno));
    while (!*ret_found && (entry = readdir(stream))) {
        if (text_equals_ignoring_case(entry->d_name, name)) {
            text_format(host, "/%s", entry->d_name);
            *ret_found = true;
        }
    }
    closedir(stream);
    return STATUS_BOOTABLE;
}

/* Resolves one name of a path in the directory `host`. */
static enum status resolve_name(struct text *host, size_t root_length, const char *name,
                                bool *ret_found)
{
    struct stat status;
    size_t length = host->length;

    *ret_found = true;
    if (strcmp(name, "..") == 0) {
        *ret_found = length > root_length;
        while (*ret_found && host->data[--length] != '/')
            continue;
        truncate_text(host, length);
        return STATUS_BOOTABLE;
    }
    text_format(host, "/%s", name);
    if (stat(host->data, &status) == 0)
        return STATUS_BOOTABLE;
    truncate_text(host, length);
    return search(host, name, ret_found);
}

enum status esp_find(const char *directory, const char *path, struct arena *arena,
                     const char **ret_path)
{
    size_t size = strlen(directory) + 1 + strlen(path) + 1;
    struct text host = {arena_alloc(arena, size, 1), size, 0};
    bool found = true;
    const char *start;
    size_t length;

    *ret_path = NULL;
    if (!host.data)
        return trouble(OUT_OF_MEMORY);
    text_append(&host, directory);
    while (found && path_next_name(&path, &start, &length)) {
        const char *name = arena_strndup(arena, start, length);
        enum status status;

        if (!name)
            return trouble(OUT_OF_MEMORY);
        status = resolve_name(&host, strlen(directory), name, &found);
        if (status != STATUS_BOOTABLE)
            return status;
    }
    *ret_path = found ? host.data : NULL;
    return STATUS_BOOTABLE;
}

/* FAT has no names with other characters: the firmware refuses to open them. */
static bool is_valid_name(const char *name)
{
    for (const char *at = name; *at; at++) {
        if ((uint8_t)*at < ' ' || strchr("\":*<>?|", *at))
            return false;
    }
    return utf16_length(name) <= NAME_MAX_LENGTH;
}

/*
 * Removes what EDK2's FAT driver ignores in a name (FatFileNameIsValid() in
 * FatPkg/EnhancedFatDxe/FileName.c): spaces around it, and dots at its end.
 */
static const char *trim_name(char *name)
{
    size_t length;

    while (*name == ' ')
        name++;
    length = strlen(name);
    while (length > 0 && name[length - 1] == ' ')
        name[--length] = '\0';
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return name;
    while (length > 0 && (name[length - 1] == ' ' || name[length - 1] == '.'))
        name[--length] = '\0';
    return name;
}

/* Appends the names of `path` as the firmware understands them; false if one cannot exist. */
static bool append_names(struct text *text, const char *path, struct arena *arena)
{
    const char *start;
    size_t length;

    while (path_next_name(&path, &start, &length)) {
        char *name = arena_strndup(arena, start, length);

        if (!name || !is_valid_name(name))
            return false;
        text_format(text, "/%s", trim_name(name));
    }
    return true;
}

enum status esp_find_named(const char *directory, const char *path, struct arena *arena,
                           const char **ret_path)
{
    size_t size = strlen(path) + sizeof("/");
    struct text names = {arena_alloc(arena, size, 1), size, 0};

    *ret_path = NULL;
    if (!names.data)
        return trouble(OUT_OF_MEMORY);
    if (!append_names(&names, path, arena))
        return STATUS_BOOTABLE;
    return esp_find(directory, names.data, arena, ret_path);
}

bool esp_path_is_too_long(const char *path)
{
    uint16_t units[PATH_MAX_LENGTH];

    return !path_to_utf16(path, units) || path_exceeds_fat(units);
}
