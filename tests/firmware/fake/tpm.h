/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A TPM: its ACPI table, its event log in boot services' memory, the table of final events in ACPI
 * NVS, and EFI_TCG2_PROTOCOL. As EDK2 does, it measures when boot services end.
 */
#pragma once

#include "efi/efi.h"

#include "efi/firmware/proto/tcg2.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where its parts are, in the usual machine. */
#define TPM_LOG        UINT64_C(0x910000) /* boot services' data */
#define TPM_LOG_ROOM   0x40000
#define TPM_FINAL      UINT64_C(0x3e14000) /* ACPI NVS */
#define TPM_FINAL_ROOM 0xc000

/* An answer of GetEventLog. */
struct tpm_answer {
    EFI_STATUS status;
    uint64_t location, last;
    BOOLEAN truncated;
};

/* How the TPM's driver behaves; set by scenarios. */
struct tpm_ways {
    void (*capability)(struct tcg2_capability *capability); /* changes it; NULL: it stays */
    EFI_STATUS extending; /* what HashLogExtendEvent returns; EFI_VOLUME_FULL: it extends */
    void (*answer)(size_t call, struct tpm_answer *answer); /* changes it; NULL: it stays */
    void (*change_final)(uint8_t table[TPM_FINAL_ROOM]);    /* before each write; NULL: it stays */
    uint64_t final;            /* where the table of final events seems to be; 0: TPM_FINAL */
    uint32_t measures_at_exit; /* bytes in each of these events */
};
extern struct tpm_ways tpm_ways;

/* Installs protocol, log and final events, with some events. */
void tpm_install(void);

/* Measures something: an event with `size` bytes of data in the log, and among the final events. */
void tpm_measure(uint32_t size);

/* What ExitBootServices measures. Does nothing without a TPM. */
void tpm_measure_exit(void);

/* Overwrites bytes of the log at an address, until something is measured. */
void tpm_damage(uint64_t address, uint64_t value, size_t width);

/* All that has been measured, as a log. */
size_t tpm_log_size(void);
const uint8_t *tpm_log(void);

/* What HashLogExtendEvent has been called with, while it worked. */
struct tpm_extend {
    uint32_t pcr, type;
    uint8_t *event; /* what is logged */
    size_t event_size;
    uint8_t *data; /* what is hashed */
    size_t size;
};
#define TPM_EXTENDS 400
extern struct tpm_extend tpm_extends[TPM_EXTENDS];
size_t tpm_extend_count(void);

/* Fails the run if what Linux's EFI stub would measure was measured, and is not this text. */
void tpm_check_command_line(const char *command_line);

/* Fails the run if Secure Boot is on, and the TPM has refused to measure something. */
void tpm_check_measured(void);

/* The number of calls of GetCapability. */
size_t tpm_asked(void);

/* The number of calls of GetEventLog, and the size of the log at the last one. */
size_t tpm_calls(void);
size_t tpm_copied_size(void);
