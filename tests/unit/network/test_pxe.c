/* SPDX-License-Identifier: BSD-2-Clause */
/* Who served the loader, by DHCP packets, and what that server calls other files. */
#include "tests/lib/support.h"

#include "common/network/pxe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIADDR  20
#define SNAME   44
#define FILE_AT 108
#define COOKIE  236
#define OPTIONS 240

static struct {
    uint8_t bytes[1472];
    size_t size;
} packet;

static struct boot_server server;

static void start_packet(const char *file)
{
    memset(&packet, 0, sizeof(packet));
    memcpy(packet.bytes + COOKIE, (const uint8_t[]){0x63, 0x82, 0x53, 0x63}, 4);
    memcpy(packet.bytes + FILE_AT, file, strlen(file));
    packet.size = OPTIONS;
}

static void set_siaddr(void)
{
    memcpy(packet.bytes + SIADDR, (const uint8_t[]){10, 0, 2, 2}, 4);
}

static void add_option(uint8_t code, const void *value, size_t size)
{
    packet.bytes[packet.size++] = code;
    packet.bytes[packet.size++] = (uint8_t)size;
    memcpy(packet.bytes + packet.size, value, size);
    packet.size += size;
}

static void add_text(uint8_t code, const char *text)
{
    add_option(code, text, strlen(text));
}

static bool read_packet(void)
{
    uint8_t *copy = malloc(packet.size);
    bool found;

    memcpy(copy, packet.bytes, packet.size); /* of its exact size, for the sanitizer */
    memset(&server, 0xff, sizeof(server));   /* nothing is left of what was there */
    found = pxe_read_dhcp(copy, packet.size, &server);
    free(copy);
    return found;
}

static void assert_server(const uint8_t address[4], const char *file)
{
    assert_true(read_packet());
    assert_false(server.is_ipv6);
    assert_memory_equal(server.address, address, 4);
    for (size_t i = 4; i < sizeof(server.address); i++)
        assert_int_equal(server.address[i], 0);
    assert_string_equal(server.file, file);
}

static void test_header(void **state)
{
    char full[129] = {0};

    (void)state;
    start_packet("boot/pvhboot.efi");
    set_siaddr();
    packet.bytes[SIADDR + 4] = 9; /* a relay's address */
    add_text(67, "other.efi");
    add_text(66, "10.0.0.9");
    assert_server((const uint8_t[]){10, 0, 2, 2}, "boot/pvhboot.efi");
    memset(full, 'x', 128);
    start_packet(full); /* the field is full, without a NUL */
    set_siaddr();
    assert_server((const uint8_t[]){10, 0, 2, 2}, full);
}

static void test_options(void **state)
{
    (void)state;
    start_packet("");
    packet.bytes[packet.size++] = 0; /* a pad */
    add_option(54, (const uint8_t[]){10, 0, 2, 3}, 4);
    add_text(67, "dir\\pvhboot.efi");
    packet.bytes[packet.size++] = 255;
    packet.bytes[packet.size++] = 0;
    add_text(66, "10.0.0.9"); /* behind the end */
    assert_server((const uint8_t[]){10, 0, 2, 3}, "dir\\pvhboot.efi");

    start_packet("a.efi");
    add_option(54, (const uint8_t[]){10, 0, 2, 3}, 4);
    add_text(66, "192.168.100.255");
    assert_server((const uint8_t[]){192, 168, 100, 255}, "a.efi");

    start_packet("a.efi");
    add_option(66, "9.8.76.5\0x", 10);
    assert_server((const uint8_t[]){9, 8, 76, 5}, "a.efi");

    start_packet("a.efi"); /* a name, which cannot be looked up */
    add_option(54, (const uint8_t[]){10, 0, 2, 3}, 4);
    add_text(66, "boot.example");
    assert_server((const uint8_t[]){10, 0, 2, 3}, "a.efi");

    start_packet("a.efi"); /* nor can what has too many numbers */
    add_option(54, (const uint8_t[]){10, 0, 2, 3}, 4);
    add_text(66, "10.0.2.3.4.5");
    assert_server((const uint8_t[]){10, 0, 2, 3}, "a.efi");

    start_packet("");
    set_siaddr();
    add_option(67, "a.efi\0x", 7);
    assert_server((const uint8_t[]){10, 0, 2, 2}, "a.efi");
}

static void test_bad_addresses(void **state)
{
    static const char *const bad[] = {"10.0.2",      "10.0.2.256", "10.0.2.3.4", "10..2.3",
                                      "10.0.2.1000", "",           "0.0.0.0",    "10.0.2.3x",
                                      "0001.0.2.3",  "10.0.2.3.",  ".10.0.2.3",  "10.0.2.",
                                      "10.0.2./",    "10.0.2.:",   "boot.server"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        start_packet("a.efi");
        add_text(66, bad[i]);
        assert_false(read_packet());
    }
    for (size_t size = 0; size < 6; size++) {
        start_packet("a.efi");
        add_option(54, (const uint8_t[]){10, 0, 2, 3, 4, 5}, size);
        assert_int_equal(read_packet(), size == 4);
    }
    start_packet("a.efi");
    add_option(54, (const uint8_t[4]){0}, 4);
    assert_false(read_packet());
}

