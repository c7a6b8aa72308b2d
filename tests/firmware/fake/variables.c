/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/variables.h"

#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/run.h"
#include "tests/firmware/fake/text.h"
#include "tests/lib/support.h"

#include <stdlib.h>
#include <string.h>

#define MOST_VARIABLES 64
#define NAME_UNITS     128

struct variable {
    bool present;
    EFI_GUID guid;
    CHAR16 name[NAME_UNITS];
    UINT32 attributes;
    EFI_STATUS status; /* what GetVariable returns */
    uint8_t *data;
    size_t size;
};

const EFI_GUID global_variable_guid = EFI_GLOBAL_VARIABLE;
const EFI_GUID loader_variable_guid = {
    0x4a67b082, 0x0a4c, 0x41cf, {0xb6, 0xc7, 0x44, 0x0b, 0x29, 0xbb, 0x8c, 0x4f}};
const EFI_GUID shim_variable_guid = {
    0x605dab50, 0xe046, 0x4300, {0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23}};

const EFI_GUID database_variable_guid = {
    0xd719b2cb, 0x3d3a, 0x4596, {0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f}};
const EFI_GUID custom_mode_variable_guid = {
    0xc076ec0c, 0x7028, 0x4399, {0xa0, 0x72, 0x71, 0xee, 0x5c, 0x44, 0x8b, 0x9f}};

EFI_STATUS variables_refused;

static struct variable variables[MOST_VARIABLES];

static size_t name_length(const CHAR16 *name)
{
    size_t length = 0;

    while (length + 1 < NAME_UNITS && name[length])
        length++;
    return length;
}

static struct variable *find(const EFI_GUID *guid, const CHAR16 *name)
{
    size_t bytes = (name_length(name) + 1) * sizeof(*name);

    for (size_t i = 0; i < MOST_VARIABLES; i++) {
        if (variables[i].present && memcmp(&variables[i].guid, guid, sizeof(*guid)) == 0 &&
            memcmp(variables[i].name, name, bytes) == 0)
            return &variables[i];
    }
    return NULL;
}

static struct variable *add(const EFI_GUID *guid, const CHAR16 *name)
{
    struct variable *variable = variables;

    while (variable < variables + MOST_VARIABLES && variable->present)
        variable++;
    require(variable < variables + MOST_VARIABLES);
    *variable = (struct variable){.present = true, .guid = *guid};
    memcpy(variable->name, name, (name_length(name) + 1) * sizeof(*name));
    return variable;
}

static void set_data(struct variable *variable, const void *data, size_t size)
{
    free(variable->data);
    variable->data = malloc(size + 1);
    require(variable->data);
    memcpy(variable->data, data, size);
    variable->size = size;
}

void variable_put_oddly(const EFI_GUID *guid, const char *name, const void *data, size_t size,
                        UINT32 attributes, EFI_STATUS status)
{
    CHAR16 *wide = widen(name);
    struct variable *variable = add(guid, wide);

    variable->attributes = attributes;
    variable->status = status;
    set_data(variable, data, size);
    free(wide);
}

void variable_put(const EFI_GUID *guid, const char *name, const void *data, size_t size)
{
    variable_put_oddly(guid, name, data, size,
                       EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS |
                           EFI_VARIABLE_RUNTIME_ACCESS,
                       EFI_SUCCESS);
}

void variable_put_text(const char *name, const char *text)
{
    uint8_t units[200] = {0};
    size_t length = strlen(text);

    require(2 * (length + 1) <= sizeof(units));
    for (size_t i = 0; i < length; i++)
        units[2 * i] = (uint8_t)text[i];
    variable_put(&loader_variable_guid, name, units, 2 * (length + 1));
}

const void *variable_find(const EFI_GUID *guid, const char *name, size_t *ret_size)
{
    CHAR16 *wide = widen(name);
    struct variable *variable = find(guid, wide);

    free(wide);
    *ret_size = variable ? variable->size : 0;
    return variable ? variable->data : NULL;
}

static EFI_STATUS EFIAPI get_variable(CHAR16 *name, EFI_GUID *guid, UINT32 *attributes, UINTN *size,
                                      void *data)
{
    EFI_STATUS status = ledger_enter(SERVICE_GET_VARIABLE);
    struct variable *variable;
    size_t room = *size;

    if (EFI_ERROR(status))
        return status;
    variable = find(guid, name);
    if (!variable)
        return EFI_NOT_FOUND;
    if (EFI_ERROR(variable->status))
        return variable->status;
    if (attributes)
        *attributes = variable->attributes;
    *size = variable->size;
    if (room < variable->size)
        return EFI_BUFFER_TOO_SMALL;
    memcpy(data, variable->data, variable->size);
    return EFI_SUCCESS;
}

/*
 * What is kept over resets: what the user has chosen, and what other programs have set so. All else
 * that a loader sets is of this boot only, and must not wear the flash.
 * https://systemd.io/BOOT_LOADER_INTERFACE; UEFI 2.10, section 3.3.
 */
