/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/base/decimal.h"

#include "common/base/text.h"

bool decimal_parse(const char **text, uint32_t max, uint32_t *ret_number)
{
    uint64_t number = 0;

    if (!is_digit(**text))
        return false;
    for (; is_digit(**text); ++*text) {
        number = number * 10 + (unsigned)(**text - '0');
        if (number > max)
            return false;
    }
    *ret_number = (uint32_t)number;
    return true;
}
