/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/network/http_file.h"

#include "common/base/overflow.h"
#include "common/base/text.h"
#include "common/base/units.h"
#include "efi/firmware/clock.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/pages.h"
#include "efi/network/http_transfer.h"
#include "efi/network/network.h"

#include <string.h>

/*
 * A file's first request is for so many bytes, which are kept: small files and the headers of a
 * kernel take no other.
 */
#define HEAD_SIZE (64 * KIB)

/* Bytes in between that are read rather than left out by another request, which takes longer. */
#define GAP_SIZE (256 * KIB)

#define MAX_REDIRECTIONS 5
#define MAX_FAILURES     10               /* of a file's transfers */
#define TIMEOUT_WEIGHT   4                /* failures, since each takes so long */
#define MAX_UNANSWERED   2                /* requests, one after the other */
#define RETRY_DELAY      UINT64_C(200000) /* microseconds */

#define WORDS_SIZE 64

/* One request at a time goes on for a file; what follows in it is read without another one. */
struct http_file {
    struct http_file *next; /* of those that are open */
    struct arena arena;     /* that this is in */
    struct url url;         /* where the last redirection led */
    struct http_transfer transfer;
    uint64_t size;     /* of the file */
    uint64_t position; /* in the file, of what the transfer brings next */
    uint64_t end;      /* of what it brings */
    unsigned failures;
    bool gives_parts; /* the server knows ranges */
    uint8_t *head;
    uint64_t head_size;
};

static struct http_file *open_files;

/* What the last error names: it is printed when the file has been closed. */
static struct {
    char url[URL_SIZE];
    char words[WORDS_SIZE];
} last;

static bool fail_by_firmware(const struct http_file *file, EFI_STATUS status, enum error_code code,
                             struct error *error)
{
    struct text url = text_empty(last.url, sizeof(last.url));

    text_append(&url, file->url.text);
    return error_set_efi_for(error, last.url, status, code, file->position, file->size);
}

static bool fail(const struct http_file *file, enum error_code code, struct error *error)
{
    return fail_by_firmware(file, EFI_SUCCESS, code, error);
}

/* The network's own error is about the machine: the URL tells what it was wanted for. */
static bool fail_by_network(const struct http_file *file, struct error *error)
{
    struct text url = text_empty(last.url, sizeof(last.url));

    text_append(&url, file->url.text);
    return error_name(error, last.url);
}

static bool fail_by_status(const struct http_file *file, struct error *error)
{
    struct text words = text_empty(last.words, sizeof(last.words));

    http_append_status(&words, file->transfer.answer.status);
    error->reason = last.words;
    return fail(file, ERROR_HTTP_STATUS, error);
}

/* ------------------------------------------------------------------------------------------------
 * Requests
 */

/* Whether the next try may succeed. */
static bool is_passing(EFI_STATUS status)
{
    switch (status) {
    case EFI_NOT_FOUND: /* no certificates, or no such name */
    case EFI_ACCESS_DENIED:
    case EFI_INVALID_PARAMETER:
    case EFI_UNSUPPORTED:
    case EFI_OUT_OF_RESOURCES:
    case EFI_SECURITY_VIOLATION:
    case STATUS_CONNECTION_REFUSED:
        return false;
    default:
        return true;
    }
}

static bool has_address(const struct url *url)
{
    uint8_t ignored[4];

    return url_host_is_ipv6(url) || url_host_ipv4(url, ignored);
}

static enum error_code explain_silence(const struct url *url, EFI_STATUS status)
{
    if (!url->secure)
        return status == EFI_ACCESS_DENIED ? ERROR_HTTP_FORBIDDEN : ERROR_HTTP_NO_ANSWER;
    if (status != EFI_NOT_FOUND)
        return ERROR_HTTPS_NO_ANSWER;
    return has_address(url) ? ERROR_HTTPS_NO_CERTIFICATES : ERROR_HTTPS_NOT_FOUND;
}

