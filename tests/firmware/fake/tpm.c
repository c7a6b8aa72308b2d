/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/tpm.h"

#include "efi/firmware/proto/tcg2.h"
#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/ledger.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/run.h"
#include "tests/firmware/fake/text.h"
#include "tests/firmware/fake/variables.h"
#include "tests/lib/support.h"

#include <stdlib.h>
#include <string.h>

#define SHA1   4
#define SHA256 11

#define BOTH 3 /* their bits in masks of banks */

#define EV_NO_ACTION 3
#define EV_EVENT_TAG 6
#define EV_IPL       13

/* What Linux's EFI stub measures, drivers/firmware/efi/libstub/efi-stub-helper.c. */
#define PCR_OF_STUB  9
#define LOAD_OPTIONS 0x8f3b22ed

/* EFI_TCG2_EVENT: its size, EFI_TCG2_EVENT_HEADER, its data. */
#define EVENT_HEADER 4
#define EVENT_DATA   18
#define MOST_PCRS    24

struct tpm_ways tpm_ways;
struct tpm_extend tpm_extends[TPM_EXTENDS];

static struct tcg2_protocol protocol;

static struct {
    uint8_t log[TPM_LOG_ROOM];
    size_t size, last, copied;
    uint8_t final[TPM_FINAL_ROOM];
    size_t final_size, final_count;
    size_t calls, events, asked, extends;
    bool installed, refused; /* to measure something */
} tpm;

static void publish(void)
{
    static uint8_t final[TPM_FINAL_ROOM];

    put_number(tpm.final, 8, 1);
    put_number(tpm.final + 8, 8, tpm.final_count);
    memcpy(final, tpm.final, sizeof(final));
    if (tpm_ways.change_final)
        tpm_ways.change_final(final);
    physical_write(TPM_LOG, tpm.log, tpm.size);
    physical_write(TPM_FINAL, final, tpm.final_size);
}

static void put(size_t width, uint64_t value)
{
    require(tpm.size + width <= sizeof(tpm.log));
    put_number(tpm.log + tpm.size, width, value);
    tpm.size += width;
}

static void put_bytes(size_t size, uint8_t byte)
{
    require(tpm.size + size <= sizeof(tpm.log));
    memset(tpm.log + tpm.size, byte, size);
    tpm.size += size;
}

static void put_header(void)
{
    put(4, 0);
    put(4, EV_NO_ACTION);
    put_bytes(20, 0);
    put(4, 37);
    memcpy(tpm.log + tpm.size, "Spec ID Event03", 16);
    tpm.size += 16;
    put(4, 0); /* platform class */
    put(4, 0x02000200);
    put(4, 2);
    put(2, SHA1);
    put(2, 20);
    put(2, SHA256);
    put(2, 32);
    put(1, 0); /* no vendor's information */
}

static void start_event(uint32_t pcr, uint32_t type, size_t size)
{
    tpm.last = tpm.size;
    tpm.events++;
    put(4, pcr);
    put(4, type);
    put(4, 2);
    put(2, SHA1);
    put_bytes(20, (uint8_t)tpm.events);
    put(2, SHA256);
    put_bytes(32, (uint8_t)~tpm.events);
    put(4, size);
}

static void finish_event(void)
{
    if (tpm.calls > 0) {
        require(tpm.final_size + tpm.size - tpm.last <= sizeof(tpm.final));
        memcpy(tpm.final + tpm.final_size, tpm.log + tpm.last, tpm.size - tpm.last);
        tpm.final_size += tpm.size - tpm.last;
        tpm.final_count++;
    }
    publish();
}

void tpm_measure(uint32_t size)
{
    start_event((tpm.events + 1) % 8, EV_IPL, size);
    put_bytes(size, (uint8_t)('a' + tpm.events % 26));
    finish_event();
}

void tpm_measure_exit(void)
{
    if (!tpm.installed)
        return;
    tpm_measure(tpm_ways.measures_at_exit);
    tpm_measure(tpm_ways.measures_at_exit);
}

void tpm_damage(uint64_t address, uint64_t value, size_t width)
{
    uint8_t bytes[8];

    put_number(bytes, width, value);
    physical_write(address, bytes, width);
}

size_t tpm_log_size(void)
{
    return tpm.size;
}

const uint8_t *tpm_log(void)
{
    return tpm.log;
}

size_t tpm_copied_size(void)
{
    return tpm.copied;
}

size_t tpm_calls(void)
{
    return tpm.calls;
}

static EFI_STATUS EFIAPI get_event_log(struct tcg2_protocol *this, UINT32 format,
                                       EFI_PHYSICAL_ADDRESS *ret_location,
                                       EFI_PHYSICAL_ADDRESS *ret_last, BOOLEAN *ret_truncated)
{
    EFI_STATUS status = ledger_enter(SERVICE_GET_EVENT_LOG);
    struct tpm_answer answer = {EFI_SUCCESS, TPM_LOG, TPM_LOG + tpm.last, FALSE};

    if (this != &protocol || format != 2)
        run_fail("GetEventLog is called with another protocol, or for format %u", format);
    if (EFI_ERROR(status)) {
        *ret_location = *ret_last = 0xdeadbeef;
        return status;
    }
    tpm.calls++;
    tpm.copied = tpm.size;
    if (tpm_ways.answer)
        tpm_ways.answer(tpm.calls, &answer);
    *ret_location = answer.location;
    *ret_last = answer.last;
    *ret_truncated = answer.truncated;
    return answer.status;
}

