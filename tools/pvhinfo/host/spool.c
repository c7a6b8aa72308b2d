/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/host/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SPOOLED_MAX 16
#define BLOCK       65536

static struct {
    const char *path; /* of the command line, which stays */
    FILE *copy;       /* until the program ends */
} spooled[SPOOLED_MAX];
static size_t spooled_count;

static bool is_standard_input(const char *path)
{
    return strcmp(path, "-") == 0;
}

static bool fail(char *reason, const char *what, const char *why)
{
    snprintf(reason, SPOOL_REASON_SIZE, "%s: %s", what, why);
    return false;
}

static bool is_spooled(const char *path)
{
    struct stat status;

    return is_standard_input(path) || (stat(path, &status) == 0 && S_ISFIFO(status.st_mode));
}

static bool copy_all(int from, FILE *to, char *reason)
{
    static char block[BLOCK];

    for (;;) {
        ssize_t count = read(from, block, sizeof(block));

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail(reason, "cannot be read", strerror(errno));
        if (count == 0)
            break;
        if (fwrite(block, 1, (size_t)count, to) != (size_t)count)
            return fail(reason, "cannot be copied to a temporary file", strerror(errno));
    }
    return fflush(to) == 0 || fail(reason, "cannot be copied to a temporary file", strerror(errno));
}

/* Opened before the copy: that would take the place of a standard input that is closed. */
static bool spool(const char *path, FILE **ret_copy, char *reason)
{
    int from = is_standard_input(path) ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    bool done;

    if (from < 0)
        return fail(reason, "cannot be opened", strerror(errno));
    *ret_copy = tmpfile();
    done = *ret_copy ? copy_all(from, *ret_copy, reason)
                     : fail(reason, "cannot be copied to a temporary file", strerror(errno));
    close(from);
    return done;
}

bool spool_add(const char *path, char reason[static SPOOL_REASON_SIZE])
{
    int known = spool_open(path);
    FILE *copy = NULL;

    if (known >= 0) {
        close(known);
        return true; /* named twice */
    }
    if (!is_spooled(path))
        return true;
    if (spooled_count == SPOOLED_MAX)
        return fail(reason, "cannot be read", "too many pipes");
    if (!spool(path, &copy, reason)) {
        if (copy)
            fclose(copy);
        return false;
    }
    spooled[spooled_count].path = path;
    spooled[spooled_count++].copy = copy;
    return true;
}

int spool_open(const char *path)
{
    for (size_t i = 0; i < spooled_count; i++) {
        if (strcmp(spooled[i].path, path) == 0)
            return fcntl(fileno(spooled[i].copy), F_DUPFD_CLOEXEC, 0);
    }
    return -1;
}
