/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Secure Boot: what its state is, and whether a kernel's file is signed by someone whom the machine
 * trusts. When a call fails, what would be refused is never accepted.
 */
#include "tests/firmware/scenarios/scenarios.h"

#include "efi/console/console.h"
#include "efi/firmware/watchdog.h"
#include "efi/trust/secure_boot.h"
#include "efi/trust/verify.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/images.h"
#include "tests/firmware/fake/variables.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/support.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------------------------------------
 * The state
 */

#define OFF      "state: off"
#define ON       "state: on"
#define INSECURE "state: insecure"
#define UNKNOWN  "Secure Boot's state cannot be read (variable "

#define FLAG_ATTRIBUTES (EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS)

/* A variable's value; of no byte: it does not exist, if the status is 0. */
struct flag {
    uint8_t bytes[2];
    size_t size;
    EFI_STATUS status;
};

#define ABSENT                                                                                     \
    {                                                                                              \
        {0}, 0, EFI_SUCCESS                                                                        \
    }
#define ZERO                                                                                       \
    {                                                                                              \
        {0}, 1, EFI_SUCCESS                                                                        \
    }
#define ONE                                                                                        \
    {                                                                                              \
        {1}, 1, EFI_SUCCESS                                                                        \
    }
#define TWO                                                                                        \
    {                                                                                              \
        {2}, 1, EFI_SUCCESS                                                                        \
    }
#define LONG                                                                                       \
    {                                                                                              \
        {1, 0}, 2, EFI_SUCCESS                                                                     \
    }
#define BROKEN                                                                                     \
    {                                                                                              \
        {1}, 1, EFI_DEVICE_ERROR                                                                   \
    }
#define DENIED                                                                                     \
    {                                                                                              \
        {0}, 1, EFI_ACCESS_DENIED                                                                  \
    }

static const struct {
    const char *says;
    struct flag secure, setup, mok;
    bool shim;
    UINT32 mok_attributes;
} states[] = {
    {OFF, ABSENT, ABSENT, ABSENT},
    {OFF, ABSENT, ZERO, ONE, .shim = true, EFI_VARIABLE_BOOTSERVICE_ACCESS},
    {OFF, ZERO, ZERO, ABSENT},
    {OFF, ZERO, BROKEN, ABSENT},
    {OFF, ONE, ONE, ABSENT},
    {ON, ONE, ZERO, ABSENT},
    {UNKNOWN "SecureBoot: Unsupported)", TWO, ZERO, ABSENT},
    {UNKNOWN "SecureBoot: Buffer Too Small)", LONG, ZERO, ABSENT},
    {UNKNOWN "SecureBoot: Device Error)", BROKEN, ZERO, ABSENT},
    {UNKNOWN "SecureBoot: Access Denied)", DENIED, ONE, ABSENT},
    {UNKNOWN "SetupMode: Not Found)", ONE, ABSENT, ABSENT},
    {UNKNOWN "SetupMode: Unsupported)", ONE, TWO, ABSENT},
    {UNKNOWN "SetupMode: Buffer Too Small)", ONE, LONG, ABSENT},
    {UNKNOWN "SetupMode: Device Error)", ONE, BROKEN, ABSENT},
    /* MokSBState: only shim's, only its own, only one byte, only 1. */
    {INSECURE, ONE, ZERO, ONE, .shim = true, EFI_VARIABLE_BOOTSERVICE_ACCESS},
    {INSECURE, ONE, ZERO, ONE, .shim = true,
     EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_NON_VOLATILE},
    {ON, ONE, ZERO, ONE, .shim = false, EFI_VARIABLE_BOOTSERVICE_ACCESS},
    {ON, ONE, ZERO, ONE, .shim = true, FLAG_ATTRIBUTES},
    {ON, ONE, ZERO, ONE, .shim = true, FLAG_ATTRIBUTES | EFI_VARIABLE_NON_VOLATILE},
    {ON, ONE, ZERO, ZERO, .shim = true, EFI_VARIABLE_BOOTSERVICE_ACCESS},
    {ON, ONE, ZERO, TWO, .shim = true, EFI_VARIABLE_BOOTSERVICE_ACCESS},
    {ON, ONE, ZERO, LONG, .shim = true, EFI_VARIABLE_BOOTSERVICE_ACCESS},
    {ON, ONE, ZERO, BROKEN, .shim = true, EFI_VARIABLE_BOOTSERVICE_ACCESS},
    {ON, ONE, ZERO, ABSENT, .shim = true},
};

static uint64_t chosen; /* row */

