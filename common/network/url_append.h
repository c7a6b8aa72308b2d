/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of an URL, and how it is made: what is appended has room and may be sent. */
#pragma once

#include "common/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef URL_SIZE      /* proofs have shorter ones */
#define URL_SIZE 2048 /* bytes, with the NUL: servers refuse much longer ones */
#endif

struct url {
    char text[URL_SIZE];
    size_t length;      /* of the text */
    size_t host;        /* offset of the host in the text; "[...]" for IPv6 */
    size_t host_length; /* without the port */
    size_t path;        /* offset of the path's first /; the port, if it is named, is before it */
    uint16_t port;      /* the scheme's own if none is named */
    bool secure;        /* https */
};

#define URL_TOO_LONG "it is too long"

static inline bool is_letter_or_digit(char character)
{
    return is_digit(character) || (to_lower(character) >= 'a' && to_lower(character) <= 'z');
}

/* Appends a character that may stand in an URL as it is. */
void url_append(struct url *url, char character);

/*
 * Appends `length` bytes of a name of the path or of a query, encoded where they have to be. In one
 * from an URL, what is encoded already stays so, and ? is the sign of the query.
 */
void url_append_name(struct url *url, const char *name, size_t length, bool from_url);

/*
 * Appends one name, which is read up to the character behind it, to a path that ends in a slash,
 * and a slash if the name is a directory's. "." and ".." are followed, but not out of the server.
 * NULL, or that the URL is too long.
 */
const char *url_append_step(struct url *url, const char *name, size_t length, bool from_url,
                            bool is_directory);

/* Ends the text. NULL, or that the URL is too long. */
const char *url_finish(struct url *url);
