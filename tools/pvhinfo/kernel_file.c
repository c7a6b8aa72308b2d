/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/kernel_file.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY (16 * MIB)

/*
 * There is no memory to go on. Reads the rest into the existing buffer: the file may be larger than
 * any kernel, or damaged, and more memory would not help then.
 */
static bool refuse_room(struct kernel_file *file, uint64_t room, uint64_t wanted,
                        struct error *error)
{
    uint64_t count = room;

    while (room > 0 && count == room) {
        if (!unpack_read(&file->unpack, file->bytes, room, &count))
            return false;
    }
    return error_set(error, ERROR_OUT_OF_MEMORY, wanted);
}

/*
 * Unpacks to memory that grows with the output, because the size that a container states cannot be
 * trusted.
 */
static bool unpack_stream(struct kernel_file *file, struct error *error)
{
    uint64_t capacity = FIRST_CAPACITY;
    uint64_t size = 0;
    uint64_t count;

    for (;;) {
        uint8_t *grown = realloc(file->bytes, (size_t)capacity);

        if (!grown)
            return refuse_room(file, size, capacity, error);
        file->bytes = grown;
        if (!unpack_read(&file->unpack, file->bytes + size, capacity - size, &count))
            return false;
        size += count;
        if (size < capacity)
            break;
        capacity = min_u64(2 * capacity, UNPACK_LIMIT + 1); /* the decoder stops before its end */
    }
    memory_source_init(&file->unpacked, file->bytes, size);
    file->elf = &file->unpacked.source;
    return unpack_finish(&file->unpack);
}

static void add_container(struct kernel_file *file, enum container_kind kind)
{
    file->containers[file->container_count++] = container_name(kind);
}

static void name_containers(struct kernel_file *file)
{
    for (unsigned i = 0; i < file->unpack.layer_count; i++) {
        const struct container *layer = &file->unpack.layers[i];

        if (layer->in_bzimage)
            add_container(file, CONTAINER_BZIMAGE);
        if (layer->kind != CONTAINER_ELF && layer->kind != CONTAINER_UNKNOWN)
            add_container(file, layer->kind);
    }
}

static bool unpack(struct kernel_file *file, struct arena *arena, struct error *error)
{
    bool opened = unpack_open(&file->unpack, &file->part.source, UNPACK_LIMIT, arena, error);

    name_containers(file);
    if (!opened)
        return false;
    file->elf = file->unpack.elf;
    return file->elf || unpack_stream(file, error);
}

bool kernel_file_open(const char *path, const char *name, struct range part, struct arena *arena,
                      struct kernel_file *ret_file, struct error *ret_error)
{
    *ret_file = (struct kernel_file){.path = name};
    error_clear(ret_error);
    if (!host_file_open(path, &ret_file->file))
        return error_set(ret_error, ERROR_READ);
    part = range_intersect(part, (struct range){0, ret_file->file.source.size});
    part_source_init(&ret_file->part, &ret_file->file.source, part);
    ret_file->complete = unpack(ret_file, arena, ret_error);
    return ret_file->complete;
}

bool kernel_file_is_elf(const struct kernel_file *file)
{
    char magic[4];
    struct error error;

    return file->elf->size >= sizeof(magic) &&
           file->elf->read(file->elf, 0, magic, sizeof(magic), &error) &&
           memcmp(magic, "\177ELF", sizeof(magic)) == 0;
}

void kernel_file_close(struct kernel_file *file)
{
    host_file_close(&file->file);
    free(file->bytes);
    file->bytes = NULL;
}