static EFI_STATUS EFIAPI get_capability(struct tcg2_protocol *this,
                                        struct tcg2_capability *capability)
{
    EFI_STATUS status = ledger_enter(SERVICE_GET_CAPABILITY);

    if (this != &protocol || capability->size < sizeof(*capability))
        run_fail("GetCapability is called with another protocol or a buffer that is too small");
    tpm.asked++;
    if (EFI_ERROR(status)) {
        memset(capability, 0xaf, sizeof(*capability));
        return status;
    }
    *capability = (struct tcg2_capability){
        .size = sizeof(*capability),
        .structure_major = 1,
        .structure_minor = 1,
        .protocol_major = 1,
        .protocol_minor = 1,
        .hash_algorithms = BOTH,
        .supported_logs = 3,
        .tpm_present = TRUE,
        .max_command_size = 4096,
        .max_response_size = 4096,
        .number_of_banks = 2,
        .active_banks = BOTH,
    };
    if (tpm_ways.capability)
        tpm_ways.capability(capability);
    return EFI_SUCCESS;
}

static void *copy(const void *bytes, size_t size)
{
    void *result = malloc(size + 1);

    require(result);
    memcpy(result, bytes, size);
    return result;
}

static uint32_t read_number(const uint8_t *bytes)
{
    uint32_t number;

    memcpy(&number, bytes, sizeof(number));
    return number;
}

/* As EDK2 checks it, and as the specification has it. */
static void check_event(const uint8_t *event, EFI_PHYSICAL_ADDRESS data)
{
    if (read_number(event) < EVENT_DATA || read_number(event + 4) != EVENT_DATA - EVENT_HEADER ||
        event[8] != 1 || event[9] != 0 || read_number(event + 10) >= MOST_PCRS)
        run_fail("HashLogExtendEvent is called with a damaged event");
    if (!data)
        run_fail("HashLogExtendEvent is called without data");
}

static EFI_STATUS EFIAPI hash_log_extend_event(struct tcg2_protocol *this, UINT64 flags,
                                               EFI_PHYSICAL_ADDRESS data, UINT64 size,
                                               const void *event)
{
    EFI_STATUS status = ledger_enter(SERVICE_HASH_LOG_EXTEND_EVENT);
    const uint8_t *bytes = event;
    struct tpm_extend *extend = &tpm_extends[tpm.extends];

    if (this != &protocol || flags != 0)
        run_fail("HashLogExtendEvent is called with another protocol, or with flags");
    check_event(bytes, data);
    if (!EFI_ERROR(status) && tpm_ways.extending != EFI_VOLUME_FULL)
        status = tpm_ways.extending;
    tpm.refused |= EFI_ERROR(status);
    if (EFI_ERROR(status))
        return status;
    require(++tpm.extends < TPM_EXTENDS);
    *extend = (struct tpm_extend){
        .pcr = read_number(bytes + 10),
        .type = read_number(bytes + 14),
        .event_size = read_number(bytes) - EVENT_DATA,
        .event = copy(bytes + EVENT_DATA, read_number(bytes) - EVENT_DATA),
        .size = size,
        .data = copy((const void *)(uintptr_t)data, size),
    };
    if (tpm_ways.extending == EFI_VOLUME_FULL)
        return EFI_VOLUME_FULL;
    start_event(extend->pcr, extend->type, extend->event_size);
    require(tpm.size + extend->event_size <= sizeof(tpm.log));
    memcpy(tpm.log + tpm.size, extend->event, extend->event_size);
    tpm.size += extend->event_size;
    finish_event();
    return EFI_SUCCESS;
}

size_t tpm_extend_count(void)
{
    return tpm.extends;
}

void tpm_check_command_line(const char *command_line)
{
    CHAR16 *wanted = widen(command_line);
    size_t size = (units_length(wanted) + 1) * sizeof(*wanted);

    for (size_t i = 0; i < tpm.extends; i++) {
        const struct tpm_extend *extend = &tpm_extends[i];

        if (extend->pcr == PCR_OF_STUB && extend->type == EV_EVENT_TAG &&
            read_number(extend->event) == LOAD_OPTIONS &&
            (extend->size != size || memcmp(extend->data, wanted, size) != 0))
            run_fail("the kernel's command line is not the one that was measured");
    }
    free(wanted);
}

static bool is_set(const EFI_GUID *guid, const char *name)
{
    size_t size;
    const uint8_t *value = variable_find(guid, name, &size);

    return value && size == 1 && *value == 1;
}

void tpm_check_measured(void)
{
    if (tpm.refused && is_set(&global_variable_guid, "SecureBoot") &&
        !is_set(&global_variable_guid, "SetupMode") && !is_set(&shim_variable_guid, "MokSBState"))
        run_fail("with Secure Boot on, a kernel starts although not all was measured");
}

size_t tpm_asked(void)
{
    return tpm.asked;
}

void tpm_install(void)
{
    static const EFI_GUID guid = TCG2_PROTOCOL_GUID;
    static const EFI_GUID final_guid = TCG2_FINAL_EVENTS_GUID;
    EFI_HANDLE handle = NULL;

    protocol.get_capability = get_capability;
    protocol.get_event_log = get_event_log;
    protocol.hash_log_extend_event = hash_log_extend_event;
    handles_install(&handle, &guid, &protocol);
    configuration_add(&final_guid, tpm_ways.final ? tpm_ways.final : TPM_FINAL);
    tpm.installed = true;
    tpm.final_size = 16;
    put_header();
    tpm_measure(5);
    tpm_measure(0);
    tpm_measure(300);
}
