/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/exit_boot_services.h"

#include "efi/arch/cpu.h"
#include "efi/boot/event_log.h"
#include "efi/boot/overlay.h"
#include "efi/firmware/pages.h"
#include "efi/firmware/reset.h"
#include "efi/network/http_volume.h"
#include "pvh/trampoline.h"

#include <string.h>

/* How often the map may change until ExitBootServices() is given up. */
#define MAX_ATTEMPTS 16

/* Writes the boot info with the map that was read last. Allocates and prints nothing. */
static bool write_boot_info(struct boot *boot, struct error *error)
{
    const struct firmware_map firmware = map_buffer_get(&boot->map.buffer);
    struct preparation *preparation = &boot->map.preparation;
    void *block = (void *)(uintptr_t)preparation->plan.boot_info.start;

    return prepare_update(preparation, &firmware, block, error);
}

/*
 * Where all that the plan needs has been allocated, the map that it was made from serves, since
 * nobody else can have taken any of it; reading it is what firmware takes most time for here. What
 * is copied after the exit goes to memory that is still the firmware's: better to see now than
 * after measuring that it is no longer to be free. exit_firmware() reads the map in any case.
 */
static bool read_changed_map(struct boot *boot, bool dry_run, struct error *error)
{
    bool needed = dry_run || boot_plan(boot)->copies.count > 0;

    return !needed || boot_map_read(&boot->map, error);
}

bool start_kernel_prepare(struct boot *boot, bool dry_run, struct error *error)
{
    boot->map.preparation.rsdp = overlay_rsdp(boot);
    return prepare_needed(&boot->map.preparation, error) &&
           read_changed_map(boot, dry_run, error) && write_boot_info(boot, error);
}

static bool prepare_trampoline(const struct load_plan *plan, struct error *error)
{
    memcpy((void *)(uintptr_t)plan->trampoline_code.start, trampoline_start,
           trampoline_code_size());
    trampoline_fill((void *)(uintptr_t)plan->trampoline_data.start, plan);
    return pages_make_executable(plan->trampoline_code, error);
}

/* Once ExitBootServices() has been tried, only it and GetMemoryMap() may be called. */
static EFI_STATUS exit_again(struct boot *boot)
{
    struct error error = {.code = ERROR_NONE};
    EFI_STATUS status = EFI_INVALID_PARAMETER;

    for (int i = 1; i < MAX_ATTEMPTS && status == EFI_INVALID_PARAMETER; i++) {
        status = map_buffer_read(&boot->map.buffer);
        if (EFI_ERROR(status))
            return status;
        if (!write_boot_info(boot, &error))
            return EFI_LOAD_ERROR;
        status = exit_boot_services(boot->image, boot->map.buffer.key);
    }
    return status;
}

/*
 * Exits boot services with exactly the map that the kernel gets. Nothing may be allocated or
 * printed between GetMemoryMap() and ExitBootServices(), since either may change the map.
 */
static bool exit_firmware(struct boot *boot, struct error *error)
{
    EFI_STATUS status;

    event_log_copy(boot);
    if (!boot_map_read(&boot->map, error) || !write_boot_info(boot, error))
        return false;
    status = exit_boot_services(boot->image, boot->map.buffer.key);
    if (status == EFI_INVALID_PARAMETER) /* the map has changed since */
        status = exit_again(boot);
    if (EFI_ERROR(status))
        reset_machine(status);
    event_log_finish(boot);
    return true;
}

bool start_kernel(struct boot *boot, struct error *error)
{
    const struct load_plan *plan = boot_plan(boot);

    overlay_write(boot);
    http_volume_stop();
    if (!prepare_trampoline(plan, error) || !exit_firmware(boot, error)) {
        pages_make_writable(plan->trampoline_code);
        return false;
    }
    cpu_jump(plan->trampoline_code.start, plan->trampoline_data.start);
}
