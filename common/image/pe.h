/* SPDX-License-Identifier: BSD-2-Clause */
/* EFI programs, which the loader starts through the firmware. */
#pragma once

#include "common/base/byte_source.h"

/*
 * True when the file has the headers of an EFI program (a PE file) for x64. Nothing else is read. A
 * file that cannot be read is none.
 */
bool is_efi_program(struct byte_source *source);
