/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file system that iPXE puts on the network card: what it has downloaded, all in the root, by
 * names without directories.
 */
#pragma once

#include "efi/firmware/volume.h"

/*
 * Lets files be found in the volume's root, too, and a list of entries, if it is a network card's.
 * One volume at a time. Calls nothing before something is missing.
 */
void flat_volume_take(struct volume *volume);
