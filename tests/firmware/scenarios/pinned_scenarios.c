/* SPDX-License-Identifier: BSD-2-Clause */
/* Files that the loader's own, signed image names with their SHA-256, with Secure Boot on and off.
 */
#include "tests/firmware/scenarios/scenarios.h"

#include "common/hash/sha256.h"
#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/load_file.h"
#include "tests/firmware/fake/own_image.h"
#include "tests/firmware/fake/tpm.h"
#include "tests/firmware/scenarios/machines.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/support.h"

#include <stdio.h>
#include <string.h>

#define IMAGE_PLACE (20 * MIB)

static char pins[4000];

static void pin_as(const char *path, const char *name)
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    size_t size, length = strlen(pins);
    const uint8_t *bytes = file_bytes(path, &size);

    require(bytes);
    sha256(bytes, size, false, digest);
    for (size_t i = 0; i < sizeof(digest); i++)
        length += (size_t)snprintf(pins + length, sizeof(pins) - length, "%02x", digest[i]);
    snprintf(pins + length, sizeof(pins) - length, "  %s\n", name);
}

static void pin(const char *path)
{
    pin_as(path, path);
}

static void install(const char *command_line)
{
    own_image_add_text(".text", "code");
    own_image_add_text(".pins", pins);
    if (command_line)
        own_image_add_text(".cmdline", command_line);
    own_image_install(IMAGE_PLACE);
}

/* An entry with two initrds and another module, all pinned. */
static void setup_pinned(const char *options)
{
    char text[200];

    setup_plain();
    expect_module("");
    put_module_part("\\a.img", 5000);
    put_module_part("\\b.img", 3);
    put_module("\\more", 70000, "");
    snprintf(text, sizeof(text), "linux /vmlinux\ninitrd /a.img\ninitrd /b.img\nmodule /more\n%s",
             options);
    file_put_text("\\loader\\entries\\a.conf", text);
    pin("\\vmlinux");
    pin_as("\\a.img", "/A.IMG");
    pin_as("\\b.img", "b.img");
    pin("\\more");
}

static void pinned(uint64_t seed)
{
    setup_pinned("");
    install("signed");
    set_secure_boot(seed == 0);
    tpm_install();
    expect_command_line(seed == 0 ? "signed" : "");
}

/* Staged modules and kernels are hashed all the same. */
static void pinned_staged(uint64_t seed)
{
    static const struct kernel_shape high = {
        .bits = 64,
        .segments = {{USUAL_DRIVERS - 0x2000, 0x9123, 0x9123}},
        .count = 1,
        .entry = USUAL_DRIVERS - 0x2000,
        .seed = 3,
    };

    (void)seed;
    machine_usual();
    put_kernel("\\vmlinux", &high);
    put_module("\\a.img", 30 * MIB, "");
    pin("\\vmlinux");
    pin("\\a.img");
    install(NULL);
    options_set("--initrd /a.img /vmlinux");
    set_secure_boot(true);
}

/* Options that no signature covers are ignored if there are some that one covers. */
static void options_ignored(uint64_t seed)
{
    (void)seed;
    setup_pinned("options evil\n");
    install("signed");
    set_secure_boot(true);
    expect_command_line("signed");
}

static void options_refused(uint64_t seed)
{
    (void)seed;
    setup_plain();
    pin("\\vmlinux");
    install(NULL);
    options_set("vmlinux evil");
    set_secure_boot(true);
}

/* A file that is not the pinned one: the kernel, a part of the initrd, another module. */
static void changed(uint64_t seed)
{
    static const char *const paths[] = {"\\vmlinux", "\\a.img", "\\b.img", "\\more"};
    uint8_t *bytes;
    size_t size;

    setup_pinned("");
    bytes = (uint8_t *)(uintptr_t)file_bytes(paths[seed], &size);
    bytes[size - 1] ^= 1;
    install("signed");
    set_secure_boot(true);
}

/* With Secure Boot off the user is told, and the machine is not locked out. */
static void changed_insecurely(uint64_t seed)
{
    (void)seed;
    setup_plain();
    strcpy(pins, "0000000000000000000000000000000000000000000000000000000000000000 /vmlinux\n");
    install(NULL);
    options_set("vmlinux plain");
    set_secure_boot(false);
    expect_command_line("plain");
}

