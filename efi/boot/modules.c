/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/modules.h"

#include "common/base/overflow.h"
#include "efi/boot/boot_source.h"
#include "efi/console/progress.h"
#include "efi/firmware/pages.h"
#include "pvh/limits.h"

#include <string.h>

static bool open_part(const struct boot_file *source, struct module *module, struct error *error)
{
    struct module_part *part = &module->parts[module->part_count];

    if (!boot_source_open(source, &part->file, error))
        return false;
    module->part_count++;
    part->offset = module->size;
    if (part->file.source.size == 0) /* fine if another part is not */
        return true;
    if (!checked_align_up(module->size, MODULE_PART_ALIGNMENT, &part->offset) ||
        !checked_add(part->offset, part->file.source.size, &module->size))
        return error_set_for(error, source->path, ERROR_MODULE_TOO_LARGE);
    return true;
}

/* Where a module lies that is one piece of memory; an empty range for others. */
static struct range place_in_memory(const struct module *module)
{
    const struct file *file = &module->parts[0].file;
    uint64_t start = (uintptr_t)file->bytes;

    if (module->part_count != 1 || !file->bytes)
        return (struct range){0, 0};
    return (struct range){start, start + file->source.size};
}

/* Opens the files as one module; those that are for Linux only if `is_linux`. */
static bool open_module(const struct boot_file *files, size_t count, bool is_linux,
                        struct arena *arena, struct module_list *list, struct error *error)
{
    struct module *module = &list->items[list->count];

    module->command = files[0].command;
    module->parts = arena_alloc(arena, count, sizeof(*module->parts));
    if (!module->parts)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    list->count++;
    for (size_t i = 0; i < count; i++) {
        if ((is_linux || !files[i].linux_only) && !open_part(&files[i], module, error))
            return false;
    }
    if (module->size == 0)
        return error_set_for(error, files[0].path, ERROR_MODULE_EMPTY);
    list->sizes[list->count - 1] = module->size;
    list->commands[list->count - 1] = module->command;
    list->places[list->count - 1] = place_in_memory(module);
    return true;
}

static bool open_offered(struct arena *arena, struct module_list *list, struct error *error)
{
    struct module *module = &list->items[0];
    struct initrd_media media;

    if (!initrd_media_find(&media, error))
        return false;
    if (media.size == 0)
        return true;
    module->media = media;
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

/* True if there is an initrd for every kernel, or, if `linux_only`, a part for Linux. */
static bool has_initrd(const struct boot_files *initrds, bool linux_only)
{
    for (size_t i = 0; i < initrds->count; i++) {
        if (initrds->items[i].linux_only == linux_only)
            return true;
    }
    return false;
}

static bool open_initrd(const struct boot_files *initrds, bool is_linux, struct arena *arena,
                        struct module_list *list, struct error *error)
{
    if (!has_initrd(initrds, false)) {
        if (!open_offered(arena, list, error))
            return false;
        if (list->count > 0 || !is_linux || !has_initrd(initrds, true))
            return true;
    }
    return open_module(initrds->items, initrds->count, is_linux, arena, list, error);
}

bool modules_open(const struct boot_files *initrds, const struct boot_files *modules, bool is_linux,
                  struct arena *arena, struct module_list *ret_list, struct error *error)
{
    size_t count = modules->count + 1;

    *ret_list = (struct module_list){
        .items = arena_alloc(arena, count, sizeof(*ret_list->items)),
        .sizes = arena_alloc(arena, count, sizeof(*ret_list->sizes)),
        .commands = arena_alloc(arena, count, sizeof(*ret_list->commands)),
        .places = arena_alloc(arena, count, sizeof(*ret_list->places)),
    };
    if (!ret_list->items || !ret_list->sizes || !ret_list->commands || !ret_list->places)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    if (!open_initrd(initrds, is_linux, arena, ret_list, error))
        return false;
    for (size_t i = 0; i < modules->count; i++) {
        if (!open_module(&modules->items[i], 1, is_linux, arena, ret_list, error))
            return false;
    }
    return true;
}

/* The module's bytes that a part has. */
static struct range part_range(const struct module_part *part)
{
    return (struct range){part->offset, part->offset + part->file.source.size};
}

static struct range wanted_range(const struct plan_read *read)
{
    return (struct range){read->offset, read->offset + read->size};
}

static void *place_of(const struct plan_read *read, uint64_t offset)
{
    return (void *)(uintptr_t)(read->address + (offset - read->offset));
}

/* Reads what the read wants of a part. */
static bool load_part(struct module_part *part, const struct plan_read *read, struct error *error)
{
    struct range both = range_intersect(part_range(part), wanted_range(read));

    return range_size(both) == 0 || file_read(&part->file, both.start - part->offset,
                                              place_of(read, both.start), range_size(both), error);
}

/* The padding before a part. */
static struct range padding_before(const struct module *module, size_t part)
{
    uint64_t start = part > 0 ? part_range(&module->parts[part - 1]).end : 0;

    return (struct range){start, module->parts[part].offset};
}

/* Clears what the read wants of that padding. */
static void clear_padding(const struct module *module, size_t part, const struct plan_read *read)
{
    struct range both = range_intersect(padding_before(module, part), wanted_range(read));

    if (range_size(both) > 0)
        memset(place_of(read, both.start), 0, range_size(both));
}

/* Reads the parts from *part on; *part then is the first one that the next read may want. */
static bool load_read(struct module *module, const struct plan_read *read, size_t *part,
                      struct error *error)
{
    while (*part < module->part_count && part_range(&module->parts[*part]).end <= read->offset)
        ++*part;
    for (size_t i = *part;
         i < module->part_count && padding_before(module, i).start < wanted_range(read).end; i++) {
        clear_padding(module, i, read);
        if (!load_part(&module->parts[i], read, error))
            return false;
    }
    return true;
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
    size_t part = 0;

    if (module->is_offered)
        return load_offered(module, &plan->reads, error);
    progress_start(module_name(module), module->size);
    for (size_t i = 0; i < plan->reads.count; i++) {
        if (!load_read(module, &plan->reads.items[i], &part, error))
            return false;
    }
    return true;
}

const uint8_t *module_bytes(const struct module *module, const struct plan_module *plan,
                            struct arena *arena)
{
    uint8_t *copy;

    if (plan->reads.count == 0)
        return (const uint8_t *)(uintptr_t)plan->range.start;
    if (plan->reads.count == 1)
        return (const uint8_t *)(uintptr_t)plan->reads.items[0].address;
    copy = arena_alloc_bulk(arena, module->size);
    for (size_t i = 0; copy && i < plan->reads.count; i++) {
        const struct plan_read *read = &plan->reads.items[i];

        memcpy(copy + read->offset, (const void *)(uintptr_t)read->address, read->size);
    }
    return copy;
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
