/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/network/url_append.h"

#include <string.h>

/* What may stand in a path as it is: pchar of RFC 3986 and the slash. */
static bool is_path_character(char character)
{
    return is_letter_or_digit(character) || (character && strchr("-._~!$&'()*+,;=:@/", character));
}

/* Room for one more byte is kept, so that a text that fills the buffer is known to be too long. */
void url_append(struct url *url, char character)
{
    if (url->length < URL_SIZE - 1)
        url->text[url->length++] = character;
}

static void append_encoded(struct url *url, char character)
{
    static const char digits[] = "0123456789ABCDEF";

    url_append(url, '%');
    url_append(url, digits[(uint8_t)character >> 4]);
    url_append(url, digits[(uint8_t)character & 0xf]);
}

const char *url_finish(struct url *url)
{
    url->text[url->length] = '\0';
    return url->length < URL_SIZE - 1 ? NULL : URL_TOO_LONG;
}

static bool is_name(const char *name, size_t length, const char *wanted)
{
    return length == strlen(wanted) && strncmp(name, wanted, length) == 0;
}

/* Removes the last name of the path, which ends in a slash: /a/b/ becomes /a/. */
static void drop_name(struct url *url)
{
    if (url->length > url->path + 1)
        url->length--;
    while (url->text[url->length - 1] != '/')
        url->length--;
}

void url_append_name(struct url *url, const char *name, size_t length, bool from_url)
{
    for (size_t i = 0; i < length; i++) {
        bool encoded = name[i] == '%' && length - i > 2 && hex_digit(name[i + 1]) >= 0 &&
                       hex_digit(name[i + 2]) >= 0;

        if (is_path_character(name[i]) || (from_url && (encoded || name[i] == '?')))
            url_append(url, name[i]);
        else
            append_encoded(url, name[i]);
    }
}

const char *url_append_step(struct url *url, const char *name, size_t length, bool from_url,
                            bool is_directory)
{
    if (is_name(name, length, ".."))
        drop_name(url);
    else if (!is_name(name, length, ".")) {
        url_append_name(url, name, length, from_url);
        if (is_directory)
            url_append(url, '/');
    }
    return url->length < URL_SIZE - 1 ? NULL : URL_TOO_LONG;
}
