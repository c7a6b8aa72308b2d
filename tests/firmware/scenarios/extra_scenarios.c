/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Credentials and extensions that entries name, for kernels and for EFI programs; and initrds that
 * the caller offers beside others.
 */
#include "tests/firmware/scenarios/scenarios.h"

#include "common/hash/sha256.h"
#include "efi/firmware/proto/load_file2.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/images.h"
#include "tests/firmware/fake/load_file.h"
#include "tests/firmware/fake/own_image.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/tpm.h"
#include "tests/firmware/fake/variables.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGE_PLACE (20 * MIB)
#define ENTRY       "\\loader\\entries\\a.conf"
#define EV_IPL      13

static const char extra_lines[] = "extra /keys/b.cred\n"
                                  "extra \\ext\\x.confext.raw\n"
                                  "extra /keys/A.CRED\n"
                                  "extra /ext/s.sysext.raw\n"
                                  "extra /ext/plain.raw\n";

/* The archives that they become, and the PCRs that they are measured into. */
static const struct archive_shape archives[] = {
    {".extra/credentials", 0500, 0400, {"b.cred", "A.CRED"}},
    {".extra/sysext", 0555, 0444, {"s.sysext.raw", "plain.raw"}},
    {".extra/confext", 0555, 0444, {"x.confext.raw"}},
};
static const uint32_t pcrs[ELEMENTS(archives)] = {12, 13, 12};

static void put_extras(void)
{
    file_put_text("\\keys\\b.cred", "b.cred");
    file_put_text("\\keys\\A.CRED", "A.CRED");
    file_put_text("\\ext\\s.sysext.raw", "s.sysext.raw");
    file_put_text("\\ext\\plain.raw", "plain.raw");
    file_put_text("\\ext\\x.confext.raw", "x.confext.raw");
}

static void put_entry(const char *lines)
{
    char text[500];

    snprintf(text, sizeof(text), "%s\n%s", lines, extra_lines);
    file_put_text(ENTRY, text);
    put_extras();
}

static void expect_archives(void)
{
    for (size_t i = 0; i < ELEMENTS(archives); i++) {
        uint64_t size;
        const uint8_t *bytes = make_archive(&archives[i], &size);

        expect_module_part(bytes, size);
    }
}

/* The measurements of archives, in their order, wherever they are among others. */
static void check_measured(void)
{
    size_t found = 0;

    for (size_t i = 0; i < tpm_extend_count() && found < ELEMENTS(archives); i++) {
        uint64_t size;
        const uint8_t *bytes = make_archive(&archives[found], &size);

        if (tpm_extends[i].pcr == pcrs[found] && tpm_extends[i].type == EV_IPL &&
            tpm_extends[i].size == size && memcmp(tpm_extends[i].data, bytes, size) == 0)
            found++;
    }
    if (found < ELEMENTS(archives))
        run_fail("the archive %s is not measured", archives[found].directory);
}

/* ------------------------------------------------------------------------------------------------
 * Kernels
 */

static void linux_entry(uint64_t seed)
{
    setup_linux();
    if (seed < 2)
        tpm_install();
    expect_module("");
    if (seed == 0)
        put_module_part("\\initrd", 5001);
    put_entry(seed == 0 ? "linux /vmlinux\ninitrd /initrd" : "linux /vmlinux");
    expect_archives();
}

/* There is an archive, or an error: none of them is left out for want of memory. */
static void nothing_spare(uint64_t seed)
{
    linux_entry(seed);
    memory_ways.no_spare = true;
}

static void check_linux(void)
{
    if (tpm_extend_count() > 0)
        check_measured();
}

/* A bzImage is Linux (0). Of others, the notes tell: a stream is unpacked first (1). */
static void packed_linux(uint64_t seed)
{
    struct kernel_shape kernel = plain_kernel;

    setup_linux();
    kernel.is_linux = true;
    if (seed)
        put_stored_kernel("\\packed", &kernel);
    else
        put_packed_kernel("\\packed", "bz.gz");
    expect_module("");
    put_entry("linux /packed");
    expect_archives();
}

