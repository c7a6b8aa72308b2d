/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "common/bls/catalog_reader.h"
#include "common/bls/entry.h"

/*
 * An initrd's value is one path, which may have spaces in it. GRUB takes several paths, and
 * replaces variables: "initrd /initrd.img $tuned_initrd" on Fedora, "initrd /microcode.img
 * /initrd.img". So where the whole is no file, variables are left out, with a diagnostic, and what
 * remains is a list if one of its words is a file. False when out of memory.
 */
bool entry_split_initrds(struct boot_entry *entry, struct catalog_reader *reader,
                         struct arena *arena);
