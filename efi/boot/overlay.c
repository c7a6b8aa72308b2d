/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/overlay.h"

#include "common/base/text.h"
#include "efi/boot/event_log.h"
#include "efi/console/console.h"
#include "efi/console/log.h"
#include "pvh/limits.h"
#include "pvh/messages.h"
#include "pvh/overlay/pass_framebuffer.h"

/* Without memory the kernel is started without the words, as on a machine without a screen. */
static void pass_framebuffer(struct boot *boot)
{
    const char *command_line = boot->map.preparation.info.command_line;

    command_line = pass_framebuffer_words(&boot->graphics.framebuffer, command_line, boot->arena);
    if (command_line)
        boot->map.preparation.info.command_line = command_line;
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
    if (found && boot->pass_framebuffer)
        pass_framebuffer(boot);
}

bool overlay_is_placed(const struct boot *boot)
{
    return range_size(boot->map.preparation.plan.acpi_overlay) > 0;
}

bool overlay_has_screen(const struct boot *boot)
{
    return overlay_is_placed(boot) && boot->overlay.has_framebuffer;
}

void overlay_write(struct boot *boot)
{
    struct preparation *preparation = &boot->map.preparation;
    uint64_t address = preparation->plan.acpi_overlay.start;

    preparation->rsdp = boot->acpi.rsdp;
    if (!overlay_is_placed(boot))
        return;
    acpi_overlay_write(&boot->overlay, (void *)(uintptr_t)address, address);
    preparation->rsdp = acpi_overlay_rsdp(&boot->overlay, address);
}

void overlay_write_log(const struct boot *boot)
{
    const struct text *log = log_text();
    uint64_t address = boot->map.preparation.plan.acpi_overlay.start;

    if (overlay_is_placed(boot))
        acpi_overlay_write_log(&boot->overlay, (void *)(uintptr_t)address, log->data, log->length);
}
