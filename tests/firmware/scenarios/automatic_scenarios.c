/* SPDX-License-Identifier: BSD-2-Clause */
/* Entries that come from no file: other systems' loaders, the firmware's setup, reboot, power off.
 */
#include "tests/firmware/scenarios/scenarios.h"

#include "tests/firmware/fake/disks.h"
#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/images.h"
#include "tests/firmware/fake/variables.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/pe_file.h"
#include "tests/lib/support.h"

#include <string.h>

#define CONFIG   "\\loader\\loader.conf"
#define WINDOWS  "\\EFI\\Microsoft\\Boot\\bootmgfw.efi"
#define MACOS    "\\System\\Library\\CoreServices\\boot.efi"
#define FALLBACK "\\EFI\\BOOT\\BOOTX64.EFI"

#define SCAN_NONE 0 /* scan codes: UEFI 2.10, table 12-4 */
#define ENTER     '\r'

static void put_program(const char *path, const char *sbat)
{
    struct pe_file program;

    pe_file_start(&program);
    pe_file_add_text(&program, ".text", "code");
    if (sbat)
        pe_file_add_text(&program, ".sbat", sbat);
    file_put(path, program.bytes, program.size);
    pe_file_free(&program);
}

/* One entry, Windows, and firmware with a setup. */
static void setup_beside_windows(const char *config)
{
    setup_plain();
    support_setup();
    file_put_text("\\loader\\entries\\plain.conf", "title Plain\nlinux /vmlinux\n");
    file_put_text(CONFIG, config);
    put_program(WINDOWS, NULL);
    fake_program.path = WINDOWS;
}

static void type(const char *keys)
{
    for (uint64_t i = 0; keys[i]; i++)
        keys_press((i + 2) * TICKS_PER_SECOND / 4, SCAN_NONE, (CHAR16)keys[i]);
}

/* `ids` are separated by spaces. */
static void check_listed(const char *ids)
{
    size_t size;
    const uint8_t *value = variable_find(&loader_variable_guid, "LoaderEntries", &size);
    bool is_equal = value && size == 2 * (strlen(ids) + 1);

    for (size_t i = 0; is_equal && i < size / 2 - 1; i++)
        is_equal = value[2 * i] == (ids[i] == ' ' ? 0 : (uint8_t)ids[i]);
    if (!is_equal)
        run_fail("LoaderEntries are not %s", ids);
}

static void check_windows(void)
{
    if (fake_program.starts != 1)
        run_fail("Windows is started %zu times", fake_program.starts);
    check_loader_variable("LoaderEntrySelected", "auto-windows");
}

/* Everything that there can be: in the menu, or because loader.conf wants it without one. */
static void all(uint64_t seed)
{
    setup_beside_windows(seed ? "auto-reboot yes\nauto-poweroff yes\n"
                              : "timeout 2\nauto-reboot yes\nauto-poweroff yes\n");
    file_put_text("\\shellx64.efi", "a shell");
    file_put_text(FALLBACK, "somebody's");
}

static void check_all(void)
{
    check_listed("plain.conf auto-windows auto-efi-shell auto-efi-default "
                 "auto-reboot-to-firmware-setup auto-poweroff auto-reboot");
    if (strstr(run_said(), "(auto-"))
        run_fail("a title that no other entry has is shown with its ID");
}

/* Without a menu nothing is looked for; or what loader.conf does not want is not there. */
static void none(uint64_t seed)
{
    static const char *const configs[] = {"", "default plain\n", "auto-reboot no\n",
                                          "timeout 1\nauto-entries no\nauto-firmware no\n"};

    setup_beside_windows(configs[seed]);
}

static void check_none(void)
{
    check_listed("plain.conf");
}

static void only_programs(uint64_t seed)
{
    setup_beside_windows(seed ? "timeout 1\nauto-firmware no\n"
                              : "auto-entries yes\n"
                                "auto-firmware no\n");
}

static void check_only_programs(void)
{
    check_listed("plain.conf auto-windows");
}

/* Each way of asking for an entry by its ID. */
static void asked(uint64_t seed)
{
    setup_beside_windows(seed == 2 ? "default auto-win*\n" : "");
    if (seed == 0)
        variable_put_text("LoaderEntryOneShot", "auto-windows");
    else if (seed == 1)
        variable_put_text("LoaderEntryDefault", "Auto-Windows");
    else if (seed == 3)
        options_set("pvhboot.efi --entry auto-windows");
    if (seed < 4)
        return;
    keys_press(1, SCAN_NONE, 'w'); /* while the loader starts; then there is the menu */
    keys_press(TICKS_PER_SECOND, SCAN_NONE, 'q');
}

/* On a partition of its own, behind others; in front of Windows, as systemd-boot has it. */
static void beside_macos(uint64_t seed)
{
    static const EFI_GUID volume_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    static EFI_HANDLE other;

    setup_beside_windows("timeout 9\nauto-firmware no\n");
    partition_put_path(&other, 1, 2);
    handles_install(&other, &volume_guid, &fake_other_volume);
    file_put_text(OTHER_VOLUME "\\EFI\\x", "");
    (void)seed;
    put_program(OTHER_VOLUME MACOS, NULL);
    fake_program.path = MACOS;
    type("a\rq");
}

