/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is measured into the TPM, to the byte, and what is not: what is refused, a dry run, on
 * machines without a TPM.
 */
#include "tests/firmware/scenarios/scenarios.h"

#include "efi/firmware/proto/memory_attribute.h"
#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/tpm.h"
#include "tests/firmware/fake/variables.h"
#include "tests/firmware/scenarios/machines.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/support.h"

#include <string.h>

#define ENTRIES "\\loader\\entries\\"
#define CONFIG  "\\loader\\loader.conf"

#define EV_EVENT_TAG 6
#define EV_IPL       13

#define SETTINGS  "timeout 0\r\n# \xff\n" /* measured as it is */
#define FIRST_KEY (TICKS_PER_SECOND / 2)
#define ENTER     '\r'

struct wanted {
    uint32_t pcr, type;
    const char *event;
    size_t event_size;
    const char *data;
    size_t size;
};

/* String literals with their NUL, and in UCS-2 with two. */
#define BYTES(literal) (literal), sizeof(literal)

#define WANTED_CONFIG(data)                                                                        \
    {                                                                                              \
        5, EV_EVENT_TAG, BYTES("\x2a\x58\xbc\xf5\x18\0\0\0l\0o\0a\0d\0e\0r\0.\0c\0o\0n\0f\0\0"),   \
            (data), sizeof(data) - 1                                                               \
    }
#define WANTED_PARAMETERS(text)                                                                    \
    {                                                                                              \
        12, EV_IPL, BYTES(text), BYTES(text)                                                       \
    }
#define WANTED_OPTIONS(text)                                                                       \
    {                                                                                              \
        9, EV_EVENT_TAG, BYTES("\xed\x22\x3b\x8f\x1a\0\0\0LOADED_IMAGE::LoadOptions"), BYTES(text) \
    }

/* The data are those of a file: the path on the volume is in `data`. */
#define WANTED_KERNEL(path)                                                                        \
    {                                                                                              \
        9, EV_IPL, BYTES(path), "\\vmlinux", FILE_BYTES                                            \
    }
#define WANTED_INITRD(path)                                                                        \
    {                                                                                              \
        9, EV_EVENT_TAG, BYTES("\xec\x22\x3b\x8f\x0d\0\0\0Linux initrd"), (path), FILE_BYTES       \
    }
#define FILE_BYTES SIZE_MAX

#define NEW "n\0e\0w\0 \0x\0=\0\xac\x20\0"
#define OLD "o\0l\0d\0\0"

static void check_extends(const struct wanted *wanted, size_t count)
{
    if (tpm_extend_count() != count)
        run_fail("%zu measurements instead of %zu", tpm_extend_count(), count);
    for (size_t i = 0; i < count; i++) {
        const struct tpm_extend *extend = &tpm_extends[i];
        const void *data = wanted[i].data;
        size_t size = wanted[i].size;

        if (extend->pcr != wanted[i].pcr || extend->type != wanted[i].type)
            run_fail("measurement %zu: PCR %u, type %u", i, extend->pcr, extend->type);
        if (extend->event_size != wanted[i].event_size ||
            memcmp(extend->event, wanted[i].event, extend->event_size) != 0)
            run_fail("measurement %zu logs something else", i);
        if (wanted[i].size == FILE_BYTES)
            data = file_bytes(wanted[i].data, &size);
        if (extend->size != size || memcmp(extend->data, data, extend->size) != 0)
            run_fail("measurement %zu is of something else", i);
    }
}

static void check_none(void)
{
    check_extends(NULL, 0);
    if (strstr(run_said(), "TPM") || strstr(run_said(), "measured"))
        run_fail("speaks of a TPM");
}

static void setup_entries(const char *config)
{
    setup_plain();
    file_put_text(CONFIG, config);
    file_put_text(ENTRIES "new.conf",
                  "sort-key a\nversion 2\nlinux /vmlinux\noptions new x=\xe2\x82\xac\n");
    file_put_text(ENTRIES "old.conf", "sort-key a\nversion 1\nlinux /vmlinux\noptions old\n");
    expect_command_line("new x=\xe2\x82\xac");
    expect_fallback("old");
}

/* ------------------------------------------------------------------------------------------------
 * What is measured
 */

static void make_old(struct tcg2_capability *capability)
{
    capability->structure_minor = 0;
    capability->number_of_banks = capability->active_banks = 0;
}

static void entry(uint64_t seed)
{
    setup_entries(SETTINGS);
    if (seed == 1)
        tpm_ways.extending = EFI_VOLUME_FULL;
    if (seed == 2)
        tpm_ways.capability = make_old;
    tpm_install();
}

static void check_entry(void)
{
    static const struct wanted wanted[] = {
        WANTED_CONFIG(SETTINGS),
        WANTED_KERNEL("/vmlinux"),
        WANTED_PARAMETERS(NEW),
        WANTED_OPTIONS(NEW),
    };
    bool is_old = tpm_ways.capability == make_old;

    check_extends(wanted, ELEMENTS(wanted));
    check_loader_variable("LoaderTpm2ActivePcrBanks", is_old ? "0xffffffff" : "0x00000003");
}

