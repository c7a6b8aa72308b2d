/* SPDX-License-Identifier: BSD-2-Clause */
/* Debian's kernels: each unpacks to the same bytes as with tools/extract-vmlinux. */
#include "tests/lib/samples.h"
#include "tests/lib/support.h"

#include "common/image/unpack.h"

#include <stdlib.h>
#include <string.h>

#define KERNELS "../deps/kernels/"
#define LIMIT   (512 * MIB)

/* As large as a segment, and not a multiple of any block size. */
#define STEP (25 * MIB + 123)

static void compare_stream(struct unpack *unpack, const struct sample *elf)
{
    uint8_t *bytes = malloc(elf->size);
    uint64_t done = 0, count;

    assert_non_null(bytes);
    while (done < elf->size) {
        uint64_t wanted = min_u64(STEP, elf->size - done);

        assert_true(unpack_read(unpack, bytes + done, wanted, &count));
        assert_int_equal(count, wanted);
        done += count;
    }
    assert_true(unpack_finish(unpack));
    assert_memory_equal(bytes, elf->bytes, elf->size);
    free(bytes);
}

static void compare_memory(struct byte_source *source, const struct sample *elf)
{
    uint8_t *bytes = malloc(elf->size);
    struct error error;

    assert_int_equal(source->size, elf->size);
    assert_true(source->read(source, 0, bytes, elf->size, &error));
    assert_memory_equal(bytes, elf->bytes, elf->size);
    free(bytes);
}

static void compare(const char *packed, const char *unpacked, enum container_kind kind)
{
    struct sample file = sample_read(packed), elf = sample_read(unpacked);
    struct test_source source;
    struct arena arena = {0};
    struct error error;
    struct unpack unpack;

    source_open(&source, file.bytes, file.size);
    assert_true(unpack_open(&unpack, &source.source, LIMIT, &arena, &error));
    assert_true(unpack.layers[0].in_bzimage);
    assert_int_equal(unpack.layers[0].kind, kind);
    assert_true(unpack.layers[0].unpacked_exact);
    assert_int_equal(unpack.layers[0].unpacked, elf.size);
    if (unpack.elf)
        compare_memory(unpack.elf, &elf);
    else
        compare_stream(&unpack, &elf);
    arena_release(&arena);
    source_close(&source);
    sample_free(&file);
    sample_free(&elf);
}

static void standard_kernel_in_xz(void **state)
{
    (void)state;
    compare(KERNELS "6.1-amd64/vmlinuz", KERNELS "6.1-amd64/vmlinux", CONTAINER_XZ);
}

static void cloud_kernel_in_lz4(void **state)
{
    (void)state;
    compare(KERNELS "6.1-cloud/vmlinuz", KERNELS "6.1-cloud/vmlinux", CONTAINER_LZ4_LEGACY);
}

static void later_kernel_in_zstd(void **state)
{
    (void)state;
    compare(KERNELS "6.12-cloud/vmlinuz", KERNELS "6.12-cloud/vmlinux", CONTAINER_ZSTD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(standard_kernel_in_xz),
        cmocka_unit_test(cloud_kernel_in_lz4),
        cmocka_unit_test(later_kernel_in_zstd),
    };

    return cmocka_run_group_tests_name("kernels", tests, NULL, NULL);
}
