/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets of Secure Boot keys in \loader\keys: who enrols them, and that all of a set is written or
 * Secure Boot stays off. The fake firmware checks attributes, order, and that nothing is written
 * after a failure.
 */
#include "tests/firmware/scenarios/scenarios.h"

#include "tests/firmware/fake/console.h"
#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/own_image.h"
#include "tests/firmware/fake/variables.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/pe_file.h"
#include "tests/lib/support.h"

#include <stdio.h>
#include <string.h>

#define CONFIG "\\loader\\loader.conf"
#define AUTO   "\\loader\\keys\\auto\\"
#define OTHER  "\\loader\\keys\\other\\"

/* Scan codes (UEFI 2.10, table 12-4). */
#define SCAN_NONE 0
#define ENTER     '\r'

#define HEADER_SIZE 40 /* EFI_TIME, and WIN_CERTIFICATE_UEFI_GUID without a signature */

static const uint8_t unsigned_key[HEADER_SIZE + 5] = {
    [16] = 24,   [21] = 2,    [22] = 0xf1, [23] = 0x0e, [24] = 0x9d, [25] = 0xd2,
    [26] = 0xaf, [27] = 0x4a, [28] = 0xdf, [29] = 0x68, [30] = 0xee, [31] = 0x49,
    [32] = 0x8a, [33] = 0xa9, [34] = 0x34, [35] = 0x7d, [36] = 0x37, [37] = 0x56,
    [38] = 0x65, [39] = 0xa7, [40] = 'v',  [41] = 'a',  [42] = 'l',  [43] = 'u',
};

/* A file whose value ends with `mark`. */
static void put_key(const char *path, char mark, bool is_signed)
{
    uint8_t key[sizeof(unsigned_key)];

    memcpy(key, unsigned_key, sizeof(key));
    key[16] += is_signed; /* a signature of one byte */
    key[sizeof(key) - 1] = (uint8_t)mark;
    file_put(path, key, sizeof(key));
}

static void put_mode(uint8_t secure, uint8_t setup)
{
    variable_put(&global_variable_guid, "SecureBoot", &secure, 1);
    variable_put(&global_variable_guid, "SetupMode", &setup, 1);
}

/* A machine with an entry and two sets; the directory "empty" is none. */
static void setup_in_mode(const char *config, uint8_t secure, uint8_t setup, bool is_signed)
{
    setup_plain();
    put_mode(secure, setup);
    file_put_text("\\loader\\entries\\plain.conf", "linux /vmlinux\n");
    file_put_text(CONFIG, config);
    file_put_directory("\\loader\\keys\\empty");
    file_put_text("\\loader\\keys\\README", "no set");
    put_key(AUTO "db.auth", '1', true);
    put_key(AUTO "KEK.auth", '2', true);
    put_key(AUTO "PK.auth", '3', is_signed);
    put_key(OTHER "dbx.auth", '4', true);
    put_key(OTHER "db.auth", '5', true);
    put_key(OTHER "KEK.auth", '6', true);
    put_key(OTHER "PK.auth", '7', true);
}

static void setup_keys(const char *config)
{
    setup_in_mode(config, 0, 1, true);
}

static void be_guest(void)
{
    firmware_ways.hypervisor = "KVMKVMKVM\0\0\0";
    firmware_ways.hypervisor_leaf = 0x40000000;
}

static void setup_guest(const char *config)
{
    setup_keys(config);
    be_guest();
}

/* Fails the run unless the variable has the bytes of the file; no file: it does not exist. */
static void check_key(const EFI_GUID *guid, const char *name, const char *path)
{
    size_t size;
    const void *value = variable_find(guid, name, &size);

    if (path ? !value || !file_has_bytes(path, value, size) : value != NULL)
        run_fail("the variable %s is not as it should be", name);
}

