/* SPDX-License-Identifier: BSD-2-Clause */
/* The end of boot services. */
#pragma once

#include "efi/efi.h"

/*
 * ExitBootServices() with the key of the last GetMemoryMap(). On EFI_INVALID_PARAMETER the map has
 * changed; but boot services are half gone already, and only these two may be called any more.
 */
EFI_STATUS exit_boot_services(EFI_HANDLE image, UINTN map_key);

/* The only way back once exit_boot_services() has been tried. */
void __attribute__((noreturn)) reset_machine(EFI_STATUS status);

/* Asks for a reset while boot services are there. Returns when the firmware does none. */
void request_reset(void);
