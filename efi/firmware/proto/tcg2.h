/* SPDX-License-Identifier: BSD-2-Clause */
/* EFI_TCG2_PROTOCOL (TCG EFI Protocol Specification 2.0, revision 00.13, sections 6 and 7). */
#pragma once

#include "efi/efi.h"

#include <assert.h>
#include <stddef.h>

#define TCG2_PROTOCOL_GUID                                                                         \
    {                                                                                              \
        0x607f766c, 0x7455, 0x42be,                                                                \
        {                                                                                          \
            0x93, 0x0b, 0xe4, 0xd7, 0x6d, 0xb2, 0x72, 0x0f                                         \
        }                                                                                          \
    }

/* The configuration table of final events (EFI_TCG2_FINAL_EVENTS_TABLE_GUID). */
#define TCG2_FINAL_EVENTS_GUID                                                                     \
    {                                                                                              \
        0x1e2ed096, 0x30e2, 0x4254,                                                                \
        {                                                                                          \
            0xbd, 0x89, 0x86, 0x3b, 0xbe, 0xf8, 0x23, 0x25                                         \
        }                                                                                          \
    }

#define TCG2_LOG_FORMAT_2 UINT32_C(2) /* EFI_TCG2_EVENT_LOG_FORMAT_TCG_2: crypto agile */

/*
 * EFI_TCG2_BOOT_SERVICE_CAPABILITY. Version 1.0 of the structure, from before the specification
 * was the TCG's (TrEE EFI Protocol, 1.0), ends behind manufacturer_id.
 */
struct tcg2_capability {
    UINT8 size; /* in: of the buffer */
    UINT8 structure_major, structure_minor;
    UINT8 protocol_major, protocol_minor;
    UINT32 hash_algorithms;
    UINT32 supported_logs;
    BOOLEAN tpm_present;
    UINT16 max_command_size, max_response_size;
    UINT32 manufacturer_id;
    UINT32 number_of_banks;
    UINT32 active_banks; /* EFI_TCG2_BOOT_HASH_ALG_...: a bit for each */
};

static_assert(offsetof(struct tcg2_capability, tpm_present) == 16, "as in both versions");
static_assert(offsetof(struct tcg2_capability, active_banks) == 32, "as in version 1.1");
static_assert(sizeof(struct tcg2_capability) == 36, "TCG EFI Protocol Specification");

struct tcg2_protocol {
    EFI_STATUS(EFIAPI *get_capability)
    (struct tcg2_protocol *this, struct tcg2_capability *capability);
    EFI_STATUS(EFIAPI *get_event_log)
    (struct tcg2_protocol *this, UINT32 format, EFI_PHYSICAL_ADDRESS *ret_location,
     EFI_PHYSICAL_ADDRESS *ret_last_entry, BOOLEAN *ret_truncated);
    EFI_STATUS(EFIAPI *hash_log_extend_event)
    (struct tcg2_protocol *this, UINT64 flags, EFI_PHYSICAL_ADDRESS data, UINT64 size,
     const void *event); /* EFI_TCG2_EVENT: common/tcg/event.h */
    void *submit_command;
    void *get_active_pcr_banks;
    void *set_active_pcr_banks;
    void *get_result_of_set_active_pcr_banks;
};

static_assert(sizeof(struct tcg2_protocol) == 7 * sizeof(void *), "TCG EFI Protocol Specification");
