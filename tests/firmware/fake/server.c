/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/server.h"

#include "efi/firmware/proto/http.h"
#include "efi/firmware/proto/ip_config.h"
#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/pool.h"
#include "tests/firmware/fake/run.h"
#include "tests/firmware/fake/text.h"
#include "tests/lib/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEGMENT      16000 /* bytes of a body that come at once */
#define SHORT_PART   30000
#define TRICKLE      8192 /* bytes that come at once, */
#define TRICKLE_WAIT 14   /* after so many seconds */
#define NEVER_DUE    UINT64_MAX
#define LONGEST      1024
#define STATUS_200   3
#define STATUS_206   9
#define STATUS_302   12
#define STATUS_404   21
#define STATUS_416   33
#define FIRST_OCTET  10
#define MOST_HEADERS 8
#define MAC_NODE     37
#define IPV4_NODE    27
#define IPV6_NODE    60
#define DNS_NODE     21

struct child {
    struct http_protocol protocol; /* first, so that it can be cast back */
    EFI_HANDLE handle;
    struct http_token *pending;
    bool is_response, answered, configured, is_ipv6;
    char url[LONGEST];
    char range[64];
    uint64_t at, end; /* of the body, in the file */
    uint64_t start;
};

struct server_ways server_ways;

static struct {
    EFI_HANDLE card;
    unsigned requests;
    unsigned refused; /* requests that Request() has failed */
    int children;
    bool abandoned;            /* a call that gives something back was made to fail */
    bool has_pending;          /* and so was one that ends what is pending */
    bool has_origin;           /* the loader has been booted by HTTP, and IPv4 */
    bool has_gateway, has_dns; /* are set */
} server;

unsigned server_refused(void)
{
    return server.refused;
}

unsigned server_requests(void)
{
    return server.requests;
}

/* ------------------------------------------------------------------------------------------------
 * The address
 */

static EFI_STATUS EFIAPI get_data(struct ip_config_protocol *this, UINT32 type, UINTN *size,
                                  void *data);
static EFI_STATUS EFIAPI set_data(struct ip_config_protocol *this, UINT32 type, UINTN size,
                                  void *data);

/* An address of IPv4 or of IPv6, and how it is got. */
static struct address {
    struct ip_config_protocol protocol; /* first, so that it can be cast back */
    UINT32 policy_type, manual_type, policy, first_policy;
    bool is_manual; /* there is one that was set, and is kept for later boots */
    bool is_denied; /* the firmware has denied that: nobody can know then */
    uint64_t due;
} ipv4 = {{.set_data = set_data, .get_data = get_data},
          IP4_POLICY,
          IP4_MANUAL_ADDRESS,
          IP_POLICY_AUTOMATIC,
          IP_POLICY_AUTOMATIC,
          false,
          false,
          NEVER_DUE},
  ipv6 = {{.set_data = set_data, .get_data = get_data},
          IP6_POLICY,
          IP6_MANUAL_ADDRESS,
          IP_POLICY_MANUAL,
          IP_POLICY_MANUAL,
          false,
          false,
          NEVER_DUE};

static bool is_due(const struct address *address)
{
    if (server_ways.boots_by_ipv6)
        return address == &ipv6;
    return server_ways.has_address || ledger_now() >= address->due;
}

static void set_by_hand(struct address *address)
{
    address->policy = address->first_policy = IP_POLICY_MANUAL;
    address->is_manual = true;
    address->due = ledger_now() + TICKS_PER_SECOND;
}

static void set_first_addresses(void)
{
    if (server_ways.policy_is_manual)
        ipv4.policy = ipv4.first_policy = IP_POLICY_MANUAL;
    if (!server_ways.set_by_hand)
        return;
    set_by_hand(&ipv4);
    set_by_hand(&ipv6);
}

static bool is_changed(const struct address *address)
{
    return !address->is_denied && (address->policy != address->first_policy ||
                                   address->is_manual != server_ways.set_by_hand);
}

static void get_ipv4(UINTN *size, void *data)
{
    struct ip4_interface_info info = {.route_count = 0};

    require(*size >= sizeof(info));
    if (is_due(&ipv4))
        info.address.Addr[0] = FIRST_OCTET;
    memcpy(data, &info, sizeof(info));
    *size = sizeof(info);
}

