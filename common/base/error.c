/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/base/error.h"

bool error_set_numbers(struct error *error, const uint64_t code_and_numbers[1 + ERROR_NUMBERS])
{
    error->code = (enum error_code)code_and_numbers[0];
    for (unsigned i = 0; i < ERROR_NUMBERS; i++)
        error->number[i] = code_and_numbers[1 + i];
    return false;
}

bool error_name(struct error *error, const char *name)
{
    if (!error->name)
        error->name = name;
    return false;
}
