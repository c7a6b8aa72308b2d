/* SPDX-License-Identifier: BSD-2-Clause */
/* The variables of a stub, and those of a loader that it sets only when none has set them. */
#include "tests/lib/support.h"

#include "common/base/utf.h"
#include "efi/firmware/proto/tcg2.h"
#include "efi/stub/stub_interface.h"

#include <string.h>

#define MOST 20

EFI_SYSTEM_TABLE *ST;
EFI_BOOT_SERVICES *BS;
EFI_RUNTIME_SERVICES *RT;

static struct variable {
    char name[40];
    uint8_t bytes[200];
    size_t size;
    bool before; /* another program has set it */
} variables[MOST];
static size_t count;

/* A partition's node with a GUID, behind others that have what looks like one. */
static const struct {
    uint8_t too_short[20]; /* what follows it has a GUID's type where its own would be */
    uint8_t other_type[42], other_subtype[42], mbr[42], partition[42];
    uint8_t end[4];
} device_path = {
    /* clang-format off */
    .too_short = {4, 1, 20},
    .other_type = {3, 1, 42, [21] = 2, [40] = 2, 2},
    .other_subtype = {4, 3, 42, [40] = 2, 2},
    .mbr = {4, 1, 42, [40] = 1, 1},
    .partition = {4, 1, 42, [4] = 1, [9] = 8, [18] = 32,
                  [24] = 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
                         0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe,
                  [40] = 2, 2},
    .end = {0x7f, 0xff, 4},
    /* clang-format on */
};
static const uint8_t file[] = {
    /* clang-format off */
    4, 4, 4 + 12, 0, '\\', 0, 'u', 0, '.', 0, 'e', 0, 'f', 0, 0, 0, 0x7f, 0xff, 4, 0,
    /* clang-format on */
};

static struct variable *find(const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(variables[i].name, name) == 0)
            return &variables[i];
    }
    return NULL;
}

static struct variable *add(const CHAR16 *name)
{
    struct variable *variable;
    char text[40];

    utf16_to_utf8(name, sizeof(text), text, sizeof(text));
    variable = find(text);
    if (variable)
        return variable;
    assert_true(count < MOST);
    variable = &variables[count++];
    memcpy(variable->name, text, sizeof(text));
    return variable;
}

static EFI_STATUS EFIAPI get_variable(CHAR16 *name, EFI_GUID *guid, UINT32 *attributes, UINTN *size,
                                      void *value)
{
    size_t room = *size;
    const struct variable *variable;
    char text[40];

    (void)guid, (void)attributes;
    utf16_to_utf8(name, sizeof(text), text, sizeof(text));
    variable = find(text);
    if (!variable)
        return EFI_NOT_FOUND;
    *size = variable->size;
    if (variable->size > room)
        return EFI_BUFFER_TOO_SMALL;
    memcpy(value, variable->bytes, variable->size);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_variable(CHAR16 *name, EFI_GUID *guid, UINT32 attributes, UINTN size,
                                      void *value)
{
    static const EFI_GUID loader = {
        0x4a67b082, 0x0a4c, 0x41cf, {0xb6, 0xc7, 0x44, 0x0b, 0x29, 0xbb, 0x8c, 0x4f}};
    struct variable *variable = add(name);

    assert_memory_equal(guid, &loader, sizeof(loader));
    assert_int_equal(attributes, EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS);
    assert_false(variable->before);
    assert_true(size <= sizeof(variable->bytes));
    memcpy(variable->bytes, value, size);
    variable->size = size;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI handle_protocol(EFI_HANDLE handle, EFI_GUID *guid, void **ret_interface)
{
    (void)guid;
    assert_ptr_equal(handle, variables);
    *ret_interface = (void *)(uintptr_t)&device_path;
    return EFI_SUCCESS;
}

static void announce(uint32_t banks)
{
    static EFI_SYSTEM_TABLE system_table;
    static EFI_BOOT_SERVICES boot_services;
    static EFI_RUNTIME_SERVICES runtime_services;
    static struct tcg2_protocol protocol;
    const EFI_LOADED_IMAGE loaded = {
        .DeviceHandle = variables,
        .FilePath = (EFI_DEVICE_PATH *)(uintptr_t)file,
    };
    const struct tpm tpm = {banks ? &protocol : NULL, banks};
    static CHAR16 vendor[] = {'F', 'a', 'k', 'e', 0};
    struct arena arena;

    system_table.FirmwareVendor = vendor;
    system_table.FirmwareRevision = 3 << 16 | 5;
    system_table.Hdr.Revision = 2 << 16 | 70;
    boot_services.HandleProtocol = handle_protocol;
    runtime_services.GetVariable = get_variable;
    runtime_services.SetVariable = set_variable;
    ST = &system_table;
    BS = &boot_services;
    RT = &runtime_services;
    arena_begin_test(&arena);
    stub_interface_announce(&loaded, 2, &tpm, &arena);
    arena_release(&arena);
    assert_int_equal(arena_end_test(&arena), 0);
}

static void check_text(const char *name, const char *wanted)
{
    const struct variable *variable = find(name);
    char text[200];

    assert_non_null(variable);
    utf16_to_utf8((const uint16_t *)(const void *)variable->bytes, variable->size / 2, text,
                  sizeof(text));
    assert_string_equal(text, wanted);
    assert_int_equal(variable->size, 2 * (strlen(wanted) + 1));
}

#define GUID "67452301-ab89-efcd-1032-547698badcfe"

static void check_stub(void)
{
    static const uint8_t features[8] = {0x6f, 7};
    const struct variable *variable = find("StubFeatures");

    check_text("StubInfo", "pvhboot " PVHBOOT_VERSION);
    check_text("StubProfile", "2");
    check_text("StubDevicePartUUID", GUID);
    check_text("StubImageIdentifier", "\\u.ef");
    assert_non_null(variable);
    assert_int_equal(variable->size, sizeof(features));
    assert_memory_equal(variable->bytes, features, sizeof(features));
}

static void test_alone(void **state)
{
    (void)state;
    memset(variables, 0, sizeof(variables));
    count = 0;
    announce(3);
    check_stub();
    check_text("LoaderDevicePartUUID", GUID);
    check_text("LoaderImageIdentifier", "\\u.ef");
    check_text("LoaderFirmwareInfo", "Fake 3.05");
    check_text("LoaderFirmwareType", "UEFI 2.70");
    check_text("LoaderTpm2ActivePcrBanks", "0x00000003");
}

static void test_no_tpm(void **state)
{
    (void)state;
    memset(variables, 0, sizeof(variables));
    count = 0;
    announce(0);
    check_stub();
    assert_null(find("LoaderTpm2ActivePcrBanks"));
}

/* What a loader has set stays. */
static void test_behind_loader(void **state)
{
    static const char *const names[] = {
        "LoaderDevicePartUUID", "LoaderImageIdentifier",    "LoaderFirmwareInfo",
        "LoaderFirmwareType",   "LoaderTpm2ActivePcrBanks",
    };

    (void)state;
    memset(variables, 0, sizeof(variables));
    count = 0;
    for (size_t i = 0; i < ELEMENTS(names); i++) {
        struct variable *variable = &variables[count++];

        memcpy(variable->name, names[i], strlen(names[i]));
        variable->size = 2;
        variable->before = true;
    }
    announce(3);
    check_stub();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_no_tpm),
        cmocka_unit_test(test_behind_loader),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
