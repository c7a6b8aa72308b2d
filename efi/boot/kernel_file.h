/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's file, whatever it is wrapped in. Where the ELF file can be read at any offset, its
 * headers and notes are read first. Where it comes out of a decoder, front to back, the plan is
 * made of its headers, the segments are unpacked straight to their places, and the notes are kept
 * as they come by. A kernel that this does not do for (it has to be moved, say, which only its
 * notes allow) is unpacked to memory first.
 */
#pragma once

#include "efi/firmware/file.h"

#include "common/image/elf.h"
#include "common/image/unpack.h"
#include "pvh/plan.h"

#define KERNEL_NOTES 8 /* note segments that are kept from a stream; two are usual */

struct kernel_note {
    struct range range; /* in the ELF file */
    uint8_t *bytes;
};

struct kernel {
    struct file file;
    struct elf_image image;
    struct error error;

    struct unpack unpack;
    struct arena arena;   /* what is known of it; given back when unpacking begins anew */
    struct arena buffers; /* what unpacking takes, no longer needed once it is loaded; the same */

    bool probing;      /* nothing is unpacked whole: see kernel_probe() */
    bool streamed;     /* the notes, and so the entry, are known only when all has been read */
    bool needs_memory; /* as a stream it cannot be booted: see kernel_unpack() */
    uint64_t position; /* in the stream */
    uint8_t *prefix;   /* its first bytes, with all headers */
    uint64_t prefix_size;
    struct kernel_note notes[KERNEL_NOTES];
    size_t note_count;
    struct byte_source stream; /* prefix and notes, as far as they are kept */
};

/*
 * Opens the file and reads headers, and notes where they can be had. On failure kernel->error says
 * why, or a message is out already; it is to be closed all the same.
 */
EFI_STATUS kernel_open(EFI_FILE_HANDLE root, const char *path, struct kernel *kernel);

/*
 * The same in the time that a few reads take, to see whether it may be a kernel: what only shows
 * when it is unpacked whole is left out. It cannot be loaded then.
 */
EFI_STATUS kernel_probe(EFI_FILE_HANDLE root, const char *path, struct kernel *kernel);

/* Begins anew, with the ELF file in memory. */
EFI_STATUS kernel_unpack(struct kernel *kernel);

/*
 * Reads the segments to where the plan's fills have them, and for a stream the notes, which
 * complete kernel->image.
 */
EFI_STATUS kernel_load(struct kernel *kernel, const struct plan_reads *reads);

/*
 * Lists the memory that unpacking has taken so far, in `arena`. It is the caller's from now on, to
 * be given back with pages_release(), but the kernel's to use until kernel_load() has been called.
 * False when there is no memory for the list; what is not in it is still the kernel's own.
 */
bool kernel_take_reclaimable(struct kernel *kernel, struct arena *arena,
                             struct plan_ranges *ret_reclaimable);

/* Bytes of memory that it takes where it goes; before its headers are known, its file's. */
uint64_t kernel_memory(const struct kernel *kernel);

/* Gives back all that it took. What it read stays where it is. */
void kernel_release(struct kernel *kernel);

void kernel_close(struct kernel *kernel);
