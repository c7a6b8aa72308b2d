/* SPDX-License-Identifier: BSD-2-Clause */
/* Real files in every container must unpack to the right bytes or to a proper error. */
#include "tests/lib/samples.h"
#include "tests/lib/support.h"

#include "common/base/bytes.h"
#include "common/image/decoder_backend.h"
#include "common/image/unpack.h"
#include "pvh/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIMIT (64 * MIB)

#define PAYLOAD_START 1040 /* in the samples' bzImages */

static const char *const small_samples[] = {
    "elf",
    "gz",
    "xz",
    "crc64.xz",
    "sha256.xz",
    "zst",
    "pipe.zst",
    "lz4",
    "checked.lz4",
    "linked.lz4",
    "lz4l",
    "unchecked.xz",
    "unchecked.zst",
    "unchecked.lz4",
    "bz.gz",
    "bz.xz",
    "bz.zst",
    "bz.pipe.zst",
    "bz.lz4",
    "bz.lz4l",
    "bz.elf",
    "bz.xz.gz",
    "bz.xz.zst",
    "lz4.gz.xz",
    "padded.gz",
    "joined.gz",
    "joined.padded.gz",
    "empty-last.gz",
    "padded.xz",
    "joined.xz",
    "dictionaries.xz",
    "skip.zst",
    "joined.zst",
    "sized.zst",
    "skip.lz4",
    "joined.lz4",
    "joined.lz4l",
    "bz.joined.gz",
    "bz.joined.xz",
    "bz.joined.zst",
    "bz.joined.lz4",
    "bz.joined.lz4l",
    "bz.joined.xz.gz",
    "joined.zst.lz4.xz",
    "bz.joined.zst.xz",
};

static const char *const large_samples[] = {
    "large.gz",        "large.xz",         "large.blocks.xz",   "large.zst",     "large.pipe.zst",
    "large.lz4",       "large.linked.lz4", "large.lz4l",        "large.bz.lz4l", "large.joined.gz",
    "large.joined.xz", "large.joined.lz4", "large.joined.lz4l",
};

/* Files with checksums over all data: any damage is detected. */
static const char *const checked_samples[] = {
    "gz",          "xz",         "crc64.xz", "sha256.xz", "zst",         "pipe.zst", "lz4",
    "checked.lz4", "linked.lz4", "bz.gz",    "bz.xz",     "bz.pipe.zst", "bz.xz.gz", "lz4.gz.xz",
};

/* The same with several members, which are longer. */
static const char *const checked_members[] = {"joined.gz", "joined.xz", "joined.zst", "padded.xz"};

/* Files without checksums; only a bzImage has at least the size. */
static const char *const unchecked_samples[] = {"lz4l", "bz.lz4l"};

static struct sample small_elf, large_elf;

static const struct unpack_budget whole_budget = {.limit = LIMIT};

/* There are thousands of attempts with new memory each: freed memory must be reused soon. */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
    return "quarantine_size_mb=1";
}

/* One attempt to unpack, and its result. */
struct attempt {
    struct test_source source;
    struct arena arena;
    struct unpack unpack;
    struct error error;
    uint8_t *bytes; /* what came out */
    uint64_t size;
    uint64_t room;
};

static void append(struct attempt *attempt, const uint8_t *piece, uint64_t size)
{
    if (attempt->size + size > attempt->room) {
        attempt->room = 2 * (attempt->size + size);
        attempt->bytes = realloc(attempt->bytes, attempt->room);
        assert_non_null(attempt->bytes);
    }
    if (size > 0)
        memcpy(attempt->bytes + attempt->size, piece, size);
    attempt->size += size;
}

/* Reads the stream in pieces of `step` bytes, each to a buffer of its exact size. */
static bool read_stream(struct attempt *attempt, uint64_t step)
{
    uint64_t count;

    do {
        uint8_t *piece = malloc(step);
        bool read = unpack_read(&attempt->unpack, piece, step, &count);

        if (read)
            append(attempt, piece, count);
        free(piece);
        if (!read)
            return false;
        assert_true(count <= step);
    } while (count == step);
    return unpack_finish(&attempt->unpack);
}

static bool read_elf(struct attempt *attempt)
{
    struct byte_source *elf = attempt->unpack.elf;

    attempt->bytes = malloc(elf->size + 1);
    attempt->size = elf->size;
    return elf->size == 0 || elf->read(elf, 0, attempt->bytes, elf->size, &attempt->error);
}

static bool try_unpack(struct attempt *attempt, uint64_t step)
{
    if (!unpack_open(&attempt->unpack, &attempt->source.source, LIMIT, &attempt->arena,
                     &attempt->error))
        return false;
    if (attempt->unpack.elf || (step == 0 && unpack_to_memory(&attempt->unpack)))
        return read_elf(attempt);
    return step != 0 && read_stream(attempt, step);
}

static void attempt_start(struct attempt *attempt, const uint8_t *bytes, size_t size)
{
    memset(attempt, 0, sizeof(*attempt));
    source_open(&attempt->source, bytes, size);
}

/* Unpacks to memory if step is 0, else as a stream in steps. */
static bool attempt_run(struct attempt *attempt, uint64_t step)
{
    bool done = try_unpack(attempt, step);

    assert_int_equal(done, attempt->error.code == ERROR_NONE);
    return done;
}

static void attempt_end(struct attempt *attempt)
{
    arena_release(&attempt->arena);
    assert_int_equal(arena_pieces(), 0);
    source_close(&attempt->source);
    free(attempt->bytes);
}

static bool is_right(const struct attempt *attempt, const struct sample *elf)
{
    return attempt->size == elf->size && memcmp(attempt->bytes, elf->bytes, elf->size) == 0;
}

static void assert_unpacks(const char *name, const struct sample *elf, uint64_t step)
{
    struct sample sample = sample_read(name);
    struct attempt attempt;

    attempt_start(&attempt, sample.bytes, sample.size);
    if (!attempt_run(&attempt, step)) {
        TEXT_ON_STACK(text, 400);

        error_append(&text, &attempt.error);
        fail_msg("%s, by %llu: %s", name, (unsigned long long)step, text.data);
    }
    if (!is_right(&attempt, elf))
        fail_msg("%s, by %llu: wrong bytes", name, (unsigned long long)step);
    attempt_end(&attempt);
    sample_free(&sample);
}

