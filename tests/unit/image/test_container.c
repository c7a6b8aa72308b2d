/* SPDX-License-Identifier: BSD-2-Clause */
/* Recognizing containers, and their sizes from headers and trailers. */
#include "tests/lib/samples.h"
#include "tests/lib/support.h"

#include "common/base/bytes.h"
#include "common/image/container.h"

#include <stdlib.h>
#include <string.h>

static struct test_source source;
static struct container container;
static struct error error;

static bool identify_part(const uint8_t *bytes, size_t size, struct range where)
{
    bool result;

    source_open(&source, bytes, size);
    result = container_identify(&source.source, where, &container, &error);
    source_close(&source);
    assert_int_equal(result, error.code == ERROR_NONE);
    return result;
}

static bool identify(const uint8_t *bytes, size_t size)
{
    return identify_part(bytes, size, (struct range){0, size});
}

static void identify_sample(const char *name)
{
    struct sample sample = sample_read(name);

    assert_true(identify(sample.bytes, sample.size));
    sample_free(&sample);
}

static void kinds_by_their_first_bytes(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
        enum container_kind kind;
    } rows[] = {
        {"", 0, CONTAINER_UNKNOWN},
        {"\x7f", 1, CONTAINER_UNKNOWN},
        {"\x7f\x45LF", 4, CONTAINER_ELF},
        {"\x1f\x8b", 2, CONTAINER_GZIP},
        {"\xfd\x37zXZ", 5, CONTAINER_UNKNOWN},
        {"\xfd\x37zXZ\0", 6, CONTAINER_XZ},
        {"\x28\xb5\x2f\xfd", 4, CONTAINER_ZSTD},
        {"\x02\x21\x4c\x18", 4, CONTAINER_LZ4_LEGACY},
        {"\x04\x22\x4d\x18", 4, CONTAINER_LZ4},
        {"\x04\x22\x4d\x19", 4, CONTAINER_UNKNOWN},
        {"MZ", 2, CONTAINER_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        uint8_t *head = malloc(rows[i].size + 1);

        memcpy(head, rows[i].bytes, rows[i].size);
        assert_int_equal(container_kind_of(head, rows[i].size), rows[i].kind);
        free(head);
    }
}

static void every_kind_has_a_name(void **state)
{
    (void)state;
    for (int kind = 0; kind < CONTAINER_KINDS; kind++)
        assert_in_range(strlen(container_name((enum container_kind)kind)), 2, 12);
}

static void what_is_no_container_is_left_as_it_is(void **state)
{
    const uint8_t junk[] = "something else, but inside more of it";

    (void)state;
    assert_true(identify_part(junk, sizeof(junk), (struct range){5, 20}));
    assert_int_equal(container.kind, CONTAINER_UNKNOWN);
    assert_int_equal(container.content.start, 5);
    assert_int_equal(container.content.end, 20);
    assert_int_equal(container.unpacked, 15);
    assert_true(identify_part(junk, sizeof(junk), (struct range){5, 5}));
    assert_int_equal(container.kind, CONTAINER_UNKNOWN);
}

static void sizes_that_are_stated(void **state)
{
    static const char *const exact[] = {"elf",    "gz",      "xz",         "crc64.xz", "sha256.xz",
                                        "zst",    "bz.gz",   "bz.xz",      "bz.zst",   "bz.lz4",
                                        "bz.elf", "bz.lz4l", "bz.pipe.zst"};
    struct sample elf = sample_read("elf");

    (void)state;
    for (size_t i = 0; i < ELEMENTS(exact); i++) {
        identify_sample(exact[i]);
        /* gzip's size is not reliable until zlib has reached the trailer, and for one member. */
        assert_int_equal(container.unpacked_exact, !strstr(exact[i], "gz"));
        assert_int_equal(container.unpacked, elf.size);
        assert_int_equal(container.in_bzimage, strncmp(exact[i], "bz.", 3) == 0);
    }
    sample_free(&elf);
}

static void sizes_that_are_bounded(void **state)
{
    static const char *const bounded[] = {"large.pipe.zst", "large.lz4", "large.linked.lz4",
                                          "large.lz4l"};
    struct sample elf = sample_read("large");

    (void)state;
    for (size_t i = 0; i < ELEMENTS(bounded); i++) {
        identify_sample(bounded[i]);
        assert_false(container.unpacked_exact);
        assert_in_range(container.unpacked, elf.size, 2 * elf.size);
    }
    identify_sample("large.blocks.xz");
    assert_true(container.unpacked_exact);
    assert_int_equal(container.unpacked, elf.size);
    sample_free(&elf);
}

