/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Partition tables. With the first byte's lowest bit, checksums are put right first, which no
 * fuzzer would find. The same bytes as a path and as the beginning of a file system.
 */
#include "tests/fuzz/fuzz_text.h"

#include "common/base/bytes.h"
#include "common/base/overflow.h"
#include "common/disk/crc32.h"
#include "common/disk/file_system.h"
#include "common/disk/partition_table.h"

#define BLOCK 512

/* Of the header in the second block. */
static void repair(uint8_t *disk, size_t size)
{
    uint8_t *header = disk + BLOCK;
    uint64_t entries, count;
    uint32_t length;

    if (size < 2 * (size_t)BLOCK)
        return;
    length = read_le32(header + 12);
    count = (uint64_t)read_le32(header + 80) * read_le32(header + 84);
    if (checked_mul(read_le64(header + 72), BLOCK, &entries) && fits_inside(entries, count, size))
        write_le32(header + 88, crc32_continue(0, disk + entries, count));
    write_le32(header + 16, 0);
    if (length <= BLOCK)
        write_le32(header + 16, crc32_continue(0, header, length));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memory_source memory;
    struct partition_id id;
    const char *path;
    char *copy;

    if (size < 1)
        return -1;
    copy = copy_bytes(data + 1, size - 1);
    (void)file_system_recognize((const uint8_t *)copy, size - 1);
    if (data[0] & 1)
        repair((uint8_t *)copy, size - 1);
    memory_source_init(&memory, (const uint8_t *)copy, size - 1);
    if (partition_table_find_xbootldr(&memory.source, BLOCK << (data[0] >> 6), &id))
        require(id.kind == PARTITION_SIGNATURE_GPT ? id.number == 0
                                                   : id.number >= 1 && id.number <= 4);
    free(copy);
    copy = malloc(size);
    require(copy);
    memcpy(copy, data + 1, size - 1);
    copy[size - 1] = '\0';
    if (partition_id_parse_path(copy, &id, &path))
        require(path_names_partition(copy) && path > copy && path <= copy + strlen(copy));
    free(copy);
    return 0;
}
