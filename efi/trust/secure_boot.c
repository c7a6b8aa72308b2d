/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/trust/secure_boot.h"

#include "efi/firmware/efi_error.h"
#include "efi/firmware/proto/shim.h"
#include "efi/firmware/variables.h"
#include "efi/trust/shim.h"

/* A variable that is 0 or 1. */
static EFI_STATUS read_flag(const char *name, bool *ret_set)
{
    uint8_t value = 0;
    EFI_STATUS status = variable_get_flag(name, &value);

    *ret_set = value == 1;
    return !EFI_ERROR(status) && value > 1 ? EFI_UNSUPPORTED : status;
}

static enum secure_boot set_unknown(const char *name, EFI_STATUS status, struct error *ret_why)
{
    error_set_efi(ret_why, status, ERROR_SECURE_BOOT_UNKNOWN);
    ret_why->reason = name;
    return SECURE_BOOT_UNKNOWN;
}

/*
 * Whether the user has told MokManager to switch off shim's validation. Only boot services can set
 * a variable without runtime access; and without shim it means nothing.
 */
static bool shim_is_insecure(void)
{
    uint8_t value = 0;
    uint32_t attributes = EFI_VARIABLE_RUNTIME_ACCESS;
    UINTN size = sizeof(value);

    return shim_find_lock() &&
           !EFI_ERROR(
               variable_get_attributes(&shim_guid, "MokSBState", &value, &size, &attributes)) &&
           !(attributes & EFI_VARIABLE_RUNTIME_ACCESS) && size == sizeof(value) && value == 1;
}

/*
 * As Linux's EFI stub does it, but in doubt it is not off: there SetupMode counts as set when it
 * cannot be read.
 */
enum secure_boot secure_boot_read(bool *ret_may_be_in_setup, struct error *ret_why_unknown)
{
    bool on, in_setup;
    EFI_STATUS status = read_flag("SecureBoot", &on);

    *ret_may_be_in_setup = !EFI_ERROR(status) && !on;
    if (status == EFI_NOT_FOUND) /* firmware without Secure Boot */
        return SECURE_BOOT_OFF;
    if (EFI_ERROR(status))
        return set_unknown("SecureBoot", status, ret_why_unknown);
    if (!on)
        return SECURE_BOOT_OFF;
    status = read_flag("SetupMode", &in_setup);
    if (EFI_ERROR(status))
        return set_unknown("SetupMode", status, ret_why_unknown);
    *ret_may_be_in_setup = in_setup;
    if (in_setup) /* no platform key is enrolled: nothing is enforced */
        return SECURE_BOOT_OFF;
    return shim_is_insecure() ? SECURE_BOOT_INSECURE : SECURE_BOOT_ON;
}

bool secure_boot_is_in_setup(void)
{
    bool in_setup;

    return !EFI_ERROR(read_flag("SetupMode", &in_setup)) && in_setup;
}
