/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/pages.h"

#include "efi/firmware/efi_error.h"
#include "efi/firmware/proto/memory_attribute.h"

/* What arenas have given back since pages_keep_chunks(), for the next ones. */
static struct {
    bool keeping;
    void *chunks[2];
    size_t count;
} kept;

static void *get_chunk(size_t size, size_t *ret_size)
{
    EFI_PHYSICAL_ADDRESS address = 0;
    UINTN pages = align_up(size, PAGE_SIZE) / PAGE_SIZE;

    *ret_size = pages * PAGE_SIZE;
    if (size == ARENA_CHUNK_SIZE && kept.count > 0)
        return kept.chunks[--kept.count];
    if (EFI_ERROR(BS->AllocatePages(AllocateAnyPages, EfiLoaderData, pages, &address)))
        return NULL;
    return (void *)(uintptr_t)address;
}

static void put_chunk(void *chunk, size_t size)
{
    if (kept.keeping && size == ARENA_CHUNK_SIZE && kept.count < ELEMENTS(kept.chunks))
        kept.chunks[kept.count++] = chunk;
    else
        (void)BS->FreePages((uintptr_t)chunk, size / PAGE_SIZE);
}

void pages_keep_chunks(void)
{
    kept.keeping = true;
}

void pages_release_chunks(void)
{
    kept.keeping = false;
    while (kept.count > 0)
        put_chunk(kept.chunks[--kept.count], ARENA_CHUNK_SIZE);
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

/*
 * Most firmware does not have the protocol. It does not protect EfiLoaderCode then, and
 * *ret_attributes is NULL.
 */
static EFI_STATUS find_attributes(struct memory_attribute_protocol **ret_attributes)
{
    EFI_GUID guid = MEMORY_ATTRIBUTE_PROTOCOL_GUID;
    EFI_STATUS status = BS->LocateProtocol(&guid, NULL, (void **)ret_attributes);

    if (EFI_ERROR(status))
        *ret_attributes = NULL;
    return status == EFI_NOT_FOUND ? EFI_SUCCESS : status;
}

bool pages_make_executable(struct range range, struct error *error)
{
    struct memory_attribute_protocol *attributes = NULL;
    EFI_STATUS status = find_attributes(&attributes);

    if (EFI_ERROR(status))
        return error_set_efi(error, status, ERROR_NOT_EXECUTABLE);
    if (!attributes)
        return true;
    /* If the firmware refuses to make them read-only, they can still be executed. */
    (void)attributes->set(attributes, range.start, range_size(range), MEMORY_ATTRIBUTE_RO);
    status = attributes->clear(attributes, range.start, range_size(range), MEMORY_ATTRIBUTE_XP);
    return !EFI_ERROR(status) || error_set_efi(error, status, ERROR_NOT_EXECUTABLE);
}

void pages_make_writable(struct range range)
{
    struct memory_attribute_protocol *attributes = NULL;

    (void)find_attributes(&attributes);
    if (attributes)
        (void)attributes->clear(attributes, range.start, range_size(range), MEMORY_ATTRIBUTE_RO);
}
