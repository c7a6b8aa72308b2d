/* SPDX-License-Identifier: BSD-2-Clause */
/* The PCRs of a TPM 2.0 behind a Command Response Buffer; also compiled into tests/boot/pcrs.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define TPM_PCRS        24u
#define TPM_DIGEST_SIZE 32u
/* As hexadecimal digits, with the terminator. */
#define TPM_DIGEST_TEXT (2 * TPM_DIGEST_SIZE + 1)

/* Reads a PCR of the SHA-256 bank as text. False if there is no such TPM, or it gives an error. */
bool tpm_read_pcr(uint32_t pcr, char ret_text[TPM_DIGEST_TEXT]);
