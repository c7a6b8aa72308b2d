/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room common/disk: what lies on disks, from partition tables to the first bytes of file systems.
 * It must not know how disks are read.
 */
/*
 * What tells a partition from all others: what the Hard Drive node of a device path has of it
 * (UEFI 2.10, section 10.3.5.1), and what Linux calls PARTUUID.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As the Hard Drive node numbers them. */
enum partition_signature {
    PARTITION_SIGNATURE_NONE = 0,
    PARTITION_SIGNATURE_MBR = 1,
    PARTITION_SIGNATURE_GPT = 2,
};

#define PARTITION_SIGNATURE_SIZE 16

struct partition_id {
    enum partition_signature kind;
    uint8_t
        signature[PARTITION_SIGNATURE_SIZE]; /* GPT: the entry's GUID; MBR: the disk's 4 bytes */
    uint32_t number;                         /* in its table, from 1; MBR only, 0 for GPT */
    uint64_t start;                          /* MBR: its first block; 0 where that is not known */
};

/*
 * Partitions of an MBR are told from each other by where they start: firmware numbers those that
 * there are (EDK2), Linux their places in the table. By their numbers where a start is not known;
 * an ID with neither is that of any partition of its disk.
 */
bool partition_id_equals(const struct partition_id *a, const struct partition_id *b);

/* Reads a Hard Drive node: `bytes` follow its header. False when it names no signature. */
bool partition_id_from_node(const uint8_t *bytes, size_t size, struct partition_id *ret_id);

/* The word in front of the ID in a path. */
#define PARTUUID_PREFIX "PARTUUID="

/*
 * Splits "PARTUUID=ID:/path", in any ASCII case. ID is a GUID,
 * 01234567-89ab-cdef-0123-456789abcdef, or the hexadecimal signature of an MBR's disk and a
 * partition's number: 01234567-02. *ret_path is what follows the colon. False for other paths.
 */
bool partition_id_parse_path(const char *text, struct partition_id *ret_id, const char **ret_path);

/* True when a path begins with "PARTUUID=", right or wrong. */
bool path_names_partition(const char *path);
