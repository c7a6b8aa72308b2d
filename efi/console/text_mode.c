/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/console/text_mode.h"

/* Mode 0 is always 80x25 (UEFI 2.10, section 12.4). */
#define DEFAULT_COLUMNS 80
#define DEFAULT_ROWS    25

/* Machines have fewer than 20; beyond this, the number is rubbish. */
#define MODES_MAX 64

INT32 text_mode_current(void)
{
    return ST->ConOut && ST->ConOut->Mode ? ST->ConOut->Mode->Mode : -1;
}

INT32 text_mode_usual(void)
{
    INT32 mode = text_mode_current();

    return mode < 0 ? 0 : mode;
}

bool text_mode_set(INT32 mode)
{
    INT32 before = text_mode_current();

    if (mode == before || mode < 0 || mode >= ST->ConOut->Mode->MaxMode)
        return false;
    if (!EFI_ERROR(ST->ConOut->SetMode(ST->ConOut, (UINTN)mode)))
        return true;
    if (before >= 0)
        (void)ST->ConOut->SetMode(ST->ConOut, (UINTN)before);
    return false;
}

bool text_mode_set_next(void)
{
    INT32 last = ST->ConOut->Mode->MaxMode - 1;
    INT32 mode = text_mode_current();

    if (last >= MODES_MAX)
        last = MODES_MAX - 1;
    for (INT32 tried = 0; tried <= last; tried++) {
        mode = mode >= 0 && mode < last ? mode + 1 : 0;
        if (text_mode_set(mode))
            return true;
    }
    return false;
}

void text_mode_size(UINTN *ret_columns, UINTN *ret_rows)
{
    INT32 mode = text_mode_current();

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
