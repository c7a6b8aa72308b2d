/* SPDX-License-Identifier: BSD-2-Clause */
/* What proofs of URLs share. To be included behind url.c; TEXT: the most characters of a path. */
#pragma once

#include "common/network/url.h"
#include "tests/proof/nondet.h"

/* Room is left for the NUL. */
static inline bool has_room(const struct url *url)
{
    return url->length < URL_SIZE;
}

/* The path is there, and short. */
static inline bool has_path(const struct url *url)
{
    return has_room(url) && url->path < url->length && url->text[url->path] == '/' &&
           url->length - url->path <= TEXT;
}

/* Of any length up to `size` - 1. */
static inline void any_text(char *text, size_t size)
{
    __CPROVER_havoc_object(text);
    text[size - 1] = '\0';
}

/* What RFC 3986 lets stand in an URL, and no text, line or header ends by. */
static inline bool may_be_sent(char character)
{
    return character > ' ' && character < 0x7f && character != '"' && character != '<' &&
           character != '>' && character != '\\' && character != '^' && character != '`' &&
           character != '{' && character != '|' && character != '}' && character != '#';
}

/* Of one character at any place, and so of each. */
static inline void check_appended(const struct url *before, const struct url *url)
{
    size_t at = nondet_size();

    PROVE(has_room(url), "there is room for the NUL");
    if (at < before->length && at < url->length)
        PROVE(url->text[at] == before->text[at], "what is there stays");
    else if (at < url->length)
        PROVE(may_be_sent(url->text[at]), "what is appended may be sent");
}