static void check_auto(void)
{
    check_key(&database_variable_guid, "dbx", NULL);
    check_key(&database_variable_guid, "db", AUTO "db.auth");
    check_key(&global_variable_guid, "KEK", AUTO "KEK.auth");
    check_key(&global_variable_guid, "PK", AUTO "PK.auth");
    check_key(&custom_mode_variable_guid, "CustomMode", NULL);
}

/* What is signed, in a virtual machine, needs no warning and no countdown. */
static void check_at_ease(void)
{
    check_auto();
    if (strstr(run_said(), "is not signed") || strstr(run_said(), "Enrolling in"))
        run_fail("there is a warning, or a countdown");
}

/* Every second is counted down, and what is about graphics cards is for real hardware only. */
static void check_countdown(bool is_guest)
{
    char text[30];

    check_auto();
    for (unsigned second = 7; second > 0; second--) {
        snprintf(text, sizeof(text), "Enrolling in %u s;", second);
        if (!strstr(run_said(), text))
            run_fail("does not say \"%s\"", text);
    }
    if (!strstr(run_said(), "Secure Boot keys of \\loader\\keys\\auto\r\n"))
        run_fail("the set is not named");
    if (strstr(run_said(), "Enrolling in 8 s") || strstr(run_said(), "Enrolling in 0 s"))
        run_fail("other seconds are counted down");
    if (!strstr(run_said(), "Microsoft's certificates") != is_guest)
        run_fail("the machine is mistaken");
}

/* Without a countdown there is nothing to decide. */
static void check_at_once(void)
{
    check_at_ease();
    if (strstr(run_said(), "Microsoft"))
        run_fail("there is a warning");
}

static void check_countdown_on_hardware(void)
{
    check_countdown(false);
}

static void check_countdown_in_guest(void)
{
    check_countdown(true);
}

static void check_other(void)
{
    check_key(&database_variable_guid, "dbx", OTHER "dbx.auth");
    check_key(&database_variable_guid, "db", OTHER "db.auth");
    check_key(&global_variable_guid, "KEK", OTHER "KEK.auth");
    check_key(&global_variable_guid, "PK", OTHER "PK.auth");
}

static void check_nothing_written(void)
{
    check_key(&database_variable_guid, "dbx", NULL);
    check_key(&database_variable_guid, "db", NULL);
    check_key(&global_variable_guid, "KEK", NULL);
    check_key(&global_variable_guid, "PK", NULL);
    check_key(&custom_mode_variable_guid, "CustomMode", NULL);
}

static void auto_in_guest(uint64_t seed)
{
    (void)seed;
    setup_guest("");
}

static void auto_unsigned(uint64_t seed)
{
    (void)seed;
    setup_in_mode("", 0, 1, false);
    be_guest();
}

static void check_custom_mode(void)
{
    size_t size;
    const uint8_t *value = variable_find(&custom_mode_variable_guid, "CustomMode", &size);

    check_key(&global_variable_guid, "PK", AUTO "PK.auth");
    if (!value || size != 1 || *value != 0)
        run_fail("custom mode is not off again");
}

/* What keeps a set from being enrolled by itself, though all else is there. */
static void auto_not(uint64_t seed)
{
    static const struct {
        const char *config;
        uint8_t secure, setup;
        bool on_hardware;
    } rows[] = {
        {"secure-boot-enroll manual\n", 0, 1, false},
        {"secure-boot-enroll off\n", 0, 1, false},
        {"", 0, 1, true},
        {"", 0, 0, false},
        {"", 1, 0, false},
    };

    setup_in_mode(rows[seed].config, rows[seed].secure, rows[seed].setup, true);
    if (!rows[seed].on_hardware)
        be_guest();
    if (rows[seed].secure)
        run_expect(ENDING_ERROR); /* the kernel is not signed */
}

static void auto_dry_run(uint64_t seed)
{
    (void)seed;
    setup_guest("");
    options_set("pvhboot.efi --dry-run");
}

static void auto_closed(uint64_t seed)
{
    (void)seed;
    setup_guest("");
    medium_ways.closed = "loader\\keys";
}

