/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/page_walk.h"

#define PRESENT       (UINT64_C(1) << 0)
#define WRITABLE      (UINT64_C(1) << 1)
#define WRITE_THROUGH (UINT64_C(1) << 3)
#define CACHE_OFF     (UINT64_C(1) << 4)
#define LARGE         (UINT64_C(1) << 7)
#define LARGE_PAT     (UINT64_C(1) << 12) /* in an entry that is a large page */
#define ADDRESS       UINT64_C(0xfffffffff000)
#define RESERVED      (~UINT64_C(0) << 48)
#define LARGE_SIZE    (UINT64_C(1) << 21)

/* An index has nine bits, those of level 1 begin at bit 12. */
static uint64_t index_of(uint64_t address, int level)
{
    return address >> (12 + 9 * (level - 1)) & 511;
}

bool page_walk_translate(const struct page_walk *walk, uint64_t address, uint64_t *ret_physical)
{
    uint64_t table = walk->root & ADDRESS;

    if (walk->root & (WRITE_THROUGH | CACHE_OFF))
        return false;
    for (int level = walk->levels; level > 0; level--) {
        uint64_t entry = walk->read(walk->context, table + 8 * index_of(address, level));

        if (!(entry & PRESENT) || !(entry & WRITABLE) ||
            entry & (RESERVED | WRITE_THROUGH | CACHE_OFF))
            return false;
        if (level > 1 && entry & LARGE) {
            if (level != 2 || entry & LARGE_PAT || entry & ADDRESS & (LARGE_SIZE - 1))
                return false;
            *ret_physical = (entry & ADDRESS) | (address & (LARGE_SIZE - 1));
            return true;
        }
        table = entry & ADDRESS;
    }
    *ret_physical = table | (address & 0xfff);
    return true;
}
