/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/acpi/mcfg.h"

#include "common/base/bytes.h"
#include "common/base/overflow.h"
#include "common/base/units.h"

#define FIRST_ENTRY      44 /* after the header and 8 reserved bytes */
#define ENTRY_SIZE       16
#define ENTRY_START_BUS  10
#define ENTRY_END_BUS    11
#define ECAM_BYTES_A_BUS MIB
#define PHYSICAL_END     (UINT64_C(1) << 52) /* x86: Intel SDM, volume 3, 4.1.4 */

/* Reads the window of one entry; false if the entry is invalid. */
static bool read_window(const uint8_t *entry, struct range *ret_window)
{
    uint64_t base = read_le64(entry); /* of bus 0, even if the window starts at a higher bus */
    uint64_t first = entry[ENTRY_START_BUS];
    uint64_t last = entry[ENTRY_END_BUS];

    return base != 0 && base % ECAM_BYTES_A_BUS == 0 && first <= last &&
           checked_add(base, first * ECAM_BYTES_A_BUS, &ret_window->start) &&
           checked_add(base, (last + 1) * ECAM_BYTES_A_BUS, &ret_window->end) &&
           ret_window->end <= PHYSICAL_END;
}

static void read_entries(const struct acpi_table *mcfg, struct acpi_windows *windows)
{
    if (!fits_inside(FIRST_ENTRY, ENTRY_SIZE, mcfg->length))
        windows->damaged |= ACPI_DAMAGED_TABLE;
    for (uint32_t at = FIRST_ENTRY; fits_inside(at, ENTRY_SIZE, mcfg->length); at += ENTRY_SIZE) {
        struct range window;

        if (windows->count < ACPI_ECAM_WINDOWS && read_window(mcfg->bytes + at, &window))
            windows->windows[windows->count++] = window;
        else
            windows->damaged |= ACPI_DAMAGED_TABLE;
    }
}

void acpi_find_ecam(struct acpi_memory *memory, uint64_t rsdp, struct acpi_windows *ret_windows)
{
    struct acpi_table mcfg = acpi_find_table(memory, rsdp, "MCFG");

    ret_windows->count = 0;
    ret_windows->damaged = mcfg.damaged;
    if (mcfg.bytes)
        read_entries(&mcfg, ret_windows);
}
