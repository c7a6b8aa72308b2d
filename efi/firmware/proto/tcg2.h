/* SPDX-License-Identifier: BSD-2-Clause */
/* EFI_TCG2_PROTOCOL (TCG EFI Protocol Specification 2.0, revision 00.13, sections 6 and 7). */
#pragma once

#include "efi/efi.h"

#include <assert.h>

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

struct tcg2_protocol {
    void *get_capability;
    EFI_STATUS(EFIAPI *get_event_log)
    (struct tcg2_protocol *this, UINT32 format, EFI_PHYSICAL_ADDRESS *ret_location,
     EFI_PHYSICAL_ADDRESS *ret_last_entry, BOOLEAN *ret_truncated);
    void *hash_log_extend_event;
    void *submit_command;
    void *get_active_pcr_banks;
    void *set_active_pcr_banks;
    void *get_result_of_set_active_pcr_banks;
};

static_assert(sizeof(struct tcg2_protocol) == 7 * sizeof(void *), "TCG EFI Protocol Specification");
