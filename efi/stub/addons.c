/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/stub/addons.h"

#include "efi/trust/image_services.h"
#include "efi/trust/verify.h"

#include <string.h>

/*
 * Where nothing is verified, the file is shown to the firmware only to be measured (PCR 4), as it
 * is when systemd-stub has it loaded; what the firmware says does not matter then.
 */
static bool verify(const struct stub *stub, const struct companion *file, struct error *error)
{
    const struct image_file image = {stub->image, file->bytes, file->size};
    struct image_services services;

    if (policy_judge_input(stub->trust->state, OUTSIDE_ADDON, false).action != POLICY_BOOT)
        return image_verify(stub->image, file->path, file->bytes, file->size, stub->trust->state,
                            error);
    if (!measure_is_due(&stub->trust->measurements))
        return true;
    services = image_services_find();
    (void)image_services_try(&services, &image);
    return true;
}

static bool read_own_uname(const struct stub *stub, const char **ret_uname, struct error *error)
{
    *ret_uname = NULL;
    if (!stub->trust->uki.present[UKI_UNAME])
        return true;
    *ret_uname = uki_command_line((const char *)stub_section(stub, UKI_UNAME),
                                  stub_section_size(stub, UKI_UNAME), stub->arena);
    return *ret_uname || error_set(error, ERROR_OUT_OF_MEMORY);
}

/* "A B", or the one that is not empty; NULL when out of memory. */
static const char *append_words(const char *a, const char *b, struct arena *arena)
{
    size_t length = strlen(a), size = strlen(b) + 1;
    char *both;

    if (length == 0 || size == 1)
        return length == 0 ? b : a;
    both = arena_alloc(arena, length + 1 + size, 1);
    if (!both)
        return NULL;
    memcpy(both, a, length);
    both[length] = ' ';
    memcpy(both + length + 1, b, size);
    return both;
}

static bool add_options(struct stub *stub, const struct companion *file, const struct uki *addon,
                        struct error *error)
{
    const char **options = &stub->trust->added.options;
    struct range section = addon->sections[UKI_CMDLINE];
    const char *text;

    if (!addon->present[UKI_CMDLINE])
        return true;
    text = uki_command_line((const char *)file->bytes + section.start, range_size(section),
                            stub->arena);
    if (text)
        text = append_words(*options ? *options : "", text, stub->arena);
    *options = text;
    return text || error_set(error, ERROR_OUT_OF_MEMORY);
}

static bool add_part(struct stub *stub, const struct companion *file, const struct uki *addon,
                     enum uki_section_kind kind, struct boot_files *parts, struct error *error)
{
    struct range section = addon->sections[kind];

    return !addon->present[kind] || range_size(section) == 0 ||
           boot_files_add_bytes(parts, stub->arena, file->name, file->bytes + section.start,
                                range_size(section), true) ||
           error_set(error, ERROR_OUT_OF_MEMORY);
}

static bool add(struct stub *stub, const struct companions *companions,
                const struct companion_directory *directory, const char *name, const char *uname,
                struct error *error)
{
    struct additions *added = &stub->trust->added;
    struct companion file;
    struct uki addon;

    if (!companion_read(stub, companions, directory, name, stub->arena, &file, error) ||
        !verify(stub, &file, error) ||
        !addon_read(file.bytes, file.size, uname, stub->arena, &addon, error))
        return companion_skip(file.path, error);
    return add_options(stub, &file, &addon, error) &&
           add_part(stub, &file, &addon, UKI_INITRD, &added->initrds, error) &&
           add_part(stub, &file, &addon, UKI_UCODE, &added->ucode, error);
}

static bool add_directory(struct stub *stub, const struct companions *companions,
                          enum companion_place place, const char *uname, struct error *error)
{
    const struct companion_directory *directory = &companions->directories[place];

    for (size_t i = 0; i < directory->count; i++) {
        if (companion_kind_of(directory->names[i]) == COMPANION_ADDON &&
            !add(stub, companions, directory, directory->names[i], uname, error))
            return false;
    }
    return true;
}

bool addons_add(struct stub *stub, const struct companions *companions, struct error *error)
{
    const char **command_line = &stub->request.command_line;
    const char *options, *uname;

    if (!read_own_uname(stub, &uname, error) ||
        !add_directory(stub, companions, PLACE_ADDONS, uname, error) ||
        !add_directory(stub, companions, PLACE_IMAGE, uname, error))
        return false;
    options = stub->trust->added.options;
    if (options)
        *command_line = append_words(*command_line, options, stub->arena);
    return *command_line || error_set(error, ERROR_OUT_OF_MEMORY);
}