static void other_kernel(uint64_t seed)
{
    (void)seed;
    setup_plain();
    put_entry("linux /vmlinux\ninitrd /initrd");
    expect_module("");
    put_module_part("\\initrd", 5001);
}

/* It boots without a menu, and no menu passes it over, though what it does not get is missing. */
static void other_kernel_missing(uint64_t seed)
{
    setup_plain();
    file_put_text(ENTRY, "sort-key a\nlinux /vmlinux\nextra /gone.cred\noptions first\n");
    file_put_text("\\loader\\entries\\b.conf", "sort-key b\nlinux /vmlinux\noptions second\n");
    file_put_text("\\loader\\loader.conf", seed ? "timeout 3\n" : "timeout 0\n");
    expect_command_line("first");
}

/* What is missing is said, and the entry below is booted. */
static void missing(uint64_t seed)
{
    (void)seed;
    setup_linux();
    file_put_text(ENTRY, "sort-key a\nversion 2\nlinux /vmlinux\nextra /gone.cred\n");
    file_put_text("\\loader\\entries\\b.conf", "sort-key a\nversion 1\nlinux /vmlinux\n");
}

/* A menu tells before, whichever it is. */
static void missing_in_menu(uint64_t seed)
{
    static const char *const lines[] = {"extra /gone.cred\nextra /keys/b.cred\n",
                                        "extra /keys/b.cred\nextra /gone.cred\n"};
    char text[200];

    missing(seed);
    put_extras();
    snprintf(text, sizeof(text), "sort-key a\nversion 2\nlinux /vmlinux\n%s", lines[seed]);
    file_put_text(ENTRY, text);
    file_put_text("\\loader\\loader.conf", "timeout 3\n");
}

/* Nothing of the first attempt is in the second. */
static void second_attempt(uint64_t seed)
{
    (void)seed;
    setup_linux();
    put_entry("sort-key a\nversion 2\nlinux /vmlinux\nmodule /gone");
    file_put_text("\\loader\\entries\\b.conf",
                  "sort-key a\nversion 1\nlinux /vmlinux\ninitrd /initrd\n");
    expect_module("");
    put_module_part("\\initrd", 5001);
    tpm_install();
}

static void check_second(void)
{
    for (size_t i = 0; i < tpm_extend_count(); i++) {
        if (tpm_extends[i].pcr == 13)
            run_fail("an archive of another entry is measured");
    }
}

static char pins[1000];

static void pin(const char *path, bool rightly)
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    size_t size, length = strlen(pins);
    const uint8_t *bytes = file_bytes(path, &size);

    require(bytes);
    sha256(bytes, size, false, digest);
    digest[0] ^= !rightly;
    for (size_t i = 0; i < sizeof(digest); i++)
        length += (size_t)snprintf(pins + length, sizeof(pins) - length, "%02x", digest[i]);
    snprintf(pins + length, sizeof(pins) - length, "  %s\n", path);
}

enum { PINNED, NOT_PINNED, WRONG_PIN };

/* With Secure Boot on, they count as the initrd that they are a part of. */
static void pinned(uint64_t seed)
{
    uint64_t size;
    const uint8_t *bytes = make_archive(&archives[0], &size);

    setup_linux();
    put_extras();
    file_put_text(ENTRY, "linux /vmlinux\nextra /keys/b.cred\nextra /keys/A.CRED\n");
    pin("\\vmlinux", true);
    pin("\\keys\\b.cred", true);
    if (seed != NOT_PINNED)
        pin("\\keys\\A.CRED", seed == PINNED);
    own_image_add_text(".text", "code");
    own_image_add_text(".pins", pins);
    own_image_add_text(".cmdline", "signed");
    own_image_install(IMAGE_PLACE);
    set_secure_boot(true);
    expect_command_line("lockdown=integrity signed");
    expect_module("");
    expect_module_part(bytes, size);
}

