/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "common/base/arena.h"

/* An arena whose memory comes from malloc. */
struct arena host_arena(void);
