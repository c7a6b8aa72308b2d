/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The extended boot loader partition (XBOOTLDR) of the Boot Loader Specification (UAPI.1), by its
 * type in a GPT (UEFI 2.10, section 5.3) or in an MBR.
 */
#pragma once

#include "common/base/byte_source.h"
#include "common/disk/partition_id.h"

/* bc13c2ff-59e6-4262-a352-b275fd6f7172 as it lies on disks. */
extern const uint8_t xbootldr_gpt_type[PARTITION_SIGNATURE_SIZE];

#define XBOOTLDR_MBR_TYPE 0xea

/* As Linux and systemd do, tables with more entries are not read. */
#define GPT_MOST_ENTRIES 1024

/*
 * Finds the first XBOOTLDR partition of a whole disk with blocks of `block_size` bytes, a power of
 * two of at least 512. Of a GPT, headers and entries must have their checksums; the backup is used
 * where the first one has not. Logical partitions of MBRs are not looked at. False when there is
 * none or when the table cannot be read.
 */
bool partition_table_find_xbootldr(struct byte_source *disk, uint32_t block_size,
                                   struct partition_id *ret_id);

/*
 * Adds to the ID of an MBR's partition, which has a number, where it starts. True without that,
 * too, for what the disk's table does not tell: a logical partition, or where it cannot be read.
 * False when the table has no such partition.
 */
bool partition_table_locate(struct byte_source *disk, uint32_t block_size, struct partition_id *id);
