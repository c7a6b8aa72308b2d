/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Boot Loader Interface (https://systemd.io/BOOT_LOADER_INTERFACE): EFI variables by which
 * bootctl on a system that was booted by EFI sees and steers us. All is best effort: a boot does
 * not fail for want of a variable.
 */
#pragma once

#include "efi/efi.h"

#include "common/bls/entry_default.h"
#include "common/bls/loader_config.h"

/* Who we are and where we come from. `start` is clock_now() of our first instruction. */
void loader_interface_announce(const EFI_LOADED_IMAGE *loaded, uint64_t start, struct arena *arena);

/* The entries, in the menu's order. */
void loader_interface_set_entries(const struct boot_entry *entries, size_t count,
                                  struct arena *arena);

/* Reads what the EFI variables select for this boot; the pattern of loader.conf stays. */
void loader_interface_read_selection(struct default_selection *selection, struct arena *arena);

/* Deletes the selection that is for one boot only. */
void loader_interface_consume_selection(const struct default_selection *selection);

/*
 * The timeout of this boot: what variables ask for, or else *kept. What holds for later boots too
 * becomes *kept; what is for one boot is taken back.
 */
uint32_t loader_interface_read_timeout(uint32_t *kept, struct arena *arena);

/* `d` and `t` of the menu; NULL forgets the default. */
EFI_STATUS loader_interface_save_default(const struct boot_entry *entry, struct arena *arena);
EFI_STATUS loader_interface_save_timeout(uint32_t timeout, struct arena *arena);

/* For default @saved. */
void loader_interface_save_last(const struct boot_entry *entry, struct arena *arena);

/* The entry that is about to be started. */
void loader_interface_set_selected(const struct boot_entry *entry, struct arena *arena);

/* Where the entry's counters are to be taken away when the boot was good. */
void loader_interface_set_count_path(const char *path, struct arena *arena);

/* The entry's boots are not counted: another's that failed before it is not to be called good. */
void loader_interface_forget_count_path(void);

/* The time now, as the menu is over or as the next program starts. */
void loader_interface_set_time(const char *name);
#define TIME_MENU "LoaderTimeMenuUSec"
#define TIME_EXEC "LoaderTimeExecUSec"
