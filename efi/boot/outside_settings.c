/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/outside_settings.h"

#include "efi/boot/policy.h"
#include "efi/firmware/system_table.h"

bool outside_settings_read(struct arena *arena, struct smbios_settings *ret_settings,
                           struct error *error)
{
    struct error encrypted = {.code = ERROR_NONE};
    struct smbios_walk walk;

    *ret_settings = (struct smbios_settings){.entries = NULL};
    if (!policy_check(&encrypted))
        return true;
    walk = system_table_smbios();
    return smbios_settings_read(&walk, arena, ret_settings) ||
           error_set(error, ERROR_OUT_OF_MEMORY);
}
