/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/tpm.h"

#include "efi/firmware/acpi.h"
#include "efi/firmware/proto/tcg2.h"
#include "efi/firmware/system_table.h"

static struct tcg2_protocol *find_protocol(void)
{
    EFI_GUID guid = TCG2_PROTOCOL_GUID;
    struct tcg2_protocol *protocol = NULL;

    return EFI_ERROR(BS->LocateProtocol(&guid, NULL, (void **)&protocol)) ? NULL : protocol;
}

/* TrEE's structure has no banks. Its TPMs have been made to be extended, so there is one. */
static uint32_t get_active_banks(const struct tcg2_capability *capability)
{
    bool is_tree = capability->structure_major == 1 && capability->structure_minor == 0;

    return is_tree ? TPM_BANKS_UNKNOWN : capability->active_banks;
}

EFI_STATUS tpm_find(struct tpm *ret_tpm)
{
    struct tcg2_capability capability = {.size = sizeof(capability)};
    struct tcg2_protocol *protocol = find_protocol();
    EFI_STATUS status;

    *ret_tpm = (struct tpm){.protocol = NULL};
    if (!protocol)
        return EFI_SUCCESS;
    status = protocol->get_capability(protocol, &capability);
    if (EFI_ERROR(status) || !capability.tpm_present)
        return status;
    ret_tpm->active_banks = get_active_banks(&capability);
    if (ret_tpm->active_banks)
        ret_tpm->protocol = protocol;
    return status;
}

EFI_STATUS tpm_extend(const struct tpm *tpm, const void *bytes, uint64_t size, const void *event)
{
    const void *data = size ? bytes : event; /* EDK2 refuses the address 0 */
    EFI_STATUS status = tpm->protocol->hash_log_extend_event(
        tpm->protocol, 0, (EFI_PHYSICAL_ADDRESS)(uintptr_t)data, size, event);

    return status == EFI_VOLUME_FULL ? EFI_SUCCESS : status;
}

static bool get_event_log(EFI_PHYSICAL_ADDRESS *ret_location, EFI_PHYSICAL_ADDRESS *ret_last)
{
    struct tcg2_protocol *protocol = find_protocol();
    BOOLEAN truncated = FALSE;

    return protocol &&
           !EFI_ERROR(protocol->get_event_log(protocol, TCG2_LOG_FORMAT_2, ret_location, ret_last,
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
