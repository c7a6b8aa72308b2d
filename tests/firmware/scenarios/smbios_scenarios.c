/* SPDX-License-Identifier: BSD-2-Clause */
/* Settings that a virtual machine gets from outside, in SMBIOS strings. */
#include "tests/firmware/scenarios/scenarios.h"

#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/own_image.h"
#include "tests/firmware/fake/tpm.h"
#include "tests/firmware/fake/variables.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/support.h"

#include <string.h>

#define IMAGE_PLACE (20 * MIB)
#define ENTRY       "io.systemd.boot-entries.extra:"
#define TIMEOUT     "io.systemd.boot.timeout="
#define OPTIONS     "io.systemd.boot.kernel-cmdline-extra="
#define STUB        "io.systemd.stub.kernel-cmdline-extra="

#define PUT(strings) put_smbios((const uint8_t[]){11, 5, 0, 0, 1}, strings, sizeof(strings) - 1)

/* The only entry; or a better one than that of the volume. Its counter is a part of its name. */
static void entry(uint64_t seed)
{
    setup_plain();
    PUT(ENTRY "x+3.conf=sort-key a\nlinux /vmlinux\noptions outside\0" OPTIONS "more\0");
    if (seed)
        file_put_text("\\loader\\entries\\b.conf", "sort-key b\nlinux /vmlinux\noptions b\n");
    expect_command_line("outside more");
    expect_fallback("b more");
    tpm_install();
}

static void check_entry(void)
{
    check_loader_variable("LoaderEntrySelected", "x.conf");
    if (strstr(run_said(), "x+3"))
        run_fail("speaks of counting");
}

static void timeout_shows_menu(uint64_t seed)
{
    static const uint16_t saved[] = {'0', 0};

    setup_plain();
    file_put_text("\\loader\\entries\\a.conf", "linux /vmlinux\noptions a\n");
    file_put_text("\\loader\\loader.conf", "timeout 0\n");
    variable_put(&loader_variable_guid, "LoaderConfigTimeout", saved, sizeof(saved));
    if (seed)
        PUT(TIMEOUT "menu-force\0");
    else
        PUT(TIMEOUT "2\0");
    keys_press(TICKS_PER_SECOND, 0, 'q');
}

static void bad_timeout(uint64_t seed)
{
    (void)seed;
    setup_plain();
    file_put_text("\\loader\\entries\\a.conf", "linux /vmlinux\noptions a\n");
    PUT(TIMEOUT "soon\0");
    expect_command_line("a");
}

/* What comes from outside is not signed. */
static void secure(uint64_t seed)
{
    size_t size;
    uint8_t *bytes = kernel_make(&plain_kernel, &size);

    (void)seed;
    setup_plain();
    own_image_add_text(".text", "code");
    own_image_add(".linux", bytes, size);
    own_image_add_text(".cmdline", "own");
    own_image_install(IMAGE_PLACE);
    expect_kernel(bytes, size);
    PUT(STUB "evil\0");
    set_secure_boot(true);
    expect_command_line("own");
}

static void image(uint64_t seed)
{
    size_t size;
    uint8_t *bytes = kernel_make(&plain_kernel, &size);

    setup_plain();
    own_image_add_text(".text", "code");
    own_image_add(".linux", bytes, size);
    if (seed < 2)
        own_image_add_text(".cmdline", "own");
    own_image_install(IMAGE_PLACE);
    expect_kernel(bytes, size);
    if (seed < 3)
        PUT(STUB "out\0" OPTIONS "no\0" ENTRY "no.conf=linux /no\0");
    else
        PUT(STUB "\tout\x1b\0"); /* control characters are spaces, and none are around it */
    expect_command_line(seed < 2 ? "own out" : "out");
    expect_fallback(seed < 2 ? "own" : "");
    tpm_install();
}

/* By itself, as systemd-stub does it. */
static void check_image(void)
{
    static const char text[] = "o\0u\0t\0\0";

    for (size_t i = 0; i < tpm_extend_count(); i++) {
        if (tpm_extends[i].pcr == 12 && tpm_extends[i].size == sizeof(text) &&
            memcmp(tpm_extends[i].data, text, sizeof(text)) == 0)
            return;
    }
    run_fail("what comes from outside is not measured");
}

static const char *report_of_machine;

/* What runs on what, where the machine has both names, one of them, none. */
static void dry_run(uint64_t seed)
{
    static const uint8_t headers[][6] = {{1, 6, 0, 0, 1, 2}, {1, 6, 0, 0, 0, 2}, {1, 6}};
    static const char *const reports[] = {
        "\r\nfirmware: Fake 3.05, UEFI 2.70\r\nmachine: Maker\xef\xbf\xbd Box 1\r\ndate: ",
        "\r\nfirmware: Fake 3.05, UEFI 2.70\r\nmachine: Box 1\r\ndate: ",
        "\r\nfirmware: Fake 3.05, UEFI 2.70\r\ndate: ",
    };
    static CHAR16 vendor[] = {'F', 'a', 'k', 'e', 0};

    report_of_machine = reports[seed];
    setup_plain();
    put_smbios(headers[seed], "Maker\x1b\0Box 1\0", sizeof("Maker\x1b\0Box 1"));
    fake_system_table.Hdr.Revision = 2 << 16 | 70;
    fake_system_table.FirmwareVendor = vendor;
    fake_system_table.FirmwareRevision = 3 << 16 | 5;
    options_set("--dry-run vmlinux");
}

static void check_report(void)
{
    static const char start[] = "loader: pvhboot ";

    if (strncmp(run_said(), start, strlen(start)) != 0)
        run_fail("the report starts with something else");
    if (!strstr(run_said(), report_of_machine))
        run_fail("the report names another machine");
}

const struct scenario smbios_scenarios[] = {
    {"smbios-entry", entry, ENDING_BOOT, NULL, check_entry, .seeds = 2},
    {"smbios-faults", entry, ENDING_BOOT, .faults = true},
    {"smbios-timeout", timeout_shows_menu, ENDING_SUCCESS, .seeds = 2},
    {"smbios-bad-timeout", bad_timeout, ENDING_BOOT, "is not a number of seconds"},
    {"smbios-secure", secure, ENDING_BOOT, "comes from outside and is ignored"},
    {"smbios-image", image, ENDING_BOOT, NULL, check_image, .seeds = 4},
    {"smbios-report", dry_run, ENDING_SUCCESS, "date: 2024-02-29 00:00:0", check_report,
     .seeds = 3},
    {.name = NULL},
};
