/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SMBIOS tables of any content: nothing outside them is read, every walk ends, and what it finds is
 * a string in them.
 * Bounds: TABLE bytes; SHORT_TABLE, two less, for names.
 *
 * cbmc: -DTABLE=12 --unwind 13 --no-sat-preprocessor --unwindset memcmp.0:6,adds_up.0:32
 * full: -DTABLE=16 --unwind 17 --no-sat-preprocessor --unwindset memcmp.0:6,adds_up.0:32
 */
#include "common/smbios/smbios.c"
#include "tests/proof/smbios_tables.h"

#include <stdlib.h>

#define SHORT_TABLE (TABLE - 2)

size_t strnlen(const char *text, size_t size)
{
    size_t length = 0;

    while (length < size && text[length])
        length++;
    return length;
}

static void prove_entry_point(bool is_new)
{
    const uint8_t *bytes = malloc(is_new ? SM3_SIZE : SMBIOS_ENTRY_POINT_SIZE);
    struct smbios_tables tables;

    ASSUME(bytes && (!is_new || memcmp(bytes, "_SM3_", 5) == 0));
    if (!smbios_read_entry_point(bytes, &tables))
        return;
    PROVE(tables.address != 0, "there is an address");
    PROVE(tables.size > 0 && tables.size <= SMBIOS_TABLES_MAX, "the size is bounded");
}

/* Any state that a walk may be in. */
static struct smbios_walk any_walk(bool is_entered)
{
    struct smbios_walk walk = any_tables(TABLE);

    walk.structure = nondet_size();
    walk.string = is_entered ? nondet_size() : 0;
    ASSUME(walk.structure <= walk.size);
    ASSUME(!is_entered || (walk.string < walk.size && walk.structure + HEADER_SIZE <= walk.string &&
                           walk.structure + walk.bytes[walk.structure + 1] <= walk.string));
    return walk;
}

static void prove_enter(void)
{
    struct smbios_walk walk = any_walk(false);

    if (!enter_structure(&walk))
        return;
    PROVE(walk.structure + HEADER_SIZE <= walk.string && walk.string < walk.size,
          "a structure has a header, and something behind its fields");
    PROVE(walk.string == walk.structure + walk.bytes[walk.structure + 1], "its fields are in it");
}

static void prove_skip(void)
{
    struct smbios_walk walk = any_walk(true);
    size_t before = walk.structure;

    if (!skip_structure(&walk))
        return;
    PROVE(walk.structure > before && walk.structure <= walk.size, "the walk goes on in the tables");
    PROVE(walk.string == 0, "to a structure that is to be entered");
}

/* The names that a structure refers to. */
static void prove_find_string(void)
{
    struct smbios_walk walk = any_walk(true);
    const char *first = (const char *)walk.bytes + walk.string;
    const char *text;

    ASSUME(walk.size <= SHORT_TABLE);
    text = find_string(&walk, nondet_u8());
    if (!*text)
        return;
    PROVE(text >= first && text < (const char *)walk.bytes + walk.size, "a name is in the tables");
    PROVE(strnlen(text, SHORT_TABLE) < (size_t)((const char *)walk.bytes + walk.size - text),
          "a name has an end");
}

static void prove_next_string(bool is_entered)
{
    struct smbios_walk walk = any_walk(is_entered);
    size_t before = walk.structure + walk.string;
    const char *text = smbios_next_oem_string(&walk);

    if (!text)
        return;
    PROVE(walk.structure + walk.string > before, "the walk goes on");
    PROVE(walk.structure < walk.string && walk.string < walk.size, "and stays in the tables");
    PROVE(text > (const char *)walk.bytes && *text && walk.bytes[walk.string - 1] == '\0',
          "a string has an end");
}
