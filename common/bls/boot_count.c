/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/boot_count.h"

#include "common/base/decimal.h"
#include "common/base/text.h"

#include <string.h>

/* systemd keeps these counters in an int. */
#define COUNTER_MAX INT32_MAX

struct counters {
    struct boot_count count;
    size_t id_length;
};

/* Parses the part of a name after its last +: "3-1.conf". */
static bool parse_counters(const char *text, const char *suffix, struct counters *counters)
{
    if (!decimal_parse(&text, COUNTER_MAX, &counters->count.left))
        return false;
    if (*text == '-') {
        text++;
        if (!decimal_parse(&text, COUNTER_MAX, &counters->count.done))
            return false;
    }
    return text_equals_ignoring_case(text, suffix);
}

static struct counters parse(const char *file_name, const char *suffix)
{
    size_t length = strlen(file_name);
    size_t plus = length;
    struct counters counters = {0};

    while (plus > 0 && file_name[plus] != '+')
        plus--;
    /* A + at the start is no counter: the ID would be empty. */
    if (plus > 0 && parse_counters(file_name + plus + 1, suffix, &counters)) {
        counters.count.counted = true;
        counters.id_length = plus;
        return counters;
    }
    if (text_ends_with_ignoring_case(file_name, suffix))
        length -= strlen(suffix);
    return (struct counters){.id_length = length};
}

struct boot_count boot_count_parse(const char *file_name, const char *suffix)
{
    return parse(file_name, suffix).count;
}

size_t boot_count_id_length(const char *file_name, const char *suffix)
{
    return parse(file_name, suffix).id_length;
}

/* DONE after one more boot: of the names not taken yet, the next, or else one before. */
static uint32_t next_done(uint32_t done, unsigned taken)
{
    uint32_t next = done < COUNTER_MAX ? done + 1 : COUNTER_MAX;

    return taken <= COUNTER_MAX - next ? next + taken : COUNTER_MAX - taken;
}

const char *boot_count_next_name(const char *file_name, const char *suffix, unsigned taken,
                                 struct arena *arena)
{
    struct counters counters = parse(file_name, suffix);
    size_t length = strlen(file_name);
    size_t size = length + sizeof("-2147483647");
    struct text name = {NULL, size, 0};

    if (!counters.count.counted || counters.count.left == 0)
        return file_name;
    name.data = arena_alloc(arena, size, 1);
    if (!name.data)
        return NULL;
    text_format(&name, "%.*s+%u", (int)counters.id_length, file_name, counters.count.left - 1);
    if (taken < BOOT_COUNT_NAMES - 1)
        text_format(&name, "-%u", next_done(counters.count.done, taken));
    text_append(&name, file_name + length - strlen(suffix));
    return name.data;
}
