/* SPDX-License-Identifier: BSD-2-Clause */
/* The TPM's event log: handed over in a copy of ACPI's TPM2 table, or, when in doubt, not at all.
 */
#include "tests/firmware/scenarios/scenarios.h"

#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/guest.h"
#include "tests/firmware/fake/own_image.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/tpm.h"
#include "tests/firmware/scenarios/machines.h"
#include "tests/firmware/scenarios/setup.h"
#include "tests/lib/support.h"

#include <stdio.h>
#include <string.h>

#define HEADER 36
#define RSDT   128 /* offsets in the page of tables */
#define TPM2   400
#define LAML   64
#define LASA   68

#define FIRST_EVENT (TPM_LOG + 69)
#define ADDONS      45
#define EVENT_SIZE  72 /* without data */

static uint64_t chosen; /* what goes wrong */

static void put_root(uint8_t *root, const char *name, unsigned width)
{
    memcpy(root, name, 4);
    put_number(root + 4, 4, HEADER + 2 * width);
    put_number(root + HEADER, width, USUAL_ACPI + ACPI_MCFG);
    put_number(root + HEADER + width, width, USUAL_ACPI + TPM2);
    root[9] = 0;
    acpi_sign(root, HEADER + 2 * width, 9);
}

/* The usual machine with a TPM2 table of `size` bytes, which says that a log is at `log`. */
static void machine_with_tpm2(uint32_t size, bool has_rsdt, uint64_t log)
{
    uint8_t tables[ACPI_SIZE], *tpm2 = tables + TPM2;

    setup_plain();
    options_set("vmlinux");
    acpi_make(tables, USUAL_ACPI, USUAL_ECAM);
    put_root(tables + ACPI_XSDT, "XSDT", 8);
    if (has_rsdt) {
        put_root(tables + RSDT, "RSDT", 4);
        put_number(tables + 16, 4, USUAL_ACPI + RSDT);
        tables[8] = tables[32] = 0;
        acpi_sign(tables, 20, 8);
        acpi_sign(tables, 36, 32);
    }
    memcpy(tpm2, "TPM2", 4);
    put_number(tpm2 + 4, 4, size);
    tpm2[8] = 3;
    memset(tpm2 + 10, 'x', 42);
    if (size >= 76 && log > 0) {
        put_number(tpm2 + LAML, 4, 0x4000);
        put_number(tpm2 + LASA, 8, log);
    }
    acpi_sign(tpm2, size, 9);
    physical_write(USUAL_ACPI, tables, sizeof(tables));
}

static void tpm(uint64_t seed)
{
    static const uint32_t sizes[] = {52, 76, 64, 84};

    machine_with_tpm2(sizes[seed % ELEMENTS(sizes)], seed % 2, 0);
    tpm_ways.measures_at_exit = 40;
    firmware_ways.refuse_exit = seed / 4;
    tpm_install();
    expect_event_log(USUAL_ACPI + TPM2, tpm_log_size);
}

/* The log grows after its size was asked for, and after it was copied. */
static void measure_late(enum service service, size_t call)
{
    if (service == SERVICE_GET_MEMORY_MAP)
        tpm_measure((uint32_t)(call % 50));
}

/* What we measure is in the log, the command line twice as long as it is; so there is room. */
static void long_command_line(uint64_t seed)
{
    static char options[8 + 14000];
    static const uint64_t lengths[] = {1, 2000, 13990};

    machine_with_tpm2(76, true, 0);
    memset(options, 'x', 8 + lengths[seed]);
    memcpy(options, "vmlinux ", 8);
    options_set(options);
    expect_command_line(options + 8);
    tpm_install();
    expect_event_log(USUAL_ACPI + TPM2, tpm_log_size);
}

