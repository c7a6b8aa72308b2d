/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/kernel_file.h"

#include "efi/boot/boot_source.h"
#include "efi/console/progress.h"
#include "efi/firmware/pages.h"
#include "efi/firmware/timing.h"

/* Returns the error of unpacking or parsing to the caller, with the file's name. */
static bool fail(const struct kernel *kernel, struct error *error)
{
    *error = kernel->error;
    return ERROR_IS_FALSE(error_name(error, kernel->file.path));
}

static bool open_file(const struct boot_file *source, struct kernel *kernel, struct error *error)
{
    *kernel = (struct kernel){.state = KERNEL_CLOSED};
    pages_init_arena(&kernel->arena);
    pages_init_arena(&kernel->buffers);
    pages_init_arena(&kernel->whole);
    return boot_source_open(source, &kernel->file, error);
}

/* Starts unpacking from the start of the file: `open` is unpack_open() or unpack_probe(). */
static bool start_unpacking(struct kernel *kernel, __typeof__(unpack_open) *open,
                            struct error *error)
{
    kernel_release(kernel);
    progress_start(kernel->file.path, kernel->file.source.size);
    return open(&kernel->unpack, &kernel->file.source, UNPACK_LIMIT, &kernel->buffers,
                &kernel->error) ||
           fail(kernel, error);
}

static bool read_image(struct kernel *kernel, struct error *error)
{
    if (!elf_read(kernel->unpack.elf, &kernel->arena, &kernel->image, &kernel->error))
        return fail(kernel, error);
    kernel->state = KERNEL_READABLE;
    return true;
}

/* Reads the ELF file's headers from a stream. */
static bool open_stream(struct kernel *kernel, struct error *error)
{
    struct kernel_stream *stream = &kernel->stream;

    if (!kernel_stream_open(stream, &kernel->unpack, &kernel->arena, UNPACK_LIMIT,
                            &kernel->error) ||
        !elf_read_headers(&stream->source, &kernel->arena, &kernel->image, &kernel->error) ||
        !kernel_stream_keep_notes(stream, &kernel->image, &kernel->arena))
        return fail(kernel, error);
    kernel->state = KERNEL_STREAMED;
    return true;
}

/*
 * Reads the headers, from a stream if the kernel is compressed. *ret_sequential is false when a
 * stream does not have them where they can be read: then nothing is wrong, but nothing was read.
 */
static bool read_headers(struct kernel *kernel, bool *ret_sequential, struct error *error)
{
    *ret_sequential = true;
    if (kernel->unpack.elf)
        return read_image(kernel, error);
    if (open_stream(kernel, error))
        return true;
    *ret_sequential = error->code != ERROR_NOT_SEQUENTIAL;
    if (*ret_sequential)
        return false;
    error_clear(error);
    return true;
}

bool kernel_open(const struct boot_file *source, struct kernel *ret_kernel, struct error *error)
{
    return open_file(source, ret_kernel, error) &&
           (file_reads_parts(&ret_kernel->file) || kernel_read_whole(ret_kernel, error));
}

bool kernel_read_whole(struct kernel *kernel, struct error *error)
{
    struct file *file = &kernel->file;
    const char *path = file->path;
    uint64_t size = file->source.size;
    char *bytes;

    if (file->bytes)
        return true;
    progress_start(path, size);
    if (!file_read_all(file, size, &kernel->whole, &bytes, error))
        return false;
    progress_end();
    file_close(file);
    file_from_memory(path, (const uint8_t *)bytes, size, file);
    return true;
}

bool kernel_read_headers(struct kernel *kernel, struct error *error)
{
    bool sequential;

    if (!start_unpacking(kernel, unpack_open, error) || !read_headers(kernel, &sequential, error))
        return false;
    return sequential || kernel_unpack(kernel, error);
}

static bool probe(struct kernel *kernel, struct error *error)
{
    bool sequential;

    if (!start_unpacking(kernel, unpack_probe, error))
        return false;
    return kernel->unpack.incomplete || read_headers(kernel, &sequential, error);
}

