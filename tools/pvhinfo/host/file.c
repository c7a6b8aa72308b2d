/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/host/file.h"

#include "common/base/arena.h"
#include "tools/pvhinfo/host/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(struct host_file *file, const char *what, const char *why)
{
    snprintf(file->reason, sizeof(file->reason), "%s: %s", what, why);
    return false;
}

static bool read_all(struct host_file *file, uint64_t offset, void *buffer, size_t length)
{
    uint8_t *to = buffer;

    while (length > 0) {
        ssize_t count = pread(file->descriptor, to, length, (off_t)offset);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail(file, "cannot be read", strerror(errno));
        if (count == 0)
            return fail(file, "cannot be read", "it became shorter while it was read");
        to += count;
        offset += (uint64_t)count;
        length -= (size_t)count;
    }
    return true;
}

/* The reason is in the file. */
static bool read_source(struct byte_source *source, uint64_t offset, void *buffer, size_t length,
                        struct error *error)
{
    return read_all((struct host_file *)source, offset, buffer, length) ||
           error_set(error, ERROR_READ);
}

static bool check_kind(struct host_file *file)
{
    struct stat status;

    if (fstat(file->descriptor, &status) != 0)
        return fail(file, "cannot be opened", strerror(errno));
    if (S_ISDIR(status.st_mode))
        return fail(file, "cannot be read", strerror(EISDIR));
    if (!S_ISREG(status.st_mode))
        return fail(file, "cannot be read", "not a regular file");
    file->source.size = (uint64_t)status.st_size;
    return true;
}

bool host_file_open(const char *path, struct host_file *ret_file)
{
    *ret_file = (struct host_file){.source = {.read = read_source}};
    ret_file->descriptor = spool_open(path);
    /* Without O_NONBLOCK, opening a FIFO would wait for a writer. */
    if (ret_file->descriptor < 0)
        ret_file->descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (ret_file->descriptor < 0)
        return fail(ret_file, "cannot be opened", strerror(errno));
    if (check_kind(ret_file))
        return true;
    host_file_close(ret_file);
    return false;
}

uint8_t *host_file_read_all(struct host_file *file, struct arena *arena)
{
    uint8_t *bytes = arena_alloc(arena, file->source.size, 1);

    if (!bytes || !read_all(file, 0, bytes, (size_t)file->source.size))
        return NULL;
    return bytes;
}

void host_file_close(struct host_file *file)
{
    if (file->descriptor >= 0)
        close(file->descriptor);
    file->descriptor = -1;
}
