/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/handles.h"

#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/pool.h"
#include "tests/firmware/fake/run.h"
#include "tests/firmware/fake/text.h"
#include "tests/lib/support.h"

#include <stdlib.h>
#include <string.h>

#define MOST_PROTOCOLS 128

/* UEFI 2.10, section 10.3. */
#define NODE_HARDWARE     1
#define NODE_MEMORY_SPACE 3
#define NODE_MEDIA        4
#define NODE_FILE         4
#define NODE_END          0x7f
#define NODE_END_ALL      0xff

struct handle {
    char name; /* unused: each handle needs an address */
};

struct protocol {
    EFI_HANDLE handle; /* NULL for a free entry */
    EFI_GUID guid;
    void *interface;
    unsigned opens;  /* by the loader, exclusively */
    bool by_loader;  /* installed by it */
    bool unreturned; /* the loader's attempt to uninstall it failed */
};

EFI_HANDLE image_handle, device_handle, console_handle;
EFI_LOADED_IMAGE fake_loaded_image;

static struct protocol protocols[MOST_PROTOCOLS];

static bool same_guid(const EFI_GUID *a, const EFI_GUID *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static struct protocol *find(EFI_HANDLE handle, const EFI_GUID *guid)
{
    for (size_t i = 0; i < MOST_PROTOCOLS; i++) {
        if (protocols[i].handle && protocols[i].handle == handle &&
            same_guid(&protocols[i].guid, guid))
            return &protocols[i];
    }
    return NULL;
}

static bool is_handle(EFI_HANDLE handle)
{
    for (size_t i = 0; i < MOST_PROTOCOLS; i++) {
        if (handle && protocols[i].handle == handle)
            return true;
    }
    return false;
}

static void check_handle(const char *what, EFI_HANDLE handle)
{
    if (!is_handle(handle))
        run_fail("%s is called with %p, which is no handle", what, handle);
}

static struct protocol *add(EFI_HANDLE *handle, const EFI_GUID *guid, void *interface)
{
    struct protocol *protocol = protocols;

    while (protocol < protocols + MOST_PROTOCOLS && protocol->handle)
        protocol++;
    require(protocol < protocols + MOST_PROTOCOLS);
    if (!*handle)
        *handle = malloc(sizeof(struct handle));
    require(*handle);
    *protocol = (struct protocol){.handle = *handle, .guid = *guid, .interface = interface};
    return protocol;
}

void handles_install(EFI_HANDLE *handle, const EFI_GUID *guid, void *interface)
{
    (void)add(handle, guid, interface);
}

void *handles_interface(EFI_HANDLE handle, const EFI_GUID *guid)
{
    const struct protocol *protocol = find(handle, guid);

    return protocol ? protocol->interface : NULL;
}

void handles_remove(EFI_HANDLE handle, const EFI_GUID *guid)
{
    struct protocol *protocol = find(handle, guid);

    require(protocol);
    protocol->handle = NULL;
}

const char *handles_find_leak(void)
{
    for (size_t i = 0; i < MOST_PROTOCOLS; i++) {
        if (!protocols[i].handle || protocols[i].unreturned)
            continue;
        if (protocols[i].by_loader)
            return "a protocol that the loader has installed";
        if (protocols[i].opens > 0)
            return "a protocol that the loader has opened";
    }
    return NULL;
}

/* ------------------------------------------------------------------------------------------------
 * Finding protocols
 */

static EFI_STATUS EFIAPI handle_protocol(EFI_HANDLE handle, EFI_GUID *guid, void **interface)
{
    EFI_STATUS status = ledger_enter(SERVICE_HANDLE_PROTOCOL);
    struct protocol *protocol;

    check_handle("HandleProtocol", handle);
    if (EFI_ERROR(status))
        return status;
    protocol = find(handle, guid);
    *interface = protocol ? protocol->interface : NULL;
    return protocol ? EFI_SUCCESS : EFI_UNSUPPORTED;
}

static bool is_lasting(UINT32 attributes)
{
    return attributes & (EFI_OPEN_PROTOCOL_BY_DRIVER | EFI_OPEN_PROTOCOL_EXCLUSIVE |
                         EFI_OPEN_PROTOCOL_BY_CHILD_CONTROLLER);
}

static EFI_STATUS EFIAPI open_protocol(EFI_HANDLE handle, EFI_GUID *guid, void **interface,
                                       EFI_HANDLE agent, EFI_HANDLE controller, UINT32 attributes)
{
    EFI_STATUS status = ledger_enter(SERVICE_OPEN_PROTOCOL);
    struct protocol *protocol;

    (void)controller;
    check_handle("OpenProtocol", handle);
    check_handle("OpenProtocol", agent);
    if (EFI_ERROR(status))
        return status;
    protocol = find(handle, guid);
    if (interface && attributes != EFI_OPEN_PROTOCOL_TEST_PROTOCOL)
        *interface = protocol ? protocol->interface : NULL;
    if (!protocol)
        return EFI_UNSUPPORTED;
    protocol->opens += is_lasting(attributes);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI close_protocol(EFI_HANDLE handle, EFI_GUID *guid, EFI_HANDLE agent,
                                        EFI_HANDLE controller)
{
    EFI_STATUS status = ledger_enter(SERVICE_CLOSE_PROTOCOL);
    struct protocol *protocol = find(handle, guid);

    (void)agent;
    (void)controller;
    if (!protocol)
        run_fail("CloseProtocol is called for a protocol that the handle does not have");
    if (EFI_ERROR(status)) {
        protocol->unreturned = true;
        return status;
    }
    protocol->opens -= protocol->opens > 0;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI locate_protocol(EFI_GUID *guid, void *registration, void **interface)
{
    EFI_STATUS status = ledger_enter(SERVICE_LOCATE_PROTOCOL);

    if (registration)
        run_fail("LocateProtocol is called with a registration");
    *interface = NULL;
    if (EFI_ERROR(status))
        return status;
    for (size_t i = 0; i < MOST_PROTOCOLS; i++) {
        if (protocols[i].handle && same_guid(&protocols[i].guid, guid)) {
            *interface = protocols[i].interface;
            return EFI_SUCCESS;
        }
    }
    return EFI_NOT_FOUND;
}

static bool is_listed(EFI_HANDLE handle, EFI_HANDLE *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] == handle)
            return true;
    }
    return false;
}

