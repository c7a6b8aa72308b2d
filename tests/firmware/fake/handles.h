/* SPDX-License-Identifier: BSD-2-Clause */
/* Handles and the protocols on them. */
#pragma once

#include "efi/efi.h"

/* The handles that always exist. */
extern EFI_HANDLE image_handle;  /* the loader */
extern EFI_HANDLE device_handle; /* the volume that it came from */
extern EFI_HANDLE console_handle;

/* Installs a protocol on a handle, a new one if *handle is NULL, for the whole run. */
void handles_install(EFI_HANDLE *handle, const EFI_GUID *guid, void *interface);

/* What is installed; NULL for nothing. */
void *handles_interface(EFI_HANDLE handle, const EFI_GUID *guid);

/* Uninstalls it. */
void handles_remove(EFI_HANDLE handle, const EFI_GUID *guid);

/* What the loader has opened or installed and not closed or uninstalled; NULL for nothing. */
const char *handles_find_leak(void);

/* The loader's own image. */
extern EFI_LOADED_IMAGE fake_loaded_image;

/* Device paths of the volume, and of a file on it. The caller frees them. */
EFI_DEVICE_PATH *make_device_path(const char *file);

/* The same of a file's path in two nodes. */
EFI_DEVICE_PATH *make_split_path(const char *file, const char *rest);

void handles_fill(EFI_BOOT_SERVICES *services);