static void check_macos(void)
{
    check_listed("plain.conf auto-osx auto-windows");
    if (fake_program.starts != 1)
        run_fail("macOS is started %zu times", fake_program.starts);
    check_loader_variable("LoaderEntrySelected", "auto-osx");
}

/* The loader of the removable path, on the volume that we were started from by another one. */
static void put_fallback(const char *sbat)
{
    setup_beside_windows("timeout 1\nauto-firmware no\n");
    put_program(FALLBACK, sbat);
}

static void fallback(uint64_t seed)
{
    static const char *const ours[] = {"sbat,1,SBAT Version,sbat,1,x\npvhboot,1,pvhboot,x\n",
                                       "sbat,1,SBAT Version,sbat,1,x\npvhboot,"};

    put_fallback(ours[seed]);
}

static void check_not_ourselves(void)
{
    check_listed("plain.conf auto-windows");
}

static void another_fallback(uint64_t seed)
{
    (void)seed;
    put_fallback("sbat,1,SBAT Version,sbat,1,x\nshim,4,pvhboot,x\n");
}

static void check_another(void)
{
    check_listed("plain.conf auto-windows auto-efi-default");
}

/* Started from there, by shim or as that, we would only start ourselves again. */
static const struct {
    const char *own_path; /* NULL: unknown */
    bool is_there;
} own_paths[] = {
    {"\\EFI\\BOOT\\BOOTX64.EFI", true},
    {"\\efi\\boot\\grubx64.efi", true},
    {"\\EFI\\BOOT2\\x.efi", false},
    {"\\EFI\\BOO\\x.efi", false},
    {"\\EFI\\x.efi", false},
    {NULL, false},
};
static uint64_t own_path_row;

static void own_directory(uint64_t seed)
{
    own_path_row = seed;
    put_fallback(NULL);
    fake_loaded_image.FilePath =
        own_paths[seed].own_path ? make_device_path(own_paths[seed].own_path) : NULL;
}

static void check_own_directory(void)
{
    check_listed(own_paths[own_path_row].is_there ? "plain.conf auto-windows"
                                                  : "plain.conf auto-windows auto-efi-default");
}

static void enter_setup(uint64_t seed)
{
    setup_beside_windows(seed ? "timeout 1\ndefault auto-reboot-to-firmware-setup\n" : "");
    if (seed == 0)
        variable_put_text("LoaderEntryOneShot", "auto-reboot-to-firmware-setup");
}

static void power_off(uint64_t seed)
{
    static const char *const configs[] = {"timeout 9\n", "auto-poweroff yes\ndefault *poweroff\n"};

    setup_beside_windows(configs[seed]);
    if (seed == 0)
        type("O");
}

static void restart(uint64_t seed)
{
    static const char *const configs[] = {"timeout 9\n", "auto-reboot yes\ndefault @saved\n"};

    setup_beside_windows(configs[seed]);
    if (seed == 0)
        type("B");
    else
        variable_put_text("LoaderEntryLastBooted", "auto-reboot");
}

/* Otherwise "@saved" would restart the machine for ever. */
static void restart_once(uint64_t seed)
{
    (void)seed;
    setup_beside_windows("timeout 9\nauto-reboot yes\ndefault @saved\n");
    type("9\r");
}

static void check_nothing_saved(void)
{
    size_t size;

    if (variable_find(&loader_variable_guid, "LoaderEntryLastBooted", &size))
        run_fail("an action is kept as what was booted last");
}

static void dry_run(uint64_t seed)
{
    (void)seed;
    setup_beside_windows("auto-poweroff yes\n");
    options_set("pvhboot.efi --dry-run --entry auto-poweroff");
}

/* An entry of the same name is there, too: the ID tells them apart. */
static void same_title(uint64_t seed)
{
    (void)seed;
    setup_beside_windows("auto-poweroff yes\nauto-reboot yes\n");
    file_put_text("\\loader\\entries\\plain.conf", "title Power Off The System\nlinux /vmlinux\n");
    options_set("pvhboot.efi --dry-run --entry auto-poweroff");
}

/* By each key for it, in a menu that has no entry for it. */
static void setup_keys(uint64_t seed)
{
    static const struct {
        UINT16 scan;
        CHAR16 character;
    } keys[] = {{0, 'f'}, {SCAN_F2, 0}, {SCAN_F10, 0}, {SCAN_DELETE, 0}};

    setup_beside_windows("timeout 9\nauto-firmware no\n");
    keys_press(TICKS_PER_SECOND, keys[seed].scan, keys[seed].character);
}

/* A letter moves the bar, from the entry under it on; there is no shell, and no line to edit. */
static void letters(uint64_t seed)
{
    setup_beside_windows("timeout 9\n");
    type(seed ? "wswlw\rq" : "wls9e2\rq");
}

/* The default entry's kernel is missing; there is another entry. */
static void setup_failure(const char *config, const char *name)
{
    setup_beside_windows(config);
    file_put_text(name, "sort-key a\nlinux /gone\n");
}

