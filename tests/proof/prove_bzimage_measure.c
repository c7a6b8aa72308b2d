/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is said of a bzImage and its payload, which prove_bzimage.c has proven to be in the file:
 * its size is the one that the bzImage states. The payload's own format says anything of it.
 * Bounds: none; a file of any size below 2^63 bytes with any content.
 *
 * with: common/base/error.c tests/proof/proof_source.c
 * cbmc: --unwind 6
 */
#include "common/image/bzimage.c"
#include "tests/proof/proof.h"

static struct error error;
static struct container container;
static struct container before; /* as the payload's format has it */
static struct range payload;    /* by the header that was read */
static uint32_t stated;         /* by the payload's last bytes */
static bool is_measured;

/* Any bytes, as many as there are; what a header says of the payload is kept. */
bool reader_peek_head(struct container_reader *reader, const uint8_t **ret_head, size_t *ret_size)
{
    static uint8_t head[CONTAINER_HEAD_SIZE];
    uint64_t offset;

    *ret_head = head;
    *ret_size = (size_t)min_u64(reader->end - reader->position, CONTAINER_HEAD_SIZE);
    if (*ret_size > 0 && nondet_bool())
        return error_set(reader->error, ERROR_READ);
    __CPROVER_havoc_object(head);
    if (payload.end > 0)
        return true;
    offset = ((head[0x1f1] ? head[0x1f1] : 4u) + 1) * UINT64_C(512) + read_le32(head + 0x248);
    payload.start = reader->position + offset;
    payload.end = reader->position + offset + read_le32(head + 0x24c);
    return true;
}

/* Of what is trailing. */
bool reader_take(struct container_reader *reader, size_t size, const uint8_t **ret_bytes)
{
    static uint8_t bytes[SIZE_TRAILER];

    PROVE(size == sizeof(bytes), "a stated size has four bytes");
    PROVE(reader->end == payload.end && reader->position == payload.end - size,
          "which are the payload's last");
    if (nondet_bool())
        return error_set(reader->error, ERROR_READ);
    __CPROVER_havoc_object(bytes);
    stated = read_le32(bytes);
    *ret_bytes = bytes;
    return true;
}

void reader_restrict(struct container_reader *reader, struct range where)
{
    reader->position = where.start;
    reader->end = where.end;
}

static bool measure_anything(struct container_reader *reader)
{
    (void)reader;
    return nondet_bool();
}

/* Those that say their size in a trailer, others, and contents. */
const struct container_format *container_format_of(enum container_kind kind)
{
    static const struct container_format content,
        packed = {.measure = measure_anything},
        with_trailer = {.measure = measure_anything, .size_in_trailer = true};

    if (kind == CONTAINER_GZIP)
        return &with_trailer;
    return kind == CONTAINER_UNKNOWN || kind == CONTAINER_ELF ? &content : &packed;
}

bool container_is_packed(enum container_kind kind)
{
    return container_format_of(kind)->measure != NULL;
}

bool container_recognize(struct container_reader *reader, struct range where)
{
    reader_restrict(reader, where);
    if (nondet_bool())
        return error_set(reader->error, ERROR_READ);
    *reader->container = (struct container){.kind = nondet_u32(), .content = where};
    ASSUME(reader->container->kind < CONTAINER_KINDS);
    container.content = where;
    return true;
}

/* Of skippable frames, the kind may become that of the next frame. */
bool container_measure(struct container_reader *reader)
{
    struct container *of = reader->container;

    PROVE(of->in_bzimage && container_is_packed(of->kind) && of->kind != CONTAINER_BZIMAGE,
          "what is measured is a packed payload");
    if (nondet_bool())
        return error_set(reader->error, ERROR_UNPACK_DAMAGED);
    if (of->kind == CONTAINER_SKIPPABLE)
        of->kind = nondet_bool() ? CONTAINER_ZSTD : CONTAINER_LZ4;
    of->unpacked = nondet_u64();
    of->unpacked_exact = nondet_bool();
    before = *of;
    is_measured = true;
    return true;
}

static void check_size(void)
{
    PROVE(container.kind != CONTAINER_GZIP || container.unpacked == before.unpacked,
          "what states its own size says what it says");
    PROVE(container.kind == CONTAINER_GZIP ||
              (container.unpacked == stated && container.unpacked_exact),
          "the size is the stated one");
    PROVE(before.unpacked_exact ? stated == before.unpacked : stated <= before.unpacked,
          "which agrees with the format's");
}

static void prove_measure(void)
{
    struct byte_source source = proof_source();
    struct container_reader reader = {.source = &source, .container = &container, .error = &error};

    container.content = (struct range){nondet_u64(), nondet_u64()};
    ASSUME(container.content.start <= container.content.end &&
           container.content.end <= source.size);
    reader_restrict(&reader, container.content);
    if (!measure_bzimage(&reader)) {
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
        return;
    }
    PROVE(container.in_bzimage && container.kind != CONTAINER_UNKNOWN &&
              container.kind != CONTAINER_BZIMAGE,
          "the payload's format is known");
    PROVE(container.content.start == payload.start &&
              container.content.start < container.content.end,
          "it is where the header says");
    PROVE(container.content.end == payload.end || container.content.end == payload.end - 4,
          "without the trailing size");
    if (container.kind == CONTAINER_ELF)
        PROVE(container.unpacked == range_size(container.content) && container.unpacked_exact,
              "what is not packed has its own size");
    else
        check_size();
    PROVE(is_measured == (container.kind != CONTAINER_ELF), "what is packed is measured");
}

static void prove_before(uint64_t end)
{
    struct byte_source source = proof_source();

    if (!bzimage_check_payload_before(&source, end, &error))
        PROVE(error.code != ERROR_NONE, "a refusal has a reason");
    else
        PROVE(payload.end <= end && payload.end <= source.size, "the payload ends before that");
}
