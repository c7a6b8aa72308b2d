/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/network/pxe.h"

#include "common/base/path.h"
#include "common/base/text.h"

#include <string.h>

/* A DHCP packet (RFC 2131, section 2), in bytes. */
#define SERVER_ADDRESS  20 /* siaddr */
#define SERVER_NAME     44
#define FILE_NAME       108
#define COOKIE          236
#define OPTIONS         240
#define IPV4_LENGTH     4
#define OPTION_PAD      0
#define OPTION_OVERLOAD 52
#define OPTION_SERVER   54 /* server identifier */
#define OPTION_NAME     66 /* TFTP server name */
#define OPTION_FILE     67 /* bootfile name */
#define OPTION_END      255
#define OVERLOAD_FILE   1 /* the field has options, not the file's name */
#define OVERLOAD_SERVER 2

static const uint8_t cookie[] = {0x63, 0x82, 0x53, 0x63};

/* DHCPv6: a type and a transaction's number are before the options (RFC 8415, section 8). */
#define OPTIONS_6    4
#define OPTION_6_URL 59 /* OPT_BOOTFILE_URL (RFC 5970, section 3.1) */
#define URL_START    "tftp://["

struct bytes {
    const uint8_t *start;
    size_t size;
};

/* The first option with this code in a field of options; empty if there is none. */
static struct bytes find_in(struct bytes field, uint8_t code)
{
    size_t at = 0;

    while (at < field.size && field.start[at] != OPTION_END) {
        size_t left = field.size - at;

        if (field.start[at] == OPTION_PAD) {
            at++;
            continue;
        }
        if (left < 2 || field.start[at + 1] > left - 2)
            break;
        if (field.start[at] == code)
            return (struct bytes){field.start + at + 2, field.start[at + 1]};
        at += 2u + field.start[at + 1];
    }
    return (struct bytes){NULL, 0};
}

static struct bytes options_of(struct bytes packet)
{
    return (struct bytes){packet.start + OPTIONS, packet.size - OPTIONS};
}

static unsigned overload_of(struct bytes packet)
{
    struct bytes value = find_in(options_of(packet), OPTION_OVERLOAD);

    return value.size > 0 ? value.start[0] : 0;
}

/* RFC 2131, section 4.1: first the options, then the field for the file, then that for the name. */
static struct bytes find_option(struct bytes packet, uint8_t code)
{
    unsigned overload = overload_of(packet);
    struct bytes found = find_in(options_of(packet), code);

    if (found.size == 0 && overload & OVERLOAD_FILE)
        found = find_in((struct bytes){packet.start + FILE_NAME, COOKIE - FILE_NAME}, code);
    if (found.size == 0 && overload & OVERLOAD_SERVER)
        found = find_in((struct bytes){packet.start + SERVER_NAME, FILE_NAME - SERVER_NAME}, code);
    return found;
}

/* A name that may, and need not, end with a NUL. False when it is empty or too long. */
static bool take_name(struct bytes name, char ret_name[BOOT_FILE_NAME_SIZE])
{
    size_t length = 0;

    while (length < name.size && name.start[length])
        length++;
    if (length == 0 || length >= BOOT_FILE_NAME_SIZE)
        return false;
    memcpy(ret_name, name.start, length);
    ret_name[length] = '\0';
    return true;
}

static bool take_file(struct bytes packet, struct boot_server *server)
{
    const struct bytes field = {packet.start + FILE_NAME, COOKIE - FILE_NAME};

    if (!(overload_of(packet) & OVERLOAD_FILE) && take_name(field, server->file))
        return true;
    return take_name(find_option(packet, OPTION_FILE), server->file);
}

/* Four decimal numbers, and nothing else. */
static bool parse_ipv4(const uint8_t *text, size_t size, uint8_t ret_address[IPV4_LENGTH])
{
    unsigned parts = 0, digits = 0, value = 0;

    for (size_t i = 0; i <= size && parts < IPV4_LENGTH; i++) {
        if (i < size && text[i] >= '0' && text[i] <= '9' && digits < 3) {
            value = value * 10 + (text[i] - (unsigned)'0');
            digits++;
            continue;
        }
        if (digits == 0 || value > UINT8_MAX || (i < size && text[i] && text[i] != '.'))
            return false;
        ret_address[parts++] = (uint8_t)value;
        if (i == size || !text[i])
            return parts == IPV4_LENGTH;
        digits = value = 0;
    }
    return false;
}

static bool is_set(const uint8_t *address)
{
    static const uint8_t none[IPV4_LENGTH];

    return memcmp(address, none, sizeof(none)) != 0;
}

static bool take_address(struct bytes packet, uint8_t *ret_address)
{
    const struct bytes name = find_option(packet, OPTION_NAME);
    const struct bytes server = find_option(packet, OPTION_SERVER);

    memcpy(ret_address, packet.start + SERVER_ADDRESS, IPV4_LENGTH);
    if (is_set(ret_address))
        return true;
    if (parse_ipv4(name.start, name.size, ret_address))
        return is_set(ret_address);
    if (server.size != IPV4_LENGTH)
        return false;
    memcpy(ret_address, server.start, IPV4_LENGTH);
    return is_set(ret_address);
}

