/* SPDX-License-Identifier: BSD-2-Clause */
/* efi/trust/chainload.c: ownership of a program's options, from LoadImage until after its exit. */
#include "tests/lib/support.h"

#include "common/base/text.h"
#include "common/base/utf.h"
#include "efi/firmware/device_path.h"
#include "efi/firmware/pages.h"
#include "efi/firmware/partition.h"
#include "efi/firmware/variables.h"
#include "efi/firmware/volume.h"
#include "efi/firmware/watchdog.h"
#include "efi/trust/chainload.h"
#include "efi/trust/shim.h"

#include <string.h>

#define OPTIONS "verbose  2"

EFI_SYSTEM_TABLE *ST;
EFI_BOOT_SERVICES *BS;
EFI_RUNTIME_SERVICES *RT;

static struct shim_lock_protocol lock;
static struct shim_image_loader_protocol loader; /* filled by run() */

static struct {
    EFI_LOADED_IMAGE loaded;
    EFI_STATUS returns;
    size_t arenas, loads, starts, unloads;
    bool shim;        /* is there, with its own services */
    bool kept;        /* its lock */
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
    program.loads++;
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

bool partition_open_named(const char *path, struct volume *ret_volume, const char **ret_path,
                          struct error *error)
{
    (void)ret_volume, (void)ret_path;
    return error_set_for(error, path, ERROR_PARTITION_UNKNOWN);
}

void volume_close(struct volume *volume)
{
    (void)volume;
}

const EFI_GUID shim_guid;

struct shim_lock_protocol *shim_find_lock(void)
{
    return program.shim ? &lock : NULL;
}

struct shim_image_loader_protocol *shim_find_image_loader(void)
{
    return program.shim ? &loader : NULL;
}

EFI_STATUS variable_set_for_boot(const EFI_GUID *vendor, const char *name, const void *value,
                                 UINTN size)
{
    check(vendor == &shim_guid && strcmp(name, "ShimRetainProtocol") == 0);
    check(size == 1 && *(const uint8_t *)value == 1);
    check(program.loads == 0);
    program.kept = true;
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

static bool run_with(bool shim, EFI_MEMORY_TYPE code, EFI_STATUS returns)
{
    static EFI_BOOT_SERVICES services;
    static const struct program_request request = {.path = "/program.efi", .options = OPTIONS};

    services.HandleProtocol = handle_protocol;
    services.LoadImage = shim ? NULL : load_image;
    services.StartImage = shim ? NULL : start_image;
    services.UnloadImage = shim ? NULL : unload_image;
    loader = (struct shim_image_loader_protocol){load_image, start_image, NULL, unload_image};
    BS = &services;
    memset(&program, 0, sizeof(program));
    program.shim = shim;
    program.loaded.ImageCodeType = code;
    program.returns = returns;
    program.error = (struct error){.code = ERROR_NONE};
    return chainload(&services, &request, &program.error);
}

static bool run(EFI_MEMORY_TYPE code, EFI_STATUS returns)
{
    return run_with(false, code, returns);
}

static void test_application(void **state)
{
    (void)state;
    assert_true(run(EfiLoaderCode, EFI_SUCCESS));
    assert_int_equal(program.starts, 1);
    assert_string_equal(program.options, OPTIONS);
    assert_false(program.kept);
    assert_int_equal(arena_pieces(), 0);
}

/* shim frees what it has started, and would do so again. */
static void test_application_by_shim(void **state)
{
    (void)state;
    assert_true(run_with(true, EfiReservedMemoryType, EFI_SUCCESS));
    assert_false(run_with(true, EfiReservedMemoryType, EFI_ABORTED));
    assert_int_equal(program.error.code, ERROR_PROGRAM_FAILED);
    assert_true(program.kept);
    assert_int_equal(program.starts, 1);
    assert_int_equal(program.unloads, 0);
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
        cmocka_unit_test(test_application_by_shim),
        cmocka_unit_test(test_what_fails_is_given_back),
        cmocka_unit_test(test_driver_keeps_its_options),
    };

    return cmocka_run_group_tests_name("chainload", tests, NULL, NULL);
}
