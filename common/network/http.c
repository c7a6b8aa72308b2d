/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/network/http.h"

#include "common/base/overflow.h"
#include "common/base/units.h"

#include <string.h>

/* EFI_HTTP_STATUS_CODE (UEFI 2.10, section 29.6.2) in its order; 0 where it has no meaning. */
static const uint16_t statuses[] = {
    0,   100, 101, 200, 201, 202, 203, 204, 205, 206, 300, 301, 302, 303, 304,
    305, 307, 400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412,
    413, 414, 415, 416, 417, 500, 501, 502, 503, 504, 505, 308, 429,
};

/* RFC 9110, section 15: what servers of files answer. */
static const struct {
    uint16_t status;
    const char *phrase;
} phrases[] = {
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {410, "Gone"},
    {416, "Range Not Satisfiable"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
};

bool http_is_redirection(uint32_t status)
{
    return (status >= 301 && status <= 303) || status == 307 || status == 308;
}

void http_append_status(struct text *text, uint32_t status)
{
    text_format(text, "%u", status);
    for (size_t i = 0; i < ELEMENTS(phrases); i++) {
        if (phrases[i].status == status)
            text_format(text, " %s", phrases[i].phrase);
    }
}

static const char *skip_blanks(const char *text)
{
    while (*text == ' ' || *text == '\t')
        text++;
    return text;
}

static bool is_end(const char *text)
{
    return *skip_blanks(text) == '\0';
}

/* Digits only: no sign, no blanks, nothing that wraps. */
static bool take_number(const char **text, uint64_t *ret_number)
{
    uint64_t number = 0;

    if (!is_digit(**text))
        return false;
    for (; is_digit(**text); ++*text) {
        if (!checked_mul(number, 10, &number) ||
            !checked_add(number, (uint64_t)(**text - '0'), &number))
            return false;
    }
    *ret_number = number;
    return true;
}

static bool read_length(const char *value, struct http_answer *answer)
{
    uint64_t length;

    if (!take_number(&value, &length) || !is_end(value))
        return false;
    if (answer->has_length && answer->length != length)
        return false;
    answer->has_length = true;
    answer->length = length;
    return true;
}

static bool take_word(const char **text, const char *word)
{
    for (; *word; word++, ++*text) {
        if (to_lower(**text) != *word)
            return false;
    }
    return true;
}

/* "bytes 0-99/1234". One without the size, "bytes 0-99/" and a star, is as good as none. */
static bool read_range(const char *value, struct http_answer *answer)
{
    uint64_t last;

    if (!take_word(&value, "bytes") || (*value != ' ' && *value != '\t'))
        return false;
    value = skip_blanks(value);
    if (*value == '*') /* with 416: the size alone, which nobody needs */
        return true;
    if (!take_number(&value, &answer->range_start) || *value++ != '-' ||
        !take_number(&value, &last) || *value++ != '/')
        return false;
    if (*value == '*')
        return is_end(value + 1);
    if (!take_number(&value, &answer->size) || !is_end(value))
        return false;
    answer->has_range = !answer->has_range;
    answer->range_end = last + 1;
    return answer->has_range && answer->range_start <= last && last < answer->size;
}

static bool is_identity(const char *value)
{
    return take_word(&value, "identity") && is_end(value);
}

static bool read_header(const char *name, const char *value, struct http_answer *answer)
{
    value = skip_blanks(value);
    if (text_equals_ignoring_case(name, "Content-Length"))
        return read_length(value, answer);
    if (text_equals_ignoring_case(name, "Content-Range"))
        return read_range(value, answer);
    if (text_equals_ignoring_case(name, "Transfer-Encoding") ||
        text_equals_ignoring_case(name, "Content-Encoding"))
        answer->is_encoded |= !is_identity(value);
    if (text_equals_ignoring_case(name, "Location"))
        answer->location = value;
    return true;
}

void http_answer_read(uint32_t status, const struct http_header *headers, size_t count,
                      struct http_answer *ret_answer)
{
    *ret_answer =
        (struct http_answer){.status = status < ELEMENTS(statuses) ? statuses[status] : 0};
    for (size_t i = 0; i < count; i++) {
        if (headers[i].name && headers[i].value &&
            !read_header(headers[i].name, headers[i].value, ret_answer))
            ret_answer->is_damaged = true;
    }
}
