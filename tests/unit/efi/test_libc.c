/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * efi/arch/libc.c and the memory.c of each architecture, compiled under other names, do what the
 * host's C library does: on random bytes, at all alignments, with overlaps, and beside pages that
 * must not be touched.
 */
#include "tests/lib/support.h"

#include "common/base/units.h"

#include <string.h>
#include <sys/mman.h>

void *loader_memcpy(void *to, const void *from, size_t size);
void *loader_memmove(void *to, const void *from, size_t size);
void *loader_memset(void *to, int value, size_t size);
int loader_memcmp(const void *a, const void *b, size_t size);
size_t loader_strlen(const char *text);
size_t loader_strnlen(const char *text, size_t limit);
int loader_strncmp(const char *a, const char *b, size_t limit);
int loader_strcmp(const char *a, const char *b);
char *loader_strchr(const char *text, int character);
char *loader_strstr(const char *text, const char *wanted);

void *ia32_memcpy(void *to, const void *from, size_t size);
void *ia32_memset(void *to, int value, size_t size);

typedef void *copy_function(void *to, const void *from, size_t size);
typedef void *fill_function(void *to, int value, size_t size);

#define ROOM  512 /* bytes that a test works on */
#define LINES 70  /* all alignments and tails of eight bytes, and some */

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static void fill(struct random *random, uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)random_next(random);
}

