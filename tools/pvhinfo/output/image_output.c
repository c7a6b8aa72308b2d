/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/base/text.h"
#include "tools/pvhinfo/image.h"
#include "tools/pvhinfo/output/printable.h"
#include "tools/pvhinfo/result.h"

#define VALUE_SHOWN 4200

static const char *kind_name(const struct image *image)
{
    if (uki_has_kernel(&image->sections))
        return "unified kernel image";
    return image->profile_count > 0 ? "loader with pins" : "EFI program"; /* or damaged */
}

/* Sections come from anywhere and may contain terminal control sequences. */
static void print_row(const char *name, const char *value)
{
    TEXT_ON_STACK(text, VALUE_SHOWN);

    text_append_clean(&text, value);
    printf("  %-12s %s\n", name, text.data);
}

static void print_value(const char *name, const char *value)
{
    if (value && *value)
        print_row(name, value);
}

static void print_profile(const struct image *image, size_t index)
{
    const struct image_profile *profile = &image->profiles[index];
    TEXT_ON_STACK(text, VALUE_SHOWN);

    if (profile->uki.present[UKI_PROFILE]) {
        text_format(&text, "%u", (unsigned)index);
        if (*profile->name.id)
            text_format(&text, ", ID %s", profile->name.id);
        if (*profile->name.title)
            text_format(&text, ", %s", profile->name.title);
        print_row("profile", text.data);
    }
    print_value("title", profile->release.title);
    print_value("version", profile->release.version);
    print_value("command line", profile->command_line);
    for (enum uki_section_kind kind = 0; kind < UKI_SECTION_KINDS; kind++) {
        if (!profile->uki.present[kind])
            continue;
        printf("  section      %-8s ", uki_section_name(kind));
        printf("%llu bytes\n", (unsigned long long)range_size(profile->uki.sections[kind]));
    }
}

void print_image(const struct image *image)
{
    if (image->status == STATUS_TROUBLE)
        return;
    print_printable(stdout, image->path);
    printf(": %s, %s\n", image->status == STATUS_BOOTABLE ? "bootable" : "not bootable",
           kind_name(image));
    for (size_t i = 0; i < image->profile_count; i++)
        print_profile(image, i);
    for (size_t i = 0; i < image->pins.count; i++) {
        TEXT_ON_STACK(text, VALUE_SHOWN);

        text_append_hex(&text, image->pins.items[i].digest, PIN_SIZE);
        text_format(&text, "  %s", image->pins.items[i].path);
        print_row("pin", text.data);
    }
    if (image->message[0])
        printf("  reason       %s\n", image->message);
    for (size_t i = 0; i < image->kernel_count; i++)
        print_result(&(struct result){.kernel = &image->kernels[i]});
}

static void write_sections(struct json *json, const struct uki *uki)
{
    json_begin(json, "sections", '[');
    for (enum uki_section_kind kind = 0; kind < UKI_SECTION_KINDS; kind++) {
        if (!uki->present[kind])
            continue;
        json_begin(json, NULL, '{');
        json_string(json, "name", uki_section_name(kind));
        json_number(json, "offset", uki->sections[kind].start);
        json_number(json, "size", range_size(uki->sections[kind]));
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void write_known(struct json *json, const char *key, const char *text)
{
    json_string(json, key, text && *text ? text : NULL);
}

static void write_profile(struct json *json, const struct image *image, size_t index)
{
    const struct image_profile *profile = &image->profiles[index];

    json_begin(json, NULL, '{');
    json_number(json, "number", index);
    write_known(json, "id", profile->name.id);
    write_known(json, "profile_title", profile->name.title);
    write_known(json, "title", profile->release.title);
    write_known(json, "version", profile->release.version);
    json_string(json, "command_line", profile->command_line);
    write_sections(json, &profile->uki);
    if (profile->kernel)
        json_number(json, "kernel", (uint64_t)(profile->kernel - image->kernels));
    else
        json_null(json, "kernel");
    json_end(json, '}');
}

static void write_pins(struct json *json, const struct pins *pins)
{
    json_begin(json, "pins", '[');
    for (size_t i = 0; i < pins->count; i++) {
        TEXT_ON_STACK(digest, 2 * PIN_SIZE + 1);

        text_append_hex(&digest, pins->items[i].digest, PIN_SIZE);
        json_begin(json, NULL, '{');
        json_string(json, "path", pins->items[i].path);
        json_string(json, "sha256", digest.data);
        json_end(json, '}');
    }
    json_end(json, ']');
}

void print_image_json(struct json *json, const struct image *image)
{
    json_begin(json, NULL, '{');
    json_string(json, "file", image->path);
    json_bool(json, "bootable", image->status == STATUS_BOOTABLE);
    write_known(json, "error", image->message);
    json_string(json, "image", kind_name(image));
    json_begin(json, "profiles", '[');
    for (size_t i = 0; i < image->profile_count; i++)
        write_profile(json, image, i);
    json_end(json, ']');
    write_pins(json, &image->pins);
    json_begin(json, "kernels", '[');
    for (size_t i = 0; i < image->kernel_count; i++) {
        const struct kernel *kernel = &image->kernels[i];

        print_result_json(json, &(struct result){.kernel = kernel,
                                                 .message = kernel->message,
                                                 .error_file = kernel->file.path});
    }
    json_end(json, ']');
    json_end(json, '}');
}
