/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/console/text_mode.h"

/* Mode 0 is always 80x25 (UEFI 2.10, section 12.4). */
#define DEFAULT_COLUMNS 80
#define DEFAULT_ROWS    25

void text_mode_size(UINTN *ret_columns, UINTN *ret_rows)
{
    INT32 mode = ST->ConOut->Mode ? ST->ConOut->Mode->Mode : -1;

    if (mode < 0 ||
        EFI_ERROR(ST->ConOut->QueryMode(ST->ConOut, (UINTN)mode, ret_columns, ret_rows))) {
        *ret_columns = DEFAULT_COLUMNS;
        *ret_rows = DEFAULT_ROWS;
    }
}

const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *text_mode_graphics(void)
{
    EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
    EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics = NULL;

    if (EFI_ERROR(BS->LocateProtocol(&guid, NULL, (void **)&graphics)) || !graphics->Mode)
        return NULL;
    return graphics->Mode->Info;
}
