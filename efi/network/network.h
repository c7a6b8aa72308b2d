/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room efi/network: files on servers, as volumes. It must not know what the files are for.
 *
 * This header is the network card: found, and given an address, when something is first asked for.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"
#include "common/network/network_node.h"
#include "common/network/url.h"

/* What the device path of a handle says; nothing for a handle without one. */
void network_path_of(EFI_HANDLE handle, struct network_path *ret_path);

/*
 * Names the device that pvhboot was started from. When that was by HTTP or PXE, its path names the
 * card, and perhaps its address. Calls nothing.
 */
void network_set_origin(EFI_HANDLE device);

/*
 * Finds a network card on which the firmware speaks HTTP, and sees that it has an address for this
 * server, of IPv4 or of IPv6. Does each once; what has failed, fails again at once.
 */
bool network_start(const struct url *url, struct error *error);

/* Of the card for this server, for which the network must have been started. */
EFI_SERVICE_BINDING *network_http_binding(const struct url *url);

/* True for a server that is reached by IPv6. */
bool network_uses_ipv6(const struct url *url);

/* Leaves the card as it was found. Must be called before boot services end; may be called twice. */
void network_stop(void);
