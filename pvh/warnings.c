/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/warnings.h"

#include "common/base/units.h"
#include "pvh/limits.h"

#include <string.h>

/* uint64_t's type differs between platforms; writer_print() is given %llu. */
#define U(number) ((unsigned long long)(number))

void print_command_line_warning(struct writer *writer, const char *command_line)
{
    size_t length = strlen(command_line);

    if (length > LINUX_COMMAND_LINE_MAX)
        writer_print(writer,
                     "warning: the command line is %llu bytes long; Linux uses only the first %d",
                     U(length), LINUX_COMMAND_LINE_MAX);
}

void print_warnings(struct writer *writer, const char *command_line, const struct load_plan *plan,
                    const struct e820_table *table)
{
    print_command_line_warning(writer, command_line);
    if (table->lost_pieces)
        writer_print(writer,
                     "warning: the memory map has more than %d entries; %llu small ranges of RAM "
                     "(%llu KiB) are hidden from the kernel",
                     E820_MAX_ENTRIES, U(table->lost_pieces), U(table->lost / KIB));
    if (plan->overlay_left_out)
        writer_print(writer, "warning: no memory is free for the ACPI overlay; the kernel is not "
                             "told of screen, log and event log");
    if (plan->overwrites_nvs)
        writer_print(writer,
                     "warning: the kernel overwrites ACPI NVS: the machine must not sleep (S3)");
}
