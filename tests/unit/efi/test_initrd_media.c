/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * efi/firmware/initrd_media.c: the initrd that is offered to a program, as the firmware and Linux's
 * EFI stub ask for it; and that which is offered to us.
 */
#include "tests/lib/support.h"

#include "efi/firmware/efi_error.h"
#include "efi/firmware/initrd_media.h"

#include <string.h>

EFI_SYSTEM_TABLE *ST;
EFI_BOOT_SERVICES *BS;
EFI_RUNTIME_SERVICES *RT;

/* The handle with the path that initrds are found by, and what is on it. */
static struct {
    struct load_file2_protocol *protocol;
    const void *path;
    EFI_STATUS install;
} media;

static const uint8_t bytes[] = "an archive";

static EFI_STATUS EFIAPI install(EFI_HANDLE *handle, ...)
{
    static const EFI_GUID load_guid = LOAD_FILE2_PROTOCOL_GUID, path_guid = DEVICE_PATH_PROTOCOL;
    __builtin_ms_va_list list;
    const EFI_GUID *guid;

    if (EFI_ERROR(media.install))
        return media.install;
    assert_null(*handle);
    __builtin_ms_va_start(list, handle);
    while ((guid = __builtin_va_arg(list, EFI_GUID *))) {
        void *interface = __builtin_va_arg(list, void *);

        if (memcmp(guid, &load_guid, sizeof(*guid)) == 0)
            media.protocol = interface;
        else if (memcmp(guid, &path_guid, sizeof(*guid)) == 0)
            media.path = interface;
        else
            fail();
    }
    __builtin_ms_va_end(list);
    *handle = &media;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI uninstall(EFI_HANDLE handle, ...)
{
    __builtin_ms_va_list list;

    assert_ptr_equal(handle, &media);
    __builtin_ms_va_start(list, handle);
    while (__builtin_va_arg(list, EFI_GUID *)) {
        const void *interface = __builtin_va_arg(list, void *);

        if (interface == media.protocol)
            media.protocol = NULL;
        else if (interface == media.path)
            media.path = NULL;
        else
            fail();
    }
    __builtin_ms_va_end(list);
    return EFI_SUCCESS;
}

/* Another program's offer: what its functions answer, and how many bytes it says it has. */
static struct {
    struct load_file2_protocol protocol;
    EFI_STATUS located, handled, asked, loaded;
    UINTN size;
} theirs;

static EFI_STATUS EFIAPI locate(EFI_GUID *guid, EFI_DEVICE_PATH **path, EFI_HANDLE *ret_handle)
{
    static const EFI_GUID load_guid = LOAD_FILE2_PROTOCOL_GUID;

    assert_memory_equal(guid, &load_guid, sizeof(*guid));
    if (EFI_ERROR(theirs.located))
        return theirs.located;
    *path = (EFI_DEVICE_PATH *)((uint8_t *)*path + 20); /* the end node */
    *ret_handle = &theirs;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI handle_protocol(EFI_HANDLE handle, EFI_GUID *guid, void **ret_interface)
{
    static const EFI_GUID load_guid = LOAD_FILE2_PROTOCOL_GUID;

    assert_ptr_equal(handle, &theirs);
    assert_memory_equal(guid, &load_guid, sizeof(*guid));
    if (!EFI_ERROR(theirs.handled))
        *ret_interface = &theirs.protocol;
    return theirs.handled;
}

static EFI_STATUS EFIAPI load(struct load_file2_protocol *this, EFI_DEVICE_PATH *path,
                              BOOLEAN boot_policy, UINTN *size, void *buffer)
{
    const UINTN room = *size;

    assert_ptr_equal(this, &theirs.protocol);
    assert_memory_equal(path, ((const uint8_t[]){0x7f, 0xff, 4, 0}), 4);
    assert_false(boot_policy);
    assert_int_equal(room, buffer ? sizeof(bytes) : 0);
    *size = theirs.size;
    if (!buffer)
        return theirs.asked;
    if (!EFI_ERROR(theirs.loaded))
        memcpy(buffer, bytes, sizeof(bytes));
    return theirs.loaded;
}

static EFI_BOOT_SERVICES services = {
    .LocateDevicePath = locate,
    .HandleProtocol = handle_protocol,
    .InstallMultipleProtocolInterfaces = (EFI_INSTALL_MULTIPLE_PROTOCOL_INTERFACES)install,
    .UninstallMultipleProtocolInterfaces = (EFI_UNINSTALL_MULTIPLE_PROTOCOL_INTERFACES)uninstall,
};

static int start(void **state)
{
    (void)state;
    memset(&media, 0, sizeof(media));
    memset(&theirs, 0, sizeof(theirs));
    theirs.protocol.load = load;
    theirs.asked = EFI_BUFFER_TOO_SMALL;
    theirs.size = sizeof(bytes);
    BS = &services;
    return 0;
}

/* LINUX_EFI_INITRD_MEDIA_GUID in a vendor's media node, and the end. */
static void is_found_by_its_path(void **state)
{
    static const uint8_t path[] = {
        4,    3,    20,   0,    0x27, 0xe4, 0x68, 0x55, 0xfc, 0x68, 0x3d, 0x4f,
        0xac, 0x74, 0xca, 0x55, 0x52, 0x31, 0xcc, 0x68, 0x7f, 0xff, 4,    0,
    };
    struct initrd_offer offer;

    (void)state;
    assert_int_equal(initrd_media_offer(bytes, sizeof(bytes), &offer), EFI_SUCCESS);
    assert_non_null(media.protocol);
    assert_memory_equal(media.path, path, sizeof(path));
    initrd_media_withdraw(&offer);
    assert_null(media.protocol);
    assert_null(media.path);
    initrd_media_withdraw(&offer); /* nothing is left to uninstall */
}

static void is_not_withdrawn_when_another_is_offered(void **state)
{
    struct initrd_offer offer;

    (void)state;
    media.install = EFI_ALREADY_STARTED;
    assert_int_equal(initrd_media_offer(bytes, sizeof(bytes), &offer), EFI_ALREADY_STARTED);
    initrd_media_withdraw(&offer);
}

/* Asks for `*size` bytes, and compares what comes. */
static void assert_loads(EFI_STATUS expected, UINTN size, bool has_buffer, BOOLEAN boot_policy)
{
    uint8_t buffer[sizeof(bytes) + 1], untouched[sizeof(buffer)];
    UINTN given = size;

    memset(buffer, 0xee, sizeof(buffer));
    memset(untouched, 0xee, sizeof(untouched));
    assert_int_equal(media.protocol->load(media.protocol, (EFI_DEVICE_PATH *)(uintptr_t)media.path,
                                          boot_policy, &given, has_buffer ? buffer : NULL),
                     expected);
    assert_int_equal(given, boot_policy ? size : sizeof(bytes));
    if (!EFI_ERROR(expected))
        memcpy(untouched, bytes, sizeof(bytes));
    assert_memory_equal(buffer, untouched, sizeof(buffer));
}

/* UEFI 2.10, section 13.2.1. */
static void is_loaded_into_a_buffer_with_room(void **state)
{
    struct initrd_offer offer;
    UINTN size = sizeof(bytes);
    uint8_t byte;

    (void)state;
    assert_int_equal(initrd_media_offer(bytes, sizeof(bytes), &offer), EFI_SUCCESS);
    assert_loads(EFI_BUFFER_TOO_SMALL, 0, false, FALSE);
    assert_loads(EFI_BUFFER_TOO_SMALL, sizeof(bytes), false, FALSE);
    assert_loads(EFI_BUFFER_TOO_SMALL, sizeof(bytes) - 1, true, FALSE);
    assert_loads(EFI_SUCCESS, sizeof(bytes), true, FALSE);
    assert_loads(EFI_SUCCESS, sizeof(bytes) + 1, true, FALSE);
    assert_loads(EFI_UNSUPPORTED, 1, true, TRUE);
    assert_int_equal(media.protocol->load(NULL, NULL, FALSE, &size, &byte), EFI_INVALID_PARAMETER);
    assert_int_equal(media.protocol->load(media.protocol, NULL, FALSE, NULL, &byte),
                     EFI_INVALID_PARAMETER);
    initrd_media_withdraw(&offer);
}

static void assert_none_is_found(void)
{
    struct error error = {.code = ERROR_NONE};
    struct initrd_media found;

    assert_true(initrd_media_find(&found, &error));
    assert_null(found.protocol);
    assert_int_equal(found.size, 0);
    assert_int_equal(error.code, ERROR_NONE);
}

/* The shell's `initrd` command may be given no file. */
static void may_not_be_there(void **state)
{
    (void)state;
    theirs.located = EFI_NOT_FOUND;
    assert_none_is_found();
    theirs.located = EFI_SUCCESS;
    theirs.asked = EFI_NOT_FOUND;
    assert_none_is_found();
}

static void assert_told(const struct error *error, enum error_code code, EFI_STATUS status)
{
    assert_int_equal(error->code, code);
    assert_string_equal(error->name, INITRD_MEDIA_NAME);
    assert_int_equal(error->status, efi_status_number(status));
}

static void assert_find_fails(enum error_code code, EFI_STATUS status)
{
    struct error error = {.code = ERROR_NONE};
    struct initrd_media found;

    assert_false(initrd_media_find(&found, &error));
    assert_null(found.protocol);
    assert_told(&error, code, status);
}

/* There may be one then, without which nothing should be booted. */
static void may_not_be_found(void **state)
{
    (void)state;
    theirs.asked = EFI_DEVICE_ERROR;
    assert_find_fails(ERROR_INITRD_MEDIA_SIZE, EFI_DEVICE_ERROR);
    theirs.asked = EFI_SUCCESS;
    assert_find_fails(ERROR_INITRD_MEDIA_SIZE, EFI_LOAD_ERROR);
    theirs.handled = EFI_UNSUPPORTED;
    assert_find_fails(ERROR_INITRD_MEDIA_FIND, EFI_UNSUPPORTED);
    theirs.located = EFI_OUT_OF_RESOURCES;
    assert_find_fails(ERROR_INITRD_MEDIA_FIND, EFI_OUT_OF_RESOURCES);
}

static void is_read_as_it_was_found(void **state)
{
    struct error error = {.code = ERROR_NONE};
    uint8_t buffer[sizeof(bytes)];
    struct initrd_media found;

    (void)state;
    assert_true(initrd_media_find(&found, &error));
    assert_int_equal(found.size, sizeof(bytes));
    assert_true(initrd_media_load(&found, buffer, &error));
    assert_memory_equal(buffer, bytes, sizeof(bytes));
    theirs.size = 3;
    assert_false(initrd_media_load(&found, buffer, &error));
    assert_told(&error, ERROR_INITRD_MEDIA_CHANGED, EFI_SUCCESS);
    assert_int_equal(error.number[0], sizeof(bytes));
    assert_int_equal(error.number[1], 3);
    theirs.loaded = EFI_DEVICE_ERROR;
    error = (struct error){.code = ERROR_NONE};
    assert_false(initrd_media_load(&found, buffer, &error));
    assert_told(&error, ERROR_INITRD_MEDIA_READ, EFI_DEVICE_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(is_found_by_its_path, start),
        cmocka_unit_test_setup(is_not_withdrawn_when_another_is_offered, start),
        cmocka_unit_test_setup(is_loaded_into_a_buffer_with_room, start),
        cmocka_unit_test_setup(may_not_be_there, start),
        cmocka_unit_test_setup(may_not_be_found, start),
        cmocka_unit_test_setup(is_read_as_it_was_found, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
