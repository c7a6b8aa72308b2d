/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/files.h"

#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/run.h"
#include "tests/firmware/fake/text.h"
#include "tests/lib/support.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_FILES      512
#define PATH_MAX_LENGTH 512
#define FAT_PATH_MAX    256 /* without the first backslash */
#define NAME_MAX_LENGTH 255

struct node {
    char path[PATH_MAX_LENGTH]; /* from the root, without the first backslash; "" for the root */
    uint8_t *bytes;
    size_t size;
    uint64_t attributes;
    bool deleted;
    bool broken; /* by a read that was too long */
};

struct handle {
    EFI_FILE_HANDLE unused; /* so that the handle differs from its protocol */
    EFI_FILE_PROTOCOL protocol;
    struct node *node;
    const char *root;  /* of its volume: a node's path */
    uint64_t position; /* in a directory: the next entry */
    bool open;
    bool abandoned;
    bool writable;
    bool dirty; /* changed, and not flushed since */
    struct handle *next;
};

struct medium_ways medium_ways;

static struct node nodes[MOST_FILES] = {{.attributes = EFI_FILE_DIRECTORY}};
static size_t node_count = 1;
static struct handle *handles;
static size_t reads;
static const EFI_FILE_PROTOCOL file_protocol;

static struct node *find_node(const char *path)
{
    for (size_t i = 0; i < node_count; i++) {
        if (!nodes[i].deleted && strcasecmp(nodes[i].path, path) == 0)
            return &nodes[i];
    }
    return NULL;
}

static const char *without_root(const char *path)
{
    return path[0] == '\\' ? path + 1 : path;
}

static struct node *put(const char *path, uint64_t attributes)
{
    struct node *node = &nodes[node_count];

    require(node_count < MOST_FILES && strlen(path) < PATH_MAX_LENGTH);
    node_count++;
    snprintf(node->path, sizeof(node->path), "%s", path);
    node->attributes = attributes;
    return node;
}

void file_put_directory(const char *path)
{
    path = without_root(path);
    if (!find_node(path))
        (void)put(path, EFI_FILE_DIRECTORY);
}

/* Also adds the parent directories. A file that is there already gets other contents. */
static struct node *put_file(const char *path)
{
    char parent[PATH_MAX_LENGTH];
    struct node *there;

    path = without_root(path);
    for (const char *slash = strchr(path, '\\'); slash; slash = strchr(slash + 1, '\\')) {
        snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
        file_put_directory(parent);
    }
    there = find_node(path);
    return there ? there : put(path, EFI_FILE_ARCHIVE);
}

void file_put(const char *path, const void *bytes, size_t size)
{
    struct node *node = put_file(path);

    node->bytes = malloc(size + 1);
    require(node->bytes);
    memcpy(node->bytes, bytes, size);
    node->size = size;
}

void file_put_text(const char *path, const char *text)
{
    file_put(path, text, strlen(text));
}

void file_put_host(const char *path, const char *host_path)
{
    struct node *node = put_file(path);
    int file = open(host_path, O_RDONLY | O_CLOEXEC);
    struct stat status;

    if (file < 0 || fstat(file, &status) != 0)
        run_fail("cannot read %s: %s; see `make help`", host_path, strerror(errno));
    node->size = (size_t)status.st_size;
    node->bytes = mmap(NULL, node->size, PROT_READ, MAP_PRIVATE, file, 0);
    require(node->bytes != MAP_FAILED);
    close(file);
}

const uint8_t *file_bytes(const char *path, size_t *ret_size)
{
    const struct node *node = find_node(without_root(path));

    *ret_size = node ? node->size : 0;
    return node ? node->bytes : NULL;
}

bool file_has_bytes(const char *path, const void *bytes, size_t size)
{
    size_t file_size;
    const uint8_t *file = path ? file_bytes(path, &file_size) : NULL;

    return file && file_size == size && memcmp(file, bytes, size) == 0;
}

bool path_leads_to(const EFI_DEVICE_PATH *device_path, const char *path)
{
    const uint8_t *node = (const uint8_t *)device_path;
    char name[PATH_MAX_LENGTH] = "";

    while (path && node && (node[0] & 0x7f) != 0x7f) {
        size_t size = (size_t)(node[2] | node[3] << 8);

        if (size < 4)
            run_fail("a device path has a node of %zu bytes", size);
        if (node[0] == 4 && node[1] == 4) {
            CHAR16 units[PATH_MAX_LENGTH] = {0};

            memcpy(units, node + 4, min_u64(size - 4, sizeof(units) - 2));
            narrow(units, PATH_MAX_LENGTH, name, sizeof(name));
        }
        node += size;
    }
    return path && strcasecmp(without_root(name), without_root(path)) == 0;
}

