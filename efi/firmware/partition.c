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

/*
 * The functions that look for disks and partitions return false for an error, and true with a NULL
 * handle when there is none.
 */

/* The first partition with this ID, of the disk with this path, or of any disk for size 0. */
static bool find_on_disk(const struct partition_id *id, const void *disk, size_t size,
                         EFI_HANDLE *ret_partition, struct error *error)
{
    EFI_GUID guid = EFI_BLOCK_IO_PROTOCOL_GUID;
    EFI_HANDLE *handles = NULL;
    UINTN count = 0;
    EFI_STATUS status = BS->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles);

    *ret_partition = NULL;
    if (EFI_ERROR(status))
        return status == EFI_NOT_FOUND || error_set_efi(error, status, ERROR_PARTITION_LIST);
    for (UINTN i = 0; i < count && !*ret_partition; i++) {
        struct partition_id other;

        if (read_id(handles[i], &other) && partition_id_equals(&other, id) &&
            (size == 0 || is_on_disk(handles[i], disk, size)))
            *ret_partition = handles[i];
    }
    (void)BS->FreePool(handles);
    return true;
}

/* The disk of this path, the beginning of a partition's one, which may be empty. */
static bool find_disk(const void *path, size_t size, struct arena *arena, EFI_HANDLE *ret_disk,
                      struct error *error)
{
    EFI_GUID guid = EFI_BLOCK_IO_PROTOCOL_GUID;
    EFI_DEVICE_PATH *disk, *rest;
    EFI_HANDLE handle;

    *ret_disk = NULL;
    if (size == 0)
        return true;
    disk = rest = device_path_copy_start(path, size, arena);
    if (!disk)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    if (!EFI_ERROR(BS->LocateDevicePath(&guid, &rest, &handle)) &&
        (const uint8_t *)rest == (const uint8_t *)disk + size)
        *ret_disk = handle;
    return true;
}

/* *ret_device is not open when there is no such disk or it cannot be read. */
static bool open_disk(const void *path, size_t size, struct arena *arena,
                      struct block_device *ret_device, struct error *error)
{
    EFI_HANDLE disk;

    *ret_device = (struct block_device){.handle = NULL};
    return find_disk(path, size, arena, &disk, error) &&
           (!disk || block_device_open(disk, arena, ret_device, error));
}

/* What the first bytes of a partition tell. */
static bool recognize(EFI_HANDLE partition, const struct file_system **ret_file_system,
                      struct error *error)
{
    CLEANUP(arena_release) struct arena arena;

    pages_init_arena(&arena);
    return block_device_recognize(partition, &arena, ret_file_system, error);
}

static bool (*load_drivers)(void);

void partition_set_driver_loader(bool (*load)(void))
{
    load_drivers = load;
}

/*
 * The functions that open a partition return false when a driver may be missing. They return true
 * when it is open, and also when nothing more can be done: then *error says why.
 */

/* A file system that is there and cannot be opened misses no driver. */
static bool try_open(EFI_HANDLE partition, const char *name, struct volume *ret_volume,
                     struct error *error)
{
    error_clear(error);
    return file_system_open_other(partition, name, ret_volume, error) ||
           error->code != ERROR_VOLUME_NO_FILE_SYSTEM;
}

static bool connect_all(struct error *error)
{
    EFI_STATUS status = device_connect_all();

    return !EFI_ERROR(status) || error_set_efi(error, status, ERROR_PARTITION_LIST);
}

static bool connect_disk(EFI_HANDLE partition, struct error *error)
{
    CLEANUP(arena_release) struct arena arena;
    const void *path = device_path_of(partition);
    EFI_HANDLE disk;

    pages_init_arena(&arena);
    if (!find_disk(path, disk_path_size(path), &arena, &disk, error))
        return false;
    if (disk)
        device_connect(disk);
    return true;
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
    error_clear(error);
    if (!connect_disk(partition, error) || try_open(partition, name, ret_volume, error))
        return true;
    error_clear(error);
    return !connect_all(error) || try_open(partition, name, ret_volume, error);
}