/* The link's own address is there from the start, if not for an empty place. */
static bool has_link_address(void)
{
    return !server_ways.empty_places || is_due(&ipv6);
}

static void get_ipv6(UINTN *size, void *data)
{
    static struct ip6_address_info elsewhere[] = {{.address.Addr[0] = 0xfd}};
    struct {
        struct ip6_interface_info info;
        struct ip6_address_info addresses[3]; /* the last one listed, and one behind it */
    } *given = data;

    require(*size >= sizeof(*given));
    memset(given, 0, *size);
    if (has_link_address()) {
        given->addresses[0].address.Addr[0] = 0xfe;
        given->addresses[0].address.Addr[1] = 0x80;
    }
    if (is_due(&ipv6))
        given->addresses[1].address.Addr[0] = 0xfd;
    given->info.address_count = is_due(&ipv6) || server_ways.empty_places ? 2 : 1;
    given->addresses[given->info.address_count].address.Addr[0] = 0xfd;
    given->info.addresses = given->addresses;
    if (server_ways.no_list)
        given->info.address_count = UINT32_MAX;
    if (server_ways.long_list)
        given->info.address_count =
            1 + (UINT32)((*size - sizeof(given->info)) / sizeof(given->addresses[0]));
    if (server_ways.list_elsewhere)
        given->info.addresses = elsewhere;
    *size = sizeof(*given);
}

static EFI_STATUS EFIAPI get_data(struct ip_config_protocol *this, UINT32 type, UINTN *size,
                                  void *data)
{
    EFI_STATUS status = ledger_enter(SERVICE_IP4_GET_DATA);
    struct address *address = (struct address *)this;

    if (status == EFI_NOT_FOUND && type == address->manual_type)
        address->is_denied = true;
    if (EFI_ERROR(status))
        return status;
    if (type == address->policy_type) {
        require(*size == sizeof(address->policy));
        memcpy(data, &address->policy, sizeof(address->policy));
        return EFI_SUCCESS;
    }
    if (type == address->manual_type)
        return !address->is_manual ? EFI_NOT_FOUND : is_due(address) ? EFI_SUCCESS : EFI_NOT_READY;
    require(type == 0);
    (address == &ipv6 ? get_ipv6 : get_ipv4)(size, data);
    return EFI_SUCCESS;
}

/* As on EDK2: the same policy changes nothing, and the other one takes all addresses away. */
static EFI_STATUS set_policy(struct address *address, UINT32 policy)
{
    bool asks = policy == IP_POLICY_AUTOMATIC && !server_ways.no_address;

    if (policy == address->policy)
        return EFI_SUCCESS;
    address->policy = policy;
    address->is_manual = false;
    address->due = asks ? ledger_now() + TICKS_PER_SECOND / 8 : NEVER_DUE;
    return EFI_SUCCESS;
}

/* Only what the loader was booted with is set, each under its own number. */
static void check_origin(UINT32 type, UINTN size, const void *data)
{
    static const uint8_t address[] = {10, 0, 2, 15, 255, 255, 255, 0};
    static const uint8_t gateway[] = {10, 0, 2, 2}, dns[] = {10, 0, 2, 3};
    const uint8_t *expected = type == IP4_MANUAL_ADDRESS ? address
                              : type == IP4_GATEWAY      ? gateway
                              : type == IP4_DNS_SERVER   ? dns
                                                         : NULL;

    if (!expected || size != (expected == address ? sizeof(address) : sizeof(gateway)) ||
        memcmp(data, expected, size) != 0)
        run_fail("another address is set than the loader was booted with: type %u", type);
}

