/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware that the loader is built for, by the names of the UEFI and the PE specification.
 * Only EFI programs must be for it: PVH kernels are entered in 32-bit mode, whatever the
 * firmware's. What is built for the host takes the view of 64-bit firmware.
 */
#pragma once

#define PE_MACHINE_IA32 0x14c
#define PE_MACHINE_X64  0x8664

#ifdef FIRMWARE_IA32
#define FIRMWARE_ARCHITECTURE "ia32"
#define FIRMWARE_PE_MACHINE   PE_MACHINE_IA32
#define FIRMWARE_REMOVABLE    "\\EFI\\BOOT\\BOOTIA32.EFI"
#else
#define FIRMWARE_ARCHITECTURE "x64"
#define FIRMWARE_PE_MACHINE   PE_MACHINE_X64
#define FIRMWARE_REMOVABLE    "\\EFI\\BOOT\\BOOTX64.EFI" /* UEFI 2.10, section 3.5.1.1 */
#endif