static void check_entry_quiet(void)
{
    check_entry();
    if (strstr(run_said(), "TPM"))
        run_fail("speaks of a TPM");
}

static void verbose(uint64_t seed)
{
    (void)seed;
    setup_entries(SETTINGS);
    options_set("--verbose");
    tpm_install();
}

static void check_verbose(void)
{
    static const char *const lines[] = {
        "measured into PCR 5: loader.conf",
        "measured into PCR 12: command line",
        "measured into PCR 9: command line",
    };

    check_all_said(lines, ELEMENTS(lines));
}

/* Without entries there is no loader.conf. */
static void setup_option(size_t initrd_size)
{
    setup_plain();
    file_put_text(CONFIG, SETTINGS);
    put_module("\\a.img", initrd_size, "");
    options_set("--initrd a.img vmlinux old");
    expect_command_line("old");
    tpm_install();
}

static void option(uint64_t seed)
{
    (void)seed;
    setup_option(3001);
}

static void check_option(void)
{
    static const struct wanted wanted[] = {WANTED_KERNEL("vmlinux"), WANTED_PARAMETERS(OLD),
                                           WANTED_OPTIONS(OLD), WANTED_INITRD("\\a.img")};

    check_extends(wanted, ELEMENTS(wanted));
}

/* There is hardly any free memory but what the kernel, and the first 2 MiB of an initrd, go to. */
static void use_up_memory(void)
{
    static const struct range used[] = {{0x300000, USUAL_DRIVERS},
                                        {USUAL_DRIVERS_END, 0x3000000},
                                        {0x3040000, 0x3c00000},
                                        {4 * GIB, 5 * GIB}};

    for (size_t i = 0; i < ELEMENTS(used); i++)
        require(physical_change(EfiBootServicesData, used[i]));
}

/* There is no memory for a copy: it is measured where the kernel finds it. */
static void scarce_memory(uint64_t seed)
{
    (void)seed;
    setup_option(0x180000);
    use_up_memory();
}

/* In several pieces until boot services have ended: it is measured as a whole. */
static void staged_initrd(uint64_t seed)
{
    (void)seed;
    setup_option(0x280000);
    use_up_memory();
    physical_add(EfiConventionalMemory, HIGH_MEMORY_START, HIGH_MEMORY_START + 16 * MIB);
}

/* A module's command line is measured as the kernel's is: Xen passes it on. */
static void module_options(uint64_t seed)
{
    (void)seed;
    setup_plain();
    put_module("\\more", 700, "old");
    options_set("--module \"more old\" vmlinux");
    tpm_install();
}

static void check_module_options(void)
{
    static const struct wanted wanted[] = {
        WANTED_KERNEL("vmlinux"),
        {9, EV_IPL, BYTES("more"), "\\more", FILE_BYTES},
        WANTED_PARAMETERS(OLD),
    };

    check_extends(wanted, ELEMENTS(wanted));
}

static void check_no_config(void)
{
    static const struct wanted wanted[] = {WANTED_KERNEL("/vmlinux"), WANTED_PARAMETERS(OLD),
                                           WANTED_OPTIONS(OLD)};

    check_extends(wanted, ELEMENTS(wanted));
}

static void no_config(uint64_t seed)
{
    (void)seed;
    setup_plain();
    file_put_text(ENTRIES "old.conf", "linux /vmlinux\noptions old\n");
    expect_command_line("old");
    tpm_install();
}

/* ------------------------------------------------------------------------------------------------
 * What is not
 */

static void no_options(uint64_t seed)
{
    (void)seed;
    setup_plain();
    options_set("vmlinux");
    tpm_install();
}

static void check_no_options(void)
{
    static const struct wanted wanted[] = {WANTED_KERNEL("vmlinux")};

    check_extends(wanted, ELEMENTS(wanted));
}

static void be_absent(struct tcg2_capability *capability)
{
    capability->tpm_present = FALSE;
}

static void have_no_banks(struct tcg2_capability *capability)
{
    capability->active_banks = 0;
}

static void no_tpm(uint64_t seed)
{
    setup_entries(SETTINGS);
    if (seed == 0)
        return;
    tpm_ways.capability = seed == 1 ? be_absent : have_no_banks;
    tpm_install();
}

static void check_no_tpm(void)
{
    size_t size;

    check_none();
    if (variable_find(&loader_variable_guid, "LoaderTpm2ActivePcrBanks", &size))
        run_fail("banks of a TPM that is none are announced");
}

static void dry_run(uint64_t seed)
{
    (void)seed;
    setup_entries(SETTINGS);
    options_set("--dry-run");
    tpm_install();
}

static void check_not_asked(void)
{
    check_none();
    if (tpm_asked() > 0)
        run_fail("the TPM is asked for");
}

