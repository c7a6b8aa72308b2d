/* SPDX-License-Identifier: BSD-2-Clause */
/* A question to the person at the console. */
#pragma once

#include "efi/efi.h"

/*
 * Asks, and returns true if Y is pressed. Any other key, no key for a minute, and no keyboard mean
 * no.
 */
bool question_ask(const char *question);
