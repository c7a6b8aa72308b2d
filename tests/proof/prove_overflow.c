/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The arithmetic on untrusted numbers, and ranges.
 * Bounds: none; all 64-bit numbers.
 *
 * cbmc: --unwind 12
 */
#include "common/base/range.h"
#include "tests/proof/nondet.h"

typedef unsigned __int128 wide;

static void prove_sums(uint64_t a, uint64_t b)
{
    uint64_t sum;

    if (checked_add(a, b, &sum))
        PROVE(sum == (wide)a + b, "checked_add() is the sum");
    else
        PROVE((wide)a + b > UINT64_MAX, "checked_add() refuses only what does not fit");
}

/*
 * Of products, one factor is the size of a structure or a small constant: a product of two unknown
 * numbers is beyond a SAT solver.
 */
static void prove_products(uint64_t count)
{
    static const uint64_t sizes[] = {1, 2, 8, 16, 20, 24, 32, 40, 56, 64, 4096};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        uint64_t product, size = sizes[i];

        if (checked_mul(count, size, &product))
            PROVE(count <= UINT64_MAX / size && product == count * size,
                  "checked_mul() multiplies");
        else
            PROVE(count > UINT64_MAX / size, "checked_mul() refuses only what does not fit");
    }
}

static void prove_alignment(uint64_t value, uint64_t alignment)
{
    uint64_t up;

    ASSUME(is_power_of_two(alignment));
    PROVE(align_down(value, alignment) <= value && value - align_down(value, alignment) < alignment,
          "align_down() goes down by less than the alignment");
    PROVE((align_down(value, alignment) & (alignment - 1)) == 0, "align_down() aligns");
    if (checked_align_up(value, alignment, &up)) {
        PROVE(up >= value && up - value < alignment, "checked_align_up() goes up by less");
        PROVE((up & (alignment - 1)) == 0, "checked_align_up() aligns");
        PROVE(up == align_up(value, alignment), "align_up() is the same where it fits");
    } else {
        PROVE((wide)value + alignment - 1 > UINT64_MAX, "only what does not fit is refused");
    }
}

static void prove_inside(uint64_t offset, uint64_t length, uint64_t size)
{
    PROVE(fits_inside(offset, length, size) == ((wide)offset + length <= size),
          "fits_inside() is what it says, without wrapping");
}

static void prove_ranges(struct range a, struct range b, uint64_t address)
{
    struct range both = range_intersect(a, b);

    PROVE(range_contains(both, address) ==
              (range_contains(a, address) && range_contains(b, address)),
          "an address is in the intersection if it is in both");
    PROVE(!range_contains(both, address) || range_overlaps(a, b),
          "ranges overlap if an address is in both");
    PROVE(!range_overlaps(a, b) || (range_contains(a, both.start) && range_contains(b, both.start)),
          "and only then");
    PROVE(range_contains(a, address) == (address >= a.start && address - a.start < range_size(a)),
          "sizes");
    if (a.start < a.end && a.end <= UINT64_MAX - PAGE_SIZE + 1) {
        struct range pages = range_to_pages(a);

        PROVE(pages.start <= a.start && pages.end >= a.end, "pages cover the range");
        PROVE(a.start - pages.start < PAGE_SIZE && pages.end - a.end < PAGE_SIZE, "and no more");
    }
}
