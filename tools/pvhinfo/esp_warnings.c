/* SPDX-License-Identifier: BSD-2-Clause */
/* What will not be as an entry says, although it boots. */
#include "common/base/overflow.h"
#include "common/base/utf.h"
#include "common/bls/entry_command_line.h"
#include "pvh/warnings.h"
#include "tools/pvhinfo/esp.h"
#include "tools/pvhinfo/esp_path.h"

#include <string.h>

/* As ERROR_NOT_COUNTED of the loader, which has the firmware's status for a reason. */
#define NOT_COUNTED "warning: this boot cannot be counted: "

/* Adds what is written to an entry's warnings. */
struct warning_writer {
    struct writer writer; /* first, so that it can be cast back */
    struct message_list *warnings;
    struct arena *arena;
    enum status status;
};

static void add_warning(struct writer *writer, const char *text)
{
    struct warning_writer *to = (struct warning_writer *)writer;

    to->status = message_add(to->warnings, to->arena, "%s", text);
}

/* Sets *ret_name to the first name for one more boot that the loader can give: NULL for none. */
static enum status find_next_name(const struct esp *esp, const struct boot_entry *entry,
                                  struct arena *arena, const char **ret_name)
{
    struct entry_source source = entry->source;

    for (unsigned taken = 0; taken < BOOT_COUNT_NAMES; taken++) {
        const char *path, *found;
        enum status status;

        source.file_name = entry_next_file_name(entry, taken, arena);
        path = source.file_name ? entry_source_path(&source, arena) : NULL;
        if (!path)
            return trouble(OUT_OF_MEMORY);
        status = esp_find(esp_directory_of(esp, entry), path, arena, &found);
        if (status != STATUS_BOOTABLE)
            return status;
        if (found)
            continue;
        if (utf16_length(source.file_name) <= NAME_MAX_LENGTH) {
            *ret_name = source.file_name;
            return STATUS_BOOTABLE;
        }
        taken = (unsigned)max_u64(taken, BOOT_COUNT_NAMES - 2); /* without the tries done */
    }
    *ret_name = NULL;
    return STATUS_BOOTABLE;
}

/*
 * Gives the entry the name that its file has once its boot has been counted; a warning where it
 * cannot be: drivers of other file systems than FAT only read.
 */
static enum status count_boot(const struct esp *esp, struct boot_entry *entry,
                              struct message_list *warnings, struct arena *arena)
{
    const struct file_system *file_system = esp->other_file_system;
    const char *name = NULL;
    enum status status;

    if (!entry->count.counted || entry->count.left == 0)
        return STATUS_BOOTABLE;
    if (entry->source.is_other && file_system && file_system->driver)
        return message_add(warnings, arena, NOT_COUNTED "the driver for %s only reads",
                           file_system->name);
    status = find_next_name(esp, entry, arena, &name);
    if (status != STATUS_BOOTABLE)
        return status;
    if (!name)
        return message_add(warnings, arena,
                           NOT_COUNTED "other files have all names that it could get");
    entry_set_file_name(entry, name);
    return STATUS_BOOTABLE;
}

/* With Secure Boot on, nothing is added to a command line that is signed. */
static bool passes_entry(const struct esp *esp)
{
    return esp->catalog.config.pass_entry &&
           !(esp->state < SECURE_BOOT_STATES && policy_is_enforced(esp->state));
}

enum status esp_add_warnings(struct esp *esp, size_t index, struct arena *arena)
{
    struct boot_entry entry = esp->catalog.entries.items[index];
    struct message_list *warnings = &esp->checks[index].warnings;
    struct warning_writer writer = {{add_warning}, warnings, arena, STATUS_BOOTABLE};
    const char *command_line = entry.request.command_line;
    enum status status = count_boot(esp, &entry, warnings, arena);

    if (status != STATUS_BOOTABLE || !entry.request.kernel.path)
        return status;
    if (passes_entry(esp) && !entry_can_be_passed(&entry))
        status = message_add(warnings, arena, "warning: this name cannot be passed to the kernel");
    else if (passes_entry(esp))
        command_line = entry_command_line(&entry, command_line, arena);
    if (!command_line)
        return trouble(OUT_OF_MEMORY);
    if (status == STATUS_BOOTABLE) {
        print_command_line_warning(&writer.writer, command_line);
        status = writer.status;
    }
    return status;
}
