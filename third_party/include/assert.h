/* SPDX-License-Identifier: BSD-2-Clause */
/* What is built with it always has NDEBUG. */
#pragma once

#define assert(condition) ((void)0)
#define static_assert _Static_assert