static size_t list_handles(EFI_LOCATE_SEARCH_TYPE how, const EFI_GUID *guid,
                           EFI_HANDLE list[MOST_PROTOCOLS])
{
    size_t count = 0;

    if (how != ByProtocol && how != AllHandles)
        run_fail("handles are looked for by a notification");
    for (size_t i = 0; i < MOST_PROTOCOLS; i++) {
        EFI_HANDLE handle = protocols[i].handle;

        if (!handle || (how == ByProtocol && !same_guid(&protocols[i].guid, guid)))
            continue;
        if (how == AllHandles && is_listed(handle, list, count))
            continue;
        list[count++] = handle;
    }
    return count;
}

/* The common part of the two services below. `list` has room for MOST_PROTOCOLS. */
static EFI_STATUS find_handles(enum service service, EFI_LOCATE_SEARCH_TYPE how,
                               const EFI_GUID *guid, EFI_HANDLE *list, UINTN *ret_count)
{
    EFI_STATUS status = ledger_enter(service);

    if (EFI_ERROR(status))
        return status;
    *ret_count = list_handles(how, guid, list);
    return *ret_count == 0 ? EFI_NOT_FOUND : EFI_SUCCESS;
}

static void check_key(const void *key)
{
    if (key)
        run_fail("handles are looked for by a registration");
}

static EFI_STATUS EFIAPI locate_handle(EFI_LOCATE_SEARCH_TYPE how, EFI_GUID *guid, void *key,
                                       UINTN *size, EFI_HANDLE *buffer)
{
    EFI_HANDLE list[MOST_PROTOCOLS];
    UINTN count;
    EFI_STATUS status = find_handles(SERVICE_LOCATE_HANDLE, how, guid, list, &count);

    check_key(key);
    if (EFI_ERROR(status))
        return status;
    status = *size < count * sizeof(*list) ? EFI_BUFFER_TOO_SMALL : EFI_SUCCESS;
    *size = count * sizeof(*list);
    if (!EFI_ERROR(status))
        memcpy(buffer, list, *size);
    return status;
}

