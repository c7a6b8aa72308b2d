/* SPDX-License-Identifier: BSD-2-Clause */
/* Archives for Linux's initrd: their bytes, and what Debian's cpio makes of them. */
#include "tests/lib/support.h"

#include "common/uki/cpio.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Writes the archive to memory of its exact size, which the caller frees. */
static uint8_t *write_archive(const struct cpio_archive *archive, uint64_t *ret_size)
{
    uint8_t *bytes;

    assert_true(cpio_size(archive, ret_size));
    assert_int_equal(*ret_size % 4, 0);
    assert_non_null(bytes = malloc(*ret_size));
    memset(bytes, 0xa5, *ret_size);
    cpio_write(archive, bytes);
    return bytes;
}

#define ZERO "00000000"

/* As systemd-stub 257 makes it, byte for byte. */
static void the_bytes(void **state)
{
    static const char expected[] =
        "070701"
        "00000001"
        "0000416d" ZERO ZERO "00000001" ZERO ZERO ZERO ZERO ZERO ZERO "00000007" ZERO
        ".extra\0\0\0\0"
        "070701"
        "00000002"
        "00008124" ZERO ZERO "00000001" ZERO "00000005" ZERO ZERO ZERO ZERO "0000000f" ZERO
        ".extra/profile\0\0\0\0"
        "ID=a\n\0\0\0"
        "070701" ZERO ZERO ZERO ZERO "00000001" ZERO ZERO ZERO ZERO ZERO ZERO "0000000B" ZERO
        "TRAILER!!!\0\0\0";
    const struct cpio_file file = {"profile", (const uint8_t *)"ID=a\n", 5};
    const struct cpio_archive archive = {CPIO_EXTRA, .files = &file, .count = 1};
    uint64_t size;
    uint8_t *bytes = write_archive(&archive, &size);

    (void)state;
    assert_int_equal(size, sizeof(expected));
    assert_memory_equal(bytes, expected, sizeof(expected));
    free(bytes);
}

static void sizes_that_are_too_large(void **state)
{
    struct cpio_file files[2] = {{"a", NULL, UINT32_MAX}, {"b", NULL, UINT32_MAX}};
    const struct cpio_archive archive = {CPIO_EXTRA, .files = files, .count = 2};
    uint64_t size;

    (void)state;
    assert_true(cpio_size(&archive, &size));
    assert_true(size > 2 * (uint64_t)UINT32_MAX);
    files[1].size++;
    assert_false(cpio_size(&archive, &size));
}

/* Runs a shell in the directory, which must not fail. */
static void run(const char *directory, const char *command)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        if (chdir(directory) == 0)
            (void)execl("/bin/sh", "sh", "-ec", command, (char *)NULL);
        _exit(127);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void write_file(const char *path, const uint8_t *bytes, uint64_t size)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Unpacks the archive with cpio, and compares what the command says about its files. */
static void assert_unpacks(const struct cpio_archive *archive, const char *command,
                           const char *expected)
{
    char directory[] = "/tmp/pvhboot-cpio-XXXXXX", path[100], said[1000] = "";
    uint64_t size;
    uint8_t *bytes = write_archive(archive, &size);
    FILE *file;

    assert_non_null(mkdtemp(directory));
    (void)snprintf(path, sizeof(path), "%s/archive", directory);
    write_file(path, bytes, size);
    run(directory, "mkdir unpacked; cd unpacked; cpio -idm --quiet <../archive");
    run(directory, command);
    (void)snprintf(path, sizeof(path), "%s/said", directory);
    assert_non_null(file = fopen(path, "r"));
    (void)fread(said, 1, sizeof(said) - 1, file);
    assert_int_equal(fclose(file), 0);
    run(directory, "chmod -R u+rwx .; rm -r \"$PWD\"");
    assert_string_equal(said, expected);
    free(bytes);
}

static void what_cpio_unpacks(void **state)
{
    const struct cpio_file files[] = {
        {"a.cred", (const uint8_t *)"one", 3},
        {"b c.cred", NULL, 0},
        {"d.cred", (const uint8_t *)"four", 4},
    };
    const struct cpio_archive archive = {".extra/credentials", 0500, 0400, files, 3};

    (void)state;
    assert_unpacks(
        &archive,
        "cd unpacked; exec >../said; find . -mindepth 1 -type d -printf '%P %m\\n' | sort; "
        "find . -type f -printf '%P %m %s %T@\\n' | sort; cat .extra/*/*",
        ".extra 555\n.extra/credentials 500\n"
        ".extra/credentials/a.cred 400 3 0.0000000000\n"
        ".extra/credentials/b c.cred 400 0 0.0000000000\n"
        ".extra/credentials/d.cred 400 4 0.0000000000\n"
        "onefour");
}

static void any_sizes(void **state)
{
    static const uint8_t bytes[8] = "abcdefg";
    static const char names[] = "0123456789";

    (void)state;
    for (size_t i = 0; i < 8 * strlen(names); i++) {
        const struct cpio_file files[] = {{names + i / 8, bytes, i % 8}, {"z", bytes, 7 - i % 8}};
        const struct cpio_archive archive = {"a/b", 0755, 0644, files, 2};
        uint64_t size;

        free(write_archive(&archive, &size)); /* the sanitizer sees what goes beyond */
        assert_true(size > 5 * 110);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bytes),
        cmocka_unit_test(sizes_that_are_too_large),
        cmocka_unit_test(what_cpio_unpacks),
        cmocka_unit_test(any_sizes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
