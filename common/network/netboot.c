/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/network/netboot.h"

#include "common/base/bytes.h"
#include "common/base/path.h"
#include "common/bls/entry_source.h"

#define DIRECTORY "pvhboot"
#define ETHERNET  "01" /* the hardware type of ARP, as PXELINUX has it */

static void append_uuid(struct text *text, const uint8_t *uuid)
{
    text_format(text, "%08x-%04x-%04x-", (unsigned)read_le32(uuid), (unsigned)read_le16(uuid + 4),
                (unsigned)read_le16(uuid + 6));
    text_append_hex(text, uuid + 8, 2);
    text_append_char(text, '-');
    text_append_hex(text, uuid + 10, 6);
}

static void append_mac(struct text *text, const uint8_t *mac)
{
    text_append(text, ETHERNET);
    for (size_t i = 0; i < NETBOOT_MAC_SIZE; i++)
        text_format(text, "-%02x", mac[i]);
}

void netboot_append_name(struct text *text, const struct netboot_machine *machine, size_t which)
{
    size_t before = text->length;

    if (which == 0 && machine->has_uuid)
        append_uuid(text, machine->uuid);
    if (which == 1 && machine->has_mac)
        append_mac(text, machine->mac);
    if (which == 2)
        text_append(text, "default");
    if (which == 3 && machine->is_flat)
        text_append(text, DIRECTORY);
    if (text->length > before)
        text_append(text, entry_source_suffix(ENTRY_TYPE1));
}

struct netboot_list netboot_list_of(const char *text, size_t length)
{
    return (struct netboot_list){.lines = config_lines_of(text, length)};
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

/* The next word of the line; false at its end. */
static bool next_word(struct netboot_list *list, const char **ret_name, size_t *ret_length)
{
    while (list->next < list->end && is_blank(*list->next))
        list->next++;
    *ret_name = list->next;
    while (list->next < list->end && !is_blank(*list->next))
        list->next++;
    *ret_length = (size_t)(list->next - *ret_name);
    return *ret_length > 0;
}

bool netboot_list_next(struct netboot_list *list, const char **ret_name, size_t *ret_length)
{
    struct config_line line;

    while (!next_word(list, ret_name, ret_length)) {
        do {
            if (!config_lines_next(&list->lines, &line))
                return false;
        } while (!config_line_has_key(&line, "entries"));
        list->next = line.value;
        list->end = line.value + line.value_length;
    }
    return true;
}

/* Advances *path past the directory; false, and *path is unchanged, for a path outside of it. */
static bool skip_directory(const char **path, const char *directory)
{
    const char *rest = *path;
    const char *name, *wanted;
    size_t length, wanted_length;

    while (path_next_name(&directory, &wanted, &wanted_length)) {
        if (!path_next_name(&rest, &name, &length) || length != wanted_length)
            return false;
        for (size_t i = 0; i < length; i++) {
            if (to_lower(name[i]) != to_lower(wanted[i]))
                return false;
        }
    }
    *path = rest;
    return true;
}

static bool skip_entries(const char **path)
{
    return skip_directory(path, entry_source_directory(ENTRY_TYPE1));
}

void netboot_append_path(struct text *text, const char *path)
{
    if (skip_entries(&path))
        text_append(text, DIRECTORY);
    text_append(text, path);
}

const char *netboot_flat_name(const char *path)
{
    const char *last = NULL, *name;
    size_t length, names = 0;

    if (skip_directory(&path, "EFI"))
        return NULL;
    for (; path_next_name(&path, &name, &length); names++)
        last = name;
    return names > 1 ? last : NULL;
}

bool netboot_is_entries(const char *path)
{
    const char *name;
    size_t length;

    return skip_entries(&path) && !path_next_name(&path, &name, &length);
}
