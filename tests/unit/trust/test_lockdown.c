/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/trust/lockdown.h"

#include <string.h>

#define LIMIT 2047
#define ADDED "lockdown=integrity"

static struct error error;

static struct {
    struct arena arena;
} test;

static const char *lock(const char *command_line, bool is_signed, size_t limit)
{
    const char *result = NULL;

    error = (struct error){.code = ERROR_NONE};
    return lockdown_add(command_line, is_signed, limit, &test.arena, &result, &error) ? result
                                                                                      : NULL;
}

static int setup(void **state)
{
    (void)state;
    arena_begin_test(&test.arena);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return arena_end_test(&test.arena);
}

static void is_put_in_front(void **state)
{
    (void)state;
    assert_string_equal(lock("", false, LIMIT), ADDED);
    assert_string_equal(lock("x", false, LIMIT), ADDED " x");
    assert_string_equal(lock("quiet", false, LIMIT), ADDED " quiet");
    assert_string_equal(lock("quiet", true, LIMIT), ADDED " quiet");
    assert_string_equal(lock("quiet -- lockdown=none", true, LIMIT),
                        ADDED " quiet -- lockdown=none");
    assert_string_equal(lock(" -- x", true, LIMIT), ADDED "  -- x");
}

/* Only what was signed may choose another level. */
static void a_signed_level_stays(void **state)
{
    static const char *const lines[] = {
        "lockdown=confidentiality", "lockdown=none",
        "quiet lockdown=none",      "\tlockdown= x",
        "a=\"b c\" lockdown=none",  "lockdown=none -- x",
        "--x lockdown=none",        "--=1 lockdown=none",
        "\"lockdown=none\"",        "x\xa0lockdown=none",
        "-x lockdown=none",         "ab lockdown=none",
        "x\rlockdown=none",         "x\nlockdown=none",
        "\"-- \" lockdown=none",    "--\" lockdown=none\"\" \" lockdown=none",
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(lines); i++) {
        assert_ptr_equal(lock(lines[i], true, LIMIT), lines[i]);
        assert_ptr_not_equal(lock(lines[i], false, LIMIT), lines[i]);
        assert_memory_equal(lock(lines[i], false, LIMIT), ADDED " ", strlen(ADDED " "));
    }
}

/* Words that look like it, but are not read as it by Linux. */
static void what_is_no_level_does_not_count(void **state)
{
    static const char *const lines[] = {
        "xlockdown=none",       "lockdown",
        "lockdown none",        "Lockdown=none",
        "a=lockdown=none",      "a=\"x lockdown=none\"",
        "-- lockdown=none",     "x -- y lockdown=none",
        "\"a lockdown=none",    "lock-down=none",
        "\"--\" lockdown=none", "x\xa0--\v\flockdown=none",
        "\"\"lockdown=none",    "a\"\xa0lockdown=none",
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(lines); i++) {
        const char *locked = lock(lines[i], true, LIMIT);

        assert_memory_equal(locked, ADDED " ", strlen(ADDED " "));
        assert_string_equal(locked + strlen(ADDED " "), lines[i]);
    }
}

static void limit(void **state)
{
    char line[40];

    (void)state;
    memset(line, 'a', sizeof(line));
    line[20] = '\0'; /* 20 bytes, and 19 in front */
    assert_non_null(lock(line, false, 39));
    assert_int_equal(strlen(lock(line, false, 39)), 39);
    assert_null(lock(line, false, 38));
    assert_error(&error, ERROR_LOCKDOWN_TOO_LONG, 20, 38);
    /* A level that is cut off is none; one that is read may be followed by what is not. */
    assert_null(lock("quiet lockdown=none", true, 18));
    assert_null(lock("quiet lockdown=none", true, 6));
    assert_non_null(lock("quiet lockdown=none", true, 19));
    assert_non_null(lock("quiet lockdown=none much more", true, 19));
}

static void memory_fails(void **state)
{
    const char *result;

    (void)state;
    error = (struct error){.code = ERROR_NONE};
    arena_fail_after(0);
    assert_false(lockdown_add("quiet", false, LIMIT, &test.arena, &result, &error));
    assert_int_equal(error.code, ERROR_OUT_OF_MEMORY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(is_put_in_front, setup, teardown),
        cmocka_unit_test_setup_teardown(a_signed_level_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_level_does_not_count, setup, teardown),
        cmocka_unit_test_setup_teardown(limit, setup, teardown),
        cmocka_unit_test_setup_teardown(memory_fails, setup, teardown),
    };

    return cmocka_run_group_tests_name("lockdown", tests, NULL, NULL);
}
