/* SPDX-License-Identifier: BSD-2-Clause */
/* What is beside an image that contains its kernel: addons, credentials and extensions. */
#include "tests/firmware/scenarios/scenarios.h"

#include "common/uki/cpio.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/images.h"
#include "tests/firmware/fake/own_image.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/tpm.h"
#include "tests/firmware/fake/variables.h"
#include "tests/firmware/scenarios/machines.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/pe_file.h"
#include "tests/lib/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGE_PLACE (20 * MIB) /* free in the usual machine */
#define ADDONS      "\\loader\\addons\\"
#define CREDENTIALS "\\loader\\credentials\\"
#define EXTENSIONS  "\\loader\\extensions\\"
#define BESIDE      "\\EFI\\pvhboot\\pvhboot.efi.extra.d\\"

#define EV_EVENT_TAG 6
#define EV_IPL       13

static void start_image(bool is_linux)
{
    struct kernel_shape kernel = plain_kernel;
    size_t size;
    uint8_t *bytes;

    kernel.is_linux = is_linux;
    machine_usual();
    bytes = kernel_make(&kernel, &size);
    own_image_add_text(".text", "code");
    own_image_add(".linux", bytes, size);
    own_image_add_text(".cmdline", "own");
    expect_kernel(bytes, size);
}

/* Puts an addon with sections of text: ".cmdline=x", ..., NULL. */
static void put_addon(const char *path, bool is_signed, const char *const *sections)
{
    struct pe_file file;
    uint8_t *end, *header;

    pe_file_start(&file);
    for (; *sections; sections++) {
        const char *text = strchr(*sections, '=');
        char name[PE_NAME_SIZE + 1];

        snprintf(name, sizeof(name), "%.*s", (int)(text - *sections), *sections);
        pe_file_add_text(&file, name, text + 1);
    }
    require(end = realloc(file.bytes, file.size + SIGNATURE_SIZE));
    file.bytes = end;
    memset(file.bytes + file.size, 0, SIGNATURE_SIZE);
    header = pe_file_header(&file);
    put_number(header + 24 + 108, 4, 6);
    put_number(header + 24 + 144, 4, file.size);
    put_number(header + 24 + 148, 4, SIGNATURE_SIZE);
    if (is_signed)
        image_sign(file.bytes, file.size + SIGNATURE_SIZE);
    file_put(path, file.bytes, file.size + SIGNATURE_SIZE);
    pe_file_free(&file);
}

#define ADDON(path, ...)        put_addon(path, false, (const char *const[]){__VA_ARGS__, NULL})
#define SIGNED_ADDON(path, ...) put_addon(path, true, (const char *const[]){__VA_ARGS__, NULL})

/* ------------------------------------------------------------------------------------------------
 * All of it
 */

static void expect_text(const char *text)
{
    expect_module_part((const uint8_t *)text, strlen(text));
}

/* The archives in the order in which they are passed, with two files or one. */
static const struct archive_shape archives[] = {
    {".extra/credentials", 0500, 0400, {"A.CRED", "b.cred"}},
    {".extra/global_credentials", 0500, 0400, {"g.cred"}},
    {".extra/sysext", 0555, 0444, {"a.sysext.raw", "b.raw"}},
    {".extra/global_sysext", 0555, 0444, {"gs.raw"}},
    {".extra/confext", 0555, 0444, {"c.confext.raw"}},
    {".extra/global_confext", 0555, 0444, {"gc.confext.raw"}},
};

static void put_named(const char *directory, const char *name)
{
    char path[100];

    snprintf(path, sizeof(path), "%s%s", directory, name);
    file_put_text(path, name);
}

static void put_companions(void)
{
    static const char *const beside[] = {"b.cred",       "A.CRED", "c.confext.raw", "b.raw",
                                         "a.sysext.raw", ".x.raw", "notes.txt"};

    for (size_t i = 0; i < ELEMENTS(beside); i++)
        put_named(BESIDE, beside[i]);
    put_named(CREDENTIALS, "g.cred");
    put_named(CREDENTIALS, "other.raw");
    put_named(EXTENSIONS, "gs.raw");
    put_named(EXTENSIONS, "gc.confext.raw");
    put_named(EXTENSIONS, "other.cred");
}

static void put_addons(void)
{
    ADDON(ADDONS "b.addon.efi", ".cmdline=bee");
    ADDON(ADDONS "a.addon.efi", ".cmdline= ay\n", ".initrd=a's initrd", ".ucode=a's ucode");
    ADDON(ADDONS "elsewhere.efi", ".cmdline=elsewhere");
    ADDON(BESIDE "z.addon.efi", ".cmdline=zet", ".ucode=z's ucode", ".uname=6.1");
    ADDON(BESIDE "kernel.addon.efi", ".cmdline=kernel", ".linux=x");
    ADDON(BESIDE "uname.addon.efi", ".cmdline=uname", ".uname=6.1.0");
    file_put_text(BESIDE "damaged.addon.efi", "MZ");
}

