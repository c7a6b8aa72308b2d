/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room common/trust: what may be started under Secure Boot, and with what. It decides from what its
 * callers have found out, and must not know how that is done. No option, variable or file changes
 * what is decided here; to start something else, Secure Boot is turned off.
 */
#pragma once

#include "common/base/error.h"

enum secure_boot {
    SECURE_BOOT_OFF, /* or in setup mode: nothing is enforced */
    SECURE_BOOT_ON,
    SECURE_BOOT_INSECURE, /* on, but the user has switched off shim's validation */
    SECURE_BOOT_UNKNOWN,  /* cannot be read */
    SECURE_BOOT_STATES
};

/*
 * Where a kernel comes from, with its initrds and its command line. "Pinned" files are named with
 * their SHA-256 in a section of the loader's own, signed image.
 */
enum kernel_source {
    KERNEL_EMBEDDED,         /* with all else in the loader's own image */
    KERNEL_PINNED,           /* each file has its SHA-256 */
    KERNEL_PIN_MISMATCH,     /* a file has another one */
    KERNEL_PE,               /* Linux in a PE file; no initrd, no command line, or pinned ones */
    KERNEL_PE_PLAIN_INITRD,  /* the same with an initrd that is not pinned */
    KERNEL_PE_PLAIN_OPTIONS, /* the same with a command line from outside */
    KERNEL_PE_NOT_LINUX,     /* another kernel in a PE file */
    KERNEL_PLAIN,            /* any other file, and what iPXE or LoadFile2 has delivered */
    KERNEL_PROGRAM,          /* an EFI program: entries with `efi` or `uki`, those of type 2 */
    KERNEL_SOURCES
};

/* What tells the sources of a kernel in a file from each other. */
struct policy_facts {
    bool pinned;              /* the kernel has its SHA-256 */
    bool is_pe, is_signed;    /* a PE file, and one with certificates */
    bool has_unpinned;        /* an initrd or module has no SHA-256 */
    bool has_outside_options; /* the kernel or a module has a command line that is not signed */
};

/* What was given beside an image that has a kernel inside. */
enum outside_input {
    OUTSIDE_COMMAND_LINE, /* load options, or one that was edited */
    OUTSIDE_MODULES,      /* --initrd and --module */
    OUTSIDE_INITRD,       /* an initrd that the caller offers through LoadFile2 */
    OUTSIDE_ADDON,        /* a PE file with more of the command line or initrd */
    OUTSIDE_INPUTS
};

enum policy_action {
    POLICY_REFUSE,     /* with the verdict's error */
    POLICY_BOOT,       /* or take what was given */
    POLICY_UNVERIFIED, /* boot; no word may say that it was verified */
    POLICY_ASK,        /* warn with the verdict's error; in a menu, ask */
    POLICY_VERIFY,     /* boot, or take it, if firmware or shim accept the file */
    POLICY_LOAD_IMAGE, /* load it as a program: firmware or shim decide */
    POLICY_IGNORE,     /* go on without it and warn with the verdict's error */
};

struct policy_verdict {
    enum policy_action action;
    enum error_code error; /* ERROR_NONE if there is none to tell */
};

/* Where a kernel in a file that has not been decoded comes from; if pinned, it matches. */
enum kernel_source policy_classify(const struct policy_facts *facts);

/*
 * Whether a kernel is booted. For ERROR_SECURE_BOOT_UNKNOWN, secure_boot_read() has set the whole
 * error.
 */
struct policy_verdict policy_judge(enum secure_boot state, enum kernel_source source);

/*
 * Whether what was given beside the loader's own image is taken; `embedded` says whether the image
 * has a command line or an initrd of its own.
 */
struct policy_verdict policy_judge_input(enum secure_boot state, enum outside_input input,
                                         bool embedded);

/*
 * True where only what is signed is trusted. Then the menu's editor is off, --overwrite-acpi-nvs
 * is refused with ERROR_OVERWRITE_REFUSED, and Linux is locked down: lockdown_add().
 */
bool policy_is_enforced(enum secure_boot state);

/* What to warn of at each boot, whatever is booted: ERROR_NONE or ERROR_SHIM_INSECURE. */
enum error_code policy_warning(enum secure_boot state);