static void small_files_unpack(void **state)
{
    /* Around the size of the first read, and around the end. */
    const uint64_t steps[] = {0,
                              1,
                              7,
                              CONTAINER_HEAD_SIZE - 1,
                              CONTAINER_HEAD_SIZE,
                              small_elf.size - 1,
                              small_elf.size,
                              small_elf.size + 1,
                              MIB};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(small_samples); i++) {
        for (size_t k = 0; k < ELEMENTS(steps); k++)
            assert_unpacks(small_samples[i], &small_elf, steps[k]);
    }
}

static void large_files_unpack(void **state)
{
    /* Around the sizes of lz4 blocks and of reads. */
    static const uint64_t steps[] = {0, 65537, 8 * MIB - 1, 8 * MIB, 16 * MIB};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(large_samples); i++) {
        for (size_t k = 0; k < ELEMENTS(steps); k++)
            assert_unpacks(large_samples[i], &large_elf, steps[k]);
    }
}

/* The error that the last attempt ended with, in words. */
static void assert_clean_error(const struct attempt *attempt, const char *name, size_t where)
{
    TEXT_ON_STACK(text, 400);

    error_append(&text, &attempt->error);
    if (text.length < 20)
        fail_msg("%s, damaged at %zu: error %d has no words", name, where, attempt->error.code);
}

/* A file that is no container any more is refused by the ELF reader. */
static bool is_refused_as_elf(struct attempt *attempt)
{
    struct elf_image image;
    struct error error;
    struct byte_source *elf = attempt->unpack.elf;

    return elf && !elf_read(elf, &attempt->arena, &image, &error);
}

/* Unpacks with attempt_run(): the result must be the same in memory and as a stream. */
static void check_damage(const char *name, const struct sample *sample, size_t where, size_t step)
{
    struct attempt attempt;

    attempt_start(&attempt, sample->bytes, sample->size);
    if (!attempt_run(&attempt, step))
        assert_clean_error(&attempt, name, where);
    else if (!is_right(&attempt, &small_elf) && !is_refused_as_elf(&attempt))
        fail_msg("%s, damaged at %zu: wrong bytes", name, where);
    attempt_end(&attempt);
}

/* Flips one in `every` bits, one at a time. */
static void flip_bits(const char *name, size_t every, size_t step)
{
    struct sample sample = sample_read(name);

    for (size_t bit = 0; bit < sample.size * 8; bit += every) {
        sample.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        check_damage(name, &sample, bit / 8, step);
        sample.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    sample_free(&sample);
}

static void every_flipped_bit_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < ELEMENTS(checked_samples); i++)
        flip_bits(checked_samples[i], 1, 0);
}

static void every_flipped_bit_is_found_in_the_stream(void **state)
{
    (void)state;
    for (size_t i = 0; i < ELEMENTS(checked_samples); i++)
        flip_bits(checked_samples[i], 7, 100);
}

static void flipped_bits_in_members_are_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < ELEMENTS(checked_members); i++) {
        flip_bits(checked_members[i], 7, 0);
        flip_bits(checked_members[i], 29, 100);
    }
}

/* Wrong bytes cannot be detected here, but must do no harm. In a bzImage, the size must match. */
static void flipped_bits_that_nothing_checks(void **state)
{
    (void)state;
    for (size_t i = 0; i < ELEMENTS(unchecked_samples); i++) {
        struct sample sample = sample_read(unchecked_samples[i]);

        for (size_t bit = 0; bit < sample.size * 8; bit++) {
            struct attempt attempt;
            struct elf_image image;
            struct error error;

            sample.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
            attempt_start(&attempt, sample.bytes, sample.size);
            if (!attempt_run(&attempt, 0))
                assert_clean_error(&attempt, unchecked_samples[i], bit / 8);
            else if (attempt.unpack.layers[0].in_bzimage)
                assert_int_equal(attempt.size, small_elf.size);
            if (attempt.unpack.elf)
                elf_read(attempt.unpack.elf, &attempt.arena, &image, &error);
            attempt_end(&attempt);
            sample.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        sample_free(&sample);
    }
}

/* Only a bzImage's signature, and blocks of a legacy file (no end mark), may be missing. */
static bool may_lack(const char *name, size_t size, size_t missing)
{
    if (strncmp(name, "bz.", 3) == 0 && !strstr(name, ".gz") && !strstr(name, "xz.zst"))
        return missing <= strlen("signature");
    if (strncmp(name, "padded", 6) == 0)
        return missing <= 1000;
    return size - missing <= 4;
}

/* What is cut off behind a member is a shorter archive. */
static bool may_be_less(const char *name, const struct attempt *attempt)
{
    return (strstr(name, "joined") || strstr(name, "sized")) && attempt->size <= small_elf.size &&
           (attempt->size == 0 || memcmp(attempt->bytes, small_elf.bytes, attempt->size) == 0);
}

static void every_truncation_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < ELEMENTS(small_samples); i++) {
        const char *name = small_samples[i];
        struct sample sample = sample_read(name);

        for (size_t size = 0; size < sample.size; size++) {
            struct attempt attempt;

            attempt_start(&attempt, sample.bytes, size);
            if (!attempt_run(&attempt, size % 2 ? 0 : 333))
                assert_clean_error(&attempt, name, size);
            else if (!is_refused_as_elf(&attempt) &&
                     !may_lack(name, sample.size, sample.size - size) &&
                     !is_right(&attempt, &small_elf) && !may_be_less(name, &attempt))
                fail_msg("%s: its first %zu bytes pass for all of it", name, size);
            attempt_end(&attempt);
        }
        sample_free(&sample);
    }
}

/* gzip's size is at its end: garbage if the file is truncated or followed by more bytes. */
static void sizes_that_are_no_sizes(void **state)
{
    struct sample sample = sample_read("bz.xz.gz");
    struct attempt attempt;

    (void)state;
    for (size_t size = 2; size < sample.size; size++) {
        attempt_start(&attempt, sample.bytes, size);
        assert_false(attempt_run(&attempt, 0));
        assert_error(&attempt.error, ERROR_UNPACK_TRUNCATED, CONTAINER_GZIP, size);
        attempt_end(&attempt);
    }
    sample.bytes = realloc(sample.bytes, sample.size + 4);
    put_number(sample.bytes + sample.size, 4, 1);
    attempt_start(&attempt, sample.bytes, sample.size + 4);
    assert_false(attempt_run(&attempt, 0));
    assert_error(&attempt.error, ERROR_UNPACK_TRAILING, CONTAINER_GZIP, sample.size, 4);
    attempt_end(&attempt);
    put_number(sample.bytes + sample.size, 4, 63 * MIB); /* and no memory for that */
    attempt_start(&attempt, sample.bytes, sample.size + 4);
    arena_fail_above(MIB);
    assert_false(attempt_run(&attempt, 0));
    arena_fail_above(UINT64_MAX);
    assert_error(&attempt.error, ERROR_UNPACK_TRAILING, CONTAINER_GZIP, sample.size, 4);
    attempt_end(&attempt);
    sample_free(&sample);
}

