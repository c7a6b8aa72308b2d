/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "common/base/byte_source.h"

/* True when the file has the headers of an EFI program (a PE file) for x64. Reads nothing else. */
bool is_efi_program(struct byte_source *source);
