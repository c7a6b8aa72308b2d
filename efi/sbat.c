/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SBAT metadata, by which Secure Boot revokes vulnerable versions (SBAT.md of shim). shim refuses
 * to start a loader without it. Vendors append a line of their own.
 */
#define SBAT                                                                                       \
    "sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"                \
    "pvhboot,1,pvhboot,pvhboot," PVHBOOT_VERSION ",https://pvhboot.invalid/\n"

static const char sbat[] __attribute__((used, section(".sbat"))) = SBAT;
