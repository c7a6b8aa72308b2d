/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/base/uefi_status.h"
#include "common/base/units.h"

#include <ctype.h>
#include <string.h>

/* UEFI 2.10, appendix D, without EFI_: those that firmware returns. */
static const char *const of_specification[] = {
    [0] = "SUCCESS",
    [1] = "LOAD_ERROR",
    [2] = "INVALID_PARAMETER",
    [3] = "UNSUPPORTED",
    [4] = "BAD_BUFFER_SIZE",
    [5] = "BUFFER_TOO_SMALL",
    [6] = "NOT_READY",
    [7] = "DEVICE_ERROR",
    [8] = "WRITE_PROTECTED",
    [9] = "OUT_OF_RESOURCES",
    [10] = "VOLUME_CORRUPTED",
    [11] = "VOLUME_FULL",
    [12] = "NO_MEDIA",
    [13] = "MEDIA_CHANGED",
    [14] = "NOT_FOUND",
    [15] = "ACCESS_DENIED",
    [16] = "NO_RESPONSE",
    [17] = "NO_MAPPING",
    [18] = "TIMEOUT",
    [20] = "ALREADY_STARTED",
    [21] = "ABORTED",
    [22] = "ICMP_ERROR",
    [23] = "TFTP_ERROR",
    [24] = "PROTOCOL_ERROR",
    [26] = "SECURITY_VIOLATION",
    [27] = "CRC_ERROR",
    [28] = "END_OF_MEDIA",
    [31] = "END_OF_FILE",
    [35] = "HTTP_ERROR",
    [100] = "NETWORK_UNREACHABLE",
    [101] = "HOST_UNREACHABLE",
    [105] = "CONNECTION_RESET",
    [106] = "CONNECTION_REFUSED",
};

/* The letters of a name, however they are written: "Time Out" is "TIMEOUT". */
static void letters_of(const char *name, char *letters)
{
    for (; *name; name++) {
        if (isalpha((unsigned char)*name))
            *letters++ = (char)toupper((unsigned char)*name);
    }
    *letters = 0;
}

static void names_are_the_specifications(void **state)
{
    char name[64], expected[64];

    (void)state;
    for (size_t i = 0; i < ELEMENTS(of_specification); i++) {
        if (!of_specification[i])
            continue;
        letters_of(uefi_status_name(i), name);
        letters_of(of_specification[i], expected);
        assert_string_equal(name, expected);
    }
    /* EFI_CONNECTION_FIN: the specification's name says it to nobody. */
    assert_string_equal(uefi_status_name(104), "Connection Closed");
}

static void other_numbers_are_unknown(void **state)
{
    static const uint64_t numbers[] = {29, 107, 256 + 14, UINT64_MAX};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(numbers); i++)
        assert_string_equal(uefi_status_name(numbers[i]), "unknown error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_the_specifications),
        cmocka_unit_test(other_numbers_are_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
