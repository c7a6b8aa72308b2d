/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "common/base/arena.h"

/* An arena that allocates its chunks with malloc(). */
struct arena host_arena(void);
