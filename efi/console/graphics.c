/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/console/graphics.h"

#include "common/base/overflow.h"

/* EDK2's: on the handles of the outputs that the console writes to. */
#define CONSOLE_OUT_DEVICE_GUID                                                                    \
    {                                                                                              \
        0xd3b36f2c, 0xd551, 0x11d4,                                                                \
        {                                                                                          \
            0x9a, 0x46, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d                                         \
        }                                                                                          \
    }

/* A field of adjacent bits; false for a mask with gaps. */
static bool read_mask(uint32_t mask, struct pixel_field *ret_field)
{
    uint32_t bits;

    *ret_field = (struct pixel_field){0, 0};
    if (mask == 0)
        return true;
    ret_field->position = (uint8_t)__builtin_ctz(mask);
    bits = mask >> ret_field->position;
    if (bits & (bits + 1))
        return false;
    ret_field->size = (uint8_t)(32 - __builtin_clz(bits));
    return true;
}

/* A pixel has as many bytes as the highest bit of the masks needs. */
static bool read_masks(const EFI_PIXEL_BITMASK *masks, struct framebuffer *framebuffer)
{
    uint32_t colors = masks->RedMask | masks->GreenMask | masks->BlueMask;
    uint32_t all = colors | masks->ReservedMask;

    if (!masks->RedMask || !masks->GreenMask || !masks->BlueMask ||
        !read_mask(masks->RedMask, &framebuffer->red) ||
        !read_mask(masks->GreenMask, &framebuffer->green) ||
        !read_mask(masks->BlueMask, &framebuffer->blue) ||
        !read_mask(masks->ReservedMask, &framebuffer->reserved))
        return false;
    framebuffer->bits_per_pixel = (uint8_t)align_up(32 - (unsigned)__builtin_clz(all), 8);
    return true;
}

static bool read_format(const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *mode,
                        struct framebuffer *framebuffer)
{
    framebuffer->bits_per_pixel = 32;
    framebuffer->green = (struct pixel_field){8, 8};
    framebuffer->reserved = (struct pixel_field){24, 8};
    switch (mode->PixelFormat) {
    case PixelRedGreenBlueReserved8BitPerColor:
        framebuffer->red = (struct pixel_field){0, 8};
        framebuffer->blue = (struct pixel_field){16, 8};
        return true;
    case PixelBlueGreenRedReserved8BitPerColor:
        framebuffer->red = (struct pixel_field){16, 8};
        framebuffer->blue = (struct pixel_field){0, 8};
        return true;
    case PixelBitMask:
        return read_masks(&mode->PixelInformation, framebuffer);
    default: /* PixelBltOnly: no framebuffer */
        return false;
    }
}

/* False if the sizes contradict each other. Some firmware does not count the end of the last line.
 */
static bool check_sizes(const struct framebuffer *framebuffer, uint64_t size)
{
    uint64_t line = (uint64_t)framebuffer->width * framebuffer->bits_per_pixel / 8;
    uint64_t last = (uint64_t)(framebuffer->height - 1) * framebuffer->pitch;
    uint64_t end;

    return framebuffer->pitch >= line && last + line <= size &&
           checked_add(framebuffer->address, size, &end);
}

static bool read_mode(const EFI_GRAPHICS_OUTPUT_PROTOCOL *output, struct framebuffer *ret)
{
    const EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE *mode = output->Mode;
    uint64_t pitch;

    if (!mode || !mode->Info || mode->FrameBufferBase == 0 ||
        mode->Info->HorizontalResolution == 0 || mode->Info->VerticalResolution == 0 ||
        !read_format(mode->Info, ret))
        return false;
    pitch = (uint64_t)mode->Info->PixelsPerScanLine * ret->bits_per_pixel / 8;
    if (pitch > UINT32_MAX)
        return false;
    ret->address = mode->FrameBufferBase;
    ret->width = mode->Info->HorizontalResolution;
    ret->height = mode->Info->VerticalResolution;
    ret->pitch = (uint32_t)pitch;
    return check_sizes(ret, mode->FrameBufferSize);
}

static bool has_console(EFI_HANDLE handle)
{
    static EFI_GUID guid = CONSOLE_OUT_DEVICE_GUID;
    void *device;

    return !EFI_ERROR(BS->HandleProtocol(handle, &guid, &device));
}

/* True if the firmware marks the console's outputs at all, serial ones included. */
static bool has_marks(void)
{
    static EFI_GUID guid = CONSOLE_OUT_DEVICE_GUID;
    void *device;

    return !EFI_ERROR(BS->LocateProtocol(&guid, NULL, &device));
}

bool graphics_update(struct graphics *graphics)
{
    static EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
    EFI_GRAPHICS_OUTPUT_PROTOCOL *output = NULL;

    return !EFI_ERROR(BS->HandleProtocol(graphics->handle, &guid, (void **)&output)) && output &&
           read_mode(output, &graphics->framebuffer);
}

static void free_handles(EFI_HANDLE **handles)
{
    if (*handles)
        (void)BS->FreePool(*handles);
}

/* Of an output; the highest is chosen. */
enum rank {
    RANK_NONE,
    RANK_ALL, /* ConOut's own, for all outputs together: its text goes to serial lines as well */
    RANK_ANY,
    RANK_CONSOLE,
};

static enum rank rank_output(EFI_HANDLE handle)
{
    if (handle == ST->ConsoleOutHandle)
        return RANK_ALL;
    return has_console(handle) ? RANK_CONSOLE : RANK_ANY;
}

bool graphics_find(struct graphics *ret_graphics)
{
    static EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
    CLEANUP(free_handles) EFI_HANDLE *handles = NULL;
    enum rank best = RANK_NONE;
    UINTN count = 0;

    *ret_graphics = (struct graphics){.handle = NULL};
    if (EFI_ERROR(BS->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles)))
        return false;
    for (UINTN i = 0; i < count; i++) {
        enum rank rank = rank_output(handles[i]);
        struct graphics graphics = {.handle = handles[i]};

        if (rank <= best || !graphics_update(&graphics))
            continue;
        *ret_graphics = graphics;
        best = rank;
    }
    ret_graphics->is_console = best == RANK_CONSOLE || (best == RANK_ANY && !has_marks());
    return best != RANK_NONE;
}

void graphics_clear(const struct graphics *graphics)
{
    static EFI_GUID guid = SIMPLE_TEXT_OUTPUT_PROTOCOL;
    SIMPLE_TEXT_OUTPUT_INTERFACE *text = NULL;

    if (graphics->is_console &&
        !EFI_ERROR(BS->HandleProtocol(graphics->handle, &guid, (void **)&text)) && text &&
        text != ST->ConOut)
        (void)text->ClearScreen(text);
}
