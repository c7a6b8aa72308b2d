/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/network/http_transfer.h"

#include "common/base/overflow.h"
#include "common/base/units.h"
#include "efi/firmware/clock.h"
#include "efi/network/network.h"

#include <string.h>

/* A server that sends less than that in this time never ends. */
#define WINDOW_SECONDS 30
#define WINDOW_BYTES   (16 * KIB)

#define STATUS_PENDING EFIERR(UINT16_MAX) /* no status of the firmware's */

#define HOST_SIZE   300 /* 253 characters are the longest name of the DNS */
#define RANGE_SIZE  64
#define MAX_HEADERS 4

struct request_headers {
    struct http_header headers[MAX_HEADERS];
    char host[HOST_SIZE];
    char range[RANGE_SIZE];
};

static void fill_headers(const struct url *url, uint64_t start, uint64_t end,
                         struct request_headers *headers)
{
    static char names[][sizeof("User-Agent")] = {"Host", "User-Agent", "Accept", "Range"};
    static char agent[] = "pvhboot/" PVHBOOT_VERSION;
    static char anything[] = "*/*";
    struct text host = text_empty(headers->host, sizeof(headers->host));
    struct text range = text_empty(headers->range, sizeof(headers->range));

    text_format(&host, "%.*s", (int)(url->path - url->host), url->text + url->host);
    if (end > start)
        text_format(&range, "bytes=%llu-%llu", (unsigned long long)start,
                    (unsigned long long)end - 1);
    headers->headers[0] = (struct http_header){names[0], headers->host};
    headers->headers[1] = (struct http_header){names[1], agent};
    headers->headers[2] = (struct http_header){names[2], anything};
    headers->headers[3] = (struct http_header){names[3], headers->range};
}

/* Waits for the token, whose status the firmware sets; nothing is pending afterwards. */
static EFI_STATUS wait(struct http_transfer *transfer)
{
    uint64_t start = clock_now();

    while (transfer->token.status == STATUS_PENDING) {
        if (clock_now() - start > HTTP_WAIT_SECONDS * clock_second()) {
            (void)transfer->http->cancel(transfer->http, &transfer->token);
            return EFI_TIMEOUT;
        }
        (void)transfer->http->poll(transfer->http); /* its failure shows in the token */
    }
    return transfer->token.status;
}

static EFI_STATUS configure(struct http_transfer *transfer, bool is_ipv6)
{
    struct http_ipv4_access_point ipv4 = {.use_default_address = true};
    struct http_ipv6_access_point ipv6 = {.port = 0};
    struct http_config_data config = {.version = HTTP_VERSION_11, .is_ipv6 = is_ipv6};

    if (is_ipv6)
        config.access_point.ipv6 = &ipv6;
    else
        config.access_point.ipv4 = &ipv4;
    return transfer->http->configure(transfer->http, &config);
}

/* A child of its own for each transfer: servers may close connections, and so may we. */
static EFI_STATUS create(struct http_transfer *transfer, const struct url *url)
{
    EFI_GUID guid = HTTP_PROTOCOL_GUID;
    EFI_SERVICE_BINDING *binding = network_http_binding(url);
    EFI_STATUS status;

    *transfer = (struct http_transfer){.binding = binding};
    status = binding->CreateChild(binding, &transfer->child);
    if (EFI_ERROR(status)) {
        transfer->child = NULL;
        return status;
    }
    status = BS->HandleProtocol(transfer->child, &guid, (void **)&transfer->http);
    if (!EFI_ERROR(status))
        status = BS->CreateEvent(0, 0, NULL, NULL, &transfer->event);
    if (EFI_ERROR(status)) {
        transfer->event = NULL;
        return status;
    }
    return configure(transfer, network_uses_ipv6(url));
}

