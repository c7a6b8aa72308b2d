/* SPDX-License-Identifier: BSD-2-Clause */
/* EFI_IP4_CONFIG2_PROTOCOL (UEFI 2.10, section 28.5). */
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

/* EFI_IP4_CONFIG2_DATA_TYPE. */
#define IP4_INTERFACE_INFO 0
#define IP4_POLICY         1
#define IP4_MANUAL_ADDRESS 2
#define IP4_GATEWAY        3
#define IP4_DNS_SERVER     4

#define IP4_POLICY_STATIC UINT32_C(0)
#define IP4_POLICY_DHCP   UINT32_C(1)

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

struct ip4_config2_protocol {
    EFI_STATUS(EFIAPI *set_data)
    (struct ip4_config2_protocol *this, UINT32 type, UINTN size, void *data);
    EFI_STATUS(EFIAPI *get_data)
    (struct ip4_config2_protocol *this, UINT32 type, UINTN *size, void *data);
    void *register_notify;
    void *unregister_notify;
};

static_assert(offsetof(struct ip4_interface_info, address) == 104, "UEFI");
static_assert(sizeof(struct ip4_config2_protocol) == 4 * sizeof(void *), "UEFI");