static bool open_either_way(EFI_HANDLE partition, const char *name, struct volume *ret_volume,
                            const struct file_system **ret_file_system, struct error *error)
{
    *ret_file_system = NULL;
    if (open_by_firmware(partition, name, ret_volume, error))
        return true;
    error_clear(error);
    if (!recognize(partition, ret_file_system, error))
        return true;
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

/* *ret_is_there: whether the table of the partition's disk, which is an MBR, may have it. */
static bool locate_in_table(struct partition_id *id, bool *ret_is_there, struct error *error)
{
    CLEANUP(arena_release) struct arena arena;
    struct partition_id any = *id;
    struct block_device disk;
    EFI_HANDLE partition;
    const void *path;

    pages_init_arena(&arena);
    *ret_is_there = false;
    any.number = 0;
    any.start = 0;
    if (!find_on_disk(&any, NULL, 0, &partition, error))
        return false;
    if (!partition)
        return true;
    path = device_path_of(partition);
    if (!open_disk(path, disk_path_size(path), &arena, &disk, error))
        return false;
    *ret_is_there =
        !block_device_is_open(&disk) || partition_table_locate(&disk.source, disk.block_size, id);
    return true;
}

static bool find_by_id(struct partition_id *id, EFI_HANDLE *ret_partition, struct error *error)
{
    bool is_there = true;

    *ret_partition = NULL;
    if (id->kind == PARTITION_SIGNATURE_MBR && !locate_in_table(id, &is_there, error))
        return false;
    return !is_there || find_on_disk(id, NULL, 0, ret_partition, error);
}

static bool find_named(const char *path, const char **ret_path, EFI_HANDLE *ret_partition,
                       struct error *error)
{
    struct partition_id id;

    if (!partition_id_parse_path(path, &id, ret_path))
        return error_set(error, ERROR_PARTITION_ID);
    if (!find_by_id(&id, ret_partition, error))
        return false;
    if (*ret_partition)
        return true;
    /* a fast boot connects only what it boots from */
    return connect_all(error) && find_by_id(&id, ret_partition, error) &&
           (*ret_partition || error_set(error, ERROR_PARTITION_UNKNOWN));
}

bool partition_open_named(const char *path, struct volume *ret_volume, const char **ret_path,
                          struct error *error)
{
    EFI_HANDLE partition;

    *ret_volume = (struct volume){.kind = VOLUME_NONE};
    if (!find_named(path, ret_path, &partition, error))
        return error_name(error, path);
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
static bool find_in_table(const void *path, size_t size, EFI_HANDLE *ret_partition,
                          struct error *error)
{
    CLEANUP(arena_release) struct arena arena;
    struct block_device disk;
    struct partition_id id;

    pages_init_arena(&arena);
    if (!open_disk(path, size, &arena, &disk, error))
        return false;
    if (!block_device_is_open(&disk) ||
        !partition_table_find_xbootldr(&disk.source, disk.block_size, &id))
        return true;
    if (!find_on_disk(&id, path, size, ret_partition, error))
        return false;
    if (*ret_partition)
        return true;
    device_connect(disk.handle);
    return find_on_disk(&id, path, size, ret_partition, error);
}

bool partition_find_xbootldr(EFI_HANDLE device, EFI_HANDLE *ret_partition, struct error *error)
{
    EFI_GUID guid = PARTITION_INFO_PROTOCOL_GUID;
    EFI_HANDLE partitions[MOST_PARTITIONS];
    UINTN size = sizeof(partitions);
    const void *path = device_path_of(device);
    size_t disk = disk_path_size(path);
    EFI_STATUS status;

    *ret_partition = NULL;
    if (disk == 0)
        return true;
    status = BS->LocateHandle(ByProtocol, &guid, NULL, &size, partitions);
    if (EFI_ERROR(status)) {
        bool done = find_in_table(path, disk, ret_partition, error);

        if (*ret_partition == device)
            *ret_partition = NULL;
        return done;
    }
    for (size_t i = 0; !*ret_partition && i < size / sizeof(*partitions); i++) {
        /* No protocol is opened on `device` itself: on EDK2 that makes later reads dearer. */
        if (partitions[i] != device && is_xbootldr(partitions[i]) &&
            is_on_disk(partitions[i], path, disk))
            *ret_partition = partitions[i];
    }
    return true;
}
