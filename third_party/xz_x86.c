/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The x86 filter of xz (liblzma's simple/x86.c, which is replaced). It undoes what the encoder did
 * to calls and jumps:
 *
 *     E8 or E9 | operand, 32 bits, little-endian
 *
 * The encoder made the operand, which is relative to the next instruction, an absolute address:
 * every call of a function then has the same bytes. It takes an operand for one if its highest byte
 * is 00 or FF, and if what comes before does not look as if this were the middle of another
 * instruction.
 *
 * liblzma looks at each byte in turn, which is a sixth of the work of unpacking a kernel. Here a
 * whole word is looked at once.
 */
#include "simple_private.h"

#include <limits.h>
#include <string.h>

#define OPERAND     4u /* bytes */
#define INSTRUCTION (1 + OPERAND)

/* How far back another opcode makes this one doubtful: both operands then have the byte in common
 * that decides. */
#define NEAR 3u

/* The filter's state between calls: the opcodes that were left as they were, near the last opcode.
 */
struct x86_state {
    uint32_t last;      /* the position of the last opcode */
    uint32_t left;      /* bit n: an opcode n bytes before it was left */
    uint32_t plausible; /* bit n: and it would have been undone, but for others near it */
};

/* Whether a byte can be the highest of a relative address. */
static bool is_sign(uint32_t byte)
{
    return byte == 0x00 || byte == 0xff;
}

/* The position of the first opcode in `bytes`, from `start` on; `end` if there is none before it.
 */
static size_t find_opcode(const uint8_t *bytes, size_t start, size_t end)
{
    const unsigned long ones = ULONG_MAX / 0xff; /* 01 in each byte */
    size_t at = start;

    for (; end - at >= sizeof(ones); at += sizeof(ones)) {
        unsigned long word, others, zeros;

        memcpy(&word, bytes + at, sizeof(word));
        others = (word & ones * 0xfe) ^ ones * 0xe8;     /* 00 where there is E8 or E9 */
        zeros = (others - ones) & ~others & ones * 0x80; /* the lowest bit set is in the first 00 */
        if (zeros)
            return at + (size_t)__builtin_ctzl(zeros) / 8;
    }
    while (at < end && (bytes[at] & 0xfe) != 0xe8)
        at++;
    return at;
}

/*
 * Undoes one operand. `distance` is that of the one opcode near it that was left, or 0. That opcode
 * was left because the highest byte of its operand, which is a byte of this operand too, is neither
 * 00 nor FF. Where the relative operand had one of these in its place, the encoder inverted all
 * bits up to it and added once more; and so on, but
 *
 *     ~(operand - next) - next = ~operand
 *
 * has the byte inverted, which again is neither: once is enough.
 */
static uint32_t make_relative(uint32_t operand, uint32_t next, uint32_t distance)
{
    const uint32_t shared = 24 - 8 * distance; /* where that byte is, in bits */
    const uint32_t relative = operand - next;

    if (distance == 0 || !is_sign(relative >> shared & 0xff))
        return relative;
    return (relative ^ ((0x100u << shared) - 1)) - next;
}

/* Addresses have 25 bits: the highest byte repeats bit 24. */
static uint32_t extend_sign(uint32_t relative)
{
    return relative & 1u << 24 ? relative | 0xff000000 : relative & 0x00ffffff;
}

/* Moves on to an opcode at `position`. */
static void move_to(struct x86_state *state, uint32_t position)
{
    const uint32_t distance = position - state->last;
    const uint32_t before = (2u << NEAR) - 2; /* bits 1 to NEAR */

    state->last = position;
    state->left = distance > NEAR ? 0 : state->left << distance & before;
    state->plausible = distance > NEAR ? 0 : state->plausible << distance & before;
}

/* Undoes the operand of the opcode that the state is at, or leaves it: returns how many bytes that
 * is done with. */
static size_t decode_opcode(struct x86_state *state, uint8_t *bytes)
{
    const bool plausible = is_sign(bytes[OPERAND]);
    uint32_t operand;

    if (!plausible || state->plausible || (state->left & (state->left - 1))) {
        state->left |= 1;
        state->plausible |= plausible;
        return 1;
    }
    memcpy(&operand, bytes + 1, sizeof(operand));
    operand = extend_sign(make_relative(operand, state->last + INSTRUCTION,
                                        state->left ? (uint32_t)__builtin_ctz(state->left) : 0));
    memcpy(bytes + 1, &operand, sizeof(operand));
    state->left = 0;
    return INSTRUCTION;
}

/*
 * Undoes the operands that are in `bytes` as a whole; returns how many bytes are done with.
 * `position` is that of the first one.
 */
static size_t decode_x86(void *filter, uint32_t position, bool is_encoder, uint8_t *bytes,
                         size_t size)
{
    struct x86_state *state = filter;
    const size_t end = size < INSTRUCTION ? 0 : size - OPERAND;
    size_t at = find_opcode(bytes, 0, end);

    (void)is_encoder;
    if (position - state->last > NEAR) /* positions start again at 4 GiB */
        *state = (struct x86_state){.last = position - NEAR - 1};
    while (at < end) {
        move_to(state, position + (uint32_t)at);
        at += decode_opcode(state, bytes + at);
        if (at < end)
            at = find_opcode(bytes, at, end);
    }
    return at;
}

extern lzma_ret lzma_simple_x86_decoder_init(lzma_next_coder *next, const lzma_allocator *allocator,
                                             const lzma_filter_info *filters)
{
    lzma_ret result = lzma_simple_coder_init(next, allocator, filters, decode_x86,
                                             sizeof(struct x86_state), INSTRUCTION, 1, false);
    lzma_simple_coder *coder = next->coder;

    if (result == LZMA_OK)
        *(struct x86_state *)coder->simple = (struct x86_state){.last = 0u - NEAR - 1};
    return result;
}
