/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "tools/pvhinfo/host/status.h"
#include "tools/pvhinfo/kernel_file.h"

/*
 * Writes the ELF in `file` to `path`. A regular file there, links followed, is replaced once all
 * has been written, and only then, and keeps its permissions; standard output, a pipe or a
 * character device is written to as it is; a block device or the kernel's own file is refused.
 * STATUS_BOOTABLE, or STATUS_TROUBLE with a message.
 */
enum status extract_elf(const struct kernel_file *file, const char *path);

/* True when `path` leads to where standard output goes: nothing else can be printed there then. */
bool is_standard_output(const char *path);
