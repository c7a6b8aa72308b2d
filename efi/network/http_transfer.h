/* SPDX-License-Identifier: BSD-2-Clause */
/* One request for a file on a server, and its answer (EFI_HTTP_PROTOCOL). */
#pragma once

#include "efi/efi.h"

#include "common/network/http.h"
#include "common/network/url.h"
#include "efi/firmware/proto/http.h"

#define HTTP_WAIT_SECONDS 15 /* until something arrives */

/* All zero: none goes on. It must not be moved while one does. */
struct http_transfer {
    EFI_SERVICE_BINDING *binding; /* NULL: none goes on */
    EFI_HANDLE child;
    struct http_protocol *http;
    EFI_EVENT event;
    struct http_token token;
    struct http_message message;
    struct http_answer answer; /* `location` is in the buffer below */
    char location[URL_SIZE];
    CHAR16 url[URL_SIZE];
    uint64_t window_start; /* clock_now() */
    uint64_t window_bytes; /* that have arrived since */
};

/*
 * Asks for the bytes [start, end) of a file, or for all of it if they are none, and waits for the
 * headers of the answer, which are then in transfer->answer. The network must have been started.
 * Call http_transfer_end() on failure too.
 *
 * EFI_TIMEOUT when the server does not answer; EFI_NOT_FOUND for https when the firmware has no
 * certificates; EFI_ACCESS_DENIED when it does not allow http; others are the firmware's.
 */
EFI_STATUS http_transfer_start(struct http_transfer *transfer, const struct url *url,
                               uint64_t start, uint64_t end);

/*
 * Waits for more of the body; *ret_count is from 1 to `size`, which must not be above what is left
 * of the body. EFI_TIMEOUT when nothing arrives, or too little to ever end.
 */
EFI_STATUS http_transfer_read(struct http_transfer *transfer, void *buffer, uint64_t size,
                              uint64_t *ret_count);

static inline bool http_transfer_goes_on(const struct http_transfer *transfer)
{
    return transfer->binding != NULL;
}

/* Ends it, whether all has been read or not. Does nothing if none goes on. */
void http_transfer_end(struct http_transfer *transfer);
