/* SPDX-License-Identifier: BSD-2-Clause */
/* The TPM's event log, as the firmware keeps it. */
#pragma once

#include "efi/efi.h"

#include "common/tcg/event_log.h"
#include "pvh/memory_map.h"

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
