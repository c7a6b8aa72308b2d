/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Measuring into the TPM what is booted, as other loaders do, so that their tools predict the PCRs
 * of a boot: systemd-measure PCR 11, systemd-pcrlock PCRs 4, 5, 9 and 11 (4 is the firmware's).
 *
 *     PCR  measured                                     as              in mode
 *     5    loader.conf, as read                         systemd-boot    loader
 *     9    the kernel's file, unless PCR 4 has it       GRUB            loader
 *     9    the whole command line                       Linux's stub    both
 *     9    the whole initrd, with its padding           Linux's stub    both
 *     11   the sections of a unified kernel image       systemd-stub    stub
 *     12   the profile's number, unless it is 0         systemd-stub    stub
 *     12   a command line from outside                  systemd-stub    both
 *     12   the load options of an EFI program           systemd-boot    loader
 *     12   what addons add                              systemd-stub    stub
 *     12   credentials and configuration extensions     systemd-stub    both
 *     13   system extensions                            systemd-stub    both
 *
 * A command line comes from outside unless it is the .cmdline section that PCR 11 covers. So PCR 12
 * gets, in loader mode, the kernel's whole command line, as systemd-boot measures what it passes;
 * in stub mode, LoadOptions or an edited text that replace .cmdline, and then, by itself, the text
 * that all addons together append to it. PCR 9 always gets what the kernel will read,
 * with all that has been added. Neither gets an empty command line: nothing is passed then.
 *
 * The order within a PCR matters. PCR 9: kernel file, command line, initrd. PCR 11: the sections in
 * the order of `enum uki_section_kind`. PCR 12: profile, command line, addons' text,
 * credentials, configuration extensions, addons' microcode, addons' initrds.
 *
 * Measure the very bytes that are used, after everything that may refuse the boot. Without a TPM,
 * or in a dry run, all of these functions return true at once.
 */
#pragma once

#include "efi/efi.h"

#include "common/base/error.h"
#include "common/base/text.h"
#include "efi/firmware/tpm.h"

/* PCRs by what systemd's variables call them. */
enum measured_set {
    MEASURED_KERNEL_IMAGE,      /* StubPcrKernelImage: 11 */
    MEASURED_KERNEL_PARAMETERS, /* StubPcrKernelParameters: 12 */
    MEASURED_SYSEXTS,           /* StubPcrInitRDSysExts: 13 */
    MEASURED_CONFEXTS,          /* StubPcrInitRDConfExts: 12 */
    MEASURED_SETS
};

/* One for each run of the loader, zero before measure_start(). */
struct measurements {
    struct tpm tpm;
    EFI_STATUS failure; /* a TPM may be there, and the firmware failed when it was asked */
    bool required; /* set it to refuse a boot that cannot be measured; else that is a warning */
    bool warned;
    bool spent, told;
    bool measured[MEASURED_SETS]; /* something of it */
    bool missed[MEASURED_SETS];   /* something of it could not be */
};

/* Looks for a TPM. Prints nothing without --verbose. */
void measure_start(struct measurements *measurements);

/* True if something can be measured: only then files are read as a whole for it. */
bool measure_is_due(const struct measurements *measurements);

/*
 * True when PCRs from 9 on hold a boot. If it has failed, they cannot have the values of any other
 * boot until the machine is reset.
 */
bool measure_is_spent(const struct measurements *measurements);

/*
 * To be called after a boot has failed: if it had been measured, prints ERROR_TPM_SPENT, once, and
 * appends it to `copy` for the menu; `copy` may be NULL.
 */
void measure_tell_spent(struct measurements *measurements, struct text *copy);

/*
 * To be called before a boot is begun. If an earlier one was measured, ERROR_TPM_SPENT is returned
 * when measurements are required, and told otherwise, unless it has been told already.
 */
bool measure_check(struct measurements *measurements, struct error *error);

/*
 * The measurements. When one fails, ERROR_NOT_MEASURED is returned if measurements are required;
 * else it is printed, once in a run, and the result is true.
 */
bool measure_config(struct measurements *measurements, const void *bytes, uint64_t size,
                    struct error *error);
bool measure_kernel_file(struct measurements *measurements, const char *path, const void *bytes,
                         uint64_t size, struct error *error);
bool measure_load_options(struct measurements *measurements, const char *command_line,
                          struct error *error); /* PCR 9 */
bool measure_kernel_parameters(struct measurements *measurements, const char *text,
                               struct error *error); /* PCR 12 */
bool measure_initrd(struct measurements *measurements, const void *bytes, uint64_t size,
                    struct error *error);
/*
 * `name` as in uki_section_name(): ".linux". `bytes` are the section's, VirtualSize of them; a
 * section that is empty is none, as for systemd-stub.
 */
bool measure_section(struct measurements *measurements, const char *name, const void *bytes,
                     uint64_t size, struct error *error);
bool measure_profile(struct measurements *measurements, unsigned profile, struct error *error);

enum measured_addon { MEASURED_ADDON_INITRD, MEASURED_ADDON_UCODE };

/* `file_name` is the addon's, without its directory. */
bool measure_addon(struct measurements *measurements, enum measured_addon kind,
                   const char *file_name, const void *bytes, uint64_t size, struct error *error);

/* The archives of files from beside the image, or from \loader. */
enum measured_archive {
    MEASURED_CREDENTIALS,
    MEASURED_GLOBAL_CREDENTIALS,
    MEASURED_SYSEXT,
    MEASURED_GLOBAL_SYSEXT,
    MEASURED_CONFEXT,
    MEASURED_GLOBAL_CONFEXT,
    MEASURED_ARCHIVES
};

bool measure_archive(struct measurements *measurements, enum measured_archive kind,
                     const void *bytes, uint64_t size, struct error *error);

/*
 * Sets the variables of `enum measured_set`, each only if all that belongs to it has been measured.
 * For the stub, after everything was measured.
 */
void measure_announce(const struct measurements *measurements);
