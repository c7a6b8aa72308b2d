/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that entries and options name by URLs. */
#include "efi/firmware/proto/http.h"
#include "tests/firmware/fake/console.h"
#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/images.h"
#include "tests/firmware/fake/server.h"
#include "tests/firmware/scenarios/machines.h"
#include "tests/firmware/scenarios/scenarios.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/support.h"

#include <stdio.h>
#include <string.h>

#define STATUS_403     20
#define STATUS_500     35
#define STATUS_UNKNOWN 1000 /* that of a later version of UEFI */

/* Larger than what the first request brings, with nothing to load at its end. */
static const struct kernel_shape large_kernel = {
    .bits = 64,
    .segments = {{0x100000, 0x13123, 0x13123}, {0x134000, 0x10801, 0x12345}},
    .count = 2,
    .entry = 0x100040,
    .seed = 5,
};

static void nothing_connects(EFI_HANDLE controller)
{
    (void)controller;
}

static void start_with(const struct kernel_shape *kernel)
{
    machine_usual();
    put_kernel(SERVER_FILES "\\vmlinux", kernel);
    put_module(SERVER_FILES "\\initrd", 100001, "");
}

/*
 * By an entry (0), by options (1), from a card that has to be connected first (2), from a server
 * that knows no ranges (3), by redirections (4), a kernel that ends with its notes (5).
 */
static void boot_url(uint64_t seed)
{
    struct kernel_shape kernel = seed == 0 || seed == 3 || seed == 5 ? large_kernel : plain_kernel;

    kernel.note_last = seed == 5;
    start_with(&kernel);
    server_ways.whole_files = seed == 3;
    server_ways.redirect = seed == 4 ? "/vmlinux" : NULL;
    server_ways.redirections = 1;
    server_install(seed != 2);
    firmware_ways.connect = seed == 2 ? server_connect : nothing_connects;
    if (seed == 1)
        options_set("--initrd=" SERVER_URL "initrd " SERVER_URL "vmlinux");
    else
        file_put_text("\\loader\\entries\\net.conf", "linux HTTP://10.0.2.2:80/vmlinux\n"
                                                     "initrd " SERVER_URL "initrd\n");
}

/* Two for each file, and a third for a segment behind a gap. */
static void check_requests(void)
{
    if (run_is_plain() && server_requests() > 5)
        run_fail("%u requests were made", server_requests());
}

/*
 * By IPv6: the address comes from a router (0), or is there (1); one file by each (2); the
 * address is listed before it is known (3); there is no router (4), or the firmware's list of
 * addresses cannot be one (5, 6, 7), while IPv4 works.
 */
static void boot_by_ipv6(uint64_t seed)
{
    start_with(&plain_kernel);
    server_ways.has_address = seed == 1;
    server_ways.empty_places = seed == 3;
    server_ways.no_address = seed == 4;
    server_ways.no_list = seed == 5;
    server_ways.long_list = seed == 6;
    server_ways.list_elsewhere = seed == 7;
    server_ways.no_address |= seed > 5;
    firmware_ways.connect = nothing_connects;
    server_install(true);
    options_set(seed == 2 ? "--initrd=" SERVER_URL "initrd " SERVER_URL_6 "vmlinux"
                          : "--initrd=" SERVER_URL_6 "initrd " SERVER_URL_6 "vmlinux");
}

/* What somebody has set by hand stays, by IPv4 (0) and by IPv6 (1); it is not listed at first. */
static void boot_by_hand(uint64_t seed)
{
    start_with(&plain_kernel);
    server_ways.set_by_hand = true;
    firmware_ways.connect = nothing_connects;
    server_install(true);
    options_set(seed == 0 ? "--initrd=" SERVER_URL "initrd " SERVER_URL "vmlinux"
                          : "--initrd=" SERVER_URL_6 "initrd " SERVER_URL_6 "vmlinux");
}

