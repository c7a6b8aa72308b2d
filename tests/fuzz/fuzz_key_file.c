/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer: files with the new value of a Secure Boot variable. */
#include "tests/fuzz/fuzz_text.h"

#include "common/base/bytes.h"
#include "common/trust/key_file.h"

#define HEADER 40 /* EFI_TIME and the header of the certificate */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = copy_bytes(data, size);
    struct error error = {.code = ERROR_NONE};
    bool is_signed = false;

    if (key_file_check(copy, size, &is_signed, &error)) {
        require(size > HEADER && error.code == ERROR_NONE);
        /* There is a value behind the certificate, and a signature only in one that is longer than
         * its header. */
        require(16 + (uint64_t)read_le32((const uint8_t *)copy + 16) < size);
        require(is_signed == (read_le32((const uint8_t *)copy + 16) > HEADER - 16));
    } else {
        require(error.code == ERROR_KEY_FILE);
    }
    free(copy);
    return 0;
}
