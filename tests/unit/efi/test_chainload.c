/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * efi/trust/chainload.c: what the firmware or shim is asked, what becomes of its answers, and
 * ownership of a program's options, from LoadImage until after its exit.
 */
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
#define PROGRAM "/p.efi"

EFI_SYSTEM_TABLE *ST;
EFI_BOOT_SERVICES *BS;
EFI_RUNTIME_SERVICES *RT;

static struct shim_lock_protocol lock;
static struct shim_image_loader_protocol loader; /* filled by run() */

static struct {
    EFI_LOADED_IMAGE loaded;
    EFI_STATUS loads_as, handled, returns;
    size_t size; /* that it is said to have */
    CHAR16 *exit_data;
    size_t freed;
    bool is_armed; /* the watchdog */
    size_t arenas, loads, starts, unloads;
    bool shim;            /* is there, with its own services */
    bool kept;            /* its lock */
    EFI_HANDLE partition; /* that the path names */
    bool no_path;         /* there is no memory for a device path */
    char options[40];     /* as the program saw them */
    struct error error;
} program;

static uint8_t image;           /* our own handle, */
static uint8_t disk;            /* that of the program's volume, */
static const void *image_bytes; /* and the bytes that are given to the firmware */
static struct arena kept;       /* memory that belongs to a driver now */

static void read_options(void)
{
    utf16_to_utf8(program.loaded.LoadOptions, program.loaded.LoadOptionsSize / 2, program.options,
                  sizeof(program.options));
}

static EFI_STATUS EFIAPI load_image(BOOLEAN policy, EFI_HANDLE parent, EFI_DEVICE_PATH *path,
                                    void *source, UINTN size, EFI_HANDLE *ret_handle)
{
    check(!policy && parent == &image && path);
    check(source == image_bytes && size == program.size);
    program.loads++;
    if (program.loads_as == EFI_SUCCESS || program.loads_as == EFI_SECURITY_VIOLATION)
        *ret_handle = &program;
    return program.loads_as;
}

static EFI_STATUS EFIAPI handle_protocol(EFI_HANDLE handle, EFI_GUID *guid, void **ret_interface)
{
    static const EFI_GUID wanted = LOADED_IMAGE_PROTOCOL;

    assert_memory_equal(guid, &wanted, sizeof(wanted));
    check(handle == &program);
    *ret_interface = program.handled == EFI_SUCCESS ? &program.loaded : NULL;
    return program.handled;
}

