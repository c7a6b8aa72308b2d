/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/start_program.h"

#include "common/bls/entry_command_line.h"
#include "efi/boot/extra_archives.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/file.h"
#include "efi/firmware/initrd_media.h"
#include "efi/firmware/pages.h"
#include "efi/network/http_volume.h"
#include "efi/trust/chainload.h"

#include <string.h>

/* What is passed to a program, ready to be used when it has been loaded. */
struct passing {
    struct measurements *measurements;
    const char *path, *options;
    struct boot_file archives[MEASURED_ARCHIVES];
    const uint8_t *bytes; /* all of them, */
    uint64_t size;
    struct initrd_offer offer; /* as an initrd */
};

static void withdraw(struct passing *passing)
{
    initrd_media_withdraw(&passing->offer);
}

/* The archives' sizes are multiples of 4, so that they need no padding between them. */
static bool join_archives(struct passing *passing, struct arena *arena, struct error *error)
{
    uint8_t *bytes;
    uint64_t size = 0;

    for (size_t i = 0; i < MEASURED_ARCHIVES; i++)
        size += passing->archives[i].size;
    bytes = arena_alloc_bulk(arena, size);
    if (!bytes)
        return error_set_for(error, passing->path, ERROR_FILE_NO_MEMORY);
    passing->bytes = bytes;
    passing->size = size;
    for (size_t i = 0; i < MEASURED_ARCHIVES; i++) {
        const struct boot_file *archive = &passing->archives[i];

        if (archive->size > 0)
            memcpy(bytes, archive->bytes, archive->size);
        bytes += archive->size;
    }
    return true;
}

/* The program has been accepted: what is refused is not measured. */
static bool pass(void *context, struct error *error)
{
    struct passing *passing = context;
    EFI_STATUS status;

    if (passing->size > 0) {
        status = initrd_media_offer(passing->bytes, passing->size, &passing->offer);
        if (EFI_ERROR(status))
            return error_set_efi_for(error, passing->path, status, ERROR_EXTRAS_NOT_OFFERED);
    }
    return extra_archives_measure(passing->measurements, passing->archives, error) &&
           measure_kernel_parameters(passing->measurements, passing->options, error);
}

/* Whether LoadImage() finds the program by a device path. */
static bool is_found_by_firmware(const struct boot_file *program)
{
    const struct volume *volume = program->volume;

    return !path_is_url(program->path) && volume->operations->has_device_paths &&
           volume->operations->has_device_paths(volume);
}

/* A program that the firmware cannot read itself, as from a server. */
static bool read_program(const struct boot_file *program, struct arena *arena,
                         struct program_request *request, struct error *error)
{
    CLEANUP(file_close) struct file file = {.path = program->path};
    uint8_t *bytes;

    if (is_found_by_firmware(program))
        return true;
    if (!file_open(program->volume, program->path, &file, error))
        return false;
    bytes = arena_alloc_bulk(arena, file.source.size);
    if (!bytes)
        return error_set_for(error, program->path, ERROR_FILE_NO_MEMORY);
    request->bytes = bytes;
    request->size = file.source.size;
    return file_read(&file, 0, bytes, file.source.size, error);
}

bool start_program(const struct manager *manager, const struct boot_entry *entry,
                   const char *edited, struct error *error)
{
    CLEANUP(arena_release) struct arena arena;
    CLEANUP(withdraw)
    struct passing passing = {
        .measurements = &manager->trust->measurements,
        .path = entry->efi.path,
        .options = entry_load_options(entry, edited, manager->arena),
    };
    struct program_request request = {.device = entry->efi.volume->device,
                                      .path = passing.path,
                                      .options = passing.options,
                                      .on_loaded = pass,
                                      .context = &passing};
    bool was_spent = passing.measurements->spent;

    pages_init_arena(&arena);
    if (!passing.options)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    if (!measure_check(passing.measurements, error) ||
        !extra_archives_read(manager->trust, &entry->request.extras, false, &arena,
                             passing.archives, error))
        return false;
    if (entry->request.extras.count > 0 && !join_archives(&passing, &arena, error))
        return false;
    if (!read_program(&entry->efi, &arena, &request, error))
        return false;
    http_volume_stop();
    if (!chainload(manager->image, &request, error))
        return false;
    passing.measurements->spent = was_spent; /* no boot has failed: it was a tool, and has ended */
    return true;
}
