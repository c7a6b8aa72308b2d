/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/base/utf.h"
#include "common/ui/columns.h"
#include "common/ui/line_editor.h"

#include <string.h>

#define KANJI  "\xe6\x97\xa5" /* U+65E5, two columns */
#define UMLAUT "\xc3\xa4"     /* U+00E4 */

static struct arena arena;

static struct line_editor editor_of(const char *text)
{
    struct line_editor editor = {.arena = &arena};

    assert_true(line_editor_set(&editor, text));
    return editor;
}

static int release(void **state)
{
    (void)state;
    arena_fail_after(NEVER);
    arena_release(&arena);
    return 0;
}

/* `expected` has a | at the cursor. */
static void assert_line(const struct line_editor *editor, const char *expected)
{
    TEXT_ON_STACK(line, 256);

    text_format(&line, "%.*s|%s", (int)editor->cursor, editor->text, editor->text + editor->cursor);
    assert_string_equal(line.data, expected);
    assert_int_equal(strlen(editor->text), editor->length);
}

static void typing_goes_in_front_of_the_cursor(void **state)
{
    struct line_editor editor = editor_of("quiet");

    (void)state;
    assert_line(&editor, "quiet|");
    assert_true(line_editor_insert(&editor, ' '));
    line_editor_move(&editor, LINE_START);
    assert_true(line_editor_insert(&editor, 'x'));
    assert_true(line_editor_insert(&editor, 0xe4));
    assert_true(line_editor_insert(&editor, 0x65e5));
    assert_line(&editor, "x" UMLAUT KANJI "|quiet ");
}

