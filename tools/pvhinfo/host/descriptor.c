/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/host/descriptor.h"

static void write_le64(uint8_t *bytes, uint64_t value)
{
    for (unsigned i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
}

void descriptor_write(uint8_t bytes[DESCRIPTOR_SIZE], const struct memory_descriptor *descriptor)
{
    write_le64(bytes, descriptor->type); /* and 4 bytes of padding */
    write_le64(bytes + 8, descriptor->start);
    write_le64(bytes + 16, 0); /* the virtual address */
    write_le64(bytes + 24, descriptor->pages);
    write_le64(bytes + 32, descriptor->attributes);
}
