/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fake firmware: the system table that the loader is started with, and its configuration
 * tables. physical.h, files.h, handles.h, events.h, variables.h and console.h have the parts.
 */
#pragma once

#include "efi/efi.h"

#include "pvh/platform/platform.h"
#include "pvh/platform/processor_memory.h"

/* How firmware and machine behave; set by scenarios. */
struct firmware_ways {
    bool no_console;        /* there is no ConOut */
    bool one_text_mode;     /* mode 2 cannot be set either */
    size_t refuse_exit;     /* how many calls of ExitBootServices fail, each with a new map */
    EFI_STATUS refusal;     /* with this status; 0 for EFI_INVALID_PARAMETER */
    size_t growth;          /* how many of these times the map grows by two descriptors */
    const char *hypervisor; /* twelve characters, as in CPUID; NULL on bare metal */
    uint32_t hypervisor_leaf;
    bool tdx, sev;
    void (*connect)(EFI_HANDLE controller); /* what ConnectController does; NULL: must not be */
    bool no_long_mode;                      /* the processor has 32 bits */
    struct processor_state processor;       /* a stack at 0: far from the machine's memory */
    uint64_t write_back; /* RAM below is write-back, a power of two; 0: there are no MTRRs */
};
extern struct firmware_ways firmware_ways;

extern EFI_SYSTEM_TABLE fake_system_table;

/* Sets up firmware without faults. Must be called first in each run. */
void firmware_start(void);

/* Whether what the loader has changed of the processor is still changed. */
bool cpu_is_changed(void);

/* How often the PC's speaker has sounded. */
unsigned speaker_beeps(void);

/* The loader's options: LoadOptions as bytes or as UTF-16, or the arguments of a UEFI shell. */
void options_set_bytes(const void *bytes, size_t size);
void options_set(const char *text);
void options_set_shell(const char *const *words, size_t count, const char *line);

/* Adds a configuration table. */
void configuration_add(const EFI_GUID *guid, uint64_t address);

/* Allocates a free page, which changes the map; with `split` it grows by two descriptors. */
void firmware_change_map(uint32_t type, bool split);
