/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/text.h"
#include "tests/firmware/fake/run.h"

#include "tests/lib/support.h"

#include <stdlib.h>
#include <string.h>

CHAR16 *widen(const char *text)
{
    const uint8_t *from = (const uint8_t *)text;
    CHAR16 *units = malloc((strlen(text) + 1) * sizeof(*units));
    size_t count = 0;

    require(units);
    while (*from) {
        if (*from < 0x80) {
            units[count++] = *from++;
        } else if (*from < 0xe0) {
            units[count++] = (CHAR16)((from[0] & 0x1f) << 6 | (from[1] & 0x3f));
            from += 2;
        } else {
            units[count++] =
                (CHAR16)((from[0] & 0xf) << 12 | (from[1] & 0x3f) << 6 | (from[2] & 0x3f));
            from += 3;
        }
    }
    units[count] = 0;
    return units;
}

static size_t encode(CHAR16 unit, char bytes[3])
{
    if (unit < 0x80) {
        bytes[0] = (char)unit;
        return 1;
    }
    if (unit < 0x800) {
        bytes[0] = (char)(0xc0 | unit >> 6);
        bytes[1] = (char)(0x80 | (unit & 0x3f));
        return 2;
    }
    bytes[0] = (char)(0xe0 | unit >> 12);
    bytes[1] = (char)(0x80 | (unit >> 6 & 0x3f));
    bytes[2] = (char)(0x80 | (unit & 0x3f));
    return 3;
}

void narrow(const CHAR16 *units, size_t count, char *buffer, size_t size)
{
    size_t length = 0;
    char bytes[3];

    for (size_t i = 0; units && i < count && units[i]; i++) {
        size_t more = encode(units[i], bytes);

        if (length + more >= size)
            break;
        memcpy(buffer + length, bytes, more);
        length += more;
    }
    buffer[length] = '\0';
}

size_t units_length(const CHAR16 *units)
{
    size_t length = 0;

    while (units[length])
        length++;
    return length;
}
