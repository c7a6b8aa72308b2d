/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine's memory map in a text file: all or part of the output of the loader's --dry-run, or a
 * file in tests/data/maps.
 *
 *     efi TYPE ATTRIBUTES START END     read, in the file's order
 *     mcfg START END                    read
 *     reclaimable START END             read
 *     acpi-overlay SIZE                 read; without it, as large as on most machines
 *     lent START END                    read as reclaimable, which older reports call it
 *     e820 TYPE START END               ignored: the table is made from the map
 *     anything else                     ignored
 *
 * Numbers are hexadecimal, with or without 0x, except for TYPE. A malformed line that begins with
 * one of the words above that are read is an error. UTF-16 files written by a UEFI shell are
 * accepted; terminal control sequences are ignored.
 */
#pragma once

#include "common/base/arena.h"
#include "tools/pvhinfo/host/status.h"
#include "tools/pvhinfo/placement.h"

/* Reads a map to the arena. False, with a message printed, if it cannot be read or is not a map. */
bool map_file_read(const char *path, struct arena *arena, struct machine *ret_machine);
