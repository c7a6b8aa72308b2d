/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/output/number.h"

#include "common/base/overflow.h"
#include "common/base/text.h"

#include <string.h>

/* The value of a digit; 16 if it is not a digit. */
static unsigned digit_value(char character)
{
    char lower = to_lower(character);

    if (lower >= '0' && lower <= '9')
        return (unsigned)(lower - '0');
    return lower >= 'a' && lower <= 'f' ? (unsigned)(lower - 'a') + 10 : 16;
}

static bool parse_digits(const char *digits, size_t count, unsigned base, uint64_t *ret_number)
{
    uint64_t number = 0;

    for (size_t i = 0; i < count; i++) {
        unsigned value = digit_value(digits[i]);

        if (value >= base || !checked_mul(number, base, &number) ||
            !checked_add(number, value, &number))
            return false;
    }
    *ret_number = number;
    return count > 0;
}

static bool has_hex_prefix(const char *word)
{
    return word[0] == '0' && to_lower(word[1]) == 'x';
}

bool number_parse(const char *word, unsigned base, uint64_t *ret_number)
{
    if (base == 16 && has_hex_prefix(word))
        word += 2;
    return parse_digits(word, strlen(word), base, ret_number);
}

bool size_parse(const char *word, uint64_t *ret_size)
{
    static const char units[] = "kmg";
    unsigned base = has_hex_prefix(word) ? 16 : 10;
    const char *digits = base == 16 ? word + 2 : word;
    size_t length = strlen(digits);
    const char *unit = length > 0 ? strchr(units, to_lower(digits[length - 1])) : NULL;
    uint64_t factor = 1;

    if (unit) {
        factor = UINT64_C(1) << (10 * (unit - units + 1));
        length--;
    }
    return parse_digits(digits, length, base, ret_size) && checked_mul(*ret_size, factor, ret_size);
}
