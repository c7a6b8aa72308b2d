/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/pinned_files.h"

#include "common/base/text.h"
#include "common/hash/sha256.h"
#include "efi/arch/cpu.h"
#include "efi/boot/boot_state.h"
#include "efi/console/console.h"
#include "efi/console/question.h"

#include <string.h>

const char *files_find_unpinned(const struct pins *pins, const struct boot_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        if (!pins_find(pins, files->items[i].path))
            return files->items[i].path;
    }
    return NULL;
}

static bool check_digest(const struct trust *trust, const char *path, const uint8_t *found,
                         struct error *error)
{
    const uint8_t *wanted = pins_find(&trust->pins, path);
    struct error mismatch = {.code = ERROR_NONE};
    TEXT_ON_STACK(reason, PIN_MISMATCH_SIZE);

    if (!wanted || memcmp(found, wanted, SHA256_DIGEST_SIZE) == 0)
        return true;
    pin_append_mismatch(&reason, found, wanted);
    mismatch.reason = arena_strndup(trust->arena, reason.data, reason.length);
    if (!mismatch.reason)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    (void)error_set_for(&mismatch, path, ERROR_PIN_MISMATCH);
    *error = mismatch;
    if (policy_judge(trust->state, KERNEL_PIN_MISMATCH).action == POLICY_REFUSE)
        return false;
    (void)console_print_error(error, NULL);
    if (trust->attended && !question_ask("Start it anyway?"))
        return false;
    error_clear(error);
    return true;
}

bool pinned_check_bytes(const struct trust *trust, const char *path, const uint8_t *bytes,
                        uint64_t size, struct error *error)
{
    uint8_t digest[SHA256_DIGEST_SIZE];

    sha256(bytes, size, cpu_has_sha(), digest);
    return check_digest(trust, path, digest, error);
}

static bool watch(struct boot *boot, struct file *file, struct error *error)
{
    if (file->bytes || !pins_find(&boot->trust->pins, file->path))
        return true;
    file->hash = arena_alloc(boot->arena, 1, sizeof(*file->hash));
    if (!file->hash)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    sha256_init(file->hash, cpu_has_sha());
    return true;
}

static bool check(struct boot *boot, struct file *file, struct error *error)
{
    uint8_t digest[SHA256_DIGEST_SIZE];

    if (!file->hash)
        return true;
    sha256_final(file->hash, digest);
    file->hash = NULL;
    return check_digest(boot->trust, file->path, digest, error);
}

/* Calls `step` for the file of each part of each module. */
static bool for_all_parts(struct boot *boot, __typeof__(watch) *step, struct error *error)
{
    for (size_t i = 0; i < boot->modules.count; i++) {
        struct module *module = &boot->modules.items[i];

        for (size_t part = 0; part < module->part_count && !module->is_offered; part++) {
            if (!step(boot, &module->parts[part].file, error))
                return false;
        }
    }
    return true;
}

bool pinned_watch_modules(struct boot *boot, struct error *error)
{
    return for_all_parts(boot, watch, error);
}

bool pinned_check_modules(struct boot *boot, struct error *error)
{
    return for_all_parts(boot, check, error);
}