/* Of an empty file there is no part (0), which some servers refuse to send (1). */
static void empty_initrd(uint64_t seed)
{
    machine_usual();
    put_kernel("\\vmlinux", &plain_kernel);
    file_put(SERVER_FILES "\\initrd", "", 0);
    server_ways.no_empty_ranges = seed == 1;
    firmware_ways.connect = nothing_connects;
    server_install(true);
    options_set("--initrd=" SERVER_URL "initrd /vmlinux");
}

/* A server on the same link needs no router (0), but an address that is more than a place (1). */
static void boot_on_link(uint64_t seed)
{
    start_with(&plain_kernel);
    server_ways.no_address = seed == 0;
    server_ways.empty_places = seed == 1;
    firmware_ways.connect = nothing_connects;
    server_install(true);
    options_set("--initrd=" SERVER_URL_LINK "initrd " SERVER_URL_LINK "vmlinux");
}

static void no_ipv6(uint64_t seed)
{
    boot_by_ipv6(seed + 4);
}

static uint64_t menu_seed;

/* A menu with files of a server: while it is shown for two seconds, or until one is chosen. */
static void menu_with_urls(uint64_t seed)
{
    menu_seed = seed;
    machine_usual();
    put_kernel(SERVER_FILES "\\vmlinux", &plain_kernel);
    put_kernel("\\vmlinux", &plain_kernel);
    if (seed == 2)
        put_module(SERVER_FILES "\\initrd", 100001, "");
    server_install(true);
    firmware_ways.connect = nothing_connects;
    file_put_text("\\loader\\loader.conf", "timeout 2\ndefault here\n");
    file_put_text("\\loader\\entries\\here.conf", "sort-key 1\nlinux /vmlinux\n");
    file_put_text("\\loader\\entries\\kernel.conf", "sort-key 2\nlinux " SERVER_URL "vmlinux\n");
    file_put_text("\\loader\\entries\\initrd.conf",
                  "sort-key 3\nlinux /vmlinux\ninitrd " SERVER_URL "initrd\n");
    if (seed == 0)
        return;
    keys_press(TICKS_PER_SECOND, 0, (CHAR16)('1' + seed));
    keys_press(TICKS_PER_SECOND * 3 / 2, 0, '\r');
}

/* The menu looks for the files of its entries, but asks no server before an entry is chosen. */
static void check_asked_when_chosen(void)
{
    if (run_is_plain() && (server_requests() > 0) != (menu_seed > 0))
        run_fail("%u requests were made", server_requests());
}

/* The network works only after the first choice has failed. */
static void tried_again(uint64_t seed)
{
    (void)seed;
    machine_usual();
    put_kernel(SERVER_FILES "\\vmlinux", &plain_kernel);
    server_ways.no_address = true;
    server_install(true);
    firmware_ways.connect = nothing_connects;
    file_put_text("\\loader\\loader.conf", "timeout menu-force\n");
    file_put_text("\\loader\\entries\\net.conf", "linux " SERVER_URL "vmlinux\n");
    keys_press(TICKS_PER_SECOND, 0, '\r');
    console_expect("the network card gets no address: Time Out");
    keys_press(50 * TICKS_PER_SECOND, 0, '\r');
}

static void start_network(enum service service, size_t call)
{
    (void)service, (void)call;
    if (ledger_now() > 40 * TICKS_PER_SECOND)
        server_ways.no_address = false;
}

/*
 * What ends well all the same: connections that are cut off; as many redirections as may be (4);
 * answers that are there at once (5).
 */
static void interrupted(uint64_t seed)
{
    start_with(&large_kernel);
    server_ways.whole_files = seed == 3;
    server_ways.cut_at = 1 + seed % 4 * 20000;
    server_ways.cuts = 3;
    server_ways.redirect = seed == 4 ? "/vmlinux" : NULL;
    server_ways.redirections = 5;
    server_ways.at_once = seed == 5;
    server_install(true);
    options_set(seed == 4 ? "--initrd=" SERVER_URL "initrd " SERVER_URL "old/vmlinux"
                          : "--initrd=" SERVER_URL "initrd " SERVER_URL "vmlinux");
}