size_t files_reads(void)
{
    return reads;
}

const char *files_find_leak(void)
{
    for (const struct handle *handle = handles; handle; handle = handle->next) {
        if (handle->open && !handle->abandoned)
            return handle->node->path[0] ? handle->node->path : "the root";
    }
    return NULL;
}

/* ------------------------------------------------------------------------------------------------
 * Handles
 */

static struct handle *find_handle(const char *what, EFI_FILE_HANDLE file)
{
    for (struct handle *handle = handles; handle; handle = handle->next) {
        if (&handle->protocol != file)
            continue;
        if (!handle->open || handle->abandoned)
            run_fail("%s is called for %s, which has been closed", what, handle->node->path);
        return handle;
    }
    run_fail("%s is called for %p, which is no file", what, (void *)file);
}

static EFI_FILE_HANDLE open_node(struct node *node, const char *root, bool writable)
{
    struct handle *handle = calloc(1, sizeof(*handle));

    require(handle);
    handle->protocol = file_protocol;
    handle->node = node;
    handle->root = root;
    handle->writable = writable;
    handle->open = true;
    handle->next = handles;
    handles = handle;
    return &handle->protocol;
}

/* The name without what EDK2's FAT driver ignores: spaces around it, and dots at its end. */
static const char *trim_name(const char *name, size_t *length)
{
    while (*length > 0 && *name == ' ') {
        name++;
        --*length;
    }
    while (*length > 0 && name[*length - 1] == ' ')
        --*length;
    if ((*length == 1 && *name == '.') || (*length == 2 && memcmp(name, "..", 2) == 0))
        return name;
    while (*length > 0 && strchr(" .", name[*length - 1]))
        --*length;
    return name;
}

/* Appends one component of a path: a name, "." or "..". What it leaves with ".." must exist, and
 * not be the root. */
static EFI_STATUS enter_name(char path[PATH_MAX_LENGTH], const char *name, size_t length)
{
    size_t end = strlen(path);
    char *slash = strrchr(path, '\\');

    name = trim_name(name, &length);
    if (length == 0 || (length == 1 && name[0] == '.'))
        return EFI_SUCCESS;
    if (length == 2 && memcmp(name, "..", 2) == 0) {
        EFI_STATUS status = find_node(path) ? EFI_SUCCESS : EFI_NOT_FOUND;

        if (end == 0)
            return EFI_INVALID_PARAMETER;
        *(slash ? slash : path) = '\0';
        return status;
    }
    snprintf(path + end, PATH_MAX_LENGTH - end, "%s%.*s", end ? "\\" : "", (int)length, name);
    return EFI_SUCCESS;
}

/* The path of `name`, relative to `base`. */
static EFI_STATUS join(const struct handle *base, const char *name, char path[PATH_MAX_LENGTH])
{
    snprintf(path, PATH_MAX_LENGTH, "%s", name[0] == '\\' ? base->root : base->node->path);
    while (*name) {
        size_t length = strcspn(name, "\\");
        EFI_STATUS status = enter_name(path, name, length);

        if (EFI_ERROR(status))
            return status;
        name += length + (name[length] != '\0');
    }
    return EFI_SUCCESS;
}

/* EDK2's FAT driver finds no file by a path that ends in a separator. */
static bool names_directory(const char *path)
{
    size_t length = strlen(path);

    return length > 0 && path[length - 1] == '\\';
}

/* Longer names and other characters are no names on FAT. */
static bool is_valid(const char *path)
{
    for (size_t length, characters; *path; path += length + (path[length] != '\0')) {
        length = strcspn(path, "\\");
        characters = 0;
        for (size_t i = 0; i < length; i++) {
            characters += (path[i] & 0xc0) != 0x80; /* not the rest of one in UTF-8 */
            if ((unsigned char)path[i] < ' ' || strchr("/:*?<>|\"", path[i]))
                return false;
        }
        if (characters > NAME_MAX_LENGTH)
            return false;
    }
    return true;
}

static bool is_too_long(const char *path)
{
    CHAR16 *units = widen(path);
    size_t length = units_length(units);

    free(units);
    return length > FAT_PATH_MAX && !medium_ways.long_paths;
}

/*
 * Like EDK2's FAT driver (FatLocateOFile): the root for \\x, nothing for x\ where x is a file, and
 * no path of more than 256 characters, those of the directory included.
 */
