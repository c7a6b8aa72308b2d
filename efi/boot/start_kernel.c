/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/start_kernel.h"

#include "efi/arch/cpu.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/exit.h"
#include "efi/firmware/pages.h"
#include "pvh/plan_check.h"
#include "pvh/trampoline.h"

#include <string.h>

/* How often the map may change under us before we take it for a fault. */
#define MAX_ATTEMPTS 16

bool write_final_map(struct boot *boot, struct error *error)
{
    const struct load_plan *plan = &boot->reservation.plan;
    struct memory *memory = &boot->memory;

    if (!plan_check(plan, &memory->map, error) ||
        !e820_build(&memory->e820, &memory->map, boot->needed.items, boot->needed.count, error))
        return false;
    boot_info_write_memmap((void *)(uintptr_t)plan->boot_info.start, &memory->e820);
    return true;
}

static bool prepare_trampoline(const struct load_plan *plan, struct error *error)
{
    memcpy((void *)(uintptr_t)plan->trampoline_code.start, trampoline_start,
           (size_t)(trampoline_end - trampoline_start));
    trampoline_fill((void *)(uintptr_t)plan->trampoline_data.start, plan);
    return pages_make_executable(plan->trampoline_code, error);
}

/* The newest map, in a larger buffer if need be: for as long as memory may still be allocated. */
static bool read_map(struct boot *boot, struct error *error)
{
    EFI_STATUS status = EFI_BUFFER_TOO_SMALL;

    for (int i = 0; i < MAX_ATTEMPTS; i++) {
        status = memory_read(&boot->memory);
        if (status != EFI_BUFFER_TOO_SMALL)
            break;
        if (!memory_reserve(&boot->memory, boot->arena, error))
            return false;
    }
    return !EFI_ERROR(status) || error_set_efi(error, status, ERROR_MAP_READ);
}

/* Once ExitBootServices has been tried, only it and GetMemoryMap may be called. */
static EFI_STATUS exit_again(struct boot *boot)
{
    struct error error = {.code = ERROR_NONE};
    EFI_STATUS status = EFI_INVALID_PARAMETER;

    for (int i = 1; i < MAX_ATTEMPTS && status == EFI_INVALID_PARAMETER; i++) {
        status = memory_read(&boot->memory);
        if (EFI_ERROR(status))
            return status;
        if (!memory_build(&boot->memory, &error) || !write_final_map(boot, &error))
            return EFI_LOAD_ERROR;
        status = exit_boot_services(boot->image, boot->memory.key);
    }
    return status;
}

/*
 * Ends boot services with the map that the kernel gets. Between the two calls there is no
 * allocation and no text, since either changes the map.
 */
static bool leave_firmware(struct boot *boot, struct error *error)
{
    EFI_STATUS status;

    if (!read_map(boot, error) || !memory_build(&boot->memory, error) ||
        !write_final_map(boot, error))
        return false;
    status = exit_boot_services(boot->image, boot->memory.key);
    if (status == EFI_INVALID_PARAMETER) /* the map has changed in between */
        status = exit_again(boot);
    if (EFI_ERROR(status))
        reset_machine(status);
    return true;
}

bool start_kernel(struct boot *boot, struct error *error)
{
    const struct load_plan *plan = &boot->reservation.plan;

    if (!prepare_trampoline(plan, error) || !leave_firmware(boot, error)) {
        pages_make_writable(plan->trampoline_code);
        return false;
    }
    cpu_jump(plan->trampoline_code.start, plan->trampoline_data.start);
}