/* A server that sends less at once than it was asked for (0), or 16 KiB in half a minute (1). */
static void reluctant(uint64_t seed)
{
    machine_usual();
    put_kernel("\\vmlinux", &plain_kernel);
    put_module(SERVER_FILES "\\initrd", 100001, "");
    server_ways.short_parts = seed == 0;
    server_ways.trickles = seed == 1;
    firmware_ways.connect = nothing_connects;
    server_install(true);
    options_set("--initrd=" SERVER_URL "initrd /vmlinux");
}

/* Thirteen pieces come after 14 seconds each. */
static void check_reluctant(void)
{
    run_check_time(server_ways.trickles ? 150 + 13 * 14000 : 150);
}

static const char *const bad_says[] = {
    "http://10.0.2.2/initrd: the server says 403 Forbidden",
    "http://10.0.2.2/initrd: the server says 404 Not Found",
    "http://10.0.2.2/initrd: the server does not answer: Time Out; check its name",
    "http://10.0.2.2/initrd: the transfer stops again and again, last at byte 0 of 100001: Time",
    "http://10.0.2.2/initrd: the transfer stops again and again, last at byte 90 of 100001: Time",
    ("http://10.0.2.2/initrd: the transfer stops again and again, last at byte 50 of 100001: "
     "Connection"),
    "http://10.0.2.2/initrd: the server does not tell the size of the file; serve it with a",
    "http://10.0.2.2/initrd: the server does not tell the size of the file; serve it with a",
    "http://10.0.2.2/initrd: the server's answer contradicts itself",
    "http://10.0.2.2/initrd: the file has been changed on the server meanwhile",
    "http://10.0.2.2/initrd: the server names another URL again and again",
    "http://10.0.2.2/initrd: the server names another URL that cannot be used: it is of another",
    "http://10.0.2.2/initrd: the firmware does not allow http; use https",
    "https://10.0.2.2/initrd: no certificate of an authority is enrolled in the firmware",
    "http://10.0.2.2/initrd: the network card gets no address: Time Out",
    "http://10.0.2.2/initrd: no network card has a link",
    "http://10.0.2.2/initrd: the firmware has no network card on which it speaks HTTP",
    "http://me@10.0.2.2/initrd: is no URL that can be used: a user name or password",
    "https://10.0.2.2/initrd: the server cannot be reached by https: Aborted",
    "http://10.0.2.2/initrd: the server does not answer: Protocol Error; check its name",
    "http://10.0.2.2/initrd: is said to have 18446744073709551615 bytes; check",
    "https://server.test/initrd: there is no server of this name, or no certificate of an",
    "http://10.0.2.2/initrd: the transfer stops again and again, last at byte 0 of 100001: End of",
    "http://10.0.2.2/initrd: the transfer stops again and again, last at byte 0 of 100001: End of",
};

/*
 * Milliseconds: 150 until there is an address, or 20 s in vain; 200 before it is tried again; 15 s
 * until a server is silent, and less if it has answered; and 3 s for whoever reads why.
 */
static const unsigned bad_lasts[] = {
    3150, 3150, 33550, 48850, 96550, 4950, 3150, 3150, 3150, 3150, 3150, 3150,
    3150, 3150, 23000, 3000,  3000,  3000, 3350, 3350, 3150, 3150, 4950, 4950,
};
_Static_assert(ELEMENTS(bad_lasts) == ELEMENTS(bad_says), "a time for each");

static uint64_t bad_seed;

static bool is_not_found(uint64_t seed)
{
    return seed == 13 || seed == 21;
}

