/* SPDX-License-Identifier: BSD-2-Clause */
/* What servers answer, and what device paths say of the network. */
#include "tests/lib/support.h"

#include "common/base/units.h"
#include "common/network/http.h"
#include "common/network/network_node.h"

#include <stdlib.h>
#include <string.h>

static struct http_answer answer;

static void read_header(const char *name, const char *value)
{
    struct http_header header = {(char *)name, (char *)value};

    http_answer_read(9, &header, 1, &answer);
    assert_int_equal(answer.status, HTTP_PARTIAL);
}

static void test_statuses(void **state)
{
    static const uint16_t rows[][2] = {{0, 0},    {3, 200},  {9, 206},  {11, 301},
                                       {12, 302}, {16, 307}, {21, 404}, {33, 416},
                                       {40, 505}, {41, 308}, {42, 429}, {43, 0}};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        http_answer_read(rows[i][0], NULL, 0, &answer);
        assert_int_equal(answer.status, rows[i][1]);
    }
    http_answer_read(UINT32_MAX, NULL, 0, &answer);
    assert_int_equal(answer.status, 0);
    assert_true(http_is_redirection(301) && http_is_redirection(302) && http_is_redirection(303) &&
                http_is_redirection(307) && http_is_redirection(308));
    assert_false(http_is_redirection(300) || http_is_redirection(304) || http_is_redirection(305) ||
                 http_is_redirection(306) || http_is_redirection(309));
}

static void test_phrases(void **state)
{
    TEXT_ON_STACK(text, 100);

    (void)state;
    http_append_status(&text, 404);
    text_append(&text, ", ");
    http_append_status(&text, 402);
    text_append(&text, ", ");
    http_append_status(&text, 300);
    text_append(&text, ", ");
    http_append_status(&text, 504);
    assert_string_equal(text.data, "404 Not Found, 402, 300 Multiple Choices, 504 Gateway Timeout");
}

static void test_length(void **state)
{
    static const char *const wrong[] = {"",   "-1",   "+1", "1 2", "0x10", "18446744073709551616",
                                        "1,", "1, 1", "a"};

    (void)state;
    read_header("content-LENGTH", " \t18446744073709551615 ");
    assert_true(answer.has_length && !answer.is_damaged && answer.length == UINT64_MAX);
    for (size_t i = 0; i < ELEMENTS(wrong); i++) {
        read_header("Content-Length", wrong[i]);
        assert_true(answer.is_damaged);
    }
    read_header("Content-Lengths", "1");
    assert_false(answer.has_length || answer.is_damaged);
}

/* Reads two headers, with some between them that lack a part. */
static void read_headers(const char *name, const char *value, const char *other,
                         const char *other_value)
{
    struct http_header headers[] = {{(char *)name, (char *)value},
                                    {NULL, NULL},
                                    {(char *)name, NULL},
                                    {NULL, (char *)value},
                                    {(char *)other, (char *)other_value}};

    http_answer_read(3, headers, ELEMENTS(headers), &answer);
}

static void test_two_lengths(void **state)
{
    (void)state;
    read_headers("Content-Length", "5", "Content-Length", "5");
    assert_true(answer.has_length && !answer.is_damaged);
    read_headers("Content-Length", "5", "Content-Length", "6");
    assert_true(answer.is_damaged);
    read_headers("Content-Length", "x", "Content-Length", "6");
    assert_true(answer.is_damaged);
}

static void test_two_ranges(void **state)
{
    (void)state;
    read_headers("Content-Range", "bytes 0-1/2", "Content-Range", "bytes 0-1/2");
    assert_true(answer.is_damaged);
}

