/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's file, whatever it is wrapped in. Where the ELF file can be read at any offset, its
 * headers and notes are read first. Where it comes out of a decoder, front to back, the plan is
 * made of its headers, the segments are unpacked straight to their places, and the notes are kept
 * as they come by. A kernel that this does not do for (it has to be moved, say, which only its
 * notes allow) is unpacked to memory first.
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
    KERNEL_STREAMED, /* front to back; entry point and notes are known when all has been read */
};

struct kernel {
    enum kernel_state state;
    struct file file;
    struct elf_image image;

    struct unpack unpack;
    struct kernel_stream stream;
    struct error error;   /* where unpacking records it */
    struct arena arena;   /* what is known of it; given back when unpacking begins anew */
    struct arena buffers; /* what unpacking takes, no longer needed once it is loaded; the same */
};

/*
 * Opens the file and reads headers, and notes where they can be had. On failure it is to be closed
 * all the same. `source` must live as long as the kernel.
 */
bool kernel_open(const struct boot_file *source, struct kernel *ret_kernel, struct error *error);

/*
 * Sees whether a file may be a kernel, in the time that a few reads take: what only shows when it
 * is unpacked whole is left out.
 */
bool kernel_probe(const struct boot_file *source, struct error *error);

/* Begins anew, with the ELF file in memory: KERNEL_READABLE. */
bool kernel_unpack(struct kernel *kernel, struct error *error);

/*
 * Reads the segments to where the plan's reads have them, and for a stream the notes, which
 * complete kernel->image. ERROR_NOT_SEQUENTIAL for a stream that has to be unpacked to memory.
 */
bool kernel_load(struct kernel *kernel, const struct plan_reads *reads, struct error *error);

/*
 * Lists the memory that unpacking has taken so far, in `arena`. It is the caller's from now on, to
 * be given back with pages_release(), but the kernel's to use until kernel_load() has been called.
 * False when there is no memory for the list; what is not in it is still the kernel's own.
 */
bool kernel_take_reclaimable(struct kernel *kernel, struct arena *arena,
                             struct plan_ranges *ret_reclaimable);

/* Bytes of memory that it takes where it goes; before its headers are known, its file's. */
uint64_t kernel_memory(const struct kernel *kernel);

/* Gives back the memory that it took; the file stays open. What was loaded stays where it is. */
void kernel_release(struct kernel *kernel);

/* For CLEANUP(); also for a kernel that was never opened, all zero. */
void kernel_close(struct kernel *kernel);
