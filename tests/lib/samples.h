/* SPDX-License-Identifier: BSD-2-Clause */
/* The files that tests/lib/mksamples.py has made. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct sample {
    uint8_t *bytes;
    size_t size;
};

/* Reads build/samples/NAME, which must be there. */
struct sample sample_read(const char *name);
void sample_free(struct sample *sample);