/* What there is no memory to look at now may be booted, when the memory of the menu is free. */
static bool is_for_want_of_memory(const struct error *error)
{
    return error->code == ERROR_UNPACK_MEMORY || error->code == ERROR_OUT_OF_MEMORY;
}

bool kernel_probe(const struct boot_file *source, bool *ret_may_be_linux, struct error *error)
{
    CLEANUP(kernel_close) struct kernel kernel = {.state = KERNEL_CLOSED};
    bool good = open_file(source, &kernel, error) &&
                (!file_reads_parts(&kernel.file) || probe(&kernel, error));

    progress_end(); /* of start_unpacking() */
    *ret_may_be_linux = kernel.state != KERNEL_READABLE || kernel_is_linux(&kernel);
    if (good || !is_for_want_of_memory(error))
        return good;
    error_clear(error);
    return true;
}

bool kernel_unpack(struct kernel *kernel, struct error *error)
{
    if (!start_unpacking(kernel, unpack_open, error))
        return false;
    (void)timing_enter(TIMING_DECODING);
    if (!kernel->unpack.elf && !unpack_to_memory(&kernel->unpack))
        return fail(kernel, error);
    return read_image(kernel, error);
}

static bool load_stream(struct kernel *kernel, const struct plan_reads *reads, struct error *error)
{
    struct kernel_stream *stream = &kernel->stream;

    if (!kernel_stream_load(stream, &kernel->image, reads, &kernel->buffers) ||
        !elf_read_notes(&stream->source, &kernel->arena, &kernel->image, &kernel->error))
        return fail(kernel, error);
    return true;
}

static bool load_source(struct kernel *kernel, const struct plan_reads *reads, struct error *error)
{
    struct byte_source *elf = kernel->unpack.elf;

    for (size_t i = 0; i < reads->count; i++) {
        const struct plan_read *read = &reads->items[i];

        if (!elf->read(elf, read->offset, (void *)(uintptr_t)read->address, read->size,
                       &kernel->error))
            return fail(kernel, error);
    }
    return true;
}

bool kernel_load(struct kernel *kernel, const struct plan_reads *reads, struct error *error)
{
    bool streamed = kernel->state == KERNEL_STREAMED;

    (void)timing_enter(streamed ? TIMING_DECODING : TIMING_READING);
    return streamed ? load_stream(kernel, reads, error) : load_source(kernel, reads, error);
}

bool kernel_take_reclaimable(struct kernel *kernel, struct arena *arena,
                             struct plan_ranges *ret_reclaimable)
{
    size_t size;

    *ret_reclaimable = (struct plan_ranges){.items = NULL};
    while (kernel->buffers.chunks) {
        struct range *slot =
            arena_push(arena, (void **)&ret_reclaimable->items, &ret_reclaimable->capacity,
                       ret_reclaimable->count, sizeof(*ret_reclaimable->items));
        uintptr_t start;

        if (!slot)
            return false;
        start = (uintptr_t)arena_take_chunk(&kernel->buffers, &size);
        *slot = (struct range){start, start + size};
        ret_reclaimable->count++;
    }
    return true;
}

uint64_t kernel_memory(const struct kernel *kernel)
{
    unsigned layers = kernel->unpack.layer_count;

    if (range_size(kernel->image.span) > 0)
        return range_size(kernel->image.span);
    return layers > 0 ? kernel->unpack.layers[layers - 1].unpacked : kernel->file.source.size;
}

void kernel_release(struct kernel *kernel)
{
    arena_release(&kernel->arena);
    arena_release(&kernel->buffers);
}

bool kernel_is_linux(const struct kernel *kernel)
{
    return unpack_has_bzimage(&kernel->unpack) || kernel->image.notes.is_linux;
}

void kernel_close(struct kernel *kernel)
{
    kernel_release(kernel);
    arena_release(&kernel->whole);
    file_close(&kernel->file);
}
