/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "common/arena.h"

/* An arena whose memory comes from malloc. */
struct arena host_arena(void);