static void bytes_behind_the_end_are_found(void **state)
{
    static const char *const names[] = {"gz", "xz", "zst", "lz4", "lz4l"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(names); i++) {
        struct sample sample = sample_read(names[i]);
        uint8_t *longer = calloc(1, sample.size + 16);
        struct attempt attempt;

        memcpy(longer, sample.bytes, sample.size);
        memset(longer + sample.size, 'x', 16);
        for (size_t extra = 1; extra <= 16; extra++) {
            attempt_start(&attempt, longer, sample.size + extra);
            assert_false(attempt_run(&attempt, 0));
            assert_clean_error(&attempt, names[i], sample.size);
            attempt_end(&attempt);
        }
        free(longer);
        sample_free(&sample);
    }
}

static void memory_is_short(void **state)
{
    (void)state;
    for (size_t i = 0; i < ELEMENTS(small_samples); i++) {
        struct sample sample = sample_read(small_samples[i]);
        bool done = false;

        for (size_t allocations = 0; !done; allocations++) {
            struct attempt attempt;

            attempt_start(&attempt, sample.bytes, sample.size);
            arena_fail_after(allocations);
            done = attempt_run(&attempt, 0);
            assert_int_equal(done, !arena_has_failed());
            arena_fail_after(NEVER);
            if (!done)
                assert_int_equal(attempt.error.code, ERROR_UNPACK_MEMORY);
            attempt_end(&attempt);
            assert_in_range(allocations, 0, 60);
        }
        sample_free(&sample);
    }
}

static void the_file_cannot_be_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < ELEMENTS(small_samples); i++) {
        struct sample sample = sample_read(small_samples[i]);
        bool done = false;

        for (size_t read = 0; !done; read++) {
            struct attempt attempt;

            attempt_start(&attempt, sample.bytes, sample.size);
            attempt.source.fail_at = read;
            done = try_unpack(&attempt, 0);
            /* The last read is by the test itself, of an uncompressed ELF file. */
            if (!done && !attempt.unpack.elf)
                assert_int_equal(attempt.error.code, ERROR_READ);
            attempt_end(&attempt);
            assert_in_range(read, 0, 60);
        }
        sample_free(&sample);
    }
}

static void nothing_larger_than_the_limit(void **state)
{
    (void)state;
    for (size_t i = 0; i < ELEMENTS(large_samples); i++) {
        struct sample sample = sample_read(large_samples[i]);
        struct attempt attempt;
        struct container container;
        uint8_t *room = malloc(large_elf.size);
        uint64_t count, limit;

        attempt_start(&attempt, sample.bytes, sample.size);
        assert_true(container_identify(&attempt.source.source, (struct range){0, sample.size},
                                       &container, &attempt.error));
        limit = large_elf.size - 1 + decoder_memory(&container);
        if (unpack_open(&attempt.unpack, &attempt.source.source, limit, &attempt.arena,
                        &attempt.error))
            assert_false(unpack_read(&attempt.unpack, room, large_elf.size, &count));
        assert_error(&attempt.error, ERROR_UNPACKED_TOO_LARGE, container.kind);
        assert_int_equal(attempt.error.number[2], limit);
        attempt_end(&attempt);
        free(room);
        sample_free(&sample);
    }
}

struct look {
    const char *name;
    bool cut;
    enum container_kind kind; /* of the last layer that is seen */
};

/* Probing needs a few reads and no memory for the unpacked file. */
static void looking_unpacks_nothing_whole(void **state)
{
    static const struct look looks[] = {
        {"elf", false, CONTAINER_ELF},       {"large", false, CONTAINER_ELF},
        {"large.gz", false, CONTAINER_ELF},  {"large.xz", false, CONTAINER_ELF},
        {"large.lz4", false, CONTAINER_ELF}, {"bz.xz", false, CONTAINER_ELF},
        {"large.zst", true, CONTAINER_ZSTD}, {"large.pipe.zst", true, CONTAINER_ZSTD},
        {"bz.zst", true, CONTAINER_ZSTD},    {"bz.xz.zst", true, CONTAINER_ZSTD},
        {"bz.xz.gz", true, CONTAINER_GZIP},  {"lz4.gz.xz", true, CONTAINER_XZ},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(looks); i++) {
        struct sample sample = sample_read(looks[i].name);
        uint64_t before = arena_bytes();
        struct attempt attempt;
        const struct unpack *unpack = &attempt.unpack;

        attempt_start(&attempt, sample.bytes, sample.size);
        if (!unpack_probe(&attempt.unpack, &attempt.source.source, LIMIT, &attempt.arena,
                          &attempt.error))
            fail_msg("%s is refused", looks[i].name);
        if (unpack->incomplete != looks[i].cut ||
            unpack->layers[unpack->layer_count - 1].kind != looks[i].kind)
            fail_msg("%s is taken for something else", looks[i].name);
        if (looks[i].kind == CONTAINER_ZSTD)
            assert_int_equal(arena_bytes(), before);
        attempt_end(&attempt);
        sample_free(&sample);
    }
}

/* Probing a truncated file needs no more reads than a complete one, although its size is wrong. */
static void looking_searches_for_no_fault(void **state)
{
    static const char *const names[] = {"large.gz", "large.xz", "large.lz4"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(names); i++) {
        struct sample sample = sample_read(names[i]);
        struct attempt attempt;

        attempt_start(&attempt, sample.bytes, sample.size - 1);
        assert_true(unpack_probe(&attempt.unpack, &attempt.source.source, LIMIT, &attempt.arena,
                                 &attempt.error));
        assert_true(attempt.source.reads < 20);
        assert_true(attempt.unpack.decoder.produced < LIMIT / 16);
        attempt_end(&attempt);
        sample_free(&sample);
    }
}

/* A sample's outermost container, and a decoder for it. */
static void attempt_open(struct attempt *attempt, const struct sample *sample,
                         struct container *ret_container, struct decoder *ret_decoder)
{
    attempt_start(attempt, sample->bytes, sample->size);
    assert_true(container_identify(&attempt->source.source, (struct range){0, sample->size},
                                   ret_container, &attempt->error));
    assert_true(decoder_open(ret_decoder, ret_container, &whole_budget, &attempt->source.source,
                             &attempt->arena, &attempt->error));
}

