/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/acpi/rsdp.h"

#include "common/base/bytes.h"

#include <string.h>

#define RSDP_MAX_SIZE 256 /* it has been 36 bytes since ACPI 2.0 */

bool acpi_check_rsdp(struct acpi_memory *memory, uint64_t address)
{
    const uint8_t *rsdp = memory->map(memory, address, RSDP_V1_SIZE);
    uint32_t length;

    if (!rsdp || memcmp(rsdp, "RSD PTR ", 8) != 0 || !acpi_sums_to_zero(rsdp, RSDP_V1_SIZE))
        return false;
    if (rsdp[RSDP_REVISION] < 2)
        return true;
    rsdp = memory->map(memory, address, RSDP_V2_SIZE);
    if (!rsdp)
        return false;
    length = read_le32(rsdp + RSDP_LENGTH);
    if (length < RSDP_V2_SIZE || length > RSDP_MAX_SIZE)
        return false;
    rsdp = memory->map(memory, address, length);
    return rsdp && acpi_sums_to_zero(rsdp, length);
}

bool acpi_read_rsdp(struct acpi_memory *memory, uint64_t address, struct acpi_roots *ret_roots)
{
    const uint8_t *rsdp = memory->map(memory, address, RSDP_V1_SIZE);

    *ret_roots = (struct acpi_roots){.rsdp_size = RSDP_V1_SIZE};
    if (!rsdp)
        return false;
    ret_roots->rsdt = read_le32(rsdp + RSDP_RSDT);
    if (rsdp[RSDP_REVISION] < 2)
        return true;
    rsdp = memory->map(memory, address, RSDP_V2_SIZE);
    if (rsdp) {
        ret_roots->xsdt = read_le64(rsdp + RSDP_XSDT);
        ret_roots->rsdp_size = read_le32(rsdp + RSDP_LENGTH);
    }
    return true;
}
