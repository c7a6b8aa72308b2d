/* SPDX-License-Identifier: BSD-2-Clause */
/* Files with the new value of a Secure Boot variable (.auth), as sbvarsign writes them. */
#pragma once

#include "common/base/error.h"

/*
 * Checks that a file is an EFI_VARIABLE_AUTHENTICATION_2 that is followed by the variable's value;
 * the firmware checks what is in both. *ret_signed is false where there is no signature in it,
 * which firmware allows for a platform key only in custom mode. Fails with ERROR_KEY_FILE, without
 * a name.
 */
bool key_file_check(const void *bytes, uint64_t size, bool *ret_signed, struct error *error);
