/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer: an URL, and behind the first newline a path that is joined with it and a redirection
 * from it. What comes out has nothing in it that could end a line of a request, and parses to the
 * same again.
 */
#include "tests/fuzz/fuzz_text.h"

#include "common/base/path.h"
#include "common/network/url.h"

static void require_right(const struct url *url)
{
    struct url again;

    require(url->length == strlen(url->text) && url->length < URL_SIZE - 1);
    require(url->host_length > 0 && url->host + url->host_length <= url->path);
    require(url->text[url->path] == '/' && url->port > 0);
    for (size_t i = 0; i < url->length; i++)
        require(url->text[i] > ' ' && url->text[i] < 0x7f && url->text[i] != '#');
    require(!url_parse(url->text, &again));
    require(strcmp(again.text, url->text) == 0 && again.port == url->port);
    require(again.path == url->path && again.secure == url->secure);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct url base, url;
    uint8_t address[4];
    char *copy = malloc(size + 1);
    char *path;

    require(copy);
    memcpy(copy, data, size);
    copy[size] = '\0';
    path = strchr(copy, '\n');
    if (path)
        *path++ = '\0';
    if (!url_parse(copy, &base)) {
        require(path_is_url(copy));
        require_right(&base);
        (void)url_host_ipv4(&base, address);
        if (path && !url_join(&base, path, &url)) {
            require_right(&url);
            require(memcmp(url.text, base.text, base.path + 1) == 0);
        }
        if (path && !url_resolve(&base, path, &url))
            require_right(&url);
    }
    free(copy);
    return 0;
}
