/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/pool.h"

#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/run.h"
#include "tests/lib/support.h"

#include <stdlib.h>
#include <string.h>

#define MOST_PIECES 256

/* Firmware's pool is slow for large allocations and may be small: those must use pages. */
#define LARGEST_PIECE (64 * KIB)

static struct {
    void *memory; /* NULL for a free entry */
    size_t size;
    bool abandoned;
} pieces[MOST_PIECES];

void *pool_take(size_t size)
{
    for (size_t i = 0; i < MOST_PIECES; i++) {
        if (pieces[i].memory)
            continue;
        pieces[i].memory = malloc(size);
        pieces[i].size = size;
        require(pieces[i].memory);
        memset(pieces[i].memory, STALE_BYTE, size);
        physical_touch();
        return pieces[i].memory;
    }
    run_fail("more than %d pieces of pool are in use", MOST_PIECES);
}

size_t pool_find_leak(void)
{
    for (size_t i = 0; i < MOST_PIECES; i++) {
        if (pieces[i].memory && !pieces[i].abandoned)
            return pieces[i].size;
    }
    return 0;
}

static EFI_STATUS EFIAPI allocate_pool(EFI_MEMORY_TYPE type, UINTN size, void **buffer)
{
    EFI_STATUS status = ledger_enter(SERVICE_ALLOCATE_POOL);

    if (type != EfiLoaderData)
        run_fail("AllocatePool is called for memory of type %u", type);
    if (size > LARGEST_PIECE)
        run_fail("AllocatePool is called for %llu bytes", (unsigned long long)size);
    if (EFI_ERROR(status))
        return status;
    *buffer = pool_take(size);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI free_pool(void *buffer)
{
    EFI_STATUS status = ledger_enter(SERVICE_FREE_POOL);

    for (size_t i = 0; buffer && i < MOST_PIECES; i++) {
        if (pieces[i].memory != buffer || pieces[i].abandoned)
            continue;
        pieces[i].abandoned = EFI_ERROR(status);
        if (EFI_ERROR(status))
            return status;
        free(buffer);
        pieces[i].memory = NULL;
        physical_touch();
        return EFI_SUCCESS;
    }
    run_fail("FreePool is called for %p, which was not allocated", buffer);
}

void pool_fill(EFI_BOOT_SERVICES *services)
{
    services->AllocatePool = allocate_pool;
    services->FreePool = free_pool;
}
