/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/ui/terminal_key.h"

#include <string.h>

/* Feeds the characters after ESC one by one; all of them must be needed. */
static uint32_t decode(const char *sequence)
{
    uint16_t characters[KEY_SEQUENCE_MAX];
    size_t count = 0;
    uint32_t key = KEY_F1;

    while (!key_from_sequence(characters, count, &key)) {
        assert_true(count < strlen(sequence));
        characters[count] = (uint8_t)sequence[count];
        count++;
    }
    if (count < strlen(sequence))
        fail_msg("ESC %s ended after %zu characters", sequence, count);
    return key;
}

static void terminals_keys_are_known(void **state)
{
    static const struct {
        const char *sequence;
        uint32_t key;
    } rows[] = {
        {"[A", KEY_UP},
        {"[B", KEY_DOWN},
        {"[C", KEY_RIGHT},
        {"[D", KEY_LEFT},
        {"OA", KEY_UP},
        {"OD", KEY_LEFT},
        {"[H", KEY_HOME},
        {"[F", KEY_END},
        {"OH", KEY_HOME},
        {"OP", KEY_F1},
        {"OQ", KEY_F2},
        {"[1~", KEY_HOME},
        {"[2~", KEY_INSERT},
        {"[3~", KEY_DELETE},
        {"[4~", KEY_END},
        {"[5~", KEY_PAGE_UP},
        {"[6~", KEY_PAGE_DOWN},
        {"[7~", KEY_HOME},
        {"[8~", KEY_END},
        {"[11~", KEY_F1},
        {"[12~", KEY_F2},
        {"[20~", KEY_OTHER},
        {"[21~", KEY_F10},
        {"[22~", KEY_OTHER},
        {"[29~", KEY_OTHER},
        {"[~", KEY_OTHER},
        {"[1/~", KEY_HOME}, /* other characters mean nothing */
        {"[2:~", KEY_INSERT},
        {"[1;5D", KEY_CTRL | KEY_LEFT},
        {"[1;5C", KEY_CTRL | KEY_RIGHT},
        {"[1;3C", KEY_ALT | KEY_RIGHT},
        {"[1;7D", KEY_ALT | KEY_CTRL | KEY_LEFT},
        {"[1;2A", KEY_UP}, /* with Shift */
        {"[3;5~", KEY_CTRL | KEY_DELETE},
        {"b", KEY_ALT | 'b'},
        {"f", KEY_ALT | 'f'},
        {"\x7f", KEY_ALT | KEY_BACKSPACE},
        {"[Z", KEY_OTHER},
        {"[99~", KEY_OTHER},
        {"[0~", KEY_OTHER},
        {"[9~", KEY_OTHER},
        {"[4294967299~", KEY_OTHER}, /* not 3 */
        {"[?6c", KEY_NONE},          /* a terminal's answer */
        {"[?62;1;2;4c", KEY_NONE},
        {"[24;80R", KEY_NONE},
        {"OR", KEY_OTHER}, /* F3 */
        {"[[C", KEY_OTHER},
        {"[24~", KEY_OTHER}, /* F12 */
        {"[ @", KEY_NONE},
        {"[[A", KEY_F1},
        {"[[B", KEY_F2}, /* not Down */
        {"[[E", KEY_OTHER},
        {"[1[", KEY_NONE},
        {"OZ", KEY_OTHER},
        {"O5D", KEY_LEFT},
        {"O1;5D", KEY_CTRL | KEY_LEFT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *sequence = rows[i].sequence;
        char start[KEY_SEQUENCE_MAX + 1] = "";

        strncpy(start, sequence, KEY_SEQUENCE_MAX); /* more is never read */
        if (decode(start) != rows[i].key)
            fail_msg("ESC %s is taken for another key", sequence);
    }
}

static void sequences_always_end(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20000; seed++) {
        struct random random = random_start(seed);
        uint16_t characters[KEY_SEQUENCE_MAX];
        size_t count = 0;
        uint32_t key;

        while (!key_from_sequence(characters, count, &key)) {
            check(count < KEY_SEQUENCE_MAX);
            characters[count++] = random_chance(&random, 90)
                                      ? (uint16_t) "[O;159AD~"[random_below(&random, 9)]
                                      : (uint16_t)random_next(&random);
        }
    }
}

static void characters_become_keys(void **state)
{
    (void)state;
    assert_int_equal(key_from_character('\r'), KEY_ENTER);
    assert_int_equal(key_from_character('\n'), KEY_ENTER);
    assert_int_equal(key_from_character(8), KEY_BACKSPACE);
    assert_int_equal(key_from_character(0x7f), KEY_BACKSPACE);
    assert_int_equal(key_from_character('\t'), '\t');
    assert_int_equal(key_from_character(1), KEY_CTRL | 'a');
    assert_int_equal(key_from_character(12), KEY_CTRL | 'l');
    assert_int_equal(key_from_character(26), KEY_CTRL | 'z');
    assert_int_equal(key_from_character(27), KEY_ESCAPE);
    assert_int_equal(key_from_character('A'), 'A');
    assert_int_equal(key_from_character(0x20ac), 0x20ac);
    assert_int_equal(key_from_character(0), KEY_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terminals_keys_are_known),
        cmocka_unit_test(sequences_always_end),
        cmocka_unit_test(characters_become_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
