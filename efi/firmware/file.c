/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/file.h"

#include "common/base/overflow.h"
#include "common/base/text.h"
#include "efi/firmware/clock.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/partition.h"
#include "efi/firmware/timing.h"

#include <assert.h>
#include <string.h>

/*
 * A few large reads are fastest: EDK2's FAT driver walks the cluster chain anew for each, which
 * adds a quarter to the time when a file of 512 MiB is read in two calls. OVMF's virtio driver
 * refuses more than 1 GiB at once (VirtioBlkDxe, VerifyReadWriteRequest). That holds for files that
 * are hashed too: SHA-256 is as fast from memory as from the cache (tests/bench/hash.c), while
 * reading 512 MiB in pieces of 1 MiB takes a third more instructions.
 */
#define LARGEST_CHUNK  (1 * GIB)
#define SMALLEST_CHUNK (1 * MIB)

/*
 * The speed of the medium, averaged over all reads of at least SMALLEST_CHUNK: shorter ones may
 * come from a cache. One figure is enough while all files are on the same volume.
 */
static struct {
    uint64_t ticks;
    uint64_t mib;
} speed;

#define MAX_FILE_SIZE (UINT64_C(1) << 62) /* keeps sums of offsets from overflowing */

/* FAT and ISO 9660 names have up to 255 characters; other file systems may allow more. */
#define FILE_INFO_SIZE (sizeof(EFI_FILE_INFO) + 1024 * sizeof(CHAR16))

static bool read_source(struct byte_source *source, uint64_t offset, void *buffer, size_t length,
                        struct error *error)
{
    return file_read((struct file *)source, offset, buffer, length, error);
}

static bool read_info(struct file *file, uint64_t *ret_size, struct error *error)
{
    EFI_GUID guid = EFI_FILE_INFO_ID;
    union {
        EFI_FILE_INFO info;
        uint8_t bytes[FILE_INFO_SIZE];
    } buffer;
    UINTN size = sizeof(buffer);
    EFI_STATUS status;

    status = file->handle->GetInfo(file->handle, &guid, &size, &buffer);
    if (EFI_ERROR(status))
        return error_set_efi_for(error, file->path, status, ERROR_FILE_INFO);
    if (buffer.info.Attribute & EFI_FILE_DIRECTORY)
        return error_set_for(error, file->path, ERROR_FILE_IS_DIRECTORY);
    if (buffer.info.FileSize > MAX_FILE_SIZE)
        return error_set_for(error, file->path, ERROR_FILE_SIZE, buffer.info.FileSize);
    *ret_size = buffer.info.FileSize;
    return true;
}

/* EDK2's FAT driver adds up the lengths of a directory and of a path in it: that is no way out. */
static enum error_code explain_failure(const char *path, const CHAR16 *ucs2, EFI_STATUS status)
{
    if (strchr(path, ':'))
        return ERROR_PATH_WITH_DRIVE;
    return status == EFI_INVALID_PARAMETER && path_exceeds_fat(ucs2) ? ERROR_PATH_TOO_LONG
                                                                     : ERROR_FILE_OPEN;
}

/* `path` is that on the volume, of which file->path may be more. */
static bool open_on(const struct volume *volume, const char *path, struct file *file,
                    struct error *error)
{
    CHAR16 ucs2[PATH_MAX_LENGTH];
    EFI_STATUS status;

    file->volume = volume->name;
    file->is_elsewhere = volume->kind == VOLUME_OTHER;
    if (!path_to_utf16(path, ucs2))
        return error_set_for(error, file->path, ERROR_PATH_TOO_LONG);
    status = efi_file_open(volume->root, ucs2, EFI_FILE_MODE_READ, &file->handle);
    if (status == EFI_NOT_FOUND)
        return true;
    if (EFI_ERROR(status))
        return error_set_efi_for(error, file->path, status, explain_failure(path, ucs2, status));
    if (read_info(file, &file->source.size, error))
        return true;
    file_close(file);
    return false;
}

/* The file keeps its volume open; the volume's root need not stay open for that. */
static bool open_named(const char *path, struct file *file, struct error *error)
{
    CLEANUP(volume_close) struct volume volume = {.kind = VOLUME_NONE};
    const char *rest;

    return partition_open_named(path, &volume, &rest, error) && open_on(&volume, rest, file, error);
}

bool file_open_optional(const struct volume *volume, const char *path, struct file *ret_file,
                        struct error *error)
{
    *ret_file = (struct file){.path = path, .chunk = LARGEST_CHUNK};
    ret_file->source.read = read_source;
    if (path_names_partition(path))
        return open_named(path, ret_file, error);
    return open_on(volume, path, ret_file, error);
}

