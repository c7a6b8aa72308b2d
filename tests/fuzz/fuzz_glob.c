/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer: a pattern, a new line, a text. A slow but plain matcher is the second opinion. */
#include "tests/fuzz/fuzz_text.h"

#include "common/base/glob.h"

#define MAX_LENGTH 64

/* What a pattern without stars, sets and backslashes means, tried everywhere at once. */
static bool match_simply(const char *pattern, const char *text)
{
    bool reached[MAX_LENGTH + 1] = {true}; /* by what of the pattern there was so far */
    size_t length = strlen(text);

    for (; *pattern; pattern++) {
        bool next[MAX_LENGTH + 1] = {false};

        for (size_t i = 0; i <= length; i++) {
            if (*pattern == '*')
                next[i] = reached[i] || (i > 0 && next[i - 1]);
            else if (i > 0)
                next[i] = reached[i - 1] &&
                          (*pattern == '?' || to_lower(*pattern) == to_lower(text[i - 1]));
        }
        memcpy(reached, next, sizeof(reached));
    }
    return reached[length];
}

static bool is_simple(const char *text)
{
    for (; *text; text++) {
        if (*text == '[' || *text == '\\' || *text < 0)
            return false;
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = memchr(data, '\n', size);
    size_t length = end ? (size_t)(end - data) : size;
    char *pattern = copy_string(data, length);
    char *text = end ? copy_string(end + 1, size - length - 1) : copy_string(data, 0);
    bool matches = glob_match(pattern, text);

    if (strlen(text) <= MAX_LENGTH && is_simple(pattern) && is_simple(text))
        require(matches == match_simply(pattern, text));
    free(pattern);
    free(text);
    return 0;
}
