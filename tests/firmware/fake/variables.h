/* SPDX-License-Identifier: BSD-2-Clause */
/* Runtime services: variables, the time of day, and the reset. */
#pragma once

#include "efi/efi.h"

extern const EFI_GUID global_variable_guid; /* for SecureBoot and the like */
extern const EFI_GUID loader_variable_guid; /* the Boot Loader Interface's */
extern const EFI_GUID shim_variable_guid;
extern const EFI_GUID database_variable_guid; /* of db and dbx */
extern const EFI_GUID custom_mode_variable_guid;

void variable_put(const EFI_GUID *guid, const char *name, const void *data, size_t size);

/* The same for one of the boot loader interface: ASCII, stored as UTF-16 with its NUL. */
void variable_put_text(const char *name, const char *text);

/* The same with other attributes, and with what GetVariable returns for it. */
void variable_put_oddly(const EFI_GUID *guid, const char *name, const void *data, size_t size,
                        UINT32 attributes, EFI_STATUS status);

const void *variable_find(const EFI_GUID *guid, const char *name, size_t *ret_size);

/* The error of SetVariable; 0 when it works. Set by scenarios. */
extern EFI_STATUS variables_refused;

extern EFI_RUNTIME_SERVICES fake_runtime_services;
