/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Boot Loader Interface (https://systemd.io/BOOT_LOADER_INTERFACE): EFI variables through which
 * bootctl, on a system booted through EFI, queries and controls us. Everything is best effort: no
 * boot fails because of a variable. Where no status is returned, failures are ignored.
 */
#pragma once

#include "efi/efi.h"

#include "common/bls/entry_default.h"
#include "common/bls/loader_config.h"
#include "efi/firmware/tpm.h"

/*
 * Sets the variables about ourselves, and the TPM's, if there is one. `start` is clock_now() when
 * efi_main() was entered.
 */
void loader_interface_announce(const EFI_LOADED_IMAGE *loaded, uint64_t start,
                               const struct tpm *tpm, struct arena *arena);

/* Sets LoaderEntries, in the order of the menu. */
void loader_interface_set_entries(const struct boot_entry *entries, size_t count,
                                  struct arena *arena);

/*
 * Reads the variables that select the default: all of `selection` but its patterns. When the
 * firmware's last update has failed, LoaderSysFailReason says so.
 */
void loader_interface_read_selection(struct default_selection *selection, struct arena *arena);

/* Deletes LoaderEntryOneShot, if there is one. */
void loader_interface_consume_selection(const struct default_selection *selection);

/*
 * Returns the timeout of this boot: that of LoaderConfigTimeoutOneShot, which is deleted, or else
 * *saved. LoaderConfigTimeout, if set, replaces *saved, the timeout of later boots, and then
 * `from_outside` does, a setting of SMBIOS, unless it is NULL.
 */
uint32_t loader_interface_read_timeout(uint32_t *saved, const char *from_outside,
                                       struct arena *arena);

/* The console mode of LoaderConfigConsoleMode, or else `configured`, that of loader.conf. */
int loader_interface_read_console_mode(int configured, struct arena *arena);

/* For the menu's keys d, D, +, -, r and R. A NULL entry deletes the default, or what is preferred.
 */
EFI_STATUS loader_interface_save_default(const struct boot_entry *entry, bool preferred,
                                         struct arena *arena);
EFI_STATUS loader_interface_save_timeout(uint32_t timeout, struct arena *arena);
EFI_STATUS loader_interface_save_console_mode(INT32 mode, struct arena *arena);
EFI_STATUS loader_interface_forget_console_mode(void);

/* Sets LoaderEntryLastBooted, for the default "@saved". */
void loader_interface_save_last(const struct boot_entry *entry, struct arena *arena);

/* Sets LoaderEntrySelected: the entry that is about to be started. */
void loader_interface_set_selected(const struct boot_entry *entry, struct arena *arena);

/* Sets LoaderBootCountPath: the file from whose name systemd-bless-boot removes the counters. */
void loader_interface_set_count_path(const char *path, struct arena *arena);

/*
 * Deletes LoaderBootCountPath, when an entry without counters is started: otherwise its success
 * would bless a counted entry that failed before it.
 */
void loader_interface_forget_count_path(void);

/* Sets the variable to the current time: when the menu ends, or when the next program starts. */
void loader_interface_set_time(const char *name);
#define TIME_MENU "LoaderTimeMenuUSec"
#define TIME_EXEC "LoaderTimeExecUSec"