static EFI_STATUS EFIAPI start_image(EFI_HANDLE handle, UINTN *exit_size, CHAR16 **exit_data)
{
    check(handle == &program && program.is_armed);
    check(*exit_size == 0 && !*exit_data);
    *exit_size = program.exit_data ? sizeof(*program.exit_data) : 0;
    *exit_data = program.exit_data;
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

static EFI_STATUS EFIAPI free_pool(void *buffer)
{
    check(buffer == program.exit_data);
    program.freed++;
    return EFI_SUCCESS;
}

bool partition_open_named(const char *path, struct volume *ret_volume, const char **ret_path,
                          struct error *error)
{
    if (!program.partition)
        return error_set_for(error, path, ERROR_PARTITION_UNKNOWN);
    ret_volume->device = program.partition;
    *ret_path = strchr(path, ':') + 1;
    return true;
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
    program.is_armed = true;
}

void watchdog_disarm(void)
{
    check(program.starts > 0);
    program.is_armed = false;
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
    static const CHAR16 wanted[] = {'\\', 'p', '.', 'e', 'f', 'i', 0};

    check(device == (program.partition ? program.partition : &disk));
    assert_memory_equal(file, wanted, sizeof(wanted));
    if (program.no_path)
        return NULL;
    return arena_alloc(arena, 1, sizeof(EFI_DEVICE_PATH));
}

static void begin(bool shim, EFI_MEMORY_TYPE code, EFI_STATUS returns)
{
    static EFI_BOOT_SERVICES services;

    services.HandleProtocol = handle_protocol;
    services.FreePool = free_pool;
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
    image_bytes = NULL;
}

static bool chain(void)
{
    static const struct program_request request = {
        .device = &disk, .path = PROGRAM, .options = OPTIONS};

    return chainload(&image, &request, &program.error);
}

static bool run_with(bool shim, EFI_MEMORY_TYPE code, EFI_STATUS returns)
{
    begin(shim, code, returns);
    return chain();
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
    assert_int_equal(program.loaded.LoadOptionsSize, 2 * sizeof(OPTIONS));
    assert_int_equal(program.unloads, 0);
    assert_false(program.is_armed);
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

/* Nothing is left of a program that could not be loaded, and the error says why. */
static void test_not_loaded(void **state)
{
    static const struct {
        EFI_STATUS status;
        enum error_code code, by_shim;
        size_t unloads;
    } rows[] = {
        {EFI_NOT_FOUND, ERROR_PROGRAM_MISSING, ERROR_PROGRAM_MISSING, 0},
        {EFI_ACCESS_DENIED, ERROR_REFUSED_BY_FIRMWARE, ERROR_REFUSED_BY_SHIM, 0},
        {EFI_SECURITY_VIOLATION, ERROR_REFUSED_BY_FIRMWARE, ERROR_REFUSED_BY_SHIM, 1},
        {EFI_UNSUPPORTED, ERROR_PROGRAM_LOAD, ERROR_PROGRAM_LOAD, 0},
    };

    (void)state;
    for (size_t i = 0; i < 2 * ELEMENTS(rows); i++) {
        bool shim = i % 2;

        begin(shim, EfiLoaderCode, EFI_SUCCESS);
        program.loads_as = rows[i / 2].status;
        assert_false(chain());
        assert_int_equal(program.error.code, shim ? rows[i / 2].by_shim : rows[i / 2].code);
        assert_string_equal(program.error.name, PROGRAM);
        assert_int_equal(program.loads, 1);
        assert_int_equal(program.starts, 0);
        assert_int_equal(program.unloads, rows[i / 2].unloads);
        assert_int_equal(arena_pieces(), 0);
    }
}

static bool has_loaded(void *context, struct error *error)
{
    check(program.loads == 1 && program.starts == 0);
    read_options();
    assert_string_equal(program.options, OPTIONS);
    return *(const bool *)context || error_set(error, ERROR_TPM_SPENT);
}

/* With the file's bytes; what is to be done before it starts fails or not. */
static void test_on_loaded(void **state)
{
    static const uint8_t bytes[] = {'M', 'Z', 0};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        bool succeeds = i;
        const struct program_request request = {
            .bytes = bytes,
            .size = sizeof(bytes),
            .device = &disk,
            .path = PROGRAM,
            .options = OPTIONS,
            .on_loaded = has_loaded,
            .context = &succeeds,
        };

        begin(false, EfiLoaderCode, EFI_SUCCESS);
        image_bytes = bytes;
        program.size = sizeof(bytes);
        assert_int_equal(chainload(&image, &request, &program.error), succeeds);
        assert_int_equal(program.error.code, succeeds ? ERROR_NONE : ERROR_TPM_SPENT);
        assert_int_equal(program.starts, i);
        assert_int_equal(program.unloads, 1 - i);
        assert_int_equal(arena_pieces(), 0);
    }
}

/* Without options there are those that the firmware has put there. */
static void test_without_options(void **state)
{
    static CHAR16 options[] = {'o', 0};
    const struct program_request request = {.device = &disk, .path = PROGRAM, .options = ""};

    (void)state;
    begin(false, EfiLoaderCode, EFI_SUCCESS);
    program.handled = EFI_UNSUPPORTED;
    program.loaded.LoadOptions = options;
    program.loaded.LoadOptionsSize = sizeof(options);
    assert_true(chainload(&image, &request, &program.error));
    assert_string_equal(program.options, "o");
    assert_int_equal(program.starts, 1);
}

static void test_options_not_set(void **state)
{
    (void)state;
    begin(false, EfiLoaderCode, EFI_SUCCESS);
    program.handled = EFI_UNSUPPORTED;
    assert_false(chain());
    assert_int_equal(program.error.code, ERROR_PROGRAM_OPTIONS);
    assert_int_equal(EFIERR(program.error.status), EFI_UNSUPPORTED);
    assert_string_equal(program.error.name, PROGRAM);
    assert_int_equal(program.starts, 0);
    assert_int_equal(program.unloads, 1);
    assert_int_equal(arena_pieces(), 0);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    begin(false, EfiLoaderCode, EFI_SUCCESS);
    program.no_path = true;
    assert_false(chain());
    assert_int_equal(program.error.code, ERROR_OUT_OF_MEMORY);
    assert_int_equal(program.loads, 0);
    begin(false, EfiLoaderCode, EFI_SUCCESS);
    arena_fail_after(1);
    assert_false(chain());
    arena_fail_after(NEVER);
    assert_int_equal(program.error.code, ERROR_OUT_OF_MEMORY);
    assert_int_equal(program.starts, 0);
    assert_int_equal(program.unloads, 1);
    assert_int_equal(arena_pieces(), 0);
}

/* What a program has left for its parent to free, whether it succeeds or not. */
static void test_exit_data(void **state)
{
    static CHAR16 data[1];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        begin(false, EfiLoaderCode, i ? EFI_ABORTED : EFI_SUCCESS);
        program.exit_data = data;
        assert_int_equal(chain(), !i);
        assert_int_equal(program.freed, 1);
    }
    assert_true(run(EfiLoaderCode, EFI_SUCCESS));
    assert_int_equal(program.freed, 0);
}

