/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-256 (FIPS 180-4). */
#pragma once

#include "common/hash/sha256_blocks.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_DIGEST_SIZE 32

/* A message that is being hashed. All but `size` is for common/hash/sha256.c only. */
struct sha256 {
    uint64_t size; /* of the message so far, in bytes */
    uint32_t state[8];
    uint8_t block[SHA256_BLOCK_SIZE]; /* the last size % SHA256_BLOCK_SIZE bytes */
    bool extensions;
};

/*
 * Starts a message. `extensions` tells whether the processor has the SHA extensions, which
 * sha_extensions_exist() finds out (pvh/platform/sha_extensions.h; in efi/, cpu_has_sha() of
 * efi/arch/cpu.h). The digest is the same without.
 */
void sha256_init(struct sha256 *hash, bool extensions);

/* Appends to the message, which may have up to 2^61 - 1 bytes in all. */
void sha256_update(struct sha256 *hash, const void *bytes, size_t size);

/* Ends the message. Only sha256_init() may follow. */
void sha256_final(struct sha256 *hash, uint8_t ret_digest[SHA256_DIGEST_SIZE]);

/* All three, for a message that is in one piece. */
void sha256(const void *bytes, size_t size, bool extensions,
            uint8_t ret_digest[SHA256_DIGEST_SIZE]);
