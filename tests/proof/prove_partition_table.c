/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Partition tables: all reads are inside the disk, whatever a damaged or hostile table says.
 * Bounds: a disk of any size, with blocks of 512 bytes; GPTs of two entries of up to 256 bytes.
 *
 * with: tests/proof/proof_source.c tests/proof/proof_copies.c common/base/error.c
 * cbmc: --unwind 17 --unwindset header_is_whole.0:6
 */
#include "common/disk/partition_table.c"
#include "tests/proof/proof.h"

#define BLOCK 512

/* A checksum is anything: whoever wrote the table made it fit. */
uint32_t crc32_continue(uint32_t crc, const void *bytes, size_t size)
{
    (void)crc;
    PROVE(size == 0 || __CPROVER_r_ok(bytes, size), "what is summed up can be read");
    return nondet_u32();
}

static void prove_header(uint64_t block)
{
    struct byte_source disk = proof_source();
    uint64_t alternate;
    struct gpt gpt;

    if (!read_header(&disk, block, BLOCK, &gpt, &alternate))
        return;
    PROVE(gpt.count <= GPT_MOST_ENTRIES, "the number of entries is bounded");
    PROVE(gpt.entry_size >= SMALLEST_ENTRY && gpt.entry_size <= LARGEST_ENTRY, "so is their size");
    PROVE(gpt.entry_size % SMALLEST_ENTRY == 0, "entries are read in whole pieces");
}

static void prove_entries(uint64_t offset, uint32_t count, bool large)
{
    struct byte_source disk = proof_source();
    struct gpt gpt = {offset, count, large ? 256 : 128, nondet_u32()};
    struct partition_id id;
    bool found;

    ASSUME(count <= 2);
    if (search_entries(&disk, &gpt, &found, &id) && found)
        PROVE(id.kind == PARTITION_SIGNATURE_GPT && count > 0,
              "what is found is an entry of a GPT");
}

static void prove_mbr(void)
{
    struct partition_id id;
    uint8_t mbr[MBR_SIZE];

    __CPROVER_havoc_object(mbr);
    if (search_mbr(mbr, &id))
        PROVE(id.kind == PARTITION_SIGNATURE_MBR && id.number >= 1 && id.number <= MBR_MOST_ENTRIES,
              "what is found is one of the four");
}

static void prove_locate(uint32_t number, uint32_t block_size)
{
    struct byte_source disk = proof_source();
    struct partition_id id = {.kind = PARTITION_SIGNATURE_MBR, .number = number};

    if (partition_table_locate(&disk, block_size, &id) && id.start > 0)
        PROVE(number >= 1 && number <= MBR_MOST_ENTRIES, "only a primary partition is located");
}
