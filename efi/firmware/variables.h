/* SPDX-License-Identifier: BSD-2-Clause */
/* EFI variables. Names are ASCII, of at most 39 characters. */
#pragma once

#include "efi/efi.h"

#include "common/base/arena.h"

/* Vendor GUIDs: the Boot Loader Interface's, and EFI_GLOBAL_VARIABLE. */
extern const EFI_GUID loader_guid;
extern const EFI_GUID firmware_guid;
/* Of db and dbx: EFI_IMAGE_SECURITY_DATABASE_GUID. */
extern const EFI_GUID security_database_guid;

/*
 * Reads a UTF-16 string of at most 4096 bytes as UTF-8 into the arena. NULL when the variable does
 * not exist or is not a string, or when out of memory.
 */
const char *variable_get_text(const EFI_GUID *vendor, const char *name, struct arena *arena);

/*
 * Writes a UTF-16 string with its NUL. A persistent variable survives resets. An unchanged value is
 * not written again, to spare the flash.
 */
EFI_STATUS variable_set_text(const EFI_GUID *vendor, const char *name, bool persistent,
                             const char *text, struct arena *arena);

/* Reads a variable of one byte of the UEFI specification. EFI_NOT_FOUND when it does not exist. */
EFI_STATUS variable_get_flag(const char *name, uint8_t *ret_value);

/*
 * Sets a variable of Secure Boot's keys: the value begins with an EFI_VARIABLE_AUTHENTICATION_2
 * (UEFI 2.10, section 8.2.2).
 */
EFI_STATUS variable_set_authenticated(const EFI_GUID *vendor, const char *name, const void *value,
                                      UINTN size);

/*
 * Turns custom mode on or off, in which EDK2 takes a platform key that is not signed, if someone is
 * there who could have done it in the firmware's setup. It ends with the next reset.
 */
EFI_STATUS variable_set_custom_mode(bool on);

/* Deletes a persistent variable. */
EFI_STATUS variable_delete(const EFI_GUID *vendor, const char *name);

/*
 * GetVariable() and SetVariable() with raw bytes; *size is the buffer's size, then the value's.
 * ret_attributes may be NULL.
 */
EFI_STATUS variable_get(const EFI_GUID *vendor, const char *name, void *value, UINTN *size);
EFI_STATUS variable_get_attributes(const EFI_GUID *vendor, const char *name, void *value,
                                   UINTN *size, uint32_t *ret_attributes);
EFI_STATUS variable_set(const EFI_GUID *vendor, const char *name, bool persistent,
                        const void *value, UINTN size);

/* The same for a variable that only programs before ExitBootServices see, and that is not kept. */
EFI_STATUS variable_set_for_boot(const EFI_GUID *vendor, const char *name, const void *value,
                                 UINTN size);