static void set_bad_ways(uint64_t seed)
{
    server_ways = (struct server_ways){
        .status = seed == 0    ? STATUS_403
                  : seed == 19 ? STATUS_UNKNOWN
                               : 0,
        .silent = seed == 2,
        .stalls = seed == 3,
        .drips = seed == 4,
        .cut_at = seed == 5 ? 5 : 0,
        .cuts = UINT32_MAX,
        .chunked = seed == 6,
        .no_length = seed == 7,
        .whole_files = seed == 7,
        .wrong_range = seed == 8,
        .grows = seed == 9,
        .redirect = seed == 10   ? SERVER_URL "initrd"
                    : seed == 11 ? "ftp://10.0.2.2/initrd"
                                 : NULL,
        .redirections = UINT32_MAX,
        .request_fails = seed == 12           ? EFI_ACCESS_DENIED
                         : is_not_found(seed) ? EFI_NOT_FOUND
                         : seed == 18         ? EFI_ABORTED
                                              : EFI_SUCCESS,
        .no_address = seed == 14,
        .no_link = seed == 15,
        .said_size = seed == 20 ? UINT64_MAX : 0,
        .empty_bodies = seed == 22,
        .large_bodies = seed == 23,
    };
}

static void bad_server(uint64_t seed)
{
    bad_seed = seed;
    machine_usual();
    put_kernel("\\vmlinux", &plain_kernel);
    if (seed != 1)
        put_module(SERVER_FILES "\\initrd", 100001, "");
    set_bad_ways(seed);
    firmware_ways.connect = nothing_connects;
    if (seed != 16)
        server_install(true);
    options_set(seed == 13 || seed == 18 ? "--initrd=https://10.0.2.2/initrd /vmlinux"
                : seed == 17             ? "--initrd=http://me@10.0.2.2/initrd /vmlinux"
                : seed == 21             ? "--initrd=https://server.test/initrd /vmlinux"
                                         : "--initrd=http://10.0.2.2/initrd /vmlinux");
}

/* What may pass is asked for twice, and what will not only once. */
static void check_bad(void)
{
    unsigned refused = bad_seed == 18 ? 2 : bad_seed == 12 || is_not_found(bad_seed) ? 1 : 0;

    if (!run_is_plain())
        return;
    if (!strstr(run_said(), bad_says[bad_seed]))
        run_fail("does not say \"%s\"", bad_says[bad_seed]);
    if (server_refused() != refused)
        run_fail("%u requests are made in vain", server_refused());
    run_check_time(bad_lasts[bad_seed]);
}

/* ------------------------------------------------------------------------------------------------
 * Started by HTTP boot
 */

#define MAC_NAME "01-52-54-00-ab-34-56"

static void put_text(const char *base, const char *name, const char *text)
{
    char path[128];

    snprintf(path, sizeof(path), SERVER_FILES "%s\\%s", base, name);
    file_put_text(path, text);
}

static void put_entry(const char *base, const char *name, const char *options)
{
    char path[64], text[128];

    snprintf(path, sizeof(path), "pvhboot\\%s.conf", name);
    snprintf(text, sizeof(text), "linux /vmlinux\ninitrd /initrd\noptions %s\n", options);
    put_text(base, path, text);
}

static void start_at(const char *url, const char *base)
{
    char path[64];

    machine_usual();
    server_install_boot(url);
    firmware_ways.connect = nothing_connects;
    snprintf(path, sizeof(path), SERVER_FILES "%s\\vmlinux", base);
    put_kernel(path, &plain_kernel);
    snprintf(path, sizeof(path), SERVER_FILES "%s\\initrd", base);
    put_module(path, 100001, "");
}

/*
 * By default (0), by the card's address (1), by options (2), from a server that forbids what is not
 * there (3), with the policy that EDK2's HTTP boot leaves (4).
 */
static void from_server(uint64_t seed)
{
    static const char *const lines[] = {"default", "mac", "x", "default", "default"};

    server_ways.missing = seed == 3 ? STATUS_403 : 0;
    server_ways.policy_is_manual = seed == 4;
    start_at(SERVER_URL "pvhboot.efi", "");
    put_entry("", "default", "default");
    if (seed == 1) {
        put_entry("", MAC_NAME, "mac");
        expect_fallback("default"); /* where the card cannot be told */
    } else if (seed == 2) {
        options_set("--initrd=/initrd \\vmlinux x");
    }
    expect_command_line(lines[seed]);
}

