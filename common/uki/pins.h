/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The .pins section: files outside the image that a signed image vouches for, by the SHA-256 of
 * their bytes. Its lines are those of sha256sum, with paths from the root of the volume:
 *
 *     9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08  /debian/initrd.img
 *
 * Empty lines and lines that start with # are skipped.
 */
#pragma once

#include "common/base/arena.h"
#include "common/base/error.h"
#include "common/base/text.h"

#define PIN_SIZE 32 /* bytes of a SHA-256 */

struct pin {
    const char *path;
    uint8_t digest[PIN_SIZE];
    unsigned line; /* counted from 1 */
};

/* A list in the arena, sorted by path_compare(). */
struct pins {
    struct pin *items;
    size_t count, capacity;
};

/*
 * Parses a section of `size` bytes. ERROR_PINS for a line that is none, ERROR_PINNED_TWICE for two
 * lines with the same path: either makes all of it worthless.
 */
bool pins_parse(const char *text, uint64_t size, struct arena *arena, struct pins *ret_pins,
                struct error *error);

/* The digest of the file at this path, as path_compare() finds it; NULL if it is not pinned. */
const uint8_t *pins_find(const struct pins *pins, const char *path);

/*
 * Appends what ERROR_PIN_MISMATCH has as its reason: "FOUND, but the signed image asks for WANTED",
 * at most PIN_MISMATCH_SIZE bytes with the NUL.
 */
#define PIN_MISMATCH_SIZE (4 * PIN_SIZE + 40)
void pin_append_mismatch(struct text *text, const uint8_t found[PIN_SIZE],
                         const uint8_t wanted[PIN_SIZE]);
