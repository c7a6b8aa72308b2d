/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/image.h"

#include "pvh/messages.h"

#include <string.h>

/* More text than this is not read; the loader does not show as much either. */
#define SECTION_TEXT_MAX (1 * MIB)

/* The boot protocol's magic of a bzImage, which is an EFI program too (Linux, boot.rst). */
#define BZIMAGE_MAGIC_OFFSET 0x202

static bool is_bzimage(struct byte_source *source)
{
    char magic[4];
    struct error error;

    return source->size >= BZIMAGE_MAGIC_OFFSET + sizeof(magic) &&
           source->read(source, BZIMAGE_MAGIC_OFFSET, magic, sizeof(magic), &error) &&
           memcmp(magic, "HdrS", sizeof(magic)) == 0;
}

/* *ret_text is NUL-terminated; "" if the section is not there. */
static bool read_text(struct byte_source *source, const struct uki *uki, enum uki_section_kind kind,
                      struct arena *arena, const char **ret_text, size_t *ret_size,
                      struct error *error)
{
    uint64_t size = uki->present[kind] ? range_size(uki->sections[kind]) : 0;
    char *text;

    if (size > SECTION_TEXT_MAX) {
        (void)error_set(error, ERROR_SECTION_TOO_LARGE, size, SECTION_TEXT_MAX);
        error->reason = uki_section_name(kind);
        return false;
    }
    text = arena_alloc(arena, size + 1, 1);
    if (!text)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    *ret_text = text;
    *ret_size = (size_t)size;
    return size == 0 || source->read(source, uki->sections[kind].start, text, (size_t)size, error);
}

static bool read_pins(struct byte_source *source, const struct pe_sections *sections,
                      struct arena *arena, struct pins *ret_pins, struct error *error)
{
    struct uki uki;
    const char *text;
    size_t size;

    return uki_find_sections(sections, 0, &uki, error) &&
           (!uki.present[UKI_PINS] ||
            (read_text(source, &uki, UKI_PINS, arena, &text, &size, error) &&
             pins_parse(text, size, arena, ret_pins, error)));
}

/* *ret_options is NULL if there is no command line. */
static bool read_options(struct byte_source *source, const struct uki *uki, struct arena *arena,
                         const char **ret_options, struct error *error)
{
    const char *text;
    size_t size;

    *ret_options = NULL;
    if (!uki->present[UKI_CMDLINE])
        return true;
    if (!read_text(source, uki, UKI_CMDLINE, arena, &text, &size, error))
        return false;
    *ret_options = uki_command_line(text, size, arena);
    return *ret_options || error_set(error, ERROR_OUT_OF_MEMORY);
}

bool image_read_pins(struct host_file *file, struct arena *arena, struct pins *ret_pins,
                     const char **ret_options, struct error *error)
{
    struct pe_sections sections;
    struct uki uki;

    *ret_pins = (struct pins){.count = 0};
    if (!pe_read_sections(&file->source, PE_IN_FILE, arena, &sections, error) ||
        !uki_find_sections(&sections, 0, &uki, error))
        return false;
    return read_options(&file->source, &uki, arena, ret_options, error) &&
           read_pins(&file->source, &sections, arena, ret_pins, error);
}

static bool fail(struct image *image, const struct error *error)
{
    struct text text = {image->message, sizeof(image->message), 0};

    if (error->code == ERROR_READ || error->code == ERROR_OUT_OF_MEMORY) {
        image->status = STATUS_TROUBLE;
        text_append(&text, error->code == ERROR_READ ? image->file.reason : OUT_OF_MEMORY);
    } else {
        if (image->status == STATUS_BOOTABLE)
            image->status = STATUS_NOT_BOOTABLE;
        error_append(&text, error);
    }
    return false;
}

/* The kernel in .linux, which is read only once for all profiles. */
static const struct kernel *read_kernel(struct image *image, struct range section,
                                        struct arena *arena)
{
    struct kernel *kernel = &image->kernels[image->kernel_count];
    TEXT_ON_STACK(name, 1200);
    const char *shown;

