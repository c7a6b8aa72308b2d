/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/acpi/tpm2.h"

#include "common/acpi/table_write.h"
#include "common/base/bytes.h"
#include "common/base/overflow.h"
#include "common/tcg/event_log.h"

#include <string.h>

#define TPM2_REVISION 8
#define TPM2_LAML     64 /* log area minimum length */
#define TPM2_LASA     68 /* log area start address */
#define WITHOUT_LOG   52 /* the smallest table: up to the start method */
#define MOST_COPIED   1024
#define REVISION      4 /* the first with a log */

/*
 * QEMU gives every TPM2 table an area, which OVMF leaves empty. A log in what will be RAM is gone
 * when the kernel looks for it. What cannot be read may be a log: the kernel will see.
 */
static bool has_log(struct acpi_memory *memory, const struct acpi_table *tpm2)
{
    const uint8_t *area;
    uint64_t address;
    uint32_t size;

    if (tpm2->length < ACPI_TPM2_MIN_SIZE)
        return false;
    size = read_le32(tpm2->bytes + TPM2_LAML);
    address = read_le64(tpm2->bytes + TPM2_LASA);
    if (size == 0 || address == 0 || memory->is_ram(memory, address, size))
        return false;
    area = memory->map(memory, address, size);
    return !area || tcg_log_begins(area, size);
}

bool acpi_find_tpm2_without_log(struct acpi_memory *memory, uint64_t rsdp,
                                struct acpi_table *ret_tpm2)
{
    const struct acpi_table found = acpi_find_table(memory, rsdp, "TPM2");

    *ret_tpm2 = found;
    if (!found.bytes || found.length < WITHOUT_LOG || found.length > MOST_COPIED)
        return false;
    return !has_log(memory, &found);
}

uint32_t acpi_tpm2_copy_size(const struct acpi_table *tpm2)
{
    return (uint32_t)max_u64(tpm2->length, ACPI_TPM2_MIN_SIZE);
}

void acpi_copy_tpm2(uint8_t *copy, const struct acpi_table *tpm2)
{
    memcpy(copy, tpm2->bytes, tpm2->length);
    copy[TPM2_REVISION] = (uint8_t)max_u64(copy[TPM2_REVISION], REVISION);
}

void acpi_set_event_log(uint8_t *copy, uint32_t size, uint64_t log, uint32_t log_size)
{
    write_le32(copy + TPM2_LAML, log_size);
    write_le64(copy + TPM2_LASA, log);
    acpi_finish_table(copy, size);
}