static EFI_STATUS send(struct http_transfer *transfer, const struct url *url, uint64_t start,
                       uint64_t end)
{
    struct http_request_data request = {.method = HTTP_METHOD_GET, .url = transfer->url};
    struct request_headers headers;
    EFI_STATUS status;

    for (size_t i = 0; i <= url->length; i++) /* ASCII */
        transfer->url[i] = (uint8_t)url->text[i];
    fill_headers(url, start, end, &headers);
    transfer->message = (struct http_message){
        .data.request = &request,
        .header_count = end > start ? MAX_HEADERS : MAX_HEADERS - 1,
        .headers = headers.headers,
    };
    transfer->token = (struct http_token){transfer->event, STATUS_PENDING, &transfer->message};
    status = transfer->http->request(transfer->http, &transfer->token);
    return EFI_ERROR(status) ? status : wait(transfer);
}

/* As EDK2 allocates them: the array, and each string in it. */
static void free_headers(struct http_message *message)
{
    for (UINTN i = 0; message->headers && i < message->header_count; i++) {
        (void)BS->FreePool(message->headers[i].name);
        (void)BS->FreePool(message->headers[i].value);
    }
    if (message->headers)
        (void)BS->FreePool(message->headers);
}

static void read_headers(struct http_transfer *transfer, uint32_t number)
{
    struct text location = text_empty(transfer->location, sizeof(transfer->location));
    struct http_message *message = &transfer->message;

    http_answer_read(number, message->headers, message->headers ? message->header_count : 0,
                     &transfer->answer);
    if (transfer->answer.location) {
        text_append(&location, transfer->answer.location);
        transfer->answer.location = location.data;
    }
    free_headers(message);
}

/*
 * Asks for the headers alone: EDK2 never ends a request for the body of an answer that has none.
 * Statuses of errors come with EFI_HTTP_ERROR. After other failures, EDK2 leaves a pointer to
 * headers that it has freed.
 */
static EFI_STATUS receive_headers(struct http_transfer *transfer)
{
    struct http_response_data response = {.status = 0};
    EFI_STATUS status;

    transfer->message = (struct http_message){.data.response = &response};
    transfer->token.status = STATUS_PENDING;
    status = transfer->http->response(transfer->http, &transfer->token);
    if (!EFI_ERROR(status))
        status = wait(transfer);
    if (EFI_ERROR(status) && status != STATUS_HTTP_ERROR)
        return status;
    read_headers(transfer, response.status);
    return transfer->answer.status != 0 ? EFI_SUCCESS : EFI_PROTOCOL_ERROR;
}

EFI_STATUS http_transfer_start(struct http_transfer *transfer, const struct url *url,
                               uint64_t start, uint64_t end)
{
    EFI_STATUS status = create(transfer, url);

    if (!EFI_ERROR(status))
        status = send(transfer, url, start, end);
    if (!EFI_ERROR(status))
        status = receive_headers(transfer);
    transfer->window_start = clock_now();
    return status;
}

/* Whether a server sends, but so little that it is not worth waiting for. */
static bool is_too_slow(struct http_transfer *transfer, uint64_t count)
{
    uint64_t now = clock_now();

    transfer->window_bytes += count;
    if (transfer->window_bytes >= WINDOW_BYTES) {
        transfer->window_bytes = 0;
        transfer->window_start = now;
    }
    return now - transfer->window_start > WINDOW_SECONDS * clock_second();
}

EFI_STATUS http_transfer_read(struct http_transfer *transfer, void *buffer, uint64_t size,
                              uint64_t *ret_count)
{
    EFI_STATUS status;

    transfer->message = (struct http_message){.body_length = (UINTN)size, .body = buffer};
    transfer->token.status = STATUS_PENDING;
    status = transfer->http->response(transfer->http, &transfer->token);
    if (!EFI_ERROR(status))
        status = wait(transfer);
    if (EFI_ERROR(status))
        return status;
    *ret_count = transfer->message.body_length;
    if (*ret_count == 0 || *ret_count > size)
        return EFI_END_OF_FILE;
    return is_too_slow(transfer, *ret_count) ? EFI_TIMEOUT : EFI_SUCCESS;
}

void http_transfer_end(struct http_transfer *transfer)
{
    if (transfer->child)
        (void)transfer->binding->DestroyChild(transfer->binding, transfer->child);
    if (transfer->event)
        (void)BS->CloseEvent(transfer->event);
    transfer->binding = NULL;
    transfer->child = NULL;
    transfer->event = NULL;
}
