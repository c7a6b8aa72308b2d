/* SPDX-License-Identifier: BSD-2-Clause */
/* EFI variables. Their names are ASCII here. */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"

/* Those of the Boot Loader Interface, and those of the firmware. */
extern const EFI_GUID loader_guid;
extern const EFI_GUID firmware_guid;

/* A variable that is text, as UTF-8 in the arena; NULL when there is none, or it is no text. */
const char *variable_get_text(const EFI_GUID *vendor, const char *name, struct arena *arena);

/*
 * Sets text; `keep` over resets. A value that is there already is not written again: flash wears.
 */
EFI_STATUS variable_set_text(const EFI_GUID *vendor, const char *name, bool keep, const char *text,
                             struct arena *arena);

EFI_STATUS variable_delete(const EFI_GUID *vendor, const char *name);

/* Raw bytes. */
EFI_STATUS variable_get(const EFI_GUID *vendor, const char *name, void *value, UINTN *size);
EFI_STATUS variable_set(const EFI_GUID *vendor, const char *name, bool keep, const void *value,
                        UINTN size);
