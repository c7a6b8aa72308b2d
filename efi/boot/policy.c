/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/policy.h"

#include "efi/arch/cpu.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/variables.h"
#include "pvh/platform/platform.h"

static bool check_secure_boot(struct error *error)
{
    uint8_t secure = 0;
    uint8_t setup = 0;
    EFI_STATUS status = variable_get_flag("SecureBoot", &secure);

    if (status == EFI_NOT_FOUND)
        return true; /* firmware without Secure Boot */
    if (EFI_ERROR(status))
        return error_set_efi(error, status, ERROR_SECURE_BOOT_UNKNOWN);
    if (secure != 1)
        return true;
    status = variable_get_flag("SetupMode", &setup);
    if (EFI_ERROR(status))
        return error_set_efi(error, status, ERROR_SETUP_MODE_UNKNOWN);
    if (setup == 1)
        return true; /* no platform key is enrolled: nothing is enforced */
    return error_set(error, ERROR_SECURE_BOOT_ON);
}

bool policy_check(struct error *error)
{
    const struct processor processor = cpu_processor();
    enum error_code code = platform_check(&processor);

    return code == ERROR_NONE ? check_secure_boot(error) : error_set(error, code);
}
