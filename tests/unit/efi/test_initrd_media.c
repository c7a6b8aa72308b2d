/* SPDX-License-Identifier: BSD-2-Clause */
/* efi/firmware/initrd_media.c: the initrd that is offered to a program, as the firmware and Linux's
 * EFI stub ask for it. */
#include "tests/lib/support.h"

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

static EFI_BOOT_SERVICES services = {
    .InstallMultipleProtocolInterfaces = (EFI_INSTALL_MULTIPLE_PROTOCOL_INTERFACES)install,
    .UninstallMultipleProtocolInterfaces = (EFI_UNINSTALL_MULTIPLE_PROTOCOL_INTERFACES)uninstall,
};

static int start(void **state)
{
    (void)state;
    memset(&media, 0, sizeof(media));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(is_found_by_its_path, start),
        cmocka_unit_test_setup(is_not_withdrawn_when_another_is_offered, start),
        cmocka_unit_test_setup(is_loaded_into_a_buffer_with_room, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
