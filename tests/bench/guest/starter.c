/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts a loader, or reads files itself, between the marks. What it does is in \bench.txt:
 *
 *     ram                  first put the whole medium into an EFI RAM disk, and go on from there
 *     exit                 the end mark is in ExitBootServices, where the machine is switched off
 *     wait                 the same in WaitForEvent: the loader's menu is there
 *     load PATH OPTIONS    LoadImage and StartImage of a loader
 *     read PATH            read a file into pages of its own, in one call; any number
 *
 * Reports to the host where the images of the firmware and the loader are, and how much memory the
 * loader has allocated.
 */
#include <efi.h>
#include <efilib.h>

#include "tests/bench/marks.h"

#define TEXT_SIZE 8192
#define MEDIA     0x04
#define FV_FILE   0x06

struct ram_disk_protocol {
    EFI_STATUS(EFIAPI *add)
    (UINT64 base, UINT64 size, EFI_GUID *type, EFI_DEVICE_PATH *parent, EFI_DEVICE_PATH **ret_path);
    EFI_STATUS(EFIAPI *remove)(EFI_DEVICE_PATH *path);
};

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

static char command[TEXT_SIZE];
static BOOLEAN stop_at_exit, stop_at_wait;

static void __attribute__((noreturn)) finish(UINT8 value)
{
    write_port(PORT_EXIT, value);
    for (;;)
        __asm__ volatile("hlt");
}

static void check(EFI_STATUS status, const char *what)
{
    if (!EFI_ERROR(status))
        return;
    say("bench: FAILED: ");
    say(what);
    say(", status ");
    say_hex(status);
    say("\n");
    finish(EXIT_FAILED);
}

static void *interface_of(EFI_HANDLE handle, EFI_GUID guid)
{
    void *interface = NULL;

    (void)BS->HandleProtocol(handle, &guid, &interface);
    return interface;
}

static void say_image(const char *what, const EFI_LOADED_IMAGE *loaded)
{
    const UINT8 *node = (const UINT8 *)loaded->FilePath;

    say(what);
    say_hex((UINT64)(UINTN)loaded->ImageBase);
    say(" ");
    say_hex(loaded->ImageSize);
    say(" ");
    for (int i = 0; node && node[0] == MEDIA && node[1] == FV_FILE && i < 2; i++)
        say_hex(((const UINT64 *)(node + 4))[i]);
    say("\n");
}

/* Where the firmware's programs are. */
static void say_images(void)
{
    EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    EFI_HANDLE *handles = NULL;
    UINTN count = 0;

    check(BS->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles), "no images");
    for (UINTN i = 0; i < count; i++)
        say_image("image ", interface_of(handles[i], guid));
}

/* The number of pages of loaders, their files and their kernels. */
static UINTN count_pages(void)
{
    static UINT64 buffer[8192];
    UINTN size = sizeof(buffer);
    UINTN key, stride, pages = 0;
    UINT32 version;

    check(BS->GetMemoryMap(&size, (EFI_MEMORY_DESCRIPTOR *)buffer, &key, &stride, &version), "map");
    for (UINTN at = 0; at + stride <= size; at += stride) {
        const EFI_MEMORY_DESCRIPTOR *range =
            (const EFI_MEMORY_DESCRIPTOR *)((const UINT8 *)buffer + at);

        if (range->Type == EfiLoaderCode || range->Type == EfiLoaderData)
            pages += range->NumberOfPages;
    }
    return pages;
}

static void say_pages(void)
{
    say("pages ");
    say_hex(count_pages());
    say("\n");
}

static EFI_FILE_HANDLE open_root(EFI_HANDLE device)
{
    EFI_FILE_IO_INTERFACE *volume =
        interface_of(device, (EFI_GUID)EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID);
    EFI_FILE_HANDLE root = NULL;

    check(volume ? volume->OpenVolume(volume, &root) : EFI_NOT_FOUND, "no file system");
    return root;
}

static CHAR16 *widen(const char *text, CHAR16 *wide)
{
    UINTN i;

    for (i = 0; text[i]; i++)
        wide[i] = (CHAR16)text[i];
    wide[i] = 0;
    return wide;
}

static EFI_FILE_HANDLE open_file(EFI_FILE_HANDLE root, const char *path)
{
    CHAR16 wide[256];
    EFI_FILE_HANDLE file = NULL;

    check(root->Open(root, &file, widen(path, wide), EFI_FILE_MODE_READ, 0), path);
    return file;
}

/* The minimum for reading a file: allocating its pages, and one call. */
static void read_file(EFI_FILE_HANDLE root, const char *path)
{
    static UINT8 buffer[sizeof(EFI_FILE_INFO) + 512];
    const EFI_FILE_INFO *info = (const EFI_FILE_INFO *)buffer;
    EFI_GUID guid = EFI_FILE_INFO_ID;
    EFI_FILE_HANDLE file = open_file(root, path);
    EFI_PHYSICAL_ADDRESS address = 0xffffffff;
    UINTN size = sizeof(buffer);

    check(file->GetInfo(file, &guid, &size, buffer), path);
    size = info->FileSize;
    check(BS->AllocatePages(AllocateMaxAddress, EfiLoaderData, (size + 4095) / 4096, &address),
          "pages");
    check(file->Read(file, &size, (void *)(UINTN)address), path);
    check(size == info->FileSize ? EFI_SUCCESS : EFI_END_OF_FILE, path);
    check(file->Close(file), path);
}

