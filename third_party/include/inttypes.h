/* SPDX-License-Identifier: BSD-2-Clause */
/* Only the types are needed: nothing is printed. */
#pragma once

#include <stdint.h>
