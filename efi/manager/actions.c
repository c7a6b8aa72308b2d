/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/actions.h"

#include "efi/firmware/efi_error.h"
#include "efi/firmware/reset.h"
#include "efi/firmware/variables.h"

/* UEFI 2.10, section 8.5.4. */
static uint64_t read_indications(const char *name)
{
    uint64_t indications = 0;
    UINTN size = sizeof(indications);

    return EFI_ERROR(variable_get(&firmware_guid, name, &indications, &size)) ? 0 : indications;
}

bool action_can_enter_setup(void)
{
    return read_indications("OsIndicationsSupported") & EFI_OS_INDICATIONS_BOOT_TO_FW_UI;
}

static bool request_setup(struct error *error)
{
    uint64_t indications = read_indications("OsIndications") | EFI_OS_INDICATIONS_BOOT_TO_FW_UI;
    EFI_STATUS status =
        variable_set(&firmware_guid, "OsIndications", true, &indications, sizeof(indications));

    return !EFI_ERROR(status) || error_set_efi(error, status, ERROR_NO_SETUP);
}

bool action_run(enum entry_action action, struct error *error)
{
    if (action == ENTRY_SETUP && !request_setup(error))
        return false;
    if (action == ENTRY_POWEROFF)
        request_shutdown();
    else
        request_reset();
    return error_set(error, ERROR_NO_RESET);
}