/*
 * A server is asked by what the loader was started by: IPv4 (0) or IPv6 (1), if it has a name; and
 * without a gateway (2) or a DNS server (3), where there was none.
 */
static void by_name(uint64_t seed)
{
    server_ways.boots_by_ipv6 = seed == 1;
    server_ways.no_gateway = seed == 2;
    server_ways.no_dns = seed == 3;
    start_at(SERVER_URL_NAME "pvhboot.efi", "");
    put_entry("", "default", "default");
    expect_command_line("default");
}

/* Below a directory. One of the list is not there. */
static void list_on_server(uint64_t seed)
{
    static const char base[] = "\\boot\\x64";

    (void)seed;
    start_at(SERVER_URL "boot/x64/pvhboot.efi?a=/b", base);
    put_text(base, "pvhboot\\default.conf", "entries a.conf none.conf b.conf\n");
    put_text(base, "loader\\loader.conf", "default b*\n");
    put_entry(base, "a", "a");
    put_entry(base, "b", "b");
    expect_command_line("b");
    expect_fallback("a"); /* where one cannot be read */
}

/*
 * An EFI program, which the firmware cannot read from there itself: of the server that we were
 * started from (0), by its URL in an entry of that server (1) or of a disk (2).
 */
static void start_from_server(uint64_t seed)
{
    static const char *const keys[] = {"efi /tool.efi", "uki " SERVER_URL "tool.efi",
                                       "uki-url " SERVER_URL "tool.efi"};
    static const char program[] = "MZ, and so on";
    char text[128];

    if (seed < 2) {
        start_at(SERVER_URL "pvhboot.efi", "");
    } else {
        machine_usual();
        server_install(true);
        firmware_ways.connect = nothing_connects;
    }
    snprintf(text, sizeof(text), "%s\noptions some options\n", keys[seed]);
    if (seed < 2)
        put_text("", "pvhboot\\default.conf", text);
    else
        file_put_text("\\loader\\entries\\tool.conf", text);
    file_put_text(SERVER_FILES "\\tool.efi", program);
    fake_program.path = seed == 0 ? "\\tool.efi" : "\\http:\\10.0.2.2\\tool.efi";
    fake_program.given = SERVER_FILES "\\tool.efi";
}

static void check_started_program(void)
{
    if (fake_program.starts != 1 || strcmp(fake_program.options, "some options") != 0)
        run_fail("the program is started %zu times, with \"%s\"", fake_program.starts,
                 fake_program.options);
}

/* The first name that is asked for is there (0), or the last one (1). */
static void first_name_in_menu(uint64_t seed)
{
    start_at(SERVER_URL "pvhboot.efi", "");
    put_entry("", seed == 0 ? MAC_NAME : "default", "chosen");
    put_text("", "loader\\loader.conf", "timeout 2\n");
    expect_command_line("chosen");
}

/* One card that gets no address, and one that has no cable, of which the former is told. */
static void two_cards(uint64_t seed)
{
    static const EFI_GUID network = EFI_SIMPLE_NETWORK_PROTOCOL_GUID;
    static const EFI_GUID http = HTTP_SERVICE_BINDING_GUID;
    static EFI_SIMPLE_NETWORK_MODE mode = {.MediaPresentSupported = true};
    static EFI_SIMPLE_NETWORK without_cable = {.Mode = &mode};
    static EFI_SERVICE_BINDING binding;
    static EFI_HANDLE second;

    start_with(&plain_kernel);
    server_ways.no_address = true;
    firmware_ways.connect = nothing_connects;
    if (seed == 0)
        server_install(true);
    handles_install(&second, &network, &without_cable);
    handles_install(&second, &http, &binding);
    if (seed == 1)
        server_install(true);
    options_set(SERVER_URL "vmlinux");
}

/* The options name nothing on the server, nor is there an entry to boot: the former is the error.
 */
