/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/initrd_media.h"

#include "efi/firmware/efi_error.h"

#include <assert.h>
#include <string.h>

/* A vendor media node and the end node. */
static const struct {
    uint8_t vendor_header[4];
    EFI_GUID vendor;
    uint8_t end[4];
} initrd_path = {{4, 3, 20, 0}, LINUX_INITRD_MEDIA_GUID, {0x7f, 0xff, 4, 0}};

static_assert(sizeof(initrd_path) == 24, "UEFI 2.10, section 10.3.5.3");

bool initrd_media_find(struct initrd_media *ret_media, struct error *error)
{
    EFI_DEVICE_PATH *path = (EFI_DEVICE_PATH *)(uintptr_t)&initrd_path;
    EFI_GUID guid = LOAD_FILE2_PROTOCOL_GUID;
    struct load_file2_protocol *protocol = NULL;
    EFI_HANDLE handle = NULL;
    UINTN size = 0;
    EFI_STATUS status;

    *ret_media = (struct initrd_media){.protocol = NULL};
    status = BS->LocateDevicePath(&guid, &path, &handle);
    if (status == EFI_NOT_FOUND)
        return true;
    if (EFI_ERROR(status)) /* there may be one, and booting without it would not work */
        return error_set_efi_for(error, INITRD_MEDIA_NAME, status, ERROR_INITRD_MEDIA_FIND);
    status = BS->HandleProtocol(handle, &guid, (void **)&protocol);
    if (EFI_ERROR(status))
        return error_set_efi_for(error, INITRD_MEDIA_NAME, status, ERROR_INITRD_MEDIA_FIND);
    status = protocol->load(protocol, path, FALSE, &size, NULL);
    if (status == EFI_NOT_FOUND) /* the shell's `initrd` command was given no file */
        return true;
    if (status != EFI_BUFFER_TOO_SMALL)
        return error_set_efi_for(error, INITRD_MEDIA_NAME,
                                 EFI_ERROR(status) ? status : EFI_LOAD_ERROR,
                                 ERROR_INITRD_MEDIA_SIZE);
    *ret_media = (struct initrd_media){protocol, path, size};
    return true;
}

bool initrd_media_load(const struct initrd_media *media, void *buffer, struct error *error)
{
    UINTN size = media->size;
    EFI_STATUS status = media->protocol->load(media->protocol, media->path, FALSE, &size, buffer);

    if (EFI_ERROR(status))
        return error_set_efi_for(error, INITRD_MEDIA_NAME, status, ERROR_INITRD_MEDIA_READ);
    if (size != media->size)
        return error_set_for(error, INITRD_MEDIA_NAME, ERROR_INITRD_MEDIA_CHANGED, media->size,
                             size);
    return true;
}

/* As UEFI 2.10, section 13.2.1 has it for a path that ends where this one does. */
static EFI_STATUS EFIAPI load(struct load_file2_protocol *this, EFI_DEVICE_PATH *path,
                              BOOLEAN boot_policy, UINTN *size, void *buffer)
{
    const struct initrd_offer *offer = (const struct initrd_offer *)this;
    UINTN room;

    (void)path; /* it led here */
    if (!this || !size)
        return EFI_INVALID_PARAMETER;
    if (boot_policy)
        return EFI_UNSUPPORTED;
    room = *size;
    *size = offer->size;
    if (!buffer || room < offer->size)
        return EFI_BUFFER_TOO_SMALL;
    memcpy(buffer, offer->bytes, offer->size);
    return EFI_SUCCESS;
}

EFI_STATUS initrd_media_offer(const uint8_t *bytes, uint64_t size, struct initrd_offer *ret_offer)
{
    EFI_GUID load_guid = LOAD_FILE2_PROTOCOL_GUID, path_guid = DEVICE_PATH_PROTOCOL;

    *ret_offer = (struct initrd_offer){{load}, bytes, size, NULL};
    return BS->InstallMultipleProtocolInterfaces(
        &ret_offer->handle, &load_guid, &ret_offer->protocol, &path_guid, &initrd_path, NULL);
}

void initrd_media_withdraw(struct initrd_offer *offer)
{
    EFI_GUID load_guid = LOAD_FILE2_PROTOCOL_GUID, path_guid = DEVICE_PATH_PROTOCOL;

    if (offer->handle)
        (void)BS->UninstallMultipleProtocolInterfaces(offer->handle, &load_guid, &offer->protocol,
                                                      &path_guid, &initrd_path, NULL);
    offer->handle = NULL;
}
