/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/uki/os_release.h"

#include "common/base/units.h"
#include "common/uki/assignments.h"

enum field {
    PRETTY_NAME,
    IMAGE_ID,
    NAME,
    ID,
    IMAGE_VERSION,
    VERSION,
    VERSION_ID,
    BUILD_ID,
    FIELDS
};

static const char names[FIELDS][14] = {
    [PRETTY_NAME] = "PRETTY_NAME",
    [IMAGE_ID] = "IMAGE_ID",
    [NAME] = "NAME",
    [ID] = "ID",
    [IMAGE_VERSION] = "IMAGE_VERSION",
    [VERSION] = "VERSION",
    [VERSION_ID] = "VERSION_ID",
    [BUILD_ID] = "BUILD_ID",
};

static bool read_field(const struct assignment *assignment, struct arena *arena,
                       const char *values[FIELDS])
{
    for (enum field field = 0; field < FIELDS; field++) {
        if (assignment_has_key(assignment, names[field]))
            return (values[field] = assignment_value(assignment, arena));
    }
    return true;
}

/* The first of the fields that is there and not empty; "" for none. */
static const char *choose(const char *const values[FIELDS], const enum field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (values[fields[i]] && *values[fields[i]])
            return values[fields[i]];
    }
    return "";
}

bool os_release_parse(const char *text, size_t length, struct arena *arena,
                      struct os_release *ret_release)
{
    static const enum field titles[] = {PRETTY_NAME, IMAGE_ID, NAME, ID};
    static const enum field versions[] = {IMAGE_VERSION, VERSION, VERSION_ID, BUILD_ID};
    static const enum field keys[] = {IMAGE_ID, ID};
    struct assignments assignments = assignments_of(text, length);
    const char *values[FIELDS] = {NULL};
    struct assignment assignment;

    while (assignments_next(&assignments, &assignment)) {
        if (!read_field(&assignment, arena, values))
            return false;
    }
    ret_release->title = choose(values, titles, ELEMENTS(titles));
    ret_release->version = choose(values, versions, ELEMENTS(versions));
    ret_release->sort_key = choose(values, keys, ELEMENTS(keys));
    return true;
}