/* The decoder uses no more memory than announced. */
static void memory_is_announced(void **state)
{
    (void)state;
    for (size_t i = 0; i < ELEMENTS(large_samples); i++) {
        struct sample sample = sample_read(large_samples[i]);
        uint8_t *room = malloc(large_elf.size + MIB);
        struct attempt attempt;
        struct container container;
        struct decoder decoder;
        uint64_t count, before = arena_bytes();

        attempt_open(&attempt, &sample, &container, &decoder);
        if (!decoder_wants_whole(&container)) {
            assert_true(decoder_skip(&decoder, 100, &count));
            assert_int_equal(count, 100);
        }
        count = decoder_wants_whole(&container) ? container.unpacked : large_elf.size + MIB;
        assert_true(count <= large_elf.size + MIB);
        assert_true(decoder_read(&decoder, room, count, &count));
        assert_true(decoder_finish(&decoder));
        assert_in_range(arena_bytes() - before, 1, decoder_memory(&container));
        attempt_end(&attempt);
        free(room);
        sample_free(&sample);
    }
}

/* What is read after the headers may have changed, as on a server: a bit of it each time. */
static void files_that_change_meanwhile(void **state)
{
    static const char *const names[] = {"joined.gz", "joined.xz", "joined.zst", "joined.lz4",
                                        "joined.lz4l"};
    const uint64_t size = small_elf.size + KIB;
    uint8_t *room = malloc(size);

    (void)state;
    for (size_t i = 0; i < ELEMENTS(names); i++) {
        struct sample sample = sample_read(names[i]);

        for (size_t where = 0; where < sample.size; where++) {
            struct attempt attempt;
            struct container container;
            struct decoder decoder;
            uint64_t count;
            bool done;

            attempt_open(&attempt, &sample, &container, &decoder);
            attempt.source.bytes[where] ^= (uint8_t)(1 << where % 8);
            count = decoder_wants_whole(&container) ? container.unpacked : size;
            done = decoder_read(&decoder, room, count, &count) && decoder_finish(&decoder);
            assert_int_equal(done, attempt.error.code == ERROR_NONE);
            if (!done)
                assert_clean_error(&attempt, names[i], where);
            attempt_end(&attempt);
        }
        sample_free(&sample);
    }
    free(room);
}

/* xz blocks may have different filters: small allocations must not use the dictionary's memory. */
static void small_pieces_leave_large_ones_alone(void **state)
{
    struct sample sample = sample_read("xz");
    struct attempt attempt;
    struct container container;
    struct decoder decoder;
    void *dictionary, *small;

    (void)state;
    attempt_open(&attempt, &sample, &container, &decoder);
    dictionary = decoder_allocate(&decoder, (size_t)container.dictionary);
    small = decoder_allocate(&decoder, 1000);
    assert_true(dictionary && small);
    decoder_free(&decoder, dictionary);
    decoder_free(&decoder, small);
    assert_ptr_equal(decoder_allocate(&decoder, 999), small);
    assert_ptr_not_equal(decoder_allocate(&decoder, 998), dictionary);
    assert_ptr_equal(decoder_allocate(&decoder, (size_t)container.dictionary - 1), dictionary);
    decoder_free(&decoder, dictionary); /* but what there is serves when there is no more */
    decoder.budget = 0;
    assert_ptr_equal(decoder_allocate(&decoder, 998), dictionary);
    assert_false(decoder.over_budget);
    assert_null(decoder_allocate(&decoder, 998));
    assert_true(decoder.over_budget);
    attempt_end(&attempt);
    sample_free(&sample);
}

/* A later block may need a larger dictionary than the first one has announced. */
static void dictionaries_grow_no_further(void **state)
{
    struct sample sample = sample_read("xz");
    struct attempt attempt;
    struct container container;
    struct decoder decoder;
    uint8_t room[100];
    uint64_t count;

    (void)state;
    attempt_start(&attempt, sample.bytes, sample.size);
    assert_true(container_identify(&attempt.source.source, (struct range){0, sample.size},
                                   &container, &attempt.error));
    container.dictionary = 0;
    assert_true(decoder_open(&decoder, &container, &whole_budget, &attempt.source.source,
                             &attempt.arena, &attempt.error));
    decoder.budget = 64 * KIB;
    assert_false(decoder_read(&decoder, room, sizeof(room), &count));
    assert_error(&attempt.error, ERROR_UNPACK_UNSUPPORTED, CONTAINER_XZ);
    attempt_end(&attempt);
    sample_free(&sample);
}

/* The error of a sample that cannot be unpacked, with the steps of attempt_run(). */
static struct error error_of(const struct sample *sample, size_t step)
{
    struct attempt attempt;

    attempt_start(&attempt, sample->bytes, sample->size);
    assert_false(attempt_run(&attempt, step));
    attempt_end(&attempt);
    return attempt.error;
}

static struct error error_of_file(const char *name, size_t step)
{
    struct sample sample = sample_read(name);
    struct error error = error_of(&sample, step);

    sample_free(&sample);
    return error;
}

/* Kernels only use the x86 filter: the others are not built. */
static void other_filters_are_refused(void **state)
{
    struct error error = error_of_file("delta.xz", 0);

    (void)state;
    assert_error(&error, ERROR_UNPACK_UNSUPPORTED, CONTAINER_XZ);
    assert_string_equal(error.reason, "unknown filter or option");
}

/* A match before the first block must not copy other memory to the output. */
static void first_blocks_look_back_to_nothing(void **state)
{
    struct error error = error_of_file("looking-back.lz4", 100);

    (void)state;
    assert_error(&error, ERROR_UNPACK_DAMAGED, CONTAINER_LZ4);
}

/* Nor one before a short first block: there are zeros. */
static void second_blocks_look_back_to_zeros(void **state)
{
    struct sample sample = sample_read("looking-far-back.lz4");
    struct attempt attempt;
    uint8_t bytes[200];
    uint64_t count;

    (void)state;
    attempt_start(&attempt, sample.bytes, sample.size);
    assert_true(unpack_open(&attempt.unpack, &attempt.source.source, LIMIT, &attempt.arena,
                            &attempt.error));
    assert_true(unpack_read(&attempt.unpack, bytes, sizeof(bytes), &count));
    assert_int_equal(count, 16 + 83 + 12);
    assert_memory_equal(bytes,
                        "\x7f"
                        "ELF",
                        4);
    for (size_t i = 4; i < 16 + 83; i++)
        assert_int_equal(bytes[i], 0);
    assert_int_equal(bytes[16 + 83 + 11], 11);
    attempt_end(&attempt);
    sample_free(&sample);
}