static const struct {
    const EFI_GUID *guid;
    const char *name;
    bool kept;
    bool for_boot; /* only boot services see it */
    bool is_key;   /* of Secure Boot: only signed values are taken */
} known_variables[] = {
    {&shim_variable_guid, "ShimRetainProtocol", false, .for_boot = true},
    {&global_variable_guid, "OsIndications", true},
    {&custom_mode_variable_guid, "CustomMode", true, .for_boot = true},
    {&database_variable_guid, "dbx", true, .is_key = true},
    {&database_variable_guid, "db", true, .is_key = true},
    {&global_variable_guid, "KEK", true, .is_key = true},
    {&global_variable_guid, "PK", true, .is_key = true},
    {&loader_variable_guid, "LoaderBootCountPath", false},
    {&loader_variable_guid, "LoaderConfigConsoleMode", true},
    {&loader_variable_guid, "LoaderConfigTimeout", true},
    {&loader_variable_guid, "LoaderConfigTimeoutOneShot", true},
    {&loader_variable_guid, "LoaderDevicePartUUID", false},
    {&loader_variable_guid, "LoaderEntries", false},
    {&loader_variable_guid, "LoaderEntryDefault", true},
    {&loader_variable_guid, "LoaderEntryLastBooted", true},
    {&loader_variable_guid, "LoaderEntryOneShot", true},
    {&loader_variable_guid, "LoaderEntryPreferred", true},
    {&loader_variable_guid, "LoaderEntrySelected", false},
    {&loader_variable_guid, "LoaderFeatures", false},
    {&loader_variable_guid, "LoaderFirmwareInfo", false},
    {&loader_variable_guid, "LoaderFirmwareType", false},
    {&loader_variable_guid, "LoaderImageIdentifier", false},
    {&loader_variable_guid, "LoaderInfo", false},
    {&loader_variable_guid, "LoaderSysFailReason", false},
    {&loader_variable_guid, "LoaderTimeExecUSec", false},
    {&loader_variable_guid, "LoaderTimeInitUSec", false},
    {&loader_variable_guid, "LoaderTimeMenuUSec", false},
    {&loader_variable_guid, "LoaderTpm2ActivePcrBanks", false},
    {&loader_variable_guid, "StubInfo", false},
    {&loader_variable_guid, "StubFeatures", false},
    {&loader_variable_guid, "StubProfile", false},
    {&loader_variable_guid, "StubDevicePartUUID", false},
    {&loader_variable_guid, "StubImageIdentifier", false},
    {&loader_variable_guid, "StubPcrKernelImage", false},
    {&loader_variable_guid, "StubPcrKernelParameters", false},
    {&loader_variable_guid, "StubPcrInitRDSysExts", false},
    {&loader_variable_guid, "StubPcrInitRDConfExts", false},
};

/* Ends the run unless the variable is one of these and is set as what it is. */
static void check_attributes(const EFI_GUID *guid, const CHAR16 *name, UINT32 attributes)
{
    const UINT32 volatile_attributes =
        EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS;
    char text[NAME_UNITS];

    narrow(name, NAME_UNITS, text, sizeof(text));
    for (size_t i = 0; i < ELEMENTS(known_variables); i++) {
        UINT32 wanted =
            volatile_attributes | (known_variables[i].kept ? EFI_VARIABLE_NON_VOLATILE : 0);

        if (known_variables[i].for_boot)
            wanted &= ~(UINT32)EFI_VARIABLE_RUNTIME_ACCESS;
        if (known_variables[i].is_key)
            wanted |= EFI_VARIABLE_TIME_BASED_AUTHENTICATED_WRITE_ACCESS;
        if (memcmp(known_variables[i].guid, guid, sizeof(*guid)) != 0 ||
            strcmp(known_variables[i].name, text) != 0)
            continue;
        if (attributes != wanted)
            run_fail("%s is set with the attributes 0x%x, not 0x%x", text, attributes, wanted);
        return;
    }
    run_fail("%s is set, which is no variable of a loader's", text);
}

/*
 * Keys are written in this order, the platform key last, and none after one that the firmware has
 * not taken: half a set must not turn Secure Boot on.
 */
static void check_key_order(const CHAR16 *name, UINT32 attributes, bool taken)
{
    static const char order[][4] = {"dbx", "db", "KEK", "PK"};
    static size_t written;
    static bool refused;
    char text[NAME_UNITS];
    size_t place = 0;

    if (!(attributes & EFI_VARIABLE_TIME_BASED_AUTHENTICATED_WRITE_ACCESS))
        return;
    narrow(name, NAME_UNITS, text, sizeof(text));
    while (place < ELEMENTS(order) && strcmp(order[place], text) != 0)
        place++;
    if (refused)
        run_fail("%s is written though another key was refused", text);
    if (place > written + (written == 0)) /* dbx may be missing */
        run_fail("%s is written before %s", text, order[written]);
    written = place + 1;
    refused = !taken;
}

