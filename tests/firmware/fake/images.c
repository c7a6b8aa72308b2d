/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/images.h"

#include "efi/firmware/proto/security2.h"
#include "efi/firmware/proto/shim.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/run.h"
#include "tests/firmware/fake/text.h"
#include "tests/firmware/fake/watchdog.h"
#include "tests/lib/support.h"

#include <string.h>

#define CANARY_SIZE 1024
#define MARK        "SIGNED\1"

struct fake_program fake_program;
struct image_ways image_ways;
struct image_counts image_counts;

/* The loaded image. */
static struct {
    EFI_HANDLE handle; /* NULL for none */
    EFI_HANDLE last;   /* of the previous one, which has exited */
    EFI_LOADED_IMAGE loaded;
    bool by_shim;
    bool may_start;
    bool unreturned;
} child;

const char *images_find_leak(void)
{
    return child.handle && !child.unreturned ? "an image that the loader has loaded" : NULL;
}

/* ------------------------------------------------------------------------------------------------
 * Signatures
 */

static uint64_t sum_bytes(const uint8_t *bytes, size_t size)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < size; i++)
        sum = (sum ^ bytes[i]) * UINT64_C(0x100000001b3);
    return sum;
}

void image_sign(uint8_t *bytes, size_t size)
{
    uint8_t *signature = bytes + size - SIGNATURE_SIZE;

    memcpy(signature, MARK, 8);
    put_number(signature + 8, 8, sum_bytes(bytes, size - SIGNATURE_SIZE));
}

static bool is_signed(const uint8_t *bytes, size_t size)
{
    uint8_t sum[8];

    if (size < SIGNATURE_SIZE || memcmp(bytes + size - SIGNATURE_SIZE, MARK, 8) != 0)
        return false;
    put_number(sum, 8, sum_bytes(bytes, size - SIGNATURE_SIZE));
    return memcmp(sum, bytes + size - 8, 8) == 0;
}

static EFI_STATUS judge(bool verifies, const void *bytes, size_t size)
{
    if (image_ways.failure)
        return image_ways.failure;
    if (!verifies || is_signed(bytes, size))
        return image_ways.success;
    return image_ways.refusal ? image_ways.refusal : EFI_ACCESS_DENIED;
}

/* What the firmware says to a file in memory. */
static EFI_STATUS judge_by_firmware(const EFI_DEVICE_PATH *path, const void *bytes, size_t size)
{
    if (path)
        run_fail("a file in memory is given a path: that is not checked most strictly");
    if (size != CANARY_SIZE) {
        image_counts.firmware++;
        return judge(image_ways.verifies, bytes, size);
    }
    image_counts.canaries++;
    if (image_ways.canary)
        return image_ways.canary;
    if (!image_ways.verifies)
        return EFI_SUCCESS;
    return image_ways.refusal ? image_ways.refusal : EFI_ACCESS_DENIED;
}

static EFI_STATUS judge_by_shim(const EFI_DEVICE_PATH *path, const void *bytes, size_t size)
{
    if (!path)
        run_fail("shim is given no path, and reads the memory at 0");
    return judge(image_ways.shim_verifies, bytes, size);
}

/* ------------------------------------------------------------------------------------------------
 * Loading and starting
 */

static void add_child(bool by_shim, EFI_HANDLE parent, EFI_DEVICE_PATH *path, bool may_start,
                      EFI_HANDLE *ret_handle)
{
    static const EFI_GUID guid = LOADED_IMAGE_PROTOCOL;

    child.loaded = (EFI_LOADED_IMAGE){
        .Revision = EFI_IMAGE_INFORMATION_REVISION,
        .ParentHandle = parent,
        .SystemTable = fake_loaded_image.SystemTable,
        .DeviceHandle = device_handle,
        .FilePath = path,
        .ImageCodeType = fake_program.code ? fake_program.code : EfiLoaderCode,
    };
    child.handle = NULL;
    child.by_shim = by_shim;
    child.may_start = may_start;
    handles_install(&child.handle, &guid, &child.loaded);
    *ret_handle = child.handle;
}

static EFI_STATUS take_given(const void *source, UINTN size)
{
    if (!file_has_bytes(fake_program.given, source, size))
        run_fail("LoadImage is given other bytes than those of %s", fake_program.given);
    return fake_program.loads;
}

static EFI_STATUS load(bool by_shim, EFI_HANDLE parent, EFI_DEVICE_PATH *path, void *source,
                       UINTN size, EFI_HANDLE *ret_handle)
{
    EFI_STATUS status = ledger_enter(by_shim ? SERVICE_SHIM_LOAD_IMAGE : SERVICE_LOAD_IMAGE);
    bool is_program =
        path_leads_to(path, fake_program.path) || path_leads_to(path, fake_program.copy);

    image_counts.shim_loads += by_shim;
    if (parent != image_handle)
        run_fail("LoadImage is called with another parent than the loader");
    if (child.handle && !child.unreturned)
        run_fail("LoadImage is called while an image is loaded");
    if (EFI_ERROR(status))
        return status;
    if (source && is_program && fake_program.given)
        status = take_given(source, size);
    else if (source)
        status =
            by_shim ? judge_by_shim(path, source, size) : judge_by_firmware(path, source, size);
    else if (is_program && !fake_program.given)
        status = fake_program.loads;
    else
        status = by_shim ? EFI_LOAD_ERROR : EFI_NOT_FOUND;
    if (!EFI_ERROR(status) || (status == EFI_SECURITY_VIOLATION && !by_shim) ||
        image_ways.leaves_handle)
        add_child(by_shim, parent, path, (!source || fake_program.given) && !EFI_ERROR(status),
                  ret_handle);
    return status;
}

