/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a packet of DHCP or DHCPv6 says of the server: where each part of it is looked for, and that
 * a server has an address, and a file with a name that ends. What finds an option, a name or an
 * address is anything that keeps what prove_pxe.c proves of it.
 * Bounds: packets of up to 300 bytes; URLs of up to TEXT characters.
 *
 * cbmc: -DTEXT=12 --unwind 14
 */
#include "common/network/pxe.h"
#include "tests/proof/nondet.h"
#include "tests/proof/stubs.h"

#include <stdlib.h>

/* Those of some are literals with a comma. */
#define find_in(field, code, ...)        CALLEE(find_in, code)(field, code, ##__VA_ARGS__)
#define find_option_6(packet, code, ...) CALLEE(find_option_6, code)(packet, code, ##__VA_ARGS__)
#define find_option(packet, code)        CALLEE(find_option, packet)(packet, code)
#define overload_of(packet)              CALLEE(overload_of, packet)(packet)
#define take_name(name, ret_name)        CALLEE(take_name, name)(name, ret_name)
#define parse_ipv4(text, size, ret)      CALLEE(parse_ipv4, text)(text, size, ret)
#define parse_ipv6(text, ret)            CALLEE(parse_ipv6, text)(text, ret)

struct bytes;
static struct bytes stub_find_in(struct bytes field, uint8_t code);
static struct bytes stub_find_option(struct bytes packet, uint8_t code);
static struct bytes stub_find_option_6(struct bytes packet, unsigned code);
static unsigned stub_overload_of(struct bytes packet);
static bool stub_take_name(struct bytes name, char *ret_name);
static bool stub_parse_ipv4(const uint8_t *text, size_t size, uint8_t *ret_address);
static const char *stub_parse_ipv6(const char *text, uint8_t *ret_address);

#include "common/network/pxe.c"

/* Of bytes that do not overlap, one after the other: a constant length is easier on a solver. */
void *memmove(void *target, const void *source, size_t length)
{
    PROVE(length <= TEXT && __CPROVER_r_ok(source, length), "what is copied can be read");
    for (size_t i = 0; i < TEXT; i++)
        ((char *)target)[i] = i < length ? ((const char *)source)[i] : ((char *)target)[i];
    return target;
}

static struct bytes packet;
static unsigned overload;
static unsigned searched; /* fields, of which the last one had the option, or none */
static bool is_named;     /* a name was found */
static struct bytes options[256];

static void any_packet(void)
{
    packet.size = nondet_size();
    ASSUME(packet.size <= 300);
    packet.start = malloc(packet.size);
    ASSUME(packet.start);
}

/* An option of the packet, or none. */
static struct bytes any_option(void)
{
    size_t start = nondet_size(), size = nondet_size();

    if (nondet_bool())
        return (struct bytes){NULL, 0};
    ASSUME(start <= packet.size && size <= packet.size - start);
    return (struct bytes){packet.start + start, size};
}

static unsigned stub_overload_of(struct bytes of)
{
    PROVE(of.start == packet.start && of.size == packet.size, "options are those of the packet");
    return overload;
}

/* ------------------------------------------------------------------------------------------------
 * Options
 */

static struct bytes stub_find_in(struct bytes field, uint8_t code)
{
    const size_t start = (size_t)(field.start - packet.start), end = start + field.size;
    struct bytes option = {NULL, 0};

    PROVE(__CPROVER_r_ok(field.start, field.size), "a field can be read");
    PROVE(code == 67 && searched < 3, "what is asked for is looked for");
    if (searched == 0)
        PROVE(start == 240 && end == packet.size, "first, the options are looked through");
    else if (searched == 1 && overload & 1)
        PROVE(start == 108 && end == 236, "then the file's field, if it has options");
    else
        PROVE(overload & 2 && start == 44 && end == 108, "then the name's, if it has options");
    searched++;
    if (nondet_bool())
        return option;
    option.start = field.start;
    option.size = nondet_size();
    ASSUME(option.size > 0 && option.size <= field.size);
    searched = 3;
    return option;
}

static void prove_option(void)
{
    struct bytes option;

    any_packet();
    overload = nondet_u8();
    ASSUME(packet.size >= OPTIONS);
    option = real_find_option(packet, 67);
    PROVE(option.size == 0 || searched == 3, "an option is in a field");
    PROVE(option.size > 0 || searched == 1u + (overload & 1) + (overload >> 1 & 1),
          "an option is looked for in all of them");
}

