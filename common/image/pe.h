/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks EFI programs before the firmware starts them. */
#pragma once

#include "common/base/byte_source.h"

/*
 * Checks that the file has the headers of an EFI program (a PE file) for x64, and nothing more.
 * ERROR_NO_PROGRAM if not.
 */
bool pe_check_program(struct byte_source *source, struct error *error);