/* All members are measured, where their headers say how long they are. */
static void sizes_of_several_members(void **state)
{
    static const char *const exact[] = {"padded.xz",     "joined.xz",     "dictionaries.xz",
                                        "skip.zst",      "sized.zst",     "bz.joined.xz",
                                        "bz.joined.zst", "bz.joined.lz4", "bz.joined.lz4l"};
    static const char *const bounded[] = {"joined.zst", "joined.lz4", "joined.lz4l"};
    struct sample elf = sample_read("elf");

    (void)state;
    for (size_t i = 0; i < ELEMENTS(exact); i++) {
        identify_sample(exact[i]);
        assert_true(container.unpacked_exact);
        assert_int_equal(container.unpacked, elf.size);
    }
    for (size_t i = 0; i < ELEMENTS(bounded); i++) {
        identify_sample(bounded[i]);
        assert_false(container.unpacked_exact);
        assert_in_range(container.unpacked, elf.size, 32 * MIB);
    }
    identify_sample("joined.gz");
    assert_false(container.unpacked_exact);
    assert_in_range(container.unpacked, 1, elf.size - 1);
    sample_free(&elf);
}

static void skippable_frames_are_whose_follows(void **state)
{
    uint8_t bytes[24] = {0x5f, 0x2a, 0x4d, 0x18, 4};

    (void)state;
    identify_sample("joined.zst");
    assert_int_equal(container.kind, CONTAINER_ZSTD);
    identify_sample("skip.lz4");
    assert_int_equal(container.kind, CONTAINER_LZ4);
    assert_int_equal(container_kind_of(bytes, 4), CONTAINER_SKIPPABLE);
    assert_false(identify(bytes, 7));
    assert_error(&error, ERROR_UNPACK_TRUNCATED, CONTAINER_SKIPPABLE, 7);
    assert_false(identify(bytes, 12)); /* nothing else is there */
    assert_error(&error, ERROR_UNPACK_TRUNCATED, CONTAINER_SKIPPABLE, 12);
    assert_false(identify(bytes, sizeof(bytes)));
    assert_error(&error, ERROR_UNPACK_DAMAGED, CONTAINER_SKIPPABLE, 12);
    bytes[0] = 0x4f;
    assert_int_equal(container_kind_of(bytes, 4), CONTAINER_UNKNOWN);
}

/* Headers are read through a window, which may end anywhere in them. */
static void frames_behind_skippable_ones_of_any_size(void **state)
{
    static const char *const names[] = {"lz4", "lz4l", "zst"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(names); i++) {
        struct sample sample = sample_read(names[i]);
        struct container alone;

        assert_true(identify(sample.bytes, sample.size));
        alone = container;
        for (size_t skipped = 0; skipped < 600; skipped++) {
            size_t size = 8 + skipped + sample.size;
            uint8_t *bytes = calloc(1, size);

            memcpy(bytes, "\x50\x2a\x4d\x18", 4);
            put_number(bytes + 4, 4, skipped);
            memcpy(bytes + 8 + skipped, sample.bytes, sample.size);
            assert_true(identify(bytes, size));
            assert_int_equal(container.kind, alone.kind);
            assert_int_equal(container.unpacked, alone.unpacked);
            assert_int_equal(container.unpacked_exact, alone.unpacked_exact);
            free(bytes);
        }
        sample_free(&sample);
    }
}

/* With a byte before and behind, which are no part of it. */
static void what_is_inside_something_else(void **state)
{
    static const char *const names[] = {"elf", "gz",   "xz",        "crc64.xz", "zst",
                                        "lz4", "lz4l", "joined.xz", "bz.gz",    "bz.xz"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(names); i++) {
        struct sample sample = sample_read(names[i]);
        size_t size = sample.size + 2;
        uint8_t *bytes = calloc(1, size);
        struct container alone;

        assert_true(identify(sample.bytes, sample.size));
        alone = container;
        memcpy(bytes + 1, sample.bytes, sample.size);
        assert_true(identify_part(bytes, size, (struct range){1, size - 1}));
        assert_int_equal(container.kind, alone.kind);
        assert_int_equal(container.content.start, alone.content.start + 1);
        assert_int_equal(container.content.end, alone.content.end + 1);
        assert_int_equal(container.unpacked, alone.unpacked);
        assert_int_equal(container.unpacked_exact, alone.unpacked_exact);
        assert_int_equal(container.dictionary, alone.dictionary);
        free(bytes);
        sample_free(&sample);
    }
}

