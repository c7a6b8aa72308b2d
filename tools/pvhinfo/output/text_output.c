/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/print_boot.h"
#include "pvh/warnings.h"
#include "tools/pvhinfo/elsewhere.h"
#include "tools/pvhinfo/output/note_text.h"
#include "tools/pvhinfo/output/printable.h"
#include "tools/pvhinfo/result.h"

#include <stdlib.h>

#define NOTE_TEXT_SIZE 300

static void write_standard_output(struct writer *writer, const char *text)
{
    (void)writer;
    fputs(text, stdout);
}

static void write_warning(struct writer *writer, const char *text)
{
    (void)writer;
    fprintf(stderr, "pvhinfo: %s\n", text);
}

static void print_note(const struct note *note)
{
    const char *name = note_name(note);
    TEXT_ON_STACK(text, NOTE_TEXT_SIZE);

    note_append_owner(&text, note);
    printf("  note         %s ", text.length ? text.data : "(no owner)");
    if (name)
        printf("%s (%u): ", name, note->type);
    else
        printf("type %u: ", note->type);
    text = (struct text){text.data, text.size, 0};
    text.data[0] = '\0';
    note_append_value(&text, note);
    if (text.length > 0)
        printf("%s\n", text.data);
    else
        printf("%u bytes\n", note->desc_size);
}

static void print_relocation(const struct pvh_relocation *relocation)
{
    if (!relocation->present)
        printf("  relocation   none: it runs only where it is linked\n");
    else
        printf("  relocation   0x%x-0x%x, at multiples of 0x%x%s\n", relocation->min,
               relocation->max, relocation->alignment,
               relocation->valid ? "" : ", which cannot be satisfied");
}

static void print_memory(uint64_t bytes)
{
    TEXT_ON_STACK(text, 40);

    text_append_size(&text, bytes);
    printf("  memory       %s\n", text.data);
}

static void print_headline(const struct kernel *kernel)
{
    const struct elf_image *image = &kernel->image;

    print_printable(stdout, kernel->file.path);
    printf(": %s", kernel->status ? "not bootable" : "bootable");
    if (image->bits)
        printf(", ELF%u for %s", image->bits, machine_name(image));
    if (range_size(image->span) > 0)
        printf(", %zu segment%s", image->segment_count, image->segment_count == 1 ? "" : "s");
    if (kernel->status == STATUS_BOOTABLE)
        printf(", PVH entry 0x%x", image->entry_point);
    printf("\n");
}

/* "bzImage, xz", outermost first. */
static void print_containers(const struct kernel_file *file)
{
    printf("  container    %s", file->container_count ? file->containers[0] : "none");
    for (size_t i = 1; i < file->container_count; i++)
        printf(", %s", file->containers[i]);
    printf("\n");
}

static void print_elsewhere(const struct kernel *kernel)
{
    struct elsewhere elsewhere;

    elsewhere_check(kernel, &elsewhere);
    for (size_t i = 0; i < elsewhere.count; i++)
        printf("  elsewhere    %s\n", elsewhere.lines[i]);
}

static void print_kernel_file(const struct kernel *kernel)
{
    struct writer output = {write_standard_output};
    const struct elf_image *image = &kernel->image;

    if (kernel->status == STATUS_TROUBLE)
        return;
    print_headline(kernel);
    print_containers(&kernel->file);
    if (image->notes.system[0])
        printf("  system       %s\n", image->notes.system);
    for (size_t i = 0; i < kernel->notes.count; i++)
        print_note(&kernel->notes.items[i]);
    if (range_size(image->span) > 0) {
        print_relocation(&image->notes.relocation);
        print_segments(&output, image, image->span.start);
    }
    if (kernel->memory_needed)
        print_memory(kernel->memory_needed);
    print_elsewhere(kernel);
    if (kernel->status == STATUS_NOT_BOOTABLE)
        printf("  reason       %s\n", kernel->message);
}

static void print_kernel_placement(struct writer *output, const struct kernel *kernel,
                                   const struct load_plan *plan)
{
    char *name = printable(kernel->file.path);

    print_kernel(output, name ? name : "?", &kernel->image, plan);
    free(name);
}

static void print_module_placement(struct writer *output, const struct modules *modules,
                                   size_t index, const struct load_plan *plan)
{
    char *name = printable(modules->names[index]);

    print_module(output, index, plan->modules[index].range, name ? name : "?",
                 modules->more[index]);
    free(name);
}

/* As the loader's --dry-run prints it. */
static void print_placement(const struct result *result)
{
    struct writer output = {write_standard_output};
    struct writer warnings = {write_warning};
    const struct preparation *prepared = &result->placement->prepared;
    const struct load_plan *plan = &prepared->plan;

    if (result->placed) {
        print_kernel_placement(&output, result->kernel, plan);
        for (size_t i = 0; i < result->modules->count; i++)
            print_module_placement(&output, result->modules, i, plan);
        print_plan(&output, plan, &prepared->map, &prepared->e820);
        print_start_info(&output, result->placement->block, plan->boot_info.start);
    }
    print_e820(&output, &prepared->e820);
    if (result->message && result->message[0])
        printf("  reason       %s\n", result->message);
    if (result->placed)
        print_warnings(&warnings, result->command_line, plan, &prepared->e820);
}

void print_result(const struct result *result)
{
    if (result->map)
        print_placement(result);
    else
        print_kernel_file(result->kernel);
}
