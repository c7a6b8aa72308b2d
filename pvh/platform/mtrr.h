/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory type range registers (Intel SDM, volume 3, 12.11; AMD APM, volume 2, 7.7): how much of
 * the kernel's RAM they keep from being cached write-back, which page tables cannot change.
 */
#pragma once

#include "common/base/range.h"
#include "pvh/e820.h"
#include "pvh/platform/platform.h"

#include <stddef.h>

#define MTRR_VARIABLE_MAX 40 /* there is no room for more between the registers' numbers */

enum mtrr_type {
    MTRR_UNCACHEABLE = 0,
    MTRR_WRITE_BACK = 6,
};

/* One that is valid, with the addresses' bits only: it has the pages that agree under the mask. */
struct mtrr_range {
    uint64_t base;
    uint64_t mask;
    uint8_t type;
};

struct mtrr_state {
    bool enabled; /* if not, all memory is uncacheable */
    bool guest;   /* of a hypervisor */
    uint8_t default_type;
    unsigned address_bits;
    uint64_t forced_end; /* above 4 GiB and below this, the default is write-back; 0: nowhere */

    bool fixed_enabled;
    uint8_t fixed[16]; /* types: of 8 ranges of 64 KiB, then of 8 of 16 KiB, up to 640 KiB */

    struct mtrr_range variable[MTRR_VARIABLE_MAX];
    size_t variable_count;
};

/* Reads the registers; false if the processor has none. */
bool mtrr_read(const struct processor *processor, struct mtrr_state *ret_state);

struct mtrr_finding {
    uint64_t uncached; /* bytes of RAM that are not write-back */
    bool trimmed;      /* Linux does not use what of it is above 1 MiB, and there is some */
    bool guest;
};

/*
 * Counts the RAM in `table` that is not write-back. All zeros if the processor has no MTRRs, or if
 * they are such a maze that counting would take too long, which no firmware does.
 */
struct mtrr_finding mtrr_check(const struct processor *processor, const struct e820_table *table);