static void what_memory_depends_on(void **state)
{
    (void)state;
    identify_sample("joined.xz");
    assert_int_equal(container.dictionary, MIB);
    identify_sample("dictionaries.xz");
    assert_int_equal(container.dictionary, 3 * MIB);
    identify_sample("xz");
    assert_int_equal(container.dictionary, 64 * KIB);
    identify_sample("large.lz4");
    assert_int_equal(container.block, 4 * MIB);
    identify_sample("linked.lz4");
    assert_int_equal(container.block, 64 * KIB);
    identify_sample("large.lz4l");
    assert_in_range(container.block, MIB, 8 * MIB);
}

static void sizes_that_disagree(void **state)
{
    static const char *const names[] = {"bz.xz", "bz.zst", "bz.pipe.zst"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(names); i++) {
        struct sample sample = sample_read(names[i]);

        put_number(sample.bytes + sample.size - strlen("signature") - 4, 4, MIB);
        assert_false(identify(sample.bytes, sample.size));
        assert_int_equal(error.code, ERROR_UNPACKED_SIZE);
        assert_int_equal(error.number[2], MIB);
        sample_free(&sample);
    }
}

#define PAYLOAD_START 1040 /* in the samples' bzImages */

/* A bzImage specifies where its payload ends; a missing index is damage. */
static void payloads_end_where_they_are_said_to(void **state)
{
    struct sample image = sample_read("bz.xz");
    struct sample xz = sample_read("xz");
    size_t size = PAYLOAD_START + 2 * xz.size + 4;
    uint8_t *twice = malloc(size);

    (void)state;
    memcpy(twice, image.bytes, PAYLOAD_START);
    memcpy(twice + PAYLOAD_START, xz.bytes, xz.size);
    memcpy(twice + PAYLOAD_START + xz.size, xz.bytes, xz.size);
    put_number(twice + 0x24c, 4, size - PAYLOAD_START);
    twice[PAYLOAD_START + xz.size] ^= 1; /* no stream begins there */
    assert_false(identify(twice, size));
    assert_error(&error, ERROR_UNPACK_DAMAGED, CONTAINER_XZ);
    assert_string_equal(error.reason, "index does not match the blocks");
    put_number(twice + 0x24c, 4, size - PAYLOAD_START - 1);
    assert_false(identify(twice, size));
    assert_error(&error, ERROR_UNPACK_DAMAGED, CONTAINER_XZ);
    assert_string_equal(error.reason, "footer missing");
    free(twice);
    sample_free(&image);
    sample_free(&xz);
}

/* The index must end at its footer: less would not be its own, and more is another stream's. */
static void an_index_ends_at_its_footer(void **state)
{
    struct sample sample = sample_read("xz");
    uint8_t *longer = malloc(sample.size + 4), *footer = longer + sample.size - 12;
    uint8_t records[12 + 32 + 8 + 12] = {0xfd, '7', 'z', 'X', 'Z'};

    (void)state;
    memcpy(longer, sample.bytes, sample.size);
    memmove(footer + 4, footer, 12);
    memset(footer, 0, 4);
    put_number(footer + 8, 4, read_le32(footer + 8) + 1);
    assert_true(identify(longer, sample.size + 4));
    assert_false(container.unpacked_exact); /* the decoder finds out what is wrong */

    records[12 + 2] = 0x21; /* a filter, LZMA2, with a dictionary of any size */
    records[12 + 3] = 1;
    memcpy(records + 12 + 32, "\0\4\x08\1\x08\1\x08\1" /* and in the footer's CRC: */ "\x08\1", 10);
    records[12 + 32 + 8 + 4] = 1; /* 8 bytes of index */
    memcpy(records + sizeof(records) - 2, "YZ", 2);
    assert_false(identify(records, sizeof(records)));
    assert_error(&error, ERROR_UNPACK_TRUNCATED, CONTAINER_XZ, 12 + 32 + 8);
    free(longer);
    sample_free(&sample);
}

