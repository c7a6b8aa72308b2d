/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "tools/pvhinfo/kernel_file.h"
#include "tools/pvhinfo/status.h"

/*
 * Writes the ELF in `file` to `path`. A file there, or where a link leads, is replaced once all
 * has been written, and only then; a device or a pipe is written to.
 * STATUS_BOOTABLE, or STATUS_TROUBLE with a message.
 */
enum status extract_elf(const struct kernel_file *file, const char *path);
