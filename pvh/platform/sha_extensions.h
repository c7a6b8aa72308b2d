/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "pvh/platform/platform.h"

#include <stdbool.h>

/* True when the processor has what sha256_blocks_ni() uses: SHA, SSE4.1 and SSSE3. */
bool sha_extensions_exist(const struct processor *processor);
