/* SPDX-License-Identifier: BSD-2-Clause */
/* Ending boot services, and resetting the machine. */
#pragma once

#include "efi/efi.h"

/*
 * Calls ExitBootServices() with the key of the last GetMemoryMap(). EFI_INVALID_PARAMETER: the map
 * has changed. Boot services may be partly shut down by then: only GetMemoryMap() and
 * ExitBootServices() may be called (UEFI 2.10, section 7.4.6).
 */
EFI_STATUS exit_boot_services(EFI_HANDLE image, UINTN map_key);

/* The only way out once exit_boot_services() has failed for good: a cold reset. */
void __attribute__((noreturn)) reset_machine(EFI_STATUS status);

/* Requests a cold reset during boot services. Returns when the firmware does not do it. */
void request_reset(void);

/* The same for turning it off. */
void request_shutdown(void);