/* Two blocks of nearly 2^63 bytes each, which are 2^64 with their padding. */
static void blocks_of_a_file_that_cannot_be(void **state)
{
    static const uint8_t record[10] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1};
    uint8_t bytes[12 + 32 + 28 + 12] = {0xfd, '7', 'z', 'X', 'Z'}, *index = bytes + 12 + 32;

    (void)state;
    index[1] = 2;
    memcpy(index + 2, record, sizeof(record));
    memcpy(index + 2 + sizeof(record), record, sizeof(record));
    bytes[sizeof(bytes) - 8] = 28 / 4 - 1;
    memcpy(bytes + sizeof(bytes) - 2, "YZ", 2);
    assert_false(identify(bytes, sizeof(bytes)));
    assert_error(&error, ERROR_UNPACK_DAMAGED, CONTAINER_XZ, 12 + 32 + 22);
    assert_string_equal(error.reason, "impossible size");
}

/* xz writes its dictionary's size as 2 or 3 times a power of two. */
static void dictionaries_of_all_sizes(void **state)
{
    struct sample sample = sample_read("crc64.xz");
    const size_t code = 12 + 4; /* stream header; block header size, flags, filter, its size */

    (void)state;
    for (unsigned bits = 0; bits <= 41; bits++) {
        sample.bytes[code] = (uint8_t)bits;
        assert_int_equal(identify(sample.bytes, sample.size), bits <= 40);
        if (bits <= 40)
            assert_int_equal(container.dictionary,
                             bits == 40 ? UINT32_MAX
                                        : (2 + bits % 2) * (UINT64_C(2048) << bits / 2));
    }
    sample_free(&sample);
}

/* What cannot be read is not called damaged, wherever it is. */
static void dictionaries_that_cannot_be_read(void **state)
{
    uint8_t bytes[12 + 6 + 700 + 3] = {0xfd, '7', 'z', 'X', 'Z'};
    const struct range whole = {0, sizeof(bytes)};
    struct test_source source;
    bool is_read = false;

    (void)state;
    bytes[12] = bytes[13] = 1; /* two filters, of which the first has 700 bytes of properties */
    memcpy(bytes + 14, "\3\xbc\5", 3);
    memset(bytes + 17, 1, 700);
    memcpy(bytes + 717, "\x21\1\2\1", 4);
    assert_true(identify(bytes, sizeof(bytes)));
    assert_int_equal(container.dictionary, 8 * KIB);
    assert_false(identify(bytes, 719));
    assert_error(&error, ERROR_UNPACK_TRUNCATED, CONTAINER_XZ, 719);
    for (size_t i = 0; !is_read; i++) {
        source_open(&source, bytes, sizeof(bytes));
        source.fail_at = i;
        is_read = container_identify(&source.source, whole, &container, &error);
        source_close(&source);
        assert_int_equal(error.code, is_read ? ERROR_NONE : ERROR_READ);
    }
}

/* The header of a bzImage, to be damaged in one place at a time. */
#define BZIMAGE_SIZE 4096
static uint8_t bzimage[BZIMAGE_SIZE];

static void start_bzimage(void)
{
    memset(bzimage, 0, sizeof(bzimage));
    memcpy(bzimage + 0x202, "HdrS", 4);
    put_number(bzimage + 0x206, 2, 0x208);
    bzimage[0x1f1] = 1;
    put_number(bzimage + 0x248, 4, 0x100);
    put_number(bzimage + 0x24c, 4, 0x200);
    memcpy(bzimage + 0x500, "\x7f\x45LF", 4);
}

static void bzimages_that_are_not_packed(void **state)
{
    (void)state;
    start_bzimage();
    assert_true(identify(bzimage, sizeof(bzimage)));
    assert_int_equal(container.kind, CONTAINER_ELF);
    assert_int_equal(container.content.start, 0x500);
    assert_int_equal(container.content.end, 0x700);
    put_number(bzimage + 0x6fc, 4, 0x1fc); /* with the size behind it */
    assert_true(identify(bzimage, sizeof(bzimage)));
    assert_int_equal(container.content.end, 0x6fc);
    assert_int_equal(container.unpacked, 0x1fc);
}

static void setup_sectors_0_means_4(void **state)
{
    (void)state;
    start_bzimage();
    bzimage[0x1f1] = 0;
    memcpy(bzimage + 5 * 512 + 0x100, "\x7f\x45LF", 4);
    assert_true(identify(bzimage, sizeof(bzimage)));
    assert_int_equal(container.content.start, 5 * 512 + 0x100);
}