static EFI_STATUS EFIAPI set_data(struct ip_config_protocol *this, UINT32 type, UINTN size,
                                  void *data)
{
    EFI_STATUS status = ledger_enter(SERVICE_IP4_SET_DATA);
    struct address *address = (struct address *)this;
    UINT32 policy;

    if (EFI_ERROR(status)) {
        server.abandoned = true;
        return status;
    }
    if (type == address->policy_type) {
        require(size == sizeof(policy));
        memcpy(&policy, data, sizeof(policy));
        return set_policy(address, policy);
    }
    if (address == &ipv6 || address->policy != IP_POLICY_MANUAL)
        run_fail("an address is set though the policy is DHCP");
    check_origin(type, size, data);
    server.has_gateway |= type == IP4_GATEWAY;
    server.has_dns |= type == IP4_DNS_SERVER;
    if (type != IP4_MANUAL_ADDRESS)
        return EFI_SUCCESS;
    address->is_manual = true;
    address->due = ledger_now() + TICKS_PER_SECOND / 8;
    return EFI_NOT_READY;
}

const char *server_find_leak(void)
{
    if (server.abandoned)
        return NULL;
    if (server.children > 0)
        return "a child of the HTTP service binding";
    return is_changed(&ipv4) || is_changed(&ipv6) ? "an address of the network card" : NULL;
}

/* ------------------------------------------------------------------------------------------------
 * HTTP
 */

static EFI_STATUS EFIAPI configure(struct http_protocol *this, struct http_config_data *data)
{
    EFI_STATUS status = ledger_enter(SERVICE_HTTP_CONFIGURE);

    require(data->version == HTTP_VERSION_11);
    require(data->is_ipv6 || data->access_point.ipv4->use_default_address);
    ((struct child *)this)->configured = !EFI_ERROR(status);
    ((struct child *)this)->is_ipv6 = data->is_ipv6;
    return status;
}

static struct child *start_token(struct http_protocol *this, struct http_token *token)
{
    struct child *child = (struct child *)this;

    if (!child->configured || child->pending)
        run_fail("token %p is given to a child that is not ready for it", (void *)token);
    return child;
}

static void copy_header(char *to, size_t size, const struct http_message *message, const char *name)
{
    *to = '\0';
    for (size_t i = 0; i < message->header_count; i++) {
        if (strcmp(message->headers[i].name, name) == 0)
            snprintf(to, size, "%s", message->headers[i].value);
    }
}

static void check_headers(const struct http_message *message)
{
    for (size_t i = 0; i < message->header_count; i++) {
        if (!*message->headers[i].value)
            run_fail("a request has an empty header, %s", message->headers[i].name);
    }
}

/* What every request says, and none says twice. */
static void check_request(const struct child *child, const struct http_message *message)
{
    const char *host = child->url + strlen("http://");
    char value[LONGEST];

    check_headers(message);
    copy_header(value, sizeof(value), message, "Host");
    if (strlen(value) != strcspn(host, "/") || strncmp(host, value, strlen(value)) != 0)
        run_fail("a request for %s names the host \"%s\"", child->url, value);
    copy_header(value, sizeof(value), message, "User-Agent");
    if (strncmp(value, "pvhboot/", strlen("pvhboot/")) != 0)
        run_fail("a request is from \"%s\"", value);
    copy_header(value, sizeof(value), message, "Accept");
    if (strcmp(value, "*/*") != 0)
        run_fail("a request accepts \"%s\"", value);
    copy_header(value, sizeof(value), message, "Range");
    if (message->header_count != (*value ? 4 : 3))
        run_fail("a request has %zu headers", (size_t)message->header_count);
}

/* Servers behind a router, and those that have a name, are reached as the firmware reached them. */
static void check_network(const struct child *child)
{
    if (!server.has_origin || child->is_ipv6 || !run_is_plain())
        return;
    if (server.has_gateway == server_ways.no_gateway)
        run_fail("the gateway is %s", server.has_gateway ? "set" : "missing");
    if (server.has_dns == server_ways.no_dns)
        run_fail("the DNS server is %s", server.has_dns ? "set" : "missing");
}

static bool is_on_link(const struct child *child)
{
    return strncmp(child->url, SERVER_URL_LINK, strlen(SERVER_URL_LINK)) == 0;
}

static bool has_address_for(const struct child *child)
{
    if (!child->is_ipv6)
        return is_due(&ipv4);
    return is_due(&ipv6) || (is_on_link(child) && has_link_address());
}

static void answer(struct child *child);

