/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/network/tftp_volume.h"

#include "common/base/overflow.h"
#include "common/base/units.h"
#include "common/network/netboot.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/pages.h"
#include "efi/network/entry_directory.h"
#include "efi/network/tftp.h"

#include <string.h>

/* For a file whose size the server does not tell, and how often more is tried. */
#define FIRST_GUESS (4 * MIB)
#define GUESSES     3

/* Blocks are numbered with 16 bits, and not every server goes on after the last number. */
#define MOST_BLOCKS UINT64_C(65535)
#define SMALL_BLOCK 512

#define MAX_FILE_SIZE (4 * GIB) /* more fits no machine's memory that a kernel can use */

struct tftp_volume {
    struct arena arena; /* in which this is */
    struct tftp tftp;
};

struct tftp_file {
    struct arena arena; /* in which this is */
    struct arena buffer;
    struct tftp *tftp;
    const char *name; /* as the server calls it */
    uint8_t *bytes;   /* in the buffer, of a file that is not read whole; NULL: not read yet */
};

/* What an error is about must outlive the volume: one at a time is enough. */
static struct {
    char url[512];
    char words[128];
} told;

static bool fail(const struct tftp_file *own, EFI_STATUS status, enum error_code code, uint64_t a,
                 uint64_t b, struct error *error)
{
    const char *words = tftp_words(own->tftp);
    struct text url = text_empty(told.url, sizeof(told.url));
    struct text text = text_empty(told.words, sizeof(told.words));

    boot_server_append_url(&url, &own->tftp->server, own->name);
    text_append_clean(&text, words && status == EFI_TFTP_ERROR ? words : "File not found");
    error->reason = told.words;
    return error_set_efi_for(error, told.url, status, code, a, b);
}

/* A server that refuses a file says why, or at least did so by an error. */
static bool fail_transfer(const struct tftp_file *own, EFI_STATUS status, uint64_t size,
                          struct error *error)
{
    if (status == EFI_TFTP_ERROR)
        return fail(own, status, ERROR_SERVER_REFUSES, 0, 0, error);
    return fail(own, status,
                size / SMALL_BLOCK > MOST_BLOCKS ? ERROR_TFTP_BLOCKS : ERROR_SERVER_READ, size, 0,
                error);
}

/* ------------------------------------------------------------------------------------------------
 * Files
 */

/* `name` is what the server calls it. */
static struct tftp_file *make_file(struct tftp *tftp, const struct text *name)
{
    struct arena arena;
    struct tftp_file *own;

    pages_init_arena(&arena);
    own = arena_alloc(&arena, 1, sizeof(*own));
    if (!own)
        return NULL;
    *own =
        (struct tftp_file){.tftp = tftp, .name = arena_strndup(&arena, name->data, name->length)};
    pages_init_arena(&own->buffer);
    own->arena = arena;
    if (own->name)
        return own;
    arena_release(&arena);
    return NULL;
}

static void close_file(struct volume_file *file)
{
    struct tftp_file *own = file->handle;
    struct arena arena = own->arena;

    arena_release(&own->buffer);
    arena_release(&arena);
    file->handle = NULL;
}

/* Without its size, a file has to be read to learn it; firmware then tells how large it was. */
static EFI_STATUS read_unsized(struct tftp_file *own, uint64_t *ret_size)
{
    EFI_STATUS status = EFI_BUFFER_TOO_SMALL;
    uint64_t room = FIRST_GUESS;

    for (int i = 0; i < GUESSES && status == EFI_BUFFER_TOO_SMALL; i++) {
        arena_release(&own->buffer);
        own->bytes = arena_alloc_bulk(&own->buffer, room);
        if (!own->bytes)
            return EFI_OUT_OF_RESOURCES;
        *ret_size = room;
        status = tftp_read(own->tftp, own->name, own->bytes, ret_size, NULL);
        room = min_u64(max_u64(*ret_size, 2 * room), MAX_FILE_SIZE);
    }
    return status;
}

/* True where the question for the size has failed, and not the server's having the file. */
static bool may_lack_sizes(EFI_STATUS status)
{
    return status == EFI_UNSUPPORTED || status == EFI_NOT_FOUND || status == EFI_PROTOCOL_ERROR ||
           status == EFI_INVALID_PARAMETER;
}