static EFI_STATUS EFIAPI open_file(EFI_FILE_HANDLE this, EFI_FILE_HANDLE *ret_file, CHAR16 *name,
                                   UINT64 mode, UINT64 attributes)
{
    EFI_STATUS status = ledger_enter(SERVICE_FILE_OPEN);
    struct handle *handle = find_handle("Open", this);
    char text[PATH_MAX_LENGTH], path[PATH_MAX_LENGTH];
    struct node *node;

    *ret_file = (EFI_FILE_HANDLE)(uintptr_t)0xbadbadbadbad; /* a failed call leaves garbage */
    if (mode != EFI_FILE_MODE_READ && mode != (EFI_FILE_MODE_READ | EFI_FILE_MODE_WRITE))
        run_fail("Open is called with the mode 0x%llx", (unsigned long long)mode);
    if (attributes != 0)
        run_fail("Open is called with the attributes of a new file");
    if (EFI_ERROR(status))
        return status;
    narrow(name, PATH_MAX_LENGTH, text, sizeof(text));
    if (!is_valid(text))
        return EFI_INVALID_PARAMETER;
    status = join(handle, text, path);
    if (EFI_ERROR(status))
        return status;
    if (is_too_long(path))
        return EFI_INVALID_PARAMETER;
    if (text[0] == '\\' && text[1] == '\\')
        snprintf(path, sizeof(path), "%s", handle->root);
    node = find_node(path);
    if (!node || (names_directory(text) && !(node->attributes & EFI_FILE_DIRECTORY)))
        return EFI_NOT_FOUND;
    if (medium_ways.closed && strcasecmp(node->path, medium_ways.closed) == 0)
        return EFI_ACCESS_DENIED;
    if (mode & EFI_FILE_MODE_WRITE &&
        (*handle->root ? medium_ways.other_read_only : medium_ways.read_only))
        return EFI_WRITE_PROTECTED;
    *ret_file = open_node(node, handle->root, mode & EFI_FILE_MODE_WRITE);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI close_file(EFI_FILE_HANDLE this)
{
    EFI_STATUS status = ledger_enter(SERVICE_FILE_CLOSE);
    struct handle *handle = find_handle("Close", this);

    if (handle->dirty) /* a reset that follows would lose it with some drivers */
        run_fail("%s is closed, and its change is not flushed", handle->node->path);
    handle->abandoned = EFI_ERROR(status);
    handle->open = EFI_ERROR(status);
    return status;
}

static EFI_STATUS EFIAPI delete_file(EFI_FILE_HANDLE this)
{
    EFI_STATUS status = ledger_enter(SERVICE_FILE_DELETE);
    struct handle *handle = find_handle("Delete", this);

    handle->open = false; /* in any case: UEFI 2.10, section 13.5 */
    if (EFI_ERROR(status) || !handle->writable)
        return EFI_WARN_DELETE_FAILURE;
    handle->node->deleted = true;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI open_volume(EFI_FILE_IO_INTERFACE *this, EFI_FILE_HANDLE *ret_root)
{
    EFI_STATUS status = ledger_enter(SERVICE_OPEN_VOLUME);

    const char *path = this == &fake_other_volume ? &OTHER_VOLUME[1] : "";
    struct node *root = find_node(path);

    require(this == &fake_volume || (this == &fake_other_volume && root));
    *ret_root = (EFI_FILE_HANDLE)(uintptr_t)0xbadbadbadbad;
    if (!EFI_ERROR(status) && medium_ways.no_volume)
        status = EFI_VOLUME_CORRUPTED;
    if (!EFI_ERROR(status))
        *ret_root = open_node(root, path, false);
    return status;
}

EFI_FILE_IO_INTERFACE fake_volume = {EFI_FILE_IO_INTERFACE_REVISION, open_volume};
EFI_FILE_IO_INTERFACE fake_other_volume = {EFI_FILE_IO_INTERFACE_REVISION, open_volume};

/* ------------------------------------------------------------------------------------------------
 * Reading and writing
 */

/* The last part of a node's path. */
static const char *base_name(const struct node *node)
{
    const char *slash = strrchr(node->path, '\\');

    return slash ? slash + 1 : node->path;
}

static bool is_child(const struct node *node, const struct node *directory)
{
    size_t length = strlen(directory->path);
    const char *rest = node->path + length + (length > 0);

    if (node->deleted || node == directory || strncasecmp(node->path, directory->path, length) != 0)
        return false;
    return (length == 0 || node->path[length] == '\\') && *rest && !strchr(rest, '\\');
}

/* The EFI_FILE_INFO of a node, with the given name. */
static EFI_STATUS tell_info(const struct node *node, const char *name, UINTN *size, void *buffer)
{
    CHAR16 *wide = widen(name);
    size_t name_size = (units_length(wide) + 1) * sizeof(CHAR16);
    size_t needed = offsetof(EFI_FILE_INFO, FileName) + name_size;
    EFI_STATUS status = *size < needed ? EFI_BUFFER_TOO_SMALL : EFI_SUCCESS;
    EFI_FILE_INFO info = {
        .Size = needed,
        .FileSize = node->size + medium_ways.too_many,
        .PhysicalSize = align_up(node->size, PAGE_SIZE),
        .Attribute = node->attributes,
    };

    *size = needed;
    if (!EFI_ERROR(status)) {
        memcpy(buffer, &info, offsetof(EFI_FILE_INFO, FileName));
        memcpy((uint8_t *)buffer + offsetof(EFI_FILE_INFO, FileName), wide, name_size);
    }
    free(wide);
    return status;
}

/* Like FAT drivers: "." and ".." first, except in the root. */
static EFI_STATUS read_directory(struct handle *handle, UINTN *size, void *buffer)
{
    static const char *const dots[] = {".", ".."};
    uint64_t index = handle->position;
    EFI_STATUS status;

    if (handle->node != &nodes[0]) {
        if (index < ELEMENTS(dots)) {
            status = tell_info(handle->node, dots[index], size, buffer);
            handle->position += !EFI_ERROR(status);
            return status;
        }
        index -= ELEMENTS(dots);
    }
    for (size_t i = 0; i < node_count; i++) {
        if (!is_child(&nodes[i], handle->node) || index-- > 0)
            continue;
        status = tell_info(&nodes[i], base_name(&nodes[i]), size, buffer);
        handle->position += !EFI_ERROR(status);
        return status;
    }
    *size = medium_ways.nameless && index == 0 ? offsetof(EFI_FILE_INFO, FileName) : 0;
    handle->position++;
    return EFI_SUCCESS;
}

/* UEFI 2.10, section 13.5, does not say where a read that fails leaves the position. */
static EFI_STATUS fail_amid(struct handle *handle, uint64_t count, EFI_STATUS status)
{
    if (!(handle->node->attributes & EFI_FILE_DIRECTORY))
        handle->position += count / 2;
    return status;
}

static EFI_STATUS read_bytes(struct handle *handle, UINTN *size, void *buffer)
{
    struct node *node = handle->node;
    uint64_t left = node->size - min_u64(handle->position, node->size);
    size_t count = (size_t)min_u64(*size, left);
    struct range wanted = {handle->position, handle->position + count};

    reads++;
    ledger_advance(count * medium_ways.ticks_per_mib / MIB);
    if (medium_ways.largest_read && *size > medium_ways.largest_read) {
        node->broken = medium_ways.breaks;
        return fail_amid(handle, count, medium_ways.too_long);
    }
    if (node->broken)
        return fail_amid(handle, count, EFI_DEVICE_ERROR);
    if (medium_ways.damaged && strcasecmp(node->path, medium_ways.damaged) == 0 &&
        range_overlaps(wanted, medium_ways.damaged_range))
        return fail_amid(handle, count, medium_ways.damage);
    if (handle->position > node->size)
        return EFI_DEVICE_ERROR;
    if (reads == medium_ways.short_read)
        count /= 2;
    if (count > 0)
        memcpy(buffer, node->bytes + handle->position, count);
    handle->position += count;
    *size = count;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI read_file(EFI_FILE_HANDLE this, UINTN *size, void *buffer)
{
    EFI_STATUS status = ledger_enter(SERVICE_FILE_READ);
    struct handle *handle = find_handle("Read", this);

    if (EFI_ERROR(status)) { /* what has been read so far becomes garbage */
        memset(buffer, STALE_BYTE, min_u64(*size, 4 * KIB));
        return fail_amid(handle, *size, status);
    }
    if (handle->node->attributes & EFI_FILE_DIRECTORY && medium_ways.unlisted &&
        handle->position + 1 >= medium_ways.unlisted)
        return EFI_VOLUME_CORRUPTED;
    if (handle->node->attributes & EFI_FILE_DIRECTORY)
        return read_directory(handle, size, buffer);
    return read_bytes(handle, size, buffer);
}

static EFI_STATUS EFIAPI write_file(EFI_FILE_HANDLE this, UINTN *size, void *buffer)
{
    EFI_STATUS status = ledger_enter(SERVICE_FILE_WRITE);
    struct handle *handle = find_handle("Write", this);
    struct node *node = handle->node;
    uint64_t end = handle->position + *size;

    if (EFI_ERROR(status))
        return status;
    if (!handle->writable)
        return EFI_ACCESS_DENIED;
    if (end > node->size) {
        node->bytes = realloc(node->bytes, end);
        require(node->bytes);
        node->size = end;
    }
    memcpy(node->bytes + handle->position, buffer, *size);
    handle->position = end;
    handle->dirty = true;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_position(EFI_FILE_HANDLE this, UINT64 *ret_position)
{
    EFI_STATUS status = ledger_enter(SERVICE_FILE_GET_POSITION);

    *ret_position = find_handle("GetPosition", this)->position;
    return status;
}

static EFI_STATUS EFIAPI set_position(EFI_FILE_HANDLE this, UINT64 position)
{
    EFI_STATUS status = ledger_enter(SERVICE_FILE_SET_POSITION);
    struct handle *handle = find_handle("SetPosition", this);

    if (EFI_ERROR(status))
        return fail_amid(handle, position, status);
    if (handle->node->attributes & EFI_FILE_DIRECTORY && position != 0)
        return EFI_UNSUPPORTED;
    handle->position = position == UINT64_MAX ? handle->node->size : position;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_info(EFI_FILE_HANDLE this, EFI_GUID *guid, UINTN *size, void *buffer)
{
    static const EFI_GUID info_guid = EFI_FILE_INFO_ID;
    EFI_STATUS status = ledger_enter(SERVICE_FILE_GET_INFO);
    struct handle *handle = find_handle("GetInfo", this);

    if (EFI_ERROR(status))
        return status;
    if (memcmp(guid, &info_guid, sizeof(*guid)) != 0)
        return EFI_UNSUPPORTED;
    return tell_info(handle->node, base_name(handle->node), size, buffer);
}

/* Renames within the directory, or moves when the name starts with a backslash. */
static EFI_STATUS rename_node(struct node *node, const char *name)
{
    char path[PATH_MAX_LENGTH], directory[PATH_MAX_LENGTH];
    struct node parent = {.attributes = EFI_FILE_DIRECTORY};
    struct node *taken;

    snprintf(directory, sizeof(directory), "%s", node->path);
    enter_name(directory, "..", 2);
    snprintf(parent.path, sizeof(parent.path), "%s", directory);
    join(&(struct handle){.node = &parent, .root = ""}, name, path);
    if (is_too_long(path))
        return EFI_INVALID_PARAMETER;
    taken = find_node(path);
    if (taken && taken != node)
        return EFI_ACCESS_DENIED;
    snprintf(node->path, sizeof(node->path), "%s", path);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_info(EFI_FILE_HANDLE this, EFI_GUID *guid, UINTN size, void *buffer)
{
    static const EFI_GUID info_guid = EFI_FILE_INFO_ID;
    EFI_STATUS status = ledger_enter(SERVICE_FILE_SET_INFO);
    struct handle *handle = find_handle("SetInfo", this);
    const EFI_FILE_INFO *info = buffer;
    char name[PATH_MAX_LENGTH];

    if (EFI_ERROR(status))
        return status;
    if (memcmp(guid, &info_guid, sizeof(*guid)) != 0)
        return EFI_UNSUPPORTED;
    if (size < offsetof(EFI_FILE_INFO, FileName) || info->Size > size)
        return EFI_BAD_BUFFER_SIZE;
    if (medium_ways.read_only)
        return EFI_WRITE_PROTECTED;
    if (!handle->writable)
        return EFI_ACCESS_DENIED;
    if (info->Size != size || info->FileName[(size - offsetof(EFI_FILE_INFO, FileName)) / 2 - 1])
        run_fail("SetInfo is called with a name that does not end where its size says");
    if (info->FileSize != handle->node->size)
        run_fail("SetInfo would change the size of %s", handle->node->path);
    narrow(info->FileName, (size - offsetof(EFI_FILE_INFO, FileName)) / 2, name, sizeof(name));
    status = rename_node(handle->node, name);
    handle->dirty |= !EFI_ERROR(status);
    return status;
}

static EFI_STATUS EFIAPI flush_file(EFI_FILE_HANDLE this)
{
    EFI_STATUS status = ledger_enter(SERVICE_FILE_FLUSH);

    find_handle("Flush", this)->dirty = false; /* when it fails there is nothing more to do */
    return status;
}

static const EFI_FILE_PROTOCOL file_protocol = {
    .Revision = EFI_FILE_PROTOCOL_REVISION,
    .Open = open_file,
    .Close = close_file,
    .Delete = delete_file,
    .Read = read_file,
    .Write = write_file,
    .GetPosition = get_position,
    .SetPosition = set_position,
    .GetInfo = get_info,
    .SetInfo = set_info,
    .Flush = flush_file,
};
