/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/volume_catalog.h"

#include "efi/console/console.h"
#include "efi/firmware/file.h"

struct volume_reader {
    struct catalog_reader reader; /* first, so that it can be cast back */
    struct directory directory;
    struct file file; /* the one that is open, of which parts are read */
};

static bool open_directory(struct catalog_reader *catalog_reader, const char *path, bool *ret_found,
                           struct error *error)
{
    struct volume_reader *reader = (struct volume_reader *)catalog_reader;

    if (!directory_open(catalog_reader->volume, path, &reader->directory, error))
        return false;
    *ret_found = directory_is_open(&reader->directory);
    if (!*ret_found && reader->directory.looked_for)
        console_message("the server has none of the entries %s", reader->directory.looked_for);
    return true;
}

static bool next_name(struct catalog_reader *catalog_reader, struct arena *arena,
                      const char **ret_name, struct error *error)
{
    struct volume_reader *reader = (struct volume_reader *)catalog_reader;

    return directory_next(&reader->directory, arena, ret_name, error);
}

static void close_directory(struct catalog_reader *catalog_reader)
{
    directory_close(&((struct volume_reader *)catalog_reader)->directory);
}

static bool read_file(struct catalog_reader *reader, struct catalog_file *wanted,
                      struct arena *arena, struct error *error)
{
    CLEANUP(file_close) struct file file = {.path = wanted->path};
    char *text;

    if (!(wanted->optional ? file_open_optional : file_open)(reader->volume, wanted->path, &file,
                                                             error))
        return false;
    if (!file_is_open(&file))
        return true;
    if (!file_read_all(&file, wanted->limit, arena, &text, error))
        return false;
    wanted->text = text;
    wanted->length = file.source.size;
    return true;
}

static bool open_file(struct catalog_reader *catalog_reader, const char *path,
                      struct byte_source **ret_source, struct error *error)
{
    struct volume_reader *reader = (struct volume_reader *)catalog_reader;

    if (!file_open(catalog_reader->volume, path, &reader->file, error))
        return false;
    *ret_source = &reader->file.source;
    return true;
}

static void close_file(struct catalog_reader *catalog_reader)
{
    file_close(&((struct volume_reader *)catalog_reader)->file);
}

static bool has_file(struct catalog_reader *reader, const char *path)
{
    return file_exists(reader->volume, path);
}

/* Like systemd-boot, it passes over images that are no entries, which others put there. */
static void report(struct catalog_reader *reader, struct error *error)
{
    (void)reader;
    if (error->code == ERROR_NO_PROGRAM || error->code == ERROR_NO_OS_RELEASE)
        return;
    (void)console_print_error(error, NULL);
}

static struct volume_reader make_reader(struct volume *volume)
{
    return (struct volume_reader){
        .reader = {volume, NULL, open_directory, next_name, close_directory, read_file, open_file,
                   close_file, has_file, report},
    };
}

bool entries_read(struct volume *volume, struct volume *other,
                  const struct smbios_settings *settings, struct arena *arena,
                  struct catalog *ret_catalog, struct error *error)
{
    struct volume_reader reader = make_reader(volume);
    struct volume_reader other_reader = make_reader(other);

    if (volume_is_open(other))
        reader.reader.other = &other_reader.reader;
    return catalog_read(&reader.reader, settings, arena, ret_catalog, error);
}
