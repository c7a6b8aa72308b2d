/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/network/card_address.h"

#include "efi/firmware/clock.h"
#include "efi/firmware/proto/ip_config.h"

#include <string.h>

#define DHCP_SECONDS   20 /* EDK2 asks again after 4, 8 and 16 */
#define STATIC_SECONDS 5  /* it asks whether somebody else has the address */
#define ROUTER_SECONDS 20 /* it asks routers three times, every 4 s, and then perhaps DHCP */
#define STEPS_A_SECOND 20

#define INFO_SIZE 8192 /* with a table of routes, of 12 bytes each, of IPv6 of 33 */

typedef bool has_address_function(struct ip_config_protocol *config);

static bool has_ipv4(struct ip_config_protocol *config)
{
    union {
        struct ip4_interface_info info;
        uint8_t bytes[INFO_SIZE];
    } data;
    static const EFI_IPv4_ADDRESS none;
    UINTN size = sizeof(data);
    EFI_STATUS status = config->get_data(config, IP4_INTERFACE_INFO, &size, &data);

    return !EFI_ERROR(status) && memcmp(&data.info.address, &none, sizeof(none)) != 0;
}

/* Addresses of fe80::/10 reach nothing behind a router, and :: is none (RFC 4291, section 2.4). */
static bool is_routed(const EFI_IPv6_ADDRESS *address)
{
    static const EFI_IPv6_ADDRESS none;

    return memcmp(address, &none, sizeof(none)) != 0 &&
           (address->Addr[0] != 0xfe || (address->Addr[1] & 0xc0) != 0x80);
}

static bool has_ipv6(struct ip_config_protocol *config)
{
    union {
        struct ip6_interface_info info;
        uint8_t bytes[INFO_SIZE];
    } data;
    UINTN size = sizeof(data);
    EFI_STATUS status = config->get_data(config, IP6_INTERFACE_INFO, &size, &data);
    uintptr_t offset = (uintptr_t)data.info.addresses - (uintptr_t)&data;
    const struct ip6_address_info *addresses = data.info.addresses;

    if (EFI_ERROR(status) || offset > sizeof(data) ||
        data.info.address_count > (sizeof(data) - offset) / sizeof(*addresses))
        return false;
    for (UINT32 i = 0; i < data.info.address_count; i++) {
        if (is_routed(&addresses[i].address))
            return true;
    }
    return false;
}

static EFI_STATUS wait_for_address(struct ip_config_protocol *config,
                                   has_address_function *has_address, unsigned seconds)
{
    for (unsigned i = 0; i < seconds * STEPS_A_SECOND; i++) {
        if (has_address(config))
            return EFI_SUCCESS;
        clock_wait(1000000 / STEPS_A_SECOND);
    }
    return EFI_TIMEOUT;
}

static EFI_STATUS set_policy(struct ip_config_protocol *config, UINT32 type, UINT32 policy)
{
    return config->set_data(config, type, sizeof(policy), &policy);
}

void card_address_undo(struct address_change *change)
{
    if (change->config)
        (void)set_policy(change->config, change->type, change->policy);
    change->config = NULL;
}

/*
 * Asks for the policy, and sets it to be by hand. Whatever it was, setting it to the other one
 * first makes EDK2 ask anew.
 */
static EFI_STATUS take_over(struct ip_config_protocol *config, UINT32 type,
                            struct address_change *ret_change)
{
    UINT32 policy;
    UINTN size = sizeof(policy);
    EFI_STATUS status = config->get_data(config, type, &size, &policy);

    if (!EFI_ERROR(status))
        status = set_policy(config, type, IP_POLICY_MANUAL);
    if (!EFI_ERROR(status))
        *ret_change = (struct address_change){config, type, policy};
    return status;
}

/* The address that we were started with: the firmware's own clients have given it back since. */
static EFI_STATUS set_origin(struct ip_config_protocol *config, const struct network_path *origin)
{
    struct network_path own = *origin; /* SetData() takes no constants */
    struct ip4_manual_address manual;
    EFI_STATUS status;

    memcpy(&manual.address, own.address, IPV4_SIZE);
    memcpy(&manual.mask, own.mask, IPV4_SIZE);
    status = config->set_data(config, IP4_MANUAL_ADDRESS, sizeof(manual), &manual);
    if (EFI_ERROR(status) && status != EFI_NOT_READY) /* it goes on by itself */
        return status;
    if (own.gateway[0] != 0) /* without it, what is near can still be reached */
        (void)config->set_data(config, IP4_GATEWAY, IPV4_SIZE, own.gateway);
    if (own.has_dns)
        (void)config->set_data(config, IP4_DNS_SERVER, IPV4_SIZE, own.dns);
    return wait_for_address(config, has_ipv4, STATIC_SECONDS);
}

static EFI_STATUS ask(const struct address_change *change, has_address_function *has_address,
                      unsigned seconds)
{
    EFI_STATUS status = set_policy(change->config, change->type, IP_POLICY_AUTOMATIC);

    return EFI_ERROR(status) ? status : wait_for_address(change->config, has_address, seconds);
}

static EFI_STATUS undo_if_failed(EFI_STATUS status, struct address_change *change)
{
    if (EFI_ERROR(status))
        card_address_undo(change);
    return status;
}

EFI_STATUS card_address_set_ipv4(EFI_HANDLE card, const struct network_path *origin,
                                 struct address_change *ret_change)
{
    EFI_GUID guid = IP4_CONFIG2_PROTOCOL_GUID;
    struct ip_config_protocol *config = NULL;
    EFI_STATUS status = BS->HandleProtocol(card, &guid, (void **)&config);

    *ret_change = (struct address_change){.config = NULL};
    if (EFI_ERROR(status) || has_ipv4(config))
        return status;
    status = take_over(config, IP4_POLICY, ret_change);
    if (EFI_ERROR(status))
        return status;
    status =
        origin->has_ipv4 ? set_origin(config, origin) : ask(ret_change, has_ipv4, DHCP_SECONDS);
    return undo_if_failed(status, ret_change);
}

EFI_STATUS card_address_set_ipv6(EFI_HANDLE card, struct address_change *ret_change)
{
    EFI_GUID guid = IP6_CONFIG_PROTOCOL_GUID;
    struct ip_config_protocol *config = NULL;
    EFI_STATUS status = BS->HandleProtocol(card, &guid, (void **)&config);

    *ret_change = (struct address_change){.config = NULL};
    if (EFI_ERROR(status) || has_ipv6(config))
        return status;
    status = take_over(config, IP6_POLICY, ret_change);
    if (EFI_ERROR(status))
        return status;
    return undo_if_failed(ask(ret_change, has_ipv6, ROUTER_SECONDS), ret_change);
}
