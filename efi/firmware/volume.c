/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/volume.h"

#include "common/base/text.h"
#include "common/base/utf.h"
#include "efi/firmware/efi_error.h"

#define NAME_MAX_LENGTH 255 /* UCS-2 characters, of FAT, NTFS and ext4 */

/* With a NUL and one surrogate pair more, to notice a name that is too long. */
#define NAME_ROOM (NAME_MAX_LENGTH + 3)

/* SetInfo() with another FileName renames the file. */
union renaming {
    EFI_FILE_INFO info;
    uint8_t bytes[sizeof(EFI_FILE_INFO) + NAME_ROOM * sizeof(CHAR16)];
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
    *ret_volume = (struct volume){VOLUME_BOOT, name, device, root};
    return true;
}

bool volume_open(EFI_HANDLE device, struct volume *ret_volume, struct error *error)
{
    return open_root(device, "the volume pvhboot was started from", ret_volume, error);
}

bool volume_open_other(EFI_HANDLE partition, const char *name, struct volume *ret_volume,
                       struct error *error)
{
    if (!open_root(partition, name, ret_volume, error))
        return false;
    ret_volume->kind = VOLUME_OTHER;
    return true;
}

void volume_close(struct volume *volume)
{
    efi_file_close(&volume->root);
    volume->kind = VOLUME_NONE;
}

EFI_STATUS efi_file_open(EFI_FILE_HANDLE root, CHAR16 *path, uint64_t mode,
                         EFI_FILE_HANDLE *ret_handle)
{
    EFI_STATUS status = root->Open(root, ret_handle, path, mode, 0);

    if (EFI_ERROR(status))
        *ret_handle = NULL; /* it may be garbage now */
    return status;
}

void efi_file_close(EFI_FILE_HANDLE *handle)
{
    if (*handle)
        (void)(*handle)->Close(*handle);
    *handle = NULL;
}

bool directory_open(const struct volume *volume, const char *path, struct directory *ret_directory,
                    struct error *error)
{
    CHAR16 ucs2[PATH_MAX_LENGTH];
    EFI_STATUS status;

    *ret_directory = (struct directory){.path = path};
    if (!path_to_utf16(path, ucs2))
        return error_set_for(error, path, ERROR_PATH_TOO_LONG);
    status = efi_file_open(volume->root, ucs2, EFI_FILE_MODE_READ, &ret_directory->handle);
    if (EFI_ERROR(status) && status != EFI_NOT_FOUND)
        return error_set_efi_for(error, path, status, ERROR_FILE_OPEN);
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
    EFI_STATUS status;

    do {
        *ret_size = sizeof(*entry);
        status = directory->handle->Read(directory->handle, ret_size, entry);
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

bool directory_next(const struct directory *directory, struct arena *arena, const char **ret_name,
                    struct error *error)
{
    return next_name(directory, false, arena, ret_name, error);
}

bool directory_next_directory(const struct directory *directory, struct arena *arena,
                              const char **ret_name, struct error *error)
{
    return next_name(directory, true, arena, ret_name, error);
}

void directory_close(struct directory *directory)
{
    efi_file_close(&directory->handle);
}

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

EFI_STATUS volume_rename(const struct volume *volume, const char *path, const char *new_name)
{
    CLEANUP(efi_file_close) EFI_FILE_HANDLE file = NULL;
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
    status = efi_file_open(volume->root, ucs2, EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE, &file);
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
