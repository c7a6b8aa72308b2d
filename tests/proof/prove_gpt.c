/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The search of a whole disk for XBOOTLDR: which tables are looked through, and in what order.
 * Headers and entries are anything that keeps what prove_partition_table.c proves of them.
 * Bounds: a disk of any size, with blocks of 512 bytes or of a wrong size.
 *
 * with: tests/proof/proof_source.c tests/proof/proof_memory.c common/base/error.c
 * cbmc: --unwind 6 --unwindset memcpy.0:65
 */
#define read_header(disk, ...)    CALLEE(read_header, disk)(disk, __VA_ARGS__)
#define search_entries(disk, ...) CALLEE(search_entries, disk)(disk, __VA_ARGS__)

#include "tests/proof/proof.h"
#include "tests/proof/stubs.h"

struct gpt;
struct partition_id;
static bool stub_read_header(struct byte_source *disk, uint64_t block, uint32_t block_size,
                             struct gpt *ret_gpt, uint64_t *ret_alternate);
static bool stub_search_entries(struct byte_source *disk, const struct gpt *gpt, bool *ret_found,
                                struct partition_id *ret_id);

#include "common/disk/partition_table.c"

#define BLOCK 512

static bool is_whole; /* a table that was looked through has its checksums */
static bool has_found;
static bool is_read[3];    /* the header in the second block; where that says; in the last block */
static uint64_t alternate; /* where it says; 0 for nowhere */
static bool has_header;

uint32_t crc32_continue(uint32_t crc, const void *bytes, size_t size)
{
    (void)crc;
    (void)bytes;
    (void)size;
    return nondet_u32();
}

static bool stub_read_header(struct byte_source *disk, uint64_t block, uint32_t block_size,
                             struct gpt *ret_gpt, uint64_t *ret_alternate)
{
    PROVE(!is_whole, "a whole table is the last that is looked at");
    PROVE(block_size == BLOCK, "blocks have the disk's size");
    PROVE(block == 1 || is_read[0], "the first table is the first that is looked at");
    *ret_alternate = nondet_u64();
    if (!is_read[0])
        alternate = *ret_alternate;
    is_read[0] = true;
    is_read[1] |= block == alternate;
    is_read[2] |= block == disk->size / BLOCK - 1;
    *ret_gpt = (struct gpt){nondet_u64(), nondet_u32(), nondet_u32(), nondet_u32()};
    has_header = nondet_bool();
    ASSUME(!has_header || ret_gpt->count <= GPT_MOST_ENTRIES);
    return has_header;
}

static bool stub_search_entries(struct byte_source *disk, const struct gpt *gpt, bool *ret_found,
                                struct partition_id *ret_id)
{
    (void)disk;
    PROVE(has_header && gpt->count <= GPT_MOST_ENTRIES, "entries are those of a good header");
    has_header = false;
    has_found = *ret_found = nondet_bool();
    if (has_found)
        *ret_id = (struct partition_id){.kind = PARTITION_SIGNATURE_GPT};
    is_whole = nondet_bool();
    return is_whole;
}

static void prove_search(void)
{
    struct byte_source disk = proof_source();
    struct partition_id id = {.kind = PARTITION_SIGNATURE_NONE};
    bool found;

    ASSUME(disk.size >= BLOCK);
    found = search_gpt(&disk, BLOCK, &id);
    PROVE(is_read[0], "the first table is looked at");
    PROVE(is_whole || (is_read[2] && (alternate == 0 || is_read[1])),
          "the search ends without a whole table once there is no other");
    PROVE(found == (is_whole && has_found), "what counts is a whole table");
    PROVE(!found || id.kind == PARTITION_SIGNATURE_GPT, "it is said to be of a GPT");
}

static uint8_t mbr[MBR_SIZE];

static bool read_mbr_only(struct byte_source *disk, uint64_t offset, void *buffer, size_t length,
                          struct error *error)
{
    PROVE(offset == 0 && length == MBR_SIZE && disk->size >= MBR_SIZE, "the MBR is read");
    if (nondet_bool())
        return error_set(error, ERROR_READ);
    __CPROVER_havoc_object(mbr);
    memcpy(buffer, mbr, sizeof(mbr));
    return true;
}

static bool mbr_has(uint8_t type)
{
    return mbr[450] == type || mbr[466] == type || mbr[482] == type || mbr[498] == type;
}

static void prove_find(void)
{
    struct byte_source disk = {.size = nondet_u64(), .read = read_mbr_only};
    struct partition_id id;

    ASSUME(disk.size <= INT64_MAX);
    if (!partition_table_find_xbootldr(&disk, BLOCK, &id))
        return;
    PROVE(disk.size >= BLOCK && mbr[510] == 0x55 && mbr[511] == 0xaa, "the disk has an MBR");
    PROVE(is_read[0] == mbr_has(MBR_PROTECTIVE), "a GPT is where the MBR says so");
    PROVE(id.kind == (is_read[0] ? PARTITION_SIGNATURE_GPT : PARTITION_SIGNATURE_MBR),
          "what is found is said to be of the table that it is in");
    PROVE(is_read[0] || (mbr_has(XBOOTLDR_MBR_TYPE) && id.number >= 1 && id.number <= 4 &&
                         mbr[434 + 16 * id.number] == XBOOTLDR_MBR_TYPE),
          "a partition of an MBR has the type");
}

/* Sizes of blocks that are none, and disks without one. */
static void prove_blocks(uint32_t block_size)
{
    struct byte_source disk = proof_source();
    struct partition_id id;

    ASSUME(block_size < MBR_SIZE || block_size % MBR_SIZE != 0 || disk.size < block_size);
    PROVE(!partition_table_find_xbootldr(&disk, block_size, &id), "there is no table");
}
