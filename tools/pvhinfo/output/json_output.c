/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/print_boot.h"
#include "pvh/warnings.h"
#include "tools/pvhinfo/elsewhere.h"
#include "tools/pvhinfo/output/note_text.h"
#include "tools/pvhinfo/result.h"

#define NOTE_TEXT_SIZE 300

static void write_range(struct json *json, const char *key, struct range range)
{
    json_begin(json, key, '{');
    json_number(json, "start", range.start);
    json_number(json, "end", range.end);
    json_end(json, '}');
}

static void write_note(struct json *json, const struct note *note)
{
    TEXT_ON_STACK(owner, NOTE_NAME_KEPT + 1);
    TEXT_ON_STACK(value, NOTE_TEXT_SIZE);

    note_append_owner(&owner, note);
    note_append_value(&value, note);
    json_begin(json, NULL, '{');
    json_string(json, "owner", owner.data);
    json_number(json, "type", note->type);
    json_string(json, "name", note_name(note));
    json_number(json, "size", note->desc_size);
    json_string(json, "value", note_name(note) ? value.data : NULL);
    json_end(json, '}');
}

static void write_notes(struct json *json, const struct note_collection *notes)
{
    json_begin(json, "notes", '[');
    for (size_t i = 0; i < notes->count; i++)
        write_note(json, &notes->items[i]);
    json_end(json, ']');
}

static void write_relocation(struct json *json, const struct pvh_relocation *relocation)
{
    if (!relocation->present) {
        json_null(json, "relocation");
        return;
    }
    json_begin(json, "relocation", '{');
    json_number(json, "alignment", relocation->alignment);
    json_number(json, "min", relocation->min);
    json_number(json, "max", relocation->max);
    json_bool(json, "valid", relocation->valid);
    json_end(json, '}');
}

static void write_segments(struct json *json, const struct elf_image *image, uint64_t start)
{
    json_begin(json, "segments", '[');
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];
        uint64_t address = segment->paddr - image->span.start + start;

        json_begin(json, NULL, '{');
        json_number(json, "header", segment->header);
        json_number(json, "start", address);
        json_number(json, "end", address + segment->memsz);
        json_number(json, "offset", segment->offset);
        json_number(json, "file_size", segment->filesz);
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void write_elsewhere(struct json *json, const struct kernel *kernel)
{
    struct elsewhere elsewhere;

    elsewhere_check(kernel, &elsewhere);
    json_begin(json, "elsewhere", '[');
    for (size_t i = 0; i < elsewhere.count; i++)
        json_string(json, NULL, elsewhere.lines[i]);
    json_end(json, ']');
}

static void write_kernel(struct json *json, const struct kernel *kernel)
{
    const struct elf_image *image = &kernel->image;

    json_begin(json, "containers", '[');
    for (size_t i = 0; i < kernel->file.container_count; i++)
        json_string(json, NULL, kernel->file.containers[i]);
    json_end(json, ']');
    if (image->bits) {
        json_number(json, "class", image->bits);
        json_string(json, "machine", machine_name(image));
    }
    json_string(json, "system", image->notes.system[0] ? image->notes.system : NULL);
    write_notes(json, &kernel->notes);
    if (range_size(image->span) > 0) {
        write_relocation(json, &image->notes.relocation);
        write_segments(json, image, image->span.start);
        write_range(json, "span", image->span);
    }
    if (kernel->status == STATUS_BOOTABLE) {
        json_number(json, "entry", image->entry_point);
        json_number(json, "memory_needed", kernel->memory_needed);
    }
    write_elsewhere(json, kernel);
}

static void write_modules(struct json *json, const struct modules *modules,
                          const struct load_plan *plan)
{
    json_begin(json, "modules", '[');
    for (size_t i = 0; i < modules->count; i++) {
        json_begin(json, NULL, '{');
        json_string(json, "name", modules->names[i]);
        json_number(json, "more_files", modules->more[i]);
        json_string(json, "command_line", modules->commands[i]);
        json_number(json, "start", plan->modules[i].range.start);
        json_number(json, "end", plan->modules[i].range.end);
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void write_plan(struct json *json, const struct result *result)
{
    const struct load_plan *plan = &result->placement->prepared.plan;

    if (!result->placed) {
        json_null(json, "plan");
        return;
    }
    json_begin(json, "plan", '{');
    json_number(json, "entry", plan->entry_point);
    json_bool(json, "moved", plan->relocated);
    json_bool(json, "overwrites_acpi_nvs", plan->overwrites_nvs);
    write_segments(json, &result->kernel->image, plan->span.start);
    write_range(json, "span", plan->span);
    write_modules(json, result->modules, plan);
    write_range(json, "boot_info", plan->boot_info);
    if (range_size(plan->acpi_overlay) > 0)
        write_range(json, "acpi_overlay", plan->acpi_overlay);
    else
        json_null(json, "acpi_overlay");
    write_range(json, "trampoline",
                (struct range){plan->trampoline_code.start, plan->trampoline_data.end});
    json_number(json, "staged", plan->staged);
    json_end(json, '}');
}

static void write_e820(struct json *json, const struct e820_table *table)
{
    json_begin(json, "e820", '[');
    for (size_t i = 0; i < table->count; i++) {
        const struct hvm_memmap_entry *entry = &table->entries[i];

        json_begin(json, NULL, '{');
        json_number(json, "type", entry->type);
        json_number(json, "start", entry->addr);
        json_number(json, "end", entry->addr + entry->size);
        json_end(json, '}');
    }
    json_end(json, ']');
}

struct json_writer {
    struct writer writer;
    struct json *json;
};

static void write_warning(struct writer *writer, const char *text)
{
    json_string(((struct json_writer *)writer)->json, NULL, text);
}

static void write_placement(struct json *json, const struct result *result)
{
    const struct preparation *prepared = &result->placement->prepared;
    struct json_writer warnings = {{write_warning}, json};

    json_string(json, "map", result->map);
    write_e820(json, &prepared->e820);
    if (!result->kernel)
        return;
    write_plan(json, result);
    json_begin(json, "warnings", '[');
    if (result->placed)
        print_warnings(&warnings.writer, result->command_line, &prepared->plan, &prepared->e820);
    json_end(json, ']');
}

void print_result_json(struct json *json, const struct result *result)
{
    json_begin(json, NULL, '{');
    if (result->kernel) {
        json_string(json, "file", result->kernel->file.path);
        json_bool(json, "bootable", !result->message[0]);
        json_string(json, "error", result->message[0] ? result->message : NULL);
        json_string(json, "error_file", result->message[0] ? result->error_file : NULL);
        write_kernel(json, result->kernel);
    }
    if (result->placement)
        write_placement(json, result);
    json_end(json, '}');
}
