/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/drivers.h"

#include "common/base/architecture.h"
#include "common/base/text.h"
#include "efi/console/console.h"
#include "efi/firmware/file.h"
#include "efi/firmware/pages.h"
#include "efi/firmware/partition.h"
#include "efi/trust/chainload.h"

/* As systemd-boot has it: what a driver's file name ends in, in any case. */
#define SUFFIX FIRMWARE_ARCHITECTURE ".efi"

static const char *const directories[] = {"\\EFI\\pvhboot\\drivers", "\\EFI\\systemd\\drivers"};
#define DIRECTORIES (sizeof(directories) / sizeof(*directories))

static struct {
    EFI_HANDLE image;
    const struct volume *volume;
    bool tried;
} drivers;

/* The same driver may be in both directories, and must not be started twice. */
static bool is_in_earlier(size_t directory, const char *name)
{
    for (size_t i = 0; i < directory; i++) {
        TEXT_ON_STACK(path, PATH_MAX_LENGTH);

        text_format(&path, "%s\\%s", directories[i], name);
        if (file_exists(drivers.volume, path.data))
            return true;
    }
    return false;
}

/* True if the driver has been started. */
static bool load_driver(size_t directory, const char *name)
{
    TEXT_ON_STACK(path, PATH_MAX_LENGTH);
    struct error error = {.code = ERROR_NONE};

    if (!text_ends_with_ignoring_case(name, SUFFIX) || is_in_earlier(directory, name))
        return false;
    text_format(&path, "%s\\%s", directories[directory], name);
    if (chainload_driver(drivers.image, drivers.volume->device, path.data, &error)) {
        console_verbose("driver %s", path.data);
        return true;
    }
    if (error.code != ERROR_NONE)
        (void)console_print_error(&error, NULL);
    return false;
}

static bool load_directory(size_t index, struct arena *arena)
{
    CLEANUP(directory_close) struct directory directory = {.path = directories[index]};
    struct error error = {.code = ERROR_NONE};
    const char *name;
    bool loaded = false;

    if (!directory_open(drivers.volume, directories[index], &directory, &error)) {
        (void)console_print_error(&error, NULL);
        return false;
    }
    if (!directory_is_open(&directory))
        return false;
    while (directory_next(&directory, arena, &name, &error) && name)
        loaded |= load_driver(index, name);
    if (error.code != ERROR_NONE)
        (void)console_print_error(&error, NULL);
    return loaded;
}

static bool load_drivers(void)
{
    CLEANUP(arena_release) struct arena arena;
    bool loaded = false;

    pages_init_arena(&arena);
    if (drivers.tried)
        return false;
    drivers.tried = true;
    for (size_t i = 0; i < DIRECTORIES; i++)
        loaded |= load_directory(i, &arena);
    return loaded;
}

void drivers_start(EFI_HANDLE image, const struct volume *volume)
{
    drivers.image = image;
    drivers.volume = volume;
    partition_set_driver_loader(load_drivers);
}
