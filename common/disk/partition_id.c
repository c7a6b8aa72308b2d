/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/disk/partition_id.h"

#include "common/base/bytes.h"
#include "common/base/text.h"

#include <string.h>

/* Offsets in the node, after its header. */
#define NODE_NUMBER         0
#define NODE_START          4
#define NODE_SIGNATURE      20
#define NODE_SIGNATURE_TYPE 37
#define NODE_SIZE           38

#define MBR_SIGNATURE_SIZE 4

static bool is_same_place(const struct partition_id *a, const struct partition_id *b)
{
    if (a->start > 0 && b->start > 0)
        return a->start == b->start;
    return a->number == b->number || a->number == 0 || b->number == 0;
}

bool partition_id_equals(const struct partition_id *a, const struct partition_id *b)
{
    return a->kind == b->kind && is_same_place(a, b) &&
           memcmp(a->signature, b->signature, sizeof(a->signature)) == 0;
}

bool partition_id_from_node(const uint8_t *bytes, size_t size, struct partition_id *ret_id)
{
    if (size < NODE_SIZE)
        return false;
    *ret_id = (struct partition_id){.kind = PARTITION_SIGNATURE_NONE};
    switch (bytes[NODE_SIGNATURE_TYPE]) {
    case PARTITION_SIGNATURE_MBR:
        ret_id->kind = PARTITION_SIGNATURE_MBR;
        ret_id->number = read_le32(bytes + NODE_NUMBER);
        ret_id->start = read_le64(bytes + NODE_START);
        memcpy(ret_id->signature, bytes + NODE_SIGNATURE, MBR_SIGNATURE_SIZE);
        return read_le32(ret_id->signature) != 0; /* a logical partition has none: EDK2 */
    case PARTITION_SIGNATURE_GPT:
        ret_id->kind = PARTITION_SIGNATURE_GPT;
        memcpy(ret_id->signature, bytes + NODE_SIGNATURE, PARTITION_SIGNATURE_SIZE);
        return true;
    default:
        return false;
    }
}

static bool take_digit(char character, uint32_t *value)
{
    uint32_t digit;

    if (character >= '0' && character <= '9')
        digit = (uint32_t)(character - '0');
    else if (character >= 'a' && character <= 'f')
        digit = (uint32_t)(character - 'a' + 10);
    else if (character >= 'A' && character <= 'F')
        digit = (uint32_t)(character - 'A' + 10);
    else
        return false;
    *value = *value << 4 | digit;
    return true;
}

/* Takes exactly `digits` hexadecimal ones, at most 8. */
static bool take_number(const char **text, unsigned digits, uint32_t *ret_value)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < digits; i++, ++*text) {
        if (!take_digit(**text, &value))
            return false;
    }
    *ret_value = value;
    return true;
}

static bool take_dash(const char **text)
{
    return *(*text)++ == '-';
}

/* The rest of a GUID, after its first eight digits: its first three fields are little-endian. */
static bool take_guid(const char **text, uint32_t first, struct partition_id *id)
{
    uint8_t *bytes = id->signature;
    uint32_t value;

    write_le32(bytes, first);
    for (size_t at = 4; at < 8; at += 2) {
        if (!take_dash(text) || !take_number(text, 4, &value))
            return false;
        write_le16(bytes + at, (uint16_t)value);
    }
    for (size_t at = 8; at < PARTITION_SIGNATURE_SIZE; at++) {
        if ((at == 8 || at == 10) && !take_dash(text))
            return false;
        if (!take_number(text, 2, &value))
            return false;
        bytes[at] = (uint8_t)value;
    }
    id->kind = PARTITION_SIGNATURE_GPT;
    return true;
}

static bool take_mbr(const char **text, uint32_t signature, struct partition_id *id)
{
    write_le32(id->signature, signature);
    id->kind = PARTITION_SIGNATURE_MBR;
    return take_dash(text) && take_number(text, 2, &id->number) && id->number > 0;
}

bool path_names_partition(const char *path)
{
    const char *prefix = PARTUUID_PREFIX;

    while (*prefix && to_lower(*path) == to_lower(*prefix)) {
        path++;
        prefix++;
    }
    return *prefix == '\0';
}

bool partition_id_parse_path(const char *text, struct partition_id *ret_id, const char **ret_path)
{
    uint32_t first;
    const char *short_end;

    *ret_id = (struct partition_id){.kind = PARTITION_SIGNATURE_NONE};
    if (!path_names_partition(text))
        return false;
    text += strlen(PARTUUID_PREFIX);
    if (!take_number(&text, 8, &first))
        return false;
    short_end = text;
    if (!take_mbr(&short_end, first, ret_id) || *short_end != ':') {
        *ret_id = (struct partition_id){.kind = PARTITION_SIGNATURE_NONE};
        if (!take_guid(&text, first, ret_id) || *text != ':')
            return false;
        short_end = text;
    }
    *ret_path = short_end + 1;
    return true;
}
