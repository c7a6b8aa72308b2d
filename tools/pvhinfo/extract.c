/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/extract.h"

#include "common/checked.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_SIZE (64 * KIB)

static bool write_all(int descriptor, const uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t count = write(descriptor, bytes, size);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        bytes += count;
        size -= (size_t)count;
    }
    return true;
}

static enum status write_failed(const char *path)
{
    return trouble("%s: cannot be written: %s", path, strerror(errno));
}

static enum status copy(const struct kernel_file *file, int descriptor, const char *path)
{
    static uint8_t buffer[BUFFER_SIZE];
    uint64_t size = file->elf->size;

    for (uint64_t done = 0; done < size;) {
        size_t count = (size_t)min_u64(size - done, sizeof(buffer));

        if (!file->elf->read(file->elf, done, buffer, count))
            return trouble("%s: %s", file->path, file->file.reason);
        if (!write_all(descriptor, buffer, count))
            return write_failed(path);
        done += count;
    }
    return STATUS_BOOTABLE;
}

/* The permissions that a file made by open() has; mkstemp() is stricter. */
static bool set_usual_mode(int descriptor)
{
    mode_t mask = umask(0);

    umask(mask);
    return fchmod(descriptor, 0666 & ~mask) == 0;
}

/* A temporary name in the same folder, so that renaming it moves nothing. */
static char *temporary_name(const char *path)
{
    static const char suffix[] = ".XXXXXX";
    size_t length = strlen(path);
    char *name = malloc(length + sizeof(suffix));

    if (!name)
        return NULL;
    memcpy(name, path, length);
    memcpy(name + length, suffix, sizeof(suffix));
    return name;
}

static enum status replace_with(const struct kernel_file *file, int descriptor,
                                const char *temporary, const char *path)
{
    enum status status = copy(file, descriptor, path);
    bool written = status == STATUS_BOOTABLE && set_usual_mode(descriptor);

    if (close(descriptor) != 0)
        written = false;
    if (status == STATUS_BOOTABLE && (!written || rename(temporary, path) != 0))
        status = write_failed(path);
    if (status != STATUS_BOOTABLE)
        unlink(temporary);
    return status;
}

static enum status replace(const struct kernel_file *file, const char *path)
{
    char *temporary = temporary_name(path);
    enum status status;
    int descriptor;

    if (!temporary)
        return trouble(OUT_OF_MEMORY);
    descriptor = mkstemp(temporary);
    status = descriptor < 0 ? write_failed(path) : replace_with(file, descriptor, temporary, path);
    free(temporary);
    return status;
}

static enum status write_to(const struct kernel_file *file, const char *path)
{
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    enum status status;

    if (descriptor < 0)
        return write_failed(path);
    status = copy(file, descriptor, path);
    if (close(descriptor) != 0 && status == STATUS_BOOTABLE)
        status = write_failed(path);
    return status;
}

/* /dev/null, a pipe: a file in its place is not what was asked for. */
static bool is_no_file(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

enum status extract_elf(const struct kernel_file *file, const char *path)
{
    char *target;
    enum status status;

    if (is_no_file(path))
        return write_to(file, path);
    target = realpath(path, NULL); /* a link stays, what it leads to is replaced */
    status = replace(file, target ? target : path);
    free(target);
    return status;
}
