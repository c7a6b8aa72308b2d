/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/file.h"

#include "common/base/overflow.h"
#include "common/base/text.h"
#include "common/base/utf.h"
#include "efi/console/console.h"
#include "efi/console/progress.h"
#include "efi/console/timing.h"
#include "efi/firmware/clock.h"

#include <string.h>

/*
 * Large reads are cheap, each split costs the FAT driver a walk along its cluster chain: a quarter
 * of the whole work for a file of 512 MiB in two. Beyond 1 GiB OVMF's virtio driver refuses a call
 * (VirtioBlkDxe, VerifyReadWriteRequest).
 */
#define LARGEST_CHUNK  (1 * GIB)
#define SMALLEST_CHUNK (1 * MIB)

/*
 * How fast the medium is, by all calls that were long enough to tell: some media take a first
 * burst at once. All files are on the same volume.
 */
static struct {
    uint64_t ticks;
    uint64_t mib;
} pace;

#define MAX_FILE_SIZE (UINT64_C(1) << 62) /* keeps sums of offsets from wrapping */

/* FAT and ISO 9660 names have up to 255 units; room for what other file systems may have. */
#define FILE_INFO_SIZE (sizeof(EFI_FILE_INFO) + 1024 * sizeof(CHAR16))

EFI_STATUS volume_open(EFI_HANDLE device, EFI_FILE_HANDLE *ret_root)
{
    EFI_GUID guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    EFI_FILE_IO_INTERFACE *volume = NULL;
    EFI_STATUS status;

    status = device ? BS->HandleProtocol(device, &guid, (void **)&volume) : EFI_NOT_FOUND;
    if (EFI_ERROR(status))
        return console_error(status,
                             "the device that pvhboot was started from has no file system (%s); "
                             "start it from a disk, stick or CD",
                             status_name(status));
    status = volume->OpenVolume(volume, ret_root);
    if (EFI_ERROR(status)) {
        *ret_root = NULL; /* firmware may have left anything there */
        return console_error_status(status, "cannot open the volume that pvhboot was started from");
    }
    return EFI_SUCCESS;
}

EFI_STATUS efi_file_open(EFI_FILE_HANDLE root, CHAR16 *path, uint64_t mode,
                         EFI_FILE_HANDLE *ret_handle)
{
    EFI_STATUS status = root->Open(root, ret_handle, path, mode, 0);

    if (EFI_ERROR(status))
        *ret_handle = NULL; /* firmware may have left anything there */
    return status;
}

void efi_file_close(EFI_FILE_HANDLE *handle)
{
    if (*handle)
        (void)(*handle)->Close(*handle);
    *handle = NULL;
}

bool path_to_ucs2(const char *path, CHAR16 ucs2[PATH_MAX_LENGTH])
{
    size_t length = 0;

    if (*path != '\\' && *path != '/')
        ucs2[length++] = '\\';
    length += utf8_to_utf16(path, ucs2 + length, PATH_MAX_LENGTH - length);
    for (size_t i = 0; i < length; i++) {
        if (ucs2[i] == '/')
            ucs2[i] = '\\';
    }
    return length + 3 < PATH_MAX_LENGTH; /* or something may have been cut off */
}

static bool read_source(struct byte_source *source, uint64_t offset, void *buffer, size_t length)
{
    return !EFI_ERROR(file_read((struct file *)source, offset, buffer, length));
}

static EFI_STATUS read_info(struct file *file, uint64_t *ret_size)
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
        return console_error_status(status, "%s: cannot read its size", file->path);
    if (buffer.info.Attribute & EFI_FILE_DIRECTORY)
        return console_error(EFI_NOT_FOUND, "%s: is a directory; name a file", file->path);
    if (buffer.info.FileSize > MAX_FILE_SIZE)
        return console_error(EFI_VOLUME_CORRUPTED,
                             "%s: the firmware says it has %llu bytes; check the file system",
                             file->path, (unsigned long long)buffer.info.FileSize);
    *ret_size = buffer.info.FileSize;
    return EFI_SUCCESS;
}

EFI_STATUS file_open_optional(EFI_FILE_HANDLE root, const char *path, struct file *ret_file)
{
    CHAR16 ucs2[PATH_MAX_LENGTH];
    EFI_STATUS status;

    *ret_file = (struct file){.path = path, .chunk = LARGEST_CHUNK};
    ret_file->source.read = read_source;
    if (!path_to_ucs2(path, ucs2))
        return console_error(EFI_INVALID_PARAMETER, "%s: the path is too long; shorten it", path);
    status = efi_file_open(root, ucs2, EFI_FILE_MODE_READ, &ret_file->handle);
    if (status == EFI_NOT_FOUND)
        return EFI_SUCCESS;
    if (EFI_ERROR(status) && strchr(path, ':'))
        return console_error(status,
                             "%s: cannot be opened; leave out the drive (fs0:): paths start "
                             "at the root of pvhboot's own volume",
                             path);
    if (EFI_ERROR(status))
        return console_error_status(status, "%s: cannot be opened", path);
    status = read_info(ret_file, &ret_file->source.size);
    if (EFI_ERROR(status))
        file_close(ret_file);
    return status;
}

