/* SPDX-License-Identifier: BSD-2-Clause */
/* Settings that a virtual machine is given from outside (common/smbios/smbios_settings.h). */
#pragma once

#include "common/base/error.h"
#include "common/smbios/smbios_settings.h"

/*
 * Reads them; none on a machine whose memory is encrypted, which does not trust what is outside of
 * it. ERROR_OUT_OF_MEMORY.
 */
bool outside_settings_read(struct arena *arena, struct smbios_settings *ret_settings,
                           struct error *error);
