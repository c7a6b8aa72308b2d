/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/stub/addons.h"

#include "common/base/text.h"
#include "efi/trust/image_services.h"
#include "efi/trust/verify.h"

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

/* "A B", or the one that is not empty; NULL when out of memory. */
static const char *append_words(const char *a, const char *b, struct arena *arena)
{
    if (!*a || !*b)
        return *a ? a : b;
    return text_join(a, ' ', b, arena);
}

static bool add_options(struct stub *stub, const struct companion *file, const struct uki *addon,
                        struct error *error)
{
    const char **options = &stub->trust->added.options;
    const char *text;

    if (!uki_read_text(file->bytes, addon, UKI_CMDLINE, stub->arena, &text, error))
        return false;
    if (!text)
        return true;
    *options = append_words(*options ? *options : "", text, stub->arena);
    return *options || error_set(error, ERROR_OUT_OF_MEMORY);
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

    if (!uki_read_text(stub->trust->own_bytes, &stub->trust->uki, UKI_UNAME, stub->arena, &uname,
                       error) ||
        !add_directory(stub, companions, PLACE_ADDONS, uname, error) ||
        !add_directory(stub, companions, PLACE_IMAGE, uname, error))
        return false;
    options = stub->trust->added.options;
    if (options)
        *command_line = append_words(*command_line, options, stub->arena);
    return *command_line || error_set(error, ERROR_OUT_OF_MEMORY);
}