static void bzimages_inside_something_else(void **state)
{
    uint8_t *bytes = calloc(1, 100 + BZIMAGE_SIZE);

    (void)state;
    start_bzimage();
    memcpy(bytes + 100, bzimage, BZIMAGE_SIZE);
    assert_true(identify_part(bytes, 100 + BZIMAGE_SIZE, (struct range){100, 100 + BZIMAGE_SIZE}));
    assert_int_equal(container.content.start, 100 + 0x500);
    free(bytes);
}

static void bzimages_that_are_refused(void **state)
{
    (void)state;
    start_bzimage();
    put_number(bzimage + 0x206, 2, 0x207);
    assert_false(identify(bzimage, sizeof(bzimage)));
    assert_error(&error, ERROR_BZIMAGE_OLD, 2, 7);

    start_bzimage();
    assert_false(identify(bzimage, 0x24f));
    assert_error(&error, ERROR_PAYLOAD_OUTSIDE, 0x250, 0x24f);
    assert_false(identify(bzimage, 0x6ff));
    assert_error(&error, ERROR_PAYLOAD_OUTSIDE, 0x700, 0x6ff);

    put_number(bzimage + 0x248, 4, UINT32_MAX);
    assert_false(identify(bzimage, sizeof(bzimage)));
    assert_error(&error, ERROR_PAYLOAD_OUTSIDE, UINT64_C(0x1000005ff), BZIMAGE_SIZE);

    start_bzimage();
    for (unsigned length = 0; length <= 4; length++) { /* nothing in it: no file is truncated */
        put_number(bzimage + 0x24c, 4, length);
        assert_false(identify(bzimage, sizeof(bzimage)));
        assert_error(&error, ERROR_PAYLOAD_UNKNOWN, 0);
    }

    start_bzimage();
    memcpy(bzimage + 0x500, "BZh9", 4);
    assert_false(identify(bzimage, sizeof(bzimage)));
    assert_error(&error, ERROR_PAYLOAD_UNKNOWN, 0x39685a42);

    memcpy(bzimage + 0x500, "\xfd\x37zXZ", 6); /* padding up to its start, and no footer */
    assert_false(identify(bzimage, sizeof(bzimage)));
    assert_error(&error, ERROR_UNPACK_DAMAGED, CONTAINER_XZ);
    assert_string_equal(error.reason, "footer missing");
}

static void varieties_that_are_refused(void **state)
{
    /* Dictionary IDs in headers of zstd and lz4, and an unknown version of lz4. */
    static const uint8_t zstd[] = {0x28, 0xb5, 0x2f, 0xfd, 0x21, 0x07, 0x10, 1, 0, 0};
    static const uint8_t lz4[] = {0x04, 0x22, 0x4d, 0x18, 0x61, 0x70, 1, 2, 3, 4, 5, 0, 0, 0, 0};
    static const uint8_t later[] = {0x04, 0x22, 0x4d, 0x18, 0xa0, 0x70, 1, 0, 0, 0, 0};

    (void)state;
    assert_false(identify(zstd, sizeof(zstd)));
    assert_error(&error, ERROR_UNPACK_UNSUPPORTED, CONTAINER_ZSTD);
    assert_false(identify(lz4, sizeof(lz4)));
    assert_error(&error, ERROR_UNPACK_UNSUPPORTED, CONTAINER_LZ4);
    assert_false(identify(later, sizeof(later)));
    assert_error(&error, ERROR_UNPACK_UNSUPPORTED, CONTAINER_LZ4);
}

/* A block of 8 MiB is never much larger when compressed, whatever the file says: see lz4.h. */
static void blocks_of_legacy_files(void **state)
{
    const size_t largest = 8 * MIB + 8 * MIB / 255 + 16;
    uint8_t *bytes = calloc(1, 8 + largest + 1);

    (void)state;
    memcpy(bytes, "\x02\x21\x4c\x18", 4);
    put_number(bytes + 4, 4, largest);
    assert_true(identify(bytes, 8 + largest));
    assert_int_equal(container.block, largest);
    put_number(bytes + 4, 4, largest + 1); /* none: it takes no memory, and unpacking ends there */
    assert_true(identify(bytes, 8 + largest + 1));
    assert_int_equal(container.block, 0);
    put_number(bytes + 4, 4, largest); /* a possible one that is not there is cut off */
    assert_false(identify(bytes, 8 + largest - 1));
    assert_error(&error, ERROR_UNPACK_TRUNCATED, CONTAINER_LZ4_LEGACY);
    free(bytes);
}

