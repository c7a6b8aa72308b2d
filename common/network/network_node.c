/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/network/network_node.h"

#include <string.h>

#define NODE_TYPE_MEDIA 0x04

#define NODE_MAC  0x0b
#define NODE_IPV4 0x0c
#define NODE_IPV6 0x0d
#define NODE_URI  0x18
#define NODE_DNS  0x1f

/* Sizes and offsets after the header. */
#define MAC_NODE_SIZE  33
#define MAC_TYPE       32
#define IPV4_NODE_SIZE 23
#define IPV4_GATEWAY   15
#define IPV4_MASK      19
#define DNS_ADDRESS    1
#define DNS_NODE_SIZE  17 /* with one address, which takes 16 bytes for either kind */

#define MAC_ETHERNET 1 /* RFC 3232; EDK2 also writes 0 */

static void add_ipv4(struct network_path *path, const uint8_t *bytes)
{
    memcpy(path->address, bytes, IPV4_SIZE);
    memcpy(path->gateway, bytes + IPV4_GATEWAY, IPV4_SIZE);
    memcpy(path->mask, bytes + IPV4_MASK, IPV4_SIZE);
    path->has_ipv4 = path->address[0] != 0 && path->mask[0] != 0;
}

void network_path_add(struct network_path *path, uint8_t type, uint8_t subtype,
                      const uint8_t *bytes, size_t size)
{
    path->uri = NULL;
    path->uri_size = 0;
    path->has_media |= type == NODE_TYPE_MEDIA;
    if (type != NODE_MESSAGING)
        return;
    if (subtype == NODE_MAC && size >= MAC_NODE_SIZE && bytes[MAC_TYPE] <= MAC_ETHERNET) {
        memcpy(path->mac, bytes, MAC_SIZE);
        path->has_mac = true;
    } else if (subtype == NODE_IPV4 && size >= IPV4_NODE_SIZE) {
        add_ipv4(path, bytes);
    } else if (subtype == NODE_IPV6) {
        path->has_ipv6 = true;
    } else if (subtype == NODE_DNS && size >= DNS_NODE_SIZE && bytes[0] == 0) {
        memcpy(path->dns, bytes + DNS_ADDRESS, IPV4_SIZE);
        path->has_dns = true;
    } else if (subtype == NODE_URI && size > 0) {
        path->uri = bytes;
        path->uri_size = size;
    }
}
