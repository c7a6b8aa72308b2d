/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's file, in whatever containers. An ELF file that is not compressed is read at any
 * offset: headers and notes first. A compressed one is a stream, read from front to back: the plan
 * is made from the headers alone, segments are decompressed to where they go, and the notes are
 * saved as they are reached. When that does not work, for instance because the kernel must be
 * moved, which only its notes allow, the ELF file is unpacked to memory first.
 */
#pragma once

#include "efi/boot/kernel_stream.h"
#include "efi/firmware/file.h"

#include "common/bls/boot_request.h"
#include "common/image/elf.h"
#include "common/image/unpack.h"
#include "pvh/plan.h"

enum kernel_state {
    KERNEL_CLOSED,
    KERNEL_READABLE, /* at any offset; the image is complete */
    KERNEL_STREAMED, /* front to back; entry point and notes are known after kernel_load() */
};

struct kernel {
    enum kernel_state state;
    struct file file;
    struct elf_image image;

    struct unpack unpack;
    struct kernel_stream stream;
    struct error error;   /* the error of unpacking or parsing */
    struct arena arena;   /* of `image` and the stream; released when unpacking starts again */
    struct arena buffers; /* of the decoders, needed until the kernel is loaded; released too */
    struct arena whole;   /* the file's bytes, if kernel_read_whole() has read them */
};

/*
 * Opens the file. `source` must live as long as the kernel. Call kernel_close() on failure too. The
 * structure points into itself and must not be copied.
 */
bool kernel_open(const struct boot_file *source, struct kernel *ret_kernel, struct error *error);

/*
 * Reads the file to memory and closes it: what is verified or measured and what is started are then
 * the same bytes, kernel->file.bytes, until kernel_close(). For bytes in memory there is nothing to
 * do. Call it before kernel_read_headers().
 */
bool kernel_read_whole(struct kernel *kernel, struct error *error);

/* Reads the headers, and the notes unless it is a stream. */
bool kernel_read_headers(struct kernel *kernel, struct error *error);

/*
 * True if it is Linux, as far as the bytes read until now tell: it is in a bzImage, or its notes
 * say so, which are known once the kernel is KERNEL_READABLE or loaded.
 */
bool kernel_is_linux(const struct kernel *kernel);

/*
 * Checks whether a file may be a bootable kernel, as far as a few reads tell: what would need the
 * whole file to be decompressed is not checked. *ret_may_be_linux is false if it is known that it
 * is another kernel.
 */
bool kernel_probe(const struct boot_file *source, bool *ret_may_be_linux, struct error *error);

/* Starts again, this time unpacking the whole ELF file to memory: the state is KERNEL_READABLE. */
bool kernel_unpack(struct kernel *kernel, struct error *error);

/*
 * Reads the segments to the addresses in `reads`, which the caller has allocated. For a stream,
 * reads the notes as well, which completes kernel->image. ERROR_NOT_SEQUENTIAL: a stream that must
 * be unpacked to memory instead.
 */
bool kernel_load(struct kernel *kernel, const struct plan_reads *reads, struct error *error);

/*
 * Transfers the buffers that unpacking has allocated so far to the caller, who frees each range
 * with pages_release(). The kernel uses them until kernel_load() has returned. The list is in
 * `arena`. False when out of memory for the list: ranges that are not in it remain the kernel's.
 */
bool kernel_take_reclaimable(struct kernel *kernel, struct arena *arena,
                             struct plan_ranges *ret_reclaimable);

/*
 * How much memory the kernel needs, in bytes: its span, or, before its headers are known, the size
 * of the ELF file, or else of the file.
 */
uint64_t kernel_memory(const struct kernel *kernel);

/* Frees image and buffers; the file stays open. Segments that were loaded are not affected. */
void kernel_release(struct kernel *kernel);

/* For CLEANUP(). The kernel may be all zero, never opened. */
void kernel_close(struct kernel *kernel);
