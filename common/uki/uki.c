/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/uki/uki.h"

#include "common/base/text.h"

#include <string.h>

static const char names[UKI_SECTION_KINDS][PE_NAME_SIZE + 1] = {
    [UKI_LINUX] = ".linux",     [UKI_OSREL] = ".osrel",     [UKI_CMDLINE] = ".cmdline",
    [UKI_INITRD] = ".initrd",   [UKI_UCODE] = ".ucode",     [UKI_SPLASH] = ".splash",
    [UKI_DTB] = ".dtb",         [UKI_UNAME] = ".uname",     [UKI_SBAT] = ".sbat",
    [UKI_PCRPKEY] = ".pcrpkey", [UKI_PROFILE] = ".profile", [UKI_DTBAUTO] = ".dtbauto",
    [UKI_HWIDS] = ".hwids",     [UKI_PCRSIG] = ".pcrsig",   [UKI_PINS] = ".pins",
};

const char *uki_section_name(enum uki_section_kind kind)
{
    return names[kind];
}

/* UKI_SECTION_KINDS for sections that are none of a unified kernel image. */
static enum uki_section_kind find_kind(const char *name)
{
    enum uki_section_kind kind = 0;

    while (kind < UKI_SECTION_KINDS && strcmp(name, names[kind]) != 0)
        kind++;
    return kind;
}

bool uki_has_kernel(const struct pe_sections *sections)
{
    for (size_t i = 0; i < sections->count; i++) {
        if (find_kind(sections->items[i].name) == UKI_LINUX)
            return true;
    }
    return false;
}

unsigned uki_profile_count(const struct pe_sections *sections)
{
    unsigned count = 0;

    for (size_t i = 0; i < sections->count; i++)
        count += find_kind(sections->items[i].name) == UKI_PROFILE;
    return count;
}

/*
 * Takes the sections from *index up to the next .profile, which replace those of an earlier part.
 */
static void take_part(const struct pe_sections *sections, size_t *index, struct uki *uki)
{
    bool taken[UKI_SECTION_KINDS] = {false};

    for (; *index < sections->count; ++*index) {
        const struct pe_section *section = &sections->items[*index];
        enum uki_section_kind kind = find_kind(section->name);

        if (kind == UKI_PROFILE)
            return;
        if (kind == UKI_SECTION_KINDS || taken[kind])
            continue;
        taken[kind] = uki->present[kind] = true;
        uki->sections[kind] = section->bytes;
    }
}

struct uki_walk uki_walk_start(const struct pe_sections *sections)
{
    struct uki_walk walk = {.sections = sections};

    take_part(sections, &walk.next, &walk.base);
    return walk;
}

bool uki_walk_next(struct uki_walk *walk, struct uki *ret_uki)
{
    *ret_uki = walk->base;
    if (walk->next == walk->sections->count)
        return walk->visited++ == 0;
    ret_uki->present[UKI_PROFILE] = true;
    ret_uki->sections[UKI_PROFILE] = walk->sections->items[walk->next++].bytes;
    take_part(walk->sections, &walk->next, ret_uki);
    walk->visited++;
    return true;
}

bool uki_find_sections(const struct pe_sections *sections, unsigned profile, struct uki *ret_uki,
                       struct error *error)
{
    struct uki_walk walk = uki_walk_start(sections);

    while (uki_walk_next(&walk, ret_uki)) {
        if (walk.visited - 1 == profile)
            return true;
    }
    return error_set(error, ERROR_NO_PROFILE, profile, uki_profile_count(sections));
}

const char *uki_command_line(const char *text, uint64_t size, struct arena *arena)
{
    char *line = arena_strndup(arena, text, size);
    size_t length, start = 0;

    if (!line)
        return NULL;
    for (length = 0; length < size && line[length]; length++) {
        if ((unsigned char)line[length] < ' ' || line[length] == 0x7f)
            line[length] = ' ';
    }
    while (length > 0 && line[length - 1] == ' ')
        line[--length] = '\0';
    while (line[start] == ' ')
        start++;
    return line + start;
}

bool uki_read_text(const uint8_t *image, const struct uki *uki, enum uki_section_kind kind,
                   struct arena *arena, const char **ret_text, struct error *error)
{
    struct range section = uki->sections[kind];

    *ret_text = NULL;
    if (!uki->present[kind])
        return true;
    *ret_text = uki_command_line((const char *)image + section.start, range_size(section), arena);
    return *ret_text || error_set(error, ERROR_OUT_OF_MEMORY);
}