bool file_open(const struct volume *volume, const char *path, struct file *ret_file,
               struct error *error)
{
    if (!file_open_optional(volume, path, ret_file, error))
        return false;
    if (ret_file->handle)
        return true;
    error->reason = ret_file->volume;
    return error_set_for(error, path, ERROR_FILE_MISSING);
}

void file_from_memory(const char *path, const uint8_t *bytes, uint64_t size, struct file *ret_file)
{
    *ret_file = (struct file){.source = {size, read_source}, .path = path, .bytes = bytes};
}

bool file_exists(const struct volume *volume, const char *path)
{
    CLEANUP(file_close) struct file file = {.handle = NULL};
    struct error error = {.code = ERROR_NONE};

    if (file_open(volume, path, &file, &error))
        return true;
    return error.code != ERROR_FILE_MISSING && error.code != ERROR_FILE_IS_DIRECTORY &&
           error.code != ERROR_PATH_TOO_LONG && error.code != ERROR_PATH_WITH_DRIVE &&
           error.status != efi_status_number(EFI_INVALID_PARAMETER);
}

static EFI_STATUS seek(struct file *file, uint64_t offset)
{
    EFI_STATUS status;

    if (file->position == offset)
        return EFI_SUCCESS;
    status = file->handle->SetPosition(file->handle, offset);
    if (!EFI_ERROR(status))
        file->position = offset;
    return status;
}

/* True when the read may have failed because it was too large, and not because of the medium. */
static bool may_be_too_large(EFI_STATUS status)
{
    return status != EFI_VOLUME_CORRUPTED && status != EFI_NO_MEDIA && status != EFI_MEDIA_CHANGED;
}

static void record_speed(uint64_t count, uint64_t ticks)
{
    if (count < SMALLEST_CHUNK)
        return;
    speed.ticks += ticks;
    speed.mib += count / MIB;
}

/*
 * How many of `size` bytes to read in one call: all of them if that takes less than a second at the
 * speed of the first MiB, otherwise about a second's worth, so that the progress line moves.
 */
static uint64_t choose_chunk(const struct file *file, uint64_t size)
{
    uint64_t chunk = min_u64(size, file->chunk);
    uint64_t mib_ticks;

    if (chunk <= SMALLEST_CHUNK)
        return chunk;
    if (speed.mib == 0)
        return SMALLEST_CHUNK;
    mib_ticks = max_u64(speed.ticks / speed.mib, 1);
    if (!clock_exceeds_second(mib_ticks * (chunk / MIB)))
        return chunk;
    return min_u64(chunk, max_u64(clock_second() / mib_ticks * MIB, SMALLEST_CHUNK));
}

/*
 * Reads up to `size` bytes in one call, retrying with a smaller size when the firmware refuses.
 * *ret_wanted bytes were asked for, *ret_count were read.
 */
static EFI_STATUS read_chunk(struct file *file, uint64_t offset, void *buffer, uint64_t size,
                             uint64_t *ret_wanted, uint64_t *ret_count)
{
    for (;;) {
        UINTN count = (UINTN)choose_chunk(file, size);
        EFI_STATUS status = seek(file, offset);
        uint64_t start;

        *ret_wanted = count;
        if (EFI_ERROR(status))
            return status;
        start = clock_now();
        status = file->handle->Read(file->handle, &count, buffer);
        if (!EFI_ERROR(status)) {
            record_speed(count, clock_now() - start);
            file->position += count;
            *ret_count = count;
            return EFI_SUCCESS;
        }
        file->position = UINT64_MAX; /* unknown after an error */
        if (!may_be_too_large(status) || *ret_wanted <= SMALLEST_CHUNK)
            return status;
        file->chunk = max_u64(align_down(*ret_wanted / 4, SMALLEST_CHUNK), SMALLEST_CHUNK);
    }
}

/* rEFInd's driver for ext4 calls a hole of a sparse file a damaged volume. */
static enum error_code explain_reading(const struct file *file, EFI_STATUS status)
{
    return file->is_elsewhere && status == EFI_VOLUME_CORRUPTED ? ERROR_FILE_HOLE : ERROR_FILE_READ;
}

static bool read_all(struct file *file, uint64_t offset, void *buffer, uint64_t size,
                     struct error *error)
{
    uint8_t *to = buffer;
    uint64_t wanted, count;

    for (uint64_t done = 0; done < size; done += count) {
        EFI_STATUS status =
            read_chunk(file, offset + done, to + done, size - done, &wanted, &count);

        if (EFI_ERROR(status))
            return error_set_efi_for(error, file->path, status, explain_reading(file, status),
                                     wanted, offset + done);
        if (count != wanted)
            return error_set_for(error, file->path, ERROR_FILE_SHORT_READ, offset + done, count,
                                 wanted);
        if (file->hash)
            sha256_update(file->hash, to + done, count);
        if (file->on_read)
            file->on_read(count);
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
    efi_file_close(&file->handle);
}