static void test_range(void **state)
{
    static const char *const wrong[] = {
        "bytes",        "bytes0-1/2",   "0-1/2",        "bytes 0-2/2",
        "bytes 2-1/3",  "bytes 0-1",    "bytes 0-1/2x", "bytes -1/2",
        "bytes 0-/2",   "bytes 1/2",    "items 0-1/2",  "bytes 0-18446744073709551615/1",
        "bytes 0-1/*x", "bytes 0 - 1/2"};

    (void)state;
    read_header("Content-Range", "Bytes 10-19/20");
    assert_true(answer.has_range && !answer.is_damaged);
    assert_int_equal(answer.range_start, 10);
    assert_int_equal(answer.range_end, 20);
    assert_int_equal(answer.size, 20);
    read_header("Content-Range", "bytes\t5-5/7 ");
    assert_true(answer.has_range && !answer.is_damaged);
    assert_int_equal(answer.range_start, 5);
    assert_int_equal(answer.range_end, 6);
    for (size_t i = 0; i < ELEMENTS(wrong); i++) {
        read_header("Content-Range", wrong[i]);
        assert_true(answer.is_damaged);
    }
    read_header("Content-Range", "bytes 0-9/*");
    assert_false(answer.has_range || answer.is_damaged);
    read_header("Content-Range", "bytes 0-9/* ");
    assert_false(answer.has_range || answer.is_damaged);
    read_header("Content-Range", "bytes */20");
    assert_false(answer.has_range || answer.is_damaged);
}

static void test_encodings(void **state)
{
    (void)state;
    read_header("transfer-encoding", "chunked");
    assert_true(answer.is_encoded);
    read_header("Content-Encoding", "gzip");
    assert_true(answer.is_encoded);
    read_header("Content-Encoding", "Identity ");
    assert_false(answer.is_encoded);
    read_header("Content-Encoding", "identity, gzip");
    assert_true(answer.is_encoded);
    read_header("Content-Encoding", "");
    assert_true(answer.is_encoded);
    read_headers("Content-Encoding", "gzip", "Transfer-Encoding", "identity");
    assert_true(answer.is_encoded);
    read_headers("Content-Encoding", "identity", "Transfer-Encoding", "identity");
    assert_false(answer.is_encoded);
    read_header("Location", " /x y");
    assert_string_equal(answer.location, "/x y");
    assert_false(answer.is_encoded);
    read_header("Server", "x");
    assert_null(answer.location);
    assert_false(answer.is_encoded);
}

static struct network_path path;

static void add(uint8_t subtype, const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    assert_non_null(copy);
    memcpy(copy, bytes, size);
    path = (struct network_path){.has_mac = false};
    network_path_add(&path, 3, subtype, copy, size);
    if (path.uri)
        assert_ptr_equal(path.uri, copy);
    free(copy);
}

static void test_cards(void **state)
{
    uint8_t mac[33] = {1, 2, 3, 4, 5, 6};

    (void)state;
    for (uint8_t type = 0; type < 3; type++) {
        mac[32] = type;
        add(0x0b, mac, sizeof(mac));
        assert_int_equal(path.has_mac, type < 2); /* ARP's types from 2 on are not Ethernet */
    }
    mac[32] = 1;
    add(0x0b, mac, sizeof(mac));
    assert_memory_equal(path.mac, mac, MAC_SIZE);
    add(0x0b, mac, sizeof(mac) - 1);
    assert_false(path.has_mac);
    network_path_add(&path, 4, 0x0b, mac, sizeof(mac)); /* of another type */
    assert_false(path.has_mac);
}

static void test_addresses(void **state)
{
    static const uint8_t ipv4[40] = {10, 0, 2, 15, [15] = 10, 0, 2, 2, 255, 255, 255, 0};
    static const uint8_t wide[23] = {10, 0, 2, 15, [15] = 10, 0, 2, 2, 255};
    static const uint8_t dns[33] = {0, 10, 0, 2, 3, [17] = 10, 0, 2, 4};
    static const uint8_t dns_6[17] = {1, 0xfd};

    (void)state;
    for (size_t size = 23; size <= sizeof(ipv4); size++) {
        add(0x0c, ipv4, size);
        assert_true(path.has_ipv4 && !path.has_mac);
        assert_memory_equal(path.address, ipv4, 4);
        assert_memory_equal(path.gateway, ipv4 + 15, 4);
        assert_memory_equal(path.mask, ipv4 + 19, 4);
    }
    add(0x0c, wide, sizeof(wide));
    assert_true(path.has_ipv4);
    add(0x0c, (uint8_t[23]){10, [19] = 0}, 23); /* no mask */
    assert_false(path.has_ipv4);
    add(0x0c, (uint8_t[23]){0, [19] = 255}, 23); /* no address */
    assert_false(path.has_ipv4);
    add(0x0c, ipv4, 22);
    assert_false(path.has_ipv4);
    add(0x0c, ipv4, 15); /* of EFI 1.10 */
    assert_false(path.has_ipv4);
    add(0x1f, dns, 17);
    assert_true(path.has_dns && memcmp(path.dns, dns + 1, 4) == 0);
    add(0x1f, dns, sizeof(dns)); /* of several, the first */
    assert_true(path.has_dns && memcmp(path.dns, dns + 1, 4) == 0);
    assert_false(path.has_ipv4 || path.has_mac);
    add(0x1f, dns, 16);
    assert_false(path.has_dns);
    add(0x1f, dns_6, sizeof(dns_6));
    assert_false(path.has_dns);
}

