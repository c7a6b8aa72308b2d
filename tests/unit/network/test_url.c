/* SPDX-License-Identifier: BSD-2-Clause */
/* URLs: taking them apart, paths below them, redirections. */
#include "tests/lib/support.h"

#include "common/base/path.h"
#include "common/base/units.h"
#include "common/network/url.h"

#include <string.h>

static struct url base, url;

static void test_scheme(void **state)
{
    (void)state;
    assert_true(path_is_url("http://a"));
    assert_true(path_is_url("HTTPS://a"));
    assert_false(path_is_url("http:/a"));
    assert_false(path_is_url("httpx://a"));
    assert_false(path_is_url("\\http://a"));
    assert_false(path_is_url("tftp://a"));
    assert_false(path_is_url(""));
}

static void test_parts(void **state)
{
    (void)state;
    assert_null(url_parse("HTTP://Boot.Example:8000/Dir/vmlinuz?x=/../y#part", &url));
    assert_string_equal(url.text, "http://boot.example:8000/Dir/vmlinuz?x=/../y");
    assert_int_equal(url.port, 8000);
    assert_false(url.secure);
    assert_int_equal(url.host, strlen("http://"));
    assert_int_equal(url.host_length, strlen("boot.example"));
    assert_string_equal(url.text + url.path, "/Dir/vmlinuz?x=/../y");
    assert_null(url_parse("https://[FE80::1]:443", &url));
    assert_string_equal(url.text, "https://[fe80::1]/");
    assert_int_equal(url.port, 443);
    assert_true(url.secure && url_host_is_ipv6(&url));
    assert_null(url_parse("http://[::]/", &url));
    assert_string_equal(url.text, "http://[::]/");
    assert_null(url_parse("http://[::ffff:10.0.0.1]:8000/", &url));
    assert_string_equal(url.text, "http://[::ffff:10.0.0.1]:8000/");
    assert_null(url_parse("http://a:65535/", &url));
    assert_int_equal(url.port, 65535);
    assert_null(url_parse("http://a:1/", &url));
    assert_int_equal(url.port, 1);
    assert_null(url_parse("http://a:/", &url));
    assert_string_equal(url.text, "http://a/");
    assert_int_equal(url.port, 80);
}

static void test_link_local(void **state)
{
    static const struct {
        const char *text;
        bool is_link_local;
    } rows[] = {
        {"http://[fe80::1]/", true},      {"http://[FEBF:0::1]/", true},
        {"http://[fec0::2]/", false},     {"http://[fe8::1]/", false},
        {"http://[fd00::fe80]/", false},  {"http://[::fe80]/", false},
        {"http://fe80.example/", false},  {"http://[fe80:1:2:3:4:5:6:7]/", true},
        {"http://[2001:db8::1]/", false}, {"http://10.0.2.2/", false},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        assert_null(url_parse(rows[i].text, &url));
        assert_int_equal(url_host_is_link_local(&url), rows[i].is_link_local);
    }
}

static void test_encoding(void **state)
{
    static const char *const rows[][2] = {
        {"http://a/b c", "http://a/b%20c"},
        {"http://a/%41%2f%zz%4", "http://a/%41%2f%25zz%254"},
        {"http://a/\xc3\xa4", "http://a/%C3%A4"},
        {"http://a/x\r\nHost: b", "http://a/x%0D%0AHost:%20b"},
        {"http://a/x?y z?", "http://a/x?y%20z?"},
        {"http://a/b\\c", "http://a/b%5Cc"},
        {"http://a/./b/../c/.", "http://a/c/"},
        {"http://a/../../b//c/..", "http://a/b//"},
        {"http://a//../b", "http://a/b"},
        {"http://a/x%2F", "http://a/x%2F"},
        {"http://a/%0a%a0", "http://a/%0a%a0"},
        {"http://a/%4z%z4%", "http://a/%254z%25z4%25"},
        {"http://a/ ab", "http://a/%20ab"},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        assert_null(url_parse(rows[i][0], &url));
        assert_string_equal(url.text, rows[i][1]);
        base = url;
        assert_null(url_parse(base.text, &url)); /* what is right stays as it is */
        assert_string_equal(url.text, base.text);
    }
}

static void test_refused(void **state)
{
    static const char *const rows[][2] = {
        {"ftp://a/", "it does not begin with http:// or https://"},
        {"http://", "it names no server"},
        {"http:///x", "it names no server"},
        {"http://:80/", "it names no server"},
        {"http://me:secret@a/", "a user name or password in it is not sent"},
        {"http://a:0/", "its port is none"},
        {"http://a:65536/", "its port is none"},
        {"http://a:80x/", "its server's name is malformed"},
        {"http://a b/", "its server's name is malformed"},
        {"http://a\\b", "its server's name is malformed"},
        {"http://[::1/", "its IPv6 address is malformed"},
        {"http://[]/", "its IPv6 address is malformed"},
        {"http://[:]/", "its IPv6 address is malformed"},
        {"http://[fe80::1%25eth0]/", "its IPv6 address is malformed"},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++)
        assert_string_equal(url_parse(rows[i][0], &url), rows[i][1]);
    assert_null(url_parse("http://a/@", &url));
}

