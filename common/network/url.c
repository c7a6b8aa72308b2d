/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/network/url.h"

#include "common/base/decimal.h"
#include "common/base/path.h"

#include <string.h>

#define HTTP_PORT  80
#define HTTPS_PORT 443

/* The number of characters in front of the first of `ends`, or of the end. */
static size_t length_until(const char *text, const char *ends)
{
    size_t length = 0;

    while (text[length] && !strchr(ends, text[length]))
        length++;
    return length;
}

static bool is_host_character(char character)
{
    return is_letter_or_digit(character) || (character && strchr("-._~", character));
}

/* An address in brackets; its digits are for the firmware to judge. */
static const char *take_ipv6(const char **text, struct url *url)
{
    const char *at = *text;

    url_append(url, *at++);
    while (hex_digit(*at) >= 0 || *at == ':' || *at == '.')
        url_append(url, to_lower(*at++));
    if (*at != ']' || at - *text < 3)
        return "its IPv6 address is malformed";
    url_append(url, *at++);
    *text = at;
    return NULL;
}

static const char *take_port(const char **text, struct url *url)
{
    uint32_t port;

    ++*text;
    if (!is_digit(**text)) /* RFC 3986 allows an empty one */
        return NULL;
    if (!decimal_parse(text, UINT16_MAX, &port) || port == 0)
        return "its port is none";
    if (port != url->port) {
        struct text number = text_empty(url->text + url->length, URL_SIZE - url->length);

        text_format(&number, ":%u", (unsigned)port);
        url->length += number.length;
    }
    url->port = (uint16_t)port;
    return NULL;
}

static const char *take_host(const char **text, struct url *url)
{
    if (**text == '[')
        return take_ipv6(text, url);
    while (is_host_character(**text))
        url_append(url, to_lower(*(*text)++));
    return url->length > url->host ? NULL : "it names no server";
}

/* The host and the port, up to the path. */
static const char *take_authority(const char **text, struct url *url)
{
    const char *fault;

    if ((*text)[length_until(*text, "/\\?#@")] == '@')
        return "a user name or password in it is not sent";
    url->host = url->length;
    fault = take_host(text, url);
    url->host_length = url->length - url->host;
    if (!fault && **text == ':')
        fault = take_port(text, url);
    if (fault)
        return fault;
    return **text && !strchr("/?#", **text) ? "its server's name is malformed" : NULL;
}

/* The rest of an URL, from what follows the first slash of a path or of its last directory. */
static const char *append_rest(struct url *url, const char *rest)
{
    bool is_directory;

    do {
        size_t length = length_until(rest, "/?#");
        const char *fault;

        is_directory = rest[length] == '/';
        fault = url_append_step(url, rest, length, true, is_directory);
        if (fault)
            return fault;
        rest += length + is_directory;
    } while (is_directory);
    if (*rest == '?')
        url_append_name(url, rest, length_until(rest, "#"), true);
    return url_finish(url);
}

const char *url_parse(const char *text, struct url *ret_url)
{
    size_t scheme = path_scheme_length(text);
    const char *fault;

    ret_url->secure = scheme == strlen("https://");
    ret_url->port = ret_url->secure ? HTTPS_PORT : HTTP_PORT;
    ret_url->length = 0;
    if (scheme == 0)
        return "it does not begin with http:// or https://";
    for (size_t i = 0; i < scheme; i++)
        url_append(ret_url, to_lower(text[i]));
    text += scheme;
    fault = take_authority(&text, ret_url);
    if (fault)
        return fault;
    ret_url->path = ret_url->length;
    url_append(ret_url, '/');
    fault = url_finish(ret_url);
    return fault ? fault : append_rest(ret_url, text + (*text == '/'));
}

/* Copies an URL up to the last slash of its path, or up to the first one. */
static void copy_directory(const struct url *base, bool root, struct url *ret_url)
{
    *ret_url = *base;
    ret_url->length = base->path + length_until(base->text + base->path, "?");
    if (root)
        ret_url->length = base->path + 1;
    while (ret_url->text[ret_url->length - 1] != '/')
        ret_url->length--;
}

const char *url_join(const struct url *base, const char *path, struct url *ret_url)
{
    const char *name;
    size_t length;

    copy_directory(base, false, ret_url);
    while (path_next_name(&path, &name, &length)) {
        const char *fault = url_append_step(ret_url, name, length, false, *path != '\0');

        if (fault)
            return fault;
    }
    return url_finish(ret_url);
}

const char *url_resolve(const struct url *base, const char *reference, struct url *ret_url)
{
    if (path_is_url(reference))
        return url_parse(reference, ret_url);
    if (reference[0] == '/' && reference[1] == '/') {
        char text[URL_SIZE];
        struct text whole = text_empty(text, sizeof(text));

        text_format(&whole, "%s:%s", base->secure ? "https" : "http", reference);
        return whole.length == URL_SIZE - 1 ? URL_TOO_LONG : url_parse(text, ret_url);
    }
    if (reference[length_until(reference, ":/?#")] == ':')
        return "it is of another scheme than http and https";
    if (*reference == '?' || *reference == '#' || !*reference) {
        *ret_url = *base;
        ret_url->length = base->path + length_until(base->text + base->path, "?");
        if (*reference != '?')
            ret_url->length = base->length;
        else
            url_append_name(ret_url, reference, length_until(reference, "#"), true);
        return url_finish(ret_url);
    }
    copy_directory(base, *reference == '/', ret_url);
    return append_rest(ret_url, reference + (*reference == '/'));
}

bool url_host_ipv4(const struct url *url, uint8_t ret_address[4])
{
    const char *at = url->text + url->host;

    for (size_t i = 0; i < 4; i++) {
        uint32_t number;

        if (i > 0 && *at++ != '.')
            return false;
        if (!decimal_parse(&at, UINT8_MAX, &number))
            return false;
        ret_address[i] = (uint8_t)number;
    }
    return at == url->text + url->host + url->host_length;
}

bool url_host_is_link_local(const struct url *url)
{
    const char *host = url->text + url->host; /* in lower case */

    return url_host_is_ipv6(url) && host[1] == 'f' && host[2] == 'e' && host[3] &&
           strchr("89ab", host[3]) && host[4] != ':' && host[5] == ':';
}
