/* SPDX-License-Identifier: BSD-2-Clause */
/* The address of a network card. */
#pragma once

#include "efi/efi.h"

#include "common/network/network_node.h"

struct ip_config_protocol;

/* How a card was changed to get an address; all zero: not at all. */
struct address_change {
    struct ip_config_protocol *config;
    UINT32 type, policy; /* the policy that it had, and the number of that in the protocol */
};

/*
 * Sees that a card has an address of IPv4: one that is there or was set by hand, or else that of
 * `origin`, with which we were started, or else one by DHCP. EFI_TIMEOUT when there is none in
 * time. *ret_change is set when this is successful, and is then to be undone.
 */
EFI_STATUS card_address_set_ipv4(EFI_HANDLE card, const struct network_path *origin,
                                 struct address_change *ret_change);

/*
 * The same of IPv6: one that is there, or that a router announces or DHCP gives. For a server
 * `on_link`, fe80::/10, the card's own such address serves.
 */
EFI_STATUS card_address_set_ipv6(EFI_HANDLE card, bool on_link, struct address_change *ret_change);

/* Leaves the card as it was found. May be called twice. */
void card_address_undo(struct address_change *change);
