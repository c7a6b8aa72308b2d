/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * DHCP packets, DHCPv6 packets and the addresses in them.
 * Bounds: fields of up to FIELD bytes, and names of up to 600; IPv4 addresses of up to 17
 * characters, IPv6 ones of up to TEXT.
 *
 * with: tests/proof/proof_copies.c common/base/text.c
 * cbmc: -DFIELD=16 -DTEXT=20 --unwind 22 --unwindset take_name.0:602
 * full: -DFIELD=64 -DTEXT=44 --unwind 66 --unwindset take_name.0:602
 */
#include "common/network/pxe.c"
#include "tests/proof/nondet.h"

#include <stdlib.h>

static struct bytes any_bytes(size_t most)
{
    struct bytes bytes = {NULL, nondet_size()};

    ASSUME(bytes.size <= most);
    bytes.start = malloc(bytes.size);
    ASSUME(bytes.start);
    return bytes;
}

static bool is_inside(struct bytes part, struct bytes whole)
{
    return part.size == 0 ||
           (__CPROVER_same_object(part.start, whole.start) && part.start >= whole.start &&
            part.size <= whole.size - (size_t)(part.start - whole.start));
}

static void prove_option(uint8_t code)
{
    struct bytes field = any_bytes(FIELD);
    struct bytes found = find_in(field, code);

    PROVE(is_inside(found, field), "an option is inside its field");
    PROVE(found.size == 0 || found.start[-2] == code, "it has the code");
}

static void prove_option_6(uint16_t code)
{
    struct bytes packet = any_bytes(FIELD);
    struct bytes found = find_option_6(packet, code);

    PROVE(is_inside(found, packet), "an option is inside the packet");
    PROVE(found.size == 0 || read_be16(found.start - 4) == code, "it has the code");
}

static void prove_ipv4(void)
{
    struct bytes text = any_bytes(17);
    uint8_t address[IPV4_LENGTH];

    (void)parse_ipv4(text.start, text.size, address);
}

static void prove_ipv6(void)
{
    uint8_t address[IPV6_SIZE];
    char text[TEXT + 1];
    const char *end;

    __CPROVER_havoc_object(text);
    text[TEXT] = '\0';
    end = parse_ipv6(text, address);
    PROVE(!end || (end >= text && end < text + TEXT && *end == ']'), "it ends at the bracket");
}

static void prove_spread(size_t gap, uint8_t pairs)
{
    uint8_t address[IPV6_SIZE];
    size_t count = 2u * pairs;

    ASSUME(count <= IPV6_SIZE && (gap == SIZE_MAX || gap <= count));
    (void)spread(address, gap, count);
}

static void prove_name(void)
{
    struct bytes name = any_bytes(600);
    char copy[BOOT_FILE_NAME_SIZE];

    (void)take_name(name, copy);
}