static void what_is_left_unread_is_not_finished(void **state)
{
    struct sample sample = sample_read("gz");
    struct attempt attempt;

    (void)state;
    attempt_start(&attempt, sample.bytes, sample.size);
    assert_true(unpack_open(&attempt.unpack, &attempt.source.source, LIMIT, &attempt.arena,
                            &attempt.error));
    assert_false(unpack_finish(&attempt.unpack));
    assert_int_equal(attempt.error.code, ERROR_UNPACKED_SIZE);
    attempt_end(&attempt);
    sample_free(&sample);
}

static void too_many_containers(void **state)
{
    struct error error = error_of_file("lz4.gz.xz.gz", 0);

    (void)state;
    assert_error(&error, ERROR_NESTED_TOO_DEEP, UNPACK_DEPTH);
}

/* The error of a sample with a number changed at its end. */
static struct error error_with_end(const char *name, size_t from_end, uint32_t number)
{
    struct sample sample = sample_read(name);
    struct error error;

    put_number(sample.bytes + sample.size - from_end, 4, number);
    error = error_of(&sample, 0);
    sample_free(&sample);
    return error;
}

static void stated_sizes_are_checked(void **state)
{
    const size_t trailer = 4 + strlen("signature");
    struct error error;

    (void)state;
    error = error_with_end("bz.lz4l", trailer, (uint32_t)small_elf.size + 1);
    assert_error(&error, ERROR_UNPACKED_SIZE, CONTAINER_LZ4_LEGACY, small_elf.size,
                 small_elf.size + 1);
    error = error_with_end("bz.lz4l", trailer, (uint32_t)small_elf.size - 1);
    assert_error(&error, ERROR_UNPACK_DAMAGED, CONTAINER_LZ4_LEGACY);
    error = error_with_end("bz.xz", trailer, (uint32_t)small_elf.size - 1);
    assert_error(&error, ERROR_UNPACKED_SIZE, CONTAINER_XZ, small_elf.size, small_elf.size - 1);
    error = error_with_end("bz.pipe.zst", trailer, (uint32_t)small_elf.size + 1);
    assert_error(&error, ERROR_UNPACKED_SIZE, CONTAINER_ZSTD, small_elf.size, small_elf.size + 1);
    error = error_with_end("bz.gz", trailer, UINT32_MAX);
    assert_error(&error, ERROR_UNPACK_DAMAGED, CONTAINER_GZIP);
    assert_string_equal(error.reason, "incorrect length check");
    /* gzip's size may be wrong: zlib reports that. */
    error = error_with_end("gz", 4, UINT32_MAX);
    assert_error(&error, ERROR_UNPACK_DAMAGED, CONTAINER_GZIP);
    assert_string_equal(error.reason, "incorrect length check");
    error = error_with_end("gz", 4, 100);
    assert_error(&error, ERROR_UNPACK_DAMAGED, CONTAINER_GZIP);
    assert_string_equal(error.reason, "incorrect length check");
    error = error_with_end("large.gz", 4, 100); /* which takes no more memory than was stated */
    assert_error(&error, ERROR_UNPACK_DAMAGED, CONTAINER_GZIP);
}

/* Checks the reason for a flipped bit in byte `where`, which is from the end if negative. */
static void assert_reason(const char *name, int where, const char *reason)
{
    struct sample sample = sample_read(name);
    struct attempt attempt;
    TEXT_ON_STACK(text, 400);
    char expected[100];

    sample.bytes[where < 0 ? (int)sample.size + where : where] ^= 0x10;
    attempt_start(&attempt, sample.bytes, sample.size);
    assert_false(attempt_run(&attempt, 0));
    assert_int_equal(attempt.error.code, ERROR_UNPACK_DAMAGED);
    assert_in_range(attempt.error.number[1], where < 0 ? 0 : (uint64_t)where, sample.size);
    error_append(&text, &attempt.error);
    snprintf(expected, sizeof(expected), ": damaged at offset 0x%llx (%s); copy the file again",
             (unsigned long long)attempt.error.number[1], reason);
    if (!strstr(text.data, expected))
        fail_msg("%s, damaged at %d: \"%s\" instead of \"%s\"", name, where, text.data, expected);
    attempt_end(&attempt);
    sample_free(&sample);
}

/* libzstd reports no position: that of a wrong checksum is known for files of any length. */
static void a_wrong_checksum_is_where_it_stands(void **state)
{
    static const char *const names[] = {"zst", "large.zst"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(names); i++) {
        struct sample sample = sample_read(names[i]);
        struct error error;

        sample.bytes[sample.size - 1] ^= 0x10;
        error = error_of(&sample, 0);
        assert_error(&error, ERROR_UNPACK_DAMAGED, CONTAINER_ZSTD, sample.size - 4);
        sample_free(&sample);
    }
}

static void every_check_is_made_and_named(void **state)
{
    (void)state;
    assert_reason("gz", -8, "incorrect data check");
    assert_reason("gz", 200, "incorrect data check");
    assert_reason("xz", 200, "data error");
    assert_reason("xz", -20, "data error"); /* the index */
    assert_reason("zst", -1, "Restored data doesn't match checksum");
    assert_reason("lz4", 6, "wrong header checksum");
    assert_reason("lz4", -1, "wrong content checksum");
    assert_reason("checked.lz4", -12, "wrong block checksum"); /* before end mark and checksum */
    assert_reason("linked.lz4", 11, "wrong block checksum");
}

/* The error of a sample followed by `size` bytes. */
static struct error error_with_more(const char *name, const void *more, size_t size)
{
    struct sample sample = sample_read(name);
    uint8_t *bytes = malloc(sample.size + size);
    struct attempt attempt;

    memcpy(bytes, sample.bytes, sample.size);
    memcpy(bytes + sample.size, more, size);
    for (size_t step = 0; step <= 333; step += 333) {
        attempt_start(&attempt, bytes, sample.size + size);
        assert_false(attempt_run(&attempt, step));
        assert_error(&attempt.error, attempt.error.code, attempt.error.number[0], sample.size,
                     size);
        attempt_end(&attempt);
    }
    free(bytes);
    sample_free(&sample);
    return attempt.error;
}

