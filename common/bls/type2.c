/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/type2.h"

#include "common/base/architecture.h"
#include "common/uki/os_release.h"
#include "common/uki/profile.h"
#include "common/uki/uki.h"

#include <string.h>

/* An image being read. */
struct reading {
    const struct entry_source *source;
    const char *path;
    struct byte_source *image;
    struct arena *arena;        /* of the entries */
    struct arena scratch;       /* of what is needed until the image has been read */
    struct range release_range; /* the .osrel that `release` is from, */
    bool has_release;           /* if it has been read */
    struct os_release release;
};

struct section_text {
    const char *bytes; /* not NUL-terminated */
    size_t length;
};

/* Reads a section of text; without one, the text is empty. */
static bool read_text(struct reading *reading, const struct uki *uki, enum uki_section_kind kind,
                      struct section_text *ret_text, struct error *error)
{
    struct range range = uki->sections[kind];
    uint64_t size = range_size(range);
    char *bytes;

    *ret_text = (struct section_text){"", 0};
    if (size == 0)
        return true;
    if (size > TYPE2_TEXT_MAX) {
        error->reason = uki_section_name(kind);
        return error_set(error, ERROR_SECTION_TOO_LARGE, size, TYPE2_TEXT_MAX);
    }
    bytes = arena_alloc_bulk(&reading->scratch, size);
    if (!bytes)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    *ret_text = (struct section_text){bytes, (size_t)size};
    return reading->image->read(reading->image, range.start, bytes, (size_t)size, error);
}

/* Most profiles share one .osrel, which is read once. */
static bool read_release(struct reading *reading, const struct uki *uki, struct error *error)
{
    struct range range = uki->sections[UKI_OSREL];
    struct section_text text;

    if (reading->has_release && range.start == reading->release_range.start &&
        range.end == reading->release_range.end)
        return true;
    if (!read_text(reading, uki, UKI_OSREL, &text, error))
        return false;
    reading->release_range = range;
    reading->has_release =
        os_release_parse(text.bytes, text.length, &reading->scratch, &reading->release);
    return reading->has_release || error_set(error, ERROR_OUT_OF_MEMORY);
}

/* "Debian 13 (Factory reset)"; a profile without a name has its number, counted from 1. */
static const char *make_title(const struct reading *reading, unsigned number,
                              const struct uki_profile *profile)
{
    const char *name = *profile->title ? profile->title : number > 0 ? profile->id : "";
    const char *title = reading->release.title;
    TEXT_ON_STACK(unnamed, sizeof("Profile #4294967295"));
    struct text text = {NULL, 0, 0};

    text_format(&unnamed, "Profile #%u", number + 1);
    if (!*name && number > 0)
        name = unnamed.data;
    text.size = strlen(title) + strlen(name) + sizeof(" ()");
    text.data = arena_alloc(reading->arena, text.size, 1);
    if (!text.data)
        return NULL;
    text_format(&text, *name ? "%s (%s)" : "%s%s", title, name);
    return text_clean_copy(text.data, reading->arena);
}

static const char *copy_clean(const struct reading *reading, const char *text)
{
    return text_clean_copy(text, reading->arena);
}

static bool make_entry(const struct reading *reading, unsigned number,
                       const struct uki_profile *profile, const struct section_text *command_line,
                       struct boot_entry *entry)
{
    *entry = (struct boot_entry){
        .version = copy_clean(reading, reading->release.version),
        .machine_id = "",
        .sort_key = copy_clean(reading, reading->release.sort_key),
        .architecture = "",
        .efi = {.volume = reading->source->volume, .path = reading->path, .command = ""},
        .request = {.title = make_title(reading, number, profile),
                    .command_line = uki_command_line(command_line->bytes, command_line->length,
                                                     reading->arena)},
        .options_in_image = true,
        .is_uki = true,
        .profile = number,
    };
    return entry->version && entry->sort_key && entry->request.title &&
           entry->request.command_line &&
           entry_set_source(entry, reading->source, reading->arena) &&
           (number == 0 || entry_set_profile_id(entry, profile->id, reading->arena));
}

static bool add_profile(struct reading *reading, const struct uki *uki, unsigned number,
                        struct entry_list *list, struct error *error)
{
    struct section_text text, command_line;
    struct uki_profile profile;
    struct boot_entry *slot;

    if (!uki->present[UKI_OSREL])
        return true;
    if (!read_release(reading, uki, error))
        return false;
    if (!*reading->release.title)
        return true;
    if (!read_text(reading, uki, UKI_PROFILE, &text, error) ||
        !read_text(reading, uki, UKI_CMDLINE, &command_line, error))
        return false;
    slot = entry_list_push(list, reading->arena);
    if (!slot || !uki_profile_parse(text.bytes, text.length, &reading->scratch, &profile) ||
        !make_entry(reading, number, &profile, &command_line, slot))
        return error_set(error, ERROR_OUT_OF_MEMORY);
    list->count++;
    return true;
}

static bool add_profiles(struct reading *reading, struct entry_list *list, struct error *error)
{
    struct pe_sections sections;
    struct uki_walk walk;
    struct uki uki;

    if (!pe_read_sections(reading->image, PE_IN_FILE, &reading->scratch, &sections, error))
        return false;
    if (sections.machine != FIRMWARE_PE_MACHINE)
        return error_set(error, ERROR_NO_PROGRAM);
    walk = uki_walk_start(&sections);
    for (unsigned number = 0; number < TYPE2_PROFILES_MAX && uki_walk_next(&walk, &uki); number++) {
        if (!add_profile(reading, &uki, number, list, error))
            return false;
    }
    return true;
}

bool type2_read(const struct entry_source *source, struct byte_source *image, struct arena *arena,
                struct entry_list *list, struct error *error)
{
    struct reading reading = {
        .source = source,
        .path = entry_source_path(source, arena),
        .image = image,
        .arena = arena,
        .scratch = {.get_chunk = arena->get_chunk, .put_chunk = arena->put_chunk},
    };
    size_t before = list->count;
    bool read =
        reading.path ? add_profiles(&reading, list, error) : error_set(error, ERROR_OUT_OF_MEMORY);

    arena_release(&reading.scratch);
    if (!read)
        list->count = before;
    return read && (list->count > before || error_set(error, ERROR_NO_OS_RELEASE));
}
