/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "common/base/text.h"
#include "efi/manager/volume_catalog.h"

/* Appends "label: value" lines about loader, firmware, memory and configuration, for the menu. */
void append_machine_details(const struct loader_config *config, const struct entry_list *entries,
                            struct text *text, struct arena *arena);
