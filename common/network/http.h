/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a server answers to a request (RFC 9110), as far as a file's transfer needs it. The firmware
 * has split the headers into names and values.
 */
#pragma once

#include "common/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* EFI_HTTP_HEADER; both strings are the server's bytes, NUL-terminated. */
struct http_header {
    char *name, *value;
};

#define HTTP_OK            200
#define HTTP_PARTIAL       206
#define HTTP_FORBIDDEN     403
#define HTTP_NOT_FOUND     404
#define HTTP_GONE          410
#define HTTP_RANGE_INVALID 416

struct http_answer {
    uint32_t status;      /* three digits; 0: unknown */
    bool has_length;      /* Content-Length */
    bool has_range;       /* Content-Range, with the size of the whole */
    bool is_encoded;      /* chunked or compressed: the body is not the file */
    bool is_damaged;      /* a header that cannot be read, or two that contradict each other */
    uint64_t length;      /* of the body, in bytes */
    uint64_t range_start; /* of the file, in bytes */
    uint64_t range_end;   /* exclusive; not above `size` */
    uint64_t size;        /* of the file */
    const char *location; /* points to the header; NULL: none */
};

/* `status` is a number of EFI_HTTP_STATUS_CODE. */
void http_answer_read(uint32_t status, const struct http_header *headers, size_t count,
                      struct http_answer *ret_answer);

/* True for the statuses of redirections that are followed. */
bool http_is_redirection(uint32_t status);

/* Appends "404 Not Found"; the number alone for statuses without a phrase here. */
void http_append_status(struct text *text, uint32_t status);
