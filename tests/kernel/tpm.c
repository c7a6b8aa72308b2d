/* SPDX-License-Identifier: BSD-2-Clause */
#include "tpm.h"

/* TCG PC Client Platform TPM Profile 1.05, section 6.5.3: the registers of locality 0. */
#define CRB_BASE        0xfed40000u
#define LOC_CTRL        0x08u
#define LOC_STS         0x0cu
#define CTRL_REQ        0x40u
#define CTRL_START      0x4cu
#define DATA_BUFFER     0x80u
#define REQUEST_ACCESS  1u
#define LOCALITY_IS_OUR 1u
#define COMMAND_READY   1u
#define START           1u
#define PATIENCE        100000000u

/* TCG TPM 2.0 Library, part 3, section 22.4: TPM2_PCR_Read of one PCR, and where its answer has the
 * digest. */
#define COMMAND_SIZE  20u
#define PCR_SELECT    17u
#define RESPONSE_CODE 6u
#define DIGEST_COUNT  20u
#define DIGEST        30u

static const uint8_t read_sha256_pcr[COMMAND_SIZE] = {
    0x80, 0x01, 0, 0, 0, COMMAND_SIZE, 0, 0, 0x01, 0x7e, 0, 0, 0, 1, 0x00, 0x0b, 3,
};

static volatile uint32_t *crb_register(uint32_t offset)
{
    return (volatile uint32_t *)(uintptr_t)(CRB_BASE + offset);
}

static volatile uint8_t *buffer(void)
{
    return (volatile uint8_t *)(uintptr_t)(CRB_BASE + DATA_BUFFER);
}

/* Sets a bit that the TPM clears when it is done. */
static bool request(uint32_t offset, uint32_t bit)
{
    *crb_register(offset) = bit;
    for (uint32_t tries = 0; tries < PATIENCE; tries++)
        if (!(*crb_register(offset) & bit))
            return true;
    return false;
}

static bool run_command(uint32_t pcr)
{
    *crb_register(LOC_CTRL) = REQUEST_ACCESS;
    if (!(*crb_register(LOC_STS) & LOCALITY_IS_OUR) || !request(CTRL_REQ, COMMAND_READY))
        return false;
    for (uint32_t i = 0; i < COMMAND_SIZE; i++)
        buffer()[i] = read_sha256_pcr[i];
    buffer()[PCR_SELECT + pcr / 8] = (uint8_t)(1u << pcr % 8);
    return request(CTRL_START, START);
}

static bool all_zero(uint32_t offset)
{
    return !(buffer()[offset] | buffer()[offset + 1] | buffer()[offset + 2] | buffer()[offset + 3]);
}

bool tpm_read_pcr(uint32_t pcr, char ret_text[TPM_DIGEST_TEXT])
{
    static const char digits[] = "0123456789abcdef";

    if (pcr >= TPM_PCRS || *crb_register(LOC_CTRL) == UINT32_MAX || !run_command(pcr) ||
        !all_zero(RESPONSE_CODE) || all_zero(DIGEST_COUNT))
        return false;
    for (uint32_t i = 0; i < TPM_DIGEST_SIZE; i++) {
        ret_text[2 * i] = digits[buffer()[DIGEST + i] >> 4];
        ret_text[2 * i + 1] = digits[buffer()[DIGEST + i] & 15];
    }
    ret_text[2 * TPM_DIGEST_SIZE] = '\0';
    return true;
}
