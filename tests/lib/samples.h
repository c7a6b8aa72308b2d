/* SPDX-License-Identifier: BSD-2-Clause */
/* The files written by tests/lib/mksamples.py. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct sample {
    uint8_t *bytes;
    size_t size;
};

/* Reads build/samples/NAME, which must exist. */
struct sample sample_read(const char *name);
void sample_free(struct sample *sample);
