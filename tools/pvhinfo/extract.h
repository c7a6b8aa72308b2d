/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "tools/pvhinfo/host/status.h"
#include "tools/pvhinfo/kernel_file.h"

/*
 * Writes the ELF file in `file` to `path`. An existing regular file is replaced atomically and
 * keeps its permissions; links are followed. Standard output, pipes and character devices are
 * written to directly; block devices and the kernel's own file are refused. STATUS_BOOTABLE, or
 * STATUS_TROUBLE with a message printed.
 */
enum status extract_elf(const struct kernel_file *file, const char *path);

/* True if `path` is the file that standard output goes to; nothing else may be printed then. */
bool is_standard_output(const char *path);
