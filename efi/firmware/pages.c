/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/pages.h"

static void *get_chunk(size_t size, size_t *ret_size)
{
    EFI_PHYSICAL_ADDRESS address = 0;
    UINTN pages = align_up(size, PAGE_SIZE) / PAGE_SIZE;

    if (EFI_ERROR(BS->AllocatePages(AllocateAnyPages, EfiLoaderData, pages, &address)))
        return NULL;
    *ret_size = pages * PAGE_SIZE;
    return (void *)(uintptr_t)address;
}

static void put_chunk(void *chunk, size_t size)
{
    (void)BS->FreePages((uintptr_t)chunk, size / PAGE_SIZE);
}

void pages_init_arena(struct arena *arena)
{
    *arena = (struct arena){.get_chunk = get_chunk, .put_chunk = put_chunk};
}

EFI_STATUS pages_claim(struct range range, bool code)
{
    EFI_PHYSICAL_ADDRESS address = range.start;

    return BS->AllocatePages(AllocateAddress, code ? EfiLoaderCode : EfiLoaderData,
                             range_size(range) / PAGE_SIZE, &address);
}

void pages_release(struct range range)
{
    (void)BS->FreePages(range.start, range_size(range) / PAGE_SIZE);
}