static void ask_of_changed(const char *answer)
{
    uint64_t time = TICKS_PER_SECOND;

    setup_plain();
    strcpy(pins, "0000000000000000000000000000000000000000000000000000000000000000 /vmlinux\n");
    install(NULL);
    file_put_text("\\loader\\loader.conf", "timeout 5\n");
    file_put_text("\\loader\\entries\\a.conf", "linux /vmlinux\noptions asked\n");
    set_secure_boot(false);
    keys_press(time, 0, '\r');
    for (; *answer; answer++)
        keys_press(time += 2 * TICKS_PER_SECOND, 0, (CHAR16)*answer);
}

/* Whoever chooses an entry is asked, and any other key than Y is no. */
static void asked_yes(uint64_t seed)
{
    ask_of_changed(seed == 0 ? "y" : "Y");
    expect_command_line("asked");
}

static void asked_no(uint64_t seed)
{
    static const char *const answers[] = {"nq", "Nq", "\rq", "xq", " q"};

    ask_of_changed(answers[seed]);
}

/* The question is open for a minute: an answer comes before its end, or behind it. */
static void asked_soon(uint64_t seed)
{
    (void)seed;
    ask_of_changed("");
    keys_press(58 * TICKS_PER_SECOND, 0, 'y');
    expect_command_line("asked");
}

static void asked_late(uint64_t seed)
{
    (void)seed;
    ask_of_changed("");
    keys_press(63 * TICKS_PER_SECOND, 0, 'y');
    keys_press(64 * TICKS_PER_SECOND, 0, 'q');
}

/* A Y from before the question is no answer. */
static void asked_ahead(uint64_t seed)
{
    (void)seed;
    ask_of_changed("");
    keys_press(TICKS_PER_SECOND + 1, 0, 'y');
    keys_press(3 * TICKS_PER_SECOND, 0, 'n');
    keys_press(5 * TICKS_PER_SECOND, 0, 'q');
}

/* Nobody is asked where nobody has chosen: the timeout has. */
static void not_asked(uint64_t seed)
{
    (void)seed;
    changed_insecurely(0);
    options_set("");
    file_put_text("\\loader\\loader.conf", "timeout 2\n");
    file_put_text("\\loader\\entries\\a.conf", "linux /vmlinux\noptions plain\n");
}

static void check_not_asked(void)
{
    if (strstr(run_said(), "(y/n)"))
        run_fail("a question is asked that nobody answers");
}

static void not_pinned(uint64_t seed)
{
    setup_pinned("");
    pins[0] = '\0';
    if (seed > 0)
        pin("\\vmlinux");
    if (seed > 1)
        pin("\\a.img");
    if (seed > 2)
        pin("\\b.img");
    install("signed");
    set_secure_boot(true);
}

/* An entry's name, which anyone can choose, is not added to what is signed. */
static void entry_not_passed(uint64_t seed)
{
    (void)seed;
    setup_pinned("");
    file_put_text("\\loader\\loader.conf", "pass-entry yes\n");
    install("signed");
    set_secure_boot(true);
    expect_command_line("signed");
}

/* Nor what a virtual machine is told from outside, which would be refused. */
static void outside_not_added(uint64_t seed)
{
    static const char options[] = "io.systemd.boot.kernel-cmdline-extra=evil";

    (void)seed;
    setup_plain();
    file_put_text("\\loader\\entries\\a.conf", "linux /vmlinux\n");
    pin("\\vmlinux");
    install(NULL);
    put_smbios((const uint8_t[]){11, 5, 0, 0, 1}, options, sizeof(options));
    set_secure_boot(true);
}

/* What the loader adds itself is not told of as if someone had given it. */
static void check_nothing_ignored(void)
{
    if (strstr(run_said(), "comes from outside and is ignored"))
        run_fail("a command line is ignored that nobody has given");
}

/* A module's command line is one, too: Xen takes that of the first domain from there. */
static void module_options(uint64_t seed)
{
    setup_plain();
    pin("\\vmlinux");
    file_put("\\more", "m", 1);
    pin("\\more");
    install("signed");
    if (seed == 0)
        options_set("--module \"/more evil\" vmlinux");
    else
        file_put_text("\\loader\\entries\\a.conf", "linux /vmlinux\nmodule /more evil\n");
    set_secure_boot(true);
}

