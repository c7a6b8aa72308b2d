/* SPDX-License-Identifier: BSD-2-Clause */
/* ABI: EFI_MEMORY_DESCRIPTOR (UEFI 2.10, section 7.2.3). */
#pragma once

#include "pvh/memory_map.h"

#define DESCRIPTOR_SIZE 40

#define EFI_CONVENTIONAL_MEMORY 7

/* Encodes a descriptor; the inverse of memory_map_descriptor(). */
void descriptor_write(uint8_t bytes[DESCRIPTOR_SIZE], const struct memory_descriptor *descriptor);