/* What is wrong with the log's bytes. */
static const struct {
    uint64_t address, value;
    size_t width;
} damages[] = {
    {TPM_LOG + 4, 0, 4},                 /* type of the first event */
    {TPM_LOG + 28, UINT32_MAX, 4},       /* its size */
    {TPM_LOG + 28, 20, 4},               /* too short for the algorithms */
    {TPM_LOG + 32, 's', 1},              /* its signature */
    {TPM_LOG + 56, 0, 4},                /* number of algorithms */
    {TPM_LOG + 56, UINT32_MAX, 4},       /* the same */
    {TPM_LOG + 62, 0, 2},                /* size of a digest */
    {TPM_LOG + 62, 0xffff, 2},           /* the same */
    {FIRST_EVENT + 8, 3, 4},             /* number of digests */
    {FIRST_EVENT + 8, UINT32_MAX, 4},    /* the same */
    {FIRST_EVENT + 12, 5, 2},            /* an algorithm */
    {FIRST_EVENT + 68, UINT32_MAX, 4},   /* size of the data */
    {FIRST_EVENT + 68, TPM_LOG_ROOM, 4}, /* the same */
    {FIRST_EVENT + 68, 6, 4},            /* the same, so that the next event is not found */
};

/* Without a warning, but in verbose mode a line says whether there is a log. */
static void verbose(uint64_t seed)
{
    machine_with_tpm2(76, true, 0);
    options_set("--verbose vmlinux");
    tpm_install();
    if (seed) {
        tpm_damage(damages[0].address, damages[0].value, damages[0].width);
        return;
    }
    expect_event_log(USUAL_ACPI + TPM2, tpm_log_size);
}

static void check_said(void)
{
    bool damaged = strstr(run_said(), "no event log: the firmware has no complete one of its TPM");

    if (damaged == !!strstr(run_said(), "gets the TPM's event log, "))
        run_fail("the event log is not reported");
}

/* In memory that stays the firmware's. */
static void own_log(uint64_t seed)
{
    machine_with_tpm2(76 + 8 * (uint32_t)seed, seed, USUAL_NVS);
    tpm_install();
    physical_write(USUAL_NVS, tpm_log(), tpm_log_size());
}

/* In boot services' memory, and in free memory. */
static void lost_log(uint64_t seed)
{
    static const uint64_t places[] = {TPM_LOG, 0x2000000};

    machine_with_tpm2(76, seed % 2, places[seed]);
    tpm_install();
    expect_event_log(USUAL_ACPI + TPM2, tpm_log_size);
}

static void check_not_asked(void)
{
    if (tpm_calls() > 0)
        run_fail("the firmware was asked for its log");
}

/* As on QEMU: there is an area for the log, which firmware does not use. */
static void empty_area(uint64_t seed)
{
    static const uint8_t zeroes[0x4000];

    (void)seed;
    machine_with_tpm2(76, false, USUAL_NVS);
    physical_write(USUAL_NVS, zeroes, sizeof(zeroes));
    tpm_install();
    expect_event_log(USUAL_ACPI + TPM2, tpm_log_size);
}

static void no_protocol(uint64_t seed)
{
    (void)seed;
    machine_with_tpm2(76, true, 0);
}

/* Wrong answers of GetEventLog. */
static const struct tpm_answer answers[] = {
    {EFI_UNSUPPORTED, 0, 0, FALSE},
    {EFI_SUCCESS, 0, 0, FALSE}, /* EDK2 without a TPM */
    {EFI_SUCCESS, TPM_LOG, FIRST_EVENT, TRUE},
    {EFI_SUCCESS, TPM_LOG, 0, FALSE},
    {EFI_SUCCESS, 0, TPM_LOG, FALSE},
    {EFI_SUCCESS, TPM_LOG, TPM_LOG + 1, FALSE},
    {EFI_SUCCESS, TPM_LOG, FIRST_EVENT - 1, FALSE},
    {EFI_SUCCESS, TPM_LOG, UINT64_MAX, FALSE},
    {EFI_SUCCESS, FIRST_EVENT, FIRST_EVENT, FALSE},
    {EFI_SUCCESS, USUAL_DRIVERS_END - 16, USUAL_DRIVERS_END - 16, FALSE},
    {EFI_SUCCESS, 0x2000000, 0x2000100, FALSE}, /* free memory */
    {EFI_SUCCESS, 0xffc00000, 0xffc00100, FALSE},
    {EFI_SUCCESS, 0xa0000, 0xa0100, FALSE},
    {EFI_SUCCESS, UINT64_MAX - 8, UINT64_MAX - 4, FALSE},
};