bool pxe_read_dhcp(const uint8_t *packet, size_t size, struct boot_server *ret_server)
{
    const struct bytes whole = {packet, size};

    *ret_server = (struct boot_server){.is_ipv6 = false};
    if (size < OPTIONS || memcmp(packet + COOKIE, cookie, sizeof(cookie)) != 0)
        return false;
    return take_file(whole, ret_server) && take_address(whole, ret_server->address);
}

/* ------------------------------------------------------------------------------------------------
 * IPv6
 */

static unsigned read_be16(const uint8_t *bytes)
{
    return (unsigned)bytes[0] << 8 | bytes[1];
}

/* Again, the first option with this code. */
static struct bytes find_option_6(struct bytes packet, unsigned code)
{
    size_t at = OPTIONS_6;

    while (at + 4 <= packet.size) {
        size_t length = read_be16(packet.start + at + 2);

        if (length > packet.size - at - 4)
            break;
        if (read_be16(packet.start + at) == code)
            return (struct bytes){packet.start + at + 4, length};
        at += 4 + length;
    }
    return (struct bytes){NULL, 0};
}

/* A group of one to four digits; returns its end, NULL if there is none. */
static const char *parse_group(const char *text, uint8_t ret_group[2])
{
    unsigned value = 0;
    int digits = 0;

    while (digits < 4 && hex_digit(*text) >= 0) {
        value = value << 4 | (unsigned)hex_digit(*text++);
        digits++;
    }
    ret_group[0] = (uint8_t)(value >> 8);
    ret_group[1] = (uint8_t)value;
    return digits > 0 ? text : NULL;
}

/* Moves the groups behind "::", which are those from `gap` on, to the end. */
static bool spread(uint8_t *address, size_t gap, size_t count)
{
    size_t moved;

    if (gap == SIZE_MAX || count >= IPV6_SIZE)
        return gap == SIZE_MAX && count == IPV6_SIZE;
    moved = count - gap;
    memmove(address + IPV6_SIZE - moved, address + gap, moved);
    memset(address + gap, 0, IPV6_SIZE - count);
    return true;
}

/* RFC 4291, section 2.2, without IPv4 in it: up to a "]", whose place is returned; NULL: none. */
static const char *parse_ipv6(const char *text, uint8_t ret_address[IPV6_SIZE])
{
    size_t count = 0, gap = SIZE_MAX;

    memset(ret_address, 0, IPV6_SIZE);
    while (text && *text != ']' && count < IPV6_SIZE) {
        if (text[0] == ':' && text[1] == ':' && gap == SIZE_MAX) {
            gap = count;
            text += 2;
            continue;
        }
        if (count > 0 && gap != count && *text++ != ':')
            return NULL;
        text = parse_group(text, ret_address + count);
        count += 2;
    }
    return text && *text == ']' && spread(ret_address, gap, count) ? text : NULL;
}

bool pxe_read_dhcp6(const uint8_t *packet, size_t size, struct boot_server *ret_server)
{
    char url[BOOT_FILE_NAME_SIZE];
    const char *end;

    *ret_server = (struct boot_server){.is_ipv6 = true};
    if (!take_name(find_option_6((struct bytes){packet, size}, OPTION_6_URL), url) ||
        strncmp(url, URL_START, strlen(URL_START)) != 0)
        return false;
    end = parse_ipv6(url + strlen(URL_START), ret_server->address);
    if (!end || end[1] != '/' || !end[2])
        return false;
    memmove(ret_server->file, end + 2, strlen(end + 2) + 1);
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Names
 */

static bool is_separator(char character)
{
    return character == '/' || character == '\\';
}

/* The length of the directory's name, with its last separator. */
static size_t base_length(const char *file)
{
    size_t length = strlen(file);

    while (length > 0 && !is_separator(file[length - 1]))
        length--;
    return length;
}

void boot_server_append_file(struct text *text, const struct boot_server *server, const char *path)
{
    size_t base = base_length(server->file);
    char separator = base > 0 ? server->file[base - 1] : '/';
    const char *name;
    size_t length;

    text_format(text, "%.*s", (int)base, server->file);
    for (bool first = true; path_next_name(&path, &name, &length); first = false) {
        if (!first)
            text_append_char(text, separator);
        text_format(text, "%.*s", (int)length, name);
    }
}

static void append_ipv6(struct text *text, const uint8_t *address)
{
    text_append_char(text, '[');
    for (size_t i = 0; i < IPV6_SIZE; i += 2)
        text_format(text, "%s%x", i ? ":" : "", read_be16(address + i));
    text_append_char(text, ']');
}

void boot_server_append_url(struct text *text, const struct boot_server *server, const char *file)
{
    const uint8_t *address = server->address;

    text_append(text, "tftp://");
    if (server->is_ipv6)
        append_ipv6(text, address);
    else
        text_format(text, "%u.%u.%u.%u", address[0], address[1], address[2], address[3]);
    text_format(text, "%s%s", is_separator(*file) ? "" : "/", file);
}
