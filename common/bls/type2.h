/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries that are unified kernel images: type #2 of the Boot Loader Specification (UAPI.1), an EFI
 * program with the sections .osrel and .cmdline. Each of its profiles (UAPI.5) is an entry. What is
 * shown comes from these sections, as in systemd-boot:
 *
 *   title     PRETTY_NAME, IMAGE_ID, NAME or ID, with the profile's TITLE or ID in parentheses
 *   version   IMAGE_VERSION, VERSION, VERSION_ID or BUILD_ID
 *   ID        the file's name; for profiles but the first with @ and the profile's ID or number
 */
#pragma once

#include "common/base/byte_source.h"
#include "common/base/units.h"
#include "common/bls/entry_list.h"

/* More profiles are not looked at: as many as systemd-boot has. */
#define TYPE2_PROFILES_MAX 256

/* Of .osrel, .profile and .cmdline each. */
#define TYPE2_TEXT_MAX (64 * KIB)

/*
 * Adds an entry for each profile that has a title; `image` is the file. A few small reads: the
 * section table and these texts.
 *
 * On failure nothing is added. ERROR_NO_PROGRAM and ERROR_NO_OS_RELEASE: the file is no entry;
 * others: it is damaged, or cannot be read.
 */
bool type2_read(const struct entry_source *source, struct byte_source *image, struct arena *arena,
                struct entry_list *list, struct error *error);