static EFI_STATUS EFIAPI locate_handle_buffer(EFI_LOCATE_SEARCH_TYPE how, EFI_GUID *guid, void *key,
                                              UINTN *ret_count, EFI_HANDLE **ret_buffer)
{
    EFI_HANDLE list[MOST_PROTOCOLS];
    UINTN count = MOST_PROTOCOLS; /* left there by a call that is made to fail */
    EFI_STATUS status = find_handles(SERVICE_LOCATE_HANDLE_BUFFER, how, guid, list, &count);

    check_key(key);
    if (count == 0) {
        *ret_count = 0;
        *ret_buffer = NULL;
    }
    if (EFI_ERROR(status))
        return status;
    *ret_count = count;
    *ret_buffer = pool_take(count * sizeof(*list));
    memcpy(*ret_buffer, list, count * sizeof(*list));
    return EFI_SUCCESS;
}

/* ------------------------------------------------------------------------------------------------
 * Device paths
 */

static size_t node_size(const EFI_DEVICE_PATH *node)
{
    return (size_t)(node->Length[0] | node->Length[1] << 8);
}

static bool is_end(const EFI_DEVICE_PATH *node)
{
    return node->Type == NODE_END && node->SubType == NODE_END_ALL;
}

static uint8_t *put_node(uint8_t *at, uint8_t type, uint8_t subtype, const void *data, size_t size)
{
    EFI_DEVICE_PATH node = {type, subtype, {(uint8_t)(size + 4), (uint8_t)((size + 4) >> 8)}};

    memcpy(at, &node, sizeof(node));
    if (size > 0)
        memcpy(at + sizeof(node), data, size);
    return at + sizeof(node) + size;
}

static uint8_t *put_file_node(uint8_t *end, const char *file)
{
    CHAR16 *wide = widen(file);

    end = put_node(end, NODE_MEDIA, NODE_FILE, wide, 2 * (strlen(file) + 1));
    free(wide);
    return end;
}

EFI_DEVICE_PATH *make_split_path(const char *file, const char *rest)
{
    static const uint8_t window[20] = {EfiBootServicesData};
    uint8_t *path = malloc(64 + 2 * (file ? strlen(file) + 1 : 0) + 2 * strlen(rest));
    uint8_t *end = path;

    require(path);
    end = put_node(end, NODE_HARDWARE, NODE_MEMORY_SPACE, window, sizeof(window));
    if (file)
        end = put_file_node(end, file);
    if (*rest)
        end = put_file_node(end, rest);
    put_node(end, NODE_END, NODE_END_ALL, NULL, 0);
    return (EFI_DEVICE_PATH *)path;
}

EFI_DEVICE_PATH *make_device_path(const char *file)
{
    return make_split_path(file, "");
}

/* How many bytes of `path` the whole of `prefix` matches; 0 for no match. */
static size_t match_path(const uint8_t *path, const uint8_t *prefix)
{
    size_t offset = 0;

    for (;;) {
        const EFI_DEVICE_PATH *node = (const void *)(prefix + offset);
        size_t size = node_size(node);

        if (is_end(node))
            return offset;
        if (size < 4 || memcmp(path + offset, prefix + offset, sizeof(*node)) != 0 ||
            memcmp(path + offset, prefix + offset, size) != 0)
            return 0;
        offset += size;
    }
}

static EFI_STATUS EFIAPI locate_device_path(EFI_GUID *guid, EFI_DEVICE_PATH **path,
                                            EFI_HANDLE *ret_handle)
{
    static const EFI_GUID path_guid = DEVICE_PATH_PROTOCOL;
    EFI_STATUS status = ledger_enter(SERVICE_LOCATE_DEVICE_PATH);
    size_t longest = 0;

    if (EFI_ERROR(status))
        return status;
    for (size_t i = 0; i < MOST_PROTOCOLS; i++) {
        const struct protocol *protocol = &protocols[i];
        size_t length;

        if (!protocol->handle || !same_guid(&protocol->guid, &path_guid) ||
            !find(protocol->handle, guid))
            continue;
        length = match_path((const uint8_t *)*path, protocol->interface);
        if (length > longest) {
            longest = length;
            *ret_handle = protocol->handle;
        }
    }
    if (longest == 0)
        return EFI_NOT_FOUND;
    *path = (EFI_DEVICE_PATH *)((uint8_t *)*path + longest);
    return EFI_SUCCESS;
}

