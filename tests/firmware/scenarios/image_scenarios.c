/* SPDX-License-Identifier: BSD-2-Clause */
/* The loader as a stub: its own image contains the kernel. */
#include "tests/firmware/scenarios/scenarios.h"

#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/load_file.h"
#include "tests/firmware/fake/own_image.h"
#include "tests/firmware/fake/tpm.h"
#include "tests/firmware/fake/variables.h"
#include "tests/firmware/scenarios/machines.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/support.h"

#include <stdlib.h>
#include <string.h>

#define IMAGE_PLACE (20 * MIB) /* free in the usual machine */
#define INITRD_SIZE 5000

/* The loader's own sections, and the kernel's. */
static void add_kernel(const struct kernel_shape *shape)
{
    size_t size;
    uint8_t *bytes = kernel_make(shape, &size);

    own_image_add_text(".text", "code");
    own_image_add(".linux", bytes, size);
    expect_kernel(bytes, size);
}

/* Section 2. */
static void add_initrd(void)
{
    uint8_t *bytes = malloc(INITRD_SIZE);

    require(bytes);
    fill_random(bytes, INITRD_SIZE, 7);
    own_image_add(".initrd", bytes, INITRD_SIZE);
    expect_module("");
    expect_module_part(bytes, INITRD_SIZE);
    free(bytes);
}

/* Files that would be booted if the image were empty must not matter. */
static void setup_image(void)
{
    machine_usual();
    file_put_text("\\loader\\loader.conf", "timeout 5\n");
    file_put_text("\\loader\\entries\\a.conf", "linux /nothing\n");
    add_kernel(&plain_kernel);
}

static void image(uint64_t seed)
{
    (void)seed;
    setup_image();
    add_initrd();
    own_image_add_text(".cmdline", "  root=/dev/vda\tquiet\n");
    own_image_add_text(".osrel", "NAME=x\n");
    own_image_install(IMAGE_PLACE);
    expect_module_at(own_image_address(2));
    expect_command_line("root=/dev/vda quiet");
}

/* Without anything but the kernel. */
static void bare_image(uint64_t seed)
{
    (void)seed;
    setup_image();
    own_image_install(IMAGE_PLACE);
}

/* The kernel goes where the image lies: the initrd, and the kernel's bytes, are moved. */
static void image_in_the_way(uint64_t seed)
{
    static const uint64_t places[] = {MIB, MIB + 0x4000, MIB + 0x10000};

    setup_image();
    add_initrd();
    own_image_install(places[seed]);
}

static void image_options(uint64_t seed)
{
    static const struct {
        const char *options, *command_line;
    } cases[] = {
        {"console=ttyS0", "console=ttyS0"},
        {"@0", "own"},
        {"@0 a  b", "a  b"},
        {"--verbose", "own"},
        {"--no-overlay -- x", "x"},
        {"a\tb\rc", "a b c"},
    };

    setup_image();
    own_image_add_text(".cmdline", "own");
    own_image_install(IMAGE_PLACE);
    options_set(cases[seed].options);
    expect_command_line(cases[seed].command_line);
    if (seed == 4)
        expect_no_overlay();
}

/* Options from outside count for nothing, or nothing is started. */
static void secure_image(uint64_t seed)
{
    setup_image();
    add_initrd();
    own_image_add_text(".cmdline", "own");
    own_image_install(IMAGE_PLACE);
    set_secure_boot(true);
    options_set(seed ? "evil" : "");
    expect_command_line("own");
}

/* What is ignored is told, and nothing else. */
static void check_ignored(void)
{
    bool given = fake_loaded_image.LoadOptionsSize > 2;

    if (given != !!strstr(run_said(), "the command line comes from outside and is ignored"))
        run_fail("it is not told whether options were ignored");
}

static void secure_image_with_options(uint64_t seed)
{
    (void)seed;
    setup_image();
    own_image_install(IMAGE_PLACE);
    set_secure_boot(true);
    options_set("evil");
}

