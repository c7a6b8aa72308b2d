/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/modules.h"

#include "pvh/limits.h"
#include "pvh/messages.h"
#include "tools/pvhinfo/host/file.h"
#include "tools/pvhinfo/output/number.h"

/* Much more than can be placed; keeps sums from wrapping. */
#define MAX_SIZE (UINT64_C(1) << 62)

static enum status measure_file(const char *path, uint64_t *ret_size)
{
    struct host_file file;
    enum status status = STATUS_BOOTABLE;

    if (size_parse(path, ret_size))
        return STATUS_BOOTABLE;
    if (!host_file_open(path, &file))
        status = trouble("%s: %s%s", path, file.reason,
                         path[0] >= '0' && path[0] <= '9' ? "; sizes are written like 30M" : "");
    *ret_size = file.source.size;
    host_file_close(&file);
    return status;
}

static enum status refuse_empty(const char *path)
{
    TEXT_ON_STACK(text, 100);

    error_append_code(&text, ERROR_MODULE_EMPTY);
    return refusal(path, "%s", text.data);
}

static enum status measure_module(const struct boot_file *files, size_t count,
                                  struct modules *modules)
{
    size_t index = modules->count++;
    uint64_t size = 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t part;
        enum status status = measure_file(files[i].path, &part);

        if (status != STATUS_BOOTABLE)
            return status;
        if (part == 0)
            continue;
        size = align_up(size, MODULE_PART_ALIGNMENT);
        if (!checked_add(size, part, &size) || size > MAX_SIZE)
            return trouble("%s: no file is that large", files[i].path);
    }
    if (size == 0)
        return refuse_empty(files[0].path);
    modules->sizes[index] = size;
    modules->commands[index] = files[0].command;
    modules->names[index] = files[0].path;
    modules->more[index] = count - 1;
    return STATUS_BOOTABLE;
}

enum status modules_measure(const struct boot_files *initrds, const struct boot_files *modules,
                            struct arena *arena, struct modules *ret_modules)
{
    size_t count = modules->count + (initrds->count > 0);
    enum status status = STATUS_BOOTABLE;

    *ret_modules = (struct modules){
        .sizes = arena_alloc(arena, count, sizeof(*ret_modules->sizes)),
        .commands = arena_alloc(arena, count, sizeof(*ret_modules->commands)),
        .names = arena_alloc(arena, count, sizeof(*ret_modules->names)),
        .more = arena_alloc(arena, count, sizeof(*ret_modules->more)),
    };
    if (!ret_modules->sizes || !ret_modules->commands || !ret_modules->names || !ret_modules->more)
        return trouble(OUT_OF_MEMORY);
    if (initrds->count > 0)
        status = measure_module(initrds->items, initrds->count, ret_modules);
    for (size_t i = 0; i < modules->count && status == STATUS_BOOTABLE; i++)
        status = measure_module(&modules->items[i], 1, ret_modules);
    return status;
}
