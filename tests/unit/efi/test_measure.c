/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * efi/boot/measure.c and efi/firmware/tpm.c: what is hashed and what is logged, to the byte, by
 * what systemd-stub 257, systemd-boot 257, Linux's EFI stub and GRUB do; and firmware that fails.
 */
#include "tests/lib/support.h"

#include "efi/boot/measure.h"
#include "efi/console/console.h"
#include "efi/firmware/acpi.h"
#include "efi/firmware/interface_variables.h"
#include "efi/firmware/pages.h"
#include "efi/firmware/proto/tcg2.h"
#include "efi/firmware/system_table.h"
#include "efi/firmware/timing.h"
#include "pvh/messages.h"

#include <stdio.h>
#include <string.h>

#define EV_EVENT_TAG 6
#define EV_IPL       13

EFI_SYSTEM_TABLE *ST;
EFI_BOOT_SERVICES *BS;
EFI_RUNTIME_SERVICES *RT;

/* The firmware, and what it was called with. */
static struct {
    struct tcg2_capability capability;
    EFI_STATUS asking, extending;
    bool absent;
    size_t asked, extended;
    uint32_t pcr, type; /* of the last HashLogExtendEvent */
    uint8_t data[200], event[200];
    size_t data_size, event_size;
} tpm;

static char said[2000], variables[400];
static struct measurements measurements;
static struct error failure;

static EFI_STATUS EFIAPI get_capability(struct tcg2_protocol *this,
                                        struct tcg2_capability *capability)
{
    (void)this;
    assert_int_equal(capability->size, 36);
    tpm.asked++;
    *capability = tpm.capability;
    return tpm.asking;
}