static void answer_wrongly(size_t call, struct tpm_answer *answer)
{
    (void)call;
    *answer = answers[chosen];
}

static void lying(uint64_t seed)
{
    machine_with_tpm2(76, seed % 2, 0);
    tpm_install();
    if (seed < ELEMENTS(damages)) {
        tpm_damage(damages[seed].address, damages[seed].value, damages[seed].width);
        return;
    }
    chosen = seed - ELEMENTS(damages);
    tpm_ways.answer = answer_wrongly;
}

/* The second call, when there is a place for the log. */
static void answer_wrongly_late(size_t call, struct tpm_answer *answer)
{
    if (call >= 2)
        *answer = answers[chosen];
}

static size_t nothing(void)
{
    return 0;
}

static void lying_late(uint64_t seed)
{
    machine_with_tpm2(76, seed % 2, 0);
    tpm_install();
    chosen = seed;
    tpm_ways.answer = answer_wrongly_late;
    expect_event_log(USUAL_ACPI + TPM2, nothing);
}

static void grown_too_much(uint64_t seed)
{
    (void)seed;
    machine_with_tpm2(76, true, 0);
    tpm_install();
    expect_event_log(USUAL_ACPI + TPM2, nothing);
}

static void measure_much(enum service service, size_t call)
{
    (void)call;
    if (service == SERVICE_GET_EVENT_LOG && tpm_calls() == 1)
        tpm_measure(20 * KIB);
}

/* Where the table of final events cannot be. */
static const uint64_t final_places[] = {1, 0x2000000, 0xffc00000, UINT64_MAX, USUAL_NVS + 0xfff8};

/* What is wrong with it. The first event's data has no bytes. */
static const struct {
    size_t offset;
    uint64_t value;
    size_t width;
} final_damages[] = {
    {0, 2, 8}, {0, 0, 8}, {8, 0, 8}, {16 + 8, 3, 4}, {16 + 12, 5, 2}, {16 + 68, UINT32_MAX, 4},
};

static void change_final(uint8_t table[TPM_FINAL_ROOM])
{
    put_number(table + final_damages[chosen].offset, final_damages[chosen].width,
               final_damages[chosen].value);
}

/* The copy is handed over, without what was measured later. */
static void lying_final(uint64_t seed)
{
    machine_with_tpm2(76, seed % 2, 0);
    tpm_ways.measures_at_exit = 100;
    if (seed < ELEMENTS(final_places)) {
        tpm_ways.final = final_places[seed];
    } else {
        chosen = seed - ELEMENTS(final_places);
        tpm_ways.change_final = change_final;
    }
    tpm_install();
    expect_event_log(USUAL_ACPI + TPM2, tpm_copied_size);
}

/* Of two events only the first has room. */
static size_t one_more(void)
{
    return tpm_copied_size() + EVENT_SIZE + tpm_ways.measures_at_exit;
}

static void large_final(uint64_t seed)
{
    machine_with_tpm2(76, true, 0);
    tpm_ways.measures_at_exit = (uint32_t)(seed ? 8 * KIB : 16 * KIB) - EVENT_SIZE;
    tpm_install();
    expect_event_log(USUAL_ACPI + TPM2, seed ? tpm_log_size : one_more);
}

