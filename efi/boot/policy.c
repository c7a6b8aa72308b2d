/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/policy.h"

#include "efi/arch/cpu.h"
#include "efi/trust/secure_boot.h"
#include "pvh/platform/platform.h"

/* What is signed is not told apart yet: nothing is started where only that is trusted. */
static bool check_secure_boot(struct error *error)
{
    enum secure_boot state = secure_boot_read(error);

    if (!policy_is_enforced(state))
        return true;
    return state == SECURE_BOOT_ON ? error_set(error, ERROR_SECURE_BOOT_ON) : false;
}

bool policy_check(struct error *error)
{
    const struct processor processor = cpu_processor();
    enum error_code code = platform_check(&processor);

    return code == ERROR_NONE ? check_secure_boot(error) : error_set(error, code);
}
