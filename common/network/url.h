/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room common/network: what is said on a network, as text and bytes. It must not know how it is
 * sent.
 */
/*
 * URLs of files on servers (RFC 3986), of the schemes http and https. They are kept in the form in
 * which they are sent: percent-encoded, without user info and fragment, with a path.
 */
#pragma once

#include "common/network/url_append.h"

/*
 * Takes an URL apart. What may not stand in one is percent-encoded, as people write spaces. Returns
 * NULL, or what is wrong with it; *ret_url is then undefined.
 */
const char *url_parse(const char *text, struct url *ret_url);

/*
 * The URL of a path on a volume whose root is the directory of `base`: names are separated by \ or
 * /, whether one leads or not, and every other character stands for itself. Names . and .. are
 * followed, but not out of the server. NULL, or what is wrong, as above.
 */
const char *url_join(const struct url *base, const char *path, struct url *ret_url);

/*
 * The URL that a redirection names (RFC 3986, section 5): absolute, or relative to `base`. NULL, or
 * what is wrong, as above.
 */
const char *url_resolve(const struct url *base, const char *reference, struct url *ret_url);

/* Writes an IPv4 address if the host is one in four decimal numbers. */
bool url_host_ipv4(const struct url *url, uint8_t ret_address[4]);

/* True for an address of fe80::/10, which is only reached without a router (RFC 4291, 2.5.6). */
bool url_host_is_link_local(const struct url *url);

/* True for a host in brackets: an IPv6 address. */
static inline bool url_host_is_ipv6(const struct url *url)
{
    return url->text[url->host] == '[';
}