static bool start_driver(void)
{
    return chainload_driver(&image, &disk, PROGRAM, &program.error);
}

static void test_driver(void **state)
{
    (void)state;
    begin(false, EfiBootServicesCode, EFI_SUCCESS);
    assert_true(start_driver());
    assert_int_equal(program.starts, 1);
    assert_int_equal(program.unloads, 0);
    assert_false(program.is_armed);
    begin(false, EfiRuntimeServicesCode, EFI_SUCCESS);
    assert_true(start_driver());
    begin(false, EfiBootServicesCode, EFI_ABORTED); /* it has done its work */
    assert_false(start_driver());
    assert_int_equal(program.error.code, ERROR_NONE);
    assert_int_equal(program.unloads, 1);
    begin(false, EfiBootServicesCode, EFI_DEVICE_ERROR);
    assert_false(start_driver());
    assert_int_equal(program.error.code, ERROR_PROGRAM_FAILED);
    assert_int_equal(arena_pieces(), 0);
}

static void test_no_driver(void **state)
{
    (void)state;
    begin(false, EfiLoaderCode, EFI_SUCCESS);
    assert_false(start_driver());
    assert_int_equal(program.error.code, ERROR_NO_DRIVER);
    assert_string_equal(program.error.name, PROGRAM);
    assert_int_equal(program.starts, 0);
    assert_int_equal(program.unloads, 1);
    begin(false, EfiBootServicesCode, EFI_SUCCESS);
    program.handled = EFI_UNSUPPORTED;
    assert_false(start_driver());
    assert_int_equal(program.error.code, ERROR_PROGRAM_LOAD);
    assert_int_equal(program.unloads, 1);
    begin(true, EfiBootServicesCode, EFI_SUCCESS);
    assert_false(start_driver());
    assert_int_equal(program.error.code, ERROR_DRIVER_UNDER_SHIM);
    assert_string_equal(program.error.name, PROGRAM);
    assert_int_equal(program.loads, 0);
    assert_int_equal(arena_pieces(), 0);
}

/* What is not there, or has too long a path, is not loaded; a partition is the program's device. */
static void test_paths(void **state)
{
    char path[2 * PATH_MAX_LENGTH];
    struct program_request request = {.device = &disk, .path = path, .options = ""};

    (void)state;
    begin(false, EfiLoaderCode, EFI_SUCCESS);
    memset(path, 'x', sizeof(path));
    path[sizeof(path) - 1] = '\0';
    assert_false(chainload(&image, &request, &program.error));
    assert_int_equal(program.error.code, ERROR_PATH_TOO_LONG);
    begin(false, EfiLoaderCode, EFI_SUCCESS);
    request.path = "PARTUUID=x:/p.efi";
    assert_false(chainload(&image, &request, &program.error));
    assert_int_equal(program.error.code, ERROR_PARTITION_UNKNOWN);
    assert_int_equal(program.loads, 0);
    begin(false, EfiLoaderCode, EFI_SUCCESS);
    program.partition = &program;
    assert_true(chainload(&image, &request, &program.error));
    assert_int_equal(program.starts, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_application),
        cmocka_unit_test(test_application_by_shim),
        cmocka_unit_test(test_what_fails_is_given_back),
        cmocka_unit_test(test_driver_keeps_its_options),
        cmocka_unit_test(test_not_loaded),
        cmocka_unit_test(test_on_loaded),
        cmocka_unit_test(test_without_options),
        cmocka_unit_test(test_options_not_set),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_exit_data),
        cmocka_unit_test(test_driver),
        cmocka_unit_test(test_no_driver),
        cmocka_unit_test(test_paths),
    };

    return cmocka_run_group_tests_name("chainload", tests, NULL, NULL);
}
