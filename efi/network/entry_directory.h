/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The directory of entries on a server, which cannot list one: see common/network/netboot.h. There
 * is no other directory. These are functions of struct volume_operations.
 */
#pragma once

#include "efi/firmware/volume.h"

bool entry_directory_open(const struct volume *volume, const char *path,
                          struct directory *directory, struct error *error);

bool entry_directory_next(const struct directory *directory, bool directories, struct arena *arena,
                          const char **ret_name, struct error *error);

void entry_directory_close(struct directory *directory);
