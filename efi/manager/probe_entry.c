/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/probe_entry.h"

#include "common/image/pe.h"
#include "efi/boot/kernel_file.h"
#include "efi/boot/modules.h"
#include "efi/console/console.h"
#include "efi/console/progress.h"
#include "efi/firmware/pages.h"
#include "pvh/messages.h"

static EFI_STATUS probe_kernel(EFI_FILE_HANDLE root, const char *path)
{
    CLEANUP(kernel_close) struct kernel kernel = {.streamed = false};
    TEXT_ON_STACK(text, 500);
    EFI_STATUS status = kernel_probe(root, path, &kernel);

    progress_end(); /* opening began one */
    if (EFI_ERROR(status))
        error_append(&text, &kernel.error);
    if (text.length == 0) /* it has been reported where it happened */
        return status;
    return console_error(status, "%s: %s", path, text.data);
}

static EFI_STATUS probe_modules(EFI_FILE_HANDLE root, const struct boot_request *request)
{
    CLEANUP(arena_release) struct arena arena;
    CLEANUP(modules_close) struct module_list modules = {.count = 0};

    pages_init_arena(&arena);
    return modules_open(root, request, &arena, &modules);
}

static EFI_STATUS probe_program(EFI_FILE_HANDLE root, const char *path)
{
    CLEANUP(file_close) struct file file = {.path = path};
    EFI_STATUS status = file_open(root, path, &file);

    if (!EFI_ERROR(status) && !is_efi_program(&file.source))
        return console_error_code(EFI_UNSUPPORTED, path, ERROR_NO_PROGRAM);
    return status;
}

static EFI_STATUS probe_files(EFI_FILE_HANDLE root, const struct boot_entry *entry)
{
    EFI_STATUS status;

    if (entry->efi.path)
        return probe_program(root, entry->efi.path);
    status = probe_kernel(root, entry->request.kernel.path);
    return EFI_ERROR(status) ? status : probe_modules(root, &entry->request);
}

void probe_entry(EFI_FILE_HANDLE root, struct boot_entry *entry, struct arena *arena)
{
    TEXT_ON_STACK(said, 600);
    EFI_STATUS status;

    if (entry->problem)
        return;
    console_set_capture(&said, true);
    status = probe_files(root, entry);
    console_set_capture(NULL, false);
    if (EFI_ERROR(status))
        entry->problem = arena_strndup(arena, said.data, said.length);
}
