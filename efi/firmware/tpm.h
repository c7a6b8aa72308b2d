/* SPDX-License-Identifier: BSD-2-Clause */
/* The TPM: extending its PCRs, and its event log, as the firmware keeps it. */
#pragma once

#include "efi/efi.h"

#include "common/tcg/event_log.h"
#include "pvh/memory_map.h"

struct tcg2_protocol;

struct tpm {
    struct tcg2_protocol *protocol; /* NULL: there is none that can be extended */
    uint32_t active_banks;          /* EFI_TCG2_BOOT_HASH_ALG_...; TPM_BANKS_UNKNOWN */
};
#define TPM_BANKS_UNKNOWN UINT32_MAX /* of firmware from before TCG2 1.1 */

/*
 * Finds the TPM. Without one, or with one that has no active bank of PCRs, EFI_SUCCESS and no
 * protocol. Another status: the firmware cannot tell.
 */
EFI_STATUS tpm_find(struct tpm *ret_tpm);

/*
 * Hashes `size` bytes, which may be anywhere in memory, extends the event's PCR in all active
 * banks, and logs the event. A full log is no error: the PCR has been extended.
 */
EFI_STATUS tpm_extend(const struct tpm *tpm, const void *bytes, uint64_t size, const void *event);

/* The firmware's log, in its memory, which may change with each call of the firmware. */
struct tpm_log {
    const uint8_t *bytes;
    uint64_t size; /* 0: none */
};

/*
 * Finds the event log. Only memory that may hold tables by `map` is read. False, too, if the log is
 * not complete or is damaged.
 */
bool tpm_find_log(const struct memory_map *map, struct tpm_log *ret_log);

/* Finds the table of the events that are measured after the first tpm_find_log(). */
struct tcg_final_events tpm_find_final_events(const struct memory_map *map);
