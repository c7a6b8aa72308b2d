/* SPDX-License-Identifier: BSD-2-Clause */
/* What the proofs share: a file with any content, and memory of which any allocation can fail. */
#pragma once

#include "common/base/arena.h"
#include "common/base/byte_source.h"
#include "tests/proof/nondet.h"

/* A file of any size below 2^63, of which any read can fail. */
struct byte_source proof_source(void);
