/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/trust/shim.h"

const EFI_GUID shim_guid = SHIM_LOCK_GUID;

static void *find(EFI_GUID guid)
{
    void *protocol = NULL;

    return EFI_ERROR(BS->LocateProtocol(&guid, NULL, &protocol)) ? NULL : protocol;
}

struct shim_lock_protocol *shim_find_lock(void)
{
    return find(shim_guid);
}

struct shim_image_loader_protocol *shim_find_image_loader(void)
{
    return find((EFI_GUID)SHIM_IMAGE_LOADER_GUID);
}
