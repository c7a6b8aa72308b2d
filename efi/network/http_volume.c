/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/network/http_volume.h"

#include "common/network/network_node.h"
#include "common/network/url.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/file.h"
#include "efi/network/http_file.h"
#include "efi/network/network.h"

static bool open_file(const struct volume *volume, const char *path, struct volume_file *file,
                      struct error *error)
{
    struct url url;

    error->reason =
        path_is_url(path) ? url_parse(path, &url) : url_join(volume->handle, path, &url);
    if (error->reason)
        return error_set_for(error, file->path, ERROR_URL);
    return http_file_open(&url, file, error);
}

/* Servers list no directories. */
static bool open_directory(const struct volume *volume, const char *path,
                           struct directory *directory, struct error *error)
{
    (void)volume;
    (void)path;
    (void)error;
    directory->handle = NULL;
    return true;
}

static void close_nothing(struct volume *volume)
{
    (void)volume;
}

static const struct volume_operations http_operations = {
    .open_file = open_file,
    .read = http_file_read,
    .close_file = http_file_close,
    .open_directory = open_directory,
    .close = close_nothing,
};

/* Of paths that are URLs: no other path is asked of it. */
static const struct volume any_server = {
    .kind = VOLUME_OTHER,
    .name = "the network",
    .operations = &http_operations,
};

void http_volume_take_urls(EFI_HANDLE device)
{
    network_set_origin(device);
    file_set_url_volume(&any_server);
}

void http_volume_stop(void)
{
    http_files_stop();
    network_stop();
}