static uint32_t number_at(const uint8_t *bytes)
{
    return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static EFI_STATUS EFIAPI hash_log_extend_event(struct tcg2_protocol *this, UINT64 flags,
                                               EFI_PHYSICAL_ADDRESS data, UINT64 size,
                                               const void *event)
{
    const uint8_t *bytes = event;

    (void)this;
    assert_int_equal(flags, 0);
    assert_int_not_equal(data, 0);
    tpm.extended++;
    tpm.pcr = number_at(bytes + 10);
    tpm.type = number_at(bytes + 14);
    tpm.data_size = size;
    tpm.event_size = number_at(bytes) - 18;
    assert_true(size <= sizeof(tpm.data) && tpm.event_size <= sizeof(tpm.event));
    memcpy(tpm.data, (const void *)(uintptr_t)data, size);
    memcpy(tpm.event, bytes + 18, tpm.event_size);
    return tpm.extending;
}

static struct tcg2_protocol protocol;

static EFI_STATUS EFIAPI locate_protocol(EFI_GUID *guid, void *registration, void **ret_interface)
{
    static const EFI_GUID wanted = TCG2_PROTOCOL_GUID;

    assert_null(registration);
    assert_memory_equal(guid, &wanted, sizeof(wanted));
    *ret_interface = tpm.absent ? NULL : &protocol;
    return tpm.absent ? EFI_NOT_FOUND : EFI_SUCCESS;
}

/* What else the units need. */
void pages_init_arena(struct arena *arena)
{
    *arena = (struct arena){.chunks = NULL};
}

enum timing_phase timing_enter(enum timing_phase phase)
{
    return phase;
}

uint64_t acpi_readable_bytes(const struct memory_map *map, uint64_t address)
{
    (void)map, (void)address;
    return 0;
}

uint64_t system_table_find(const EFI_GUID *guid)
{
    (void)guid;
    return 0;
}

static void say(const char *text)
{
    size_t length = strlen(said);

    snprintf(said + length, sizeof(said) - length, "%s\n", text);
}

void console_verbose(const char *format, ...)
{
    char line[200];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    say(line);
}

EFI_STATUS console_print_error(struct error *error, struct text *copy)
{
    TEXT_ON_STACK(text, 400);

    error_append(&text, error);
    say(text.data);
    if (copy)
        text_append_line(copy, text.data);
    return EFIERR(error_status(error));
}

void interface_set_number(const char *name, uint64_t number)
{
    size_t length = strlen(variables);

    snprintf(variables + length, sizeof(variables) - length, "%s=%llu ", name,
             (unsigned long long)number);
}

static int begin(void **state)
{
    static EFI_BOOT_SERVICES services;

    (void)state;
    services.LocateProtocol = locate_protocol;
    protocol.get_capability = get_capability;
    protocol.hash_log_extend_event = hash_log_extend_event;
    BS = &services;
    memset(&tpm, 0, sizeof(tpm));
    tpm.capability = (struct tcg2_capability){
        .structure_major = 1, .structure_minor = 1, .tpm_present = TRUE, .active_banks = 2};
    memset(&measurements, 0, sizeof(measurements));
    failure = (struct error){.code = ERROR_NONE};
    said[0] = variables[0] = '\0';
    arena_fail_after(NEVER);
    return 0;
}

static void check_event(uint32_t pcr, uint32_t type, const void *event, size_t size)
{
    assert_int_equal(tpm.pcr, pcr);
    assert_int_equal(tpm.type, type);
    assert_int_equal(tpm.event_size, size);
    assert_memory_equal(tpm.event, event, size);
    assert_int_equal(arena_pieces(), 0);
}

static void check_data(const void *data, size_t size)
{
    assert_int_equal(tpm.data_size, size);
    assert_memory_equal(tpm.data, data, size);
}

/* A string literal with its NUL, and UCS-2: with two. */
#define BYTES(literal) (literal), sizeof(literal)

static void test_config(void **state)
{
    (void)state;
    measure_start(&measurements);
    assert_true(measure_config(&measurements, "timeout 3\n", 10, &failure));
    check_event(5, EV_EVENT_TAG,
                BYTES("\x2a\x58\xbc\xf5\x18\0\0\0"
                      "l\0o\0a\0d\0e\0r\0.\0c\0o\0n\0f\0\0"));
    check_data("timeout 3\n", 10);
    assert_string_equal(said, "measured into PCR 5: loader.conf\n");
    assert_false(measure_is_spent(&measurements));
}

static void test_kernel_file(void **state)
{
    (void)state;
    measure_start(&measurements);
    assert_true(measure_kernel_file(&measurements, "/vmlinux",
                                    "\x7f"
                                    "ELF",
                                    4, &failure));
    check_event(9, EV_IPL, BYTES("/vmlinux"));
    check_data("\x7f"
               "ELF",
               4);
    assert_string_equal(said, "measured into PCR 9: /vmlinux\n");
    assert_true(measure_is_spent(&measurements));
}

static void test_load_options(void **state)
{
    (void)state;
    measure_start(&measurements);
    assert_true(measure_load_options(&measurements, "a=\xc3\xa4", &failure));
    check_event(9, EV_EVENT_TAG,
                BYTES("\xed\x22\x3b\x8f\x1a\0\0\0"
                      "LOADED_IMAGE::LoadOptions"));
    check_data(BYTES("a\0=\0\xe4\0\0"));
    assert_string_equal(said, "measured into PCR 9: command line\n");
    assert_true(measure_load_options(&measurements, "", &failure));
    assert_int_equal(tpm.extended, 1);
    measure_announce(&measurements);
    assert_string_equal(variables, "");
}

static void test_initrd(void **state)
{
    (void)state;
    measure_start(&measurements);
    assert_true(measure_initrd(&measurements, "070701", 6, &failure));
    check_event(9, EV_EVENT_TAG,
                BYTES("\xec\x22\x3b\x8f\x0d\0\0\0"
                      "Linux initrd"));
    check_data("070701", 6);
    assert_string_equal(said, "measured into PCR 9: initrd\n");
}

static void test_kernel_parameters(void **state)
{
    (void)state;
    measure_start(&measurements);
    assert_true(measure_kernel_parameters(&measurements, "a b", &failure));
    check_event(12, EV_IPL, BYTES("a\0 \0b\0\0"));
    check_data(BYTES("a\0 \0b\0\0"));
    assert_string_equal(said, "measured into PCR 12: command line\n");
    assert_true(measure_kernel_parameters(&measurements, "", &failure));
    assert_int_equal(tpm.extended, 1);
    measure_announce(&measurements);
    assert_string_equal(variables, "StubPcrKernelParameters=12 ");
}

static void test_profile(void **state)
{
    (void)state;
    measure_start(&measurements);
    assert_true(measure_profile(&measurements, 0, &failure));
    assert_int_equal(tpm.extended, 0);
    assert_true(measure_profile(&measurements, 12, &failure));
    check_event(12, EV_EVENT_TAG,
                BYTES("\xdb\xd6\xae\x13\x06\0\0\0"
                      "1\0"
                      "2\0\0"));
    check_data(BYTES("1\0"
                     "2\0\0"));
    measure_announce(&measurements);
    assert_string_equal(variables, "StubPcrKernelParameters=12 ");
}

/* The name, then the bytes; the event is the same. An empty section is none. */
static void test_section(void **state)
{
    (void)state;
    measure_start(&measurements);
    assert_true(measure_section(&measurements, ".osrel", "ID=x\n", 5, &failure));
    check_event(11, EV_IPL, BYTES(".\0o\0s\0r\0e\0l\0\0"));
    check_data("ID=x\n", 5);
    assert_int_equal(tpm.extended, 2);
    tpm.extending = EFI_DEVICE_ERROR;
    measurements.required = true;
    assert_false(measure_section(&measurements, ".osrel", "ID=x\n", 5, &failure));
    check_event(11, EV_IPL, BYTES(".\0o\0s\0r\0e\0l\0\0"));
    check_data(BYTES(".osrel"));
    assert_int_equal(tpm.extended, 3);
    tpm.extending = EFI_SUCCESS;
    assert_true(measure_section(&measurements, ".cmdline", NULL, 0, &failure));
    assert_int_equal(tpm.extended, 3);
    assert_string_equal(said,
                        "measured into PCR 11: .osrel (name)\nmeasured into PCR 11: .osrel\n");
}

/* There was no memory for a copy of all initrds in one piece. */
static void test_bytes_that_are_not_there(void **state)
{
    (void)state;
    measure_start(&measurements);
    measurements.required = true;
    assert_false(measure_initrd(&measurements, NULL, 6, &failure));
    assert_error(&failure, ERROR_NOT_MEASURED, 9);
    assert_int_equal(EFIERR(failure.status), EFI_OUT_OF_RESOURCES);
    assert_false(measure_initrd(&measurements, NULL, 1, &failure));
    assert_int_equal(tpm.extended, 0);
}

static void test_addons(void **state)
{
    (void)state;
    measure_start(&measurements);
    assert_true(
        measure_addon(&measurements, MEASURED_ADDON_INITRD, "a.addon.efi", "x", 1, &failure));
    check_event(12, EV_EVENT_TAG,
                BYTES("\x0f\xfe\xdf\x49\x18\0\0\0"
                      "a\0.\0a\0d\0d\0o\0n\0.\0e\0f\0i\0\0"));
    check_data("x", 1);
    assert_true(measure_addon(&measurements, MEASURED_ADDON_UCODE, "u", "yz", 2, &failure));
    check_event(12, EV_EVENT_TAG,
                BYTES("\x1a\x8e\xc0\xda\x04\0\0\0"
                      "u\0\0"));
    check_data("yz", 2);
    measure_announce(&measurements);
    assert_string_equal(variables, "StubPcrKernelImage=11 ");
}

static void test_archives(void **state)
{
    static const struct {
        uint32_t pcr;
        const char *name, *variable;
    } wanted[MEASURED_ARCHIVES] = {
        {12, "Credentials initrd", "StubPcrKernelParameters=12 "},
        {12, "Global credentials initrd", "StubPcrKernelParameters=12 "},
        {13, "System extension initrd", "StubPcrInitRDSysExts=13 "},
        {13, "Global system extension initrd", "StubPcrInitRDSysExts=13 "},
        {12, "Configuration extension initrd", "StubPcrInitRDConfExts=12 "},
        {12, "Global configuration extension initrd", "StubPcrInitRDConfExts=12 "},
    };

    for (size_t i = 0; i < MEASURED_ARCHIVES; i++) {
        uint8_t event[100] = {0};
        size_t length = strlen(wanted[i].name);

        begin(state);
        measure_start(&measurements);
        for (size_t j = 0; j < length; j++)
            event[2 * j] = (uint8_t)wanted[i].name[j];
        assert_true(measure_archive(&measurements, (enum measured_archive)i, "0707", 4, &failure));
        check_event(wanted[i].pcr, EV_IPL, event, 2 * length + 2);
        check_data("0707", 4);
        measure_announce(&measurements);
        assert_string_equal(variables, wanted[i].variable);
    }
}

/* Every measurement of all kinds, for machines that do not measure. */
static bool measure_all(void)
{
    return measure_config(&measurements, "x", 1, &failure) &&
           measure_kernel_file(&measurements, "x", "x", 1, &failure) &&
           measure_load_options(&measurements, "x", &failure) &&
           measure_initrd(&measurements, "x", 1, &failure) &&
           measure_kernel_parameters(&measurements, "x", &failure) &&
           measure_profile(&measurements, 1, &failure) &&
           measure_section(&measurements, ".x", "x", 1, &failure) &&
           measure_addon(&measurements, MEASURED_ADDON_UCODE, "x", "x", 1, &failure) &&
           measure_archive(&measurements, MEASURED_SYSEXT, "x", 1, &failure);
}

static void check_silent(size_t asked)
{
    measure_start(&measurements);
    measurements.required = true;
    assert_true(measure_all());
    measure_tell_spent(&measurements, NULL);
    measure_announce(&measurements);
    assert_true(measure_check(&measurements, &failure));
    assert_int_equal(tpm.asked, asked);
    assert_int_equal(tpm.extended, 0);
    assert_string_equal(said, "");
    assert_string_equal(variables, "");
    assert_false(measure_is_spent(&measurements));
}

static void test_no_protocol(void **state)
{
    (void)state;
    tpm.absent = true;
    check_silent(0);
}

static void test_no_tpm(void **state)
{
    (void)state;
    tpm.capability.tpm_present = FALSE;
    check_silent(1);
}

static void test_no_banks(void **state)
{
    (void)state;
    tpm.capability.active_banks = 0;
    check_silent(1);
}

/* As in a dry run. */
static void test_not_started(void **state)
{
    (void)state;
    assert_true(measure_all());
    assert_int_equal(tpm.asked + tpm.extended, 0);
}

/* Of version 1.0: no banks are told, and what stands there is nothing. */
static void test_old_firmware(void **state)
{
    (void)state;
    tpm.capability.structure_minor = 0;
    tpm.capability.active_banks = 0;
    measure_start(&measurements);
    assert_int_equal(measurements.tpm.active_banks, TPM_BANKS_UNKNOWN);
    assert_true(measure_all());
    assert_int_equal(tpm.extended, 10);
}

static void test_full_log(void **state)
{
    (void)state;
    tpm.extending = EFI_VOLUME_FULL;
    measure_start(&measurements);
    measurements.required = true;
    assert_true(measure_all());
    measure_announce(&measurements);
    assert_string_equal(variables, "StubPcrKernelImage=11 StubPcrKernelParameters=12 "
                                   "StubPcrInitRDSysExts=13 ");
}

#define LOST                                                                                       \
    "so the system will not be given the secrets that are bound to it; restart the machine\n"

/* One warning, and no variable for a set of which something is missing. */
static void test_failing(void **state)
{
    (void)state;
    measure_start(&measurements);
    assert_true(measure_section(&measurements, ".linux", "x", 1, &failure));
    tpm.extending = EFI_DEVICE_ERROR;
    assert_true(measure_section(&measurements, ".osrel", "x", 1, &failure));
    assert_true(measure_kernel_parameters(&measurements, "x", &failure));
    tpm.extending = EFI_SUCCESS;
    assert_true(measure_section(&measurements, ".cmdline", "x", 1, &failure));
    assert_non_null(strstr(said,
                           ".osrel cannot be measured into the TPM (PCR 11: Device Error), " LOST
                           "measured into PCR 11: .cmdline (name)\n"));
    assert_int_equal(failure.code, ERROR_NONE);
    measure_announce(&measurements);
    assert_string_equal(variables, "");
}

static void test_failing_and_required(void **state)
{
    (void)state;
    measure_start(&measurements);
    measurements.required = true;
    tpm.extending = EFI_DEVICE_ERROR;
    assert_false(measure_kernel_file(&measurements, "/vmlinux", "x", 1, &failure));
    assert_int_equal(failure.code, ERROR_NOT_MEASURED);
    assert_int_equal(failure.number[0], 9);
    assert_string_equal(failure.name, "/vmlinux");
    assert_int_equal(EFIERR(failure.status), EFI_DEVICE_ERROR);
    assert_string_equal(said, "");
}

/* It may be that there is a TPM. */
static void test_not_telling(void **state)
{
    (void)state;
    tpm.asking = EFI_DEVICE_ERROR;
    measure_start(&measurements);
    assert_true(measure_all());
    assert_string_equal(said,
                        "loader.conf cannot be measured into the TPM (PCR 5: Device Error), " LOST);
    measurements.required = true;
    assert_false(measure_initrd(&measurements, "x", 1, &failure));
    assert_int_equal(failure.code, ERROR_NOT_MEASURED);
    assert_int_equal(tpm.extended, 0);
    assert_false(measure_is_spent(&measurements));
}

static void test_out_of_memory(void **state)
{
    (void)state;
    measure_start(&measurements);
    measurements.required = true;
    for (size_t allocations = 0; allocations < 2; allocations++) {
        arena_fail_after(allocations);
        assert_false(measure_kernel_parameters(&measurements, "x", &failure));
        assert_int_equal(failure.code, ERROR_NOT_MEASURED);
        assert_int_equal(EFIERR(failure.status), EFI_OUT_OF_RESOURCES);
        assert_int_equal(arena_pieces(), 0);
    }
    arena_fail_after(0);
    assert_false(measure_kernel_file(&measurements, "/vmlinux", "x", 1, &failure));
    assert_int_equal(tpm.extended, 0);
}

/* Told once after each boot; the next one is refused only when measurements are required. */
static void test_spent(void **state)
{
    TEXT_ON_STACK(messages, 400);

    (void)state;
    measure_start(&measurements);
    assert_true(measure_config(&measurements, "x", 1, &failure));
    measure_tell_spent(&measurements, &messages);
    assert_int_equal(messages.length, 0);
    assert_true(measure_check(&measurements, &failure));
    assert_true(measure_load_options(&measurements, "x", &failure));
    measure_tell_spent(&measurements, &messages);
    assert_memory_equal(messages.data, "the TPM has recorded a boot", 27);
    said[0] = '\0';
    measure_tell_spent(&measurements, &messages);
    assert_true(measure_check(&measurements, &failure));
    assert_string_equal(said, "");
    assert_true(measure_load_options(&measurements, "y", &failure));
    said[0] = '\0';
    assert_true(measure_check(&measurements, &failure));
    assert_memory_equal(said, "the TPM has recorded a boot", 27);
    measurements.required = true;
    assert_false(measure_check(&measurements, &failure));
    assert_int_equal(failure.code, ERROR_TPM_SPENT);
}

#define TEST(name) cmocka_unit_test_setup(test_##name, begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(config),
        TEST(kernel_file),
        TEST(load_options),
        TEST(initrd),
        TEST(kernel_parameters),
        TEST(profile),
        TEST(section),
        TEST(bytes_that_are_not_there),
        TEST(addons),
        TEST(archives),
        TEST(no_protocol),
        TEST(no_tpm),
        TEST(no_banks),
        TEST(not_started),
        TEST(old_firmware),
        TEST(full_log),
        TEST(failing),
        TEST(failing_and_required),
        TEST(not_telling),
        TEST(out_of_memory),
        TEST(spent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
