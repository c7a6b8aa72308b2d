/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/stub/initrds.h"

#include "common/uki/cpio.h"
#include "efi/boot/boot_source.h"
#include "efi/boot/extra_archives.h"

/* The sections that become files in /.extra, in this order. */
static const struct {
    enum uki_section_kind kind;
    char name[27];
} extra_files[] = {
    {UKI_PCRSIG, "tpm2-pcr-signature.json"},
    {UKI_PCRPKEY, "tpm2-pcr-public-key.pem"},
    {UKI_PROFILE, "profile"},
    {UKI_OSREL, "os-release"},
};

/* An empty section is none, as for systemd-stub. */
static bool has_section(const struct stub *stub, enum uki_section_kind kind)
{
    return stub->trust->uki.present[kind] && stub_section_size(stub, kind) > 0;
}

static bool add_section(struct stub *stub, enum uki_section_kind kind, bool linux_only,
                        struct error *error)
{
    return !has_section(stub, kind) ||
           boot_files_add_bytes(&stub->request.initrds, stub->arena, uki_section_name(kind),
                                stub_section(stub, kind), stub_section_size(stub, kind),
                                linux_only) ||
           error_set(error, ERROR_OUT_OF_MEMORY);
}

/* Adds an archive with one file in /.extra. */
static bool add_archive(struct stub *stub, enum uki_section_kind kind, const char *name,
                        struct error *error)
{
    const struct cpio_file file = {name, stub_section(stub, kind), stub_section_size(stub, kind)};
    const struct cpio_archive archive = {CPIO_EXTRA, .files = &file, .count = 1};
    uint64_t size;
    const uint8_t *bytes = cpio_make(&archive, stub->arena, &size);

    return (bytes && boot_files_add_bytes(&stub->request.initrds, stub->arena,
                                          uki_section_name(kind), bytes, size, true)) ||
           error_set(error, ERROR_OUT_OF_MEMORY);
}

/* Adds what was found beside the image. */
static bool add_file(struct stub *stub, const struct boot_file *file, struct error *error)
{
    return file->size == 0 ||
           boot_files_add_bytes(&stub->request.initrds, stub->arena, file->path, file->bytes,
                                file->size, true) ||
           error_set(error, ERROR_OUT_OF_MEMORY);
}

/* Linux takes the first microcode that it finds, so that of the last addon is in front. */
static bool add_addons_ucode(struct stub *stub, struct error *error)
{
    const struct boot_files *ucode = &stub->trust->added.ucode;

    for (size_t i = ucode->count; i-- > 0;) {
        if (!add_file(stub, &ucode->items[i], error))
            return false;
    }
    return true;
}

static bool add_files(struct stub *stub, const struct boot_file *files, size_t count,
                      struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (!add_file(stub, &files[i], error))
            return false;
    }
    return true;
}

static bool add_offered(struct stub *stub, struct error *error)
{
    return initrd_add_offered(stub->trust->state, has_section(stub, UKI_INITRD), stub->arena,
                              &stub->request.initrds, error);
}

bool stub_add_initrds(struct stub *stub, struct error *error)
{
    const struct additions *added = &stub->trust->added;

    if (!add_addons_ucode(stub, error) || !add_section(stub, UKI_UCODE, true, error) ||
        !add_section(stub, UKI_INITRD, false, error) || !add_offered(stub, error))
        return false;
    if (!extra_archives_append(added->archives, stub->arena, &stub->request.initrds))
        return error_set(error, ERROR_OUT_OF_MEMORY);
    for (size_t i = 0; i < ELEMENTS(extra_files); i++) {
        enum uki_section_kind kind = extra_files[i].kind;

        if (has_section(stub, kind) && !add_archive(stub, kind, extra_files[i].name, error))
            return false;
    }
    return add_files(stub, added->initrds.items, added->initrds.count, error);
}
