/* SPDX-License-Identifier: BSD-2-Clause */
/* Nothing is printed: the types are all that is wanted. */
#pragma once

#include <stdint.h>
