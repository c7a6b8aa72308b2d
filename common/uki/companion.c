/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/uki/companion.h"

#include "common/base/text.h"
#include "common/base/units.h"

#include <string.h>

/* In this order: the suffix of system extensions is also that of configuration extensions. */
static const struct {
    char suffix[13];
    uint8_t kind;
} suffixes[] = {
    {".addon.efi", COMPANION_ADDON},
    {".cred", COMPANION_CREDENTIAL},
    {".confext.raw", COMPANION_CONFEXT},
    {".raw", COMPANION_SYSEXT},
};

static bool is_plain(const char *name)
{
    if (*name == '.')
        return false;
    for (; *name; name++) {
        if (*name < ' ' || *name > '~' || *name == '/' || *name == '\\')
            return false;
    }
    return true;
}

enum companion_kind companion_kind_of(const char *name)
{
    for (size_t i = 0; i < ELEMENTS(suffixes) && is_plain(name); i++) {
        if (text_ends_with_ignoring_case(name, suffixes[i].suffix))
            return (enum companion_kind)suffixes[i].kind;
    }
    return COMPANION_NONE;
}

static bool fits_kernel(const struct uki *addon, const uint8_t *bytes, const char *uname,
                        struct arena *arena, struct error *error)
{
    const char *wanted;

    if (!uname)
        return true;
    if (!uki_read_text(bytes, addon, UKI_UNAME, arena, &wanted, error))
        return false;
    return !wanted || strcmp(wanted, uname) == 0 || error_set(error, ERROR_ADDON_UNAME);
}

bool addon_read(const uint8_t *bytes, uint64_t size, const char *uname, struct arena *arena,
                struct uki *ret_addon, struct error *error)
{
    struct memory_source memory;
    struct pe_sections sections;
    struct range certificates;

    memory_source_init(&memory, bytes, size);
    if (!pe_check_program(&memory.source, error) ||
        !pe_find_certificates(&memory.source, &certificates, error))
        return false;
    memory_source_init(&memory, bytes, certificates.start);
    if (!pe_read_sections(&memory.source, PE_IN_FILE, arena, &sections, error) ||
        !uki_find_sections(&sections, 0, ret_addon, error))
        return false;
    if (uki_has_kernel(&sections))
        return error_set(error, ERROR_ADDON_WITH_KERNEL);
    return fits_kernel(ret_addon, bytes, uname, arena, error);
}
