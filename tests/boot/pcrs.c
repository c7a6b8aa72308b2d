/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints the PCRs of the TPM and powers the machine off: the boot option behind one that is to
 * fail. It asks the TPM itself, so that the firmware's word is not needed.
 */
#include "efi/efi.h"

#include "tests/kernel/tpm.h"

static void say(EFI_SYSTEM_TABLE *table, const char *text)
{
    for (; *text; text++) {
        CHAR16 character[2] = {(CHAR16)*text};
        (void)table->ConOut->OutputString(table->ConOut, character);
    }
}

static void say_pcr(EFI_SYSTEM_TABLE *table, unsigned pcr, const char *digest)
{
    const char number[] = {(char)('0' + pcr / 10), (char)('0' + pcr % 10), '\0'};

    say(table, "pcrs: pcr");
    say(table, pcr < 10 ? number + 1 : number);
    say(table, "=");
    say(table, digest);
    say(table, "\r\n");
}

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *table);

EFI_STATUS efi_main(EFI_HANDLE self, EFI_SYSTEM_TABLE *table)
{
    char digest[TPM_DIGEST_TEXT];

    (void)self;
    say(table, "pcrs: the firmware went on\r\n");
    for (unsigned pcr = 0; pcr < TPM_PCRS && tpm_read_pcr(pcr, digest); pcr++)
        say_pcr(table, pcr, digest);
    table->RuntimeServices->ResetSystem(EfiResetShutdown, EFI_SUCCESS, 0, NULL);
    return EFI_SUCCESS;
}
