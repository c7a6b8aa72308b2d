/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What may be started, and what of it is measured. The rules are those of common/trust/policy.h;
 * efi/boot/measure.h says which PCR gets what.
 *
 * What is verified is what is started: files that are pinned, verified or measured are read once,
 * and both are done with the bytes in memory.
 */
#pragma once

#include "efi/boot/boot_state.h"

/*
 * The steps of efi/boot/boot.c, in this order; each returns false if the boot is refused.
 *
 * Before any file is opened; before anything is made of what our own image contains; when the
 * kernel's file is open, which reads it as a whole if it has to be verified or measured; when its
 * headers have been read: the command line that it gets, boot->command_line; when the modules are
 * open; when they are in memory; and when nothing else can refuse the boot.
 */
bool trust_check_request(const struct boot *boot, struct error *error);
bool trust_measure_image(const struct boot *boot, struct error *error);
bool trust_check_kernel(struct boot *boot, struct error *error);
bool trust_choose_command_line(struct boot *boot, struct error *error);
bool trust_watch_modules(struct boot *boot, struct error *error);
bool trust_check_modules(struct boot *boot, struct error *error);
bool trust_measure(struct boot *boot, struct error *error);