/* With Secure Boot on, no menu unpacks a kernel to see whether it is Linux. */
static void other_kernel_pinned(uint64_t seed)
{
    other_kernel_missing(1);
    (void)seed;
    file_put_text(ENTRY, "sort-key a\nlinux /vmlinux\nextra /gone.cred\n");
    file_put_text("\\initrd", "of another entry");
    file_put_text("\\loader\\entries\\b.conf", "sort-key b\nlinux /vmlinux\ninitrd /initrd\n");
    pin("\\vmlinux", true);
    pin("\\initrd", true);
    own_image_add_text(".text", "code");
    own_image_add_text(".pins", pins);
    own_image_install(IMAGE_PLACE);
    set_secure_boot(true);
    expect_command_line("");
}

static void not_pinned(uint64_t seed)
{
    pinned(NOT_PINNED + seed);
}

/* ------------------------------------------------------------------------------------------------
 * EFI programs
 */

/* What a program finds as its initrd, as Linux's EFI stub looks for it. */
static void find_initrd(void)
{
    static const struct {
        uint8_t header[4];
        EFI_GUID vendor;
        uint8_t end[4];
    } media = {{4, 3, 20, 0}, LINUX_INITRD_MEDIA_GUID, {0x7f, 0xff, 4, 0}};
    EFI_GUID guid = LOAD_FILE2_PROTOCOL_GUID;
    EFI_DEVICE_PATH *path = (EFI_DEVICE_PATH *)(uintptr_t)&media;
    struct load_file2_protocol *protocol;
    uint8_t found[4096], wanted[4096];
    UINTN size = 0, length = 0;
    EFI_HANDLE handle;

    if (!run_is_plain())
        return;
    require(BS->LocateDevicePath(&guid, &path, &handle) == EFI_SUCCESS);
    require(BS->HandleProtocol(handle, &guid, (void **)&protocol) == EFI_SUCCESS);
    require(protocol->load(protocol, path, TRUE, &size, NULL) == EFI_UNSUPPORTED);
    require(protocol->load(protocol, path, FALSE, NULL, NULL) == EFI_INVALID_PARAMETER);
    require(protocol->load(protocol, path, FALSE, &size, NULL) == EFI_BUFFER_TOO_SMALL);
    for (size_t i = 0; i < ELEMENTS(archives); i++) {
        uint64_t archive_size;
        const uint8_t *bytes = make_archive(&archives[i], &archive_size);

        require(length + archive_size <= sizeof(wanted));
        memcpy(wanted + length, bytes, archive_size);
        length += archive_size;
    }
    require(size == length);
    size--;
    require(protocol->load(protocol, path, FALSE, &size, found) == EFI_BUFFER_TOO_SMALL);
    require(size == length);
    require(protocol->load(protocol, path, FALSE, &size, found) == EFI_SUCCESS);
    require(size == length && memcmp(found, wanted, length) == 0);
}

static void program(uint64_t seed)
{
    static const char *const keys[] = {"uki /image.efi\noptions a b\nprofile 2",
                                       "efi /image.efi\noptions a b"};

    setup_plain();
    put_entry(keys[seed]);
    file_put_text("\\image.efi", "a program");
    fake_program.path = "\\image.efi";
    fake_program.on_start = find_initrd;
    tpm_install();
}

/* With Secure Boot on, the program is verified; what is passed to it is for it to judge. */
static void program_secure(uint64_t seed)
{
    program(seed);
    set_secure_boot(true);
}

/* Its options are measured as they are passed, with the profile. */
static void check_program(void)
{
    static const char with_profile[] = "@\0002\0 \0a\0 \0b\0\0";
    const char *wanted = with_profile;
    size_t size = sizeof(with_profile);
    const struct tpm_extend *last = &tpm_extends[tpm_extend_count() - 1];

    if (fake_program.starts != 1)
        run_fail("the program is started %zu times", fake_program.starts);
    check_measured();
    if (fake_program.options[0] != '@') {
        wanted += 6;
        size -= 6;
    }
    if (last->pcr != 12 || last->size != size || memcmp(last->data, wanted, size) != 0)
        run_fail("the program's options are not measured last");
}

/* There is an initrd already where one would be offered to the program. */
static void not_offered(uint64_t seed)
{
    program(seed);
    offer_elsewhere(5001);
}

static void check_not_started(void)
{
    if (fake_program.starts != 0)
        run_fail("the program is started");
}

