/* SPDX-License-Identifier: BSD-2-Clause */
/* A file for proofs of what reads one. */
#pragma once

#include "common/base/byte_source.h"
#include "tests/proof/nondet.h"

/* A file of any size below 2^63 and with any content, of which any read can fail. */
struct byte_source proof_source(void);
