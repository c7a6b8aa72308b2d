/* SPDX-License-Identifier: BSD-2-Clause */
/* A server that the loader was booted from by PXE. Its files are those of fake/files.h. */
#pragma once

#include "efi/efi.h"

/* How firmware and server behave; set by scenarios. */
struct pxe_ways {
    bool no_sizes;        /* GET_FILE_SIZE is not supported */
    bool no_lengths;      /* nor is it told how large a file is that does not fit */
    bool no_large_blocks; /* a block size leads to a time-out */
    bool no_words;        /* a refusal has no text */
    bool in_options;      /* DHCP has server and file in its options only */
    uint64_t ticks_per_packet;
    unsigned named_by; /* who names server and file: DHCP (0), a proxy (1), a boot server (2) */
    bool by_ipv6;
    bool no_mode, not_started;
    const char *odd_file;           /* the end of the name of a file */
    uint64_t odd_size;              /* that is said to have so many bytes, */
    EFI_STATUS odd_asked, odd_read; /* but cannot be asked for them, or cannot be read */
    long grows;                     /* how many bytes more are sent than were announced */
};
extern struct pxe_ways pxe_ways;

#define PXE_SERVER "10.0.2.2"

/* The volume's device becomes one of PXE: no file system, and the name of the loader's file. */
void pxe_install(const char *boot_file);

#define PXE_SERVER_6 "[fd00::2]"

/* Transfers in large blocks that have timed out. */
size_t pxe_timeouts(void);

/* Transfers of whole files so far, and what was reported of them to the loader. */
size_t pxe_reads(void);
uint64_t pxe_reported(void);