static bool find_size(struct tftp_file *own, struct volume_file *file, struct error *error)
{
    EFI_STATUS status = tftp_get_size(own->tftp, own->name, &file->size);

    if (may_lack_sizes(status))
        status = read_unsized(own, &file->size);
    file->is_missing = status == EFI_TFTP_ERROR || status == EFI_NOT_FOUND;
    if (file->is_missing)
        return fail(own, status, ERROR_SERVER_REFUSES, 0, 0, error);
    if (EFI_ERROR(status))
        return fail_transfer(own, status, 0, error);
    return file->size <= MAX_FILE_SIZE || fail(own, 0, ERROR_FILE_SIZE, file->size, 0, error);
}

static bool open_file(const struct volume *volume, const char *path, struct volume_file *file,
                      struct error *error)
{
    struct tftp_volume *own = volume->handle;
    TEXT_ON_STACK(on_server, PATH_MAX_LENGTH);
    TEXT_ON_STACK(name, PATH_MAX_LENGTH + BOOT_FILE_NAME_SIZE);

    netboot_append_path(&on_server, path);
    if (on_server.length == PATH_MAX_LENGTH - 1)
        return error_set_for(error, file->path, ERROR_PATH_TOO_LONG);
    boot_server_append_file(&name, &own->tftp.server, on_server.data);
    file->handle = make_file(&own->tftp, &name);
    if (!file->handle)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    if (find_size(file->handle, file, error))
        return true;
    close_file(file);
    return false;
}

static bool fetch(const struct volume_file *file, void *buffer, struct error *error)
{
    struct tftp_file *own = file->handle;
    uint64_t size = file->size;
    EFI_STATUS status = tftp_read(own->tftp, own->name, buffer, &size, file->on_read);

    if (size != file->size && (!EFI_ERROR(status) || status == EFI_BUFFER_TOO_SMALL))
        return fail(own, 0, ERROR_SERVER_SIZE, file->size, size, error);
    return !EFI_ERROR(status) || fail_transfer(own, status, file->size, error);
}

static bool fetch_to_buffer(struct volume_file *file, struct error *error)
{
    struct tftp_file *own = file->handle;
    uint8_t *bytes = arena_alloc_bulk(&own->buffer, file->size);

    if (!bytes)
        return error_set_for(error, file->path, ERROR_FILE_NO_MEMORY);
    if (!fetch(file, bytes, error))
        return false;
    own->bytes = bytes;
    return true;
}

/* There are no parts of files in TFTP. What is read whole goes straight to its place. */
static bool read_file(struct volume_file *file, uint64_t offset, void *buffer, uint64_t size,
                      uint64_t *ret_count, struct error *error)
{
    const struct tftp_file *own = file->handle;

    *ret_count = size;
    if (!own->bytes && size == file->size)
        return fetch(file, buffer, error);
    if (!own->bytes && !fetch_to_buffer(file, error))
        return false;
    memcpy(buffer, own->bytes + offset, size);
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * The volume
 */

static void close_volume(struct volume *volume)
{
    struct tftp_volume *own = volume->handle;
    struct arena arena = own->arena;

    arena_release(&arena);
    volume->handle = NULL;
}

static const struct volume_operations operations = {
    .reads_whole_files = true,
    .is_server = true,
    .reports_progress = true,
    .open_file = open_file,
    .read = read_file,
    .close_file = close_file,
    .open_directory = entry_directory_open,
    .next_name = entry_directory_next,
    .close_directory = entry_directory_close,
    .close = close_volume,
};

bool tftp_volume_open(EFI_HANDLE device, struct volume *ret_volume, struct error *error)
{
    struct tftp tftp;
    struct tftp_volume *own;
    struct arena arena;
    EFI_STATUS status = tftp_find(device, &tftp);

    if (status == EFI_NOT_FOUND)
        return error_set(error, ERROR_NO_BOOT_SERVER);
    if (EFI_ERROR(status))
        return false;
    pages_init_arena(&arena);
    own = arena_alloc(&arena, 1, sizeof(*own));
    if (!own)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    *own = (struct tftp_volume){arena, tftp};
    *ret_volume = (struct volume){VOLUME_BOOT, "the boot server", device, &operations, own};
    return true;
}