/* A packet whose fields have options: a file in that for the file, an address in the other. */
static void start_fields(uint8_t overload)
{
    static const char in_file[] = "\0\x43\x09x/efi.efi\xff";
    static const char in_name[] = "\x42\x08"
                                  "10.0.0.9\xff";

    start_packet("");
    memcpy(packet.bytes + FILE_AT, in_file, sizeof(in_file) - 1);
    memcpy(packet.bytes + SNAME, in_name, sizeof(in_name) - 1);
    if (overload)
        add_option(52, &overload, 1);
}

/* Options go on in the fields for the file and the server's name, where that is said. */
static void test_overload(void **state)
{
    (void)state;
    start_fields(3);
    assert_server((const uint8_t[]){10, 0, 0, 9}, "x/efi.efi");
    start_fields(1);
    assert_false(read_packet());
    set_siaddr();
    assert_server((const uint8_t[]){10, 0, 2, 2}, "x/efi.efi");
    start_fields(2);
    assert_false(read_packet());
    packet.bytes[FILE_AT] = 'a';
    assert_server((const uint8_t[]){10, 0, 0, 9}, "aC\tx/efi.efi\xff");
    start_fields(0);
    set_siaddr();
    assert_false(read_packet());
    start_fields(0);
    packet.bytes[FILE_AT] = 'a';
    assert_false(read_packet());

    /* What stands outside of the fields comes first. */
    start_fields(3);
    add_text(67, "b.efi");
    add_text(66, "10.0.0.8");
    assert_server((const uint8_t[]){10, 0, 0, 8}, "b.efi");
    start_packet("");
    set_siaddr();
    add_text(67, "b.efi");
    add_text(52, "");
    assert_server((const uint8_t[]){10, 0, 2, 2}, "b.efi");
}

/* Their options end where the fields end, with an end's mark or without. */
static void test_full_fields(void **state)
{
    (void)state;
    start_fields(3);
    memset(packet.bytes + SNAME, 0, COOKIE - SNAME);
    memcpy(packet.bytes + FILE_AT - 10,
           "\x42\x08"
           "10.0.0.9",
           10);
    memcpy(packet.bytes + COOKIE - 7,
           "\x43\x05"
           "b.efi",
           7);
    assert_server((const uint8_t[]){10, 0, 0, 9}, "b.efi");
    packet.bytes[COOKIE - 6] = 6; /* longer than the field */
    assert_false(read_packet());
    packet.bytes[COOKIE - 6] = 5;
    assert_true(read_packet());
    packet.bytes[FILE_AT - 9] = 9;
    assert_false(read_packet());

    start_fields(2);
    memset(packet.bytes + SNAME, 0, COOKIE - SNAME);
    memcpy(packet.bytes + FILE_AT,
           "\x42\x08"
           "10.0.0.9",
           10); /* a name, even though it is a strange one */
    assert_false(read_packet());
    set_siaddr();
    assert_true(read_packet());
}

static void test_nothing(void **state)
{
    (void)state;
    start_packet("");
    set_siaddr();
    assert_false(read_packet()); /* no file */
    start_packet("a.efi");
    assert_false(read_packet()); /* no server */
    set_siaddr();
    assert_true(read_packet());
    packet.bytes[COOKIE] = 0;
    assert_false(read_packet());
    start_packet("");
    set_siaddr();
    add_text(67, "a.efi");
    packet.size--; /* cut off */
    assert_false(read_packet());
    packet.size = OPTIONS + 1; /* behind its code */
    assert_false(read_packet());
    packet.size = OPTIONS - 1;
    assert_false(read_packet());
}

/* Without the last bytes of the packet, which are there all the same. */
static bool read_url_cut_off(const char *url, size_t missing)
{
    uint8_t bytes[2 * BOOT_FILE_NAME_SIZE] = {7, 1, 2, 3, 0, 1, 0, 2, 9, 9, 0, 59};
    size_t size = strlen(url);

    bytes[12] = (uint8_t)(size >> 8);
    bytes[13] = (uint8_t)size;
    memcpy(bytes + 14, url, size);
    memset(&server, 0xff, sizeof(server));
    return pxe_read_dhcp6(bytes, 14 + size - missing, &server);
}

static bool read_url(const char *url)
{
    return read_url_cut_off(url, 0);
}

static void assert_ipv6(const char *url, const char *address, const char *file)
{
    assert_true(read_url(url));
    assert_true(server.is_ipv6);
    assert_memory_equal(server.address, address, IPV6_SIZE);
    assert_string_equal(server.file, file);
}

