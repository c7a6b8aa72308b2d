/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer: a file in its containers, unpacked and read as a kernel. One program for each kind of
 * container looks at files of this kind only (FUZZ_KIND), one at all of them. Whatever comes, the
 * stream and the unpacking to memory must agree.
 */
#include "common/base/text.h"
#include "common/image/elf.h"
#include "common/image/unpack.h"
#include "pvh/messages.h"

#include <stdlib.h>
#include <string.h>

#define LIMIT (24 * MIB) /* decoders count: 17 MiB are the most that lz4 takes */
#define LARGE (64 * MIB) /* no arena gives more: a fuzzer's machine has no use for 4 GiB */
#define STEP  777

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t taken;

static void *get_chunk(size_t size, size_t *ret_size)
{
    *ret_size = size;
    taken += size;
    return taken <= LARGE ? malloc(size) : NULL;
}

static void put_chunk(void *chunk, size_t size)
{
    (void)size;
    free(chunk);
}

static struct arena new_arena(void)
{
    taken = 0;
    return (struct arena){.get_chunk = get_chunk, .put_chunk = put_chunk};
}

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void require_words(const struct error *error)
{
    TEXT_ON_STACK(text, 400);

    error_append(&text, error);
    require(text.length > 0);
}

struct sum {
    uint64_t size;
    uint32_t hash;
};

static void add(struct sum *sum, const uint8_t *bytes, uint64_t size)
{
    sum->size += size;
    for (uint64_t i = 0; i < size; i++)
        sum->hash = sum->hash * 31 + bytes[i];
}

/* Adds up what the stream has; false when it ends in an error. */
static bool read_stream(struct unpack *unpack, struct sum *sum)
{
    uint8_t *bytes = malloc(STEP); /* of its exact size, for the sanitizer */
    uint64_t count = STEP;
    bool read = true;

    while (read && count == STEP) {
        read = unpack_read(unpack, bytes, STEP, &count);
        if (read)
            add(sum, bytes, count);
    }
    free(bytes);
    return read && unpack_finish(unpack);
}

static bool sum_of_stream(struct byte_source *source, struct sum *sum)
{
    struct arena arena = new_arena();
    struct error error;
    struct unpack unpack;
    bool done = unpack_open(&unpack, source, LIMIT, &arena, &error) &&
                (unpack.elf || read_stream(&unpack, sum));

    if (!done)
        require_words(&error);
    arena_release(&arena);
    return done;
}

static struct sum sum_of_memory(struct byte_source *elf)
{
    struct sum sum = {0};
    uint8_t *bytes = malloc(elf->size + 1);
    struct error error;

    require(elf->size == 0 || elf->read(elf, 0, bytes, elf->size, &error));
    add(&sum, bytes, elf->size);
    free(bytes);
    return sum;
}

static void compare(struct byte_source *source)
{
    struct arena arena = new_arena();
    struct error error;
    struct unpack unpack;
    struct elf_image image;
    struct sum streamed = {0}, sum;
    bool stream = sum_of_stream(source, &streamed);

    if (!unpack_open(&unpack, source, LIMIT, &arena, &error) ||
        (!unpack.elf && !unpack_to_memory(&unpack))) {
        require_words(&error);
        /* A bound may exceed what there is room for, where the bytes themselves would not. */
        require(!stream || error.code == ERROR_UNPACKED_TOO_LARGE ||
                error.code == ERROR_UNPACK_MEMORY);
    } else {
        sum = sum_of_memory(unpack.elf);
        require(stream);
        require(streamed.size == 0 || (streamed.size == sum.size && streamed.hash == sum.hash));
        elf_read(unpack.elf, &arena, &image, &error);
    }
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memory_source source;
    uint8_t *copy;

#ifdef FUZZ_KIND
    if (container_kind_of(data, size) != FUZZ_KIND)
        return -1;
#endif
    copy = malloc(size ? size : 1);
    memcpy(copy, data, size);
    memory_source_init(&source, copy, size);
    compare(&source.source);
    free(copy);
    return 0;
}
