/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/entries.h"

#include "common/base/sort.h"
#include "common/base/text.h"
#include "common/base/utf.h"
#include "efi/console/console.h"
#include "efi/firmware/file.h"

#include <string.h>

/* A directory's answer: EFI_FILE_INFO with the longest name that FAT, NTFS and ext4 have. */
#define DIRECTORY_ENTRY_SIZE (sizeof(EFI_FILE_INFO) + 256 * sizeof(CHAR16))

/* The path from the root, for the firmware and for messages; NULL when memory is short. */
static const char *entry_path(const char *name, struct arena *arena)
{
    size_t size = sizeof(ENTRIES_DIRECTORY) + 1 + strlen(name);
    struct text path = {arena_alloc(arena, size, 1), size, 0};

    if (path.data)
        text_format(&path, ENTRIES_DIRECTORY "\\%s", name);
    return path.data;
}

/* An entry that cannot be read has been reported; the others still count. */
static EFI_STATUS add_entry(EFI_FILE_HANDLE root, const char *name, struct arena *arena,
                            struct entry_list *list)
{
    CLEANUP(file_close) struct file file = {.handle = NULL};
    const char *path = entry_path(name, arena);
    struct boot_entry *slot;
    char *text;

    if (!path)
        return console_no_memory();
    if (EFI_ERROR(file_open(root, path, &file)) ||
        EFI_ERROR(file_read_all(&file, ENTRY_MAX_SIZE, arena, &text)))
        return EFI_SUCCESS;
    slot = arena_push(arena, (void **)&list->items, &list->capacity, list->count,
                      sizeof(*list->items));
    if (!slot || !entry_parse(name, text, file.source.size, arena, slot))
        return console_no_memory();
    list->count++;
    return EFI_SUCCESS;
}

/* The next name in a directory in the arena; NULL at its end. */
static EFI_STATUS next_name(EFI_FILE_HANDLE directory, struct arena *arena, const char **ret_name)
{
    union {
        EFI_FILE_INFO info;
        uint8_t bytes[DIRECTORY_ENTRY_SIZE];
    } buffer;
    UINTN size = sizeof(buffer);
    EFI_STATUS status = directory->Read(directory, &size, &buffer);
    size_t ucs2;

    *ret_name = NULL;
    if (EFI_ERROR(status))
        return console_error_status(status, ENTRIES_DIRECTORY ": cannot be listed");
    if (size <= offsetof(EFI_FILE_INFO, FileName))
        return EFI_SUCCESS;
    ucs2 = (size - offsetof(EFI_FILE_INFO, FileName)) / sizeof(CHAR16);
    *ret_name = utf16_to_utf8_copy(buffer.info.FileName, ucs2, arena);
    return *ret_name ? EFI_SUCCESS : console_no_memory();
}

static EFI_STATUS read_directory(EFI_FILE_HANDLE root, EFI_FILE_HANDLE directory,
                                 struct arena *arena, struct entry_list *list)
{
    const char *name;
    EFI_STATUS status;

    for (;;) {
        status = next_name(directory, arena, &name);
        if (status == EFI_OUT_OF_RESOURCES)
            return status;
        if (EFI_ERROR(status) || !name) /* of a damaged directory, what was read still counts */
            return EFI_SUCCESS;
        if (!entry_is_file_name(name))
            continue;
        status = add_entry(root, name, arena, list);
        if (EFI_ERROR(status))
            return status;
    }
}

EFI_STATUS entries_read(EFI_FILE_HANDLE root, struct arena *arena, struct entry_list *ret_list)
{
    static CHAR16 path[] = L"" ENTRIES_DIRECTORY; /* the firmware's interface knows no const */
    CLEANUP(efi_file_close) EFI_FILE_HANDLE directory = NULL;
    EFI_STATUS status;

    *ret_list = (struct entry_list){.count = 0};
    status = efi_file_open(root, path, EFI_FILE_MODE_READ, &directory);
    if (EFI_ERROR(status)) {
        ret_list->no_directory = true;
        return status == EFI_NOT_FOUND
                   ? EFI_SUCCESS
                   : console_error_status(status, ENTRIES_DIRECTORY ": cannot be opened");
    }
    status = read_directory(root, directory, arena, ret_list);
    if (EFI_ERROR(status))
        return status;
    sort(ret_list->items, ret_list->count, sizeof(*ret_list->items), entry_compare);
    return entries_make_labels(ret_list->items, ret_list->count, arena) ? EFI_SUCCESS
                                                                        : console_no_memory();
}

EFI_STATUS entries_read_config(EFI_FILE_HANDLE root, struct arena *arena,
                               struct loader_config *ret_config)
{
    CLEANUP(file_close) struct file file = {.handle = NULL};
    char *text;

    loader_config_init(ret_config);
    if (EFI_ERROR(file_open_optional(root, LOADER_CONFIG_PATH, &file)) || !file.handle ||
        EFI_ERROR(file_read_all(&file, LOADER_CONFIG_MAX_SIZE, arena, &text)))
        return EFI_SUCCESS;
    return loader_config_parse(text, file.source.size, arena, ret_config) ? EFI_SUCCESS
                                                                          : console_no_memory();
}
