/* SPDX-License-Identifier: BSD-2-Clause */
/* What --help and --version print. */
#pragma once

#include "common/options/options.h"

/* Prints what the options ask for; false if they ask for neither. */
bool usage_print(const struct options *options);
