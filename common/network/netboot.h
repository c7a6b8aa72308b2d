/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries on a server that cannot list a directory. A machine takes the first that exists of
 *
 *     pvhboot/UUID.conf    the system's UUID, as in 12345678-9abc-def0-1234-56789abcdef0
 *     pvhboot/01-MAC.conf  the network card's address, as in 01-52-54-00-12-34-56
 *     pvhboot/default.conf
 *
 * which is an entry, or has lines `entries A.conf B.conf ...` that name entries beside it. On a
 * volume without directories, such as iPXE makes of what it has downloaded, they are in its root,
 * and a fourth one is looked for, pvhboot.conf.
 */
#pragma once

#include "common/base/text.h"
#include "common/bls/config_lines.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NETBOOT_UUID_SIZE 16
#define NETBOOT_MAC_SIZE  6

struct netboot_machine {
    bool has_uuid, has_mac;
    bool is_flat;                    /* its volume has no directories */
    uint8_t uuid[NETBOOT_UUID_SIZE]; /* as in SMBIOS: its first three numbers are little-endian */
    uint8_t mac[NETBOOT_MAC_SIZE];
};

#define NETBOOT_NAMES 4

/* Appends the name of one of the files; nothing if the machine has none of this kind. */
void netboot_append_name(struct text *text, const struct netboot_machine *machine, size_t which);

/* A walk over the entries that a file names. */
struct netboot_list {
    struct config_lines lines;
    const char *next, *end; /* of the line's words */
};

/* The text, of `length` bytes, must live as long as the list. */
struct netboot_list netboot_list_of(const char *text, size_t length);

/* The next name, which is not NUL-terminated; false at the end. */
bool netboot_list_next(struct netboot_list *list, const char **ret_name, size_t *ret_length);

/* Appends the path on the server of a path on the volume, where entries are in \loader\entries. */
void netboot_append_path(struct text *text, const char *path);

/*
 * The name that a file has on a volume without directories; NULL for one that has none there: what
 * is in the root anyway, and programs in \EFI, of which each system has its own.
 */
const char *netboot_flat_name(const char *path);

/* Whether the path is that of the directory of entries on the volume. */
bool netboot_is_entries(const char *path);