static bool send_request(struct http_file *file, uint64_t start, uint64_t end, struct error *error)
{
    if (!network_start(&file->url, error))
        return fail_by_network(file, error);
    for (unsigned i = 1;; i++) {
        EFI_STATUS status = http_transfer_start(&file->transfer, &file->url, start, end);

        if (!EFI_ERROR(status))
            return true;
        http_transfer_end(&file->transfer);
        if (i == MAX_UNANSWERED || !is_passing(status))
            return fail_by_firmware(file, status, explain_silence(&file->url, status), error);
        clock_wait(RETRY_DELAY);
    }
}

/* Ends the transfer, which names another URL. One that could be read by others is not taken. */
static bool follow(struct http_file *file, struct error *error)
{
    struct url next;

    if (!file->transfer.answer.location)
        return fail_by_status(file, error);
    error->reason = url_resolve(&file->url, file->transfer.answer.location, &next);
    if (error->reason)
        return fail(file, ERROR_HTTP_REDIRECTION, error);
    if (file->url.secure && !next.secure)
        return fail(file, ERROR_HTTP_INSECURE, error);
    http_transfer_end(&file->transfer);
    file->url = next;
    return true;
}

/* Asks for the bytes [start, end), or for all, until a server answers that is the last one. */
static bool request(struct http_file *file, uint64_t start, uint64_t end, struct error *error)
{
    for (unsigned i = 0;; i++) {
        if (!send_request(file, start, end, error))
            return false;
        if (!http_is_redirection(file->transfer.answer.status))
            return true;
        if (i == MAX_REDIRECTIONS)
            return fail(file, ERROR_HTTP_REDIRECTIONS, error);
        if (!follow(file, error))
            return false;
    }
}

/*
 * Learns from an answer what the transfer brings: `ret_size` is the size of the file. A body that
 * is not the file's own bytes is refused, and so is one whose length only its end would tell.
 */
static bool read_answer(struct http_file *file, uint64_t start, uint64_t *ret_size,
                        struct error *error)
{
    const struct http_answer *answer = &file->transfer.answer;
    uint64_t length = answer->has_range ? answer->range_end - answer->range_start : answer->length;

    if (answer->status != HTTP_OK && answer->status != HTTP_PARTIAL)
        return fail_by_status(file, error);
    if (answer->is_encoded || (answer->status == HTTP_OK && !answer->has_length))
        return fail(file, ERROR_HTTP_ENCODED, error);
    if (answer->is_damaged || answer->has_range != (answer->status == HTTP_PARTIAL) ||
        (answer->has_length && answer->length != length))
        return fail(file, ERROR_HTTP_ANSWER, error);
    file->gives_parts = answer->has_range;
    file->position = answer->has_range ? answer->range_start : 0;
    file->end = file->position + length;
    *ret_size = answer->has_range ? answer->size : length;
    if (answer->has_range && file->position != start)
        return fail(file, ERROR_HTTP_ANSWER, error);
    return true;
}

/* Asks for what is at `offset` and behind it. The file must still be the same. */
static bool restart(struct http_file *file, uint64_t offset, struct error *error)
{
    uint64_t start = file->gives_parts ? offset : 0;
    uint64_t size;

    http_transfer_end(&file->transfer);
    if (!request(file, start, file->gives_parts ? file->size : 0, error) ||
        !read_answer(file, start, &size, error))
        return false;
    return size == file->size || fail(file, ERROR_HTTP_CHANGED, error);
}

/* ------------------------------------------------------------------------------------------------
 * Reading
 */

/* After a failure, which is forgiven some times, true; no transfer goes on then. */
static bool take(struct http_file *file, void *buffer, uint64_t size, uint64_t *ret_count,
                 struct error *error)
{
    EFI_STATUS status;

    *ret_count = 0;
    size = min_u64(size, file->end - file->position);
    status = http_transfer_read(&file->transfer, buffer, size, ret_count);
    if (!EFI_ERROR(status))
        file->position += *ret_count;
    else
        *ret_count = 0;
    if (EFI_ERROR(status) || file->position == file->end)
        http_transfer_end(&file->transfer);
    if (!EFI_ERROR(status))
        return true;
    file->failures += status == EFI_TIMEOUT ? TIMEOUT_WEIGHT : 1;
    if (file->failures >= MAX_FAILURES)
        return fail_by_firmware(file, status, ERROR_HTTP_CUT_OFF, error);
    clock_wait(RETRY_DELAY);
    return true;
}

