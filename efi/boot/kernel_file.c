/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/kernel_file.h"

#include "efi/console/progress.h"
#include "efi/console/timing.h"
#include "efi/firmware/pages.h"

#include <string.h>

/* Nothing larger is a kernel; what unpacks to more is a mistake or a trap. */
#define UNPACK_LIMIT (1 * GIB)

/* ELF and program headers lie at the start of all kernels; so much of a stream is looked at. */
#define PREFIX_SIZE  (64 * KIB)
#define SCRATCH_SIZE (64 * KIB)

/* Note segments of kernels have some hundred bytes. */
#define LARGEST_NOTES (64 * KIB)

/* The error is in kernel->error: the caller words it. */
static EFI_STATUS refuse(enum error_code code)
{
    return code == ERROR_READ ? EFI_DEVICE_ERROR : EFI_LOAD_ERROR;
}

static EFI_STATUS fail(struct kernel *kernel, enum error_code code)
{
    (void)error_set(&kernel->error, code);
    return refuse(code);
}

/* Part of the ELF file that is at hand although it comes as a stream; NULL when it is not. */
static const uint8_t *find_kept(const struct kernel *kernel, uint64_t offset, uint64_t length)
{
    if (fits_inside(offset, length, kernel->prefix_size))
        return kernel->prefix + offset;
    for (size_t i = 0; i < kernel->note_count; i++) {
        struct range range = kernel->notes[i].range;

        if (offset >= range.start && fits_inside(offset - range.start, length, range_size(range)))
            return kernel->notes[i].bytes + (offset - range.start);
    }
    return NULL;
}

static bool read_kept(struct byte_source *source, uint64_t offset, void *buffer, size_t length)
{
    struct kernel *kernel = (struct kernel *)((uint8_t *)source - offsetof(struct kernel, stream));
    const uint8_t *bytes = find_kept(kernel, offset, length);

    if (bytes)
        memcpy(buffer, bytes, length);
    else
        kernel->needs_memory = true;
    return bytes != NULL;
}

/* The next bytes of the stream, in order; *ret_count is less at its end. */
static bool read_stream(struct kernel *kernel, void *buffer, uint64_t size, uint64_t *ret_count)
{
    uint64_t kept = 0;

    if (kernel->position < kernel->prefix_size) {
        kept = min_u64(size, kernel->prefix_size - kernel->position);
        memcpy(buffer, kernel->prefix + kernel->position, kept);
    }
    if (!unpack_read(&kernel->unpack, (uint8_t *)buffer + kept, size - kept, ret_count))
        return false;
    *ret_count += kept;
    kernel->position += *ret_count;
    return true;
}

/* Copies what of the notes lies in `bytes`, which is the file from `offset` on. */
static void keep_notes(struct kernel *kernel, uint64_t offset, const uint8_t *bytes, uint64_t size)
{
    for (size_t i = 0; i < kernel->note_count; i++) {
        struct kernel_note *note = &kernel->notes[i];
        struct range both = range_intersect(note->range, (struct range){offset, offset + size});

        if (range_size(both) > 0)
            memcpy(note->bytes + (both.start - note->range.start), bytes + (both.start - offset),
                   range_size(both));
    }
}

/* The number of the program header that loads what is at `offset`. */
static uint64_t find_segment(const struct elf_image *image, uint64_t offset)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];

        if (offset >= segment->offset && offset - segment->offset < segment->filesz)
            return segment->header;
    }
    return 0;
}

/* Reads to an address, all of it. */
static EFI_STATUS read_exactly(struct kernel *kernel, void *buffer, uint64_t size)
{
    uint64_t offset = kernel->position;
    uint64_t count;

    if (!read_stream(kernel, buffer, size, &count))
        return refuse(kernel->error.code);
    keep_notes(kernel, offset, buffer, count);
    if (count == size)
        return EFI_SUCCESS;
    (void)error_set(&kernel->error, ERROR_SEGMENT_TRUNCATED, find_segment(&kernel->image, offset),
                    offset, size, kernel->position);
    return EFI_LOAD_ERROR;
}

/* Reads on up to `offset`, or to the end, and keeps nothing but notes. */
static EFI_STATUS skip_to(struct kernel *kernel, uint64_t offset, uint8_t *scratch)
{
    uint64_t count = 1;

    while (count > 0 && kernel->position < offset) {
        uint64_t start = kernel->position;

        if (!read_stream(kernel, scratch, min_u64(offset - start, SCRATCH_SIZE), &count))
            return refuse(kernel->error.code);
        keep_notes(kernel, start, scratch, count);
    }
    return EFI_SUCCESS;
}

/* Makes room for the notes, which come by among the segments. */
static bool reserve_notes(struct kernel *kernel)
{
    struct range ranges[KERNEL_NOTES];
    size_t count = elf_note_ranges(kernel->image.tables, ranges, KERNEL_NOTES);

    for (size_t i = 0; i < count; i++) {
        struct kernel_note *note = &kernel->notes[kernel->note_count];

        if (range_size(ranges[i]) == 0 || range_size(ranges[i]) > LARGEST_NOTES)
            continue;
        note->range = ranges[i];
        note->bytes = arena_alloc(&kernel->arena, range_size(ranges[i]), 1);
        if (!note->bytes)
            return false;
        kernel->note_count++;
    }
    return true;
}

