/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files with the value of a Secure Boot variable: of any content and size, nothing outside is read,
 * and one that is good has a value.
 * Bounds: FILE_SIZE bytes; what is read of a file has a fixed place.
 *
 * with: common/base/error.c
 * cbmc: -DFILE_SIZE=64 --unwind 17
 */
#include "common/trust/key_file.c"
#include "tests/proof/nondet.h"

#include <stdlib.h>

static void prove_check(size_t size)
{
    uint8_t *bytes = malloc(size);
    struct error error;
    bool is_signed;

    ASSUME(bytes && size <= FILE_SIZE);
    if (!key_file_check(bytes, size, &is_signed, &error)) {
        PROVE(error.code == ERROR_KEY_FILE, "a reason is given");
        return;
    }
    PROVE(size > TIME_SIZE + CERTIFICATE_SIZE, "the headers are in the file");
    PROVE(read_le32(bytes + TIME_SIZE) < size - TIME_SIZE, "a value follows the certificate");
    PROVE(is_signed == (read_le32(bytes + TIME_SIZE) != CERTIFICATE_SIZE),
          "only what has more than a header is signed");
}
