/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a network boot's packets say of the server that pvhboot came from: of DHCP (RFC 2131, 2132),
 * PXE (Preboot Execution Environment 2.1) and, for IPv6, DHCPv6 (RFC 8415, 5970).
 */
#pragma once

#include "common/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IPV6_SIZE           16
#define BOOT_FILE_NAME_SIZE 512 /* bytes, with the NUL */

struct boot_server {
    bool is_ipv6;
    uint8_t address[IPV6_SIZE];     /* the first four bytes for IPv4 */
    char file[BOOT_FILE_NAME_SIZE]; /* as the server calls the file that was started */
};

/*
 * Reads a DHCP packet of at most `size` bytes: the file's name from its own field, else from option
 * 67, the server from siaddr, else option 66, if that is an address, else option 54. False if the
 * packet names no file, or no server.
 */
bool pxe_read_dhcp(const uint8_t *packet, size_t size, struct boot_server *ret_server);

/* Reads a DHCPv6 packet: the URL of option 59, tftp://[ADDRESS]/FILE. */
bool pxe_read_dhcp6(const uint8_t *packet, size_t size, struct boot_server *ret_server);

/*
 * Appends what the server calls the file `path` of a volume whose root is the directory of
 * server->file, with the separators that the server's name has.
 */
void boot_server_append_file(struct text *text, const struct boot_server *server, const char *path);

/* Appends tftp://SERVER/FILE, for messages. */
void boot_server_append_url(struct text *text, const struct boot_server *server, const char *file);