static void put_flag(const EFI_GUID *guid, const char *name, const struct flag *flag,
                     UINT32 attributes)
{
    if (flag->size > 0)
        variable_put_oddly(guid, name, flag->bytes, flag->size, attributes, flag->status);
}

static void put_state(uint64_t row)
{
    chosen = row;
    put_flag(&global_variable_guid, "SecureBoot", &states[row].secure, FLAG_ATTRIBUTES);
    put_flag(&global_variable_guid, "SetupMode", &states[row].setup, FLAG_ATTRIBUTES);
    put_flag(&shim_variable_guid, "MokSBState", &states[row].mok, states[row].mok_attributes);
    if (states[row].shim)
        images_install_shim_lock();
}

static void set_tables(EFI_SYSTEM_TABLE *system_table)
{
    ST = system_table;
    BS = system_table->BootServices;
    RT = system_table->RuntimeServices;
    watchdog_disarm();
}

static const char *state_name(enum secure_boot state)
{
    static const char *const names[SECURE_BOOT_STATES] = {
        [SECURE_BOOT_OFF] = OFF, [SECURE_BOOT_ON] = ON, [SECURE_BOOT_INSECURE] = INSECURE};

    return names[state];
}

/* A loader that only says what the state is. */
static EFI_STATUS tell_state(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table)
{
    struct error error = {.code = ERROR_NONE};
    enum secure_boot state;
    bool may_be_in_setup;

    (void)image;
    set_tables(system_table);
    state = secure_boot_read(&may_be_in_setup, &error);
    if (state == SECURE_BOOT_UNKNOWN)
        return console_print_error(&error, NULL);
    console_message("%s", state_name(state));
    return error.code == ERROR_NONE ? EFI_SUCCESS : EFI_ABORTED;
}

static void state(uint64_t seed)
{
    put_state(seed);
    if (strncmp(states[seed].says, UNKNOWN, strlen(UNKNOWN)) == 0)
        run_expect(ENDING_ERROR);
}

static void check_state(void)
{
    check_all_said(&states[chosen].says, 1);
}

/* Secure Boot is on: whatever call fails, it is not off. */
#define STATE_ON       5
#define STATE_INSECURE 14
#define STATE_UNKNOWN  8

static EFI_STATUS tell_if_off(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table)
{
    bool may_be_in_setup;
    struct error error = {.code = ERROR_NONE};
    enum secure_boot state;

    (void)image;
    set_tables(system_table);
    state = secure_boot_read(&may_be_in_setup, &error);
    if (policy_is_enforced(state)) {
        console_message("enforced");
        return EFI_ABORTED;
    }
    console_message("%s", state_name(state));
    return EFI_SUCCESS;
}

static void state_on(uint64_t seed)
{
    put_state(seed ? 17 : STATE_ON);
}

static void state_insecure(uint64_t seed)
{
    (void)seed;
    put_state(STATE_INSECURE);
}

/* Users are told, since that may be what somebody else has done. */
static void insecure_boot(uint64_t seed)
{
    (void)seed;
    setup_plain();
    put_state(STATE_INSECURE);
    options_set("vmlinux");
}

/* ------------------------------------------------------------------------------------------------
 * Verifying
 */

#define PE              0x40
#define OPTIONAL_HEADER (PE + 24)
#define CERTIFICATES    (OPTIONAL_HEADER + 144)
#define HEADERS_END     0x400
#define FILE_SIZE       0x800

static struct {
    uint8_t bytes[FILE_SIZE + SIGNATURE_SIZE];
    size_t size;
    size_t times; /* that it is verified */
} file;

/* A bzImage of which only what is looked at here is right. */
static void make_file(bool is_signed)
{
    uint8_t *bytes = file.bytes;

    fill_random(bytes, FILE_SIZE, 3);
    memcpy(bytes, "MZ", 2);
    put_number(bytes + 0x3c, 4, PE);
    memcpy(bytes + PE, "PE\0", 4);
    put_number(bytes + PE + 4, 2, 0x8664);
    put_number(bytes + OPTIONAL_HEADER, 2, 0x20b);
    put_number(bytes + OPTIONAL_HEADER + 108, 4, 6);
    put_number(bytes + CERTIFICATES, 8, 0);
    bytes[0x1f1] = 1;
    memcpy(bytes + 0x202, "HdrS", 4);
    put_number(bytes + 0x206, 2, 0x20f);
    put_number(bytes + 0x248, 4, 0);
    put_number(bytes + 0x24c, 4, FILE_SIZE - HEADERS_END);
    file.size = FILE_SIZE;
    file.times = 1;
    if (!is_signed)
        return;
    file.size += SIGNATURE_SIZE;
    put_number(bytes + CERTIFICATES, 4, FILE_SIZE);
    put_number(bytes + CERTIFICATES + 4, 4, SIGNATURE_SIZE);
    image_sign(bytes, file.size);
}