/* `size` bytes that end where a page begins that cannot be touched. */
static uint8_t *before_the_end(size_t size)
{
    static uint8_t *pages;

    if (!pages) {
        pages =
            mmap(NULL, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        assert_true(pages != MAP_FAILED);
        assert_int_equal(mprotect(pages + PAGE_SIZE, PAGE_SIZE, PROT_NONE), 0);
    }
    return pages + PAGE_SIZE - size;
}

static void check_copies(copy_function *copy)
{
    struct random random = random_start(1);
    uint8_t from[ROOM], to[ROOM], wanted[ROOM];

    for (size_t target = 0; target < 8; target++) {
        for (size_t source = 0; source < 8; source++) {
            for (size_t size = 0; size < LINES; size++) {
                fill(&random, from, ROOM);
                fill(&random, to, ROOM);
                memcpy(wanted, to, ROOM);
                memcpy(wanted + 8 + target, from + 8 + source, size);
                assert_ptr_equal(copy(to + 8 + target, from + 8 + source, size), to + 8 + target);
                assert_memory_equal(to, wanted, ROOM);
            }
        }
    }
}

static void copies_at_all_alignments(void **state)
{
    (void)state;
    check_copies(loader_memcpy);
    check_copies(ia32_memcpy);
}

/* By so many bytes forwards and backwards, or not at all. */
static void moves_with_overlaps(void **state)
{
    struct random random = random_start(2);
    uint8_t bytes[ROOM], wanted[ROOM];

    (void)state;
    for (size_t source = 96; source < 104; source++) {
        for (size_t target = 0; target < 200; target++) {
            size_t size = random_below(&random, 200);

            fill(&random, bytes, ROOM);
            memcpy(wanted, bytes, ROOM);
            memmove(wanted + target, wanted + source, size);
            assert_ptr_equal(loader_memmove(bytes + target, bytes + source, size), bytes + target);
            assert_memory_equal(bytes, wanted, ROOM);
        }
    }
}

static void check_fills(fill_function *set)
{
    static const int values[] = {0, 1, 0x7f, 0x80, 0xff, 0x1a5, -1, -128};
    struct random random = random_start(3);
    uint8_t bytes[ROOM], wanted[ROOM];

    for (size_t i = 0; i < ELEMENTS(values); i++) {
        for (size_t start = 0; start < 8; start++) {
            for (size_t size = 0; size < LINES; size++) {
                fill(&random, bytes, ROOM);
                memcpy(wanted, bytes, ROOM);
                memset(wanted + 8 + start, values[i], size);
                assert_ptr_equal(set(bytes + 8 + start, values[i], size), bytes + 8 + start);
                assert_memory_equal(bytes, wanted, ROOM);
            }
        }
    }
}

static void fills_at_all_alignments(void **state)
{
    (void)state;
    check_fills(loader_memset);
    check_fills(ia32_memset);
}

static void large_blocks(void **state)
{
    static uint8_t from[MIB + 13], to[MIB + 13];
    struct random random = random_start(4);

    (void)state;
    fill(&random, from, sizeof(from));
    loader_memcpy(to + 3, from + 2, sizeof(from) - 5);
    assert_memory_equal(to + 3, from + 2, sizeof(from) - 5);
    loader_memmove(from + 1, from, sizeof(from) - 1);
    assert_memory_equal(from + 4, to + 4, sizeof(from) - 6);
    loader_memset(to + 1, 0x5a, sizeof(to) - 2);
    for (size_t i = 1; i < sizeof(to) - 1; i++)
        assert_int_equal(to[i], 0x5a);
    assert_int_equal(to[0] | to[sizeof(to) - 1], 0);
}

/* Few different bytes, so that much is equal; those above 127 are larger than all others. */
static void make_text(struct random *random, char *text, size_t size)
{
    static const char letters[] = {'a', 'b', '\x7f', '\x80', '\xff'};

    for (size_t i = 0; i + 1 < size; i++)
        text[i] = letters[random_below(random, random_chance(random, 70) ? 1 : ELEMENTS(letters))];
    text[size - 1] = '\0';
}

static void compares(void **state)
{
    struct random random = random_start(5);
    char a[24], b[24];

    (void)state;
    for (int round = 0; round < 20000; round++) {
        size_t a_size = 1 + random_below(&random, sizeof(a));
        size_t b_size = 1 + random_below(&random, sizeof(b));
        size_t limit = random_below(&random, 30);
        size_t size = a_size < b_size ? a_size : b_size;

        make_text(&random, a, a_size);
        make_text(&random, b, b_size);
        assert_int_equal(sign(loader_memcmp(a, b, size)), sign(memcmp(a, b, size)));
        assert_int_equal(sign(loader_strcmp(a, b)), sign(strcmp(a, b)));
        assert_int_equal(sign(loader_strncmp(a, b, limit)), sign(strncmp(a, b, limit)));
    }
    assert_int_equal(loader_memcmp("a\0b", "a\0c", 3) < 0, true);
    assert_int_equal(loader_strncmp("a", "b", 0), 0);
    assert_int_equal(loader_strncmp("ab", "ac", SIZE_MAX) < 0, true);
}

static void finds(void **state)
{
    static const int characters[] = {'a', 'b', 'z', 0x80, 0xff, -1, 'a' + 256, 0, 256};
    struct random random = random_start(6);
    char text[24];

    (void)state;
    for (int round = 0; round < 5000; round++) {
        size_t size = 1 + random_below(&random, sizeof(text));

        make_text(&random, text, size);
        assert_int_equal(loader_strlen(text), size - 1);
        for (size_t limit = 0; limit < 30; limit++)
            assert_int_equal(loader_strnlen(text, limit), strnlen(text, limit));
        for (size_t i = 0; i < ELEMENTS(characters); i++)
            assert_ptr_equal(loader_strchr(text, characters[i]), strchr(text, characters[i]));
        for (size_t length = 0; length < 4; length++) {
            char wanted[4];

            make_text(&random, wanted, length + 1);
            assert_ptr_equal(loader_strstr(text, wanted), strstr(text, wanted));
        }
        assert_ptr_equal(loader_strstr(text, text + size / 2), strstr(text, text + size / 2));
    }
}

/* No byte beyond what they are for is read or written: it may be a device's, or nobody's. */
static void keeps_to_its_bytes(void **state)
{
    uint8_t bytes[LINES] = {0};

    (void)state;
    for (size_t size = 1; size < LINES; size++) {
        uint8_t *end = before_the_end(size);

        loader_memset(end, 'a', size);
        ia32_memset(end, 'a', size);
        ia32_memcpy(end, bytes, size);
        ia32_memcpy(bytes, end, size);
        loader_memcpy(end, bytes, size);
        loader_memcpy(bytes, end, size);
        loader_memmove(end, bytes, size);
        loader_memmove(bytes, end, size);
        loader_memset(end, 'a', size);
        assert_int_equal(loader_strnlen((const char *)end, size), size);
        assert_int_equal(loader_strncmp((const char *)end, (const char *)end, size), 0);
        assert_int_equal(loader_memcmp(end, end, size), 0);
        end[size - 1] = '\0';
        assert_int_equal(loader_strlen((const char *)end), size - 1);
        assert_int_equal(loader_strcmp((const char *)end, (const char *)end), 0);
        assert_ptr_equal(loader_strchr((const char *)end, 'b'), NULL);
        assert_ptr_equal(loader_strstr((const char *)end, "ab"), NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_at_all_alignments),
        cmocka_unit_test(moves_with_overlaps),
        cmocka_unit_test(fills_at_all_alignments),
        cmocka_unit_test(large_blocks),
        cmocka_unit_test(compares),
        cmocka_unit_test(finds),
        cmocka_unit_test(keeps_to_its_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
