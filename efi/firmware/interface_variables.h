/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Setting the volatile variables of the Boot Loader Interface
 * (https://systemd.io/BOOT_LOADER_INTERFACE), as a loader and as a stub. They only inform the
 * system: failures are ignored.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"

void interface_set_text(const char *name, const char *text, struct arena *arena);

/* As decimal text. Needs no arena. */
void interface_set_number(const char *name, uint64_t number);

/* The GUID of the partition, like the names in /dev/disk/by-partuuid; nothing if it has none. */
void interface_set_partition(const char *name, EFI_HANDLE device, struct arena *arena);

/* LoaderTpm2ActivePcrBanks: the bits of EFI_TCG2_BOOT_HASH_ALG_..., in hexadecimal. */
void interface_set_banks(uint32_t banks, struct arena *arena);

/* LoaderFirmwareInfo and LoaderFirmwareType: the firmware's name, and the UEFI that it knows. */
void interface_set_firmware(struct arena *arena);

/* The path of an image's file. */
void interface_set_image(const char *name, const EFI_LOADED_IMAGE *loaded, struct arena *arena);
