/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/partition.h"

#include "common/disk/partition_table.h"
#include "efi/disk/block_device.h"
#include "efi/firmware/device_path.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/file_system.h"
#include "efi/firmware/pages.h"
#include "efi/firmware/proto/partition_info.h"

#include <string.h>

#define MOST_PARTITIONS 128

/* The ID in the last Hard Drive node of a handle's device path. */
static bool read_id(EFI_HANDLE handle, struct partition_id *ret_id)
{
    const void *path = device_path_of(handle);
    struct device_node node;
    bool found = false;

    while (device_path_next(&path, &node)) {
        if (node.type == NODE_MEDIA && node.subtype == NODE_MEDIA_HARDDRIVE)
            found = partition_id_from_node(node.bytes, node.size, ret_id);
    }
    return found;
}

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

static bool is_on_disk(EFI_HANDLE partition, const void *disk, size_t size)
{
    const void *path = device_path_of(partition);

    return disk_path_size(path) == size && memcmp(path, disk, size) == 0;
}

/* The first partition with this ID, of the disk with this path, or of any disk for size 0. */
static EFI_HANDLE find_on_disk(const struct partition_id *id, const void *disk, size_t size)
{
    EFI_GUID guid = EFI_BLOCK_IO_PROTOCOL_GUID;
    EFI_HANDLE *handles = NULL, found = NULL;
    UINTN count = 0;

    if (EFI_ERROR(BS->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles)))
        return NULL;
    for (UINTN i = 0; i < count && !found; i++) {
        struct partition_id other;

        if (read_id(handles[i], &other) && partition_id_equals(&other, id) &&
            (size == 0 || is_on_disk(handles[i], disk, size)))
            found = handles[i];
    }
    (void)BS->FreePool(handles);
    return found;
}

/* The handle of the disk, by the beginning of a partition's device path, which may be empty. */
static EFI_HANDLE find_disk(const void *path, size_t size, struct arena *arena)
{
    EFI_GUID guid = EFI_BLOCK_IO_PROTOCOL_GUID;
    EFI_DEVICE_PATH *disk = size > 0 ? device_path_copy_start(path, size, arena) : NULL;
    EFI_DEVICE_PATH *rest = disk;
    EFI_HANDLE handle = NULL;

    if (!disk || EFI_ERROR(BS->LocateDevicePath(&guid, &rest, &handle)) ||
        (const uint8_t *)rest != (const uint8_t *)disk + size)
        return NULL;
    return handle;
}

static EFI_HANDLE disk_of(EFI_HANDLE partition, struct arena *arena)
{
    const void *path = device_path_of(partition);

    return find_disk(path, disk_path_size(path), arena);
}

/* What the first bytes of a partition tell. */
static const struct file_system *recognize(EFI_HANDLE partition)
{
    CLEANUP(arena_release) struct arena arena;

    pages_init_arena(&arena);
    return block_device_recognize(partition, &arena);
}

static bool (*load_drivers)(void);

void partition_set_driver_loader(bool (*load)(void))
{
    load_drivers = load;
}

/* True also when the file system is there and cannot be opened: then no driver is missing. */
static bool try_open(EFI_HANDLE partition, const char *name, struct volume *ret_volume,
                     struct error *error)
{
    error_clear(error);
    return file_system_open_other(partition, name, ret_volume, error) ||
           error->code != ERROR_VOLUME_NO_FILE_SYSTEM;
}

static void connect_disk(EFI_HANDLE partition)
{
    CLEANUP(arena_release) struct arena arena;
    EFI_HANDLE disk;

    pages_init_arena(&arena);
    disk = disk_of(partition, &arena);
    if (disk)
        device_connect(disk);
}

/* A file system that the firmware knows may not be on the handle yet: a fast boot leaves it so. */
static bool open_by_firmware(EFI_HANDLE partition, const char *name, struct volume *ret_volume,
                             struct error *error)
{
    if (try_open(partition, name, ret_volume, error))
        return true;
    device_connect(partition);
    return try_open(partition, name, ret_volume, error);
}

/*
 * For a file system that the firmware does not know there may be drivers. They are shown first what
 * is to be read, and all there is, which takes a second or more, only if that gives nothing.
 */
static bool open_by_drivers(EFI_HANDLE partition, const char *name, struct volume *ret_volume,
                            struct error *error)
{
    if (!load_drivers || !load_drivers())
        return false;
    device_connect(partition);
    if (try_open(partition, name, ret_volume, error))
        return true;
    connect_disk(partition);
    if (try_open(partition, name, ret_volume, error))
        return true;
    device_connect_all();
    return try_open(partition, name, ret_volume, error);
}

static bool open_either_way(EFI_HANDLE partition, const char *name, struct volume *ret_volume,
                            const struct file_system **ret_file_system, struct error *error)
{
    *ret_file_system = NULL;
    if (open_by_firmware(partition, name, ret_volume, error))
        return true;
    *ret_file_system = recognize(partition);
    return file_system_may_have_driver(*ret_file_system) &&
           open_by_drivers(partition, name, ret_volume, error);
}

