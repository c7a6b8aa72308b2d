/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/entries.h"

#include "common/sort.h"
#include "common/text.h"
#include "efi/console.h"
#include "efi/files.h"

#include <string.h>

#define ENTRIES_DIRECTORY "\\loader\\entries"

/* A directory's answer: EFI_FILE_INFO with the longest name that FAT, NTFS and ext4 have. */
#define DIRECTORY_ENTRY_SIZE (sizeof(EFI_FILE_INFO) + 2 * 256)

struct entry_list {
    EFI_FILE_HANDLE root;
    struct arena *arena;
    struct boot_entry *items;
    size_t count, capacity;
};

/* The path from the root, for the firmware and for messages; NULL when memory is short. */
static const char *entry_path(const char *name, struct arena *arena)
{
    size_t size = sizeof(ENTRIES_DIRECTORY) + 1 + strlen(name);
    struct text path = {arena_alloc(arena, size, 1), size, 0};

    if (path.data)
        text_format(&path, ENTRIES_DIRECTORY "\\%s", name);
    return path.data;
}

static EFI_STATUS read_entry(const struct entry_list *list, const char *name,
                             struct boot_entry *ret_entry)
{
    CLEANUP(file_close) struct file file = {.path = entry_path(name, list->arena)};
    EFI_STATUS status;
    char *text;

    if (!file.path)
        return console_no_memory();
    status = file_open(list->root, file.path, &file);
    if (!EFI_ERROR(status))
        status = file_read_all(&file, ENTRY_MAX_SIZE, list->arena, &text);
    if (EFI_ERROR(status))
        return status;
    if (!entry_parse(name, text, file.source.size, list->arena, ret_entry))
        return console_no_memory();
    return EFI_SUCCESS;
}

/* An entry that cannot be read has been reported; the others still count. */
static EFI_STATUS add_entry(struct entry_list *list, const char *name)
{
    struct boot_entry entry;
    struct boot_entry *slot;
    EFI_STATUS status = read_entry(list, name, &entry);

    if (EFI_ERROR(status))
        return EFI_SUCCESS;
    slot = arena_push(list->arena, (void **)&list->items, &list->capacity, list->count,
                      sizeof(*list->items));
    if (!slot)
        return console_no_memory();
    *slot = entry;
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
    size_t units;
    char *name;

    *ret_name = NULL;
    if (EFI_ERROR(status))
        return console_error_status(status, ENTRIES_DIRECTORY ": cannot be listed");
    if (size <= offsetof(EFI_FILE_INFO, FileName))
        return EFI_SUCCESS;
    units = (size - offsetof(EFI_FILE_INFO, FileName)) / sizeof(CHAR16);
    name = arena_alloc(arena, 3 * units + 1, 1);
    if (!name)
        return console_no_memory();
    utf16_to_utf8(buffer.info.FileName, units, name, 3 * units + 1);
    *ret_name = name;
    return EFI_SUCCESS;
}

static EFI_STATUS read_entries(struct entry_list *list, EFI_FILE_HANDLE directory)
{
    const char *name;
    EFI_STATUS status;

    for (;;) {
        status = next_name(directory, list->arena, &name);
        if (EFI_ERROR(status) || !name)
            return status;
        if (!text_ends_with_ignoring_case(name, ".conf"))
            continue;
        status = add_entry(list, name);
        if (EFI_ERROR(status))
            return status;
    }
}

static bool has_id(const struct boot_entry *entry, const char *id)
{
    TEXT_ON_STACK(with_suffix, 300);

    text_format(&with_suffix, "%s.conf", entry->id);
    return text_equals_ignoring_case(entry->id, id) ||
           text_equals_ignoring_case(with_suffix.data, id);
}

static EFI_STATUS refuse_id(const struct entry_list *list, const char *id)
{
    TEXT_ON_STACK(ids, 500);

    for (size_t i = 0; i < list->count; i++)
        text_format(&ids, "%s%s", i ? ", " : "", list->items[i].id);
    return console_error(EFI_NOT_FOUND, "no entry %s in " ENTRIES_DIRECTORY " (there: %s)", id,
                         list->count ? ids.data : "none");
}

static EFI_STATUS choose(const struct entry_list *list, const char *id,
                         struct boot_entry *ret_entry)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct boot_entry *entry = &list->items[i];

        if (id ? !has_id(entry, id) : !entry_is_bootable(entry))
            continue;
        if (!entry_is_bootable(entry) && entry->request.kernel)
            return console_error(EFI_UNSUPPORTED,
                                 ENTRIES_DIRECTORY "\\%s.conf: is for the architecture %s; pvhboot "
                                                   "starts x64 and ia32",
                                 entry->id, entry->architecture);
        if (!entry_is_bootable(entry))
            return console_error(EFI_UNSUPPORTED,
                                 ENTRIES_DIRECTORY
                                 "\\%s.conf: names no kernel for this machine; it "
                                 "needs a line \"linux PATH\" or \"pvh PATH\"",
                                 entry->id);
        *ret_entry = *entry;
        return EFI_SUCCESS;
    }
    if (id)
        return refuse_id(list, id);
    return console_error(EFI_NOT_FOUND,
                         "nothing to boot: no KERNEL was named, and no entry in " ENTRIES_DIRECTORY
                         " names one; see --help");
}

static void close_directory(EFI_FILE_HANDLE *directory)
{
    if (*directory)
        (void)(*directory)->Close(*directory);
}

EFI_STATUS entries_choose(EFI_FILE_HANDLE root, const char *id, struct arena *arena,
                          struct boot_entry *ret_entry)
{
    static CHAR16 path[] = L"" ENTRIES_DIRECTORY; /* the firmware's interface knows no const */
    CLEANUP(close_directory) EFI_FILE_HANDLE directory = NULL;
    struct entry_list list = {.root = root, .arena = arena};
    EFI_STATUS status;

    status = root->Open(root, &directory, path, EFI_FILE_MODE_READ, 0);
    if (EFI_ERROR(status)) {
        directory = NULL;
        if (status != EFI_NOT_FOUND)
            return console_error_status(status, ENTRIES_DIRECTORY ": cannot be opened");
        return console_error(status, "nothing to boot: no KERNEL was named, and there is no "
                                     "directory " ENTRIES_DIRECTORY "; see --help");
    }
    status = read_entries(&list, directory);
    if (EFI_ERROR(status))
        return status;
    sort(list.items, list.count, sizeof(*list.items), entry_compare);
    return choose(&list, id, ret_entry);
}
