/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/trust_state.h"

#include "common/base/byte_source.h"
#include "efi/console/console.h"
#include "efi/trust/secure_boot.h"

/* The sections that apply to all profiles. */
static bool read_own_texts(struct trust *trust, struct arena *arena, struct error *error)
{
    struct range pins;
    struct uki uki;

    if (!uki_find_sections(&trust->own, 0, &uki, error))
        return false;
    pins = uki.sections[UKI_PINS];
    if (uki.present[UKI_PINS] && !pins_parse((const char *)trust->own_bytes + pins.start,
                                             range_size(pins), arena, &trust->pins, error))
        return false;
    return uki_read_text(trust->own_bytes, &uki, UKI_CMDLINE, arena, &trust->command_line, error);
}

/* The certificates themselves are not in memory. */
static bool has_no_certificates(struct memory_source *memory)
{
    struct error ignored = {.code = ERROR_NONE};
    struct range certificates;

    return pe_find_certificates(&memory->source, &certificates, &ignored) &&
           range_size(certificates) == 0;
}

static bool read_own_image(const EFI_LOADED_IMAGE *loaded, struct arena *arena, struct trust *trust,
                           struct error *error)
{
    struct memory_source memory;

    trust->own_bytes = loaded->ImageBase;
    if (!trust->own_bytes || loaded->ImageSize == 0)
        return true; /* firmware that does not say where it has loaded us */
    memory_source_init(&memory, trust->own_bytes, loaded->ImageSize);
    trust->is_unsigned = has_no_certificates(&memory);
    if (pe_read_sections(&memory.source, PE_IN_MEMORY, arena, &trust->own, error))
        return read_own_texts(trust, arena, error);
    if (error->code != ERROR_NO_PROGRAM)
        return error_name(error, "the loader's own image");
    error_clear(error); /* firmware that has not loaded the headers */
    return true;
}

bool trust_start(const EFI_LOADED_IMAGE *loaded, struct arena *arena, struct trust *ret_trust,
                 struct error *error)
{
    *ret_trust = (struct trust){.arena = arena};
    ret_trust->state = secure_boot_read(&ret_trust->may_be_in_setup, &ret_trust->why_unknown);
    if (policy_warning(ret_trust->state) != ERROR_NONE)
        console_warn(policy_warning(ret_trust->state), NULL);
    ret_trust->measurements.required = policy_is_enforced(ret_trust->state);
    return read_own_image(loaded, arena, ret_trust, error);
}