static void test_other_nodes(void **state)
{
    static const uint8_t uri[] = {'h', 't'};
    static const uint8_t zeros[40];

    (void)state;
    add(0x18, uri, sizeof(uri));
    assert_int_equal(path.uri_size, 2);
    add(0x18, uri, 0);
    assert_null(path.uri);
    add(0x0d, uri, 2);
    assert_true(path.has_ipv6);
    add(0x05, zeros, sizeof(zeros)); /* USB's */
    assert_false(path.has_mac || path.has_ipv4 || path.has_ipv6 || path.has_dns);
    assert_null(path.uri);
}

/* Nodes in any order: none touches what another said. */
static void test_order(void **state)
{
    static const uint8_t mac[33] = {1, 2, 3, 4, 5, 6, 7, [32] = 1};
    static const uint8_t ipv4[23] = {10, 0, 2, 15, 9, [15] = 10, 0, 2, 2, 255, 255, 255, 0};
    static const uint8_t dns[17] = {0, 10, 0, 2, 3, 9};

    (void)state;
    path = (struct network_path){.has_mac = false};
    network_path_add(&path, 3, 0x1f, dns, sizeof(dns));
    network_path_add(&path, 3, 0x0c, ipv4, sizeof(ipv4));
    network_path_add(&path, 3, 0x0b, mac, sizeof(mac));
    assert_true(path.has_mac && path.has_ipv4 && path.has_dns);
    assert_memory_equal(path.mac, mac, MAC_SIZE);
    assert_memory_equal(path.address, ipv4, IPV4_SIZE);
    assert_memory_equal(path.gateway, ipv4 + 15, IPV4_SIZE);
    assert_memory_equal(path.mask, ipv4 + 19, IPV4_SIZE);
    assert_memory_equal(path.dns, dns + 1, IPV4_SIZE);
}

/* What is behind an URL, such as a RAM disk, was made of what is there. */
static void test_last_uri(void **state)
{
    static const uint8_t uri[] = {'h', 't'};

    (void)state;
    path = (struct network_path){.has_mac = false};
    network_path_add(&path, 3, 0x18, uri, 1);
    network_path_add(&path, 3, 0x18, uri, 2);
    assert_ptr_equal(path.uri, uri);
    assert_int_equal(path.uri_size, 2);
    assert_false(path.has_media);
    network_path_add(&path, 4, 9, uri, 2);
    assert_null(path.uri);
    assert_int_equal(path.uri_size, 0);
    assert_true(path.has_media);
    network_path_add(&path, 3, 0x18, uri, 2);
    assert_true(path.has_media);
    network_path_add(&path, 3, 0x1f, uri, 2);
    assert_null(path.uri);
    network_path_add(&path, 3, 0x18, uri, 1);
    assert_int_equal(path.uri_size, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statuses),    cmocka_unit_test(test_phrases),
        cmocka_unit_test(test_length),      cmocka_unit_test(test_two_lengths),
        cmocka_unit_test(test_range),       cmocka_unit_test(test_two_ranges),
        cmocka_unit_test(test_encodings),   cmocka_unit_test(test_last_uri),
        cmocka_unit_test(test_cards),       cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_other_nodes), cmocka_unit_test(test_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