/* A loader that only has the file verified. */
static EFI_STATUS verify(EFI_HANDLE image, EFI_SYSTEM_TABLE *system_table)
{
    bool may_be_in_setup;
    struct error error = {.code = ERROR_NONE};
    enum secure_boot state;

    set_tables(system_table);
    state = secure_boot_read(&may_be_in_setup, &error);
    for (size_t i = 0; i < file.times; i++) {
        if (image_verify(image, "\\vmlinuz", file.bytes, file.size, state, &error))
            continue;
        if (!error.name || strcmp(error.name, "\\vmlinuz") != 0)
            run_fail("the error does not name the file");
        return console_print_error(&error, NULL);
    }
    console_message("accepted");
    return EFI_SUCCESS;
}

/* Who is asked. */
enum { FIRMWARE, SHIM_LOCK, SHIM_LOADER, VERIFIERS };

static void put_verifier(uint64_t verifier)
{
    put_state(STATE_ON);
    image_ways.verifies = verifier == FIRMWARE;
    image_ways.shim_verifies = verifier != FIRMWARE;
    if (verifier == FIRMWARE)
        images_install_security2();
    else
        images_install_shim_lock();
    if (verifier == SHIM_LOADER)
        images_install_shim_loader();
}

/* The one who was asked, and nobody else. */
static void check_asked(void)
{
    const struct image_counts *counts = &image_counts;
    size_t lock = image_ways.shim_verifies && counts->shim_loads == 0 ? file.times : 0;
    size_t loader = image_ways.shim_verifies && counts->shim_loads > 0 ? file.times : 0;
    size_t firmware = image_ways.verifies ? file.times : 0;

    if (counts->firmware != firmware || counts->canaries != (firmware > 0))
        run_fail("the firmware was given %zu files and %zu canaries", counts->firmware,
                 counts->canaries);
    if (counts->shim_lock != lock || counts->shim_loads != loader)
        run_fail("shim was given %zu and %zu files", counts->shim_lock, counts->shim_loads);
    if (counts->shim_starts > 0 || fake_program.starts > 0)
        run_fail("the kernel was started as a program");
}

static void check_nobody_asked(void)
{
    static const struct image_counts none;

    if (memcmp(&image_counts, &none, sizeof(none)) != 0)
        run_fail("somebody was asked");
}

static void accepted(uint64_t seed)
{
    put_verifier(seed);
    make_file(true);
    file.times = 3;
}

/* Unsigned, though the firmware or shim knows it: its hash may be in db. */
static void accepted_by_hash(uint64_t seed)
{
    put_verifier(seed);
    image_ways.verifies = image_ways.shim_verifies = false;
    image_ways.canary = EFI_ACCESS_DENIED;
    make_file(false);
}

static void refused(uint64_t seed, bool is_signed)
{
    put_verifier(seed % VERIFIERS);
    make_file(is_signed);
    file.bytes[FILE_SIZE - 1] ^= 1;
    if (seed / VERIFIERS) {
        image_ways.refusal = EFI_SECURITY_VIOLATION;
        image_ways.leaves_handle = true;
    }
}

static void refused_by_firmware(uint64_t seed)
{
    refused(FIRMWARE + VERIFIERS * seed, true);
}

static void refused_by_shim(uint64_t seed)
{
    refused(SHIM_LOCK + seed, true);
}

static void refused_by_shim_with_handle(uint64_t seed)
{
    (void)seed;
    refused(SHIM_LOADER + VERIFIERS, true);
}

static void unsigned_file(uint64_t seed)
{
    refused(seed, false);
}

/* An answer that is no word on the signature. */
static void failing(uint64_t seed)
{
    put_verifier(seed % VERIFIERS);
    make_file(true);
    image_ways.failure = EFI_OUT_OF_RESOURCES;
    image_ways.canary = EFI_ACCESS_DENIED;
}

static void check_failing(void)
{
    const char *who = image_ways.verifies ? "the firmware" : "shim";

    if (!strstr(run_said(), who))
        run_fail("%s is not named", who);
}

/* A warning is no success. */
static void warning(uint64_t seed)
{
    put_verifier(seed);
    make_file(true);
    image_ways.success = EFI_WARN_UNKNOWN_GLYPH;
}

