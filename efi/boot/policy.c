/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/policy.h"

#include "efi/arch/cpu.h"
#include "pvh/platform/platform.h"

bool policy_check(struct error *error)
{
    const struct processor processor = cpu_processor();
    enum error_code code = platform_check(&processor);

    return code == ERROR_NONE || error_set(error, code);
}

bool policy_machine_is_virtual(void)
{
    const struct processor processor = cpu_processor();

    return platform_is_virtual(&processor);
}

bool policy_check_kernel(unsigned bits, const char *path, struct error *error)
{
    const struct processor processor = cpu_processor();

    if (bits != 64 || platform_has_long_mode(&processor))
        return true;
    return error_set_for(error, path, ERROR_NO_LONG_MODE);
}
