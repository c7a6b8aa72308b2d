/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which container a file is, by its first bytes.
 * Bounds: none.
 *
 * with: common/image/gzip.c common/image/xz.c common/image/zstd.c common/image/lz4.c
 * with: common/image/skippable.c common/image/bzimage.c
 * cbmc: --unwind 12
 */
#include "common/image/container.c"
#include "tests/proof/nondet.h"

#include <stdlib.h>

static bool begins_with(const uint8_t *head, size_t size, const char *magic, size_t length)
{
    return size >= length && memcmp(head, magic, length) == 0;
}

static void prove_kind(size_t size)
{
    enum container_kind kind;
    uint8_t *head;

    ASSUME(size <= CONTAINER_HEAD_SIZE);
    head = malloc(size);
    ASSUME(head);
    kind = container_kind_of(head, size);
    PROVE((unsigned)kind < CONTAINER_KINDS, "the kind is one of the list");
    PROVE(!begins_with(head, size, "\177ELF", 4) || kind == CONTAINER_ELF, "an ELF file is one");
    PROVE(kind != CONTAINER_ELF || begins_with(head, size, "\177ELF", 4), "and nothing else is");
    PROVE(kind != CONTAINER_GZIP || begins_with(head, size, "\x1f\x8b", 2), "so with gzip");
    PROVE(kind != CONTAINER_XZ || begins_with(head, size,
                                              "\xfd"
                                              "7zXZ",
                                              6),
          "so with xz");
    PROVE(kind != CONTAINER_BZIMAGE || (size >= 0x206 && memcmp(head + 0x202, "HdrS", 4) == 0),
          "so with Linux's");
}
