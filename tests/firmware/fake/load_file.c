/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/load_file.h"

#include "efi/firmware/proto/load_file2.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/kernels.h"
#include "tests/firmware/fake/run.h"

#include <stdlib.h>
#include <string.h>

struct offer_ways offer_ways;

static struct {
    uint8_t *bytes;
    size_t size;
    size_t calls;
} offer;

static EFI_STATUS EFIAPI load(struct load_file2_protocol *this, EFI_DEVICE_PATH *path,
                              BOOLEAN boot_policy, UINTN *size, void *buffer)
{
    EFI_STATUS status = ledger_enter(SERVICE_LOAD_FILE);
    size_t room = *size;

    (void)this;
    if (!path || path->Type != 0x7f)
        run_fail("LoadFile is called with a path that does not end where the protocol's does");
    if (boot_policy)
        run_fail("LoadFile2 is called with a boot policy: UEFI 2.10, section 13.2.1");
    if (status == EFI_BUFFER_TOO_SMALL)
        *size = offer.size;
    if (EFI_ERROR(status))
        return status;
    if (!buffer && offer_ways.size_query)
        return offer_ways.size_query;
    *size = offer.size + (size_t)(offer.calls++ > 0 ? offer_ways.grows : 0);
    if (!buffer || room < *size)
        return EFI_BUFFER_TOO_SMALL;
    *size -= offer_ways.cut;
    memcpy(buffer, offer.bytes, *size);
    return EFI_SUCCESS;
}

void offer_elsewhere(size_t size)
{
    static const EFI_GUID path_guid = DEVICE_PATH_PROTOCOL;
    static const EFI_GUID load_guid = LOAD_FILE2_PROTOCOL_GUID;
    static const struct {
        uint8_t header[4];
        EFI_GUID vendor;
        uint8_t end[4];
    } path = {{4, 3, 20, 0}, LINUX_INITRD_MEDIA_GUID, {0x7f, 0xff, 4, 0}};
    static struct load_file2_protocol protocol = {load};
    EFI_HANDLE handle = NULL;

    offer.size = size;
    offer.bytes = malloc(size + 1);
    require(offer.bytes);
    fill_random(offer.bytes, size, size);
    handles_install(&handle, &path_guid, (void *)(uintptr_t)&path);
    handles_install(&handle, &load_guid, &protocol);
}

void expect_offered_part(void)
{
    expect_module_part(offer.bytes, offer.size);
}

void offer_initrd(size_t size)
{
    offer_elsewhere(size);
    expect_module("");
    expect_offered_part();
}
