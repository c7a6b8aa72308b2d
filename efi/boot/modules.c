/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/modules.h"

#include "common/base/overflow.h"
#include "efi/console/console.h"
#include "efi/console/progress.h"
#include "efi/firmware/pages.h"
#include "pvh/limits.h"

#include <string.h>

static EFI_STATUS open_part(EFI_FILE_HANDLE root, const char *path, struct module *module)
{
    struct module_part *part = &module->parts[module->part_count];
    EFI_STATUS status = file_open(root, path, &part->file);

    if (EFI_ERROR(status))
        return status;
    module->part_count++;
    if (part->file.source.size == 0)
        return console_error_code(EFI_LOAD_ERROR, path, ERROR_MODULE_EMPTY);
    if (!checked_align_up(module->size, MODULE_PART_ALIGNMENT, &part->offset) ||
        !checked_add(part->offset, part->file.source.size, &module->size))
        return console_error(EFI_OUT_OF_RESOURCES, "%s: is too large; use a smaller file", path);
    return EFI_SUCCESS;
}

static EFI_STATUS open_module(EFI_FILE_HANDLE root, const struct boot_file *files, size_t count,
                              struct arena *arena, struct module_list *list)
{
    struct module *module = &list->items[list->count];
    EFI_STATUS status;

    module->command = files[0].command;
    module->parts = arena_alloc(arena, count, sizeof(*module->parts));
    if (!module->parts)
        return console_no_memory();
    list->count++;
    for (size_t i = 0; i < count; i++) {
        status = open_part(root, files[i].path, module);
        if (EFI_ERROR(status))
            return status;
    }
    list->sizes[list->count - 1] = module->size;
    list->commands[list->count - 1] = module->command;
    return EFI_SUCCESS;
}

static EFI_STATUS open_offered(struct arena *arena, struct module_list *list)
{
    struct module *module = &list->items[0];
    EFI_STATUS status = initrd_media_find(&module->media);

    if (EFI_ERROR(status) || module->media.size == 0)
        return status;
    module->parts = arena_alloc(arena, 1, sizeof(*module->parts));
    if (!module->parts)
        return console_no_memory();
    module->parts->file.path = INITRD_MEDIA_NAME;
    module->is_offered = true;
    module->part_count = 1;
    module->command = "";
    module->size = module->media.size;
    list->sizes[0] = module->size;
    list->commands[0] = module->command;
    list->count = 1;
    return EFI_SUCCESS;
}

EFI_STATUS modules_open(EFI_FILE_HANDLE root, const struct boot_request *request,
                        struct arena *arena, struct module_list *ret_list)
{
    const struct boot_files *initrds = &request->initrds;
    size_t count = request->modules.count + 1;
    EFI_STATUS status = EFI_SUCCESS;

    *ret_list = (struct module_list){
        .items = arena_alloc(arena, count, sizeof(*ret_list->items)),
        .sizes = arena_alloc(arena, count, sizeof(*ret_list->sizes)),
        .commands = arena_alloc(arena, count, sizeof(*ret_list->commands)),
    };
    if (!ret_list->items || !ret_list->sizes || !ret_list->commands)
        return console_no_memory();
    if (initrds->count > 0)
        status = open_module(root, initrds->items, initrds->count, arena, ret_list);
    else
        status = open_offered(arena, ret_list);
    for (size_t i = 0; i < request->modules.count && !EFI_ERROR(status); i++)
        status = open_module(root, &request->modules.items[i], 1, arena, ret_list);
    return status;
}

/* Reads what of a part lies in [fill->offset, fill->offset + fill->size) of the module. */
static EFI_STATUS load_part(struct module_part *part, const struct plan_read *fill)
{
    struct range file = {part->offset, part->offset + part->file.source.size};
    struct range wanted = {fill->offset, fill->offset + fill->size};
    struct range both = range_intersect(file, wanted);

    if (range_size(both) == 0)
        return EFI_SUCCESS;
    return file_read(&part->file, both.start - part->offset,
                     (void *)(uintptr_t)(fill->address + (both.start - fill->offset)),
                     range_size(both));
}

/* The few bytes between two parts. */
static void clear_padding(const struct module *module, const struct plan_read *fill)
{
    struct range wanted = {fill->offset, fill->offset + fill->size};

    for (size_t i = 1; i < module->part_count; i++) {
        const struct module_part *before = &module->parts[i - 1];
        struct range gap = {before->offset + before->file.source.size, module->parts[i].offset};
        struct range both = range_intersect(gap, wanted);

        if (range_size(both) > 0)
            memset((void *)(uintptr_t)(fill->address + (both.start - fill->offset)), 0,
                   range_size(both));
    }
}

static EFI_STATUS load_in_pieces(const struct module *module, const struct plan_reads *reads)
{
    CLEANUP(arena_release) struct arena arena;
    uint8_t *buffer;
    EFI_STATUS status;

    pages_init_arena(&arena);
    buffer = arena_alloc_bulk(&arena, module->size);
    if (!buffer)
        return console_no_memory();
    status = initrd_media_load(&module->media, buffer);
    for (size_t i = 0; i < reads->count && !EFI_ERROR(status); i++) {
        const struct plan_read *fill = &reads->items[i];

        memcpy((void *)(uintptr_t)fill->address, buffer + fill->offset, fill->size);
    }
    return status;
}

/* Its protocol knows only the whole of it: in pieces it comes by way of a buffer. */
static EFI_STATUS load_offered(const struct module *module, const struct plan_reads *reads)
{
    if (reads->count == 1)
        return initrd_media_load(&module->media, (void *)(uintptr_t)reads->items[0].address);
    return load_in_pieces(module, reads);
}

EFI_STATUS module_load(struct module *module, const struct plan_module *plan)
{
    if (module->is_offered)
        return load_offered(module, &plan->reads);
    progress_start(module_name(module), module->size);
    for (size_t i = 0; i < plan->reads.count; i++) {
        const struct plan_read *fill = &plan->reads.items[i];

        for (size_t part = 0; part < module->part_count; part++) {
            EFI_STATUS status = load_part(&module->parts[part], fill);

            if (EFI_ERROR(status))
                return status;
        }
        clear_padding(module, fill);
    }
    return EFI_SUCCESS;
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