/* What is kept is written only to change it. */
static void check_wear(const struct variable *variable, UINTN size, const void *data)
{
    char text[NAME_UNITS];

    if (!variable || !(variable->attributes & EFI_VARIABLE_NON_VOLATILE) ||
        size != variable->size || memcmp(variable->data, data, size) != 0)
        return;
    narrow(variable->name, NAME_UNITS, text, sizeof(text));
    run_fail("%s is written again, and has this value already", text);
}

static EFI_STATUS EFIAPI set_variable(CHAR16 *name, EFI_GUID *guid, UINT32 attributes, UINTN size,
                                      void *data)
{
    EFI_STATUS status = ledger_enter(SERVICE_SET_VARIABLE);
    struct variable *variable;

    check_attributes(guid, name, attributes);
    if (!EFI_ERROR(status))
        status = variables_refused;
    check_key_order(name, attributes, !EFI_ERROR(status));
    if (EFI_ERROR(status))
        return status;
    variable = find(guid, name);
    if (run_is_plain()) /* or it may be what could not be read */
        check_wear(variable, size, data);
    if (variable && attributes != variable->attributes) /* UEFI 2.10, section 8.2 */
        return EFI_INVALID_PARAMETER;
    if (size == 0) {
        if (variable)
            variable->present = false;
        return variable ? EFI_SUCCESS : EFI_NOT_FOUND;
    }
    if (attributes & EFI_VARIABLE_RUNTIME_ACCESS && !(attributes & EFI_VARIABLE_BOOTSERVICE_ACCESS))
        return EFI_INVALID_PARAMETER;
    if (!variable)
        variable = add(guid, name);
    variable->attributes = attributes;
    set_data(variable, data, size);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI next_variable_name(UINTN *size, CHAR16 *name, EFI_GUID *guid)
{
    EFI_STATUS status = ledger_enter(SERVICE_NEXT_VARIABLE_NAME);
    struct variable *last = name[0] ? find(guid, name) : NULL;
    size_t index = last ? (size_t)(last - variables) + 1 : 0;
    size_t needed;

    if (EFI_ERROR(status))
        return status;
    if (name[0] && !last)
        return EFI_INVALID_PARAMETER;
    while (index < MOST_VARIABLES && !variables[index].present)
        index++;
    if (index == MOST_VARIABLES)
        return EFI_NOT_FOUND;
    needed = (name_length(variables[index].name) + 1) * sizeof(*name);
    status = *size < needed ? EFI_BUFFER_TOO_SMALL : EFI_SUCCESS;
    *size = needed;
    if (EFI_ERROR(status))
        return status;
    memcpy(name, variables[index].name, needed);
    *guid = variables[index].guid;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_time(EFI_TIME *time, EFI_TIME_CAPABILITIES *capabilities)
{
    EFI_STATUS status = ledger_enter(SERVICE_GET_TIME);
    uint64_t seconds = ledger_now() / TICKS_PER_SECOND;

    if (EFI_ERROR(status))
        return status;
    if (capabilities)
        *capabilities = (EFI_TIME_CAPABILITIES){.Resolution = 1};
    *time = (EFI_TIME){.Year = 2024, .Month = 2, .Day = 29};
    time->Hour = (UINT8)(seconds / 3600 % 24);
    time->Minute = (UINT8)(seconds / 60 % 60);
    time->Second = (UINT8)(seconds % 60);
    return EFI_SUCCESS;
}

/* UEFI 2.10, section 8.5.4. */
static bool setup_is_asked_for(void)
{
    size_t size;
    const uint8_t *indications = variable_find(&global_variable_guid, "OsIndications", &size);

    return size == sizeof(uint64_t) && indications[0] & 1;
}

static enum ending ending_of(EFI_RESET_TYPE how, EFI_STATUS reason)
{
    size_t size;

    if (setup_is_asked_for())
        return ENDING_SETUP;
    if (!variable_find(&global_variable_guid, "PK", &size)) {
        if (how == EfiResetShutdown)
            return ENDING_POWER_OFF;
        return EFI_ERROR(reason) ? ENDING_RESET : ENDING_RESTART;
    }
    return how == EfiResetShutdown ? ENDING_ENROLLED_OFF : ENDING_ENROLLED;
}

static EFI_STATUS EFIAPI reset_system(EFI_RESET_TYPE how, EFI_STATUS reason, UINTN size,
                                      CHAR16 *data)
{
    EFI_STATUS status = ledger_enter(SERVICE_RESET_SYSTEM);

    if ((size > 0) != (data != NULL))
        run_fail("what is said of a reset has %zu bytes at %p", (size_t)size, (void *)data);
    if (EFI_ERROR(status))
        return status;
    run_end(ending_of(how, reason), reason);
}

EFI_RUNTIME_SERVICES fake_runtime_services = {
    .Hdr = {.Signature = EFI_RUNTIME_SERVICES_SIGNATURE,
            .HeaderSize = sizeof(EFI_RUNTIME_SERVICES)},
    .GetTime = get_time,
    .GetVariable = get_variable,
    .GetNextVariableName = next_variable_name,
    .SetVariable = set_variable,
    .ResetSystem = reset_system,
};
