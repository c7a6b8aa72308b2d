/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Images that can be loaded and started, by boot services or by shim, and the signatures that both
 * look for when Secure Boot is on.
 */
#pragma once

#include "efi/efi.h"

/* A program on the volume that the loader can load and start. */
struct fake_program {
    const char *path;     /* on the volume */
    const char *copy;     /* another path where it is, too; NULL: nowhere */
    const char *given;    /* the file whose bytes LoadImage must be given; NULL: it reads `path` */
    EFI_STATUS loads;     /* what LoadImage returns */
    EFI_MEMORY_TYPE code; /* EfiBootServicesCode: a driver, which stays when it returns 0 */
    EFI_STATUS returns;   /* what it returns when it is started */
    char options[1024];   /* the LoadOptions that it was started with, in UTF-8 */
    size_t starts;
    void (*on_start)(void); /* what it does; NULL: nothing */
};
extern struct fake_program fake_program;

/* How firmware and shim verify; set by scenarios. */
struct image_ways {
    bool verifies;      /* otherwise the firmware loads everything, signed or not */
    bool shim_verifies; /* the same for shim */
    EFI_STATUS refusal; /* what they return for what is not signed; 0: EFI_ACCESS_DENIED */
    bool leaves_handle; /* and then there is a handle, too */
    EFI_STATUS failure; /* what they return for anything but the canary, signed or not */
    EFI_STATUS canary;  /* what the firmware returns for a file of 1 KiB; 0: as for others */
    EFI_STATUS success; /* what they return for what is signed: 0, or a warning */
};
extern struct image_ways image_ways;

/* EFI_SECURITY2_ARCH_PROTOCOL, of which only its being there counts; shim's protocols. */
void images_install_security2(void);
void images_install_shim_lock(void);
void images_install_shim_loader(void);

/* What was shown to firmware and shim. */
struct image_counts {
    size_t canaries;     /* files of 1 KiB that the firmware was given */
    size_t firmware;     /* other files in memory that it was given */
    size_t shim_lock;    /* files that shim was asked about */
    size_t shim_loads;   /* programs that it loaded or refused */
    size_t shim_starts;  /* programs that it started */
    size_t shim_unloads; /* and unloaded before they were started */
};
extern struct image_counts image_counts;

/*
 * A signature is a mark and a sum of all that is before it: signs the last SIGNATURE_SIZE bytes of
 * a file.
 */
#define SIGNATURE_SIZE 16
void image_sign(uint8_t *bytes, size_t size);

/* "an image ..." if one is still loaded; otherwise NULL. */
const char *images_find_leak(void);

void images_fill(EFI_BOOT_SERVICES *services);