static EFI_STATUS read_prefix(struct kernel *kernel)
{
    kernel->prefix = arena_alloc_bulk(&kernel->arena, PREFIX_SIZE);
    if (!kernel->prefix)
        return fail(kernel, ERROR_OUT_OF_MEMORY);
    if (!unpack_read(&kernel->unpack, kernel->prefix, PREFIX_SIZE, &kernel->prefix_size))
        return refuse(kernel->error.code);
    return EFI_SUCCESS;
}

/* Reads the headers of a stream. */
static EFI_STATUS open_stream(struct kernel *kernel)
{
    const struct container *elf = &kernel->unpack.layers[kernel->unpack.layer_count - 1];
    EFI_STATUS status = read_prefix(kernel);

    if (EFI_ERROR(status))
        return status;
    kernel->streamed = true;
    kernel->stream = (struct byte_source){
        .size = elf->unpacked_exact ? elf->unpacked : UNPACK_LIMIT,
        .read = read_kept,
    };
    if (kernel->prefix_size < PREFIX_SIZE)
        kernel->stream.size = kernel->prefix_size;
    if (!elf_read_headers(&kernel->stream, &kernel->arena, &kernel->image, &kernel->error)) {
        if (!kernel->needs_memory)
            return refuse(kernel->error.code);
        return kernel->probing ? EFI_SUCCESS : kernel_unpack(kernel);
    }
    return reserve_notes(kernel) ? EFI_SUCCESS : fail(kernel, ERROR_OUT_OF_MEMORY);
}

static EFI_STATUS read_image(struct kernel *kernel)
{
    if (!elf_read(kernel->unpack.elf, &kernel->arena, &kernel->image, &kernel->error))
        return refuse(kernel->error.code);
    return EFI_SUCCESS;
}

static EFI_STATUS begin(struct kernel *kernel)
{
    bool begun;

    kernel->streamed = false;
    kernel->needs_memory = false;
    kernel->position = 0;
    kernel->prefix_size = 0;
    kernel->note_count = 0;
    kernel_release(kernel);
    progress_start(kernel->file.path, kernel->file.source.size);
    begun = (kernel->probing ? unpack_probe : unpack_open)(
        &kernel->unpack, &kernel->file.source, UNPACK_LIMIT, &kernel->buffers, &kernel->error);
    return begun ? EFI_SUCCESS : refuse(kernel->error.code);
}

EFI_STATUS kernel_open(EFI_FILE_HANDLE root, const char *path, struct kernel *kernel)
{
    EFI_STATUS status;

    pages_init_arena(&kernel->arena);
    pages_init_arena(&kernel->buffers);
    kernel->error.code = ERROR_READ; /* what goes wrong with the file says so itself */
    status = file_open(root, path, &kernel->file);
    if (!EFI_ERROR(status))
        status = begin(kernel);
    if (EFI_ERROR(status) || kernel->unpack.incomplete)
        return status;
    return kernel->unpack.elf ? read_image(kernel) : open_stream(kernel);
}

EFI_STATUS kernel_probe(EFI_FILE_HANDLE root, const char *path, struct kernel *kernel)
{
    kernel->probing = true;
    return kernel_open(root, path, kernel);
}

EFI_STATUS kernel_unpack(struct kernel *kernel)
{
    EFI_STATUS status = begin(kernel);

    (void)timing_enter(TIMING_DECODING);
    if (!EFI_ERROR(status) && !kernel->unpack.elf && !unpack_to_memory(&kernel->unpack))
        status = refuse(kernel->error.code);
    return EFI_ERROR(status) ? status : read_image(kernel);
}

static EFI_STATUS load_stream(struct kernel *kernel, const struct plan_reads *reads)
{
    uint8_t *scratch = arena_alloc_bulk(&kernel->buffers, SCRATCH_SIZE);
    EFI_STATUS status = EFI_SUCCESS;

    if (!scratch)
        return fail(kernel, ERROR_OUT_OF_MEMORY);
    for (size_t i = 0; i < reads->count && !EFI_ERROR(status); i++) {
        const struct plan_read *fill = &reads->items[i];

        if (fill->offset < kernel->position) { /* segments that share bytes of the file */
            kernel->needs_memory = true;
            return EFI_NOT_READY;
        }
        status = skip_to(kernel, fill->offset, scratch);
        if (!EFI_ERROR(status))
            status = read_exactly(kernel, (void *)(uintptr_t)fill->address, fill->size);
    }
    if (!EFI_ERROR(status))
        status = skip_to(kernel, UINT64_MAX, scratch);
    if (EFI_ERROR(status))
        return status;
    if (!unpack_finish(&kernel->unpack) ||
        !elf_read_notes(&kernel->stream, &kernel->arena, &kernel->image, &kernel->error))
        return refuse(kernel->error.code);
    return EFI_SUCCESS;
}

static EFI_STATUS load_source(struct kernel *kernel, const struct plan_reads *reads)
{
    struct byte_source *elf = kernel->unpack.elf;

    for (size_t i = 0; i < reads->count; i++) {
        const struct plan_read *fill = &reads->items[i];

        if (!elf->read(elf, fill->offset, (void *)(uintptr_t)fill->address, fill->size))
            return fail(kernel, ERROR_READ);
    }
    return EFI_SUCCESS;
}

EFI_STATUS kernel_load(struct kernel *kernel, const struct plan_reads *reads)
{
    (void)timing_enter(kernel->streamed ? TIMING_DECODING : TIMING_READING);
    return kernel->streamed ? load_stream(kernel, reads) : load_source(kernel, reads);
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

void kernel_close(struct kernel *kernel)
{
    kernel_release(kernel);
    file_close(&kernel->file);
}
