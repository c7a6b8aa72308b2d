/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whole URLs, and paths and references that are joined to one: whatever they are, a path stays on
 * its server, and what is sent has room, an end, and only characters that may be sent.
 * What appends to an URL is anything that keeps what prove_url.c proves of it.
 * Bounds: URLs of up to URL_SIZE bytes instead of 2048; texts of up to TEXT characters.
 *
 * with: common/base/text.c common/base/decimal.c common/base/path.c common/base/utf.c
 * with: tests/proof/proof_copies.c
 * cbmc: -DTEXT=4 -DURL_SIZE=18 --unwind 20 --unwindset path_next_name.0:6,path_next_name.1:6
 * cbmc: --unwindset path_next_name.2:4,url_join.0:4,append_rest.0:7
 */
#include "common/network/url.c"
#include "tests/proof/url.h"

/* Appends, or not, what may be sent. */
static void append_anything(struct url *url)
{
    size_t length = nondet_size();

    ASSUME(length >= url->length && length < URL_SIZE);
    for (size_t i = 0; i < URL_SIZE; i++) {
        char character = (char)nondet_u8();

        ASSUME(may_be_sent(character));
        if (i >= url->length && i < length)
            url->text[i] = character;
    }
    url->length = length;
}

static const char *end_step(const struct url *url)
{
    return url->length < URL_SIZE - 1 ? NULL : URL_TOO_LONG;
}

void url_append(struct url *url, char character)
{
    PROVE(has_room(url) && may_be_sent(character), "it may be appended");
    if (url->length < URL_SIZE - 1)
        url->text[url->length++] = character;
}

void url_append_name(struct url *url, const char *name, size_t length, bool from_url)
{
    (void)from_url;
    PROVE(has_room(url), "there is room for the NUL");
    PROVE(__CPROVER_r_ok(name, length + 1), "a name is in the text");
    append_anything(url);
}

/* "..", or another name. */
const char *url_append_step(struct url *url, const char *name, size_t length, bool from_url,
                            bool is_directory)
{
    size_t left = nondet_size();

    (void)from_url;
    PROVE(has_room(url) && url->path < url->length && url->text[url->path] == '/' &&
              url->text[url->length - 1] == '/',
          "a name is appended to a directory");
    PROVE(__CPROVER_r_ok(name, length + 1), "a name is in the text");
    if (nondet_bool()) {
        ASSUME(left > url->path && left <= url->length && url->text[left - 1] == '/');
        url->length = left;
        return end_step(url);
    }
    append_anything(url);
    ASSUME(!is_directory || end_step(url) || url->text[url->length - 1] == '/');
    return end_step(url);
}

const char *url_finish(struct url *url)
{
    PROVE(has_room(url), "there is room for the NUL");
    url->text[url->length] = '\0';
    return end_step(url);
}

/* What url_parse() has made. */
static bool is_whole(const struct url *url)
{
    if (!has_room(url) || url->path >= url->length || url->text[url->path] != '/' ||
        url->text[url->length] != '\0')
        return false;
    for (size_t i = 0; i < URL_SIZE; i++) {
        if (i < url->length && !may_be_sent(url->text[i]))
            return false;
    }
    return true;
}

static void check_whole(const char *fault, const struct url *url)
{
    size_t at = nondet_size();

    PROVE(fault || (has_room(url) && url->text[url->length] == '\0'), "it has an end");
    PROVE(fault || (url->path < url->length && url->text[url->path] == '/'), "there is a path");
    PROVE(fault || at >= url->length || may_be_sent(url->text[at]), "it may be sent");
}

/* The server and the port, which are in front of the path, are those of the base. */
static void check_server(const char *fault, const struct url *base, const struct url *url)
{
    size_t at = nondet_size();

    PROVE(fault || (url->path == base->path && url->host == base->host &&
                    url->host_length == base->host_length && url->port == base->port &&
                    url->secure == base->secure),
          "nothing leaves the server");
    PROVE(fault || at > url->path || url->text[at] == base->text[at], "whose name stays");
}

static void prove_rest(struct url url)
{
    struct url before = url;
    char text[TEXT + 1];
    const char *fault;

    any_text(text, sizeof(text));
    ASSUME(is_whole(&url) && url.text[url.length - 1] == '/');
    fault = append_rest(&url, text);
    check_whole(fault, &url);
    check_server(fault, &before, &url);
}

static void prove_parse(bool secure, bool in_capitals)
{
    char text[sizeof("https://") + TEXT];
    struct url url;

    any_text(text, sizeof(text));
    if (nondet_bool()) {
        text[0] = in_capitals ? 'H' : 'h';
        text[1] = text[2] = 't';
        text[3] = 'p';
        text[4] = secure ? 's' : ':';
    }
    check_whole(url_parse(text, &url), &url);
}

static void prove_join(struct url base)
{
    char path[TEXT + 1];
    struct url url;
    const char *fault;

    any_text(path, sizeof(path));
    ASSUME(is_whole(&base));
    fault = url_join(&base, path, &url);
    check_whole(fault, &url);
    check_server(fault, &base, &url);
}

static void prove_resolve(struct url base)
{
    char reference[TEXT + 1];
    struct url url;
    const char *fault;

    any_text(reference, sizeof(reference));
    ASSUME(is_whole(&base));
    fault = url_resolve(&base, reference, &url);
    check_whole(fault, &url);
    if (reference[0] != '/' || reference[1] != '/')
        check_server(fault, &base, &url);
}
