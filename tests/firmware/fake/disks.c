/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/disks.h"

#include "common/disk/crc32.h"
#include "common/disk/partition_table.h"
#include "efi/firmware/proto/partition_info.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/run.h"
#include "tests/lib/support.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK     512
#define NODE_SIZE 42

struct fake_blocks {
    EFI_BLOCK_IO block_io; /* first, so that it can be cast back */
    EFI_BLOCK_IO_MEDIA media;
    const uint8_t *bytes;
    size_t size;
};

uint8_t disk_gpt[DISK_SIZE], disk_mbr[DISK_SIZE];
size_t first_block_reads;

/* The disk's MBR ID and the partition's GUID: the second partition of disk_mbr is by its ID. */
static void put_signature(uint8_t *node, uint8_t disk, uint8_t number)
{
    if (disk % 2 == 0) {
        memset(node + 24, PARTITION_GUID_FILL + number, 16);
        node[41] = 2;
        return;
    }
    put_number(node + 24, 4, 0xd15c0000u + disk);
    node[41] = 1;
}

static void put_path(EFI_HANDLE *handle, uint8_t disk, uint8_t number)
{
    static const EFI_GUID guid = DEVICE_PATH_PROTOCOL;
    const uint8_t pci[] = {1, 1, 6, 0, 0, disk};
    const uint8_t end[] = {0x7f, 0xff, 4, 0};
    uint8_t *path = calloc(1, sizeof(pci) + NODE_SIZE + sizeof(end)), *at = path;

    require(path);
    memcpy(at, pci, sizeof(pci));
    at += sizeof(pci);
    if (number > 0) {
        memcpy(at, (uint8_t[]){4, 1, NODE_SIZE, 0, number}, 5);
        put_number(at + 8, 8, PARTITION_START(number));
        put_signature(at, disk, number);
        at += NODE_SIZE;
    }
    memcpy(at, end, sizeof(end));
    handles_install(handle, &guid, path);
}

void disk_put_path(EFI_HANDLE *handle, uint8_t disk)
{
    put_path(handle, disk, 0);
}

void partition_put_path(EFI_HANDLE *handle, uint8_t disk, uint8_t number)
{
    put_path(handle, disk, number);
}

void partition_start_on(uint8_t disk)
{
    static const EFI_GUID guid = DEVICE_PATH_PROTOCOL;

    handles_remove(device_handle, &guid);
    put_path(&device_handle, disk, 1);
}

static EFI_STATUS EFIAPI read_blocks(EFI_BLOCK_IO *this, UINT32 medium, EFI_LBA block, UINTN size,
                                     void *buffer)
{
    const struct fake_blocks *blocks = (const struct fake_blocks *)this;
    EFI_STATUS status = ledger_enter(SERVICE_READ_BLOCKS);

    if (medium != blocks->media.MediaId || size % BLOCK != 0 ||
        block * BLOCK + size > blocks->size || (uintptr_t)buffer % blocks->media.IoAlign != 0)
        run_fail("ReadBlocks is called for %zu bytes at block %llu, to %p", (size_t)size,
                 (unsigned long long)block, buffer);
    first_block_reads += block == 0;
    if (!EFI_ERROR(status))
        memcpy(buffer, blocks->bytes + block * BLOCK, size);
    return status;
}

void blocks_put(EFI_HANDLE handle, const uint8_t *bytes, size_t size)
{
    static const EFI_GUID guid = EFI_BLOCK_IO_PROTOCOL_GUID;
    struct fake_blocks *blocks = calloc(1, sizeof(*blocks));

    require(blocks && size % BLOCK == 0);
    blocks->media = (EFI_BLOCK_IO_MEDIA){
        .MediaId = 77,
        .MediaPresent = true,
        .BlockSize = BLOCK,
        .IoAlign = 4096,
        .LastBlock = size / BLOCK - 1,
    };
    blocks->block_io = (EFI_BLOCK_IO){.Media = &blocks->media, .ReadBlocks = read_blocks};
    blocks->bytes = bytes;
    blocks->size = size;
    handles_install(&handle, &guid, blocks);
}

void partition_tell_xbootldr(EFI_HANDLE partition, uint8_t type)
{
    static const EFI_GUID guid = PARTITION_INFO_PROTOCOL_GUID;
    struct partition_info_protocol *info = calloc(1, sizeof(*info));

    require(info);
    info->type = type;
    if (type == PARTITION_TYPE_GPT)
        memcpy(info->entry, xbootldr_gpt_type, sizeof(xbootldr_gpt_type));
    else
        info->entry[PARTITION_MBR_TYPE] = XBOOTLDR_MBR_TYPE;
    handles_install(&partition, &guid, info);
}

static void fill_gpt(void)
{
    uint8_t *header = disk_gpt + BLOCK, *entry = disk_gpt + 2 * BLOCK + 128;

    disk_gpt[446 + 4] = 0xee;
    memcpy(entry, xbootldr_gpt_type, sizeof(xbootldr_gpt_type));
    memset(entry + 16, PARTITION_GUID_FILL + 2, 16);
    memcpy(header, "EFI PART\0\0\1\0", 12);
    put_number(header + 12, 4, 92);
    put_number(header + 24, 8, 1);
    put_number(header + 72, 8, 2);
    put_number(header + 80, 4, 128);
    put_number(header + 84, 4, 128);
    put_number(header + 88, 4, crc32_continue(0, disk_gpt + 2 * BLOCK, 128 * 128));
    put_number(header + 16, 4, crc32_continue(0, header, 92));
}

void disks_fill(void)
{
    fill_gpt();
    put_number(disk_mbr + 440, 4, 0xd15c0001u);
    disk_mbr[446 + 16 + 4] = XBOOTLDR_MBR_TYPE;
    put_number(disk_mbr + 446 + 16 + 8, 4, PARTITION_START(2));
    put_number(disk_mbr + 510, 2, 0xaa55);
    put_number(disk_gpt + 510, 2, 0xaa55);
}
