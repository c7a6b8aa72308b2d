/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A network card on which the firmware speaks HTTP, and one server, which has the files of a
 * directory of the volume, and misbehaves as it is told.
 */
#pragma once

#include "efi/efi.h"

/* What the server has: http://10.0.2.2/x is this directory's x. */
#define SERVER_FILES    "\\@server"
#define SERVER_URL      "http://10.0.2.2/"
#define SERVER_URL_6    "http://[fd00::2]/"
#define SERVER_URL_LINK "http://[fe80::2]/"
#define SERVER_URL_NAME "http://server.test/" /* by IPv6, if the loader was booted by that */

/* How card and server behave; set by scenarios. */
struct server_ways {
    bool no_address;       /* there is no DHCP server, and no router */
    bool has_address;      /* from the start */
    bool policy_is_manual; /* of IPv4, as EDK2's HTTP boot leaves it */
    bool set_by_hand;      /* somebody has given the card addresses, which are not listed yet */
    bool no_list;          /* of IPv6: there are far too many, */
    bool long_list;        /* or one more than there is room for, */
    bool list_elsewhere;   /* or the list is not where it should be */
    bool empty_places;     /* of IPv6: of an address that is not there yet, zeroes are listed */
    bool boots_by_ipv6;    /* with addresses of IPv6 only */
    bool no_gateway;       /* the loader is booted by HTTP without a gateway, */
    bool no_dns;           /* or without a DNS server */
    bool no_link;          /* the card has no cable */
    bool whole_files;      /* ranges are ignored */
    bool no_length;        /* Content-Length is left out */
    bool chunked;
    bool wrong_range;     /* another part comes than was asked for */
    bool grows;           /* the file is larger each time that it is asked for */
    bool no_empty_ranges; /* a part of an empty file is refused */
    bool silent;          /* no request is answered */
    bool stalls;          /* no body comes */
    bool drips;           /* a body comes a byte a second */
    bool short_parts;     /* a part has fewer bytes than were asked for */
    bool trickles;        /* a body comes so slowly that it is only just worth waiting for */
    bool at_once;         /* answers are there when they are asked for, not only later */
    bool empty_bodies;    /* a body comes with no bytes, */
    bool large_bodies;    /* or is said to have more than there was room for */
    uint64_t said_size;   /* of files, instead of the true one; 0: none */
    uint64_t cut_at;      /* a connection ends after so many bytes of the body; 0: it does not */
    unsigned cuts;        /* how many connections do */
    uint32_t status;      /* EFI_HTTP_STATUS_CODE instead of a file; 0: none */
    uint32_t missing;     /* the one for a file that is not there; 0: 404 */
    const char *redirect; /* Location of the first `redirections` answers */
    unsigned redirections;
    EFI_STATUS request_fails; /* what Request() answers */
};
extern struct server_ways server_ways;

/* Installs the card. `connected`: it has HTTP from the start, not only once it is connected. */
void server_install(bool connected);

/*
 * Installs it, and the loader has been booted from it by HTTP: its device has no file system, but a
 * path that ends in the URL.
 */
void server_install_boot(const char *url);

/* What ConnectController does, for firmware_ways.connect. */
void server_connect(EFI_HANDLE controller);

/* The number of requests so far. */
unsigned server_requests(void);

/* The number of those that server_ways.request_fails has failed. */
unsigned server_refused(void);

/* What of the card is still in use; NULL for nothing. */
const char *server_find_leak(void);
