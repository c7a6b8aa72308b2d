/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes firmware as strict as UEFI allows: no allocated page is executable until its owner makes it
 * so. Debian's strict-NX builds of OVMF only provide the protocol; this program uses it for every
 * page, and then starts the loader with its own options.
 */
#include "efi/firmware/proto/memory_attribute.h"

#define LARGEST_LOADER (1 << 20)
#define PAGES_TO_TRY   3

EFI_SYSTEM_TABLE *ST;
EFI_BOOT_SERVICES *BS;

/* Not const: GNU-EFI's prototypes are not. */
static CHAR16 loader_path[] = L"\\EFI\\pvhboot\\pvhboot.efi";
static CHAR16 is_strict_text[] = L"strict: no page can be executed\r\n";
static CHAR16 not_strict_text[] = L"strict: pages can be executed\r\n";
static CHAR16 came_back_text[] = L"strict: the loader came back\r\n";

static struct memory_attribute_protocol *attributes;
static EFI_ALLOCATE_PAGES allocate_pages;
static EFI_FREE_PAGES free_pages;

static void say(CHAR16 *text)
{
    (void)ST->ConOut->OutputString(ST->ConOut, text);
}

/* The protocol itself allocates page tables, which are not changed. */
static EFI_STATUS EFIAPI allocate_unexecutable(EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type,
                                               UINTN count, EFI_PHYSICAL_ADDRESS *address)
{
    static bool in_protocol;
    EFI_STATUS status = allocate_pages(how, type, count, address);

    if (EFI_ERROR(status) || in_protocol)
        return status;
    in_protocol = true;
    status = attributes->set(attributes, *address, count * EFI_PAGE_SIZE, MEMORY_ATTRIBUTE_XP);
    in_protocol = false;
    return status;
}

/* The next owner may be part of the firmware, which does not call these wrappers. */
static EFI_STATUS EFIAPI free_executable(EFI_PHYSICAL_ADDRESS address, UINTN count)
{
    (void)attributes->clear(attributes, address, count * EFI_PAGE_SIZE, MEMORY_ATTRIBUTE_XP);
    return free_pages(address, count);
}

/* Checks with the firmware's protocol that new pages are not executable, code or not. */
static bool is_strict(void)
{
    EFI_PHYSICAL_ADDRESS address = 0;
    UINT64 found = 0;

    if (EFI_ERROR(BS->AllocatePages(AllocateAnyPages, EfiLoaderCode, PAGES_TO_TRY, &address)) ||
        EFI_ERROR(attributes->get(attributes, address, PAGES_TO_TRY * EFI_PAGE_SIZE, &found)))
        return false;
    (void)BS->FreePages(address, PAGES_TO_TRY);
    return found & MEMORY_ATTRIBUTE_XP;
}

static EFI_STATUS become_strict(void)
{
    EFI_GUID guid = MEMORY_ATTRIBUTE_PROTOCOL_GUID;
    EFI_STATUS status = BS->LocateProtocol(&guid, NULL, (void **)&attributes);

    if (EFI_ERROR(status))
        return status;
    allocate_pages = BS->AllocatePages;
    free_pages = BS->FreePages;
    BS->AllocatePages = allocate_unexecutable;
    BS->FreePages = free_executable;
    return is_strict() ? EFI_SUCCESS : EFI_UNSUPPORTED;
}

static EFI_STATUS read_loader(EFI_HANDLE device, void **ret_data, UINTN *ret_size)
{
    EFI_GUID guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *volume;
    EFI_FILE_PROTOCOL *root, *file;
    EFI_STATUS status = BS->HandleProtocol(device, &guid, (void **)&volume);

    *ret_size = LARGEST_LOADER;
    if (!EFI_ERROR(status))
        status = volume->OpenVolume(volume, &root);
    if (!EFI_ERROR(status))
        status = root->Open(root, &file, loader_path, EFI_FILE_MODE_READ, 0);
    if (!EFI_ERROR(status))
        status = BS->AllocatePool(EfiLoaderData, *ret_size, ret_data);
    if (!EFI_ERROR(status))
        status = file->Read(file, ret_size, *ret_data);
    return status;
}

/* Gives the loader's image a volume and options, as if the firmware had started it. */
static EFI_STATUS start_loader(EFI_HANDLE self)
{
    EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    EFI_LOADED_IMAGE_PROTOCOL *image, *loader;
    EFI_HANDLE handle = NULL;
    void *data;
    UINTN size;
    EFI_STATUS status = BS->HandleProtocol(self, &guid, (void **)&image);

    if (!EFI_ERROR(status))
        status = read_loader(image->DeviceHandle, &data, &size);
    if (!EFI_ERROR(status))
        status = BS->LoadImage(FALSE, self, image->FilePath, data, size, &handle);
    if (!EFI_ERROR(status))
        status = BS->HandleProtocol(handle, &guid, (void **)&loader);
    if (EFI_ERROR(status))
        return status;
    loader->DeviceHandle = image->DeviceHandle;
    loader->LoadOptions = image->LoadOptions;
    loader->LoadOptionsSize = image->LoadOptionsSize;
    return BS->StartImage(handle, NULL, NULL);
}

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *table);

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *table)
{
    EFI_STATUS status;

    ST = table;
    BS = table->BootServices;
    status = become_strict();
    say(EFI_ERROR(status) ? not_strict_text : is_strict_text);
    if (!EFI_ERROR(status))
        status = start_loader(self);
    say(came_back_text);
    if (allocate_pages) {
        BS->AllocatePages = allocate_pages;
        BS->FreePages = free_pages;
    }
    return status;
}
