/* SPDX-License-Identifier: BSD-2-Clause */
/* Disks and partitions: device paths, blocks, and what the firmware says of partitions. */
#pragma once

#include "efi/efi.h"

/* The device path of a disk, by the number of its controller; of a partition on it. */
void disk_put_path(EFI_HANDLE *handle, uint8_t disk);
void partition_put_path(EFI_HANDLE *handle, uint8_t disk, uint8_t number);

/* The loader's volume becomes the first partition of this disk. */
void partition_start_on(uint8_t disk);

/* Every partition's GUID has this byte, its number added. */
#define PARTITION_GUID_FILL 0x50

/* Every partition's node has this first block, which is in an MBR, too. */
#define PARTITION_START(number) ((number)*100u)

/* Gives a handle blocks of 512 bytes. The bytes must live as long as the run. */
void blocks_put(EFI_HANDLE handle, const uint8_t *bytes, size_t size);

/* The firmware tells that a partition is XBOOTLDR, by its type in a GPT or in an MBR. */
void partition_tell_xbootldr(EFI_HANDLE partition, uint8_t type);

/* A disk whose partition 2 is XBOOTLDR, in a GPT or in an MBR. */
#define DISK_SIZE (40 * 512)
extern uint8_t disk_gpt[DISK_SIZE], disk_mbr[DISK_SIZE];
void disks_fill(void);

/* How often the first block of a disk or partition has been read. */
extern size_t first_block_reads;
