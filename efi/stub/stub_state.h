/* SPDX-License-Identifier: BSD-2-Clause */
/* A boot of what our own image contains, shared by the files of efi/stub. */
#pragma once

#include "efi/efi.h"

#include "common/options/options.h"
#include "common/uki/uki.h"
#include "efi/boot/trust_state.h"

struct stub {
    EFI_HANDLE image;
    const EFI_LOADED_IMAGE *loaded;
    struct trust *trust;
    struct arena *arena;
    struct options options;
    struct boot_request request;
};

/* The bytes of a section that is present, in our own image. */
static inline const uint8_t *stub_section(const struct stub *stub, enum uki_section_kind kind)
{
    return stub->trust->own_bytes + stub->trust->uki.sections[kind].start;
}

static inline uint64_t stub_section_size(const struct stub *stub, enum uki_section_kind kind)
{
    return range_size(stub->trust->uki.sections[kind]);
}
