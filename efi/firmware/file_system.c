/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/file_system.h"

#include "common/base/overflow.h"
#include "common/base/text.h"
#include "common/base/units.h"
#include "common/base/utf.h"
#include "efi/disk/block_device.h"
#include "efi/firmware/clock.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/pages.h"

#include <string.h>

#define NAME_MAX_LENGTH 255 /* UCS-2 characters, of FAT, NTFS and ext4 */

/* With a NUL and one surrogate pair more, to notice a name that is too long. */
#define NAME_ROOM (NAME_MAX_LENGTH + 3)

/* SetInfo() with another FileName renames the file. */
union renaming {
    EFI_FILE_INFO info;
    uint8_t bytes[sizeof(EFI_FILE_INFO) + NAME_ROOM * sizeof(CHAR16)];
};

/*
 * A few large reads are fastest: EDK2's FAT driver walks the cluster chain anew for each, which
 * adds a quarter to the time when a file of 512 MiB is read in two calls. OVMF's virtio driver
 * refuses more than 1 GiB at once (VirtioBlkDxe, VerifyReadWriteRequest). That holds for files that
 * are hashed too: SHA-256 is as fast from memory as from the cache (tests/bench/hash.c), while
 * reading 512 MiB in pieces of 1 MiB takes a third more instructions.
 */
#define LARGEST_CHUNK  (1 * GIB)
#define SMALLEST_CHUNK (1 * MIB)

#define UEFI_2_40 (2 << 16 | 40) /* of 2013 */

/*
 * The speed of the medium, averaged over all reads of at least SMALLEST_CHUNK: shorter ones may
 * come from a cache. One figure is enough while all files are on the same volume.
 */
static struct {
    uint64_t ticks;
    uint64_t mib;
} speed;

/* FAT and ISO 9660 names have up to 255 characters; other file systems may allow more. */
#define FILE_INFO_SIZE (sizeof(EFI_FILE_INFO) + 1024 * sizeof(CHAR16))

static EFI_STATUS open_handle(EFI_FILE_HANDLE root, CHAR16 *path, uint64_t mode,
                              EFI_FILE_HANDLE *ret_handle)
{
    EFI_STATUS status = root->Open(root, ret_handle, path, mode, 0);

    if (EFI_ERROR(status))
        *ret_handle = NULL; /* it may be garbage now */
    return status;
}

/* For CLEANUP(). The handle may be NULL. */
static void close_handle(EFI_FILE_HANDLE *handle)
{
    if (*handle)
        (void)(*handle)->Close(*handle);
    *handle = NULL;
}

/* ------------------------------------------------------------------------------------------------
 * Files
 */

union file_info {
    EFI_FILE_INFO info;
    uint8_t bytes[FILE_INFO_SIZE];
};

static EFI_STATUS get_info(EFI_FILE_HANDLE handle, union file_info *ret_info)
{
    EFI_GUID guid = EFI_FILE_INFO_ID;
    UINTN size = sizeof(*ret_info);

    return handle->GetInfo(handle, &guid, &size, ret_info);
}