/* ------------------------------------------------------------------------------------------------
 * DHCP
 */

static struct bytes stub_find_option(struct bytes of, uint8_t code)
{
    PROVE(of.start == packet.start && of.size == packet.size, "options are those of the packet");
    options[code] = any_option();
    return options[code];
}

static bool stub_take_name(struct bytes name, char *ret_name)
{
    size_t length = nondet_size();

    PROVE(name.size == 0 || __CPROVER_r_ok(name.start, name.size), "a name can be read");
    if (nondet_bool())
        return false;
    __CPROVER_havoc_slice(ret_name, TEXT + 1);
    ASSUME(length > 0 && length <= TEXT && length <= name.size && ret_name[0]);
    ret_name[length] = '\0';
    is_named = true;
    return true;
}

static bool stub_parse_ipv4(const uint8_t *text, size_t size, uint8_t *ret_address)
{
    PROVE(size == 0 || __CPROVER_r_ok(text, size), "an address can be read");
    __CPROVER_havoc_slice(ret_address, 4);
    return nondet_bool();
}

static void prove_dhcp(void)
{
    struct boot_server server;
    const uint8_t *siaddr;

    any_packet();
    overload = nondet_u8();
    if (!pxe_read_dhcp(packet.start, packet.size, &server))
        return;
    siaddr = packet.start + 20;
    PROVE(packet.size >= 240 && packet.start[236] == 0x63 && packet.start[239] == 0x63,
          "it is a packet of DHCP");
    PROVE(is_named && server.file[0] && !server.is_ipv6, "there is a file");
    PROVE(server.address[0] | server.address[1] | server.address[2] | server.address[3],
          "there is an address");
    PROVE(!(siaddr[0] | siaddr[1] | siaddr[2] | siaddr[3]) ||
              (server.address[0] == siaddr[0] && server.address[1] == siaddr[1] &&
               server.address[2] == siaddr[2] && server.address[3] == siaddr[3]),
          "siaddr comes before options");
}

/* ------------------------------------------------------------------------------------------------
 * DHCPv6
 */

static struct bytes stub_find_option_6(struct bytes of, unsigned code)
{
    PROVE(of.start == packet.start && of.size == packet.size && code == 59,
          "the URL is an option of the packet");
    return any_option();
}

static const char *stub_parse_ipv6(const char *text, uint8_t *ret_address)
{
    size_t length = nondet_size();

    PROVE(__CPROVER_r_ok(text, TEXT - 7), "an address can be read");
    __CPROVER_havoc_slice(ret_address, IPV6_SIZE);
    if (nondet_bool())
        return NULL;
    ASSUME(length <= TEXT - 8 && text[length] == ']');
    for (size_t i = 0; i < TEXT - 7; i++)
        ASSUME(i >= length || text[i]);
    return text + length;
}

static void prove_dhcp6(void)
{
    struct boot_server server;
    bool has_end = false;

    any_packet();
    if (!pxe_read_dhcp6(packet.start, packet.size, &server))
        return;
    PROVE(is_named && server.is_ipv6 && server.file[0], "there is a file");
    for (size_t i = 0; i <= TEXT; i++)
        has_end |= server.file[i] == '\0';
    PROVE(has_end, "whose name has an end");
}

/* ------------------------------------------------------------------------------------------------
 * URLs for messages
 */

static unsigned pieces; /* formatted */
static bool is_open;    /* there is a bracket */

void text_append(struct text *text, const char *string)
{
    PROVE(text && string[0] == 't' && pieces == 0, "an URL begins with its scheme");
}

void text_append_char(struct text *text, char character)
{
    PROVE(text && character == (is_open ? ']' : '['), "an address is in brackets");
    is_open = !is_open;
}

void text_format(struct text *text, const char *format, ...)
{
    PROVE(text && format[0] == '%', "there is something to format");
    pieces++;
}

static void prove_append_url(struct boot_server server)
{
    struct text text;
    char file[TEXT + 1];

    server.is_ipv6 = nondet_bool();
    __CPROVER_havoc_object(file);
    file[TEXT] = '\0';
    boot_server_append_url(&text, &server, file);
    PROVE(pieces == (server.is_ipv6 ? 9 : 2) && !is_open, "an address has all of its groups");
}
