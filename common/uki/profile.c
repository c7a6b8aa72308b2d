/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/uki/profile.h"

#include "common/uki/assignments.h"

bool uki_profile_parse(const char *text, size_t length, struct arena *arena,
                       struct uki_profile *ret_profile)
{
    struct assignments assignments = assignments_of(text, length);
    struct assignment assignment;

    *ret_profile = (struct uki_profile){.id = "", .title = ""};
    while (assignments_next(&assignments, &assignment)) {
        const char **value = NULL;

        if (assignment_has_key(&assignment, "ID"))
            value = &ret_profile->id;
        else if (assignment_has_key(&assignment, "TITLE"))
            value = &ret_profile->title;
        if (value && !(*value = assignment_value(&assignment, arena)))
            return false;
    }
    return true;
}
