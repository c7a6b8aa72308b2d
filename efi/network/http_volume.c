/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/network/http_volume.h"

#include "common/base/overflow.h"
#include "common/base/text.h"
#include "common/network/netboot.h"
#include "efi/firmware/file.h"
#include "efi/firmware/pages.h"
#include "efi/network/entry_directory.h"
#include "efi/network/http_file.h"
#include "efi/network/network.h"

struct http_volume {
    struct arena arena; /* in which this is */
    struct url base;    /* of our own file */
};

/* NULL, or what is wrong. Entries are in a directory of another name on a server. */
static const char *make_url(const struct volume *volume, const char *path, struct url *ret_url)
{
    const struct http_volume *own = volume->handle;
    TEXT_ON_STACK(on_server, URL_SIZE);

    if (path_is_url(path))
        return url_parse(path, ret_url);
    netboot_append_path(&on_server, path);
    if (on_server.length == URL_SIZE - 1)
        return "it is too long";
    return url_join(&own->base, on_server.data, ret_url);
}

static bool open_file(const struct volume *volume, const char *path, struct volume_file *file,
                      struct error *error)
{
    struct url url;

    error->reason = make_url(volume, path, &url);
    if (error->reason)
        return error_set_for(error, file->path, ERROR_URL);
    return http_file_open(&url, file, error);
}

/* any_server, which has no handle, is never closed. */
static void close_volume(struct volume *volume)
{
    struct http_volume *own = volume->handle;
    struct arena arena = own->arena;

    arena_release(&arena);
    volume->handle = NULL;
}

static const struct volume_operations http_operations = {
    .is_server = true,
    .open_file = open_file,
    .read = http_file_read,
    .close_file = http_file_close,
    .open_directory = entry_directory_open,
    .next_name = entry_directory_next,
    .close_directory = entry_directory_close,
    .close = close_volume,
};

/* Of paths that are URLs: no other path is asked of it. */
static const struct volume any_server = {
    .kind = VOLUME_OTHER,
    .name = "the network",
    .operations = &http_operations,
};

/* Reads the URL in a device path, which is not NUL-terminated. */
static bool read_base(struct http_volume *own, const struct network_path *path, struct error *error)
{
    TEXT_ON_STACK(text, URL_SIZE);

    text_format(&text, "%.*s", (int)min_u64(path->uri_size, URL_SIZE), (const char *)path->uri);
    error->reason = url_parse(text.data, &own->base);
    return !error->reason ||
           error_set_for(error, "the URL that pvhboot was started from", ERROR_URL);
}

bool http_volume_open(EFI_HANDLE device, struct volume *ret_volume, struct error *error)
{
    struct network_path path;
    struct http_volume *own;
    struct arena arena;

    network_path_of(device, &path);
    if (!path.uri)
        return false;
    pages_init_arena(&arena);
    own = arena_alloc(&arena, 1, sizeof(*own));
    if (!own)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    own->arena = arena;
    if (!read_base(own, &path, error)) {
        arena_release(&arena);
        return false;
    }
    *ret_volume = (struct volume){VOLUME_BOOT, "the boot server", device, &http_operations, own};
    return true;
}

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