/* The size in zstd's header has 0, 1, 2, 4 or 8 bytes, behind the size of the window, if any. */
static void sizes_in_zstd_headers(void **state)
{
    static const struct {
        uint8_t flags;
        size_t window, width;
        uint64_t stored, size;
    } rows[] = {
        {0x20, 0, 1, 200, 200},
        {0x60, 0, 2, 200, 456},
        {0xa0, 0, 4, 70000, 70000},
        {0xe0, 0, 8, UINT64_C(5) << 32, UINT64_C(5) << 32},
        {0x40, 1, 2, 200, 456},
        {0x80, 1, 4, 70000, 70000},
        {0xc0, 1, 8, UINT64_C(5) << 32, UINT64_C(5) << 32},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        uint8_t header[20] = {0x28, 0xb5, 0x2f, 0xfd, rows[i].flags};
        size_t start = 5 + rows[i].window, end = start + rows[i].width;

        put_number(header + start, rows[i].width, rows[i].stored);
        header[end] = 1; /* a stored block, the last one */
        assert_true(identify(header, end + 3));
        assert_true(container.unpacked_exact);
        assert_int_equal(container.unpacked, rows[i].size);
        assert_false(identify(header, end - 1));
        assert_error(&error, ERROR_UNPACK_TRUNCATED, CONTAINER_ZSTD);
    }
}

/* The sizes of all frames of lz4 count. */
static void sizes_in_lz4_headers(void **state)
{
    /* Magic number, flags, size of the content, checksum of the header, no blocks. */
    enum { SIZE = 6, END = 4 + 2 + 8 + 1 + 4 };
    uint8_t frames[2 * END] = {0x04, 0x22, 0x4d, 0x18, 0x68, 0x70};

    (void)state;
    put_number(frames + SIZE, 8, 5 * GIB);
    memcpy(frames + END, frames, END);
    put_number(frames + END + SIZE, 8, 7);
    assert_true(identify(frames, END));
    assert_true(container.unpacked_exact);
    assert_int_equal(container.unpacked, 5 * GIB);
    assert_true(identify(frames, sizeof(frames)));
    assert_true(container.unpacked_exact);
    assert_int_equal(container.unpacked, 5 * GIB + 7);
    for (size_t size = 4; size < END; size++) {
        assert_false(identify(frames, size));
        assert_error(&error, ERROR_UNPACK_TRUNCATED, CONTAINER_LZ4, size);
    }
    put_number(frames + END + SIZE, 8, UINT64_MAX - 5 * GIB + 1);
    assert_false(identify(frames, sizeof(frames)));
    assert_error(&error, ERROR_UNPACK_DAMAGED, CONTAINER_LZ4);
    assert_string_equal(error.reason, "impossible size");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_by_their_first_bytes),
        cmocka_unit_test(every_kind_has_a_name),
        cmocka_unit_test(what_is_no_container_is_left_as_it_is),
        cmocka_unit_test(sizes_that_are_stated),
        cmocka_unit_test(sizes_that_are_bounded),
        cmocka_unit_test(sizes_of_several_members),
        cmocka_unit_test(skippable_frames_are_whose_follows),
        cmocka_unit_test(frames_behind_skippable_ones_of_any_size),
        cmocka_unit_test(what_is_inside_something_else),
        cmocka_unit_test(what_memory_depends_on),
        cmocka_unit_test(sizes_that_disagree),
        cmocka_unit_test(payloads_end_where_they_are_said_to),
        cmocka_unit_test(an_index_ends_at_its_footer),
        cmocka_unit_test(blocks_of_a_file_that_cannot_be),
        cmocka_unit_test(dictionaries_of_all_sizes),
        cmocka_unit_test(dictionaries_that_cannot_be_read),
        cmocka_unit_test(bzimages_that_are_not_packed),
        cmocka_unit_test(setup_sectors_0_means_4),
        cmocka_unit_test(bzimages_inside_something_else),
        cmocka_unit_test(bzimages_that_are_refused),
        cmocka_unit_test(varieties_that_are_refused),
        cmocka_unit_test(blocks_of_legacy_files),
        cmocka_unit_test(sizes_in_zstd_headers),
        cmocka_unit_test(sizes_in_lz4_headers),
    };

    return cmocka_run_group_tests_name("container", tests, NULL, NULL);
}
