/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/reset.h"

#include "efi/arch/cpu.h"

EFI_STATUS exit_boot_services(EFI_HANDLE image, UINTN map_key)
{
    return BS->ExitBootServices(image, map_key);
}

void reset_machine(EFI_STATUS status)
{
    RT->ResetSystem(EfiResetCold, status, 0, NULL);
    cpu_halt();
}

void request_reset(void)
{
    RT->ResetSystem(EfiResetCold, EFI_SUCCESS, 0, NULL);
}

void request_shutdown(void)
{
    RT->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
}
