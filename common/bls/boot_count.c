/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/boot_count.h"

#include "common/base/decimal.h"
#include "common/base/overflow.h"
#include "common/base/text.h"

#include <string.h>

#define SUFFIX ".conf"

/* What systemd's programs take: they keep counters in an int. */
#define COUNTER_MAX INT32_MAX

struct counters {
    struct boot_count count;
    size_t id_length;
};

/* Reads "3-1.conf", which the last + of a name was before. */
static bool parse_counters(const char *text, struct counters *counters)
{
    if (!decimal_parse(&text, COUNTER_MAX, &counters->count.left))
        return false;
    if (*text == '-') {
        text++;
        if (!decimal_parse(&text, COUNTER_MAX, &counters->count.done))
            return false;
    }
    return text_equals_ignoring_case(text, SUFFIX);
}

static struct counters parse(const char *file_name)
{
    size_t length = strlen(file_name);
    size_t plus = length;
    struct counters counters = {0};

    while (plus > 0 && file_name[plus] != '+')
        plus--;
    /* Nothing before the + would leave no ID. */
    if (plus > 0 && parse_counters(file_name + plus + 1, &counters)) {
        counters.count.counted = true;
        counters.id_length = plus;
        return counters;
    }
    if (text_ends_with_ignoring_case(file_name, SUFFIX))
        length -= strlen(SUFFIX);
    return (struct counters){.id_length = length};
}

struct boot_count boot_count_parse(const char *file_name)
{
    return parse(file_name).count;
}

size_t boot_count_id_length(const char *file_name)
{
    return parse(file_name).id_length;
}

const char *boot_count_next_name(const char *file_name, struct arena *arena)
{
    struct counters counters = parse(file_name);
    size_t length = strlen(file_name);
    size_t size = length + sizeof("-2147483647");
    struct text name = {NULL, size, 0};

    if (!counters.count.counted || counters.count.left == 0)
        return file_name;
    name.data = arena_alloc(arena, size, 1);
    if (!name.data)
        return NULL;
    text_format(&name, "%.*s+%u-%u%s", (int)counters.id_length, file_name, counters.count.left - 1,
                (unsigned)min_u64(counters.count.done + UINT64_C(1), COUNTER_MAX),
                file_name + length - strlen(SUFFIX));
    return name.data;
}