static void test_ipv6(void **state)
{
    static const char *const bad[] = {"http://[fe80::2]/a",
                                      "tftp://[fe80::2]a",
                                      "tftp://[fe80::2]/",
                                      "tftp://[fe80::2/a",
                                      "tftp://[1:2:3:4:5:6:7]/a",
                                      "tftp://[1:2:3:4:5:6:7:8:9]/a",
                                      "tftp://[1::2::3]/a",
                                      "tftp://[12345::]/a",
                                      "tftp://[g::]/a",
                                      "tftp://[1:::2]/a",
                                      "tftp://[]/a",
                                      "tftp://[1::2:3:4:5:6:7:8]/a",
                                      "tftp://[1:]/a"};

    (void)state;
    assert_ipv6("tftp://[fe80::2]/x/a.efi", "\xfe\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\2", "x/a.efi");
    assert_ipv6("tftp://[1:2:3:4:5:6:7:AbCd]/a", "\0\1\0\2\0\3\0\4\0\5\0\6\0\7\xab\xcd", "a");
    assert_ipv6("tftp://[::1]/a", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", "a");
    assert_ipv6("tftp://[1::]/a", "\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "a");
    assert_ipv6("tftp://[::]/a", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "a");
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        assert_false(read_url(bad[i]));
    for (size_t missing = 1; missing <= 14 + strlen("tftp://[::1]/a"); missing++)
        assert_false(read_url_cut_off("tftp://[::1]/a", missing));
}

static void test_ipv6_gaps(void **state)
{
    (void)state;
    assert_ipv6("tftp://[1:2::7:8]/a", "\0\1\0\2\0\0\0\0\0\0\0\0\0\7\0\x8", "a");
    assert_ipv6("tftp://[1:2:3:4:5:6:7::]/a", "\0\1\0\2\0\3\0\4\0\5\0\6\0\7\0\0", "a");
    assert_ipv6("tftp://[::2:3:4:5:6:7:8]/a", "\0\0\0\2\0\3\0\4\0\5\0\6\0\7\0\x8", "a");
    assert_ipv6("tftp://[1::3:4:5:6:7:8]/a", "\0\1\0\0\0\3\0\4\0\5\0\6\0\7\0\x8", "a");
    assert_false(read_url("tftp://[1:2:3:4:5:6:7:8::]/a"));
}

/* The longest name there is room for. */
static void test_long_url(void **state)
{
    char url[BOOT_FILE_NAME_SIZE + 1];

    (void)state;
    memset(url, 'x', sizeof(url));
    memcpy(url, "tftp://[::1]/", 13);
    url[BOOT_FILE_NAME_SIZE] = '\0';
    assert_false(read_url(url));
    url[BOOT_FILE_NAME_SIZE - 1] = '\0';
    assert_true(read_url(url));
    assert_string_equal(server.file, url + 13);
}

static void assert_file(const char *file, const char *path, const char *expected)
{
    TEXT_ON_STACK(text, 100);

    snprintf(server.file, sizeof(server.file), "%s", file);
    boot_server_append_file(&text, &server, path);
    assert_string_equal(text.data, expected);
}

static void test_files(void **state)
{
    (void)state;
    assert_file("pvhboot.efi", "\\vmlinuz", "vmlinuz");
    assert_file("pvhboot.efi", "\\k\\vmlinuz", "k/vmlinuz");
    assert_file("/pvhboot.efi", "vmlinuz", "/vmlinuz");
    assert_file("/a/b/pvhboot.efi", "\\k\\.\\vmlinuz", "/a/b/k/vmlinuz");
    assert_file("Boot\\x64\\pvhboot.efi", "/k//vmlinuz", "Boot\\x64\\k\\vmlinuz");
    assert_file("a\\b/pvhboot.efi", "k/vmlinuz", "a\\b/k/vmlinuz");
}

static void test_urls(void **state)
{
    TEXT_ON_STACK(text, 100);

    (void)state;
    server = (struct boot_server){.address = {10, 1, 2, 3}};
    boot_server_append_url(&text, &server, "a/b");
    assert_string_equal(text.data, "tftp://10.1.2.3/a/b");
    text_clear(&text);
    boot_server_append_url(&text, &server, "/a");
    assert_string_equal(text.data, "tftp://10.1.2.3/a");
    text_clear(&text);
    assert_true(read_url("tftp://[fe80::2]/a"));
    boot_server_append_url(&text, &server, server.file);
    assert_string_equal(text.data, "tftp://[fe80:0:0:0:0:0:0:2]/a");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_header),        cmocka_unit_test(test_options),
        cmocka_unit_test(test_bad_addresses), cmocka_unit_test(test_overload),
        cmocka_unit_test(test_full_fields),   cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_ipv6),          cmocka_unit_test(test_ipv6_gaps),
        cmocka_unit_test(test_long_url),      cmocka_unit_test(test_files),
        cmocka_unit_test(test_urls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