/* An URL of the longest size is taken, a longer one refused, wherever it grows. */
static void test_long(void **state)
{
    static char text[2 * URL_SIZE];

    (void)state;
    for (size_t length = URL_SIZE - 40; length < URL_SIZE + 40; length++) {
        memset(text, 'a', length);
        text[length] = '\0';
        memcpy(text, "http://a/", 9);
        if (length < URL_SIZE - 1)
            assert_null(url_parse(text, &url));
        else
            assert_string_equal(url_parse(text, &url), "it is too long");
        memcpy(text + length, "/..", 4);
        assert_int_equal(url_parse(text, &url) == NULL, length + 1 < URL_SIZE - 1);
        text[length] = '\0';
        text[8] = 'a'; /* a host */
        assert_int_equal(url_parse(text, &url) == NULL, length + 1 < URL_SIZE - 1);
        memcpy(text + length, "/..", 4);
        assert_int_equal(url_parse(text, &url) == NULL, length + 1 < URL_SIZE - 1);
        memcpy(text + length - 3, ":99", 4);
        assert_int_equal(url_parse(text, &url) == NULL, length + 1 < URL_SIZE - 1);
    }
}

/* So is what a redirection or a path below makes of one. */
static void test_long_references(void **state)
{
    static char text[2 * URL_SIZE];

    (void)state;
    assert_null(url_parse("http://a/b", &base));
    for (size_t length = URL_SIZE - 20; length < URL_SIZE + 20; length++) {
        memset(text, 'a', length);
        text[length] = '\0';
        assert_int_equal(url_join(&base, text, &url) == NULL, 9 + length < URL_SIZE - 1);
        assert_int_equal(url_resolve(&base, text, &url) == NULL, 9 + length < URL_SIZE - 1);
        memcpy(text, "//a/", 4);
        assert_int_equal(url_resolve(&base, text, &url) == NULL, 5 + length < URL_SIZE - 1);
    }
    memcpy(text, "//a/", 4);
    for (size_t length = 4; length < URL_SIZE + 20; length += 5)
        memcpy(text + length, "b/../", 6);
    assert_string_equal(url_resolve(&base, text, &url), "it is too long");
}

static void test_join(void **state)
{
    static const char *const rows[][2] = {
        {"vmlinuz", "http://a/b/vmlinuz"},
        {"\\EFI\\Linux\\a b.efi", "http://a/b/EFI/Linux/a%20b.efi"},
        {"/x//y/", "http://a/b/x/y/"},
        {"100%25?#.img", "http://a/b/100%2525%3F%23.img"},
        {"../c", "http://a/c"},
        {"..\\..\\..\\c", "http://a/c"},
        {"x/./y", "http://a/b/x/y"},
        {"", "http://a/b/"},
    };

    (void)state;
    assert_null(url_parse("http://a/b/pvhboot.efi?c=/d", &base));
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        assert_null(url_join(&base, rows[i][0], &url));
        assert_string_equal(url.text, rows[i][1]);
        assert_int_equal(url.length, strlen(url.text));
    }
    assert_null(url_parse("http://a", &base));
    assert_null(url_join(&base, "x", &url));
    assert_string_equal(url.text, "http://a/x");
}

static void test_resolve(void **state)
{
    static const char *const rows[][2] = {
        {"https://c:8443/d", "https://c:8443/d"},
        {"//c/d", "http://c/d"},
        {"/d?e", "http://a:81/d?e"},
        {"d", "http://a:81/b/d"},
        {"../d", "http://a:81/d"},
        {"./d:e", "http://a:81/b/d:e"},
        {"x/y", "http://a:81/b/x/y"},
        {"/x/y", "http://a:81/x/y"},
        {"?f", "http://a:81/b/c?f"},
        {"#f", "http://a:81/b/c?q=/r"},
        {"", "http://a:81/b/c?q=/r"},
    };

    (void)state;
    assert_null(url_parse("http://a:81/b/c?q=/r", &base));
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        assert_null(url_resolve(&base, rows[i][0], &url));
        assert_string_equal(url.text, rows[i][1]);
    }
    assert_non_null(url_resolve(&base, "ftp://c/d", &url));
    assert_null(url_parse("https://a//b/c", &base));
    assert_null(url_resolve(&base, "/d", &url));
    assert_string_equal(url.text, "https://a/d");
    assert_null(url_resolve(&base, "//c/d", &url));
    assert_string_equal(url.text, "https://c/d");
    assert_non_null(url_resolve(&base, "//", &url));
    assert_null(url_resolve(&base, "https://c:8443/d", &url));
    assert_int_equal(url.port, 8443);
    assert_true(url.secure);
}

static void test_address(void **state)
{
    static const char *const names[] = {"http://1.2.3/",   "http://1.2.3.256/", "http://1.2.3.4.5/",
                                        "http://a.2.3.4/", "http://1.2.3.4x/",  "http://[::1]/"};
    uint8_t address[4], wanted[4] = {10, 0, 2, 255};

    (void)state;
    assert_null(url_parse("http://10.0.2.255:8000/", &url));
    assert_true(url_host_ipv4(&url, address));
    assert_memory_equal(address, wanted, 4);
    for (size_t i = 0; i < ELEMENTS(names); i++) {
        assert_null(url_parse(names[i], &url));
        assert_false(url_host_ipv4(&url, address));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scheme),          cmocka_unit_test(test_parts),
        cmocka_unit_test(test_refused),         cmocka_unit_test(test_link_local),
        cmocka_unit_test(test_encoding),        cmocka_unit_test(test_long),
        cmocka_unit_test(test_long_references), cmocka_unit_test(test_join),
        cmocka_unit_test(test_resolve),         cmocka_unit_test(test_address),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