/* Extra bytes after the end of a format are distinguished from truncation. */
static void what_follows_a_file_is_told(void **state)
{
    static const char *const names[] = {"gz",       "xz",       "crc64.xz",   "zst",
                                        "pipe.zst", "lz4",      "linked.lz4", "lz4l",
                                        "bz.xz.gz", "large.gz", "large.xz",   "large.blocks.xz"};
    static const char *const more[] = {"x", "some text, say a signature", "\0\0\0\0\0\0\0x",
                                       "\x02\x21\x4c", "\4\0\0\0xxxx"};
    static const size_t sizes[] = {1, 26, 8, 3, 8};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(names); i++) {
        for (size_t j = 0; j < ELEMENTS(more); j++) {
            struct error error = error_with_more(names[i], more[j], sizes[j]);

            assert_int_equal(error.code, ERROR_UNPACK_TRAILING);
        }
    }
}

static void assert_twice(const char *name, uint64_t step)
{
    struct sample sample = sample_read(name);
    uint8_t *twice = malloc(2 * sample.size);
    struct attempt attempt;

    memcpy(twice, sample.bytes, sample.size);
    memcpy(twice + sample.size, sample.bytes, sample.size);
    attempt_start(&attempt, twice, 2 * sample.size);
    if (!attempt_run(&attempt, step))
        fail_msg("%s twice, by %llu: refused", name, (unsigned long long)step);
    assert_int_equal(attempt.size, 2 * small_elf.size);
    for (uint64_t at = 0; at < attempt.size; at += small_elf.size)
        assert_memory_equal(attempt.bytes + at, small_elf.bytes, small_elf.size);
    attempt_end(&attempt);
    free(twice);
    sample_free(&sample);
}

static void members_are_concatenated(void **state)
{
    static const char *const names[] = {"gz",         "xz",         "zst",       "pipe.zst",
                                        "lz4",        "lz4l",       "joined.gz", "joined.xz",
                                        "joined.zst", "joined.lz4", "sha256.xz", "linked.lz4",
                                        "joined.lz4l"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(names); i++) {
        assert_twice(names[i], 0);
        assert_twice(names[i], 99);
    }
}

/* Every member's checksum is verified, and an error is reported at its offset. */
static void checksums_of_all_members(void **state)
{
    static const struct {
        const char *name;
        size_t before; /* bytes between its checksum and the first member's end */
    } rows[] = {{"gz", 8}, {"xz", 20}, {"zst", 1}, {"lz4", 1}};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        struct sample sample = sample_read(rows[i].name);
        uint8_t *bytes = malloc(2 * sample.size);

        for (size_t end = sample.size; end <= 2 * sample.size; end += sample.size) {
            struct attempt attempt;

            memcpy(bytes, sample.bytes, sample.size);
            memcpy(bytes + sample.size, sample.bytes, sample.size);
            bytes[end - rows[i].before] ^= 1;
            attempt_start(&attempt, bytes, 2 * sample.size);
            assert_false(attempt_run(&attempt, 0));
            assert_int_equal(attempt.error.code, ERROR_UNPACK_DAMAGED);
            assert_in_range(attempt.error.number[1], end - 36, end);
            attempt_end(&attempt);
        }
        free(bytes);
        sample_free(&sample);
    }
}

/* xz's padding is a multiple of 4 bytes; for gzip, zeros are padding only at the end. */
static void malformed_padding(void **state)
{
    struct sample gz = sample_read("gz");
    uint8_t *more = calloc(1, gz.size + 4);
    struct error error;

    (void)state;
    for (size_t size = 1; size < 12; size++) {
        if (size % 4 == 0)
            continue;
        error = error_with_more("xz", more, size);
        assert_int_equal(error.code, ERROR_UNPACK_TRAILING);
        error = error_with_more("joined.lz4", more, size);
        assert_int_equal(error.code, ERROR_UNPACK_TRAILING);
    }
    memcpy(more + 4, gz.bytes, gz.size);
    error = error_with_more("gz", more, gz.size + 4);
    assert_int_equal(error.code, ERROR_UNPACK_TRAILING);
    free(more);
    sample_free(&gz);
}

/* A small file can state any dictionary size: none of it is allocated, not even by a probe. */
static void dictionaries_have_a_limit(void **state)
{
    struct sample sample = sample_read("crc64.xz");
    const size_t code = 12 + 4; /* as in test_container.c */
    const uint64_t before = arena_bytes();
    struct attempt attempt;

    (void)state;
    sample.bytes[code] = 38; /* 2 GiB */
    attempt_start(&attempt, sample.bytes, sample.size);
    assert_false(unpack_open(&attempt.unpack, &attempt.source.source, UNPACK_LIMIT, &attempt.arena,
                             &attempt.error));
    assert_error(&attempt.error, ERROR_UNPACK_LIMIT, CONTAINER_XZ);
    assert_in_range(attempt.error.number[1], 2 * GIB, 2 * GIB + MIB);
    assert_int_equal(attempt.error.number[2], UNPACK_LIMIT);
    assert_false(unpack_probe(&attempt.unpack, &attempt.source.source, UNPACK_LIMIT, &attempt.arena,
                              &attempt.error));
    assert_int_equal(attempt.error.code, ERROR_UNPACK_LIMIT);
    assert_int_equal(arena_bytes(), before);
    attempt_end(&attempt);
    sample.bytes[code] = 35; /* 768 MiB */
    attempt_start(&attempt, sample.bytes, sample.size);
    assert_true(unpack_probe(&attempt.unpack, &attempt.source.source, UNPACK_LIMIT, &attempt.arena,
                             &attempt.error));
    assert_true(attempt.unpack.incomplete);
    assert_int_equal(arena_bytes(), before);
    attempt_end(&attempt);
    sample_free(&sample);
}

/* The largest piece that the last call of fits() allocated. */
static uint64_t largest;

static bool fits(const struct sample *sample, uint64_t limit, uint64_t *ret_taken)
{
    struct attempt attempt;
    bool done;

    attempt_start(&attempt, sample->bytes, sample->size);
    done = unpack_open(&attempt.unpack, &attempt.source.source, limit, &attempt.arena,
                       &attempt.error) &&
           (attempt.unpack.elf || unpack_to_memory(&attempt.unpack));
    unpack_memory(&attempt.unpack, ret_taken, &largest);
    assert_true(largest <= *ret_taken && *ret_taken <= limit);
    if (!done && attempt.error.code != ERROR_UNPACK_LIMIT)
        assert_int_equal(attempt.error.code, ERROR_UNPACKED_TOO_LARGE);
    attempt_end(&attempt);
    return done;
}

