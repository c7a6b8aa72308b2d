/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/trust/enroll.h"

#include "common/base/text.h"
#include "common/base/units.h"
#include "common/trust/key_file.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/file.h"
#include "efi/firmware/variables.h"

/* No firmware has that much room for variables. */
#define LARGEST_FILE (1 * MIB)

enum { KEY_DBX, KEY_DB, KEY_KEK, KEY_PK, KEY_COUNT };

struct key_file {
    const char *path;
    const char *bytes; /* NULL: there is none */
    uint64_t size;
    bool is_signed;
};

/* In this order they are written: while there is no platform key, the others can be written. */
static const char names[KEY_COUNT][4] = {
    [KEY_DBX] = "dbx",
    [KEY_DB] = "db",
    [KEY_KEK] = "KEK",
    [KEY_PK] = "PK",
};

static const char *make_path(const char *directory, const char *name, struct arena *arena)
{
    TEXT_ON_STACK(path, PATH_MAX_LENGTH);

    text_format(&path, "%s\\%s.auth", directory, name);
    return arena_strndup(arena, path.data, path.length);
}

static bool read_file(const struct volume *volume, bool is_optional, struct key_file *key,
                      struct arena *arena, struct error *error)
{
    CLEANUP(file_close) struct file file = {.path = key->path};
    char *bytes;

    if (!(is_optional ? file_open_optional : file_open)(volume, key->path, &file, error))
        return false;
    if (!file_is_open(&file))
        return true;
    if (!file_read_all(&file, LARGEST_FILE, arena, &bytes, error))
        return false;
    key->bytes = bytes;
    key->size = file.source.size;
    return key_file_check(bytes, key->size, &key->is_signed, error) || error_name(error, key->path);
}

static bool read_all(const struct volume *volume, const char *directory, struct key_file *ret_keys,
                     struct arena *arena, struct error *error)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        ret_keys[i] = (struct key_file){.path = make_path(directory, names[i], arena)};
        if (!ret_keys[i].path)
            return error_set(error, ERROR_OUT_OF_MEMORY);
        if (!read_file(volume, i == KEY_DBX, &ret_keys[i], arena, error))
            return false;
    }
    return true;
}

static bool write_all(const struct key_file *keys, struct error *error)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        const EFI_GUID *vendor = i < KEY_KEK ? &security_database_guid : &firmware_guid;
        EFI_STATUS status;

        if (!keys[i].bytes)
            continue;
        status = variable_set_authenticated(vendor, names[i], keys[i].bytes, keys[i].size);
        if (EFI_ERROR(status))
            return error_set_efi_for(error, keys[i].path, status, ERROR_KEY_REFUSED);
    }
    return true;
}

bool enroll_is_key_set(const struct volume *volume, const char *path)
{
    TEXT_ON_STACK(file, PATH_MAX_LENGTH);

    text_format(&file, "%s\\%s.auth", path, names[KEY_PK]);
    return file_exists(volume, file.data);
}

bool enroll_keys(const struct volume *volume, const char *path, struct arena *arena,
                 struct error *error)
{
    struct key_file keys[KEY_COUNT];
    EFI_STATUS status;
    bool written;

    if (!read_all(volume, path, keys, arena, error))
        return false;
    if (keys[KEY_PK].is_signed)
        return write_all(keys, error);
    status = variable_set_custom_mode(true);
    if (EFI_ERROR(status))
        return error_set_efi_for(error, keys[KEY_PK].path, status, ERROR_KEY_NOT_SIGNED);
    written = write_all(keys, error);
    (void)variable_set_custom_mode(false); /* nobody else is to find it on */
    return written;
}
