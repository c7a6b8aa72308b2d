/* SPDX-License-Identifier: BSD-2-Clause */
/* The catalog_reader for an EFI system partition on the host. */
#include "common/disk/partition_id.h"
#include "pvh/messages.h"
#include "tools/pvhinfo/esp.h"
#include "tools/pvhinfo/esp_path.h"
#include "tools/pvhinfo/host/file.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

struct esp_reader {
    struct catalog_reader reader; /* must be first: the functions cast it back */
    struct esp *esp;
    const char *directory; /* of this volume */
    struct arena *arena;
    DIR *stream;
    const char *path;      /* of the open directory, on the host */
    struct host_file file; /* the one that is open, of which parts are read */
    const char *file_path;
};

/* The message has already been printed; this is for the exit status. */
static bool fail(struct esp_reader *reader, struct error *error)
{
    reader->esp->read_failed = true;
    return error_set(error, ERROR_READ);
}

static bool open_directory(struct catalog_reader *catalog_reader, const char *path, bool *ret_found,
                           struct error *error)
{
    struct esp_reader *reader = (struct esp_reader *)catalog_reader;

    if (esp_find(reader->directory, path, reader->arena, &reader->path) != STATUS_BOOTABLE)
        return fail(reader, error);
    *ret_found = reader->path != NULL;
    if (!*ret_found)
        return true;
    reader->stream = opendir(reader->path);
    if (reader->stream)
        return true;
    (void)trouble("%s: cannot be read: %s", reader->path, strerror(errno));
    return fail(reader, error);
}

static bool next_name(struct catalog_reader *catalog_reader, struct arena *arena,
                      const char **ret_name, struct error *error)
{
    struct esp_reader *reader = (struct esp_reader *)catalog_reader;
    struct dirent *entry;

    *ret_name = NULL;
    while ((entry = readdir(reader->stream))) {
        const char *name = entry->d_name;
        const char *path;

        if (esp_find(reader->path, name, arena, &path) != STATUS_BOOTABLE)
            return fail(reader, error);
        if (!path || is_directory(path))
            continue;
        *ret_name = arena_strndup(arena, name, strlen(name));
        return *ret_name || error_set(error, ERROR_OUT_OF_MEMORY);
    }
    return true;
}

static void close_directory(struct catalog_reader *catalog_reader)
{
    struct esp_reader *reader = (struct esp_reader *)catalog_reader;

    closedir(reader->stream);
}

/* A note, not an error of pvhinfo. */
#define refuse(reader, error, ...)                                                                 \
    (message_add(&(reader)->esp->notes, (reader)->arena, __VA_ARGS__) == STATUS_BOOTABLE           \
         ? error_set((error), ERROR_READ)                                                          \
         : fail((reader), (error)))

static bool read_open_file(struct esp_reader *reader, const char *path, struct host_file *file,
                           struct catalog_file *wanted, struct arena *arena, struct error *error)
{
    uint64_t size = file->source.size;

    if (size > wanted->limit)
        return refuse(reader, error, "%s: has %llu bytes, more than the %llu allowed", path,
                      (unsigned long long)size, (unsigned long long)wanted->limit);
    wanted->text = (const char *)host_file_read_all(file, arena);
    wanted->length = (size_t)size;
    if (wanted->text)
        return true;
    (void)trouble("%s: %s", path, *file->reason ? file->reason : OUT_OF_MEMORY);
    return fail(reader, error);
}

static bool read_file(struct catalog_reader *catalog_reader, struct catalog_file *wanted,
                      struct arena *arena, struct error *error)
{
    struct esp_reader *reader = (struct esp_reader *)catalog_reader;
    struct host_file file;
    const char *path;
    bool read;

    if (esp_find(reader->directory, wanted->path, arena, &path) != STATUS_BOOTABLE)
        return fail(reader, error);
    if (!path && wanted->optional)
        return true;
    if (path && esp_path_is_too_long(wanted->path))
        return refuse(reader, error, "%s: the path is too long; shorten it", path);
    if (path && is_directory(path)) /* the loader, too, goes on without it */
        return refuse(reader, error, "%s: is a directory; name a file", path);
    if (!path || !host_file_open(path, &file)) {
        (void)trouble("%s: %s", path ? path : wanted->path, path ? file.reason : strerror(ENOENT));
        return fail(reader, error);
    }
    read = read_open_file(reader, path, &file, wanted, arena, error);
    host_file_close(&file);
    return read;
}

static bool open_file(struct catalog_reader *catalog_reader, const char *wanted,
                      struct byte_source **ret_source, struct error *error)
{
    struct esp_reader *reader = (struct esp_reader *)catalog_reader;
    const char *path;

    if (esp_find(reader->directory, wanted, reader->arena, &path) != STATUS_BOOTABLE)
        return fail(reader, error);
    if (path && esp_path_is_too_long(wanted))
        return refuse(reader, error, "%s: the path is too long; shorten it", path);
    if (!path || !host_file_open(path, &reader->file)) {
        (void)trouble("%s: %s", path ? path : wanted,
                      path ? reader->file.reason : strerror(ENOENT));
        return fail(reader, error);
    }
    reader->file_path = path;
    *ret_source = &reader->file.source;
    return true;
}

static void close_file(struct catalog_reader *catalog_reader)
{
    struct esp_reader *reader = (struct esp_reader *)catalog_reader;

    if (*reader->file.reason) {
        (void)trouble("%s: %s", reader->file_path, reader->file.reason);
        reader->esp->read_failed = true;
    }
    host_file_close(&reader->file);
}

static bool has_file(struct catalog_reader *catalog_reader, const char *path)
{
    struct esp_reader *reader = (struct esp_reader *)catalog_reader;
    const char *host_path;

    if (path_names_partition(path))
        return true;
    if (esp_path_is_too_long(path))
        return false;
    if (esp_find_named(reader->directory, path, reader->arena, &host_path) != STATUS_BOOTABLE)
        return true;
    return host_path && !is_directory(host_path);
}

/* Reading errors are reported where they occur; what is wrong with a file is a note. */
static void report(struct catalog_reader *catalog_reader, struct error *error)
{
    struct esp_reader *reader = (struct esp_reader *)catalog_reader;
    TEXT_ON_STACK(text, 200);

    if (error->code == ERROR_READ || error->code == ERROR_OUT_OF_MEMORY)
        return;
    error_append(&text, error);
    if (message_add(&reader->esp->notes, reader->arena, "%s", text.data) != STATUS_BOOTABLE)
        reader->esp->read_failed = true;
}

static struct esp_reader make_reader(struct esp *esp, const char *directory, struct arena *arena)
{
    return (struct esp_reader){
        .reader = {NULL, NULL, open_directory, next_name, close_directory, read_file, open_file,
                   close_file, has_file, report},
        .esp = esp,
        .directory = directory,
        .arena = arena,
    };
}

enum status esp_read_catalog(struct esp *esp, struct arena *arena)
{
    struct esp_reader reader = make_reader(esp, esp->directory, arena);
    struct esp_reader other = make_reader(esp, esp->other, arena);
    struct error error;

    if (esp->other)
        reader.reader.other = &other.reader;
    if (esp_find(esp->directory, LOADER_CONFIG_PATH, arena, &esp->config_path) != STATUS_BOOTABLE)
        return STATUS_TROUBLE;
    if (catalog_read(&reader.reader, NULL, arena, &esp->catalog, &error))
        return STATUS_BOOTABLE;
    return trouble(OUT_OF_MEMORY);
}