static void unknown_state(uint64_t seed)
{
    static const uint8_t two[2] = {1, 1};

    (void)seed;
    setup_image();
    own_image_add_text(".cmdline", "own");
    own_image_install(IMAGE_PLACE);
    variable_put(&global_variable_guid, "SecureBoot", two, sizeof(two));
    expect_command_line("own");
}

static void profile(uint64_t seed)
{
    static const char *const options[] = {"", "@0", "@1", "@1 outside"};
    static const char *const lines[] = {"base", "base", "one", "outside"};

    setup_image();
    own_image_add_text(".cmdline", "base");
    own_image_add_text(".profile", "ID=main\n");
    own_image_add_text(".profile", "ID=other\nTITLE=Other\n");
    own_image_add_text(".cmdline", "one");
    own_image_install(IMAGE_PLACE);
    options_set(options[seed]);
    expect_command_line(lines[seed]);
}

/* Which profile it is, is measured (but for the first one), and announced. */
static void profile_measured(uint64_t seed)
{
    profile(2 * seed);
    tpm_install();
}

static void check_profile(void)
{
    static const char number[] = "1\0\0"; /* in UCS-2 */
    size_t count = 0;

    for (size_t i = 0; i < tpm_extend_count(); i++) {
        if (tpm_extends[i].pcr != 12)
            continue;
        count++;
        if (tpm_extends[i].size != sizeof(number) ||
            memcmp(tpm_extends[i].data, number, sizeof(number)) != 0)
            run_fail("something else than the profile is in PCR 12");
    }
    check_loader_variable("StubProfile", count > 0 ? "1" : "0");
    check_loader_variable("StubImageIdentifier", "\\EFI\\pvhboot\\pvhboot.efi");
    if (count != (fake_loaded_image.LoadOptionsSize > 2))
        run_fail("%zu measurements are in PCR 12", count);
}

static void missing_profile(uint64_t seed)
{
    (void)seed;
    setup_image();
    own_image_add_text(".profile", "ID=main\n");
    own_image_install(IMAGE_PLACE);
    options_set("@1");
}

static void kernel_of_another_profile(uint64_t seed)
{
    (void)seed;
    machine_usual();
    own_image_add_text(".profile", "ID=main\n");
    own_image_add_text(".profile", "ID=other\n");
    add_kernel(&plain_kernel);
    own_image_install(IMAGE_PLACE);
}

static void image_dry_run(uint64_t seed)
{
    static const char *const options[] = {"--dry-run", "--help"};

    setup_image();
    own_image_install(IMAGE_PLACE);
    tpm_install();
    options_set(options[seed]);
}

static void check_dry_run(void)
{
    size_t size;

    if (!strstr(run_said(), "not started: dry run") == !strstr(run_said(), "--overwrite-acpi-nvs"))
        run_fail("shows something else");
    if (tpm_asked() > 0 || variable_find(&loader_variable_guid, "StubInfo", &size))
        run_fail("something is measured or announced");
}

static void image_verbose(uint64_t seed)
{
    (void)seed;
    setup_image();
    own_image_install(IMAGE_PLACE);
    tpm_install();
    options_set("--verbose");
}

static void check_verbose(void)
{
    static const char *const lines[] = {"measured into PCR 11: .linux (name)\r\n",
                                        "measured into PCR 11: .linux\r\n", "time in ms: "};

    check_all_said(lines, ELEMENTS(lines));
    check_loader_variable("StubInfo", "pvhboot " PVHBOOT_VERSION);
    check_loader_variable("LoaderTpm2ActivePcrBanks", "0x00000003");
}

static void file_options(uint64_t seed)
{
    (void)seed;
    setup_image();
    own_image_install(IMAGE_PLACE);
    options_set("--initrd=\\x");
}

static void no_kernel(uint64_t seed)
{
    (void)seed;
    machine_usual();
    own_image_add_text(".linux", "not a kernel");
    own_image_install(IMAGE_PLACE);
}

