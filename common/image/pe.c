/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/image/pe.h"

#include "common/base/bytes.h"
#include "common/base/overflow.h"

#include <string.h>

/* Microsoft's "PE Format": the DOS header has the offset of the PE header at 0x3c. */
#define PE_POINTER    0x3c
#define PE_SIGNATURE  "PE\0\0"
#define PE_MACHINE    4
#define MACHINE_X64   0x8664
#define PE_HEADER_MIN 6

bool pe_check_program(struct byte_source *source, struct error *error)
{
    uint8_t header[PE_HEADER_MIN];
    uint8_t pointer[4];

    if (!fits_inside(PE_POINTER, sizeof(pointer), source->size))
        return error_set(error, ERROR_NO_PROGRAM);
    if (!source->read(source, 0, header, 2, error) ||
        !source->read(source, PE_POINTER, pointer, sizeof(pointer), error))
        return false;
    if (memcmp(header, "MZ", 2) != 0 ||
        !fits_inside(read_le32(pointer), sizeof(header), source->size))
        return error_set(error, ERROR_NO_PROGRAM);
    if (!source->read(source, read_le32(pointer), header, sizeof(header), error))
        return false;
    return (memcmp(header, PE_SIGNATURE, PE_MACHINE) == 0 &&
            read_le16(header + PE_MACHINE) == MACHINE_X64) ||
           error_set(error, ERROR_NO_PROGRAM);
}