EFI_STATUS file_open(EFI_FILE_HANDLE root, const char *path, struct file *ret_file)
{
    EFI_STATUS status = file_open_optional(root, path, ret_file);

    if (EFI_ERROR(status) || ret_file->handle)
        return status;
    return console_error(EFI_NOT_FOUND,
                         "%s: no such file on the volume that pvhboot was started "
                         "from; paths start at its root",
                         path);
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

/* Statuses by which firmware says that a buffer is too much for it, and not that a disk is bad. */
static bool may_be_size(EFI_STATUS status)
{
    return status != EFI_VOLUME_CORRUPTED && status != EFI_NO_MEDIA && status != EFI_MEDIA_CHANGED;
}

static void note_pace(uint64_t count, uint64_t ticks)
{
    if (count < SMALLEST_CHUNK)
        return;
    pace.ticks += ticks;
    pace.mib += count / MIB;
}

/*
 * How much of `size` is read at once: all of it where that takes less than a second, which the
 * first MiB tells; else as much as takes one, so that the user sees it move.
 */
static uint64_t choose_chunk(const struct file *file, uint64_t size)
{
    uint64_t chunk = min_u64(size, file->chunk);
    uint64_t mib_ticks;

    if (chunk <= SMALLEST_CHUNK)
        return chunk;
    if (pace.mib == 0)
        return SMALLEST_CHUNK;
    mib_ticks = max_u64(pace.ticks / pace.mib, 1);
    if (!clock_exceeds_second(mib_ticks * (chunk / MIB)))
        return chunk;
    return min_u64(chunk, max_u64(clock_second() / mib_ticks * MIB, SMALLEST_CHUNK));
}

/*
 * Reads the first `size` bytes, or as many as the firmware takes in a call: *ret_wanted of them
 * were asked for, *ret_count came.
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
            note_pace(count, clock_now() - start);
            file->position += count;
            *ret_count = count;
            return EFI_SUCCESS;
        }
        file->position = UINT64_MAX; /* unknown now */
        if (!may_be_size(status) || *ret_wanted <= SMALLEST_CHUNK)
            return status;
        file->chunk = max_u64(align_down(*ret_wanted / 4, SMALLEST_CHUNK), SMALLEST_CHUNK);
    }
}

static EFI_STATUS read_all(struct file *file, uint64_t offset, void *buffer, uint64_t size)
{
    uint8_t *to = buffer;
    uint64_t wanted, count;

    for (uint64_t done = 0; done < size; done += count) {
        EFI_STATUS status =
            read_chunk(file, offset + done, to + done, size - done, &wanted, &count);

        if (EFI_ERROR(status))
            return console_error_status(status, "%s: cannot read %llu bytes at offset 0x%llx",
                                        file->path, (unsigned long long)wanted,
                                        (unsigned long long)(offset + done));
        if (count != wanted)
            return console_error(EFI_END_OF_FILE,
                                 "%s: short read at offset 0x%llx: %llu of %llu bytes; the file is "
                                 "truncated or the medium damaged",
                                 file->path, (unsigned long long)(offset + done),
                                 (unsigned long long)count, (unsigned long long)wanted);
        progress_add(count);
    }
    return EFI_SUCCESS;
}

EFI_STATUS file_read(struct file *file, uint64_t offset, void *buffer, uint64_t size)
{
    enum timing_phase before = timing_enter(TIMING_READING);
    EFI_STATUS status = read_all(file, offset, buffer, size);

    (void)timing_enter(before);
    return status;
}

EFI_STATUS file_read_all(struct file *file, uint64_t limit, struct arena *arena, char **ret_text)
{
    char *text;
    EFI_STATUS status;

    if (file->source.size > limit)
        return console_error(EFI_LOAD_ERROR, "%s: has %llu bytes, more than the %llu allowed",
                             file->path, (unsigned long long)file->source.size,
                             (unsigned long long)limit);
    text = arena_alloc(arena, file->source.size + 1, 1);
    if (!text)
        return console_error(EFI_OUT_OF_RESOURCES, "%s: no memory to read it", file->path);
    status = file_read(file, 0, text, file->source.size);
    if (!EFI_ERROR(status))
        *ret_text = text;
    return status;
}

void file_close(struct file *file)
{
    efi_file_close(&file->handle);
}