#define UNCOUNTED "\\loader\\entries\\gone.conf"
#define COUNTED   "\\loader\\entries\\gone+2.conf"

static void restart_on_error(uint64_t seed)
{
    static const char *const configs[] = {"reboot-on-error yes\n", "reboot-on-error auto\n",
                                          "timeout 2\nreboot-on-error yes\n"};

    setup_failure(configs[seed], seed == 1 ? COUNTED : UNCOUNTED);
}

/* The entry that has failed is named in its own message, and in no later one. */
static void check_restart_on_error(void)
{
    if (!strstr(run_said(), "gone: no such file"))
        run_fail("the failure is not said");
    if (!strstr(run_said(), "pvhboot: restarting: "))
        run_fail("the restart is not said, or as if it were the entry's");
}

/* With a menu or without, each failure takes a try: in the end another entry is the default. */
static void restart_counted(uint64_t seed)
{
    setup_failure(seed ? "timeout 2\nreboot-on-error yes\n" : "reboot-on-error yes\n", COUNTED);
}

static void check_restart_counted(void)
{
    size_t size;

    check_restart_on_error();
    if (!file_bytes("\\loader\\entries\\gone+1-1.conf", &size))
        run_fail("the entry has as many tries as before");
}

/* Or not: since loader.conf does not say so, or no try was or could be used up. */
static void no_restart_on_error(uint64_t seed)
{
    static const char *const configs[] = {"", "reboot-on-error no\n", "reboot-on-error auto\n",
                                          "reboot-on-error auto\n",
                                          "timeout 2\nreboot-on-error auto\n"};

    setup_failure(configs[seed], seed == 2 ? UNCOUNTED : COUNTED);
    medium_ways.read_only = seed == 3;
}

/* Nothing of this is booted because something else cannot be. */
static void never_by_itself(uint64_t seed)
{
    setup_plain();
    support_setup();
    file_put_text(CONFIG, seed & 1 ? "timeout 1\nauto-reboot yes\n" : "auto-reboot yes\n");
    file_put_text(WINDOWS, "its loader");
    if (seed & 2)
        file_put_text("\\loader\\entries\\plain.conf", "title Plain\nlinux /gone\n");
}

const struct scenario automatic_scenarios[] = {
    {"automatic-all", all, ENDING_BOOT, NULL, check_all, .seeds = 2, .faults = true},
    {"automatic-none", none, ENDING_BOOT, NULL, check_none, .seeds = 4},
    {"automatic-programs", only_programs, ENDING_BOOT, NULL, check_only_programs, .seeds = 2},
    {"automatic-asked", asked, ENDING_SUCCESS, NULL, check_windows, .seeds = 5, .faults = true,
     .also = ALSO(ENDING_BOOT)},
    {"automatic-macos", beside_macos, ENDING_SUCCESS, NULL, check_macos, .faults = true,
     .also = ALSO(ENDING_BOOT)},
    {"automatic-ourselves", fallback, ENDING_BOOT, NULL, check_not_ourselves, .seeds = 2},
    {"automatic-another", another_fallback, ENDING_BOOT, NULL, check_another, .faults = true},
    {"automatic-own-directory", own_directory, ENDING_BOOT, NULL, check_own_directory,
     .seeds = ELEMENTS(own_paths)},
    {"automatic-setup", enter_setup, ENDING_SETUP, NULL, check_nothing_saved, .seeds = 2,
     .faults = true, .also = ALSO(ENDING_BOOT)},
    {"automatic-setup-keys", setup_keys, ENDING_SETUP, NULL, check_nothing_saved, .seeds = 4},
    {"automatic-power-off", power_off, ENDING_POWER_OFF, NULL, check_nothing_saved, .seeds = 2,
     .faults = true, .also = ALSO(ENDING_BOOT)},
    {"automatic-restart", restart, ENDING_RESTART, NULL, .seeds = 2, .faults = true,
     .also = ALSO(ENDING_BOOT)},
    {"automatic-restart-on-error", restart_on_error, ENDING_RESTART, NULL, check_restart_on_error,
     .seeds = 3, .faults = true, .also = ALSO(ENDING_BOOT)},
    {"automatic-restart-counted", restart_counted, ENDING_RESTART, NULL, check_restart_counted,
     .seeds = 2},
    {"automatic-no-restart", no_restart_on_error, ENDING_BOOT, "gone: no such file", .seeds = 5},
    {"automatic-restart-once", restart_once, ENDING_RESTART, NULL, check_nothing_saved},
    {"automatic-dry-run", dry_run, ENDING_SUCCESS, "not done: dry run: Power Off The System"},
    {"automatic-same-title", same_title, ENDING_SUCCESS,
     "not done: dry run: Power Off The System (auto-poweroff)"},
    {"automatic-letters", letters, ENDING_SUCCESS, "There is no entry for a shell.", check_windows,
     .seeds = 2, MENU_FAULTS, .also = ALSO(ENDING_BOOT) | ALSO(ENDING_SETUP)},
    {"automatic-never", never_by_itself, ENDING_ERROR, NULL, .seeds = 4},
    {NULL},
};
