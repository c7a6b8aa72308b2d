/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/network/network.h"

#include "efi/firmware/device_path.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/proto/http.h"
#include "efi/network/card_address.h"

#include <string.h>

/* A card, for servers of IPv4 or of IPv6: the two are asked for one by one. */
struct interface {
    EFI_SERVICE_BINDING *binding; /* NULL: not started */
    struct address_change change;
    struct error error; /* why it cannot be started */
};

static struct {
    EFI_HANDLE device;
    bool has_origin;
    struct network_path origin;
    struct interface ipv4, ipv6, ipv6_on_link;
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

static const struct network_path *origin(void)
{
    if (!network.has_origin)
        network_path_of(network.device, &network.origin);
    network.has_origin = true;
    return &network.origin;
}

bool network_uses_ipv6(const struct url *url)
{
    uint8_t address[IPV4_SIZE];

    return url_host_is_ipv6(url) || (origin()->has_ipv6 && !url_host_ipv4(url, address));
}

static struct interface *interface_for(const struct url *url)
{
    if (url_host_is_link_local(url))
        return &network.ipv6_on_link;
    return network_uses_ipv6(url) ? &network.ipv6 : &network.ipv4;
}

EFI_SERVICE_BINDING *network_http_binding(const struct url *url)
{
    return interface_for(url)->binding;
}

/* False for a card that is known to have no cable, which would only be waited for. */
static bool may_have_link(EFI_HANDLE card)
{
    EFI_GUID guid = EFI_SIMPLE_NETWORK_PROTOCOL_GUID;
    EFI_SIMPLE_NETWORK *simple = NULL;
    EFI_STATUS status = BS->HandleProtocol(card, &guid, (void **)&simple);

    return EFI_ERROR(status) || !simple->Mode->MediaPresentSupported || simple->Mode->MediaPresent;
}

/* Started by IPv6, the card has what it was started with. */
static EFI_STATUS set_address(EFI_HANDLE card, struct interface *interface)
{
    if (interface == &network.ipv4)
        return card_address_set_ipv4(card, origin(), &interface->change);
    if (origin()->has_ipv6)
        return EFI_SUCCESS;
    return card_address_set_ipv6(card, interface == &network.ipv6_on_link, &interface->change);
}

/* One card is enough. Why another one gets no address says more than that one has no link. */
static bool try_card(EFI_HANDLE card, struct interface *interface)
{
    EFI_GUID guid = HTTP_SERVICE_BINDING_GUID;
    EFI_SERVICE_BINDING *binding = NULL;
    struct network_path path;
    EFI_STATUS status;

    network_path_of(card, &path);
    if (origin()->has_mac && memcmp(path.mac, origin()->mac, MAC_SIZE) != 0)
        return false;
    if (!may_have_link(card))
        return interface->error.code == ERROR_NETWORK_NO_CARD &&
               error_set(&interface->error, ERROR_NETWORK_NO_LINK);
    status = BS->HandleProtocol(card, &guid, (void **)&binding);
    if (!EFI_ERROR(status))
        status = set_address(card, interface);
    if (EFI_ERROR(status))
        return error_set_efi(&interface->error, status,
                             interface == &network.ipv4 ? ERROR_NETWORK_NO_ADDRESS
                                                        : ERROR_NETWORK_NO_IPV6);
    interface->binding = binding;
    return true;
}

static EFI_STATUS find_cards(UINTN *ret_count, EFI_HANDLE **ret_cards)
{
    EFI_GUID guid = HTTP_SERVICE_BINDING_GUID;
    EFI_STATUS status = BS->LocateHandleBuffer(ByProtocol, &guid, NULL, ret_count, ret_cards);

    if (status != EFI_NOT_FOUND)
        return status;
    status = device_connect_all();
    if (EFI_ERROR(status))
        return status;
    return BS->LocateHandleBuffer(ByProtocol, &guid, NULL, ret_count, ret_cards);
}

static bool start(struct interface *interface)
{
    EFI_HANDLE *cards = NULL;
    UINTN count = 0;
    EFI_STATUS status = find_cards(&count, &cards);

    if (EFI_ERROR(status))
        return error_set_efi(&interface->error, status, ERROR_NETWORK_NO_CARD);
    (void)error_set(&interface->error, ERROR_NETWORK_NO_CARD);
    for (UINTN i = 0; i < count && !interface->binding; i++)
        (void)try_card(cards[i], interface);
    (void)BS->FreePool(cards);
    return interface->binding != NULL;
}

bool network_start(const struct url *url, struct error *error)
{
    struct interface *interface = interface_for(url);

    if (interface->binding)
        return true;
    if (interface->error.code == ERROR_NONE && start(interface)) {
        error_clear(&interface->error);
        return true;
    }
    *error = interface->error;
    return false;
}

static void stop(struct interface *interface)
{
    card_address_undo(&interface->change);
    interface->binding = NULL;
    error_clear(&interface->error);
}

void network_stop(void)
{
    stop(&network.ipv4);
    stop(&network.ipv6);
    stop(&network.ipv6_on_link);
}
