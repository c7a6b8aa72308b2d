/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/boot_counter.h"

#include "common/base/text.h"
#include "common/base/utf.h"
#include "efi/console/console.h"
#include "efi/firmware/file.h"
#include "efi/manager/entries.h"

#define LONGEST_NAME 255 /* units, of FAT, NTFS and ext4 */

/* A NUL, and a surrogate pair too many: so it is seen that a name has been cut off. */
#define NAME_ROOM (LONGEST_NAME + 3)

/* A name in a file's information: the firmware renames by it. */
union renaming {
    EFI_FILE_INFO info;
    uint8_t bytes[sizeof(EFI_FILE_INFO) + NAME_ROOM * sizeof(CHAR16)];
};

static EFI_STATUS rename_file(EFI_FILE_HANDLE root, const char *path, const char *name)
{
    CLEANUP(efi_file_close) EFI_FILE_HANDLE file = NULL;
    EFI_GUID guid = EFI_FILE_INFO_ID;
    union renaming renaming;
    UINTN size = sizeof(renaming);
    CHAR16 ucs2[PATH_MAX_LENGTH];
    size_t length;
    EFI_STATUS status;

    if (!path_to_ucs2(path, ucs2))
        return EFI_INVALID_PARAMETER;
    status = efi_file_open(root, ucs2, EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE, &file);
    if (EFI_ERROR(status))
        return status;
    status = file->GetInfo(file, &guid, &size, &renaming);
    if (EFI_ERROR(status))
        return status;
    length = utf8_to_utf16(name, renaming.info.FileName, NAME_ROOM);
    if (length > LONGEST_NAME) /* the first try adds a counter */
        return EFI_BAD_BUFFER_SIZE;
    size = offsetof(EFI_FILE_INFO, FileName) + (length + 1) * sizeof(CHAR16);
    renaming.info.Size = size;
    status = file->SetInfo(file, &guid, size, &renaming);
    if (!EFI_ERROR(status))
        (void)file->Flush(file);
    return status;
}

void boot_counter_use_try(EFI_FILE_HANDLE root, struct boot_entry *entry, struct arena *arena)
{
    TEXT_ON_STACK(path, PATH_MAX_LENGTH);
    const char *name;
    EFI_STATUS status;

    if (!entry->count.counted || entry->count.left == 0)
        return;
    text_format(&path, ENTRIES_DIRECTORY "\\%s", entry->file_name);
    name = boot_count_next_name(entry->file_name, arena);
    status = name ? rename_file(root, path.data, name) : EFI_OUT_OF_RESOURCES;
    if (EFI_ERROR(status)) {
        console_message("%s: this boot cannot be counted: %s", path.data, status_name(status));
        return;
    }
    entry->file_name = name;
    entry->count = boot_count_parse(name);
}
