/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/smbios/smbios.h"

#include "common/base/bytes.h"

#include <string.h>

/* DSP0134, section 5.2: offsets in the entry points. */
#define SM3_SIZE    24
#define SM3_LENGTH  6
#define SM3_MAXIMUM 12
#define SM3_ADDRESS 16
#define SM_SIZE     SMBIOS_ENTRY_POINT_SIZE
#define SM_LENGTH   5
#define DMI_OFFSET  16
#define DMI_SIZE    15
#define DMI_LENGTH  22
#define DMI_ADDRESS 24

/* Section 6.1.2: the header of structures. */
#define HEADER_SIZE      4
#define TYPE_SYSTEM      1
#define TYPE_OEM_STRINGS 11
#define TYPE_END         127

#define UUID_OFFSET 8 /* section 7.2: the system */

static bool adds_up(const uint8_t *bytes, size_t size)
{
    uint8_t sum = 0;

    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + bytes[i]);
    return sum == 0;
}

static bool take(uint64_t address, uint64_t size, struct smbios_tables *ret_tables)
{
    if (address == 0 || size == 0)
        return false;
    *ret_tables = (struct smbios_tables){
        .address = address,
        .size = size < SMBIOS_TABLES_MAX ? size : SMBIOS_TABLES_MAX,
    };
    return true;
}

bool smbios_read_entry_point(const uint8_t *bytes, struct smbios_tables *ret_tables)
{
    if (memcmp(bytes, "_SM3_", 5) == 0)
        return bytes[SM3_LENGTH] == SM3_SIZE && adds_up(bytes, SM3_SIZE) &&
               take(read_le64(bytes + SM3_ADDRESS), read_le32(bytes + SM3_MAXIMUM), ret_tables);
    /* Version 2.1 says 0x1e by mistake. */
    if (memcmp(bytes, "_SM_", 4) != 0 ||
        (bytes[SM_LENGTH] != SM_SIZE && bytes[SM_LENGTH] != SM_SIZE - 1))
        return false;
    return memcmp(bytes + DMI_OFFSET, "_DMI_", 5) == 0 && adds_up(bytes, bytes[SM_LENGTH]) &&
           adds_up(bytes + DMI_OFFSET, DMI_SIZE) &&
           take(read_le32(bytes + DMI_ADDRESS), read_le16(bytes + DMI_LENGTH), ret_tables);
}

/* Moves to the strings of the structure at walk->structure. False at the end of the structures. */
static bool enter_structure(struct smbios_walk *walk)
{
    size_t left = walk->size - walk->structure;
    const uint8_t *header;

    if (left < HEADER_SIZE)
        return false;
    header = walk->bytes + walk->structure;
    if (header[0] == TYPE_END || header[1] < HEADER_SIZE || header[1] >= left)
        return false;
    walk->string = walk->structure + header[1];
    return true;
}

/* The offset behind the string at walk->string, with its NUL; 0 if it does not end. */
static size_t string_end(const struct smbios_walk *walk)
{
    size_t left = walk->size - walk->string;
    size_t length = strnlen((const char *)walk->bytes + walk->string, left);

    return length < left ? walk->string + length + 1 : 0;
}

/*
 * Moves behind the structure, whose strings have ended with an empty one, which ends at `end`. One
 * without strings has two NULs all the same.
 */
static void leave_structure(struct smbios_walk *walk, size_t end)
{
    size_t first = walk->structure + walk->bytes[walk->structure + 1];

    walk->structure = walk->string == first && end < walk->size ? end + 1 : end;
    walk->string = 0;
}

const char *smbios_next_oem_string(struct smbios_walk *walk)
{
    for (;;) {
        size_t start, end;

        if (walk->string == 0 && !enter_structure(walk))
            return NULL;
        start = walk->string;
        end = string_end(walk);
        if (end == 0)
            return NULL;
        if (end == start + 1) {
            leave_structure(walk, end);
            continue;
        }
        if (end == walk->size) /* damaged: no NUL ends the structure */
            return NULL;
        walk->string = end;
        if (walk->bytes[walk->structure] == TYPE_OEM_STRINGS)
            return (const char *)walk->bytes + start;
    }
}

/* Moves behind the strings of the structure that has been entered. False where they are damaged. */
static bool skip_structure(struct smbios_walk *walk)
{
    for (;;) {
        size_t end = string_end(walk);

        if (end == 0)
            return false;
        if (end == walk->string + 1) {
            leave_structure(walk, end);
            return true;
        }
        walk->string = end;
    }
}

/*
 * Moves to the structure of the system, of at least `size` bytes, and returns it; NULL if there is
 * none.
 */
static const uint8_t *find_system(struct smbios_walk *walk, size_t size)
{
    while (enter_structure(walk)) {
        const uint8_t *structure = walk->bytes + walk->structure;

        if (structure[0] == TYPE_SYSTEM && structure[1] >= size)
            return structure;
        if (!skip_structure(walk))
            return NULL;
    }
    return NULL;
}

/*
 * The string with this number (section 6.1.3: from 1; 0 for none) of the structure that has been
 * entered; "" if there are fewer, or they are damaged.
 */
static const char *find_string(struct smbios_walk *walk, unsigned number)
{
    for (; number > 0; number--) {
        size_t end = string_end(walk);

        if (end <= walk->string + 1)
            return "";
        if (number == 1)
            return (const char *)walk->bytes + walk->string;
        walk->string = end;
    }
    return "";
}

const char *smbios_system_name(const struct smbios_walk *tables, enum smbios_system_name name)
{
    struct smbios_walk walk = {.bytes = tables->bytes, .size = tables->size};
    const uint8_t *structure = find_system(&walk, (size_t)name + 1);

    return structure ? find_string(&walk, structure[name]) : "";
}

/* Section 7.2.1: all zeros or ones stand for none. */
static bool is_uuid(const uint8_t *bytes)
{
    for (size_t i = 1; i < SMBIOS_UUID_SIZE; i++) {
        if (bytes[i] != bytes[0])
            return true;
    }
    return bytes[0] != 0 && bytes[0] != UINT8_MAX;
}

bool smbios_read_uuid(const struct smbios_walk *tables, uint8_t ret_uuid[SMBIOS_UUID_SIZE])
{
    struct smbios_walk walk = {.bytes = tables->bytes, .size = tables->size};
    const uint8_t *system = find_system(&walk, UUID_OFFSET + SMBIOS_UUID_SIZE);

    if (!system)
        return false;
    memcpy(ret_uuid, system + UUID_OFFSET, SMBIOS_UUID_SIZE);
    return is_uuid(ret_uuid);
}
