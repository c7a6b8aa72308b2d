/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The addresses of a network card: EFI_IP4_CONFIG2_PROTOCOL and EFI_IP6_CONFIG_PROTOCOL (UEFI 2.10,
 * sections 28.5 and 28.7). Their functions are alike, and what they are asked for is not.
 */
#pragma once

#include "efi/efi.h"

#include <assert.h>
#include <stddef.h>

#define IP4_CONFIG2_PROTOCOL_GUID                                                                  \
    {                                                                                              \
        0x5b446ed1, 0xe30b, 0x4faa,                                                                \
        {                                                                                          \
            0x87, 0x1a, 0x36, 0x54, 0xec, 0xa3, 0x60, 0x80                                         \
        }                                                                                          \
    }

#define IP6_CONFIG_PROTOCOL_GUID                                                                   \
    {                                                                                              \
        0x937fe521, 0x95ae, 0x4d1a,                                                                \
        {                                                                                          \
            0x89, 0x29, 0x48, 0xbc, 0xd9, 0x0a, 0xd3, 0x1a                                         \
        }                                                                                          \
    }

struct ip_config_protocol {
    EFI_STATUS(EFIAPI *set_data)
    (struct ip_config_protocol *this, UINT32 type, UINTN size, void *data);
    EFI_STATUS(EFIAPI *get_data)
    (struct ip_config_protocol *this, UINT32 type, UINTN *size, void *data);
    void *register_notify;
    void *unregister_notify;
};

/* EFI_IP4_CONFIG2_DATA_TYPE. */
#define IP4_INTERFACE_INFO 0
#define IP4_POLICY         1
#define IP4_MANUAL_ADDRESS 2
#define IP4_GATEWAY        3
#define IP4_DNS_SERVER     4

/* EFI_IP6_CONFIG_DATA_TYPE. */
#define IP6_INTERFACE_INFO 0
#define IP6_POLICY         2
#define IP6_MANUAL_ADDRESS 4

/* EFI_IP4_CONFIG2_POLICY and EFI_IP6_CONFIG_POLICY: by hand; by DHCP, or what a router announces.
 */
#define IP_POLICY_MANUAL    UINT32_C(0)
#define IP_POLICY_AUTOMATIC UINT32_C(1)

struct ip4_interface_info {
    CHAR16 name[32];
    UINT8 type;
    UINT32 hardware_address_size;
    EFI_MAC_ADDRESS hardware_address;
    EFI_IPv4_ADDRESS address, mask;
    UINT32 route_count;
    void *routes; /* in the same buffer, behind this */
};

struct ip4_manual_address {
    EFI_IPv4_ADDRESS address, mask;
};

struct ip6_address_info {
    EFI_IPv6_ADDRESS address;
    UINT8 prefix_length;
};

struct ip6_interface_info {
    CHAR16 name[32];
    UINT8 type;
    UINT32 hardware_address_size;
    EFI_MAC_ADDRESS hardware_address;
    UINT32 address_count;
    struct ip6_address_info *addresses; /* in the same buffer, behind this; so are the routes */
    UINT32 route_count;
    void *routes;
};

static_assert(offsetof(struct ip4_interface_info, address) == 104, "UEFI");
static_assert(offsetof(struct ip6_interface_info, address_count) == 104, "UEFI");
static_assert(sizeof(struct ip6_address_info) == 17, "UEFI");
static_assert(sizeof(struct ip_config_protocol) == 4 * sizeof(void *), "UEFI");
