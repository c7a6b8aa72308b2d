/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/device_path.h"

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "common/base/utf.h"

#include <string.h>

#define NODE_TYPE_MASK   0x7f
#define NODE_END         0x7f
#define NODE_HEADER_SIZE 4

static const uint8_t end_node[NODE_HEADER_SIZE] = {NODE_END, 0xff, NODE_HEADER_SIZE, 0};

bool device_path_next(const void **position, struct device_node *ret_node)
{
    const uint8_t *node = *position;
    size_t length = node ? read_le16(node + 2) : 0;

    if (length < NODE_HEADER_SIZE || (node[0] & NODE_TYPE_MASK) == NODE_END)
        return false;
    *ret_node = (struct device_node){
        .type = node[0] & NODE_TYPE_MASK,
        .subtype = node[1],
        .bytes = node + NODE_HEADER_SIZE,
        .size = length - NODE_HEADER_SIZE,
    };
    *position = node + length;
    return true;
}

const void *device_path_of(EFI_HANDLE handle)
{
    EFI_GUID guid = DEVICE_PATH_PROTOCOL;
    void *path = NULL;

    if (!handle || EFI_ERROR(BS->HandleProtocol(handle, &guid, &path)))
        return NULL;
    return path;
}

/* The size of all nodes in bytes, without the end node. */
static size_t path_size(const void *path)
{
    const void *position = path;
    struct device_node node;

    while (device_path_next(&position, &node))
        continue;
    return (size_t)((const uint8_t *)position - (const uint8_t *)path);
}

/*
 * Appends a file node to `path` of `count` characters, and returns how many there are then. Between
 * two nodes there is one backslash, whether they have one or not (UEFI 2.10, section 10.3.5.4):
 * GRUB's chainloader makes one node of the directory and one of the name.
 */
static size_t append_file(const struct device_node *node, CHAR16 *path, size_t count)
{
    bool has_end = count > 0 && path[count - 1] == '\\';

    for (size_t at = 0; at + 1 < node->size && read_le16(node->bytes + at); at += 2) {
        CHAR16 character = read_le16(node->bytes + at);

        if (at == 0 && has_end && character == '\\')
            continue;
        if (at == 0 && count > 0 && !has_end && character != '\\')
            path[count++] = '\\';
        path[count++] = character;
    }
    return count;
}

const char *device_path_file_name(const void *path, struct arena *arena)
{
    size_t size = path ? path_size(path) + 1 : 1; /* units of 2 bytes */
    CHAR16 *ucs2 = arena_alloc(arena, size, sizeof(*ucs2));
    struct device_node node;
    size_t count = 0;

    if (!ucs2)
        return NULL;
    while (device_path_next(&path, &node)) {
        if (node.type == NODE_MEDIA && node.subtype == NODE_MEDIA_FILE)
            count = append_file(&node, ucs2, count);
    }
    return utf16_to_utf8_copy(ucs2, count, arena);
}

EFI_DEVICE_PATH *device_path_make_file(EFI_HANDLE device, const CHAR16 *file, struct arena *arena)
{
    const void *volume = device_path_of(device);
    size_t prefix = volume ? path_size(volume) : 0;
    size_t length = NODE_HEADER_SIZE;
    uint8_t *path;

    for (size_t i = 0; i == 0 || file[i - 1]; i++)
        length += sizeof(*file);
    path = arena_alloc_bulk(arena, prefix + length + sizeof(end_node));
    if (!path || length > UINT16_MAX)
        return NULL;
    if (prefix > 0)
        memcpy(path, volume, prefix);
    path[prefix] = NODE_MEDIA;
    path[prefix + 1] = NODE_MEDIA_FILE;
    path[prefix + 2] = (uint8_t)length;
    path[prefix + 3] = (uint8_t)(length >> 8);
    memcpy(path + prefix + NODE_HEADER_SIZE, file, length - NODE_HEADER_SIZE);
    memcpy(path + prefix + length, end_node, sizeof(end_node));
    return (EFI_DEVICE_PATH *)path;
}

EFI_DEVICE_PATH *device_path_copy_start(const void *path, size_t size, struct arena *arena)
{
    uint8_t *copy = arena_alloc_bulk(arena, size + sizeof(end_node));

    if (!copy)
        return NULL;
    memcpy(copy, path, size);
    memcpy(copy + size, end_node, sizeof(end_node));
    return (EFI_DEVICE_PATH *)copy;
}

void device_connect(EFI_HANDLE device)
{
    (void)BS->ConnectController(device, NULL, NULL, TRUE);
}

EFI_STATUS device_connect_all(void)
{
    EFI_HANDLE *handles = NULL;
    UINTN count = 0;
    EFI_STATUS status = BS->LocateHandleBuffer(AllHandles, NULL, NULL, &count, &handles);

    if (EFI_ERROR(status))
        return status;
    for (UINTN i = 0; i < count; i++)
        device_connect(handles[i]);
    (void)BS->FreePool(handles);
    return EFI_SUCCESS;
}
