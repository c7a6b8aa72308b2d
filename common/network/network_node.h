/* SPDX-License-Identifier: BSD-2-Clause */
/* What the nodes of a device path say of a network (UEFI 2.10, section 10.3.4). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NODE_MESSAGING 0x03

#define MAC_SIZE  6
#define IPV4_SIZE 4

struct network_path {
    bool has_mac;
    bool has_ipv4; /* with the mask; older firmware leaves it out */
    bool has_ipv6;
    bool has_dns;   /* of IPv4 */
    bool has_media; /* a disk, such as one in RAM that was transferred */
    uint8_t mac[MAC_SIZE];
    uint8_t address[IPV4_SIZE], mask[IPV4_SIZE], gateway[IPV4_SIZE];
    uint8_t dns[IPV4_SIZE];
    const uint8_t *uri; /* in the last node; not NUL-terminated; NULL: none, or an empty one */
    size_t uri_size;
};

/*
 * Adds what a node says to *path, which is all zero before the first node. `bytes` follow the
 * node's header and stay the caller's; other nodes say nothing.
 */
void network_path_add(struct network_path *path, uint8_t type, uint8_t subtype,
                      const uint8_t *bytes, size_t size);
