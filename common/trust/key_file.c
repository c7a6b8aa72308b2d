/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/trust/key_file.h"

#include "common/base/bytes.h"

#include <string.h>

/* UEFI 2.10, sections 8.2.2 and 32.2.4: EFI_TIME, then WIN_CERTIFICATE_UEFI_GUID. */
#define TIME_SIZE        16
#define CERTIFICATE_SIZE 24 /* of its header, with the GUID */
#define TYPE_OFFSET      (TIME_SIZE + 6)
#define GUID_OFFSET      (TIME_SIZE + 8)
#define TYPE_EFI_GUID    0x0ef1

static const uint8_t pkcs7_guid[16] = {0x9d, 0xd2, 0xaf, 0x4a, 0xdf, 0x68, 0xee, 0x49,
                                       0x8a, 0xa9, 0x34, 0x7d, 0x37, 0x56, 0x65, 0xa7};

bool key_file_check(const void *bytes, uint64_t size, bool *ret_signed, struct error *error)
{
    const uint8_t *file = bytes;
    uint32_t length;

    if (size <= TIME_SIZE + CERTIFICATE_SIZE)
        return error_set(error, ERROR_KEY_FILE);
    length = read_le32(file + TIME_SIZE);
    /* Without a value behind the certificate the variable would be deleted. */
    if (length < CERTIFICATE_SIZE || length >= size - TIME_SIZE ||
        read_le16(file + TYPE_OFFSET) != TYPE_EFI_GUID ||
        memcmp(file + GUID_OFFSET, pkcs7_guid, sizeof(pkcs7_guid)) != 0)
        return error_set(error, ERROR_KEY_FILE);
    *ret_signed = length > CERTIFICATE_SIZE;
    return true;
}
