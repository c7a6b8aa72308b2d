/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/extract.h"

#include "common/base/overflow.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_SIZE (64 * KIB)

/* Linux's limit. */
#define MAX_LINKS 40

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
    struct error error;

    for (uint64_t done = 0; done < size;) {
        size_t count = (size_t)min_u64(size - done, sizeof(buffer));

        if (!file->elf->read(file->elf, done, buffer, count, &error))
            return trouble("%s: %s", file->path, file->file.reason);
        if (!write_all(descriptor, buffer, count))
            return write_failed(path);
        done += count;
    }
    return STATUS_BOOTABLE;
}

/* For pipes, terminals, /dev/null: there is no file to replace. */
static enum status write_through(const struct kernel_file *file, const char *path)
{
    int descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    enum status status;

    if (descriptor < 0)
        return write_failed(path);
    status = copy(file, descriptor, path);
    if (close(descriptor) != 0 && status == STATUS_BOOTABLE)
        status = write_failed(path);
    return status;
}

/* The file being written, to be removed if a signal ends the program. */
static const char *volatile unfinished;

static void remove_unfinished(int number)
{
    if (unfinished)
        unlink(unfinished);
    signal(number, SIG_DFL);
    raise(number);
}

static void watch_signals(void)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP};

    for (size_t i = 0; i < ELEMENTS(ends); i++) {
        if (signal(ends[i], remove_unfinished) == SIG_IGN)
            signal(ends[i], SIG_IGN); /* as under nohup */
    }
    signal(SIGXFSZ, SIG_IGN); /* exceeding the file size limit is an error of write() */
}

/* The permissions of a file created by open(); mkstemp() uses stricter ones. */
static mode_t default_mode(void)
{
    mode_t mask = umask(0);

    umask(mask);
    return 0666 & ~mask;
}

/* `name`, unless absolute, relative to the directory of `path`. NULL when out of memory. */
static char *resolve_link(const char *path, const char *name)
{
    const char *slash = name[0] == '/' ? NULL : strrchr(path, '/');
    size_t directory_length = slash ? (size_t)(slash - path) + 1 : 0;
    size_t length = strlen(name);
    char *joined = malloc(directory_length + length + 1);

    if (!joined)
        return NULL;
    memcpy(joined, path, directory_length);
    memcpy(joined + directory_length, name, length + 1);
    return joined;
}

/* The path that the links lead to, which need not exist. NULL when out of memory. */
static char *follow_links(const char *path)
{
    char *name = strdup(path);
    char target[PATH_MAX];

    for (unsigned i = 0; name && i < MAX_LINKS; i++) {
        ssize_t length = readlink(name, target, sizeof(target) - 1);
        char *next;

        if (length < 0)
            break;
        target[length] = '\0';
        next = resolve_link(name, target);
        free(name);
        name = next;
    }
    return name;
}

/* A template for mkstemp() in the same directory, so that rename() is atomic. */
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

static enum status write_and_rename(const struct kernel_file *file, int descriptor, mode_t mode,
                                    const char *temporary, const char *path)
{
    enum status status = copy(file, descriptor, path);
    bool written = status == STATUS_BOOTABLE && fchmod(descriptor, mode) == 0;

    if (close(descriptor) != 0)
        written = false;
    if (status == STATUS_BOOTABLE && (!written || rename(temporary, path) != 0))
        status = write_failed(path);
    if (status != STATUS_BOOTABLE)
        unlink(temporary);
    return status;
}

static enum status write_temporary(const struct kernel_file *file, const char *path,
                                   char *temporary, mode_t mode)
{
    enum status status;
    int descriptor;

    unfinished = temporary;
    watch_signals();
    descriptor = mkstemp(temporary);
    status = descriptor < 0 ? write_failed(path)
                            : write_and_rename(file, descriptor, mode, temporary, path);
    unfinished = NULL;
    return status;
}

static enum status replace(const struct kernel_file *file, const char *path, mode_t mode)
{
    char *target = follow_links(path);
    char *temporary = target ? temporary_name(target) : NULL;
    enum status status =
        temporary ? write_temporary(file, target, temporary, mode) : trouble(OUT_OF_MEMORY);

    free(temporary);
    free(target);
    return status;
}

static bool is_file_of(const struct stat *file, int descriptor)
{
    struct stat other;

    return fstat(descriptor, &other) == 0 && file->st_dev == other.st_dev &&
           file->st_ino == other.st_ino;
}

bool is_standard_output(const char *path)
{
    struct stat file;

    return stat(path, &file) == 0 && is_file_of(&file, STDOUT_FILENO);
}

static enum status write_to_existing(const struct kernel_file *file, const char *path,
                                     const struct stat *existing)
{
    if (is_file_of(existing, file->file.descriptor))
        return trouble("%s: is the kernel file itself; name another file", path);
    if (is_file_of(existing, STDOUT_FILENO))
        return copy(file, STDOUT_FILENO, path);
    if (S_ISBLK(existing->st_mode))
        return trouble("%s: is a device; write to a file and copy it", path);
    if (S_ISREG(existing->st_mode))
        return replace(file, path, existing->st_mode & 0777);
    return write_through(file, path);
}

enum status extract_elf(const struct kernel_file *file, const char *path)
{
    struct stat existing;

    if (stat(path, &existing) == 0)
        return write_to_existing(file, path, &existing);
    return errno == ENOENT ? replace(file, path, default_mode()) : write_failed(path);
}
