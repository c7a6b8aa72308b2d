/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/screen.h"

#include "tests/firmware/fake/firmware.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/ledger.h"
#include "tests/firmware/fake/run.h"
#include "tests/lib/framebuffers.h"

#define MOST_SCREENS 4

const struct framebuffer usual_framebuffer = FRAMEBUFFER_XRGB8888(USUAL_SCREEN, 1280, 800, 5120);

void screen_make_usual(struct fake_screen *ret_screen)
{
    *ret_screen = (struct fake_screen){
        .info = {.HorizontalResolution = 1280,
                 .VerticalResolution = 800,
                 .PixelFormat = PixelBlueGreenRedReserved8BitPerColor,
                 .PixelsPerScanLine = 1280},
        .mode = {.MaxMode = 1,
                 .SizeOfInfo = sizeof(ret_screen->info),
                 .FrameBufferBase = USUAL_SCREEN,
                 .FrameBufferSize = 1280 * 800 * 4},
        .has_console = true,
    };
}

static const EFI_GUID output_guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
static const EFI_GUID text_guid = SIMPLE_TEXT_OUTPUT_PROTOCOL;
/* EDK2's gEfiConsoleOutDeviceGuid */
static const EFI_GUID console_guid = {
    0xd3b36f2c, 0xd551, 0x11d4, {0x9a, 0x46, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d}};

static EFI_STATUS EFIAPI clear_screen(SIMPLE_TEXT_OUTPUT_INTERFACE *this)
{
    struct fake_screen *screen = (struct fake_screen *)this;
    EFI_STATUS status = ledger_enter(SERVICE_CONSOLE_MODE);

    screen->cleared |= !EFI_ERROR(status);
    return status;
}

void screen_install(struct fake_screen *screen)
{
    static EFI_GRAPHICS_OUTPUT_PROTOCOL outputs[MOST_SCREENS];
    static size_t count;

    require(count < MOST_SCREENS);
    screen->mode.Info = &screen->info;
    screen->text.ClearScreen = clear_screen;
    outputs[count].Mode = &screen->mode;
    handles_install(&screen->handle, &output_guid, &outputs[count]);
    if (screen->handle != console_handle)
        handles_install(&screen->handle, &text_guid,
                        screen->is_output ? fake_system_table.ConOut : &screen->text);
    if (screen->has_console)
        handles_install(&screen->handle, &console_guid, &outputs[count]);
    count++;
}

void screen_remove(struct fake_screen *screen)
{
    handles_remove(screen->handle, &output_guid);
    handles_remove(screen->handle, &text_guid);
    if (screen->has_console)
        handles_remove(screen->handle, &console_guid);
    screen->handle = NULL;
}
