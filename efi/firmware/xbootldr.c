/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/xbootldr.h"

#include "efi/firmware/device_path.h"
#include "efi/firmware/proto/partition_info.h"

#include <string.h>

#define MOST_PARTITIONS 128

/*
 * The size of the device path of a partition's disk, in bytes: all nodes before that of the
 * partition. 0 for no partition.
 */
static size_t disk_path_size(const void *path)
{
    const uint8_t *start = path;
    const void *position = path;
    struct device_node node;
    size_t size = 0;

    while (device_path_next(&position, &node)) {
        if (node.type == NODE_MEDIA && node.subtype == NODE_MEDIA_HARDDRIVE)
            return size;
        size = (size_t)((const uint8_t *)position - start);
    }
    return 0;
}

static bool is_xbootldr(EFI_HANDLE partition)
{
    static const EFI_GUID xbootldr = XBOOTLDR_PARTITION_GUID;
    EFI_GUID guid = PARTITION_INFO_PROTOCOL_GUID;
    struct partition_info_protocol *info = NULL;

    return !EFI_ERROR(BS->HandleProtocol(partition, &guid, (void **)&info)) &&
           info->type == PARTITION_TYPE_GPT &&
           memcmp(&info->gpt_type, &xbootldr, sizeof(xbootldr)) == 0;
}

static bool is_on_disk(EFI_HANDLE partition, const void *disk, size_t size)
{
    const void *path = device_path_of(partition);

    return disk_path_size(path) == size && memcmp(path, disk, size) == 0;
}

bool xbootldr_is_beside(EFI_HANDLE device)
{
    EFI_GUID guid = PARTITION_INFO_PROTOCOL_GUID;
    EFI_HANDLE partitions[MOST_PARTITIONS];
    UINTN size = sizeof(partitions);
    const void *path = device_path_of(device);
    size_t disk = disk_path_size(path);

    if (disk == 0 || EFI_ERROR(BS->LocateHandle(ByProtocol, &guid, NULL, &size, partitions)))
        return false;
    for (size_t i = 0; i < size / sizeof(*partitions); i++) {
        /* No protocol is opened on `device` itself: on EDK2 that makes later reads dearer. */
        if (partitions[i] != device && is_xbootldr(partitions[i]) &&
            is_on_disk(partitions[i], path, disk))
            return true;
    }
    return false;
}