static void the_cursor_moves_by_characters_and_words(void **state)
{
    struct line_editor editor = editor_of("root=/dev/vda  " UMLAUT KANJI " quiet ");
    static const struct {
        enum line_motion motion;
        const char *expected;
    } steps[] = {
        {LINE_RIGHT, "root=/dev/vda  " UMLAUT KANJI " quiet |"},
        {LINE_WORD_LEFT, "root=/dev/vda  " UMLAUT KANJI " |quiet "},
        {LINE_LEFT, "root=/dev/vda  " UMLAUT KANJI "| quiet "},
        {LINE_LEFT, "root=/dev/vda  " UMLAUT "|" KANJI " quiet "},
        {LINE_WORD_LEFT, "root=/dev/vda  |" UMLAUT KANJI " quiet "},
        {LINE_WORD_LEFT, "|root=/dev/vda  " UMLAUT KANJI " quiet "},
        {LINE_WORD_LEFT, "|root=/dev/vda  " UMLAUT KANJI " quiet "},
        {LINE_LEFT, "|root=/dev/vda  " UMLAUT KANJI " quiet "},
        {LINE_WORD_RIGHT, "root=/dev/vda|  " UMLAUT KANJI " quiet "},
        {LINE_WORD_RIGHT, "root=/dev/vda  " UMLAUT KANJI "| quiet "},
        {LINE_RIGHT, "root=/dev/vda  " UMLAUT KANJI " |quiet "},
        {LINE_END, "root=/dev/vda  " UMLAUT KANJI " quiet |"},
        {LINE_WORD_RIGHT, "root=/dev/vda  " UMLAUT KANJI " quiet |"},
        {LINE_START, "|root=/dev/vda  " UMLAUT KANJI " quiet "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        line_editor_move(&editor, steps[i].motion);
        assert_line(&editor, steps[i].expected);
    }
}

static void what_is_passed_over_is_deleted(void **state)
{
    struct line_editor editor = editor_of("one two three four");

    (void)state;
    line_editor_delete(&editor, LINE_WORD_LEFT);
    assert_line(&editor, "one two three |");
    line_editor_delete(&editor, LINE_LEFT);
    line_editor_move(&editor, LINE_WORD_LEFT);
    line_editor_delete(&editor, LINE_RIGHT);
    assert_line(&editor, "one two |hree");
    line_editor_delete(&editor, LINE_WORD_RIGHT);
    assert_line(&editor, "one two |");
    line_editor_delete(&editor, LINE_RIGHT);
    assert_line(&editor, "one two |");
    line_editor_move(&editor, LINE_WORD_LEFT);
    line_editor_delete(&editor, LINE_START);
    assert_line(&editor, "|two ");
    line_editor_delete(&editor, LINE_LEFT);
    line_editor_move(&editor, LINE_RIGHT);
    line_editor_delete(&editor, LINE_END);
    assert_line(&editor, "t|");
}

static void the_delete_key_deletes_backwards_at_the_end_only(void **state)
{
    struct line_editor editor = editor_of("abcdef");

    (void)state;
    line_editor_delete_key(&editor); /* Backspace on some terminals */
    line_editor_delete_key(&editor);
    assert_line(&editor, "abcd|");
    line_editor_move(&editor, LINE_LEFT);
    line_editor_move(&editor, LINE_LEFT);
    line_editor_delete_key(&editor);
    line_editor_delete_key(&editor);
    line_editor_delete_key(&editor); /* held down too long: deletes nothing */
    line_editor_delete_key(&editor);
    assert_line(&editor, "ab|");
    assert_true(line_editor_insert(&editor, 'x'));
    line_editor_delete_key(&editor);
    assert_line(&editor, "ab|");
    line_editor_move(&editor, LINE_START);
    line_editor_delete_key(&editor);
    line_editor_delete_key(&editor);
    assert_line(&editor, "|");
    assert_true(line_editor_set(&editor, "cdef")); /* another line */
    line_editor_delete_key(&editor);
    assert_line(&editor, "cde|");
    line_editor_move(&editor, LINE_LEFT);
    line_editor_delete_key(&editor);
    line_editor_move(&editor, LINE_END); /* another key since */
    line_editor_delete_key(&editor);
    assert_line(&editor, "c|");
    assert_true(line_editor_set(&editor, "gh"));
    line_editor_move(&editor, LINE_LEFT);
    line_editor_delete_key(&editor);
    line_editor_delete(&editor, LINE_WORD_RIGHT);
    line_editor_delete_key(&editor);
    assert_line(&editor, "|");
}

static void malformed_bytes_stay_as_they_are(void **state)
{
    struct line_editor editor = editor_of("a\xff\x80" KANJI "\xe6\x97");

    (void)state;
    line_editor_move(&editor, LINE_START);
    for (size_t i = 0; i < 5; i++)
        line_editor_move(&editor, LINE_RIGHT);
    assert_line(&editor, "a\xff\x80" KANJI "\xe6\x97|");
    for (size_t i = 0; i < 2; i++)
        line_editor_move(&editor, LINE_LEFT);
    assert_line(&editor, "a\xff\x80|" KANJI "\xe6\x97");
}

static void memory_that_is_short_changes_nothing(void **state)
{
    struct line_editor editor = editor_of("text");
    size_t room = editor.capacity - editor.length - 1;
    char *big = test_calloc(1, 5000);

    (void)state;
    arena_fail_after(0);
    while (room--)
        assert_true(line_editor_insert(&editor, 'x'));
    assert_false(line_editor_insert(&editor, 'y'));
    assert_int_equal(editor.length, editor.capacity - 1);
    assert_null(strchr(editor.text, 'y'));
    memset(big, 'b', 4999);
    assert_false(line_editor_set(&editor, big));
    assert_int_equal(editor.text[0], 't');
    arena_fail_after(NEVER);
    assert_true(line_editor_insert(&editor, 'y'));
    assert_true(line_editor_set(&editor, big));
    assert_string_equal(editor.text, big);
    test_free(big);
}

/* Not a copy of the line for each character that is typed. */
static void long_lines_take_little_memory(void **state)
{
    struct line_editor editor = editor_of("");
    size_t pieces = arena_pieces();

    (void)state;
    for (size_t i = 0; i < 5000; i++)
        assert_true(line_editor_insert(&editor, 'x'));
    assert_true(arena_pieces() - pieces < 10);
}

static void long_lines_scroll(void **state)
{
    struct line_editor editor = editor_of("0123456789abcdefghijklmnopqrstuvwxyz");

    (void)state;
    assert_int_equal(line_editor_scroll(&editor, 20),
                     15); /* the end of the line, with room to type */
    assert_int_equal(editor.first, 21);
    line_editor_move(&editor, LINE_START);
    assert_int_equal(line_editor_scroll(&editor, 20), 0);
    assert_int_equal(editor.first, 0);
    for (size_t i = 1; i < 20; i++) {
        line_editor_move(&editor, LINE_RIGHT);
        assert_int_equal(line_editor_scroll(&editor, 20), i);
    }
    line_editor_move(&editor, LINE_RIGHT);
    assert_int_equal(line_editor_scroll(&editor, 20), 15);
    assert_int_equal(editor.first, 5);
    for (size_t i = 0; i < 15; i++)
        line_editor_move(&editor, LINE_LEFT);
    assert_int_equal(line_editor_scroll(&editor, 20), 5);
    assert_int_equal(editor.first, 0);
    line_editor_delete(&editor, LINE_END);
    assert_int_equal(line_editor_scroll(&editor, 20), 5);
    assert_true(line_editor_set(&editor, "0123456789abcdefghijklmnopqrstuvwxyz"));
    (void)line_editor_scroll(&editor, 20);
    assert_true(line_editor_set(&editor, "0123456789abcdefghijklm"));
    assert_int_equal(editor.first, 0);
}

static void lines_that_fit_do_not_scroll(void **state)
{
    struct line_editor editor = editor_of("0123456789abcdefghij");

    (void)state;
    (void)line_editor_scroll(&editor, 20);
    assert_true(editor.first > 0); /* the cursor needs a column too */
    line_editor_delete(&editor, LINE_LEFT);
    assert_int_equal(line_editor_scroll(&editor, 20), 19);
    assert_int_equal(editor.first, 0);
}

static void take_random_step(struct line_editor *editor, struct random *random)
{
    static const uint32_t typed[] = {'a', 'b', ' ', 0xe4, 0x65e5, 0x301};

    switch (random_below(random, 6)) {
    case 0:
        line_editor_move(editor, (enum line_motion)random_below(random, LINE_END + 1));
        break;
    case 1:
        if (random_chance(random, 20))
            line_editor_delete(editor, (enum line_motion)random_below(random, LINE_END + 1));
        break;
    case 2:
        line_editor_delete_key(editor);
        break;
    default:
        check(line_editor_insert(editor, typed[random_below(random, 6)]));
        break;
    }
}

/* No step leaves half a character, and the cursor is always visible. */
static void random_steps_keep_the_line_whole(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 300; seed++) {
        struct random random = random_start(seed);
        struct line_editor editor = editor_of("");
        size_t columns = 4 + random_below(&random, 30);

        for (int step = 0; step < 100; step++) {
            size_t column;

            take_random_step(&editor, &random);
            column = line_editor_scroll(&editor, columns);
            check(column < columns);
            check(editor.first <= editor.cursor && editor.cursor <= editor.length);
            check(column ==
                  columns_of_text(editor.text + editor.first, editor.cursor - editor.first));
            check(editor.text[editor.length] == '\0');
            for (const char *next = editor.text; *next;)
                check(utf8_next(&next) != 0xfffd);
            check((editor.text[editor.cursor] & 0xc0) != 0x80);
            check((editor.text[editor.first] & 0xc0) != 0x80);
        }
        (void)release(NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(typing_goes_in_front_of_the_cursor, release),
        cmocka_unit_test_teardown(the_cursor_moves_by_characters_and_words, release),
        cmocka_unit_test_teardown(what_is_passed_over_is_deleted, release),
        cmocka_unit_test_teardown(the_delete_key_deletes_backwards_at_the_end_only, release),
        cmocka_unit_test_teardown(malformed_bytes_stay_as_they_are, release),
        cmocka_unit_test_teardown(memory_that_is_short_changes_nothing, release),
        cmocka_unit_test_teardown(long_lines_take_little_memory, release),
        cmocka_unit_test_teardown(long_lines_scroll, release),
        cmocka_unit_test_teardown(lines_that_fit_do_not_scroll, release),
        cmocka_unit_test_teardown(random_steps_keep_the_line_whole, release),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
