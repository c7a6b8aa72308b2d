/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer: the counters in a file's name, counted down to the end. */
#include "tests/fuzz/fuzz_text.h"

#include "common/bls/boot_count.h"

#define SUFFIX ".conf"
#define STEPS  20

static void require_same_id(const char *a, const char *b)
{
    size_t length = boot_count_id_length(a, SUFFIX);

    require(boot_count_id_length(b, SUFFIX) == length);
    require(memcmp(a, b, length) == 0);
}

static void require_step(const char *name, const char *next, unsigned taken)
{
    struct boot_count before = boot_count_parse(name, SUFFIX);
    struct boot_count after = boot_count_parse(next, SUFFIX);

    require_same_id(name, next);
    if (!before.counted || before.left == 0) {
        require(strcmp(name, next) == 0);
        return;
    }
    require(after.counted && after.left == before.left - 1);
    require(after.done == before.done + 1 || before.done == INT32_MAX || taken > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    char *copy = copy_string(data, size);
    const char *name = copy;

    require(boot_count_id_length(name, SUFFIX) <= strlen(name));
    require(!boot_count_parse(name, SUFFIX).counted || boot_count_id_length(name, SUFFIX) > 0);
    for (unsigned i = 0; i < STEPS; i++) {
        unsigned taken = i % 4 * (BOOT_COUNT_NAMES / 3);
        const char *next = boot_count_next_name(name, SUFFIX, taken, &arena);

        require(next);
        require_step(name, next, taken);
        name = next;
    }
    free(copy);
    arena_release(&arena);
    return 0;
}
