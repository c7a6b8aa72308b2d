/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/event_log.h"

#include "common/base/range.h"
#include "efi/console/console.h"

#include <string.h>

/* For what the firmware measures after the log's size is known, such as the end of boot services.
 */
#define ROOM_TO_GROW (16 * KIB)

/* An event without its text: TCG_PCR_EVENT2 with the digests of five banks has 230 bytes. */
#define EVENT_MOST 256

#define FILE_NAME_MOST 255

/*
 * For the kernel's files, the command lines, and what is beside our own image; most is logged in
 * UCS-2: efi/boot/measure.h.
 */
static size_t room_for_measurements(const struct boot *boot)
{
    const char *command_line = boot->map.preparation.info.command_line;
    const struct additions *added = &boot->trust->added;
    size_t additions = added->ucode.count + added->initrds.count;
    size_t room = (size_t)3 * EVENT_MOST + sizeof(CHAR16) * strlen(command_line) +
                  strlen(boot->kernel.file.path);

    for (size_t i = 0; i < boot->modules.count; i++) {
        const struct module *module = &boot->modules.items[i];

        room += (size_t)2 * EVENT_MOST + strlen(module_name(module)) +
                sizeof(CHAR16) * strlen(module->command);
    }
    for (size_t i = 0; i < MEASURED_ARCHIVES; i++)
        additions += added->archives[i].size > 0;
    return room + additions * (EVENT_MOST + sizeof(CHAR16) * FILE_NAME_MOST);
}

uint32_t event_log_size(const struct boot *boot)
{
    const struct memory_map *map = &boot->map.preparation.map;
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
    return (uint32_t)(log.size + ROOM_TO_GROW + room_for_measurements(boot));
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