/* For a size that gzip's trailer does not state, memory is doubled, or less near the limit. */
static bool grows(const char *name)
{
    return strstr(name, "gz") &&
           (strstr(name, "joined") || strstr(name, "padded") || strstr(name, "empty"));
}

/* All layers and decoders count, and no more is allocated than was counted. */
static void all_layers_count(void **state)
{
    (void)state;
    for (size_t i = 0; i < ELEMENTS(small_samples); i++) {
        struct sample sample = sample_read(small_samples[i]);
        const uint64_t before = arena_bytes();
        uint64_t taken, ignored;

        assert_true(fits(&sample, LIMIT, &taken));
        assert_true(arena_bytes() - before <= taken);
        if (taken > 0) { /* 0 for files without compression */
            assert_true(grows(small_samples[i]) || largest >= small_elf.size);
            assert_true(fits(&sample, taken, &ignored));
            for (uint64_t less = 1; less < taken; less *= 2) /* what grows may do with less */
                assert_true(!fits(&sample, taken - less, &ignored) || grows(small_samples[i]));
        }
        sample_free(&sample);
    }
}

/* gzip's trailer states the size of the last member; the memory grows for the others. */
static void room_grows_with_members(void **state)
{
    struct sample sample = sample_read("large.joined.gz");
    uint64_t taken;

    (void)state;
    assert_true(fits(&sample, LIMIT, &taken));
    assert_in_range(taken, large_elf.size, 2 * large_elf.size + 2 * MIB);
    sample_free(&sample);
}

/* A single member takes as much memory as its trailer states. */
static void room_of_one_member(void **state)
{
    struct sample sample = sample_read("large.gz");
    uint64_t taken;

    (void)state;
    assert_true(fits(&sample, LIMIT, &taken));
    assert_in_range(taken, large_elf.size, large_elf.size + 2 * MIB);
    sample_free(&sample);
}

/* In a bzImage, a short legacy block that is not the last one is damaged. */
static void legacy_blocks_are_full(void **state)
{
    struct sample image = sample_read("bz.lz4l");
    struct sample lz4 = sample_read("lz4l");
    size_t size = PAYLOAD_START + 2 * lz4.size;
    uint8_t *twice = malloc(size);
    struct attempt attempt;

    (void)state;
    memcpy(twice, image.bytes, PAYLOAD_START);
    memcpy(twice + PAYLOAD_START, lz4.bytes, lz4.size);
    memcpy(twice + PAYLOAD_START + lz4.size, lz4.bytes + 4, lz4.size - 4);
    put_number(twice + 0x24c, 4, size - PAYLOAD_START);
    put_number(twice + size - 4, 4, 2 * small_elf.size);
    attempt_start(&attempt, twice, size);
    assert_false(attempt_run(&attempt, 0));
    assert_error(&attempt.error, ERROR_UNPACK_DAMAGED, CONTAINER_LZ4_LEGACY, PAYLOAD_START + 8);
    assert_string_equal(attempt.error.reason, "short block");
    attempt_end(&attempt);
    free(twice);
    sample_free(&image);
    sample_free(&lz4);
}

/* An lz4 frame that is made block by block, and what it unpacks to. */
struct lz4_frame {
    uint8_t *packed, *unpacked;
    size_t packed_size, unpacked_size;
};

/* Begins a frame of blocks of up to 64 KiB, with room for `room` bytes of each. */
static void lz4_begin(struct lz4_frame *frame, bool linked, size_t room)
{
    const uint8_t header[] = {
        0x04, 0x22, 0x4d, 0x18, linked ? 0x40 : 0x60, 0x40, linked ? 0xc0 : 0x82};

    *frame = (struct lz4_frame){malloc(room), malloc(room), sizeof(header), 0};
    memcpy(frame->packed, header, sizeof(header));
}

static void lz4_end(struct lz4_frame *frame)
{
    memset(frame->packed + frame->packed_size, 0, 4);
    frame->packed_size += 4;
}

static void lz4_free(struct lz4_frame *frame)
{
    free(frame->packed);
    free(frame->unpacked);
}

static void lz4_store(struct lz4_frame *frame, struct random *random, size_t size)
{
    put_number(frame->packed + frame->packed_size, 4, 0x80000000u | size);
    for (size_t i = 0; i < size; i++)
        frame->unpacked[frame->unpacked_size + i] = (uint8_t)random_below(random, 256);
    memcpy(frame->packed + frame->packed_size + 4, frame->unpacked + frame->unpacked_size, size);
    frame->packed_size += 4 + size;
    frame->unpacked_size += size;
}

/* A block that repeats `length` bytes, 19 or more, from `distance` before it; then 12 zeros. */
static void lz4_repeat(struct lz4_frame *frame, size_t distance, size_t length)
{
    uint8_t *block = frame->packed + frame->packed_size + 4, *at = block;
    uint8_t *output = frame->unpacked + frame->unpacked_size;
    const uint8_t *from = output - distance;
    size_t rest = length - 4 - 15;

    *at++ = 0x0f;
    put_number(at, 2, distance);
    for (at += 2; rest >= 255; rest -= 255)
        *at++ = 255;
    *at++ = (uint8_t)rest;
    *at++ = 12 << 4;
    memset(at, 0, 12);
    at += 12;
    for (size_t i = 0; i < length; i++)
        output[i] = from[i];
    memset(output + length, 0, 12);
    put_number(block - 4, 4, (size_t)(at - block));
    frame->packed_size += 4 + (size_t)(at - block);
    frame->unpacked_size += length + 12;
}

/* Small and large blocks, which refer back as far as they may. */
static void linked_blocks_of_any_size(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct random random = random_start(seed);
        size_t most = (size_t)1 << (4 + random_below(&random, 13));
        struct attempt attempt;
        struct lz4_frame frame;

        lz4_begin(&frame, true, 2 * MIB);
        lz4_store(&frame, &random, 1);
        while (frame.unpacked_size < MIB) {
            size_t length = 19 + (size_t)random_below(&random, most);
            size_t reach = (size_t)min_u64(frame.unpacked_size, 65535);

            if (length > 64 * KIB - 12 || random_chance(&random, 50))
                lz4_store(&frame, &random, (size_t)random_below(&random, most));
            else if (random_chance(&random, 50))
                lz4_repeat(&frame, reach, length);
            else
                lz4_repeat(&frame, 1 + (size_t)random_below(&random, reach), length);
        }
        lz4_end(&frame);
        attempt_start(&attempt, frame.packed, frame.packed_size);
        assert_true(attempt_run(&attempt, 1 + random_below(&random, 200000)));
        assert_int_equal(attempt.size, frame.unpacked_size);
        assert_memory_equal(attempt.bytes, frame.unpacked, frame.unpacked_size);
        attempt_end(&attempt);
        lz4_free(&frame);
    }
}

