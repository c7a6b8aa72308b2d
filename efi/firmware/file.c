/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/file.h"

#include "common/network/url.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/partition.h"
#include "efi/firmware/timing.h"

#include <assert.h>
#include <string.h>

#define MAX_FILE_SIZE (UINT64_C(1) << 62) /* keeps sums of offsets from overflowing */

static const struct volume *url_volume; /* NULL: none */

static bool read_source(struct byte_source *source, uint64_t offset, void *buffer, size_t length,
                        struct error *error)
{
    return file_read((struct file *)source, offset, buffer, length, error);
}

static bool open_on(const struct volume *volume, const char *path, struct file *file,
                    struct error *error)
{
    file->opened.operations = volume->operations;
    if (!volume->operations->open_file(volume, path, &file->opened, error))
        return false;
    if (file->opened.size > MAX_FILE_SIZE) {
        uint64_t size = file->opened.size;

        file_close(file);
        return error_set_for(error, file->path, ERROR_FILE_SIZE, size);
    }
    file->source.size = file->opened.size;
    return true;
}

/* The file keeps its volume open; the volume's root need not stay open for that. */
static bool open_named(const char *path, struct file *file, struct error *error)
{
    CLEANUP(volume_close) struct volume volume = {.kind = VOLUME_NONE};
    const char *rest;

    return partition_open_named(path, &volume, &rest, error) && open_on(&volume, rest, file, error);
}

void file_set_url_volume(const struct volume *volume)
{
    url_volume = volume;
}

bool file_open(const struct volume *volume, const char *path, struct file *ret_file,
               struct error *error)
{
    *ret_file = (struct file){.path = path, .opened = {.path = path}};
    ret_file->source.read = read_source;
    if (url_volume && path_is_url(path))
        return open_on(url_volume, path, ret_file, error);
    if (path_names_partition(path))
        return open_named(path, ret_file, error);
    return open_on(volume, path, ret_file, error);
}

bool file_open_optional(const struct volume *volume, const char *path, struct file *ret_file,
                        struct error *error)
{
    if (file_open(volume, path, ret_file, error))
        return true;
    if (!file_is_missing(ret_file))
        return false;
    error_clear(error);
    return true;
}

void file_from_memory(const char *path, const uint8_t *bytes, uint64_t size, struct file *ret_file)
{
    *ret_file = (struct file){.source = {size, read_source}, .path = path, .bytes = bytes};
}

bool file_exists(const struct volume *volume, const char *path)
{
    CLEANUP(file_close) struct file file = {.path = path};
    struct error error = {.code = ERROR_NONE};

    if (file_open(volume, path, &file, &error))
        return true;
    return !file_is_missing(&file) && error.code != ERROR_FILE_IS_DIRECTORY &&
           error.code != ERROR_PATH_TOO_LONG && error.code != ERROR_PATH_WITH_DRIVE &&
           error.status != efi_status_number(EFI_INVALID_PARAMETER);
}

static bool read_all(struct file *file, uint64_t offset, void *buffer, uint64_t size,
                     struct error *error)
{
    const struct volume_operations *operations = file->opened.operations;
    uint8_t *to = buffer;
    uint64_t count;

    for (uint64_t done = 0; done < size; done += count) {
        if (!operations->read(&file->opened, offset + done, to + done, size - done, &count, error))
            return false;
        if (file->hash)
            sha256_update(file->hash, to + done, count);
        if (file->opened.on_read && !operations->reports_progress)
            file->opened.on_read(count);
    }
    return true;
}

static void copy_from_memory(struct file *file, uint64_t offset, void *buffer, uint64_t size)
{
    memcpy(buffer, file->bytes + offset, size);
    if (file->hash)
        sha256_update(file->hash, buffer, size);
}

bool file_read(struct file *file, uint64_t offset, void *buffer, uint64_t size, struct error *error)
{
    enum timing_phase before;
    bool done;

    assert(!file->hash || file->hash->size == offset);
    if (file->bytes) {
        copy_from_memory(file, offset, buffer, size);
        return true;
    }
    before = timing_enter(TIMING_READING);
    done = read_all(file, offset, buffer, size, error);

    (void)timing_enter(before);
    return done;
}

bool file_read_all(struct file *file, uint64_t limit, struct arena *arena, char **ret_text,
                   struct error *error)
{
    char *text;

    if (file->source.size > limit)
        return error_set_for(error, file->path, ERROR_FILE_OVER_LIMIT, file->source.size, limit);
    text = arena_alloc_bulk(arena, file->source.size + 1);
    if (!text)
        return error_set_for(error, file->path, ERROR_FILE_NO_MEMORY);
    if (!file_read(file, 0, text, file->source.size, error))
        return false;
    text[file->source.size] = '\0';
    *ret_text = text;
    return true;
}

void file_close(struct file *file)
{
    if (file_is_open(file))
        file->opened.operations->close_file(&file->opened);
}