/* The options are measured when the program has been accepted, and only then. */
static void refused(uint64_t seed)
{
    (void)seed;
    setup_plain();
    file_put_text(ENTRY, "uki /image.efi\noptions a\n");
    file_put_text("\\image.efi", "a program");
    fake_program.path = "\\image.efi";
    fake_program.loads = EFI_SECURITY_VIOLATION;
    tpm_install();
}

static void check_not_measured(void)
{
    for (size_t i = 0; i < tpm_extend_count(); i++) {
        if (tpm_extends[i].pcr >= 9)
            run_fail("PCR %u is extended", tpm_extends[i].pcr);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Initrds that the caller offers
 */

static void offered_beside_extras(uint64_t seed)
{
    (void)seed;
    setup_linux();
    put_entry("linux /vmlinux");
    offer_initrd(5001);
    expect_archives();
}

/* In an image, what is offered comes behind what is inside, and is left out with Secure Boot on. */
static void offered_to_image(uint64_t seed)
{
    bool is_secure = seed > 0;
    struct kernel_shape kernel = plain_kernel;
    size_t size;
    uint8_t *bytes;

    kernel.is_linux = true; /* others get nothing behind their initrd */
    bytes = kernel_make(&kernel, &size);
    setup_plain();
    own_image_add_text(".text", "code");
    own_image_add(".linux", bytes, size);
    own_image_add_text(".cmdline", "own");
    own_image_add_text(".initrd", "inside");
    own_image_install(IMAGE_PLACE);
    expect_kernel(bytes, size);
    expect_command_line(is_secure ? "lockdown=integrity own" : "own");
    offer_elsewhere(5001);
    expect_module("");
    expect_module_part((const uint8_t *)"inside", 6);
    if (is_secure)
        set_secure_boot(true);
    else
        expect_offered_part();
}

static void check_offered_to_image(void)
{
    size_t size;
    bool is_secure = variable_find(&global_variable_guid, "SecureBoot", &size) != NULL;

    if (is_secure != (strstr(run_said(), "is ignored, since Secure Boot is on") != NULL))
        run_fail("tells something else");
}

const struct scenario extra_scenarios[] = {
    {"extras", linux_entry, ENDING_BOOT, NULL, check_linux, .seeds = 3},
    {"extras-faults", linux_entry, ENDING_BOOT, .faults = true},
    {"extras-nothing-spare", nothing_spare, ENDING_BOOT, .faults = true},
    {"extras-packed", packed_linux, ENDING_BOOT, .seeds = 2, .faults = true},
    {"extras-other-kernel", other_kernel, ENDING_BOOT},
    {"extras-other-kernel-missing", other_kernel_missing, ENDING_BOOT, .seeds = 2},
    {"extras-missing", missing, ENDING_BOOT, "gone.cred: no such file"},
    {"extras-missing-in-menu", missing_in_menu, ENDING_BOOT,
     "a cannot boot: /gone.cred: no such file", .seeds = 2},
    {"extras-second", second_attempt, ENDING_BOOT, "gone: no such file", check_second},
    {"extras-pinned", pinned, ENDING_BOOT},
    {"extras-other-kernel-pinned", other_kernel_pinned, ENDING_BOOT},
    {"extras-not-pinned", not_pinned, ENDING_ERROR, "A.CRED: ", .seeds = 2},
    {"extras-program", program, ENDING_SUCCESS, NULL, check_program, .seeds = 2},
    {"extras-program-secure", program_secure, ENDING_SUCCESS, NULL, check_program, .seeds = 2},
    {"extras-program-faults", program, ENDING_SUCCESS, .faults = true},
    {"extras-not-offered", not_offered, ENDING_ERROR,
     "image.efi: the entry's credentials and extensions cannot be passed to it as an initrd: "
     "Already",
     check_not_started},
    {"extras-refused", refused, ENDING_ERROR, "refused by the firmware", check_not_measured},
    {"extras-offered", offered_beside_extras, ENDING_BOOT, .faults = true, .answer = EFI_NOT_FOUND},
    {"extras-offered-image", offered_to_image, ENDING_BOOT, NULL, check_offered_to_image,
     .seeds = 2},
    {.name = NULL},
};
