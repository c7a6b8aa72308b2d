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

/* What IPv4 and IPv6 have in common, under different numbers. */
struct address_family {
    EFI_GUID protocol;
    UINT32 policy, manual; /* types of data */
    bool (*has_address)(struct ip_config_protocol *config);
    unsigned seconds; /* that asking for one may take */
};

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

static bool is_none(const EFI_IPv6_ADDRESS *address)
{
    static const EFI_IPv6_ADDRESS none;

    return memcmp(address, &none, sizeof(none)) == 0;
}

/* Addresses of fe80::/10 reach nothing behind a router (RFC 4291, section 2.4). */
static bool is_routed(const EFI_IPv6_ADDRESS *address)
{
    return !is_none(address) && (address->Addr[0] != 0xfe || (address->Addr[1] & 0xc0) != 0x80);
}

static bool is_any(const EFI_IPv6_ADDRESS *address)
{
    return !is_none(address);
}

static bool has_ipv6_that(struct ip_config_protocol *config,
                          bool (*serves)(const EFI_IPv6_ADDRESS *address))
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
        if (serves(&addresses[i].address))
            return true;
    }
    return false;
}

static bool has_routed_ipv6(struct ip_config_protocol *config)
{
    return has_ipv6_that(config, is_routed);
}

static bool has_any_ipv6(struct ip_config_protocol *config)
{
    return has_ipv6_that(config, is_any);
}

static const struct address_family ipv4 = {IP4_CONFIG2_PROTOCOL_GUID, IP4_POLICY,
                                           IP4_MANUAL_ADDRESS, has_ipv4, DHCP_SECONDS};
static const struct address_family ipv6 = {IP6_CONFIG_PROTOCOL_GUID, IP6_POLICY, IP6_MANUAL_ADDRESS,
                                           has_routed_ipv6, ROUTER_SECONDS};
static const struct address_family ipv6_on_link = {
    IP6_CONFIG_PROTOCOL_GUID, IP6_POLICY, IP6_MANUAL_ADDRESS, has_any_ipv6, ROUTER_SECONDS};

static EFI_STATUS wait_for_address(struct ip_config_protocol *config,
                                   const struct address_family *family, unsigned seconds)
{
    for (unsigned i = 0; i < seconds * STEPS_A_SECOND; i++) {
        if (family->has_address(config))
            return EFI_SUCCESS;
        clock_wait(1000000 / STEPS_A_SECOND);
    }
    return EFI_TIMEOUT;
}

static EFI_STATUS set_policy(struct ip_config_protocol *config, UINT32 type, UINT32 policy)
{
    return config->set_data(config, type, sizeof(policy), &policy);
}

/*
 * Setting the policy that a card has changes nothing on EDK2; the other one takes away all that was
 * set, which the firmware would otherwise keep for later boots.
 */
void card_address_undo(struct address_change *change)
{
    if (change->config && change->policy == IP_POLICY_MANUAL)
        (void)set_policy(change->config, change->type, IP_POLICY_AUTOMATIC);
    if (change->config)
        (void)set_policy(change->config, change->type, change->policy);
    change->config = NULL;
}

/*
 * Whether somebody has given the card an address by hand, or that cannot be told. It must stay; it
 * is not listed yet where the card has just been connected, since it is asked first whether another
 * one has it.
 */
static bool is_set_by_hand(struct ip_config_protocol *config, const struct address_family *family,
                           UINT32 policy)
{
    uint8_t data[INFO_SIZE];
    UINTN size = sizeof(data);

    return policy == IP_POLICY_MANUAL &&
           config->get_data(config, family->manual, &size, data) != EFI_NOT_FOUND;
}

/* The address that we were started with: the firmware's own clients have given it back since. */
static EFI_STATUS set_origin(struct ip_config_protocol *config, const struct network_path *origin)
{
    struct network_path own = *origin; /* SetData() takes no constants */
    struct ip4_manual_address manual;
    EFI_STATUS status = set_policy(config, IP4_POLICY, IP_POLICY_MANUAL);

    if (EFI_ERROR(status))
        return status;
    memcpy(&manual.address, own.address, IPV4_SIZE);
    memcpy(&manual.mask, own.mask, IPV4_SIZE);
    status = config->set_data(config, IP4_MANUAL_ADDRESS, sizeof(manual), &manual);
    if (EFI_ERROR(status) && status != EFI_NOT_READY) /* it goes on by itself */
        return status;
    if (own.gateway[0] != 0) /* without it, what is near can still be reached */
        (void)config->set_data(config, IP4_GATEWAY, IPV4_SIZE, own.gateway);
    if (own.has_dns)
        (void)config->set_data(config, IP4_DNS_SERVER, IPV4_SIZE, own.dns);
    return wait_for_address(config, &ipv4, STATIC_SECONDS);
}

/* The other policy first: EDK2 asks anew only when the policy changes. */
static EFI_STATUS ask(struct ip_config_protocol *config, const struct address_family *family)
{
    EFI_STATUS status = set_policy(config, family->policy, IP_POLICY_MANUAL);

    if (!EFI_ERROR(status))
        status = set_policy(config, family->policy, IP_POLICY_AUTOMATIC);
    return EFI_ERROR(status) ? status : wait_for_address(config, family, family->seconds);
}

/* `origin` is that of IPv4, or NULL. */
static EFI_STATUS set_address(EFI_HANDLE card, const struct address_family *family,
                              const struct network_path *origin, struct address_change *ret_change)
{
    EFI_GUID guid = family->protocol;
    struct ip_config_protocol *config = NULL;
    UINT32 policy;
    UINTN size = sizeof(policy);
    EFI_STATUS status = BS->HandleProtocol(card, &guid, (void **)&config);

    *ret_change = (struct address_change){.config = NULL};
    if (EFI_ERROR(status) || family->has_address(config))
        return status;
    status = config->get_data(config, family->policy, &size, &policy);
    if (EFI_ERROR(status))
        return status;
    if (is_set_by_hand(config, family, policy))
        return wait_for_address(config, family, STATIC_SECONDS);
    *ret_change = (struct address_change){config, family->policy, policy};
    status = origin ? set_origin(config, origin) : ask(config, family);
    if (EFI_ERROR(status))
        card_address_undo(ret_change);
    return status;
}

EFI_STATUS card_address_set_ipv4(EFI_HANDLE card, const struct network_path *origin,
                                 struct address_change *ret_change)
{
    return set_address(card, &ipv4, origin->has_ipv4 ? origin : NULL, ret_change);
}

EFI_STATUS card_address_set_ipv6(EFI_HANDLE card, bool on_link, struct address_change *ret_change)
{
    return set_address(card, on_link ? &ipv6_on_link : &ipv6, NULL, ret_change);
}
