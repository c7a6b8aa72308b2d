/* SPDX-License-Identifier: BSD-2-Clause */
/* Machines for the fake firmware: their memory, and their ACPI tables. */
#pragma once

#include "efi/efi.h"

#include "common/base/range.h"
#include "tests/firmware/fake/screen.h"

/* Addresses in the usual machine. */
#define USUAL_TOP         UINT64_C(0x4000000) /* 64 MiB of RAM below 4 GiB */
#define USUAL_DRIVERS     UINT64_C(0x900000)  /* boot services data, as in OVMF: */
#define USUAL_DRIVERS_END UINT64_C(0xb00000)  /* kernels at 9 MiB and more are staged */
#define USUAL_ACPI        UINT64_C(0x3e00000)
#define USUAL_NVS         UINT64_C(0x3e10000)
#define USUAL_ECAM        UINT64_C(0xb0000000)

/* An ordinary machine. Its ACPI tables are expected. */
void machine_usual(void);

/* Parts of it: memory above its RAM; memory up to 1 MiB; the ACPI tables, which are expected. */
void machine_add_high(void);
void machine_add_low(void);
void machine_add_acpi(uint64_t address);

/* A screen, which the kernel must be told of. It is machine_screen, which may be changed then. */
void machine_add_screen(void);
extern struct fake_screen machine_screen;

/* For machines with other RAM: adds the tables in their own memory, and the memory above RAM. */
void machine_add_tables(void);

/* Offsets in the page of ACPI tables, for tests that damage them. */
#define ACPI_RSDP 0
#define ACPI_XSDT 64
#define ACPI_MCFG 256
#define ACPI_SIZE 512
void acpi_make(uint8_t tables[ACPI_SIZE], uint64_t address, uint64_t ecam);
void acpi_publish(const uint8_t tables[ACPI_SIZE], uint64_t address);
