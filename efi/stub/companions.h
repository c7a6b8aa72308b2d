/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files beside our own image that add to it (common/uki/companion.h), found on the volume that
 * it was loaded from. A directory that does not exist costs one Open() and is not worth a word.
 * What cannot be read, or has no room in memory, is told and left out; only a lack of memory for
 * the loader's own tables is an error.
 */
#pragma once

#include "common/uki/companion.h"
#include "efi/firmware/volume.h"
#include "efi/stub/stub_state.h"

enum companion_place {
    PLACE_ADDONS,      /* \loader\addons */
    PLACE_CREDENTIALS, /* \loader\credentials */
    PLACE_EXTENSIONS,  /* \loader\extensions */
    PLACE_IMAGE,       /* FILE.extra.d, where FILE is our own, without boot counters in its name */
    COMPANION_PLACES
};

struct companion_directory {
    const char *path;
    const char **names; /* of files, in the order of their bytes */
    size_t count, capacity;
};

struct companions {
    struct volume volume; /* VOLUME_NONE: none, as after a boot from the network */
    struct companion_directory directories[COMPANION_PLACES];
};

/* A file that has been read. */
struct companion {
    const char *name, *path;
    const uint8_t *bytes;
    uint64_t size;
};

/*
 * Lists the directories; names are in the stub's arena. If Secure Boot's state is not known,
 * whatever is found is left out, and that is told.
 */
bool companions_find(struct stub *stub, struct companions *ret_companions, struct error *error);

/* For CLEANUP(). It may be all zero. */
void companions_close(struct companions *companions);

/* Reads a file; its bytes are in the arena, its path in the stub's. */
bool companion_read(struct stub *stub, const struct companions *companions,
                    const struct companion_directory *directory, const char *name,
                    struct arena *arena, struct companion *ret_file, struct error *error);

/* Tells an error that keeps one file from being used. False for ERROR_OUT_OF_MEMORY. */
bool companion_skip(const char *path, struct error *error);
