/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/base/version.h"

#include "common/base/sort.h"
#include "common/base/text.h"

#include <string.h>

static bool is_letter(char character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

static const char *skip_separators(const char *text)
{
    while (*text && !is_digit(*text) && !is_letter(*text) && !strchr("-.~^", *text))
        text++;
    return text;
}

static size_t count_while(const char *text, bool (*matches)(char))
{
    size_t count = 0;

    while (matches(text[count]))
        count++;
    return count;
}

/* Compares the numbers at the start of both, of any length; a missing number counts as 0. */
static int compare_numbers(const char **a, const char **b)
{
    size_t a_length, b_length;
    int result;

    while (**a == '0')
        ++*a;
    while (**b == '0')
        ++*b;
    a_length = count_while(*a, is_digit);
    b_length = count_while(*b, is_digit);
    result = COMPARE(a_length, b_length);
    if (result == 0)
        result = memcmp(*a, *b, a_length);
    *a += a_length;
    *b += b_length;
    return result;
}

static int compare_letters(const char **a, const char **b)
{
    size_t a_length = count_while(*a, is_letter);
    size_t b_length = count_while(*b, is_letter);
    int result = memcmp(*a, *b, a_length < b_length ? a_length : b_length);

    *a += a_length;
    *b += b_length;
    return result ? result : COMPARE(a_length, b_length);
}

/*
 * If only one of the two has the separator `mark` here, that one is older. Returns true when `mark`
 * decided, or was skipped in both; *ret_result is 0 in the second case.
 */
static bool compare_mark(const char **a, const char **b, char mark, int *ret_result)
{
    if (**a != mark && **b != mark)
        return false;
    *ret_result = COMPARE(**a != mark, **b != mark);
    if (*ret_result == 0) {
        ++*a;
        ++*b;
    }
    return true;
}

/* Compares the next part of both; false when either has ended, with the final result. */
static bool compare_part(const char **a, const char **b, int *ret_result)
{
    *a = skip_separators(*a);
    *b = skip_separators(*b);
    *ret_result = 0;
    if (compare_mark(a, b, '~', ret_result))
        return true;
    if (!**a || !**b) {
        *ret_result = COMPARE(**a != '\0', **b != '\0');
        return false;
    }
    if (compare_mark(a, b, '-', ret_result) || compare_mark(a, b, '^', ret_result) ||
        compare_mark(a, b, '.', ret_result))
        return true;
    *ret_result = is_digit(**a) || is_digit(**b) ? compare_numbers(a, b) : compare_letters(a, b);
    return true;
}

/*
 * The length of what both have in common at their start, without an unfinished number or word: it
 * makes no difference, and names of entries have most of their length in common.
 */
static size_t count_common(const char *a, const char *b)
{
    size_t count = 0;

    while (a[count] && a[count] == b[count])
        count++;
    while (count > 0 && (is_digit(a[count - 1]) || is_letter(a[count - 1])))
        count--;
    return count;
}

int version_compare(const char *a, const char *b)
{
    const size_t common = count_common(a, b);
    int result;

    a += common;
    b += common;
    while (compare_part(&a, &b, &result) && result == 0)
        continue;
    return result;
}