static void mistyped(uint64_t seed)
{
    (void)seed;
    start_at(SERVER_URL "pvhboot.efi", "");
    put_text("", "pvhboot\\default.conf", "options only\n");
    options_set("vmlinux-typo");
}

static const char *const misled_says[] = {
    "the server has none of the entries " MAC_NAME ".conf, default.conf",
    SERVER_URL "boot/vmlinux: the server says 404 Not Found",
    "the URL that pvhboot was started from: is no URL that can be used: a user name or password",
    SERVER_URL "pvhboot/" MAC_NAME ".conf: the server says 500 Internal Server Error",
};

static void misled(uint64_t seed)
{
    bad_seed = seed;
    server_ways.status = seed == 3 ? STATUS_500 : 0;
    start_at(seed == 1   ? SERVER_URL "boot/pvhboot.efi"
             : seed == 2 ? "http://me@10.0.2.2/pvhboot.efi"
                         : SERVER_URL "pvhboot.efi",
             "");
    if (seed == 1)
        put_entry("\\boot", "default", "default");
}

static void check_misled(void)
{
    if (run_is_plain() && !strstr(run_said(), misled_says[bad_seed]))
        run_fail("does not say \"%s\"", misled_says[bad_seed]);
}

const struct scenario http_scenarios[] = {
    {"http-boot", boot_url, ENDING_BOOT, "vmlinux + initrd", check_requests, .seeds = 6,
     .faults = true, .from = SERVICE_LOCATE_HANDLE_BUFFER, .also = ALSO(ENDING_BOOT)},
    {"http-ipv6", boot_by_ipv6, ENDING_BOOT, "vmlinux + initrd", check_requests, .seeds = 4,
     .faults = true},
    {"http-by-hand", boot_by_hand, ENDING_BOOT, "vmlinux + initrd", .seeds = 2, .faults = true,
     .lasts = 1000},
    {"http-on-link", boot_on_link, ENDING_BOOT, "vmlinux + initrd", .seeds = 2, .faults = true},
    {"http-empty", empty_initrd, ENDING_ERROR, SERVER_URL "initrd: the file is empty", .seeds = 2,
     .lasts = 3150},
    {"http-no-ipv6", no_ipv6, ENDING_ERROR,
     "http://[fd00::2]/vmlinux: the network card gets no address of IPv6: Time Out", .seeds = 4,
     .lasts = 23000},
    {"http-menu", menu_with_urls, ENDING_BOOT, "vmlinux", check_asked_when_chosen, .seeds = 3},
    {"http-tried-again", tried_again, ENDING_BOOT, .hook = start_network},
    {"http-interrupted", interrupted, ENDING_BOOT, "vmlinux + initrd", .seeds = 6, .lasts = 750},
    {"http-reluctant", reluctant, ENDING_BOOT, "vmlinux + initrd", check_reluctant, .seeds = 2},
    {"http-bad", bad_server, ENDING_ERROR, NULL, check_bad,
     .seeds = sizeof(bad_says) / sizeof(*bad_says)},
    {"http-started", from_server, ENDING_BOOT, "vmlinux + initrd", .seeds = 5, .faults = true},
    {"http-by-name", by_name, ENDING_BOOT, "vmlinux + initrd", .seeds = 4},
    {"http-list", list_on_server, ENDING_BOOT, "vmlinux + initrd", .faults = true, .lasts = 250},
    {"http-program", start_from_server, ENDING_SUCCESS, NULL, check_started_program, .seeds = 3,
     .faults = true},
    {"http-first-name", first_name_in_menu, ENDING_BOOT, "vmlinux + initrd", .seeds = 2},
    {"http-two-cards", two_cards, ENDING_ERROR, "the network card gets no address: Time Out",
     .seeds = 2, .lasts = 23000},
    {"http-mistyped", mistyped, ENDING_ERROR,
     SERVER_URL "vmlinux-typo: the server says 404 Not Found", .faults = true},
    {"http-misled", misled, ENDING_ERROR, NULL, check_misled, .seeds = ELEMENTS(misled_says),
     .faults = true},
    {NULL},
};