static void drop_child(void)
{
    static const EFI_GUID guid = LOADED_IMAGE_PROTOCOL;

    handles_remove(child.handle, &guid);
    child.last = child.handle;
    child.handle = NULL;
}

static void check_child(const char *what, bool by_shim, EFI_HANDLE handle)
{
    if (!handle || handle != child.handle)
        run_fail("%s is called for an image that is not loaded", what);
    if (by_shim != child.by_shim)
        run_fail("%s is called for an image that was loaded by another service", what);
}

static EFI_STATUS start(bool by_shim, EFI_HANDLE handle, UINTN *exit_size, CHAR16 **exit_data)
{
    EFI_STATUS status = ledger_enter(by_shim ? SERVICE_SHIM_START_IMAGE : SERVICE_START_IMAGE);

    image_counts.shim_starts += by_shim;
    check_child("StartImage", by_shim, handle);
    fake_watchdog_expect_fresh("StartImage is called");
    if (EFI_ERROR(status)) {
        if (by_shim) /* it has no way to say that the program was not started at all */
            drop_child();
        return status;
    }
    if (!child.may_start) /* EFI_SECURITY_VIOLATION: the image may only be unloaded */
        run_fail("StartImage is called for an image that was refused, or only to be verified");
    narrow(child.loaded.LoadOptions, child.loaded.LoadOptionsSize / 2, fake_program.options,
           sizeof(fake_program.options));
    fake_program.starts++;
    if (fake_program.on_start)
        fake_program.on_start();
    if (exit_size)
        *exit_size = 0;
    if (exit_data)
        *exit_data = NULL;
    if (fake_program.code == EfiBootServicesCode && !EFI_ERROR(fake_program.returns))
        child.handle = NULL; /* a driver stays, and is not the loader's any more */
    else
        drop_child(); /* an application is unloaded when it returns */
    return fake_program.returns;
}

static EFI_STATUS unload(bool by_shim, EFI_HANDLE handle)
{
    EFI_STATUS status = ledger_enter(by_shim ? SERVICE_SHIM_UNLOAD_IMAGE : SERVICE_UNLOAD_IMAGE);

    image_counts.shim_unloads += by_shim;
    if (handle && handle == child.last && by_shim)
        run_fail("shim is told to free twice what it has started");
    if (handle && handle == child.last) /* it has been unloaded already */
        return EFI_INVALID_PARAMETER;
    check_child("UnloadImage", by_shim, handle);
    if (EFI_ERROR(status))
        child.unreturned = true;
    else
        drop_child();
    return status;
}

static EFI_STATUS EFIAPI load_image(BOOLEAN policy, EFI_HANDLE parent, EFI_DEVICE_PATH *path,
                                    void *source, UINTN size, EFI_HANDLE *ret_handle)
{
    (void)policy;
    return load(false, parent, path, source, size, ret_handle);
}

static EFI_STATUS EFIAPI start_image(EFI_HANDLE handle, UINTN *exit_size, CHAR16 **exit_data)
{
    return start(false, handle, exit_size, exit_data);
}

static EFI_STATUS EFIAPI unload_image(EFI_HANDLE handle)
{
    return unload(false, handle);
}

/* ------------------------------------------------------------------------------------------------
 * Protocols
 */

static EFI_STATUS EFIAPI shim_load_image(BOOLEAN policy, EFI_HANDLE parent, EFI_DEVICE_PATH *path,
                                         void *source, UINTN size, EFI_HANDLE *ret_handle)
{
    if (policy)
        run_fail("shim loads nothing as the boot manager does");
    return load(true, parent, path, source, size, ret_handle);
}

static EFI_STATUS EFIAPI shim_start_image(EFI_HANDLE handle, UINTN *exit_size, CHAR16 **exit_data)
{
    return start(true, handle, exit_size, exit_data);
}

static EFI_STATUS EFIAPI shim_unload_image(EFI_HANDLE handle)
{
    return unload(true, handle);
}

static __attribute__((sysv_abi)) EFI_STATUS shim_verify(const void *file, UINT32 size)
{
    EFI_STATUS status = ledger_enter(SERVICE_SHIM_VERIFY);

    image_counts.shim_lock++;
    return EFI_ERROR(status) ? status : judge(image_ways.shim_verifies, file, size);
}

static void install(EFI_GUID guid, void *interface)
{
    EFI_HANDLE handle = NULL;

    handles_install(&handle, &guid, interface);
}

void images_install_security2(void)
{
    static char security2;

    install((EFI_GUID)SECURITY2_ARCH_PROTOCOL_GUID, &security2);
}

void images_install_shim_lock(void)
{
    static struct shim_lock_protocol lock = {.verify = shim_verify};

    install((EFI_GUID)SHIM_LOCK_GUID, &lock);
}

void images_install_shim_loader(void)
{
    static struct shim_image_loader_protocol loader = {
        .load_image = shim_load_image,
        .start_image = shim_start_image,
        .unload_image = shim_unload_image,
    };

    install((EFI_GUID)SHIM_IMAGE_LOADER_GUID, &loader);
}

void images_fill(EFI_BOOT_SERVICES *services)
{
    services->LoadImage = load_image;
    services->StartImage = start_image;
    services->UnloadImage = unload_image;
}