    for (size_t i = 0; i < image->profile_count; i++) {
        const struct image_profile *earlier = &image->profiles[i];

        if (earlier->kernel && earlier->uki.sections[UKI_LINUX].start == section.start)
            return earlier->kernel;
    }
    text_format(&name, "%s: %s", image->path, uki_section_name(UKI_LINUX));
    shown = arena_strndup(arena, name.data, name.length);
    kernel_read_part(image->path, shown ? shown : image->path, section, arena, kernel);
    image->kernel_count++;
    image->status = image->status > kernel->status ? image->status : kernel->status;
    return kernel;
}

static bool read_profile_texts(struct image *image, struct image_profile *profile,
                               struct arena *arena, struct error *error)
{
    struct byte_source *source = &image->file.source;
    const char *text;
    size_t size;

    if (!read_text(source, &profile->uki, UKI_PROFILE, arena, &text, &size, error))
        return false;
    if (!uki_profile_parse(text, size, arena, &profile->name))
        return error_set(error, ERROR_OUT_OF_MEMORY);
    if (!read_text(source, &profile->uki, UKI_OSREL, arena, &text, &size, error))
        return false;
    if (!os_release_parse(text, size, arena, &profile->release))
        return error_set(error, ERROR_OUT_OF_MEMORY);
    return read_options(source, &profile->uki, arena, &profile->command_line, error);
}

static bool read_profiles(struct image *image, bool has_kernel, struct arena *arena,
                          struct error *error)
{
    struct uki_walk walk = uki_walk_start(&image->sections);
    struct image_profile profile = {.command_line = NULL};

    while (uki_walk_next(&walk, &profile.uki)) {
        if (!read_profile_texts(image, &profile, arena, error))
            return false;
        if (profile.uki.present[UKI_LINUX])
            profile.kernel = read_kernel(image, profile.uki.sections[UKI_LINUX], arena);
        else if (has_kernel)
            (void)fail(image, &(struct error){.code = ERROR_IMAGE_WITHOUT_KERNEL,
                                              .number = {image->profile_count}});
        image->profiles[image->profile_count++] = profile;
        profile = (struct image_profile){.command_line = NULL};
    }
    return true;
}

static bool check(struct image *image, bool has_kernel, struct arena *arena, struct error *error)
{
    size_t most = 1 + uki_profile_count(&image->sections);

    image->profiles = arena_alloc(arena, most, sizeof(*image->profiles));
    image->kernels = arena_alloc(arena, most, sizeof(*image->kernels));
    if (!image->profiles || !image->kernels)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    return read_pins(&image->file.source, &image->sections, arena, &image->pins, error) &&
           read_profiles(image, has_kernel, arena, error);
}

bool image_read(const char *path, struct arena *arena, struct image *ret_image)
{
    struct error error = {.code = ERROR_NONE};
    struct uki uki;
    bool has_kernel;

    *ret_image = (struct image){.path = path};
    if (!host_file_open(path, &ret_image->file) || is_bzimage(&ret_image->file.source))
        return false;
    if (!pe_read_sections(&ret_image->file.source, PE_IN_FILE, arena, &ret_image->sections,
                          &error)) {
        (void)fail(ret_image, &error);
        return error.code != ERROR_NO_PROGRAM && error.code != ERROR_READ;
    }
    has_kernel = uki_has_kernel(&ret_image->sections);
    if (!has_kernel &&
        (!uki_find_sections(&ret_image->sections, 0, &uki, &error) || !uki.present[UKI_PINS]))
        return false;
    if (!check(ret_image, has_kernel, arena, &error))
        (void)fail(ret_image, &error);
    return true;
}

void image_close(struct image *image)
{
    for (size_t i = 0; i < image->kernel_count; i++)
        kernel_close(&image->kernels[i]);
    image->kernel_count = 0;
    host_file_close(&image->file);
}
