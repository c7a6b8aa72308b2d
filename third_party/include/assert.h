/* SPDX-License-Identifier: BSD-2-Clause */
/* The libraries are always built with NDEBUG. */
#pragma once

#define assert(condition) ((void)0)
