/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "tests/firmware/fake/run.h"

/*
 * A scenario that may end in any way: the loader, with `options`, on a volume with the
 * files of a folder of the host. The strings must live as long as it.
 */
const struct scenario *host_volume(const char *folder, const char *options);
