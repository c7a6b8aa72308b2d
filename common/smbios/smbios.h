/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room common/smbios: the tables in which firmware describes the machine (SMBIOS, DMTF DSP0134
 * 3.7). It must not know how they are found. Read are names and UUID of the system (type 1) and OEM
 * strings (type 11): that is where virtual machines are given settings from outside, as in QEMU's
 *
 *     -smbios type=11,value=io.systemd.boot.timeout=5
 *
 * A structure is a header and its fields, followed by strings:
 *
 *     type | length of this part | handle | fields ... | "string 1" NUL ... "string n" NUL | NUL
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an entry point says about where the structures are. */
struct smbios_tables {
    uint64_t address;
    uint64_t size; /* at most SMBIOS_TABLES_MAX; of version 3, the structures may be shorter */
};

#define SMBIOS_ENTRY_POINT_SIZE 31 /* of version 2, the longer one */
#define SMBIOS_TABLES_MAX       (1u << 20)

/*
 * Reads an entry point: "_SM3_" or "_SM_", with its checksums. `bytes` are at least 24 for one of
 * version 3, SMBIOS_ENTRY_POINT_SIZE for one of version 2. False if it is none, or damaged.
 */
bool smbios_read_entry_point(const uint8_t *bytes, struct smbios_tables *ret_tables);

/* A walk over all OEM strings; all zero but for the first two members before the first call. */
struct smbios_walk {
    const uint8_t *bytes; /* the structures, `size` bytes */
    size_t size;
    size_t structure; /* the offset of the current one, */
    size_t string;    /* and of its next string; 0: the structure has not been looked at */
};

/*
 * The next OEM string, in place, with its NUL; NULL at the end of the structures, or where they are
 * damaged.
 */
const char *smbios_next_oem_string(struct smbios_walk *walk);

#define SMBIOS_UUID_SIZE 16

/* Section 7.2: names of the system, by the offset of their number in its structure. */
enum smbios_system_name {
    SMBIOS_MANUFACTURER = 4,
    SMBIOS_PRODUCT = 5,
};

/* One of them, in place, as the firmware has it; "" if there is none, or it is damaged. */
const char *smbios_system_name(const struct smbios_walk *tables, enum smbios_system_name name);

/* The UUID of the system, as it is in the table. False if there is none, or it is not set. */
bool smbios_read_uuid(const struct smbios_walk *tables, uint8_t ret_uuid[SMBIOS_UUID_SIZE]);