/* Copies the whole medium to memory; returns the handle of the file system there. */
static EFI_HANDLE make_ram_disk(EFI_HANDLE device)
{
    static EFI_GUID protocol = {
        0xab38a0df, 0x6873, 0x44a9, {0x87, 0xe6, 0xd4, 0xeb, 0x56, 0x14, 0x84, 0x49}};
    static EFI_GUID virtual_disk = {
        0x77ab535a, 0x45fc, 0x624b, {0x55, 0x60, 0xf7, 0xb2, 0x81, 0xd1, 0xf9, 0x6e}};
    static EFI_GUID file_system = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    EFI_BLOCK_IO *block = interface_of(device, (EFI_GUID)EFI_BLOCK_IO_PROTOCOL_GUID);
    UINTN size = (block->Media->LastBlock + 1) * block->Media->BlockSize;
    struct ram_disk_protocol *disks = NULL;
    EFI_PHYSICAL_ADDRESS address = 0;
    EFI_DEVICE_PATH *path = NULL;
    EFI_HANDLE handle = NULL;

    check(BS->LocateProtocol(&protocol, NULL, (void **)&disks), "no RAM disks");
    check(BS->AllocatePages(AllocateAnyPages, EfiReservedMemoryType, size / 4096 + 1, &address),
          "no room for the RAM disk");
    for (UINTN done = 0; done < size; done += 16 << 20)
        check(block->ReadBlocks(block, block->Media->MediaId, done / block->Media->BlockSize,
                                size - done < 16 << 20 ? size - done : 16 << 20,
                                (void *)(UINTN)(address + done)),
              "the medium cannot be read");
    check(disks->add(address, size, &virtual_disk, NULL, &path), "the RAM disk");
    check(BS->LocateDevicePath(&file_system, &path, &handle), "the RAM disk has no file system");
    return handle;
}

static EFI_STATUS EFIAPI loaded(EFI_HANDLE image, UINTN key)
{
    MARK(MARK_END);
    (void)image;
    (void)key;
    say_pages();
    say("bench: loaded\n");
    finish(EXIT_PASSED);
}

static EFI_STATUS EFIAPI waits(UINTN count, EFI_EVENT *events, UINTN *ret_index)
{
    MARK(MARK_END);
    (void)count;
    (void)events;
    (void)ret_index;
    say("bench: waits for a key\n");
    finish(EXIT_PASSED);
}

static void start(EFI_HANDLE ours, EFI_HANDLE device, char *path, const char *options)
{
    static CHAR16 wide_path[256], wide_options[4096];
    EFI_DEVICE_PATH *file = FileDevicePath(device, widen(path, wide_path));
    EFI_LOADED_IMAGE *image;
    EFI_HANDLE loader;

    widen(options, wide_options);
    if (stop_at_exit)
        BS->ExitBootServices = loaded;
    if (stop_at_wait)
        BS->WaitForEvent = waits;
    say_pages();
    MARK(MARK_BEGIN);
    check(BS->LoadImage(FALSE, ours, file, NULL, 0, &loader), path);
    image = interface_of(loader, (EFI_GUID)EFI_LOADED_IMAGE_PROTOCOL_GUID);
    image->LoadOptions = wide_options;
    image->LoadOptionsSize = (UINT32)(StrLen(wide_options) + 1) * sizeof(CHAR16);
    say_image("loader ", image);
    check(BS->StartImage(loader, NULL, NULL), path);
    check(EFI_ABORTED, "the loader came back");
}

/* The next line, or NULL: cut off with a NUL. */
static char *next_line(char **rest)
{
    char *line = *rest;

    if (!*line)
        return NULL;
    while (**rest && **rest != '\n')
        (*rest)++;
    if (**rest)
        *(*rest)++ = '\0';
    return line;
}

/* The rest of the line after its first word, or NULL if that is a different word. */
static char *behind(char *line, const char *word)
{
    for (; *word; word++, line++) {
        if (*line != *word)
            return NULL;
    }
    return line;
}

static char *cut_word(char *text)
{
    while (*text && *text != ' ')
        text++;
    if (*text)
        *text++ = '\0';
    return text;
}

static void read_files(EFI_FILE_HANDLE root, char *first, char *rest)
{
    MARK(MARK_BEGIN);
    for (char *path = first; path; path = next_line(&rest))
        read_file(root, behind(path, "read ") ? path + 5 : path);
    MARK(MARK_END);
    say("bench: all pages are there\n");
    finish(EXIT_PASSED);
}

static void run(EFI_HANDLE ours, EFI_HANDLE device)
{
    char *rest = command;
    char *line, *path;

    while ((line = next_line(&rest))) {
        if (behind(line, "ram"))
            device = make_ram_disk(device);
        else if (behind(line, "exit"))
            stop_at_exit = TRUE;
        else if (behind(line, "wait"))
            stop_at_wait = TRUE;
        else if ((path = behind(line, "load ")))
            start(ours, device, path, cut_word(path));
        else if ((path = behind(line, "read ")))
            read_files(open_root(device), path, rest);
    }
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
    EFI_LOADED_IMAGE *ours;
    EFI_FILE_HANDLE file;
    UINTN size = sizeof(command) - 1;

    InitializeLib(image, table);
    (void)BS->SetWatchdogTimer(0, 0, 0, NULL);
    ours = interface_of(image, (EFI_GUID)EFI_LOADED_IMAGE_PROTOCOL_GUID);
    file = open_file(open_root(ours->DeviceHandle), "\\bench.txt");
    check(file->Read(file, &size, command), "\\bench.txt");
    say_images();
    run(image, ours->DeviceHandle);
    check(EFI_NOT_FOUND, "nothing to do in \\bench.txt");
    return EFI_ABORTED;
}
