/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/tpm.h"

#include "efi/firmware/acpi.h"
#include "efi/firmware/proto/tcg2.h"
#include "efi/firmware/system_table.h"

static bool get_event_log(EFI_PHYSICAL_ADDRESS *ret_location, EFI_PHYSICAL_ADDRESS *ret_last)
{
    EFI_GUID guid = TCG2_PROTOCOL_GUID;
    struct tcg2_protocol *protocol = NULL;
    BOOLEAN truncated = FALSE;

    if (EFI_ERROR(BS->LocateProtocol(&guid, NULL, (void **)&protocol)) || !protocol)
        return false;
    return !EFI_ERROR(protocol->get_event_log(protocol, TCG2_LOG_FORMAT_2, ret_location, ret_last,
                                              &truncated)) &&
           !truncated;
}

bool tpm_find_log(const struct memory_map *map, struct tpm_log *ret_log)
{
    EFI_PHYSICAL_ADDRESS location = 0, last = 0; /* and so without a TPM, in EDK2 */

    *ret_log = (struct tpm_log){.size = 0};
    if (!get_event_log(&location, &last) || last < location)
        return false;
    ret_log->bytes = (const uint8_t *)(uintptr_t)location;
    return tcg_log_measure(ret_log->bytes, acpi_readable_bytes(map, location), last - location,
                           &ret_log->size);
}

struct tcg_final_events tpm_find_final_events(const struct memory_map *map)
{
    static const EFI_GUID guid = TCG2_FINAL_EVENTS_GUID;
    uint64_t address = system_table_find(&guid);

    return (struct tcg_final_events){(const uint8_t *)(uintptr_t)address,
                                     acpi_readable_bytes(map, address)};
}