/* ------------------------------------------------------------------------------------------------
 * Protocols that the loader installs
 */

static EFI_STATUS install(EFI_HANDLE *handle, const EFI_GUID *guid, void *interface)
{
    if (*handle && find(*handle, guid))
        return EFI_INVALID_PARAMETER;
    add(handle, guid, interface)->by_loader = true;
    return EFI_SUCCESS;
}

static EFI_STATUS uninstall(EFI_HANDLE handle, const EFI_GUID *guid, const void *interface,
                            EFI_STATUS status)
{
    struct protocol *protocol = find(handle, guid);

    if (!protocol || protocol->interface != interface || !protocol->by_loader)
        run_fail("a protocol is uninstalled that the loader has not installed");
    if (EFI_ERROR(status))
        protocol->unreturned = true;
    else
        protocol->handle = NULL;
    return status;
}

static EFI_STATUS EFIAPI install_protocol(EFI_HANDLE *handle, EFI_GUID *guid,
                                          EFI_INTERFACE_TYPE type, void *interface)
{
    EFI_STATUS status = ledger_enter(SERVICE_INSTALL_PROTOCOL);

    (void)type;
    return EFI_ERROR(status) ? status : install(handle, guid, interface);
}

static EFI_STATUS EFIAPI uninstall_protocol(EFI_HANDLE handle, EFI_GUID *guid, void *interface)
{
    return uninstall(handle, guid, interface, ledger_enter(SERVICE_UNINSTALL_PROTOCOL));
}

/* Whether a handle has this device path: there can be only one. */
static bool is_path_taken(const EFI_GUID *guid, const void *path)
{
    static const EFI_GUID path_guid = DEVICE_PATH_PROTOCOL;

    for (size_t i = 0; same_guid(guid, &path_guid) && i < MOST_PROTOCOLS; i++) {
        const struct protocol *protocol = &protocols[i];
        size_t length;

        if (!protocol->handle || !same_guid(&protocol->guid, &path_guid))
            continue;
        length = match_path(path, protocol->interface);
        if (length > 0 && is_end((const void *)((const uint8_t *)path + length)))
            return true;
    }
    return false;
}

static EFI_STATUS EFIAPI install_protocols(EFI_HANDLE *handle, ...)
{
    EFI_STATUS status = ledger_enter(SERVICE_INSTALL_PROTOCOL);
    __builtin_ms_va_list list;
    EFI_GUID *guid;

    __builtin_ms_va_start(list, handle);
    while (!EFI_ERROR(status) && (guid = __builtin_va_arg(list, EFI_GUID *))) {
        if (is_path_taken(guid, __builtin_va_arg(list, void *)))
            status = EFI_ALREADY_STARTED; /* and none of them is installed */
    }
    __builtin_ms_va_end(list);
    __builtin_ms_va_start(list, handle);
    while (!EFI_ERROR(status) && (guid = __builtin_va_arg(list, EFI_GUID *)))
        status = install(handle, guid, __builtin_va_arg(list, void *));
    __builtin_ms_va_end(list);
    return status;
}

static EFI_STATUS EFIAPI uninstall_protocols(EFI_HANDLE handle, ...)
{
    EFI_STATUS status = ledger_enter(SERVICE_UNINSTALL_PROTOCOL);
    __builtin_ms_va_list list;
    EFI_GUID *guid;

    __builtin_ms_va_start(list, handle);
    while ((guid = __builtin_va_arg(list, EFI_GUID *)))
        (void)uninstall(handle, guid, __builtin_va_arg(list, void *), status);
    __builtin_ms_va_end(list);
    return status;
}

void handles_fill(EFI_BOOT_SERVICES *services)
{
    services->InstallProtocolInterface = install_protocol;
    services->UninstallProtocolInterface = uninstall_protocol;
    services->HandleProtocol = handle_protocol;
    services->LocateHandle = locate_handle;
    services->LocateDevicePath = locate_device_path;
    services->OpenProtocol = open_protocol;
    services->CloseProtocol = close_protocol;
    services->LocateHandleBuffer = locate_handle_buffer;
    services->LocateProtocol = locate_protocol;
    services->InstallMultipleProtocolInterfaces = install_protocols;
    services->UninstallMultipleProtocolInterfaces = uninstall_protocols;
}
