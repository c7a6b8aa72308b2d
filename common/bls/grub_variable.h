/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Variables of GRUB in entry files: $tuned_initrd, ${root}. Fedora and oVirt write them; no other
 * loader replaces them.
 */
#pragma once

#include <stddef.h>

/*
 * The first variable that a word, or a value after a = or in a list, begins with; NULL if there is
 * none. *ret_length is set to its length.
 */
const char *find_grub_variable(const char *text, size_t *ret_length);
