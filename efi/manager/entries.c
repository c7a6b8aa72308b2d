/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/entries.h"

#include "common/base/text.h"
#include "efi/console/console.h"
#include "efi/firmware/file.h"

/* A directory's answer: EFI_FILE_INFO with the longest name that FAT, NTFS and ext4 have. */
#define DIRECTORY_ENTRY_SIZE (sizeof(EFI_FILE_INFO) + 256 * sizeof(CHAR16))

struct volume_reader {
    struct catalog_reader reader; /* first, so that it can be cast back */
    EFI_FILE_HANDLE root;
    EFI_FILE_HANDLE directory;
    const char *path;  /* of the directory, for messages */
    EFI_STATUS status; /* why the directory could not be opened */
};

static bool open_directory(struct catalog_reader *catalog_reader, const char *path, bool *ret_found,
                           struct error *error)
{
    struct volume_reader *reader = (struct volume_reader *)catalog_reader;
    CHAR16 ucs2[PATH_MAX_LENGTH];

    reader->path = path;
    (void)path_to_ucs2(path, ucs2); /* one of the catalog's own is not too long */
    reader->status = efi_file_open(reader->root, ucs2, EFI_FILE_MODE_READ, &reader->directory);
    *ret_found = !EFI_ERROR(reader->status);
    if (*ret_found || reader->status == EFI_NOT_FOUND)
        return true;
    console_error_status(reader->status, "%s: cannot be opened", path);
    return error_set(error, ERROR_READ);
}

static bool next_name(struct catalog_reader *catalog_reader, struct arena *arena,
                      const char **ret_name, struct error *error)
{
    struct volume_reader *reader = (struct volume_reader *)catalog_reader;
    union {
        EFI_FILE_INFO info;
        uint8_t bytes[DIRECTORY_ENTRY_SIZE];
    } buffer;
    UINTN size = sizeof(buffer);
    EFI_STATUS status = reader->directory->Read(reader->directory, &size, &buffer);
    size_t ucs2;

    *ret_name = NULL;
    if (EFI_ERROR(status)) {
        console_error_status(status, "%s: cannot be listed", reader->path);
        return error_set(error, ERROR_READ);
    }
    if (size <= offsetof(EFI_FILE_INFO, FileName))
        return true;
    ucs2 = (size - offsetof(EFI_FILE_INFO, FileName)) / sizeof(CHAR16);
    *ret_name = utf16_to_utf8_copy(buffer.info.FileName, ucs2, arena);
    return *ret_name || error_set(error, ERROR_OUT_OF_MEMORY);
}

static void close_directory(struct catalog_reader *catalog_reader)
{
    efi_file_close(&((struct volume_reader *)catalog_reader)->directory);
}

static bool read_file(struct catalog_reader *catalog_reader, struct catalog_file *wanted,
                      struct arena *arena, struct error *error)
{
    struct volume_reader *reader = (struct volume_reader *)catalog_reader;
    CLEANUP(file_close) struct file file = {.handle = NULL};
    EFI_STATUS status = wanted->optional ? file_open_optional(reader->root, wanted->path, &file)
                                         : file_open(reader->root, wanted->path, &file);
    char *text;

    if (EFI_ERROR(status))
        return error_set(error, ERROR_READ);
    if (!file.handle)
        return true;
    if (EFI_ERROR(file_read_all(&file, wanted->limit, arena, &text)))
        return error_set(error, ERROR_READ);
    wanted->text = text;
    wanted->length = file.source.size;
    return true;
}

/* Files print their own errors. */
static void report(struct catalog_reader *reader, const struct error *error)
{
    (void)reader;
    (void)error;
}

EFI_STATUS entries_read(EFI_FILE_HANDLE root, struct arena *arena, struct catalog *ret_catalog)
{
    struct volume_reader reader = {
        .reader = {NULL, open_directory, next_name, close_directory, read_file, report},
        .root = root,
    };
    struct error error;

    if (catalog_read(&reader.reader, arena, ret_catalog, &error))
        return EFI_SUCCESS;
    return error.code == ERROR_READ ? reader.status : console_no_memory();
}
