/* SPDX-License-Identifier: BSD-2-Clause */
/* Starting another EFI program. */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"

/* A program to be started. */
struct program_request {
    /* What the firmware cannot read itself is given to it; NULL: it reads `path`. */
    const void *bytes;
    uint64_t size;
    EFI_HANDLE device;
    const char *path;    /* UTF-8, from the root of the volume on `device` */
    const char *options; /* its load options; "" leaves them unset */
    /*
     * Called when the program has been loaded, and so may be started, with `context`; on false,
     * which sets *error, it is not started. NULL: nothing is to be done then.
     */
    bool (*on_loaded)(void *context, struct error *error);
    void *context;
};

/*
 * Loads and starts a program. Returns true when it has exited successfully. Returns false when it
 * could not be started or exited with an error, whose status is in *error. A driver stays loaded,
 * and so does the memory of its options.
 *
 * The firmware decides whether it may be started, or shim where shim loads programs (16.0 and
 * later): if not, ERROR_REFUSED_BY_FIRMWARE or ERROR_REFUSED_BY_SHIM.
 */
bool chainload(EFI_HANDLE image, const struct program_request *request, struct error *error);

/*
 * Loads and starts a driver, which stays. One that has done its work and wants to be unloaded
 * (EFI_ABORTED) is none, and no error. Not by shim, which frees all that it has started.
 */
bool chainload_driver(EFI_HANDLE image, EFI_HANDLE device, const char *path, struct error *error);