/* loader.conf only: of the others, one has no kernel, and one names something that is none. */
static void refused(uint64_t seed)
{
    (void)seed;
    setup_plain();
    file_put_text(CONFIG, SETTINGS);
    file_put_text("\\text", "This is no kernel, but it is long enough to be one: it has more bytes "
                            "than an ELF header, which are looked at.\n");
    file_put_text(ENTRIES "a.conf", "linux /missing\noptions a\n");
    file_put_text(ENTRIES "b.conf", "linux /text\noptions b\n");
    file_put_text(ENTRIES "c.conf", "linux /vmlinux\ninitrd /missing\noptions c\n");
    tpm_install();
}

static void check_refused(void)
{
    static const struct wanted wanted[] = {WANTED_CONFIG(SETTINGS)};

    check_extends(wanted, ELEMENTS(wanted));
}

/* ------------------------------------------------------------------------------------------------
 * Failures
 */

static void failing(uint64_t seed)
{
    setup_entries(SETTINGS);
    tpm_ways.extending = seed ? EFI_OUT_OF_RESOURCES : EFI_DEVICE_ERROR;
    tpm_install();
}

/* The first one is told, and no other. */
static void check_told_once(void)
{
    static const char failure[] = " cannot be measured into the TPM (PCR 5: ";
    const char *first = strstr(run_said(), failure);

    if (!first || strstr(first + sizeof(failure), "cannot be measured"))
        run_fail("that nothing can be measured is not told, or more than once");
}

static EFI_STATUS EFIAPI get_protection(struct memory_attribute_protocol *this,
                                        EFI_PHYSICAL_ADDRESS base, UINT64 length,
                                        UINT64 *ret_attributes)
{
    (void)this, (void)base, (void)length;
    *ret_attributes = MEMORY_ATTRIBUTE_XP;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI refuse_protection(struct memory_attribute_protocol *this,
                                           EFI_PHYSICAL_ADDRESS base, UINT64 length,
                                           UINT64 attributes)
{
    (void)this, (void)base, (void)length, (void)attributes;
    return EFI_ACCESS_DENIED;
}

/* The trampoline cannot be made executable, which is found out after measuring. */
static void fail_late(void)
{
    static const EFI_GUID guid = MEMORY_ATTRIBUTE_PROTOCOL_GUID;
    static struct memory_attribute_protocol refusing = {get_protection, refuse_protection,
                                                        refuse_protection};

    handles_install(&console_handle, &guid, &refusing);
    tpm_install();
}

static void spent(uint64_t seed)
{
    (void)seed;
    setup_entries(SETTINGS);
    fail_late();
}

/* The other entry is not tried. */
static void check_spent(void)
{
    check_entry();
    if (!strstr(run_said(), "the trampoline"))
        run_fail("does not say why the boot failed");
}

static void spent_menu(uint64_t seed)
{
    static const struct {
        UINT16 scan;
        CHAR16 unicode;
    } keys[] = {{0, ENTER}, {SCAN_DOWN, 0}, {0, ENTER}, {0, 'q'}};

    (void)seed;
    setup_entries("timeout 5\n");
    for (size_t i = 0; i < ELEMENTS(keys); i++)
        keys_press(FIRST_KEY + i * TICKS_PER_SECOND, keys[i].scan, keys[i].unicode);
    fail_late();
}

static void check_spent_menu(void)
{
    static const struct wanted wanted[] = {
        WANTED_CONFIG("timeout 5\n"), WANTED_KERNEL("/vmlinux"), WANTED_PARAMETERS(NEW),
        WANTED_OPTIONS(NEW),          WANTED_KERNEL("/vmlinux"), WANTED_PARAMETERS(OLD),
        WANTED_OPTIONS(OLD),
    };

    check_extends(wanted, ELEMENTS(wanted));
}

#define SPENT "the TPM has recorded a boot that then failed"

const struct scenario measure_scenarios[] = {
    {"measured", entry, ENDING_BOOT, NULL, check_entry_quiet, .faults = true},
    {"measured-odd", entry, ENDING_BOOT, NULL, check_entry_quiet, .seeds = 3},
    {"measured-verbose", verbose, ENDING_BOOT, NULL, check_verbose},
    {"measured-option", option, ENDING_BOOT, NULL, check_option, .faults = true},
    {"measured-scarce-memory", scarce_memory, ENDING_BOOT, NULL, check_option},
    {"measured-staged", staged_initrd, ENDING_BOOT, NULL, check_option},
    {"measured-module-options", module_options, ENDING_BOOT, NULL, check_module_options},
    {"measured-no-config", no_config, ENDING_BOOT, NULL, check_no_config},
    {"measured-no-options", no_options, ENDING_BOOT, NULL, check_no_options},
    {"measured-no-tpm", no_tpm, ENDING_BOOT, NULL, check_no_tpm, .seeds = 3},
    {"measured-dry-run", dry_run, ENDING_SUCCESS, NULL, check_not_asked},
    {"measured-refused", refused, ENDING_ERROR, NULL, check_refused},
    {"measured-failing", failing, ENDING_BOOT, NULL, check_told_once, .seeds = 2},
    {"measured-spent", spent, ENDING_ERROR, SPENT, check_spent},
    {"measured-spent-menu", spent_menu, ENDING_SUCCESS, SPENT, check_spent_menu},
    {.name = NULL},
};
