/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include <stdint.h>

struct handover;

/* The table has this length. The other processors are halted afterwards. */
void check_processors(const struct handover *handover, const uint8_t *madt, uint32_t length);
