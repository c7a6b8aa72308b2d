/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/event_log.h"

#include "common/base/range.h"
#include "efi/console/console.h"

#include <string.h>

/*
 * For what is measured after the log's size is known: the kernel's files, the end of boot services.
 * The command line is logged in UCS-2.
 */
#define ROOM_TO_GROW (16 * KIB)

uint32_t event_log_size(const struct boot *boot)
{
    const struct memory_map *map = &boot->map.preparation.map;
    const char *command_line = boot->map.preparation.info.command_line;
    struct acpi_reader reader = acpi_reader(map);
    struct tpm_log log;

    if (!acpi_overlay_wants_event_log(&reader.memory, boot->acpi.rsdp))
        return 0;
    if (!tpm_find_log(map, &log)) {
        console_verbose(
            "the kernel gets no event log: the firmware has no complete one of its TPM");
        return 0;
    }
    console_verbose("the kernel gets the TPM's event log, %llu bytes so far",
                    (unsigned long long)log.size);
    return (uint32_t)(log.size + ROOM_TO_GROW + sizeof(CHAR16) * strlen(command_line));
}

void event_log_copy(struct boot *boot)
{
    const struct memory_map *map = &boot->map.preparation.map;
    struct range block = boot_plan(boot)->acpi_overlay;
    struct event_log *copy = &boot->event_log;
    struct tpm_log log;

    if (range_size(block) == 0 || boot->overlay.event_log_size == 0 || !tpm_find_log(map, &log) ||
        log.size > boot->overlay.event_log_size)
        return;
    copy->final_events = tpm_find_final_events(map);
    copy->known = tcg_final_events_count(&copy->final_events);
    copy->area = (struct tcg_log_area){
        .bytes = acpi_overlay_event_log(&boot->overlay, (void *)(uintptr_t)block.start),
        .room = boot->overlay.event_log_size,
        .size = log.size,
    };
    memcpy(copy->area.bytes, log.bytes, log.size);
}

void event_log_finish(struct boot *boot)
{
    struct event_log *copy = &boot->event_log;

    tcg_log_append(&copy->area, &copy->final_events, copy->known);
}
