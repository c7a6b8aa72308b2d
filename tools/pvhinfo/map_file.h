/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine's memory map in a text file: what the loader's --dry-run prints, whole or in part, or
 * the form of tests/data/maps.
 *
 *     efi TYPE ATTRIBUTES START END     taken, in the file's order
 *     mcfg START END                    taken
 *     reclaimable START END             taken
 *     lent START END                    taken as reclaimable, whose word it was in older reports
 *     e820 TYPE START END               skipped: it is made anew
 *     anything else                     skipped
 *
 * Numbers but the type are hexadecimal, with or without 0x. A line that begins with the word of one
 * that is taken and is none is an error. Text that a UEFI shell wrote to a file (UTF-16), and what
 * only a terminal understands, is taken as well.
 */
#pragma once

#include "common/base/arena.h"
#include "tools/pvhinfo/host/status.h"
#include "tools/pvhinfo/placement.h"

/* False with a message when the file cannot be read or is no map. It lives in the arena. */
bool map_file_read(const char *path, struct arena *arena, struct machine *ret_machine);