/* Neither what an option, an entry nor loader.conf wants in front of what is signed. */
static void framebuffer_not_passed(uint64_t seed)
{
    setup_pinned(seed == 1 ? "pass-framebuffer yes\n" : "");
    if (seed == 0)
        file_put_text("\\loader\\loader.conf", "pass-framebuffer yes\n");
    if (seed == 2)
        options_set("--pass-framebuffer");
    install("signed");
    set_secure_boot(true);
    expect_command_line("signed");
}

static void offered_to_pinned(uint64_t seed)
{
    (void)seed;
    setup_plain();
    offer_elsewhere(4000);
    pin("\\vmlinux");
    install("signed");
    options_set("vmlinux");
    set_secure_boot(true);
}

/* An offer of nothing (0), or none (1), is no reason to take a module that has been changed. */
static void offered_nothing(uint64_t seed)
{
    uint8_t *bytes;
    size_t size;

    setup_plain();
    expect_module("");
    put_module("\\more", 70000, "");
    file_put_text("\\loader\\entries\\a.conf", "linux /vmlinux\nmodule /more\n");
    pin("\\vmlinux");
    pin("\\more");
    bytes = (uint8_t *)(uintptr_t)file_bytes("\\more", &size);
    bytes[size - 1] ^= 1;
    if (seed == 0)
        offer_elsewhere(0);
    install("signed");
    set_secure_boot(true);
}

static void nvs_to_pinned(uint64_t seed)
{
    (void)seed;
    setup_kernel_over_nvs();
    pin("\\kernel");
    install("signed");
    options_set("--overwrite-acpi-nvs kernel");
    set_secure_boot(true);
}

static void bad_pins(uint64_t seed)
{
    (void)seed;
    setup_plain();
    strcpy(pins, "# comment\nnothing\n");
    install(NULL);
}

const struct scenario pinned_scenarios[] = {
    {"pinned", pinned, ENDING_BOOT, .seeds = 2, .faults = true, .answer = EFI_NOT_FOUND},
    {"pinned-staged", pinned_staged, ENDING_BOOT},
    {"pinned-options-ignored", options_ignored, ENDING_BOOT,
     .says = "the command line comes from outside and is ignored"},
    {"pinned-options-refused", options_refused, ENDING_ERROR,
     .says = "the command line comes from outside"},
    {"pinned-changed", changed, ENDING_ERROR, .says = "but the signed image asks for", .seeds = 4},
    {"pinned-changed-off", changed_insecurely, ENDING_BOOT,
     .says = "but the signed image asks for 0000"},
    {"pinned-asked-yes", asked_yes, ENDING_BOOT, "Start it anyway? (y/n)", .seeds = 2},
    {"pinned-asked-no", asked_no, ENDING_SUCCESS, "Start it anyway? (y/n)", .seeds = 5},
    {"pinned-asked-soon", asked_soon, ENDING_BOOT, "Start it anyway? (y/n)"},
    {"pinned-asked-late", asked_late, ENDING_SUCCESS, "Start it anyway? (y/n)"},
    {"pinned-asked-ahead", asked_ahead, ENDING_SUCCESS, "Start it anyway? (y/n)"},
    {"pinned-not-asked", not_asked, ENDING_BOOT, "but the signed image asks for 0000",
     check_not_asked},
    {"pinned-not-all", not_pinned, ENDING_ERROR, .says = "Secure Boot is on", .seeds = 4},
    {"pinned-offered-nothing", offered_nothing, ENDING_ERROR,
     .says = "but the signed image asks for", .seeds = 2},
    {"pinned-offered", offered_to_pinned, ENDING_ERROR, .says = "no signature covers this initrd"},
    {"pinned-entry-not-passed", entry_not_passed, ENDING_BOOT, .check = check_nothing_ignored},
    {"pinned-outside-not-added", outside_not_added, ENDING_BOOT,
     .says = "pvhboot: a: the command line comes from outside and is ignored"},
    {"pinned-framebuffer-not-passed", framebuffer_not_passed, ENDING_BOOT, .seeds = 3},
    {"pinned-module-options", module_options, ENDING_ERROR,
     .says = "more: Secure Boot is on, and the command line comes from outside", .seeds = 2},
    {"pinned-nvs", nvs_to_pinned, ENDING_ERROR, .says = "--overwrite-acpi-nvs is refused"},
    {"pinned-damaged", bad_pins, ENDING_ERROR, .says = ".pins, line 2"},
    {.name = NULL},
};
