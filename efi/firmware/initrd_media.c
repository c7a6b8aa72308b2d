/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/initrd_media.h"

#include "efi/console/console.h"
#include "efi/firmware/proto/load_file2.h"

#include <assert.h>

/* The vendor node and the end of the path. */
static const struct {
    uint8_t vendor_header[4];
    EFI_GUID vendor;
    uint8_t end[4];
} initrd_path = {{4, 3, 20, 0}, LINUX_INITRD_MEDIA_GUID, {0x7f, 0xff, 4, 0}};

static_assert(sizeof(initrd_path) == 24, "UEFI 2.10, section 10.3.5.3");

EFI_STATUS initrd_media_find(struct initrd_media *ret_media)
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
        return EFI_SUCCESS;
    if (!EFI_ERROR(status))
        status = BS->HandleProtocol(handle, &guid, (void **)&protocol);
    if (EFI_ERROR(status)) /* to boot without the initrd that may be there helps nobody */
        return console_error_status(status, INITRD_MEDIA_NAME ": cannot be looked for");
    status = protocol->load(protocol, path, FALSE, &size, NULL);
    if (status == EFI_NOT_FOUND) /* the shell's command was given no file */
        return EFI_SUCCESS;
    if (status != EFI_BUFFER_TOO_SMALL)
        return console_error_status(EFI_ERROR(status) ? status : EFI_LOAD_ERROR,
                                    INITRD_MEDIA_NAME ": cannot learn its size");
    *ret_media = (struct initrd_media){protocol, path, size};
    return EFI_SUCCESS;
}

EFI_STATUS initrd_media_load(const struct initrd_media *media, void *buffer)
{
    UINTN size = media->size;
    EFI_STATUS status = media->protocol->load(media->protocol, media->path, FALSE, &size, buffer);

    if (EFI_ERROR(status))
        return console_error_status(status, INITRD_MEDIA_NAME ": cannot be read");
    if (size != media->size)
        return console_error(EFI_LOAD_ERROR, INITRD_MEDIA_NAME ": had %llu bytes, now %llu came",
                             (unsigned long long)media->size, (unsigned long long)size);
    return EFI_SUCCESS;
}