static const char *told_first;

/* What is wrong beside the image hides nothing of what is wrong inside. */
static void no_kernel_beside(uint64_t seed)
{
    kernel_of_another_profile(seed);
    medium_ways.no_volume = seed == 0;
    file_put_text("\\loader\\addons\\a.addon.efi", "MZ");
    told_first = seed == 0 ? "pvhboot: cannot open the volume pvhboot was started from: "
                           : "pvhboot: \\loader\\addons\\a.addon.efi: is ignored";
}

static void check_both_said(void)
{
    check_all_said((const char *const[]){told_first, "pvhboot: this image has no kernel (.linux)"},
                   2);
}

/* The sections in systemd-stub's order, not in that of the table, each after its name. */
static const char *const measured_sections[] = {".linux", ".osrel", ".cmdline", ".initrd"};

static void measured_image(uint64_t seed)
{
    setup_image();
    add_initrd();
    own_image_add_text(".cmdline", "own\n");
    own_image_add_text(".osrel", "NAME=x\n");
    own_image_install(IMAGE_PLACE);
    tpm_install();
    options_set(seed ? "outside" : "");
    expect_command_line(seed ? "outside" : "own");
}

static void check_section(size_t index)
{
    const char *name = measured_sections[index];
    const struct tpm_extend *extends = &tpm_extends[2 * index];
    struct pe_file *file = own_image_file();
    size_t row = 0;

    while (memcmp(pe_file_row(file, row), name, strlen(name)) != 0)
        row++;
    if (extends[0].pcr != 11 || extends[0].size != strlen(name) + 1 ||
        memcmp(extends[0].data, name, extends[0].size) != 0)
        run_fail("the name of %s is not measured in its place", name);
    if (extends[1].pcr != 11 || extends[1].size == 0 ||
        memcmp(extends[1].data, (const void *)(uintptr_t)own_image_address(row), extends[1].size) !=
            0)
        run_fail("%s is not measured in its place", name);
}

/* Sections that are empty are none: neither measured nor made files of the initrd. */
static void empty_sections(uint64_t seed)
{
    static const char *const names[] = {".pcrsig", ".pcrpkey", ".osrel", ".uname"};
    struct kernel_shape kernel = plain_kernel;

    (void)seed;
    machine_usual();
    kernel.is_linux = true;
    add_kernel(&kernel);
    add_initrd();
    for (size_t i = 0; i < ELEMENTS(names); i++)
        own_image_add(names[i], "", 0);
    own_image_install(IMAGE_PLACE);
    tpm_install();
}

static void check_empty_sections(void)
{
    size_t count = 0;

    for (size_t i = 0; i < tpm_extend_count(); i++)
        count += tpm_extends[i].pcr == 11;
    if (count != 4) /* .linux and .initrd, each after its name */
        run_fail("%zu measurements are in PCR 11", count);
}

/* Then come a command line from outside, in PCR 12, and what Linux's stub measures, in PCR 9. */
static void check_measured_image(void)
{
    size_t sections = ELEMENTS(measured_sections);
    size_t count = 2 * sections + 2 + (tpm_extends[2 * sections].pcr == 12);

    if (tpm_extend_count() != count)
        run_fail("%zu measurements instead of %zu", tpm_extend_count(), count);
    for (size_t i = 0; i < sections; i++)
        check_section(i);
    if (tpm_extends[count - 2].pcr != 9 || tpm_extends[count - 1].pcr != 9)
        run_fail("the command line or the initrd are not in PCR 9");
    check_loader_variable("StubPcrKernelImage", "11");
}

static void check_measured_outside(void)
{
    check_measured_image();
    if (tpm_extends[2 * ELEMENTS(measured_sections)].pcr != 12)
        run_fail("a command line from outside is not in PCR 12");
    check_loader_variable("StubPcrKernelParameters", "12");
}

static void measured_image_outside(uint64_t seed)
{
    (void)seed;
    measured_image(1);
}

