/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/uki/cpio.h"

#include "common/base/overflow.h"

#include <string.h>

#define MAGIC       "070701"
#define FIELDS      13
#define FIELD_SIZE  8
#define HEADER_SIZE (sizeof(MAGIC) - 1 + FIELDS * FIELD_SIZE)
#define ALIGNMENT   4
#define TRAILER     "TRAILER!!!"

/* The types of files in st_mode. */
#define DIRECTORY    0040000
#define REGULAR_FILE 0100000

#define PARENT_MODE 0555

/*
 * One pass over an archive: without a buffer, it only counts. Sums of 64 bits cannot wrap: a
 * record has at most 4 GiB and its name.
 */
struct pass {
    uint8_t *buffer; /* NULL: nothing is written */
    uint64_t offset; /* in the archive */
    uint32_t inode;  /* of the next record */
};

static void add_bytes(struct pass *pass, const void *bytes, uint64_t size)
{
    if (pass->buffer && size > 0)
        memcpy(pass->buffer + pass->offset, bytes, (size_t)size);
    pass->offset += size;
}

static void add_padding(struct pass *pass)
{
    add_bytes(pass, "\0\0\0", align_up(pass->offset, ALIGNMENT) - pass->offset);
}

static void add_field(struct pass *pass, uint32_t value, const char *digits)
{
    char field[FIELD_SIZE];

    for (size_t i = FIELD_SIZE; i > 0; i--, value >>= 4)
        field[i - 1] = digits[value & 0xf];
    add_bytes(pass, field, sizeof(field));
}

/* A record in three steps: the header, then the name in pieces, then the NUL and the padding. */
static void add_header(struct pass *pass, uint32_t inode, uint32_t mode, uint64_t size,
                       size_t name_size, const char *digits)
{
    const uint32_t fields[FIELDS] = {
        inode, mode, 0, 0, 1, 0, (uint32_t)size, 0, 0, 0, 0, (uint32_t)name_size, 0,
    };

    add_bytes(pass, MAGIC, strlen(MAGIC));
    for (size_t i = 0; i < FIELDS; i++)
        add_field(pass, fields[i], digits);
}

static void end_name(struct pass *pass)
{
    add_bytes(pass, "", 1);
    add_padding(pass);
}

static void add_directory(struct pass *pass, const char *path, size_t length, uint32_t mode)
{
    add_header(pass, pass->inode++, DIRECTORY | mode, 0, length + 1, "0123456789abcdef");
    add_bytes(pass, path, length);
    end_name(pass);
}

/* A directory must be there before what is in it. */
static void add_directories(struct pass *pass, const struct cpio_archive *archive)
{
    const char *path = archive->directory;

    for (const char *end = path; (end = strchr(end, '/')); end++)
        add_directory(pass, path, (size_t)(end - path), PARENT_MODE);
    add_directory(pass, path, strlen(path), archive->directory_mode);
}

static void add_file(struct pass *pass, const struct cpio_archive *archive,
                     const struct cpio_file *file)
{
    size_t directory = strlen(archive->directory), name = strlen(file->name);

    add_header(pass, pass->inode++, REGULAR_FILE | archive->file_mode, file->size,
               directory + 1 + name + 1, "0123456789abcdef");
    add_bytes(pass, archive->directory, directory);
    add_bytes(pass, "/", 1);
    add_bytes(pass, file->name, name);
    end_name(pass);
    add_bytes(pass, file->bytes, file->size);
    add_padding(pass);
}

/* systemd-stub writes the length of this name, 11, with an upper-case B. */
static void add_trailer(struct pass *pass)
{
    add_header(pass, 0, 0, 0, sizeof(TRAILER), "0123456789ABCDEF");
    add_bytes(pass, TRAILER, strlen(TRAILER));
    end_name(pass);
}

static uint64_t run(const struct cpio_archive *archive, uint8_t *buffer)
{
    struct pass pass = {.inode = 1};

    pass.buffer = buffer;
    add_directories(&pass, archive);
    for (size_t i = 0; i < archive->count; i++)
        add_file(&pass, archive, &archive->files[i]);
    add_trailer(&pass);
    return pass.offset;
}

bool cpio_size(const struct cpio_archive *archive, uint64_t *ret_size)
{
    for (size_t i = 0; i < archive->count; i++) {
        if (archive->files[i].size > UINT32_MAX)
            return false;
    }
    *ret_size = run(archive, NULL);
    return true;
}

void cpio_write(const struct cpio_archive *archive, uint8_t *buffer)
{
    (void)run(archive, buffer);
}

const uint8_t *cpio_make(const struct cpio_archive *archive, struct arena *arena,
                         uint64_t *ret_size)
{
    uint8_t *bytes = cpio_size(archive, ret_size) ? arena_alloc_bulk(arena, *ret_size) : NULL;

    if (bytes)
        cpio_write(archive, bytes);
    return bytes;
}
