/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/kernel.h"

#include "pvh/messages.h"
#include "tools/pvhinfo/placement.h"

static void collect_note(struct note_visitor *visitor, const struct note *note)
{
    struct note_collection *notes = (struct note_collection *)visitor;
    struct note *slot;

    for (size_t i = 0; i < notes->count; i++) {
        if (notes->items[i].offset == note->offset)
            return;
    }
    slot = arena_push(notes->arena, (void **)&notes->items, &notes->capacity, notes->count,
                      sizeof(*notes->items));
    if (!slot) {
        notes->failed = true;
        return;
    }
    *slot = *note;
    notes->count++;
}

/* Out of memory on this host; errors about the machine of a map have its memory sizes. */
static bool is_short_here(const struct error *error)
{
    return error->code == ERROR_UNPACK_MEMORY && error->number[2] == 0;
}

void kernel_set_error(struct kernel *kernel, const struct error *error)
{
    struct text text = {kernel->message, sizeof(kernel->message), 0};

    kernel->status = STATUS_TROUBLE;
    if (error->code == ERROR_READ) {
        text_append(&text, kernel->file.file.reason);
    } else if (error->code == ERROR_OUT_OF_MEMORY || is_short_here(error)) {
        text_append(&text, OUT_OF_MEMORY);
    } else {
        kernel->status = STATUS_NOT_BOOTABLE;
        error_append(&text, error);
    }
}

/*
 * The memory that the kernel itself needs: what the loader claims on a machine without obstacles
 * (whole pages of the span, the boot info with an empty command line, the trampoline). Nothing is
 * staged there, so this is the minimum. A kernel that does not fit there does not fit anywhere.
 */
static bool measure_memory(struct kernel *kernel, struct arena *arena, struct error *error)
{
    const struct placement_request request = {
        .image = &kernel->image,
        .info = {.command_line = ""},
    };
    struct placement placement;

    if (!place_alone(&request, arena, &placement, error))
        return false;
    for (size_t i = 0; i < placement.prepared.plan.claims.count; i++)
        kernel->memory_needed += range_size(placement.prepared.plan.claims.items[i].range);
    return true;
}

static bool read_image(struct kernel *kernel, struct arena *arena, struct error *error)
{
    bool done = elf_read_with_visitor(kernel->file.elf, arena, &kernel->notes.visitor,
                                      &kernel->image, error);

    if (kernel->notes.failed)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    return done;
}

void kernel_read(const char *path, struct arena *arena, struct kernel *ret_kernel)
{
    kernel_read_part(path, path, (struct range){0, UINT64_MAX}, arena, ret_kernel);
}

void kernel_read_part(const char *path, const char *name, struct range part, struct arena *arena,
                      struct kernel *ret_kernel)
{
    struct error error;

    *ret_kernel = (struct kernel){
        .notes = {.visitor = {collect_note}, .arena = arena},
    };
    if (!kernel_file_open(path, name, part, arena, &ret_kernel->file, &error) ||
        !read_image(ret_kernel, arena, &error) || !measure_memory(ret_kernel, arena, &error))
        kernel_set_error(ret_kernel, &error);
}

bool kernel_is_linux(const struct kernel *kernel)
{
    return unpack_has_bzimage(&kernel->file.unpack) || kernel->image.notes.is_linux;
}

const char *machine_name(const struct elf_image *image)
{
    return image->machine == ELF_MACHINE_X86_64 ? "x86-64" : "i386";
}

void kernel_close(struct kernel *kernel)
{
    kernel_file_close(&kernel->file);
}