static bool read_info(struct volume_file *file, struct error *error)
{
    union file_info buffer;
    EFI_STATUS status = get_info(file->handle, &buffer);

    if (EFI_ERROR(status))
        return error_set_efi_for(error, file->path, status, ERROR_FILE_INFO);
    if (buffer.info.Attribute & EFI_FILE_DIRECTORY)
        return error_set_for(error, file->path, ERROR_FILE_IS_DIRECTORY);
    file->size = buffer.info.FileSize;
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

static void close_file(struct volume_file *file)
{
    EFI_FILE_HANDLE handle = file->handle;

    close_handle(&handle);
    file->handle = NULL;
}

/*
 * Some firmware fails a read of more than 1 MiB, and then all others of that file, even once it has
 * been opened again: none may be tried there. It was seen on a PowerEdge R420, of 2012 (systemd's
 * issue 25911, uefi-rs's 825); newer firmware is trusted with large reads, which are faster.
 */
static uint64_t first_chunk(void)
{
    return ST->Hdr.Revision < UEFI_2_40 ? SMALLEST_CHUNK : LARGEST_CHUNK;
}

static bool open_file(const struct volume *volume, const char *path, struct volume_file *file,
                      struct error *error)
{
    CHAR16 ucs2[PATH_MAX_LENGTH];
    EFI_FILE_HANDLE handle;
    EFI_STATUS status;

    file->file_system.device = volume->device;
    file->file_system.chunk = first_chunk();
    if (!path_to_utf16(path, ucs2))
        return error_set_for(error, file->path, ERROR_PATH_TOO_LONG);
    status = open_handle(volume->handle, ucs2, EFI_FILE_MODE_READ, &handle);
    if (status == EFI_NOT_FOUND) {
        file->is_missing = true;
        error->reason = volume->name;
        return error_set_for(error, file->path, ERROR_FILE_MISSING);
    }
    if (EFI_ERROR(status))
        return error_set_efi_for(error, file->path, status, explain_failure(path, ucs2, status));
    file->handle = handle;
    if (read_info(file, error))
        return true;
    close_file(file);
    return false;
}

static EFI_STATUS seek(struct volume_file *file, uint64_t offset)
{
    EFI_FILE_HANDLE handle = file->handle;
    EFI_STATUS status;

    if (file->file_system.position == offset)
        return EFI_SUCCESS;
    status = handle->SetPosition(handle, offset);
    if (!EFI_ERROR(status))
        file->file_system.position = offset;
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
static uint64_t choose_chunk(const struct volume_file *file, uint64_t size)
{
    uint64_t chunk = min_u64(size, file->file_system.chunk);
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
static EFI_STATUS read_chunk(struct volume_file *file, uint64_t offset, void *buffer, uint64_t size,
                             uint64_t *ret_wanted, uint64_t *ret_count)
{
    EFI_FILE_HANDLE handle = file->handle;

    for (;;) {
        UINTN count = (UINTN)choose_chunk(file, size);
        EFI_STATUS status = seek(file, offset);
        uint64_t start;

        *ret_wanted = count;
        if (EFI_ERROR(status))
            return status;
        start = clock_now();
        status = handle->Read(handle, &count, buffer);
        if (!EFI_ERROR(status)) {
            record_speed(count, clock_now() - start);
            file->file_system.position += count;
            *ret_count = count;
            return EFI_SUCCESS;
        }
        file->file_system.position = UINT64_MAX; /* unknown after an error */
        if (!may_be_too_large(status) || *ret_wanted <= SMALLEST_CHUNK)
            return status;
        file->file_system.chunk =
            max_u64(align_down(*ret_wanted / 4, SMALLEST_CHUNK), SMALLEST_CHUNK);
    }
}

/* What to do about a volume that is called damaged depends on its file system. */
static enum error_code explain_reading(const struct volume_file *file, EFI_STATUS status,
                                       struct error *error)
{
    CLEANUP(arena_release) struct arena arena;
    struct error ignored = {.code = ERROR_NONE};
    const struct file_system *file_system;

    pages_init_arena(&arena);
    if (status != EFI_VOLUME_CORRUPTED ||
        !block_device_recognize(file->file_system.device, &arena, &file_system, &ignored))
        return ERROR_FILE_READ;
    error->reason = file_system->damage;
    return error->reason ? ERROR_FILE_CORRUPTED : ERROR_FILE_READ;
}

static bool read_file(struct volume_file *file, uint64_t offset, void *buffer, uint64_t size,
                      uint64_t *ret_count, struct error *error)
{
    uint64_t wanted;
    EFI_STATUS status = read_chunk(file, offset, buffer, size, &wanted, ret_count);

    if (EFI_ERROR(status))
        return error_set_efi_for(error, file->path, status, explain_reading(file, status, error),
                                 wanted, offset);
    return *ret_count == wanted ||
           error_set_for(error, file->path, ERROR_FILE_SHORT_READ, offset, *ret_count, wanted);
}

/* ------------------------------------------------------------------------------------------------
 * Directories
 */

/* What Read() returns of a file are no entries of a directory. */
static bool is_directory(EFI_FILE_HANDLE handle)
{
    union file_info buffer;

    return EFI_ERROR(get_info(handle, &buffer)) || buffer.info.Attribute & EFI_FILE_DIRECTORY;
}

/* A file of this name is no directory, and there is none. */
static bool open_directory(const struct volume *volume, const char *path,
                           struct directory *directory, struct error *error)
{
    CHAR16 ucs2[PATH_MAX_LENGTH];
    EFI_FILE_HANDLE handle;
    EFI_STATUS status;

    if (!path_to_utf16(path, ucs2))
        return error_set_for(error, path, ERROR_PATH_TOO_LONG);
    status = open_handle(volume->handle, ucs2, EFI_FILE_MODE_READ, &handle);
    if (EFI_ERROR(status) && status != EFI_NOT_FOUND)
        return error_set_efi_for(error, path, status, ERROR_FILE_OPEN);
    if (!EFI_ERROR(status) && !is_directory(handle))
        close_handle(&handle);
    directory->handle = handle;
    return true;
}

/* What Read() returns of a directory. */
union directory_entry {
    EFI_FILE_INFO info;
    uint8_t bytes[sizeof(EFI_FILE_INFO) + (NAME_MAX_LENGTH + 1) * sizeof(CHAR16)];
};

static bool is_of_kind(const EFI_FILE_INFO *info, bool directories)
{
    if (!(info->Attribute & EFI_FILE_DIRECTORY))
        return !directories;
    return directories && info->FileName[0] != '.';
}

/* Reads the entry of the next file or directory; *ret_size is 0 at the end. */
static EFI_STATUS read_next(const struct directory *directory, bool directories,
                            union directory_entry *entry, UINTN *ret_size)
{
    EFI_FILE_HANDLE handle = directory->handle;
    EFI_STATUS status;

    do {
        *ret_size = sizeof(*entry);
        status = handle->Read(handle, ret_size, entry);
        if (!EFI_ERROR(status) && *ret_size <= offsetof(EFI_FILE_INFO, FileName))
            *ret_size = 0;
    } while (!EFI_ERROR(status) && *ret_size > 0 && !is_of_kind(&entry->info, directories));
    return status;
}

static bool next_name(const struct directory *directory, bool directories, struct arena *arena,
                      const char **ret_name, struct error *error)
{
    union directory_entry entry;
    UINTN size;
    EFI_STATUS status = read_next(directory, directories, &entry, &size);
    size_t length;

    *ret_name = NULL;
    if (EFI_ERROR(status))
        return error_set_efi_for(error, directory->path, status, ERROR_DIRECTORY_LIST);
    if (size == 0)
        return true;
    length = (size - offsetof(EFI_FILE_INFO, FileName)) / sizeof(CHAR16);
    *ret_name = utf16_to_utf8_copy(entry.info.FileName, length, arena);
    return *ret_name || error_set(error, ERROR_OUT_OF_MEMORY);
}

static void close_directory(struct directory *directory)
{
    EFI_FILE_HANDLE handle = directory->handle;

    close_handle(&handle);
    directory->handle = NULL;
}

/* ------------------------------------------------------------------------------------------------
 * Volumes
 */

/*
 * Whether the medium is write-protected, according to its block device; not every volume has one.
 * Asked for only where it matters: on EDK2, a protocol opened on the device's handle makes every
 * later read of the volume dearer.
 */
static bool is_read_only(const struct volume *volume)
{
    EFI_GUID guid = EFI_BLOCK_IO_PROTOCOL_GUID;
    EFI_BLOCK_IO *block_io = NULL;
    EFI_STATUS status = BS->HandleProtocol(volume->device, &guid, (void **)&block_io);

    return !EFI_ERROR(status) && block_io->Media && block_io->Media->ReadOnly;
}

static EFI_STATUS rename_file(const struct volume *volume, const char *path, const char *new_name)
{
    CLEANUP(close_handle) EFI_FILE_HANDLE file = NULL;
    EFI_GUID guid = EFI_FILE_INFO_ID;
    union renaming renaming;
    UINTN size = sizeof(renaming);
    CHAR16 ucs2[PATH_MAX_LENGTH];
    size_t length;
    EFI_STATUS status;

    if (is_read_only(volume))
        return EFI_WRITE_PROTECTED;
    if (!path_to_utf16(path, ucs2))
        return EFI_INVALID_PARAMETER;
    status = open_handle(volume->handle, ucs2, EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE, &file);
    if (EFI_ERROR(status))
        return status;
    status = file->GetInfo(file, &guid, &size, &renaming);
    if (EFI_ERROR(status))
        return status;
    length = utf8_to_utf16(new_name, renaming.info.FileName, NAME_ROOM);
    if (length > NAME_MAX_LENGTH) /* the first try makes the name longer: "+3" becomes "+2-1" */
        return EFI_BAD_BUFFER_SIZE;
    size = offsetof(EFI_FILE_INFO, FileName) + (length + 1) * sizeof(CHAR16);
    renaming.info.Size = size;
    status = file->SetInfo(file, &guid, size, &renaming);
    if (!EFI_ERROR(status))
        (void)file->Flush(file);
    return status;
}

static void close_volume(struct volume *volume)
{
    EFI_FILE_HANDLE root = volume->handle;

    close_handle(&root);
    volume->handle = NULL;
}

static bool has_device_paths(const struct volume *volume)
{
    (void)volume;
    return true;
}

static const struct volume_operations operations = {
    .has_device_paths = has_device_paths,
    .open_file = open_file,
    .read = read_file,
    .close_file = close_file,
    .open_directory = open_directory,
    .next_name = next_name,
    .close_directory = close_directory,
    .rename = rename_file,
    .close = close_volume,
};

static bool open_root(EFI_HANDLE device, const char *name, struct volume *ret_volume,
                      struct error *error)
{
    EFI_GUID guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    EFI_FILE_IO_INTERFACE *file_system = NULL;
    EFI_FILE_HANDLE root = NULL;
    EFI_STATUS status;

    *ret_volume = (struct volume){.kind = VOLUME_NONE};
    status = device ? BS->HandleProtocol(device, &guid, (void **)&file_system) : EFI_NOT_FOUND;
    if (EFI_ERROR(status))
        return error_set_efi(error, status, ERROR_VOLUME_NO_FILE_SYSTEM);
    status = file_system->OpenVolume(file_system, &root);
    if (EFI_ERROR(status)) { /* `root` may be garbage now */
        error->reason = name;
        return error_set_efi(error, status, ERROR_VOLUME_OPEN);
    }
    *ret_volume = (struct volume){VOLUME_BOOT, name, device, &operations, root};
    return true;
}

bool file_system_open(EFI_HANDLE device, struct volume *ret_volume, struct error *error)
{
    return open_root(device, "the volume pvhboot was started from", ret_volume, error);
}

bool file_system_open_other(EFI_HANDLE partition, const char *name, struct volume *ret_volume,
                            struct error *error)
{
    if (!open_root(partition, name, ret_volume, error))
        return false;
    ret_volume->kind = VOLUME_OTHER;
    return true;
}

static bool open_if_accepted(EFI_HANDLE device, bool (*accepts)(const struct volume *volume),
                             struct volume *ret_volume)
{
    struct error ignored = {.code = ERROR_NONE};

    if (!file_system_open_other(device, "a volume", ret_volume, &ignored))
        return false;
    if (accepts(ret_volume))
        return true;
    volume_close(ret_volume);
    return false;
}

bool file_system_search(EFI_HANDLE except, bool (*accepts)(const struct volume *volume),
                        struct volume *ret_volume)
{
    EFI_GUID guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    EFI_HANDLE *devices = NULL;
    UINTN count = 0;
    bool found = false;

    if (EFI_ERROR(BS->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &devices)))
        return false;
    for (UINTN i = 0; i < count && !found; i++)
        found = devices[i] != except && open_if_accepted(devices[i], accepts, ret_volume);
    (void)BS->FreePool(devices);
    return found;
}
