/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/base/error.h"

bool pvh_fail_with(struct pvh_error *error, const uint64_t code_and_numbers[1 + PVH_ERROR_NUMBERS])
{
    error->code = (enum pvh_error_code)code_and_numbers[0];
    for (unsigned i = 0; i < PVH_ERROR_NUMBERS; i++)
        error->number[i] = code_and_numbers[1 + i];
    return false;
}