bool partition_open(EFI_HANDLE partition, const char *name, struct volume *ret_volume,
                    struct error *error)
{
    const struct file_system *file_system;

    if (open_either_way(partition, name, ret_volume, &file_system, error))
        return volume_is_open(ret_volume) || ERROR_IS_FALSE(error_name(error, name));
    error_clear(error);
    error->reason = file_system->words;
    return error_set_for(error, name, ERROR_PARTITION_UNREADABLE);
}

/* False when the table of the partition's disk, which is an MBR, has no such partition. */
static bool locate_in_table(struct partition_id *id)
{
    CLEANUP(arena_release) struct arena arena;
    struct partition_id any = *id;
    struct block_device device;
    EFI_HANDLE partition, disk;

    pages_init_arena(&arena);
    any.number = 0;
    any.start = 0;
    partition = find_on_disk(&any, NULL, 0);
    if (!partition)
        return false;
    disk = disk_of(partition, &arena);
    return !disk || !block_device_open(disk, &arena, &device) ||
           partition_table_locate(&device.source, device.block_size, id);
}

static EFI_HANDLE find_by_id(struct partition_id *id)
{
    if (id->kind == PARTITION_SIGNATURE_MBR && !locate_in_table(id))
        return NULL;
    return find_on_disk(id, NULL, 0);
}

static EFI_HANDLE find_named(const char *path, const char **ret_path, struct error *error)
{
    struct partition_id id;
    EFI_HANDLE partition;

    if (!partition_id_parse_path(path, &id, ret_path)) {
        (void)error_set_for(error, path, ERROR_PARTITION_ID);
        return NULL;
    }
    partition = find_by_id(&id);
    if (!partition) { /* a fast boot connects only what it boots from */
        device_connect_all();
        partition = find_by_id(&id);
    }
    if (!partition)
        (void)error_set_for(error, path, ERROR_PARTITION_UNKNOWN);
    return partition;
}

bool partition_open_named(const char *path, struct volume *ret_volume, const char **ret_path,
                          struct error *error)
{
    EFI_HANDLE partition = find_named(path, ret_path, error);

    *ret_volume = (struct volume){.kind = VOLUME_NONE};
    if (!partition)
        return false;
    if (partition_open(partition, "the partition of this PARTUUID", ret_volume, error))
        return true;
    error->name = path;
    return false;
}

/* ------------------------------------------------------------------------------------------------
 * XBOOTLDR
 */

static bool is_xbootldr(EFI_HANDLE partition)
{
    EFI_GUID guid = PARTITION_INFO_PROTOCOL_GUID;
    struct partition_info_protocol *info = NULL;

    if (EFI_ERROR(BS->HandleProtocol(partition, &guid, (void **)&info)))
        return false;
    switch (info->type) {
    case PARTITION_TYPE_GPT:
        return memcmp(info->entry, xbootldr_gpt_type, sizeof(xbootldr_gpt_type)) == 0;
    case PARTITION_TYPE_MBR:
        return info->entry[PARTITION_MBR_TYPE] == XBOOTLDR_MBR_TYPE;
    default:
        return false;
    }
}

/* Where partitions that are in the table have no handle yet, the firmware is asked to make them. */
static EFI_HANDLE find_in_table(const void *path, size_t size)
{
    CLEANUP(arena_release) struct arena arena;
    struct block_device device;
    struct partition_id id;
    EFI_HANDLE disk, partition;

    pages_init_arena(&arena);
    disk = find_disk(path, size, &arena);
    if (!disk || !block_device_open(disk, &arena, &device) ||
        !partition_table_find_xbootldr(&device.source, device.block_size, &id))
        return NULL;
    partition = find_on_disk(&id, path, size);
    if (partition)
        return partition;
    device_connect(disk);
    return find_on_disk(&id, path, size);
}

EFI_HANDLE partition_find_xbootldr(EFI_HANDLE device)
{
    EFI_GUID guid = PARTITION_INFO_PROTOCOL_GUID;
    EFI_HANDLE partitions[MOST_PARTITIONS];
    UINTN size = sizeof(partitions);
    const void *path = device_path_of(device);
    size_t disk = disk_path_size(path);
    EFI_STATUS status;

    if (disk == 0)
        return NULL;
    status = BS->LocateHandle(ByProtocol, &guid, NULL, &size, partitions);
    if (status == EFI_NOT_FOUND || status == EFI_BUFFER_TOO_SMALL) {
        EFI_HANDLE found = find_in_table(path, disk);

        return found != device ? found : NULL;
    }
    for (size_t i = 0; !EFI_ERROR(status) && i < size / sizeof(*partitions); i++) {
        /* No protocol is opened on `device` itself: on EDK2 that makes later reads dearer. */
        if (partitions[i] != device && is_xbootldr(partitions[i]) &&
            is_on_disk(partitions[i], path, disk))
            return partitions[i];
    }
    return NULL;
}
