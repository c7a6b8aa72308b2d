/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/console/usage.h"

#include "efi/console/console.h"

bool usage_print(const struct options *options)
{
    if (!options->help && !options->version)
        return false;
    console_print("pvhboot %s\n%s", PVHBOOT_VERSION, options->help ? options_help : "");
    return true;
}