static void no_security2(uint64_t seed)
{
    (void)seed;
    put_state(STATE_ON);
    make_file(true);
}

static void canary_accepted(uint64_t seed)
{
    put_verifier(FIRMWARE);
    make_file(true);
    if (seed)
        image_ways.canary = EFI_WARN_UNKNOWN_GLYPH;
    else
        image_ways.verifies = false;
}

static void check_canary_only(void)
{
    if (image_counts.canaries != 1 || image_counts.firmware > 0)
        run_fail("%zu canaries, %zu files", image_counts.canaries, image_counts.firmware);
}

static void canary_fails(uint64_t seed)
{
    static const EFI_STATUS statuses[] = {EFI_OUT_OF_RESOURCES, EFI_UNSUPPORTED, EFI_LOAD_ERROR};

    put_verifier(FIRMWARE);
    make_file(true);
    image_ways.canary = statuses[seed];
}

/* What is wrong with the file itself. */
static void not_shown(uint64_t seed)
{
    put_verifier(seed % VERIFIERS);
    make_file(true);
    switch (seed / VERIFIERS) {
    case 0: /* an ELF file */
        memcpy(file.bytes,
               "\x7f"
               "ELF",
               4);
        break;
    case 1: /* for another processor */
        put_number(file.bytes + PE + 4, 2, 0xaa64);
        break;
    case 2: /* cut off */
        file.size = PE + 4;
        break;
    case 3:
        file.size = 0;
        break;
    }
    if (seed / VERIFIERS < 2)
        image_sign(file.bytes, file.size);
}

/* The payload is, or ends, where the signature does not look. */
static void payload_unsigned(uint64_t seed)
{
    put_verifier(seed % VERIFIERS);
    make_file(true);
    put_number(file.bytes + 0x24c, 4, FILE_SIZE - HEADERS_END + 1 + seed / VERIFIERS);
    image_sign(file.bytes, file.size);
}

static void certificates_outside(uint64_t seed)
{
    put_verifier(seed % VERIFIERS);
    make_file(true);
    put_number(file.bytes + CERTIFICATES + 4, 4,
               seed < VERIFIERS ? SIGNATURE_SIZE + 1 : UINT32_MAX);
    image_sign(file.bytes, file.size);
}

static void too_large(uint64_t seed)
{
    put_verifier(seed);
    make_file(true);
    file.size = UINT64_C(0x80000000);
}

static void not_enforced(uint64_t seed)
{
    put_state(seed ? STATE_INSECURE : 2);
    make_file(false);
}

static void unknown(uint64_t seed)
{
    (void)seed;
    put_state(STATE_UNKNOWN);
    images_install_security2();
    image_ways.verifies = true;
    make_file(false);
}

/* ------------------------------------------------------------------------------------------------
 * Programs
 */

static void put_program(void)
{
    setup_plain();
    file_put_text("\\loader\\entries\\shell.conf", "title Shell\nefi /shell.efi\noptions a  b \n");
    file_put_text("\\shell.efi", "a program");
    fake_program.path = "\\shell.efi";
    images_install_shim_lock();
}

static void chain_by_shim(uint64_t seed)
{
    (void)seed;
    put_program();
    images_install_shim_loader();
}

static void check_kept(void)
{
    size_t size;
    const uint8_t *value = variable_find(&shim_variable_guid, "ShimRetainProtocol", &size);

    if (!value || size != 1 || *value != 1)
        run_fail("shim is not told to keep its protocol");
}

static void check_chain_by_shim(void)
{
    check_kept();
    if (image_counts.shim_starts != 1 || strcmp(fake_program.options, "a  b") != 0)
        run_fail("shim has started %zu programs, with \"%s\"", image_counts.shim_starts,
                 fake_program.options);
}

static void chain_refused_by_shim(uint64_t seed)
{
    chain_by_shim(seed);
    fake_program.loads = seed ? EFI_ACCESS_DENIED : EFI_SECURITY_VIOLATION;
    image_ways.leaves_handle = true;
}

static void chain_by_shim_returns(uint64_t seed)
{
    chain_by_shim(seed);
    fake_program.returns = EFI_ABORTED;
}

/* Before 16.0: the firmware's services, with shim's lock. */
static void chain_with_lock(uint64_t seed)
{
    (void)seed;
    put_program();
}

static void check_chain_with_lock(void)
{
    check_kept();
    if (image_counts.shim_starts > 0 || fake_program.starts != 1)
        run_fail("the program was not started by the firmware");
}

