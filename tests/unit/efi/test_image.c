/* SPDX-License-Identifier: BSD-2-Clause */
/* efi/firmware/image.c: ownership of a program's options, from LoadImage until after its exit. */
#include "tests/lib/support.h"

#include "common/base/text.h"
#include "common/base/utf.h"
#include "efi/console/console.h"
#include "efi/firmware/device_path.h"
#include "efi/firmware/image.h"
#include "efi/firmware/pages.h"
#include "efi/firmware/volume.h"
#include "efi/firmware/watchdog.h"

#include <string.h>

#define OPTIONS "verbose  2"

EFI_SYSTEM_TABLE *ST;
EFI_BOOT_SERVICES *BS;
EFI_RUNTIME_SERVICES *RT;

static struct {
    EFI_LOADED_IMAGE loaded;
    EFI_STATUS returns;
    size_t arenas, starts, unloads;
    char options[40]; /* as the program saw them */
    struct error error;
} program;

static struct arena kept; /* memory that belongs to a driver now */

static void read_options(void)
{
    utf16_to_utf8(program.loaded.LoadOptions, program.loaded.LoadOptionsSize / 2, program.options,
                  sizeof(program.options));
}

static EFI_STATUS EFIAPI load_image(BOOLEAN policy, EFI_HANDLE parent, EFI_DEVICE_PATH *path,
                                    void *source, UINTN size, EFI_HANDLE *ret_handle)
{
    (void)policy, (void)parent, (void)path, (void)source, (void)size;
    *ret_handle = &program;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI handle_protocol(EFI_HANDLE handle, EFI_GUID *guid, void **ret_interface)
{
    (void)guid;
    check(handle == &program);
    *ret_interface = &program.loaded;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI start_image(EFI_HANDLE handle, UINTN *exit_size, CHAR16 **exit_data)
{
    (void)exit_size, (void)exit_data;
    check(handle == &program);
    program.starts++;
    read_options();
    return program.returns;
}

static EFI_STATUS EFIAPI unload_image(EFI_HANDLE handle)
{
    check(handle == &program);
    program.unloads++;
    return EFI_SUCCESS;
}

void watchdog_arm(void)
{
}

void watchdog_disarm(void)
{
}

/* Initializing an arena again leaves its memory to the program. */
void pages_init_arena(struct arena *arena)
{
    if (program.arenas++ > 0)
        kept = *arena;
    *arena = (struct arena){.chunks = NULL};
}

EFI_DEVICE_PATH *device_path_make_file(EFI_HANDLE device, const CHAR16 *file, struct arena *arena)
{
    (void)device, (void)file;
    return arena_alloc(arena, 1, sizeof(EFI_DEVICE_PATH));
}

static bool run(EFI_MEMORY_TYPE code, EFI_STATUS returns)
{
    static EFI_BOOT_SERVICES services;

    services.LoadImage = load_image;
    services.HandleProtocol = handle_protocol;
    services.StartImage = start_image;
    services.UnloadImage = unload_image;
    BS = &services;
    memset(&program, 0, sizeof(program));
    program.loaded.ImageCodeType = code;
    program.returns = returns;
    program.error = (struct error){.code = ERROR_NONE};
    return chainload(&services, NULL, "/program.efi", OPTIONS, &program.error);
}

static void test_application(void **state)
{
    (void)state;
    assert_true(run(EfiLoaderCode, EFI_SUCCESS));
    assert_int_equal(program.starts, 1);
    assert_string_equal(program.options, OPTIONS);
    assert_int_equal(arena_pieces(), 0);
}

static void test_what_fails_is_given_back(void **state)
{
    static const EFI_MEMORY_TYPE codes[] = {EfiLoaderCode, EfiBootServicesCode};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(codes); i++) {
        assert_false(run(codes[i], EFI_ABORTED));
        assert_int_equal(program.error.code, ERROR_PROGRAM_FAILED);
        assert_int_equal(EFIERR(program.error.status), EFI_ABORTED);
        assert_int_equal(program.starts, 1);
        assert_int_equal(program.unloads, 1);
        assert_int_equal(arena_pieces(), 0);
    }
}

/* A driver may read its options at any time until the firmware ends. */
static void test_driver_keeps_its_options(void **state)
{
    static const EFI_MEMORY_TYPE codes[] = {EfiBootServicesCode, EfiRuntimeServicesCode};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(codes); i++) {
        assert_true(run(codes[i], EFI_SUCCESS));
        assert_int_equal(program.unloads, 0);
        memset(program.options, 0, sizeof(program.options));
        read_options();
        assert_string_equal(program.options, OPTIONS);
        arena_release(&kept);
        assert_int_equal(arena_pieces(), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_application),
        cmocka_unit_test(test_what_fails_is_given_back),
        cmocka_unit_test(test_driver_keeps_its_options),
    };

    return cmocka_run_group_tests_name("chainload", tests, NULL, NULL);
}
