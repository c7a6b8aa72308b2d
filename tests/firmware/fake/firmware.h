/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fake firmware as a whole: the system table that the loader is started with, its console, and
 * what it says of the machine. physical.h, files.h, handles.h, events.h and variables.h have the
 * parts.
 */
#pragma once

#include "efi/efi.h"

#include "pvh/platform.h"

/* How this firmware and its machine behave. A scenario's to set. */
struct firmware_ways {
    bool no_console;        /* there is no ConOut */
    size_t refuse_exit;     /* so many calls of ExitBootServices fail, each with a new map */
    EFI_STATUS refusal;     /* with this status; 0 for EFI_INVALID_PARAMETER */
    size_t growth;          /* each time the map gets two descriptors more, so many times */
    const char *hypervisor; /* twelve characters of the CPUID leaf; NULL on bare metal */
    uint32_t hypervisor_leaf;
    bool tdx, sev;
};
extern struct firmware_ways firmware_ways;

extern EFI_SYSTEM_TABLE fake_system_table;

/* A firmware with nothing wrong: call it first in each run. */
void firmware_start(void);

/* What the loader is told to do: LoadOptions as they are, as UTF-16, or a shell's words. */
void options_set_bytes(const void *bytes, size_t size);
void options_set(const char *text);
void options_set_shell(const char *const *words, size_t count, const char *line);

/* Adds a configuration table. */
void configuration_add(const EFI_GUID *guid, uint64_t address);

/* Takes a page of free memory: the map changes, and grows little or, with `split`, by two. */
void firmware_change_map(uint32_t type, bool split);
