/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A whole path of an URL, of names that prove_url.c takes one by one: nothing in it leaves the
 * server.
 * Bounds: URLs of up to URL_SIZE bytes instead of 2048; texts of up to TEXT characters.
 *
 * with: common/base/text.c common/base/decimal.c common/base/path.c common/base/utf.c
 * with: tests/proof/proof_copies.c
 * cbmc: -DTEXT=2 -DURL_SIZE=16 --unwind 20
 * slow: prove_rest
 */
#include "common/network/url.c"
#include "tests/proof/url.h"

static void prove_rest(struct url url)
{
    struct url before = url;
    char text[TEXT + 1];
    const char *fault;

    any_text(text, sizeof(text));
    ASSUME(has_path(&url) && url.text[url.length - 1] == '/');
    fault = append_rest(&url, text);
    PROVE(url.path < url.length && url.text[url.path] == '/', "nothing leaves the server");
    PROVE(fault || url.text[url.length] == '\0', "it ends with a NUL");
    check_appended(&before, &url);
}
