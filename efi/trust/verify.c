/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/trust/verify.h"

#include "common/base/byte_source.h"
#include "common/image/bzimage.h"
#include "common/image/pe.h"
#include "efi/firmware/efi_error.h"
#include "efi/trust/canary.h"
#include "efi/trust/image_services.h"
#include "efi/trust/shim.h"

/* The answer of shim or the firmware. A warning is no success either. */
static bool judge(bool by_shim, EFI_STATUS status, bool is_signed, const char *path,
                  struct error *error)
{
    if (status == EFI_SUCCESS)
        return true;
    if (image_was_refused(status))
        return is_signed ? image_set_refused(by_shim, path, status, error)
                         : error_set_for(error, path, ERROR_FILE_UNSIGNED);
    error->reason = by_shim ? "shim" : "the firmware";
    return error_set_efi_for(error, path, status, ERROR_NOT_VERIFIED);
}

static bool ask(const struct image_file *file, bool is_signed, const char *path,
                struct error *error)
{
    struct image_services services = image_services_find();
    struct shim_lock_protocol *lock = services.by_shim ? NULL : shim_find_lock();

    if (lock)
        return judge(true, lock->verify(file->bytes, (UINT32)file->size), is_signed, path, error);
    if (!services.by_shim && !canary_check(file->parent, error))
        return ERROR_IS_FALSE(error_name(error, path));
    return judge(services.by_shim, image_services_try(&services, file), is_signed, path, error);
}

/*
 * What cannot be a signed kernel is not shown to anybody: shim measures even what it refuses.
 * *ret_is_signed says whether there are certificates, of whomever; a file without may still be in
 * db by its hash.
 */
static bool check_file(const struct image_file *file, bool *ret_is_signed, struct error *error)
{
    struct memory_source memory;
    struct range certificates;

    if (file->size > SHIM_LARGEST_FILE)
        return error_set(error, ERROR_FILE_OVER_LIMIT, file->size, SHIM_LARGEST_FILE);
    memory_source_init(&memory, file->bytes, file->size);
    if (!pe_check_program(&memory.source, error))
        return error_set(error, ERROR_FILE_UNSIGNED);
    if (!pe_find_certificates(&memory.source, &certificates, error))
        return false;
    *ret_is_signed = range_size(certificates) > 0;
    return bzimage_check_payload_before(&memory.source, certificates.start, error);
}

bool image_verify(EFI_HANDLE image, const char *path, const void *bytes, uint64_t size,
                  enum secure_boot state, struct error *error)
{
    const struct image_file file = {image, bytes, size};
    bool is_signed = false;

    if (!policy_is_enforced(state))
        return true;
    if (!check_file(&file, &is_signed, error))
        return ERROR_IS_FALSE(error_name(error, path));
    return ask(&file, is_signed, path, error);
}
