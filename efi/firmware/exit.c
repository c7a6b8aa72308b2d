/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/exit.h"

#include "efi/arch/cpu.h"
#include "efi/console/console.h"
#include "efi/firmware/proto/memory_attribute.h"
#include "pvh/plan_check.h"
#include "pvh/trampoline.h"

#include <string.h>

/* How often the map may change under us before we take it for a fault. */
#define MAX_ATTEMPTS 16

bool write_final_map(struct boot *boot, struct error *ret_error)
{
    struct memory *memory = &boot->memory;

    if (!plan_check(&boot->plan, &memory->map, ret_error) ||
        !e820_build(&memory->e820, &memory->map, boot->needed.items, boot->needed.count, ret_error))
        return false;
    boot_info_write_memmap((void *)(uintptr_t)boot->plan.boot_info.start, &memory->e820);
    return true;
}

/* Firmware that enforces it gives no page that is both written to and run from. */
static EFI_STATUS make_executable(struct range page)
{
    EFI_GUID guid = MEMORY_ATTRIBUTE_PROTOCOL_GUID;
    struct memory_attribute_protocol *attributes = NULL;
    EFI_STATUS status;

    status = BS->LocateProtocol(&guid, NULL, (void **)&attributes);
    if (status == EFI_NOT_FOUND)
        return EFI_SUCCESS; /* most firmware has no such thing, and code pages can be run */
    if (!EFI_ERROR(status))
        status = attributes->set(attributes, page.start, range_size(page), MEMORY_ATTRIBUTE_RO);
    if (!EFI_ERROR(status))
        status = attributes->clear(attributes, page.start, range_size(page), MEMORY_ATTRIBUTE_XP);
    if (EFI_ERROR(status))
        return console_error_status(status, "cannot make the hand-over page executable");
    return EFI_SUCCESS;
}

/* Back to what FreePages and the next owner of the page expect. */
static void make_writable(struct range page)
{
    EFI_GUID guid = MEMORY_ATTRIBUTE_PROTOCOL_GUID;
    struct memory_attribute_protocol *attributes = NULL;

    if (!EFI_ERROR(BS->LocateProtocol(&guid, NULL, (void **)&attributes)))
        (void)attributes->clear(attributes, page.start, range_size(page), MEMORY_ATTRIBUTE_RO);
}

static EFI_STATUS prepare_trampoline(const struct load_plan *plan)
{
    memcpy((void *)(uintptr_t)plan->trampoline_code.start, trampoline_start,
           (size_t)(trampoline_end - trampoline_start));
    trampoline_fill((void *)(uintptr_t)plan->trampoline_data.start, plan);
    return make_executable(plan->trampoline_code);
}

/*
 * The machine cannot go back: boot services are half gone, nothing but a reset is allowed any more.
 */
static void __attribute__((noreturn)) reset_machine(EFI_STATUS status)
{
    RT->ResetSystem(EfiResetCold, status, 0, NULL);
    cpu_halt();
}

/*
 * Ends boot services with the map that the kernel gets. Between the two calls there is no
 * allocation and no text, since either changes the map. Once ExitBootServices has been tried, only
 * it and GetMemoryMap may be called.
 */
static EFI_STATUS exit_boot_services(struct boot *boot)
{
    struct error error;
    bool tried = false;
    EFI_STATUS status = EFI_LOAD_ERROR;

    for (int i = 0; i < MAX_ATTEMPTS; i++) {
        status = memory_read(&boot->memory);
        if (status == EFI_BUFFER_TOO_SMALL && !tried) {
            status = memory_reserve(&boot->memory, boot->arena);
            if (EFI_ERROR(status))
                return status;
            continue;
        }
        if (!EFI_ERROR(status) &&
            (!memory_build(&boot->memory, &error) || !write_final_map(boot, &error))) {
            if (!tried)
                return boot_error(boot, &error);
            status = EFI_LOAD_ERROR;
        }
        if (EFI_ERROR(status))
            break;
        status = BS->ExitBootServices(boot->image, boot->memory.key);
        if (!EFI_ERROR(status))
            return EFI_SUCCESS;
        tried = true;
        if (status != EFI_INVALID_PARAMETER)
            break;
    }
    if (tried)
        reset_machine(status);
    if (!EFI_ERROR(status))
        status = EFI_BUFFER_TOO_SMALL; /* room was made each time and was never enough */
    return console_error_status(status, "cannot read the firmware's memory map");
}

EFI_STATUS leave(struct boot *boot)
{
    const struct load_plan *plan = &boot->plan;
    EFI_STATUS status = prepare_trampoline(plan);

    if (!EFI_ERROR(status))
        status = exit_boot_services(boot);
    if (EFI_ERROR(status)) {
        make_writable(plan->trampoline_code);
        return status;
    }
    cpu_jump(plan->trampoline_code.start, plan->trampoline_data.start);
}
