/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/modules.h"

#include "common/base/overflow.h"
#include "efi/console/progress.h"
#include "efi/firmware/pages.h"
#include "pvh/limits.h"

#include <string.h>

static bool open_part(const struct boot_file *source, struct module *module, struct error *error)
{
    struct module_part *part = &module->parts[module->part_count];

    if (!file_open(source->volume, source->path, &part->file, error))
        return false;
    part->file.on_read = progress_add;
    module->part_count++;
    part->offset = module->size;
    if (part->file.source.size == 0) /* fine if another part is not */
        return true;
    if (!checked_align_up(module->size, MODULE_PART_ALIGNMENT, &part->offset) ||
        !checked_add(part->offset, part->file.source.size, &module->size))
        return error_set_for(error, source->path, ERROR_MODULE_TOO_LARGE);
    return true;
}

static bool open_module(const struct boot_file *files, size_t count, struct arena *arena,
                        struct module_list *list, struct error *error)
{
    struct module *module = &list->items[list->count];

    module->command = files[0].command;
    module->parts = arena_alloc(arena, count, sizeof(*module->parts));
    if (!module->parts)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    list->count++;
    for (size_t i = 0; i < count; i++) {
        if (!open_part(&files[i], module, error))
            return false;
    }
    if (module->size == 0)
        return error_set_for(error, files[0].path, ERROR_MODULE_EMPTY);
    list->sizes[list->count - 1] = module->size;
    list->commands[list->count - 1] = module->command;
    return true;
}

static bool open_offered(struct arena *arena, struct module_list *list, struct error *error)
{
    struct module *module = &list->items[0];

    if (!initrd_media_find(&module->media, error))
        return false;
    if (module->media.size == 0)
        return true;
    module->parts = arena_alloc(arena, 1, sizeof(*module->parts));
    if (!module->parts)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    module->parts->file.path = INITRD_MEDIA_NAME;
    module->is_offered = true;
    module->part_count = 1;
    module->command = "";
    module->size = module->media.size;
    list->sizes[0] = module->size;
    list->commands[0] = module->command;
    list->count = 1;
    return true;
}

static bool open_initrd(const struct boot_request *request, struct arena *arena,
                        struct module_list *list, struct error *error)
{
    const struct boot_files *initrds = &request->initrds;

    if (initrds->count == 0)
        return open_offered(arena, list, error);
    return open_module(initrds->items, initrds->count, arena, list, error);
}

bool modules_open(const struct boot_request *request, struct arena *arena,
                  struct module_list *ret_list, struct error *error)
{
    size_t count = request->modules.count + 1;

    *ret_list = (struct module_list){
        .items = arena_alloc(arena, count, sizeof(*ret_list->items)),
        .sizes = arena_alloc(arena, count, sizeof(*ret_list->sizes)),
        .commands = arena_alloc(arena, count, sizeof(*ret_list->commands)),
    };
    if (!ret_list->items || !ret_list->sizes || !ret_list->commands)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    if (!open_initrd(request, arena, ret_list, error))
        return false;
    for (size_t i = 0; i < request->modules.count; i++) {
        if (!open_module(&request->modules.items[i], 1, arena, ret_list, error))
            return false;
    }
    return true;
}

/* Reads the bytes of a part that are in [read->offset, read->offset + read->size) of the module. */
static bool load_part(struct module_part *part, const struct plan_read *read, struct error *error)
{
    struct range file = {part->offset, part->offset + part->file.source.size};
    struct range wanted = {read->offset, read->offset + read->size};
    struct range both = range_intersect(file, wanted);

    if (range_size(both) == 0)
        return true;
    return file_read(&part->file, both.start - part->offset,
                     (void *)(uintptr_t)(read->address + (both.start - read->offset)),
                     range_size(both), error);
}

/* Clears the padding between parts, as far as it is in the read's range. */
static void clear_padding(const struct module *module, const struct plan_read *read)
{
    struct range wanted = {read->offset, read->offset + read->size};

    for (size_t i = 1; i < module->part_count; i++) {
        const struct module_part *before = &module->parts[i - 1];
        struct range gap = {before->offset + before->file.source.size, module->parts[i].offset};
        struct range both = range_intersect(gap, wanted);

        if (range_size(both) > 0)
            memset((void *)(uintptr_t)(read->address + (both.start - read->offset)), 0,
                   range_size(both));
    }
}

static bool load_in_pieces(const struct module *module, const struct plan_reads *reads,
                           struct error *error)
{
    CLEANUP(arena_release) struct arena arena;
    uint8_t *buffer;

    pages_init_arena(&arena);
    buffer = arena_alloc_bulk(&arena, module->size);
    if (!buffer)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    if (!initrd_media_load(&module->media, buffer, error))
        return false;
    for (size_t i = 0; i < reads->count; i++) {
        const struct plan_read *read = &reads->items[i];

        memcpy((void *)(uintptr_t)read->address, buffer + read->offset, read->size);
    }
    return true;
}

/* The protocol only reads all of it at once, so several reads need a buffer. */
static bool load_offered(const struct module *module, const struct plan_reads *reads,
                         struct error *error)
{
    if (reads->count == 1)
        return initrd_media_load(&module->media, (void *)(uintptr_t)reads->items[0].address, error);
    return load_in_pieces(module, reads, error);
}

bool module_load(struct module *module, const struct plan_module *plan, struct error *error)
{
    if (module->is_offered)
        return load_offered(module, &plan->reads, error);
    progress_start(module_name(module), module->size);
    for (size_t i = 0; i < plan->reads.count; i++) {
        const struct plan_read *read = &plan->reads.items[i];

        for (size_t part = 0; part < module->part_count; part++) {
            if (!load_part(&module->parts[part], read, error))
                return false;
        }
        clear_padding(module, read);
    }
    return true;
}

const char *module_name(const struct module *module)
{
    return module->parts[0].file.path;
}

void modules_close(struct module_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        for (size_t part = 0; part < list->items[i].part_count; part++)
            file_close(&list->items[i].parts[part].file);
    }
    list->count = 0;
}
