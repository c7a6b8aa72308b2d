/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens what a boot request names: files of volumes, and bytes in memory. */
#pragma once

#include "efi/efi.h"

#include "common/bls/boot_request.h"
#include "efi/firmware/file.h"

/* As file_open(); reading adds to the progress line. */
bool boot_source_open(const struct boot_file *source, struct file *ret_file, struct error *error);
