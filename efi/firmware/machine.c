/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/machine.h"

#include "common/base/utf.h"
#include "efi/arch/cpu.h"
#include "efi/console/console.h"
#include "efi/firmware/variables.h"
#include "pvh/messages.h"

#include <string.h>

/* Reads a variable of one byte. EFI_NOT_FOUND when there is none. */
static EFI_STATUS read_flag(const char *name, uint8_t *ret_value)
{
    UINTN size = sizeof(*ret_value);

    return variable_get(&firmware_guid, name, ret_value, &size);
}

/*
 * With Secure Boot on, everything that runs has to be vouched for, and nothing can vouch for a
 * kernel that is no PE file. What cannot be read counts as on.
 */
static EFI_STATUS check_secure_boot(void)
{
    uint8_t secure = 0;
    uint8_t setup = 0;
    EFI_STATUS status = read_flag("SecureBoot", &secure);

    if (status == EFI_NOT_FOUND)
        return EFI_SUCCESS; /* firmware without Secure Boot */
    if (EFI_ERROR(status))
        return console_error(EFI_SECURITY_VIOLATION,
                             "cannot tell whether Secure Boot is on (variable SecureBoot: "
                             "%s), so nothing is started; reset the firmware's settings",
                             status_name(status));
    if (secure != 1)
        return EFI_SUCCESS;
    status = read_flag("SetupMode", &setup);
    if (EFI_ERROR(status))
        return console_error(EFI_SECURITY_VIOLATION,
                             "Secure Boot is on and the variable SetupMode cannot be read "
                             "(%s), so nothing is started; reset the firmware's settings",
                             status_name(status));
    if (setup == 1)
        return EFI_SUCCESS; /* no platform key: nothing is enforced */
    return console_error(EFI_SECURITY_VIOLATION,
                         "Secure Boot is on, and pvhboot cannot verify kernels yet, so nothing is "
                         "started; switch Secure Boot off in the firmware's set-up");
}

EFI_STATUS machine_check_platform(void)
{
    const struct processor processor = {cpu_read_id, cpu_read_msr};
    enum error_code code = platform_check(&processor);
    TEXT_ON_STACK(text, 200);

    if (code == ERROR_NONE)
        return check_secure_boot();
    error_append_code(&text, code);
    return console_error(EFI_UNSUPPORTED, "%s", text.data);
}

static void append_revision(struct text *text, uint32_t revision)
{
    text_format(text, " %u.%02u", revision >> 16, revision & 0xffff);
}

void machine_append_firmware(struct text *text)
{
    char vendor[100] = "";

    if (ST->FirmwareVendor)
        utf16_to_utf8(ST->FirmwareVendor, sizeof(vendor) / 3, vendor, sizeof(vendor));
    text_append(text, vendor);
    append_revision(text, ST->FirmwareRevision);
}

void machine_append_specification(struct text *text)
{
    text_append(text, "UEFI");
    append_revision(text, ST->Hdr.Revision);
}

uint64_t machine_find_rsdp(bool second_version)
{
    static const EFI_GUID guids[] = {ACPI_TABLE_GUID, ACPI_20_TABLE_GUID};
    const EFI_GUID *wanted = &guids[second_version];

    for (UINTN i = 0; i < ST->NumberOfTableEntries; i++) {
        if (memcmp(&ST->ConfigurationTable[i].VendorGuid, wanted, sizeof(*wanted)) == 0)
            return (uintptr_t)ST->ConfigurationTable[i].VendorTable;
    }
    return 0;
}
