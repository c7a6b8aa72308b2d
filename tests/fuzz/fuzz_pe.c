/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer: the section table of a PE file, as a file and as an image in memory, and the profiles
 * of the unified kernel image that it may be.
 */
#include "tests/fuzz/fuzz_text.h"

#include "common/base/architecture.h"
#include "common/uki/uki.h"
#include "pvh/messages.h"

static void require_words(const struct error *error)
{
    TEXT_ON_STACK(text, 1000);

    require(error->code != ERROR_NONE);
    error_append(&text, error);
    require(text.length > 0);
    require_shown(text.data);
}

static void require_sections(const struct pe_sections *sections, uint64_t size)
{
    for (size_t i = 0; i < sections->count; i++) {
        struct range bytes = sections->items[i].bytes;

        require(bytes.start <= bytes.end && bytes.end <= size);
        require(sections->items[i].name[PE_NAME_SIZE] == '\0');
        for (size_t j = 0; j < i; j++)
            require(!range_overlaps(bytes, sections->items[j].bytes));
    }
}

/* Each section of a profile is one of the table that has its name. */
static void require_profile(const struct pe_sections *sections, const struct uki *uki)
{
    for (enum uki_section_kind kind = 0; kind < UKI_SECTION_KINDS; kind++) {
        bool found = !uki->present[kind];

        for (size_t i = 0; !found && i < sections->count; i++)
            found = strcmp(sections->items[i].name, uki_section_name(kind)) == 0 &&
                    sections->items[i].bytes.start == uki->sections[kind].start &&
                    sections->items[i].bytes.end == uki->sections[kind].end;
        require(found);
    }
}

static void require_profiles(const struct pe_sections *sections)
{
    unsigned count = uki_profile_count(sections);
    struct uki_walk walk = uki_walk_start(sections);
    struct error error = {0};
    struct uki uki, walked;

    for (unsigned profile = 0; profile == 0 || profile < count; profile++) {
        require(uki_find_sections(sections, profile, &uki, &error));
        require(uki_walk_next(&walk, &walked));
        require_profile(sections, &uki);
        for (enum uki_section_kind kind = 0; kind < UKI_SECTION_KINDS; kind++)
            require(uki.present[kind] == walked.present[kind] &&
                    uki.sections[kind].start == walked.sections[kind].start);
    }
    require(!uki_walk_next(&walk, &walked));
    require(!uki_find_sections(sections, count ? count : 1, &uki, &error));
    require_words(&error);
}

static void read_as(struct byte_source *source, enum pe_layout layout)
{
    struct arena arena = {0};
    struct pe_sections sections;
    struct error error = {0}, program = {0};

    if (pe_read_sections(source, layout, &arena, &sections, &error)) {
        require(pe_check_program(source, &program) == (sections.machine == FIRMWARE_PE_MACHINE));
        require_sections(&sections, source->size);
        require_profiles(&sections);
    } else {
        require_words(&error);
        require(error.code != ERROR_NO_PROGRAM || !pe_check_program(source, &program));
    }
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy = (uint8_t *)copy_bytes(data, size);
    struct memory_source source;

    memory_source_init(&source, copy, size);
    read_as(&source.source, PE_IN_FILE);
    read_as(&source.source, PE_IN_MEMORY);
    free(copy);
    return 0;
}
