/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/network/network.h"

#include "efi/firmware/clock.h"
#include "efi/firmware/device_path.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/proto/http.h"
#include "efi/firmware/proto/ip4_config2.h"

#include <string.h>

#define DHCP_SECONDS   20 /* EDK2 asks again after 4, 8 and 16 */
#define STATIC_SECONDS 5  /* it asks whether somebody else has the address */
#define STEPS_A_SECOND 20

#define INFO_SIZE 4096 /* with its table of routes, of 12 bytes each */

static struct {
    EFI_HANDLE device;
    struct network_path origin;
    EFI_SERVICE_BINDING *binding;        /* NULL: not started */
    struct ip4_config2_protocol *config; /* whose policy we have changed; NULL: none */
    UINT32 policy;                       /* that it had */
    struct error error;                  /* why it cannot be started */
} network;

void network_path_of(EFI_HANDLE handle, struct network_path *ret_path)
{
    const void *position = device_path_of(handle);
    struct device_node node;

    *ret_path = (struct network_path){.has_mac = false};
    while (device_path_next(&position, &node))
        network_path_add(ret_path, node.type, node.subtype, node.bytes, node.size);
}

void network_set_origin(EFI_HANDLE device)
{
    network.device = device;
}

EFI_SERVICE_BINDING *network_http_binding(void)
{
    return network.binding;
}

bool network_uses_ipv6(const struct url *url)
{
    uint8_t address[IPV4_SIZE];

    return url_host_is_ipv6(url) || (network.origin.has_ipv6 && !url_host_ipv4(url, address));
}

/* ------------------------------------------------------------------------------------------------
 * The address
 */

static bool has_address(struct ip4_config2_protocol *config)
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

static bool wait_for_address(struct ip4_config2_protocol *config, unsigned seconds)
{
    for (unsigned i = 0; i < seconds * STEPS_A_SECOND; i++) {
        if (has_address(config))
            return true;
        clock_wait(1000000 / STEPS_A_SECOND);
    }
    return false;
}

static EFI_STATUS set_policy(struct ip4_config2_protocol *config, UINT32 policy)
{
    return config->set_data(config, IP4_POLICY, sizeof(policy), &policy);
}

/* The address that we were started with: the firmware's own clients have given it back since. */
static EFI_STATUS set_address(struct ip4_config2_protocol *config)
{
    struct network_path *origin = &network.origin;
    struct ip4_manual_address manual;
    EFI_STATUS status;

    memcpy(&manual.address, origin->address, IPV4_SIZE);
    memcpy(&manual.mask, origin->mask, IPV4_SIZE);
    status = config->set_data(config, IP4_MANUAL_ADDRESS, sizeof(manual), &manual);
    if (EFI_ERROR(status) && status != EFI_NOT_READY) /* it goes on by itself */
        return status;
    if (origin->gateway[0] != 0) /* without it, what is near can still be reached */
        (void)config->set_data(config, IP4_GATEWAY, IPV4_SIZE, origin->gateway);
    if (origin->has_dns)
        (void)config->set_data(config, IP4_DNS_SERVER, IPV4_SIZE, origin->dns);
    return wait_for_address(config, STATIC_SECONDS) ? EFI_SUCCESS : EFI_TIMEOUT;
}

/* Whatever the policy was, setting it to the other one first makes EDK2 ask anew. */
static EFI_STATUS ask_for_address(struct ip4_config2_protocol *config)
{
    EFI_STATUS status = set_policy(config, IP4_POLICY_DHCP);

    if (EFI_ERROR(status))
        return status;
    return wait_for_address(config, DHCP_SECONDS) ? EFI_SUCCESS : EFI_TIMEOUT;
}

static void restore_policy(void)
{
    if (network.config)
        (void)set_policy(network.config, network.policy);
    network.config = NULL;
}

/* An address that somebody has configured, or that is still there, serves. */
static EFI_STATUS configure(struct ip4_config2_protocol *config)
{
    UINTN size = sizeof(network.policy);
    EFI_STATUS status;

    if (has_address(config))
        return EFI_SUCCESS;
    status = config->get_data(config, IP4_POLICY, &size, &network.policy);
    if (!EFI_ERROR(status))
        status = set_policy(config, IP4_POLICY_STATIC);
    if (EFI_ERROR(status))
        return status;
    network.config = config;
    status = network.origin.has_ipv4 ? set_address(config) : ask_for_address(config);
    if (EFI_ERROR(status))
        restore_policy();
    return status;
}

/* ------------------------------------------------------------------------------------------------
 * The card
 */

/* False for a card that is known to have no cable, which would only be waited for. */
static bool may_have_link(EFI_HANDLE card)
{
    EFI_GUID guid = EFI_SIMPLE_NETWORK_PROTOCOL_GUID;
    EFI_SIMPLE_NETWORK *simple = NULL;
    EFI_STATUS status = BS->HandleProtocol(card, &guid, (void **)&simple);

    return EFI_ERROR(status) || !simple->Mode->MediaPresentSupported || simple->Mode->MediaPresent;
}

/* One card is enough; with IPv6 alone it has no address of IPv4 to wait for. */
static bool try_card(EFI_HANDLE card, struct error *error)
{
    EFI_GUID http_guid = HTTP_SERVICE_BINDING_GUID, config_guid = IP4_CONFIG2_PROTOCOL_GUID;
    struct ip4_config2_protocol *config = NULL;
    EFI_SERVICE_BINDING *binding = NULL;
    struct network_path path;
    EFI_STATUS status;

    network_path_of(card, &path);
    if (network.origin.has_mac && memcmp(path.mac, network.origin.mac, MAC_SIZE) != 0)
        return false;
    if (!may_have_link(card))
        return error_set(error, ERROR_NETWORK_NO_LINK);
    status = BS->HandleProtocol(card, &http_guid, (void **)&binding);
    if (!EFI_ERROR(status) && !network.origin.has_ipv6)
        status = BS->HandleProtocol(card, &config_guid, (void **)&config);
    if (!EFI_ERROR(status) && config)
        status = configure(config);
    if (EFI_ERROR(status))
        return error_set_efi(error, status, ERROR_NETWORK_NO_ADDRESS);
    network.binding = binding;
    return true;
}

static EFI_STATUS find_cards(UINTN *ret_count, EFI_HANDLE **ret_cards)
{
    EFI_GUID guid = HTTP_SERVICE_BINDING_GUID;
    EFI_STATUS status = BS->LocateHandleBuffer(ByProtocol, &guid, NULL, ret_count, ret_cards);

    if (status != EFI_NOT_FOUND)
        return status;
    device_connect_all();
    return BS->LocateHandleBuffer(ByProtocol, &guid, NULL, ret_count, ret_cards);
}

static bool start(struct error *error)
{
    EFI_HANDLE *cards = NULL;
    UINTN count = 0;
    EFI_STATUS status;

    network_path_of(network.device, &network.origin);
    status = find_cards(&count, &cards);
    if (EFI_ERROR(status))
        return error_set_efi(error, status, ERROR_NETWORK_NO_CARD);
    (void)error_set(error, ERROR_NETWORK_NO_CARD);
    for (UINTN i = 0; i < count && !network.binding; i++)
        (void)try_card(cards[i], error);
    (void)BS->FreePool(cards);
    return network.binding != NULL;
}

bool network_start(struct error *error)
{
    if (network.binding)
        return true;
    if (network.error.code == ERROR_NONE && start(&network.error)) {
        error_clear(&network.error);
        return true;
    }
    *error = network.error;
    return false;
}

void network_stop(void)
{
    restore_policy();
    network.binding = NULL;
    error_clear(&network.error);
}
