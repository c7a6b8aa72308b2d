/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * URLs: whatever stands in one, what is sent has room and no character that could end a line of a
 * request.
 * Bounds: URLs of up to URL_SIZE bytes instead of 2048; names and texts of up to TEXT characters.
 *
 * with: common/base/text.c common/base/decimal.c common/base/path.c common/base/utf.c
 * with: tests/proof/proof_copies.c
 * cbmc: -DTEXT=3 -DURL_SIZE=24 --unwind 20
 */
#include "common/network/url.c"
#include "common/network/url_append.c"
#include "tests/proof/url.h"

static void prove_name(struct url url, bool from_url)
{
    struct url before = url;
    char name[TEXT + 1];
    size_t length = nondet_size();

    any_text(name, sizeof(name));
    ASSUME(has_room(&url) && length <= strlen(name));
    url_append_name(&url, name, length, from_url);
    check_appended(&before, &url);
}

static void prove_drop(struct url url)
{
    struct url before = url;

    ASSUME(has_path(&url));
    drop_name(&url);
    PROVE(url.length > url.path && url.text[url.length - 1] == '/', "it ends in a slash");
    PROVE(url.length <= before.length, "nothing is appended");
}

/* One name of a path that ends in a slash. */
static void prove_step(struct url url, bool from_url, bool is_directory)
{
    struct url before = url;
    char name[TEXT + 1];
    size_t length = nondet_size();
    const char *fault;

    any_text(name, sizeof(name));
    ASSUME(has_path(&url) && url.text[url.length - 1] == '/' && length <= strlen(name));
    fault = url_append_step(&url, name, length, from_url, is_directory);
    PROVE(fault || !is_directory || url.text[url.length - 1] == '/', "a directory ends in a slash");
    PROVE(url.path < url.length && url.text[url.path] == '/', "nothing leaves the server");
    check_appended(&before, &url);
}

static void prove_port(struct url url)
{
    struct url before = url;
    char text[TEXT + 4];
    const char *at = text;

    any_text(text, sizeof(text));
    text[0] = ':';
    ASSUME(has_room(&url) && url.port > 0);
    if (!take_port(&at, &url))
        PROVE(url.port > 0, "it is a port");
    PROVE(at > text && at < text + sizeof(text), "it ends in the text");
    check_appended(&before, &url);
}

static void prove_authority(struct url url)
{
    struct url before = url;
    char text[TEXT + 3];
    const char *at = text;
    const char *fault;

    any_text(text, sizeof(text));
    ASSUME(has_room(&url) && url.port > 0);
    fault = take_authority(&at, &url);
    PROVE(at >= text && at < text + sizeof(text), "it ends in the text");
    PROVE(fault || (url.host == before.length && url.host_length <= url.length - url.host),
          "the host is in what is sent");
    PROVE(fault || url.host_length > 0 || url.length == URL_SIZE - 1, "there is a host");
    check_appended(&before, &url);
}

static void prove_ipv4(struct url url)
{
    uint8_t address[4];
    size_t end = nondet_size();

    ASSUME(end < URL_SIZE && url.host <= end && end - url.host <= 16 && url.text[end] == '\0');
    ASSUME(url.host_length <= end - url.host);
    (void)url_host_ipv4(&url, address);
}

static void prove_link_local(struct url url)
{
    size_t end = nondet_size();

    ASSUME(end < URL_SIZE && url.host <= end && url.text[end] == '\0');
    (void)url_host_is_link_local(&url);
}