const struct scenario trust_scenarios[] = {
    {"secure-boot-state", state, ENDING_SUCCESS, NULL, check_state, .seeds = ELEMENTS(states),
     .start = tell_state},
    {"secure-boot-state-on", state_on, ENDING_ERROR, "enforced", .seeds = 2, .faults = true,
     .answer = EFI_NOT_FOUND, .start = tell_if_off},
    {"secure-boot-state-insecure", state_insecure, ENDING_SUCCESS, INSECURE, .faults = true,
     .start = tell_if_off},
    {"secure-boot-insecure", insecure_boot, ENDING_BOOT, "shim's validation is switched off"},

    {"verify", accepted, ENDING_SUCCESS, "accepted", check_asked, .seeds = VERIFIERS,
     .faults = true, .start = verify},
    {"verify-by-hash", accepted_by_hash, ENDING_SUCCESS, "accepted", .seeds = VERIFIERS,
     .start = verify},
    {"verify-refused", refused_by_firmware, ENDING_ERROR, "\\vmlinuz: refused by the firmware (",
     check_asked, .seeds = 2, .faults = true, .answer = EFI_NOT_FOUND, .start = verify},
    {"verify-refused-by-shim", refused_by_shim, ENDING_ERROR,
     "\\vmlinuz: refused by shim (Access Denied)", check_asked, .seeds = 2, .faults = true,
     .answer = EFI_NOT_FOUND, .start = verify},
    {"verify-refused-with-handle", refused_by_shim_with_handle, ENDING_ERROR,
     "\\vmlinuz: refused by shim (Security Violation)", check_asked, .faults = true,
     .answer = EFI_NOT_FOUND, .start = verify},
    {"verify-unsigned", unsigned_file, ENDING_ERROR,
     "\\vmlinuz: Secure Boot is on, and this file is", check_asked, .seeds = 2 * VERIFIERS,
     .faults = true, .answer = EFI_NOT_FOUND, .start = verify},
    {"verify-failing", failing, ENDING_ERROR, "cannot verify this file: Out of Resources",
     check_failing, .seeds = VERIFIERS, .start = verify},
    {"verify-warning", warning, ENDING_ERROR, "cannot verify this file: ", .seeds = VERIFIERS,
     .start = verify},
    {"verify-no-security2", no_security2, ENDING_ERROR, "EFI_SECURITY2_ARCH_PROTOCOL",
     check_nobody_asked, .faults = true, .answer = EFI_NOT_FOUND, .start = verify},
    {"verify-canary-accepted", canary_accepted, ENDING_ERROR, "accepts even unsigned programs",
     check_canary_only, .seeds = 2, .faults = true, .answer = EFI_NOT_FOUND, .start = verify},
    {"verify-canary-fails", canary_fails, ENDING_ERROR, "the firmware cannot verify this file",
     check_canary_only, .seeds = 3, .start = verify},
    {"verify-not-shown", not_shown, ENDING_ERROR, "\\vmlinuz: Secure Boot is on, and this file is",
     check_nobody_asked, .seeds = 4 * VERIFIERS, .start = verify},
    {"verify-payload-unsigned", payload_unsigned, ENDING_ERROR,
     "\\vmlinuz: its payload ends at byte 20", check_nobody_asked, .seeds = 15 * VERIFIERS,
     .start = verify},
    {"verify-certificates-outside", certificates_outside, ENDING_ERROR,
     "\\vmlinuz: damaged or truncated: its certificates", check_nobody_asked,
     .seeds = 2 * VERIFIERS, .start = verify},
    {"verify-too-large", too_large, ENDING_ERROR, "2147483648 bytes, more than the 2147483647",
     check_nobody_asked, .seeds = VERIFIERS, .start = verify},
    {"verify-not-enforced", not_enforced, ENDING_SUCCESS, "accepted", check_nobody_asked,
     .seeds = 2, .start = verify},
    {"verify-unknown", unknown, ENDING_ERROR, "this file is not signed", .faults = true,
     .answer = EFI_NOT_FOUND, .start = verify},

    {"chain-by-shim", chain_by_shim, ENDING_SUCCESS, NULL, check_chain_by_shim, .faults = true},
    {"chain-refused-by-shim", chain_refused_by_shim, ENDING_ERROR, "/shell.efi: refused by shim (",
     .seeds = 2, .faults = true},
    {"chain-by-shim-returns", chain_by_shim_returns, ENDING_ERROR, "returned an error",
     .faults = true},
    {"chain-with-lock", chain_with_lock, ENDING_SUCCESS, NULL, check_chain_with_lock,
     .faults = true},
    {.name = NULL},
};