/* The processor time that blocks of one byte take. */
static clock_t time_of_bytes(bool linked)
{
    struct random random = random_start(1);
    struct attempt attempt;
    struct lz4_frame frame;
    clock_t start;

    lz4_begin(&frame, linked, 2 * MIB);
    for (size_t i = 0; i < 200000; i++)
        lz4_store(&frame, &random, 1);
    lz4_end(&frame);
    attempt_start(&attempt, frame.packed, frame.packed_size);
    start = clock();
    assert_true(attempt_run(&attempt, 200000));
    start = clock() - start;
    assert_int_equal(attempt.size, 200000);
    attempt_end(&attempt);
    lz4_free(&frame);
    return start;
}

/* Blocks that refer back take no more work than others, however small they are. */
static void small_linked_blocks_are_no_more_work(void **state)
{
    (void)state;
    assert_true(time_of_bytes(true) < 5 * time_of_bytes(false) + CLOCKS_PER_SEC / 10);
}

/* A legacy block with an impossible size, at the start or after full blocks. */
static void legacy_blocks_have_possible_sizes(void **state)
{
    struct sample sample = sample_read("large.lz4l");
    size_t first = 8 + read_le32(sample.bytes + 4);
    struct attempt attempt;

    (void)state;
    for (size_t at = first; at != 0; at = at == first ? 4 : 0) {
        put_number(sample.bytes + at, 4, UINT32_MAX);
        attempt_start(&attempt, sample.bytes, sample.size);
        assert_false(attempt_run(&attempt, 0));
        assert_error(&attempt.error, ERROR_UNPACK_DAMAGED, CONTAINER_LZ4_LEGACY);
        assert_string_equal(attempt.error.reason, "impossible block size");
        attempt_end(&attempt);
    }
    sample_free(&sample);
}

/* The buffer for a block is only allocated if a block does not fit the output. */
static void blocks_go_straight_to_the_output(void **state)
{
    struct sample sample = sample_read("large.bz.lz4l");
    uint8_t *room = malloc(large_elf.size);
    uint64_t before = arena_bytes(), count;
    struct attempt attempt;
    struct container container;
    struct decoder decoder;

    (void)state;
    attempt_open(&attempt, &sample, &container, &decoder);
    assert_true(decoder_read(&decoder, room, large_elf.size, &count));
    assert_true(decoder_finish(&decoder));
    assert_in_range(arena_bytes() - before, container.block, container.block + MIB);
    attempt_end(&attempt);
    free(room);
    sample_free(&sample);
}

static void layers_are_described(void **state)
{
    struct sample sample = sample_read("bz.xz.gz");
    struct attempt attempt;

    (void)state;
    attempt_start(&attempt, sample.bytes, sample.size);
    assert_true(attempt_run(&attempt, 64));
    assert_int_equal(attempt.unpack.layer_count, 3);
    assert_int_equal(attempt.unpack.layers[0].kind, CONTAINER_GZIP);
    assert_false(attempt.unpack.layers[0].in_bzimage);
    assert_int_equal(attempt.unpack.layers[1].kind, CONTAINER_XZ);
    assert_true(attempt.unpack.layers[1].in_bzimage);
    assert_int_equal(attempt.unpack.layers[1].dictionary, 64 * KIB);
    assert_int_equal(attempt.unpack.layers[2].kind, CONTAINER_ELF);
    assert_int_equal(attempt.unpack.layers[2].unpacked, small_elf.size);
    attempt_end(&attempt);
    sample_free(&sample);
}

static int read_elfs(void **state)
{
    (void)state;
    small_elf = sample_read("elf");
    large_elf = sample_read("large");
    return 0;
}

static int free_elfs(void **state)
{
    (void)state;
    sample_free(&small_elf);
    sample_free(&large_elf);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_files_unpack),
        cmocka_unit_test(large_files_unpack),
        cmocka_unit_test(every_flipped_bit_is_found),
        cmocka_unit_test(every_flipped_bit_is_found_in_the_stream),
        cmocka_unit_test(flipped_bits_in_members_are_found),
        cmocka_unit_test(flipped_bits_that_nothing_checks),
        cmocka_unit_test(every_truncation_is_found),
        cmocka_unit_test(sizes_that_are_no_sizes),
        cmocka_unit_test(bytes_behind_the_end_are_found),
        cmocka_unit_test(memory_is_short),
        cmocka_unit_test(the_file_cannot_be_read),
        cmocka_unit_test(nothing_larger_than_the_limit),
        cmocka_unit_test(looking_unpacks_nothing_whole),
        cmocka_unit_test(looking_searches_for_no_fault),
        cmocka_unit_test(memory_is_announced),
        cmocka_unit_test(files_that_change_meanwhile),
        cmocka_unit_test(small_pieces_leave_large_ones_alone),
        cmocka_unit_test(dictionaries_grow_no_further),
        cmocka_unit_test(other_filters_are_refused),
        cmocka_unit_test(first_blocks_look_back_to_nothing),
        cmocka_unit_test(second_blocks_look_back_to_zeros),
        cmocka_unit_test(what_is_left_unread_is_not_finished),
        cmocka_unit_test(too_many_containers),
        cmocka_unit_test(stated_sizes_are_checked),
        cmocka_unit_test(a_wrong_checksum_is_where_it_stands),
        cmocka_unit_test(every_check_is_made_and_named),
        cmocka_unit_test(what_follows_a_file_is_told),
        cmocka_unit_test(members_are_concatenated),
        cmocka_unit_test(checksums_of_all_members),
        cmocka_unit_test(malformed_padding),
        cmocka_unit_test(dictionaries_have_a_limit),
        cmocka_unit_test(all_layers_count),
        cmocka_unit_test(room_grows_with_members),
        cmocka_unit_test(room_of_one_member),
        cmocka_unit_test(legacy_blocks_are_full),
        cmocka_unit_test(linked_blocks_of_any_size),
        cmocka_unit_test(small_linked_blocks_are_no_more_work),
        cmocka_unit_test(legacy_blocks_have_possible_sizes),
        cmocka_unit_test(blocks_go_straight_to_the_output),
        cmocka_unit_test(layers_are_described),
    };

    return cmocka_run_group_tests_name("unpack", tests, read_elfs, free_elfs);
}
