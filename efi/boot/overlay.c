/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/overlay.h"

#include "common/base/text.h"
#include "efi/boot/event_log.h"
#include "efi/console/console.h"
#include "efi/console/log.h"
#include "pvh/limits.h"
#include "pvh/messages.h"
#include "pvh/overlay/pass_framebuffer.h"

#include <string.h>

/*
 * The words stand in front of the command line, or are left out if there is no screen, or no memory
 * for them.
 */
static void pass_framebuffer(struct boot *boot, bool has_screen)
{
    struct boot_info_request *info = &boot->map.preparation.info;
    const char *words = NULL;

    if (has_screen && boot->pass_framebuffer)
        words =
            pass_framebuffer_words(&boot->graphics.framebuffer, boot->command_line, boot->arena);
    info->command_line = words ? words : boot->command_line;
}

static void measure(struct boot *boot, const struct framebuffer *framebuffer)
{
    const struct acpi_overlay_request request = {
        .framebuffer = framebuffer,
        .log_size = BOOT_LOG_SIZE,
        .event_log_size = event_log_size(boot),
    };
    struct acpi_reader reader = acpi_reader(&boot->map.preparation.map);
    struct error error = {.code = ERROR_NONE};
    TEXT_ON_STACK(reason, 300);

    if (acpi_overlay_measure(&reader.memory, boot->acpi.rsdp, &request, boot->arena, &boot->overlay,
                             &error))
        return;
    boot->overlay.size = 0;
    error_append(&reason, &error);
    console_message("warning: %s", reason.data);
}

void overlay_collect(struct boot *boot)
{
    bool wanted = !boot->no_overlay && boot->acpi.rsdp;
    bool found;

    if (!wanted && !boot->pass_framebuffer)
        return;
    found = graphics_find(&boot->graphics);
    if (wanted)
        measure(boot, found ? &boot->graphics.framebuffer : NULL);
    pass_framebuffer(boot, found);
    if (found && boot->pass_framebuffer)
        boot->map.preparation.info.command_line_room =
            strlen(boot->command_line) + PASS_FRAMEBUFFER_MOST;
}

bool overlay_is_placed(const struct boot *boot)
{
    return range_size(boot->map.preparation.plan.acpi_overlay) > 0;
}

bool overlay_has_screen(const struct boot *boot)
{
    return overlay_is_placed(boot) && boot->overlay.has_framebuffer &&
           strncmp(boot->kernel.image.notes.system, "Linux", 5) == 0;
}

uint64_t overlay_rsdp(const struct boot *boot)
{
    if (!overlay_is_placed(boot))
        return boot->acpi.rsdp;
    return acpi_overlay_rsdp(&boot->overlay, boot->map.preparation.plan.acpi_overlay.start);
}

void overlay_update(struct boot *boot)
{
    bool has_screen;

    if (!boot->graphics.handle)
        return;
    has_screen = graphics_update(&boot->graphics);
    acpi_overlay_set_framebuffer(&boot->overlay, has_screen ? &boot->graphics.framebuffer : NULL);
    pass_framebuffer(boot, has_screen);
}

void overlay_write(struct boot *boot)
{
    const struct text *log = log_text();
    uint64_t address = boot->map.preparation.plan.acpi_overlay.start;
    void *block = (void *)(uintptr_t)address;

    if (!overlay_is_placed(boot))
        return;
    acpi_overlay_write(&boot->overlay, block, address);
    acpi_overlay_write_log(&boot->overlay, block, log->data, log->length);
}