/* Firmware that has not loaded the headers: entries are read, as by a loader without a kernel. */
static void image_without_headers(uint64_t seed)
{
    (void)seed;
    setup_plain();
    own_image_add_text(".text", "code");
    own_image_file()->bytes[0] = 0;
    own_image_install(IMAGE_PLACE);
    options_set("vmlinux");
}

static void damaged_image(uint64_t seed)
{
    setup_image();
    put_number(pe_file_row(own_image_file(), 1) + (seed ? 12 : 8), 4, seed ? 0 : 0x7fffffff);
    if (seed)
        put_number(pe_file_row(own_image_file(), 0) + 12, 4, 0);
    own_image_install(IMAGE_PLACE);
}

/* Offered by the caller: taken if there is none in the image and nothing has to be signed. */
static void offered_initrd(uint64_t seed)
{
    setup_image();
    if (seed) {
        add_initrd();
        offer_elsewhere(3000); /* for Linux only */
    } else {
        offer_initrd(3000);
    }
    own_image_install(IMAGE_PLACE);
}

static void offered_initrd_refused(uint64_t seed)
{
    (void)seed;
    setup_image();
    offer_elsewhere(3000);
    own_image_install(IMAGE_PLACE);
    set_secure_boot(true);
    tpm_install();
}

static void check_not_measured(void)
{
    if (tpm_extend_count() > 0)
        run_fail("what is refused is measured");
}

const struct scenario image_scenarios[] = {
    {"image", image, ENDING_BOOT, .says = ".linux + .initrd", .faults = true},
    {"image-bare", bare_image, ENDING_BOOT},
    {"image-in-the-way", image_in_the_way, ENDING_BOOT, .seeds = 3},
    {"image-options", image_options, ENDING_BOOT, .seeds = 6},
    {"image-secure", secure_image, ENDING_BOOT, NULL, check_ignored, .seeds = 2, .faults = true,
     .answer = EFI_NOT_FOUND},
    {"image-secure-options", secure_image_with_options, ENDING_ERROR,
     .says = "the command line comes from outside"},
    {"image-unknown-state", unknown_state, ENDING_BOOT},
    {"image-profile", profile, ENDING_BOOT, .seeds = 4},
    {"image-profile-measured", profile_measured, ENDING_BOOT, NULL, check_profile, .seeds = 2},
    {"image-dry-run", image_dry_run, ENDING_SUCCESS, NULL, check_dry_run, .seeds = 2},
    {"image-verbose", image_verbose, ENDING_BOOT, NULL, check_verbose},
    {"image-missing-profile", missing_profile, ENDING_ERROR,
     .says = "this image has no profile 1: it has 1 profiles"},
    {"image-kernel-elsewhere", kernel_of_another_profile, ENDING_ERROR,
     .says = "this image has no kernel (.linux) for profile 0"},
    {"image-file-options", file_options, ENDING_ERROR, .says = "--initrd cannot be used"},
    {"image-no-kernel", no_kernel, ENDING_ERROR, .says = ".linux: not an ELF file"},
    {"image-no-kernel-beside", no_kernel_beside, ENDING_ERROR, NULL, check_both_said, .seeds = 2},
    {"image-without-headers", image_without_headers, ENDING_BOOT},
    {"image-measured", measured_image, ENDING_BOOT, NULL, check_measured_image, .faults = true},
    {"image-measured-outside", measured_image_outside, ENDING_BOOT, NULL, check_measured_outside},
    {"image-empty-sections", empty_sections, ENDING_BOOT, NULL, check_empty_sections},
    {"image-damaged", damaged_image, ENDING_ERROR, .says = "damaged", .seeds = 2},
    {"image-offered-initrd", offered_initrd, ENDING_BOOT, .seeds = 2},
    {"image-offered-refused", offered_initrd_refused, ENDING_ERROR, .check = check_not_measured,
     .says = "no signature covers this initrd"},
    {.name = NULL},
};