/* With a TPM, and for a kernel that takes all of it or only the command line. */
static void all(uint64_t seed)
{
    bool is_linux = seed == 0;

    start_image(is_linux);
    own_image_add_text(".initrd", "the initrd");
    own_image_add_text(".ucode", "ucode");
    own_image_add_text(".uname", "6.1");
    own_image_install(IMAGE_PLACE);
    put_addons();
    put_companions();
    tpm_install();
    expect_command_line("own ay bee zet");
    expect_module("");
    if (is_linux) {
        expect_text("z's ucode");
        expect_text("a's ucode");
        expect_text("ucode");
    }
    expect_text("the initrd");
    for (size_t i = 0; i < ELEMENTS(archives) && is_linux; i++) {
        uint64_t size;
        uint8_t *bytes = make_archive(&archives[i], &size);

        expect_module_part(bytes, size);
        free(bytes);
    }
    if (is_linux)
        expect_text("a's initrd");
}

static void check_messages(void)
{
    static const char *const lines[] = {
        BESIDE "kernel.addon.efi: this is no addon",
        BESIDE "kernel.addon.efi: is ignored",
        BESIDE "uname.addon.efi: this addon is for another kernel",
        BESIDE "damaged.addon.efi: is ignored",
    };

    check_all_said(lines, ELEMENTS(lines));
}

/* The next measurement into PCR 12 or 13. */
static const struct tpm_extend *next_extend(size_t *index)
{
    while (*index < tpm_extend_count() && tpm_extends[*index].pcr != 12 &&
           tpm_extends[*index].pcr != 13)
        ++*index;
    if (*index == tpm_extend_count())
        run_fail("a measurement is missing");
    return &tpm_extends[(*index)++];
}

static void check_extend(size_t *index, uint32_t pcr, uint32_t type, const void *bytes, size_t size)
{
    const struct tpm_extend *extend = next_extend(index);

    if (extend->pcr != pcr || extend->type != type || extend->size != size ||
        memcmp(extend->data, bytes, size) != 0)
        run_fail("measurement %zu is another one (PCR %u)", *index - 1, extend->pcr);
}

#define TEXT "a\0y\0 \0b\0e\0e\0 \0z\0e\0t\0\0"

static void check_all(void)
{
    size_t index = 0;

    check_messages();
    check_extend(&index, 12, EV_IPL, TEXT, sizeof(TEXT));
    if (tpm_extends[tpm_extend_count() - 1].size > 20) { /* the initrd: of Linux */
        for (size_t i = 0; i < ELEMENTS(archives); i++) {
            uint64_t size;
            uint8_t *bytes = make_archive(&archives[i], &size);

            check_extend(&index, i / 2 == 1 ? 13 : 12, EV_IPL, bytes, size);
            free(bytes);
        }
        check_extend(&index, 12, EV_EVENT_TAG, "z's ucode", 9);
        check_extend(&index, 12, EV_EVENT_TAG, "a's ucode", 9);
        check_extend(&index, 12, EV_EVENT_TAG, "a's initrd", 10);
    }
    for (; index < tpm_extend_count(); index++) {
        if (tpm_extends[index].pcr > 11)
            run_fail("measurement %zu is one too many", index);
    }
    check_loader_variable("StubPcrKernelParameters", "12");
}

/* ------------------------------------------------------------------------------------------------
 * Details
 */

/* The addon's text replaces an empty one, and is appended to one from outside. */
static void texts(uint64_t seed)
{
    static const char *const expected[] = {"own one", "x y one"};

    start_image(false);
    own_image_install(IMAGE_PLACE);
    ADDON(BESIDE "a.addon.efi", ".cmdline=one");
    ADDON(BESIDE "b.addon.efi", ".cmdline= \n");
    tpm_install();
    options_set(seed ? "x y" : "");
    expect_command_line(expected[seed]);
}

static void check_texts(void)
{
    size_t index = 0;

    if (tpm_extends[tpm_extend_count() - 1].data[0] == 'x') /* the whole command line */
        check_extend(&index, 12, EV_IPL, "x\0 \0y\0\0", 8);
    check_extend(&index, 12, EV_IPL, "o\0n\0e\0\0", 8);
}

static void with_faults(uint64_t seed)
{
    (void)seed;
    start_image(false);
    own_image_install(IMAGE_PLACE);
    ADDON(ADDONS "a.addon.efi", ".cmdline=one", ".initrd=x", ".ucode=y");
    put_companions();
    expect_command_line("own one");
    expect_fallback("own");
}

