/* SPDX-License-Identifier: BSD-2-Clause */
/* What libFuzzer's custom mutators share: each change depends on its seed alone. */
#pragma once

#include "tests/lib/random.h"

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's own, which changes bytes. Returns the new size. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