static void auto_refused(uint64_t seed)
{
    (void)seed;
    setup_guest("");
    variables_refused = EFI_SECURITY_VIOLATION;
}

static void put_bad_key(uint64_t seed)
{
    setup_guest("");
    file_put(AUTO "dbx.auth", "certificate", seed == 0 ? 0 : 11);
}

/* No variable can be as large (0); what is of the greatest size is looked at (1). */
static void put_large_key(uint64_t seed)
{
    static uint8_t bytes[MIB + 1];

    setup_guest("");
    file_put(AUTO "dbx.auth", bytes, sizeof(bytes) - seed);
}

static void check_large_key(void)
{
    size_t size;
    bool is_looked_at;

    check_nothing_written();
    (void)file_bytes(AUTO "dbx.auth", &size);
    is_looked_at = strstr(run_said(), "dbx.auth: not the signed value");
    if (is_looked_at != (size == MIB) ||
        is_looked_at == !!strstr(run_said(), "has 1048577 bytes, more than the 1048576 allowed"))
        run_fail("a large file is refused for another reason");
}

static void forced(uint64_t seed)
{
    (void)seed;
    setup_keys("secure-boot-enroll force\nsecure-boot-enroll-timeout-sec 7\n");
}

static void forced_at_once(uint64_t seed)
{
    (void)seed;
    setup_keys("secure-boot-enroll force\nsecure-boot-enroll-timeout-sec hidden\n");
}

static void forced_soon(uint64_t seed)
{
    (void)seed;
    setup_keys("secure-boot-enroll force\nsecure-boot-enroll-timeout-sec 1\n");
}

/* Nobody can stop it, and it takes as long. */
static void forced_without_keyboard(uint64_t seed)
{
    forced(seed);
    input_remove_all();
}

/* By any key, F12 too. */
static void forced_stopped(uint64_t seed)
{
    forced(seed);
    keys_press(3 * TICKS_PER_SECOND, seed ? 0x16 : SCAN_NONE, seed ? 0 : ' ');
}

/* The second set, which is the last line of the menu, behind the firmware's setup. */
static void from_menu(uint64_t seed)
{
    (void)seed;
    setup_keys("timeout 5\nsecure-boot-enroll manual\nsecure-boot-enroll-action shutdown\n"
               "secure-boot-enroll-timeout-sec 2\n");
    support_setup();
    keys_press(1 * TICKS_PER_SECOND, SCAN_END, 0);
    keys_press(1 * TICKS_PER_SECOND + TICKS_PER_SECOND / 2, SCAN_NONE, 'd'); /* it is no entry */
    keys_press(2 * TICKS_PER_SECOND, SCAN_NONE, 'e');
    keys_press(2 * TICKS_PER_SECOND + TICKS_PER_SECOND / 2, SCAN_NONE, ENTER);
}

/* A key stops it in time: the menu comes back, says so, and boots. */
static void from_menu_stopped(uint64_t seed)
{
    from_menu(seed);
    keys_press(4 * TICKS_PER_SECOND, SCAN_NONE, ' ');
    console_expect("stopped by a key: the Secure Boot keys are not enrolled\n");
    keys_press(5 * TICKS_PER_SECOND, SCAN_HOME, 0);
    keys_press(6 * TICKS_PER_SECOND, SCAN_NONE, ENTER);
}

static void check_from_menu(void)
{
    size_t size;

    check_other();
    if (variable_find(&loader_variable_guid, "LoaderEntryDefault", &size))
        run_fail("a set of keys is the default entry");
}

#define OWN_IMAGE    (20 * MIB)
#define CERTIFICATES (24 + 112 + 4 * 8) /* their place in the PE header: data directory 4 */

/* Our own image, with certificates behind its end or without any. */
static void put_own_image(bool is_signed)
{
    own_image_add_text(".text", "code");
    if (is_signed) {
        put_number(pe_file_header(own_image_file()) + CERTIFICATES - 4 * 8 - 4, 4, 6);
        put_number(pe_file_header(own_image_file()) + CERTIFICATES, 4, own_image_file()->size);
        put_number(pe_file_header(own_image_file()) + CERTIFICATES + 4, 4, 2000);
    }
    own_image_install(OWN_IMAGE);
}