/* An archive with .osrel that leaves next to nothing of the memory that the arena takes for it. */
static uint8_t *make_large_archive(const char *osrel, uint64_t *ret_size)
{
    struct cpio_file file = {"os-release", (const uint8_t *)osrel, 0};
    const struct cpio_archive archive = {CPIO_EXTRA, .files = &file, .count = 1};
    uint64_t wanted = ARENA_CHUNK_SIZE + PAGE_SIZE - 64; /* for headers, and poisoned bytes */
    uint8_t *bytes;

    require(cpio_size(&archive, ret_size));
    file.size = wanted - *ret_size;
    require(cpio_size(&archive, ret_size) && *ret_size == wanted);
    require(bytes = malloc(wanted));
    cpio_write(&archive, bytes);
    own_image_add(".osrel", osrel, file.size);
    return bytes;
}

/* So many initrds that their list grows when those of addons are added, behind the archive. */
static void many(uint64_t seed)
{
    static char osrel[2 * ARENA_CHUNK_SIZE], texts[17][20];
    uint64_t size;
    uint8_t *bytes;

    (void)seed;
    start_image(true);
    memset(osrel, '#', sizeof(osrel));
    own_image_add_text(".initrd", "inside");
    bytes = make_large_archive(osrel, &size);
    own_image_install(IMAGE_PLACE);
    expect_command_line("own");
    expect_module("");
    expect_text("inside");
    expect_module_part(bytes, size);
    for (size_t i = 0; i < ELEMENTS(texts); i++) {
        char path[60];

        snprintf(path, sizeof(path), ADDONS "%c.addon.efi", (char)('a' + i));
        snprintf(texts[i], sizeof(texts[i]), ".initrd=%zu", i);
        ADDON(path, texts[i]);
        expect_text(strchr(texts[i], '=') + 1);
    }
    free(bytes);
}

static uint64_t lacking;

/* An allocation for the list of initrds is refused; they begin with what the caller may offer. */
static void lack_memory(enum service service, size_t call)
{
    static bool is_listing;
    static uint64_t allocations;

    (void)call;
    is_listing |= service == SERVICE_LOCATE_DEVICE_PATH;
    if (service == SERVICE_ALLOCATE_PAGES && is_listing)
        memory_ways.exhausted = allocations++ == lacking;
}

/* Without all of the initrds, the kernel is not started. */
static void many_too_many(uint64_t seed)
{
    lacking = seed;
    many(seed);
}

enum { FIRMWARE, SHIM_LOCK, SHIM_LOADER };

static void verify_by(uint64_t who)
{
    image_ways.verifies = image_ways.shim_verifies = true;
    images_install_security2();
    if (who == SHIM_LOCK)
        images_install_shim_lock();
    if (who == SHIM_LOADER)
        images_install_shim_loader();
}

/* What is not signed is left out; what is, counts as signed. */
static void secure(uint64_t seed)
{
    start_image(false);
    own_image_install(IMAGE_PLACE);
    set_secure_boot(true);
    verify_by(seed);
    ADDON(ADDONS "evil.addon.efi", ".cmdline=evil");
    SIGNED_ADDON(ADDONS "signed.addon.efi", ".cmdline=good");
    tpm_install();
    expect_command_line("own good");
    expect_fallback("own");
}

static void check_secure(void)
{
    if (strstr(run_said(), "signed.addon.efi") || !strstr(run_said(), "evil.addon.efi: is ignored"))
        run_fail("ignores another one");
    if (image_counts.firmware + image_counts.shim_lock + image_counts.shim_loads != 2)
        run_fail("asks for something else, or more than once");
}

/* Bytes that no signature covers: a section that reaches into the certificates. */
static void uncovered(uint64_t seed)
{
    struct pe_file file;
    uint8_t *header;

    (void)seed;
    start_image(false);
    own_image_install(IMAGE_PLACE);
    set_secure_boot(true);
    verify_by(FIRMWARE);
    pe_file_start(&file);
    pe_file_add_text(&file, ".cmdline", "evil");
    header = pe_file_header(&file);
    put_number(header + 24 + 108, 4, 6);
    put_number(header + 24 + 144, 4, file.size - SIGNATURE_SIZE);
    put_number(header + 24 + 148, 4, SIGNATURE_SIZE);
    put_number(pe_file_row(&file, 0) + 8, 4, 0x1000);
    image_sign(file.bytes, file.size);
    file_put(ADDONS "evil.addon.efi", file.bytes, file.size);
    pe_file_free(&file);
    expect_command_line("own");
}

static void unknown(uint64_t seed)
{
    static const uint8_t two[2] = {1, 1};

    (void)seed;
    start_image(true);
    own_image_install(IMAGE_PLACE);
    variable_put(&global_variable_guid, "SecureBoot", two, sizeof(two));
    variable_put(&global_variable_guid, "SetupMode", &(const uint8_t){0}, 1);
    verify_by(FIRMWARE);
    SIGNED_ADDON(ADDONS "signed.addon.efi", ".cmdline=good");
    put_companions();
    expect_command_line("lockdown=integrity own");
}

