/* SPDX-License-Identifier: BSD-2-Clause */
/* What will not be as an entry says, although it boots. */
#include "common/base/utf.h"
#include "common/bls/entry_command_line.h"
#include "pvh/warnings.h"
#include "tools/pvhinfo/esp.h"
#include "tools/pvhinfo/esp_path.h"

#include <string.h>

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

/*
 * Gives the entry the name that its file has once its boot has been counted: where it would be too
 * long, without the tries done. That other files may have these names is not considered.
 */
static enum status count_boot(struct boot_entry *entry, struct arena *arena)
{
    const char *name = entry_next_file_name(entry, 0, arena);

    if (name && utf16_length(name) > NAME_MAX_LENGTH)
        name = entry_next_file_name(entry, BOOT_COUNT_NAMES - 1, arena);
    if (!name)
        return trouble(OUT_OF_MEMORY);
    entry_set_file_name(entry, name);
    return STATUS_BOOTABLE;
}

enum status esp_add_warnings(struct esp *esp, size_t index, struct arena *arena)
{
    struct boot_entry entry = esp->catalog.entries.items[index];
    struct message_list *warnings = &esp->checks[index].warnings;
    struct warning_writer writer = {{add_warning}, warnings, arena, STATUS_BOOTABLE};
    const char *command_line = entry.request.command_line;
    enum status status = count_boot(&entry, arena);

    if (status != STATUS_BOOTABLE || !entry.request.kernel.path)
        return status;
    if (esp->catalog.config.pass_entry && entry_can_be_passed(&entry))
        command_line = entry_command_line(&entry, command_line, arena);
    if (!command_line)
        return trouble(OUT_OF_MEMORY);
    print_command_line_warning(&writer.writer, command_line);
    return writer.status;
}
