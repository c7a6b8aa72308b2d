/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EFI_HTTP_PROTOCOL and its service binding (UEFI 2.10, section 29.6). Its headers are struct
 * http_header of common/network/http.h, and its statuses are numbered as that file says.
 */
#pragma once

#include "efi/efi.h"

#include "common/network/http.h"

#include <assert.h>

#define HTTP_SERVICE_BINDING_GUID                                                                  \
    {                                                                                              \
        0xbdc8e6af, 0xd9bc, 0x4379,                                                                \
        {                                                                                          \
            0xa7, 0x2a, 0xe0, 0xc4, 0xe7, 0x5d, 0xae, 0x1c                                         \
        }                                                                                          \
    }

#define HTTP_PROTOCOL_GUID                                                                         \
    {                                                                                              \
        0x7a59b29b, 0x910b, 0x4171,                                                                \
        {                                                                                          \
            0x82, 0x42, 0xa8, 0x5a, 0x0d, 0xf2, 0x5b, 0x5b                                         \
        }                                                                                          \
    }

#define HTTP_VERSION_11 1
#define HTTP_METHOD_GET 0

/* Completion codes of UEFI 2.10, appendix D, that GNU-EFI lacks. */
#define STATUS_HTTP_ERROR         EFIERR(35)
#define STATUS_CONNECTION_FIN     EFIERR(104)
#define STATUS_CONNECTION_RESET   EFIERR(105)
#define STATUS_CONNECTION_REFUSED EFIERR(106)

struct http_ipv4_access_point {
    BOOLEAN use_default_address;
    EFI_IPv4_ADDRESS address, mask;
    UINT16 port;
};

struct http_ipv6_access_point {
    EFI_IPv6_ADDRESS address; /* all zero: the firmware chooses */
    UINT16 port;
};

struct http_config_data {
    UINT32 version;
    UINT32 timeout; /* of connecting, in milliseconds; 0: the firmware's own */
    BOOLEAN is_ipv6;
    union {
        struct http_ipv4_access_point *ipv4;
        struct http_ipv6_access_point *ipv6;
    } access_point;
};

struct http_request_data {
    UINT32 method;
    CHAR16 *url;
};

struct http_response_data {
    UINT32 status;
};

struct http_message {
    union {
        struct http_request_data *request;
        struct http_response_data *response; /* NULL: more of the body */
    } data;
    UINTN header_count;
    struct http_header *headers; /* of a response: to be freed with FreePool() */
    UINTN body_length;           /* bytes; of a response: room before, bytes received after */
    void *body;
};

struct http_token {
    EFI_EVENT event;
    EFI_STATUS status;
    struct http_message *message;
};

struct http_protocol {
    void *get_mode_data;
    EFI_STATUS(EFIAPI *configure)
    (struct http_protocol *this, struct http_config_data *config);
    EFI_STATUS(EFIAPI *request)(struct http_protocol *this, struct http_token *token);
    EFI_STATUS(EFIAPI *cancel)(struct http_protocol *this, struct http_token *token);
    EFI_STATUS(EFIAPI *response)(struct http_protocol *this, struct http_token *token);
    EFI_STATUS(EFIAPI *poll)(struct http_protocol *this);
};

static_assert(sizeof(struct http_ipv4_access_point) == 12, "UEFI");
static_assert(sizeof(struct http_ipv6_access_point) == 18, "UEFI");
static_assert(sizeof(struct http_config_data) == (sizeof(void *) == 8 ? 24 : 16), "UEFI");
static_assert(sizeof(struct http_message) == 5 * sizeof(void *), "UEFI");
static_assert(sizeof(struct http_protocol) == 6 * sizeof(void *), "UEFI");
