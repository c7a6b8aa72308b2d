/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the firmware has its SMBIOS structures. */
#pragma once

#include "efi/efi.h"

#include "common/smbios/smbios.h"

/* A walk over their OEM strings; there is nothing in it if the firmware has none, or bad ones. */
struct smbios_walk smbios_find_strings(void);
