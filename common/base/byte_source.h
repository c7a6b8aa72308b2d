/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a kernel's bytes come from: a file on the firmware's volume, or memory on the host. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct byte_source {
    uint64_t size; /* bytes in all */
    /*
     * Reads exactly `length` bytes at `offset`, which the caller has checked against `size`.
     * On failure it reports the reason itself and returns false.
     */
    bool (*read)(struct byte_source *source, uint64_t offset, void *buffer, size_t length);
};
