/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts \pvhboot.efi with \kernel, between the marks: from StartImage to ExitBootServices, where
 * it switches the machine off. It tells where the loader lies.
 */
#include <efi.h>
#include <efilib.h>

#include "tests/bench/marks.h"

static CHAR16 loader_path[] = L"\\pvhboot.efi";
static CHAR16 options[] = L"pvhboot.efi \\kernel console=ttyS0";

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

static void switch_off(void)
{
    RT->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
    for (;;)
        ;
}

static EFI_STATUS EFIAPI loaded(EFI_HANDLE image, UINTN key)
{
    MARK(MARK_END);
    (void)image;
    (void)key;
    switch_off();
    return EFI_ABORTED;
}

static EFI_LOADED_IMAGE *loaded_image(EFI_HANDLE image)
{
    EFI_GUID protocol = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    void *interface = NULL;

    (void)BS->HandleProtocol(image, &protocol, &interface);
    return interface;
}

static EFI_STATUS load(EFI_HANDLE ours, EFI_HANDLE *ret_loader)
{
    EFI_DEVICE_PATH *path = FileDevicePath(loaded_image(ours)->DeviceHandle, loader_path);
    EFI_STATUS status = BS->LoadImage(FALSE, ours, path, NULL, 0, ret_loader);
    EFI_LOADED_IMAGE *loader;

    if (EFI_ERROR(status))
        return status;
    loader = loaded_image(*ret_loader);
    loader->LoadOptions = options;
    loader->LoadOptionsSize = sizeof(options);
    Print(L"bench: the loader is at 0x%lx\n", (UINT64)(UINTN)loader->ImageBase);
    return EFI_SUCCESS;
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
    EFI_HANDLE loader;
    EFI_STATUS status;

    InitializeLib(image, table);
    status = load(image, &loader);
    if (!EFI_ERROR(status)) {
        BS->ExitBootServices = loaded;
        MARK(MARK_BEGIN);
        status = BS->StartImage(loader, NULL, NULL);
    }
    Print(L"bench: the loader did not start the kernel: %r\n", status);
    switch_off();
    return status;
}