/* Each directory in which there is something, with the reason. */
static void check_unknown(void)
{
    static const char *const lines[] = {
        "pvhboot: \\loader\\addons: is ignored",
        "pvhboot: \\loader\\credentials: is ignored",
        "pvhboot: \\loader\\extensions: is ignored",
        "pvhboot: \\EFI\\pvhboot\\pvhboot.efi.extra.d: is ignored",
    };

    check_all_said(lines, ELEMENTS(lines));
}

static void unreadable(uint64_t seed)
{
    start_image(false);
    own_image_install(IMAGE_PLACE);
    ADDON(ADDONS "a.addon.efi", ".cmdline=one");
    if (seed == 0) {
        medium_ways.damaged = "loader\\addons\\a.addon.efi";
        medium_ways.damaged_range = (struct range){0, 1};
        medium_ways.damage = EFI_DEVICE_ERROR;
    } else {
        medium_ways.unlisted = 1;
    }
    expect_command_line("own");
}

/* The directory's name has no boot counters. */
static void counted(uint64_t seed)
{
    (void)seed;
    start_image(false);
    own_image_install(IMAGE_PLACE);
    fake_loaded_image.FilePath = make_device_path("\\EFI\\Linux\\x+3-1.efi");
    ADDON("\\EFI\\Linux\\x.efi.extra.d\\a.addon.efi", ".cmdline=one");
    ADDON("\\EFI\\Linux\\x+3-1.efi.extra.d\\a.addon.efi", ".cmdline=two");
    expect_command_line("own one");
}

/* A path of several nodes, as GRUB makes them, with and without backslashes between them. */
static void in_nodes(uint64_t seed)
{
    static const char *const paths[][2] = {
        {"\\EFI\\Linux", "x.efi"},     {"\\EFI\\Linux", "\\x.efi"}, {"\\EFI\\Linux\\", "x.efi"},
        {"\\EFI\\Linux\\", "\\x.efi"}, {"\\", "EFI\\Linux\\x.efi"}, {"", "\\EFI\\Linux\\x.efi"}};

    start_image(false);
    own_image_install(IMAGE_PLACE);
    fake_loaded_image.FilePath = make_split_path(paths[seed][0], paths[seed][1]);
    ADDON("\\EFI\\Linux\\x.efi.extra.d\\a.addon.efi", ".cmdline=one");
    expect_command_line("own one");
}

/* A file that is named like no EFI program: its directory's name is all of it. */
static void without_suffix(uint64_t seed)
{
    (void)seed;
    start_image(false);
    own_image_install(IMAGE_PLACE);
    fake_loaded_image.FilePath = make_device_path("\\EFI\\Linux\\x");
    ADDON("\\EFI\\Linux\\x.extra.d\\a.addon.efi", ".cmdline=one");
    ADDON("\\EFI\\Linux\\x.efi.extra.d\\a.addon.efi", ".cmdline=two");
    expect_command_line("own one");
}

/* It is not known what file the image was loaded from. */
static void nameless(uint64_t seed)
{
    (void)seed;
    start_image(false);
    own_image_install(IMAGE_PLACE);
    fake_loaded_image.FilePath = NULL;
    ADDON(ADDONS "a.addon.efi", ".cmdline=one");
    ADDON(".extra.d\\a.addon.efi", ".cmdline=two");
    expect_command_line("own one");
}

const struct scenario addon_scenarios[] = {
    {"addons", all, ENDING_BOOT, NULL, check_all, .seeds = 2},
    {"addons-texts", texts, ENDING_BOOT, NULL, check_texts, .seeds = 2},
    {"addons-faults", with_faults, ENDING_BOOT, .faults = true},
    {"addons-many", many, ENDING_BOOT},
    {"addons-too-many", many_too_many, ENDING_ERROR, "has no memory left", .hook = lack_memory,
     .seeds = 2},
    {"addons-secure", secure, ENDING_BOOT, NULL, check_secure, .seeds = 3, .faults = true,
     .answer = EFI_NOT_FOUND},
    {"addons-uncovered", uncovered, ENDING_BOOT, "evil.addon.efi: is ignored"},
    {"addons-unknown", unknown, ENDING_BOOT, "Secure Boot's state cannot be read", check_unknown},
    {"addons-unreadable", unreadable, ENDING_BOOT, "is ignored", .seeds = 2},
    {"addons-counted", counted, ENDING_BOOT},
    {"addons-in-nodes", in_nodes, ENDING_BOOT, .seeds = 6},
    {"addons-without-suffix", without_suffix, ENDING_BOOT},
    {"addons-nameless", nameless, ENDING_BOOT},
    {.name = NULL},
};
