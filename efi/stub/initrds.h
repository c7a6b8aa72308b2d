/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The initrd of a unified kernel image: its sections, what was found beside it, and archives
 * that systemd-stub makes of other sections, for the programs in the initrd:
 *
 *     addons' .ucode, the last first | .ucode | .initrd | what the caller offers
 *            | archives of credentials and extensions
 *            | /.extra/tpm2-pcr-signature.json | /.extra/tpm2-pcr-public-key.pem
 *            | /.extra/profile | /.extra/os-release | addons' .initrd
 *
 * Kernels other than Linux get .initrd and what is offered. A single part is not copied. With
 * Secure Boot on, nothing offered is taken (efi/boot/boot_source.h).
 */
#pragma once

#include "efi/stub/stub_state.h"

/* Adds them to the request. */
bool stub_add_initrds(struct stub *stub, struct error *error);