/* True when what comes next is at `offset`, or leads there at less cost than another request. */
static bool leads_to(const struct http_file *file, uint64_t offset)
{
    return http_transfer_goes_on(&file->transfer) && file->position <= offset &&
           (!file->gives_parts || offset - file->position <= GAP_SIZE) && offset < file->end;
}

/* Takes some bytes at `offset`. What is in front of them goes to the same buffer first. */
static bool take_at(struct http_file *file, uint64_t offset, void *buffer, uint64_t size,
                    uint64_t *ret_count, struct error *error)
{
    do {
        bool skips;

        if (!leads_to(file, offset) && !restart(file, offset, error))
            return false;
        skips = file->position < offset;
        if (!take(file, buffer, skips ? min_u64(size, offset - file->position) : size, ret_count,
                  error))
            return false;
        if (skips)
            *ret_count = 0;
    } while (*ret_count == 0);
    return true;
}

static bool read_head(struct http_file *file, struct error *error)
{
    uint64_t size = min_u64(file->size, HEAD_SIZE);
    uint64_t count;

    file->head = arena_alloc_bulk(&file->arena, max_u64(size, 1));
    if (!file->head)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    for (; file->head_size < size; file->head_size += count) {
        if (!take_at(file, file->head_size, file->head + file->head_size, size - file->head_size,
                     &count, error))
            return false;
    }
    return true;
}

bool http_file_read(struct volume_file *opened, uint64_t offset, void *buffer, uint64_t size,
                    uint64_t *ret_count, struct error *error)
{
    struct http_file *file = opened->handle;

    if (offset >= file->head_size)
        return take_at(file, offset, buffer, size, ret_count, error);
    *ret_count = min_u64(size, file->head_size - offset);
    memcpy(buffer, file->head + offset, *ret_count);
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Opening
 */

/* Servers that do not tell whether a file exists, such as S3's, forbid what is not there. */
static bool is_missing(uint32_t status)
{
    return status == HTTP_NOT_FOUND || status == HTTP_GONE || status == HTTP_FORBIDDEN;
}

/* A range of an empty file is an error to some servers. */
static bool open_url(struct http_file *file, struct volume_file *opened, struct error *error)
{
    uint32_t status;

    if (!request(file, 0, HEAD_SIZE, error))
        return false;
    status = file->transfer.answer.status;
    opened->is_missing = is_missing(status);
    if (status == HTTP_RANGE_INVALID) {
        http_transfer_end(&file->transfer);
        if (!request(file, 0, 0, error))
            return false;
    }
    if (!read_answer(file, 0, &file->size, error))
        return false;
    if (file->size == 0) /* nothing is waited for */
        http_transfer_end(&file->transfer);
    return read_head(file, error);
}

static void release(struct http_file *file)
{
    struct arena arena = file->arena;

    http_transfer_end(&file->transfer);
    arena_release(&arena);
}

bool http_file_open(const struct url *url, struct volume_file *opened, struct error *error)
{
    struct arena arena;
    struct http_file *file;

    pages_init_arena(&arena);
    file = arena_alloc(&arena, 1, sizeof(*file));
    if (!file)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    file->arena = arena;
    file->url = *url;
    if (!open_url(file, opened, error)) {
        release(file);
        return false;
    }
    file->next = open_files;
    open_files = file;
    opened->handle = file;
    opened->size = file->size;
    return true;
}

void http_file_close(struct volume_file *opened)
{
    struct http_file **link = &open_files;

    while (*link != opened->handle)
        link = &(*link)->next;
    *link = (*link)->next;
    release(opened->handle);
    opened->handle = NULL;
}

void http_files_stop(void)
{
    for (struct http_file *file = open_files; file; file = file->next)
        http_transfer_end(&file->transfer);
}