/* Each is an event of its own, and all of them are more than what is kept free for the firmware. */
static void many_modules(uint64_t seed)
{
    char line[8000] = "";
    size_t length = 0;

    (void)seed;
    machine_with_tpm2(76, true, 0);
    for (int i = 0; i < 250; i++) {
        char path[16];

        snprintf(path, sizeof(path), "\\m%03d", i);
        put_module(path, 5, "");
        length += (size_t)snprintf(line + length, sizeof(line) - length, "--module=%s ", path);
    }
    snprintf(line + length, sizeof(line) - length, "vmlinux");
    options_set(line);
    tpm_install();
    expect_event_log(USUAL_ACPI + TPM2, tpm_log_size);
}

/* The same for what is beside an image: the events have the names of the files, in UCS-2. */
static void many_addons(uint64_t seed)
{
    struct kernel_shape kernel = plain_kernel;
    size_t size;
    uint8_t *bytes;

    (void)seed;
    kernel.is_linux = true;
    bytes = kernel_make(&kernel, &size);
    machine_with_tpm2(76, true, 0);
    own_image_add_text(".text", "code");
    own_image_add(".linux", bytes, size);
    own_image_install(20 * MIB);
    options_set("");
    expect_kernel(bytes, size);
    expect_module("");
    for (int i = 0; i < ADDONS; i++) {
        char path[230];
        struct pe_file addon;

        snprintf(path, sizeof(path), "\\loader\\addons\\%0*d.addon.efi", 200, i);
        pe_file_start(&addon);
        pe_file_add_text(&addon, ".initrd", "part");
        file_put(path, addon.bytes, addon.size);
        pe_file_free(&addon);
        expect_module_part((const uint8_t *)"part", 4);
    }
    tpm_install();
    expect_event_log(USUAL_ACPI + TPM2, tpm_log_size);
}

static void promise_more(uint8_t table[TPM_FINAL_ROOM])
{
    put_number(table + 8, 8, UINT64_MAX);
}

/* The count is more than there are, once the copy has been made. */
static void promise_at_exit(enum service service, size_t call)
{
    (void)call;
    if (service == SERVICE_EXIT_BOOT_SERVICES)
        tpm_ways.change_final = promise_more;
}

const struct scenario tpm_scenarios[] = {
    {"tpm", tpm, ENDING_BOOT, NULL, .hook = measure_late, .seeds = 2, .faults = true},
    {"tpm-command-line", long_command_line, ENDING_BOOT, NULL, .seeds = 3},
    {"tpm-exit-again", tpm, ENDING_BOOT, NULL, .hook = measure_late, .seeds = 12},
    {"tpm-verbose", verbose, ENDING_BOOT, "the kernel gets ", check_said, .seeds = 2},
    {"tpm-own-log", own_log, ENDING_BOOT, NULL, check_not_asked, .seeds = 2},
    {"tpm-lost-log", lost_log, ENDING_BOOT, NULL, .seeds = 2},
    {"tpm-empty-area", empty_area, ENDING_BOOT, NULL},
    {"tpm-no-protocol", no_protocol, ENDING_BOOT, NULL},
    {"tpm-lying", lying, ENDING_BOOT, NULL, .seeds = ELEMENTS(damages) + ELEMENTS(answers)},
    {"tpm-lying-late", lying_late, ENDING_BOOT, NULL, .seeds = ELEMENTS(answers)},
    {"tpm-grown-too-much", grown_too_much, ENDING_BOOT, NULL, .hook = measure_much},
    {"tpm-final-lying", lying_final, ENDING_BOOT, NULL, .hook = measure_late,
     .seeds = ELEMENTS(final_places) + ELEMENTS(final_damages)},
    {"tpm-many-modules", many_modules, ENDING_BOOT},
    {"tpm-many-addons", many_addons, ENDING_BOOT},
    {"tpm-final-large", large_final, ENDING_BOOT, NULL, .seeds = 2},
    {"tpm-final-promises", tpm, ENDING_BOOT, NULL, .hook = promise_at_exit},
    {.name = NULL},
};