static void auto_signed_loader(uint64_t seed)
{
    auto_in_guest(seed);
    put_own_image(true);
}

static void auto_unsigned_loader(uint64_t seed)
{
    auto_in_guest(seed);
    put_own_image(false);
}

/* It is said, and there is time to stop it. */
static void forced_unsigned_loader(uint64_t seed)
{
    (void)seed;
    setup_guest("secure-boot-enroll force\nsecure-boot-enroll-timeout-sec 7\n");
    put_own_image(false);
}

#define ENROLL_ALSO (ALSO(ENDING_BOOT) | ALSO(ENDING_SUCCESS))

const struct scenario enroll_scenarios[] = {
    {"enroll-auto", auto_in_guest, ENDING_ENROLLED, "are enrolled; the machine restarts",
     check_auto, .faults = true, .also = ENROLL_ALSO, .lasts = 3000},
    {"enroll-auto-unsigned", auto_unsigned, ENDING_ENROLLED, NULL, check_custom_mode,
     .faults = true, .also = ENROLL_ALSO, .lasts = 3000},
    {"enroll-auto-not", auto_not, ENDING_BOOT, NULL, check_nothing_written, .seeds = 5},
    {"enroll-dry-run", auto_dry_run, ENDING_SUCCESS, NULL, check_nothing_written},
    {"enroll-closed", auto_closed, ENDING_BOOT, "\\loader\\keys: cannot be opened",
     check_nothing_written},
    {"enroll-refused", auto_refused, ENDING_BOOT,
     "\\loader\\keys\\auto\\db.auth: the firmware did not take this key: Security Violation",
     check_nothing_written, .lasts = 3100},
    {"enroll-bad-key", put_bad_key, ENDING_BOOT, "auth: not the signed value",
     check_nothing_written, .seeds = 2},
    {"enroll-large-key", put_large_key, ENDING_BOOT, "dbx.auth: ", check_large_key, .seeds = 2},
    {"enroll-signed-loader", auto_signed_loader, ENDING_ENROLLED, NULL, check_at_ease,
     .lasts = 3000},
    {"enroll-unsigned-loader", auto_unsigned_loader, ENDING_BOOT,
     "\\loader\\keys\\auto: these Secure Boot keys are not enrolled by themselves: pvhboot is not "
     "signed",
     check_nothing_written, .lasts = 3100},
    {"enroll-force-unsigned-loader", forced_unsigned_loader, ENDING_ENROLLED,
     "the firmware will not start it any more", check_countdown_in_guest, .lasts = 10000},
    {"enroll-force", forced, ENDING_ENROLLED, "Microsoft's certificates",
     check_countdown_on_hardware, .faults = true, .also = ENROLL_ALSO, .lasts = 10000},
    {"enroll-force-at-once", forced_at_once, ENDING_ENROLLED, NULL, check_at_once, .lasts = 3000},
    {"enroll-force-soon", forced_soon, ENDING_ENROLLED, "Enrolling in 1 s", check_auto,
     .lasts = 4000},
    {"enroll-force-without-keyboard", forced_without_keyboard, ENDING_ENROLLED, NULL,
     check_countdown_on_hardware, .lasts = 10000},
    {"enroll-force-stopped", forced_stopped, ENDING_BOOT, "stopped by a key", check_nothing_written,
     .seeds = 2, .lasts = 3100},
    {"enroll-menu-stopped", from_menu_stopped, ENDING_BOOT, "stopped by a key",
     check_nothing_written, .lasts = 6000},
    {"enroll-menu", from_menu, ENDING_ENROLLED_OFF, "is turned off", check_from_menu, MENU_FAULTS,
     .also = ENROLL_ALSO, .lasts = 7500},
    {.name = NULL},
};
