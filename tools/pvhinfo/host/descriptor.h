/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory descriptors as firmware writes them (EFI_MEMORY_DESCRIPTOR; UEFI 2.10, section 7.2.3). */
#pragma once

#include "pvh/memory_map.h"

#define DESCRIPTOR_SIZE 40

#define EFI_CONVENTIONAL_MEMORY 7

void descriptor_write(uint8_t bytes[DESCRIPTOR_SIZE], const struct memory_descriptor *descriptor);
