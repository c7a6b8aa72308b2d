/* SPDX-License-Identifier: BSD-2-Clause */
/* EFI programs, which the loader starts through the firmware. */
#pragma once

#include "common/base/byte_source.h"

/*
 * True when the file has the headers of an EFI program (a PE file) for x64; nothing else is read.
 * ERROR_NO_PROGRAM when it has not.
 */
bool pe_check_program(struct byte_source *source, struct error *error);