static EFI_STATUS EFIAPI request(struct http_protocol *this, struct http_token *token)
{
    EFI_STATUS status = ledger_enter(SERVICE_HTTP_REQUEST);
    struct child *child = start_token(this, token);
    const CHAR16 *url = token->message->data.request->url;
    size_t length = 0;

    if (EFI_ERROR(status))
        return status;
    if (EFI_ERROR(server_ways.request_fails)) {
        server.refused++;
        return server_ways.request_fails;
    }
    for (; url[length]; length++) {
        require(length < LONGEST - 1);
        child->url[length] = (char)url[length];
    }
    child->url[length] = '\0';
    if (!has_address_for(child))
        return EFI_NO_MAPPING;
    if (token->message->data.request->method != HTTP_METHOD_GET)
        run_fail("a request is no GET");
    check_request(child, token->message);
    check_network(child);
    copy_header(child->range, sizeof(child->range), token->message, "Range");
    child->pending = token;
    child->is_response = false;
    server.requests++;
    if (server_ways.at_once)
        answer(child);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI response(struct http_protocol *this, struct http_token *token)
{
    EFI_STATUS status = ledger_enter(SERVICE_HTTP_RESPONSE);
    struct child *child = start_token(this, token);

    if (EFI_ERROR(status))
        return status;
    if (!token->message->data.response == !child->answered)
        run_fail("the headers are asked for twice, or not at all");
    if (!child->answered && token->message->body_length != 0)
        run_fail("a body is asked for that there may not be");
    if (child->answered && token->message->body_length > child->end - child->at)
        run_fail("more is asked for than the server sends");
    child->pending = token;
    child->is_response = true;
    if (server_ways.at_once)
        answer(child);
    return EFI_SUCCESS;
}

static void finish(struct child *child, EFI_STATUS status)
{
    struct http_token *token = child->pending;

    child->pending = NULL;
    token->status = status;
    event_signal(token->event);
}

static char *copy_to_pool(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(pool_take(size), text, size);
}

/* As EDK2's HttpUtilities allocates them. */
static void add_header(struct http_message *message, const char *name, const char *value)
{
    size_t i = message->header_count++;

    require(i < MOST_HEADERS);
    message->headers[i] = (struct http_header){copy_to_pool(name), copy_to_pool(value)};
}

static const uint8_t *find_file(const struct child *child, size_t *ret_size)
{
    const char *root = child->is_ipv6 ? SERVER_URL_6 : SERVER_URL;
    char path[LONGEST + 16];

    if (is_on_link(child))
        root = SERVER_URL_LINK;
    else if (child->is_ipv6 == server_ways.boots_by_ipv6 && strstr(child->url, SERVER_URL_NAME))
        root = SERVER_URL_NAME;
    if (strncmp(child->url, root, strlen(root)) != 0)
        return NULL;
    snprintf(path, sizeof(path), SERVER_FILES "\\%s", child->url + strlen(root));
    for (char *at = path; *at; at++)
        *at = *at == '/' ? '\\' : *at;
    return file_bytes(path, ret_size);
}

static void add_file_headers(struct child *child, struct http_message *message, size_t size)
{
    unsigned long long start, last;
    uint64_t said = server_ways.said_size ? server_ways.said_size : size;
    char line[128];

    if (server_ways.grows)
        said = size += server.requests;
    child->at = 0;
    child->end = size;
    message->data.response->status = STATUS_200;
    if (!server_ways.whole_files && sscanf(child->range, "bytes=%llu-%llu", &start, &last) == 2 &&
        start < size) {
        message->data.response->status = STATUS_206;
        child->at = start;
        child->end = last + 1 < size ? last + 1 : size;
        if (server_ways.short_parts && child->end - start > SHORT_PART)
            child->end = start + SHORT_PART;
        snprintf(line, sizeof(line), "bytes %llu-%llu/%llu",
                 start + (server_ways.wrong_range && start > 0), (unsigned long long)child->end - 1,
                 (unsigned long long)said);
        add_header(message, "content-range", line);
    }
    child->start = child->at;
    snprintf(line, sizeof(line), "%llu", (unsigned long long)(child->end - child->at));
    if (server_ways.chunked)
        add_header(message, "Transfer-Encoding", "chunked");
    else if (!server_ways.no_length)
        add_header(message, "Content-Length", line);
}

static EFI_STATUS send_headers(struct child *child, struct http_message *message)
{
    size_t size;

    message->headers = pool_take(MOST_HEADERS * sizeof(*message->headers));
    message->header_count = 0;
    child->answered = true;
    child->at = child->end = 0;
    add_header(message, "Server", "fake");
    if (server_ways.redirect && server.requests <= server_ways.redirections) {
        message->data.response->status = STATUS_302;
        add_header(message, "location", server_ways.redirect);
        return STATUS_HTTP_ERROR;
    }
    if (server_ways.status || !find_file(child, &size)) {
        message->data.response->status = server_ways.status    ? server_ways.status
                                         : server_ways.missing ? server_ways.missing
                                                               : STATUS_404;
        add_header(message, "Content-Length", "0");
        return STATUS_HTTP_ERROR;
    }
    if (size == 0 && *child->range && server_ways.no_empty_ranges) {
        message->data.response->status = STATUS_416;
        add_header(message, "Content-Length", "0");
        return STATUS_HTTP_ERROR;
    }
    add_file_headers(child, message, size);
    return EFI_SUCCESS;
}

static EFI_STATUS send_body(struct child *child, struct http_message *message)
{
    uint64_t count = message->body_length < SEGMENT ? message->body_length : SEGMENT;
    size_t size = 0;
    const uint8_t *bytes = find_file(child, &size);

    if (server_ways.drips) {
        keys_excuse_wait(TICKS_PER_SECOND);
        count = 1;
    }
    if (server_ways.trickles) {
        keys_excuse_wait(TRICKLE_WAIT * TICKS_PER_SECOND);
        count = min_u64(count, TRICKLE);
    }
    if (server_ways.cut_at && server_ways.cuts > 0) {
        if (child->at - child->start >= server_ways.cut_at) {
            server_ways.cuts--;
            return STATUS_CONNECTION_FIN;
        }
        if (count > server_ways.cut_at - (child->at - child->start))
            count = server_ways.cut_at - (child->at - child->start);
    }
    if (server_ways.empty_bodies)
        count = 0;
    require(child->at + count <= size);
    memcpy(message->body, bytes + child->at, count);
    child->at += count;
    message->body_length = server_ways.large_bodies ? message->body_length + 1 : count;
    return EFI_SUCCESS;
}

static void answer(struct child *child)
{
    if (!child->is_response)
        finish(child, EFI_SUCCESS);
    else if (!child->answered)
        finish(child, send_headers(child, child->pending->message));
    else
        finish(child, send_body(child, child->pending->message));
}

static EFI_STATUS EFIAPI poll(struct http_protocol *this)
{
    EFI_STATUS status = ledger_enter(SERVICE_HTTP_POLL);
    struct child *child = (struct child *)this;

    if (EFI_ERROR(status)) {
        keys_excuse_wait(TICKS_PER_SECOND / 10);
        return status;
    }
    if (!child->pending || server_ways.silent || (server_ways.stalls && child->answered)) {
        keys_excuse_wait(TICKS_PER_SECOND / 10);
        return EFI_NOT_READY;
    }
    answer(child);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI cancel(struct http_protocol *this, struct http_token *token)
{
    EFI_STATUS status = ledger_enter(SERVICE_HTTP_CANCEL);
    struct child *child = (struct child *)this;

    server.has_pending |= EFI_ERROR(status);
    if (EFI_ERROR(status))
        return status;
    if (child->pending != token)
        return EFI_NOT_FOUND;
    finish(child, EFI_ABORTED);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI create_child(EFI_SERVICE_BINDING *this, EFI_HANDLE *handle)
{
    static const EFI_GUID guid = HTTP_PROTOCOL_GUID;
    EFI_STATUS status = ledger_enter(SERVICE_CREATE_CHILD);
    struct child *child;

    (void)this;
    if (EFI_ERROR(status))
        return status;
    require(!*handle);
    child = calloc(1, sizeof(*child));
    require(child);
    child->protocol = (struct http_protocol){NULL, configure, request, cancel, response, poll};
    handles_install(handle, &guid, child);
    child->handle = *handle;
    server.children++;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI destroy_child(EFI_SERVICE_BINDING *this, EFI_HANDLE handle)
{
    static const EFI_GUID guid = HTTP_PROTOCOL_GUID;
    EFI_STATUS status = ledger_enter(SERVICE_DESTROY_CHILD);
    const struct child *child = handles_interface(handle, &guid);

    (void)this;
    if (EFI_ERROR(status)) {
        server.abandoned = true;
        return status;
    }
    if (child->pending && !server.has_pending)
        run_fail("a child is destroyed while something is pending");
    handles_remove(handle, &guid);
    server.children--;
    return EFI_SUCCESS;
}

static EFI_SERVICE_BINDING binding = {.CreateChild = create_child, .DestroyChild = destroy_child};

static void install_http(void)
{
    static const EFI_GUID guid = HTTP_SERVICE_BINDING_GUID, ipv4_guid = IP4_CONFIG2_PROTOCOL_GUID,
                          ipv6_guid = IP6_CONFIG_PROTOCOL_GUID;

    handles_install(&server.card, &guid, &binding);
    handles_install(&server.card, &ipv4_guid, &ipv4.protocol);
    handles_install(&server.card, &ipv6_guid, &ipv6.protocol);
}

void server_install(bool connected)
{
    static const EFI_GUID guid = EFI_SIMPLE_NETWORK_PROTOCOL_GUID;
    static EFI_SIMPLE_NETWORK_MODE mode = {.MediaPresentSupported = true};
    static EFI_SIMPLE_NETWORK simple = {.Mode = &mode};

    mode.MediaPresent = !server_ways.no_link;
    set_first_addresses();
    handles_install(&server.card, &guid, &simple);
    if (connected)
        install_http();
}

void server_connect(EFI_HANDLE controller)
{
    if (controller == server.card)
        install_http();
}

void server_install_boot(const char *url)
{
    static const EFI_GUID volume_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    static const EFI_GUID path_guid = DEVICE_PATH_PROTOCOL;
    static const uint8_t mac[MAC_NODE] = {3, 0x0b, MAC_NODE, 0,    0x52,    0x54,
                                          0, 0xab, 0x34,     0x56, [36] = 1};
    static const uint8_t ipv4_node[IPV4_NODE] = {
        3,           0x0c, IPV4_NODE, 0, 10, 0, 2, 15, [19] = 10, 0, 2, 2, /* the gateway */
        [23] = 0xff, 0xff, 0xff};
    static const uint8_t ipv6_node[IPV6_NODE] = {3, 0x0d, IPV6_NODE, 0, 0xfd};
    static const uint8_t end[] = {0x7f, 0xff, 4, 0};
    static uint8_t card[MAC_NODE + sizeof(end)];
    static const uint8_t dns_node[DNS_NODE] = {3, 0x1f, DNS_NODE, 0, 0, 10, 0, 2, 3};
    static uint8_t boot[MAC_NODE + IPV6_NODE + DNS_NODE + LONGEST];
    const uint8_t *network = server_ways.boots_by_ipv6 ? ipv6_node : ipv4_node;
    size_t length = strlen(url);
    uint8_t *uri = boot + MAC_NODE + network[2];

    require(length < LONGEST - 8);
    memcpy(card, mac, sizeof(mac));
    memcpy(card + sizeof(mac), end, sizeof(end));
    memcpy(boot, mac, sizeof(mac));
    memcpy(boot + sizeof(mac), network, network[2]);
    if (server_ways.no_gateway)
        memset(boot + MAC_NODE + 19, 0, 4);
    if (!server_ways.no_dns) {
        memcpy(uri, dns_node, sizeof(dns_node));
        uri += sizeof(dns_node);
    }
    server.has_origin = true;
    memcpy(uri, (const uint8_t[]){3, 0x18}, 2);
    put_number(uri + 2, 2, 4 + length);
    memcpy(uri + 4, url, length);
    memcpy(uri + 4 + length, end, sizeof(end));
    server_install(true);
    handles_install(&server.card, &path_guid, card);
    handles_remove(device_handle, &volume_guid);
    handles_remove(device_handle, &path_guid);
    handles_install(&device_handle, &path_guid, boot);
}
