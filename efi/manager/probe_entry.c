/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/probe_entry.h"

#include "common/image/pe.h"
#include "efi/boot/kernel_file.h"
#include "efi/boot/modules.h"
#include "efi/firmware/pages.h"
#include "pvh/messages.h"

#define PROBLEM_SIZE 600

static bool probe_modules(const struct boot_request *request, bool is_linux, struct error *error)
{
    CLEANUP(arena_release) struct arena arena;
    CLEANUP(modules_close) struct module_list modules = {.count = 0};

    pages_init_arena(&arena);
    return modules_open(&request->initrds, &request->modules, is_linux, &arena, &modules, error);
}

static bool probe_program(const struct boot_file *program, struct error *error)
{
    CLEANUP(file_close) struct file file = {.path = program->path};

    if (!file_open(program->volume, program->path, &file, error))
        return false;
    return !file_reads_parts(&file) || pe_check_program(&file.source, error) ||
           ERROR_IS_FALSE(error_name(error, program->path));
}

static bool probe_existence(const struct boot_file *named, struct error *error)
{
    CLEANUP(file_close) struct file file = {.path = named->path};

    return file_open(named->volume, named->path, &file, error);
}

static bool probe_extras(const struct boot_files *extras, struct error *error)
{
    for (size_t i = 0; i < extras->count; i++) {
        if (!probe_existence(&extras->items[i], error))
            return false;
    }
    return true;
}

static bool any_url(const struct boot_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        if (path_is_url(files->items[i].path))
            return true;
    }
    return false;
}

/* Looking at such files would start the network, and wait for its answers. */
static bool needs_network(const struct boot_entry *entry)
{
    const struct boot_request *request = &entry->request;

    return (entry->efi.path && path_is_url(entry->efi.path)) ||
           (request->kernel.path && path_is_url(request->kernel.path)) ||
           any_url(&request->initrds) || any_url(&request->modules) || any_url(&request->extras);
}

/* Extras are for Linux only: other kernels do not miss them, nor may one that is not looked at. */
static bool probe_files(const struct boot_entry *entry, bool decode, struct error *error)
{
    const struct boot_request *request = &entry->request;
    bool may_be_linux = true;

    if (entry->efi.path)
        return probe_extras(&request->extras, error) && probe_program(&entry->efi, error);
    if (!(decode ? kernel_probe(&request->kernel, &may_be_linux, error)
                 : probe_existence(&request->kernel, error)))
        return false;
    return (!decode || !may_be_linux || probe_extras(&request->extras, error)) &&
           probe_modules(request, may_be_linux, error);
}

void probe_entry(struct boot_entry *entry, bool decode, struct arena *arena)
{
    struct error error = {.code = ERROR_NONE};
    TEXT_ON_STACK(problem, PROBLEM_SIZE);

    if (entry->problem || entry->action != ENTRY_STARTS || needs_network(entry) ||
        probe_files(entry, decode, &error) || error.code == ERROR_OUT_OF_MEMORY)
        return; /* the memory of the menu is free when an entry is booted */
    error_append(&problem, &error);
    entry->problem = text_clean_copy(problem.data, arena);
}
