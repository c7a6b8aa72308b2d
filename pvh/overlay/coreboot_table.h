/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A coreboot table: a header and records, each of which Linux makes a device of
 * (drivers/firmware/google/coreboot_table.c; coreboot's lb_header, lb_framebuffer, lb_cbmem_ref).
 */
#pragma once

#include "pvh/overlay/framebuffer.h"

struct coreboot_table {
    const struct framebuffer *framebuffer; /* NULL for none */
    uint64_t log;                          /* physical address of a coreboot_log; 0 for none */
};

/*
 * ABI: coreboot's cbmem_console, which `size` bytes of text follow. Linux shows the first `cursor`
 * of them, or with the flag all, from that byte on to it again (memconsole-coreboot.c).
 */
struct coreboot_log {
    uint32_t size;
    uint32_t cursor;
};

#define COREBOOT_LOG_MAX      UINT32_C(0x0fffffff) /* the bits of the cursor */
#define COREBOOT_LOG_OVERFLOW UINT32_C(0x80000000)

/* In bytes. */
uint32_t coreboot_table_size(const struct coreboot_table *table);

/* Writes coreboot_table_size() bytes. */
void coreboot_table_write(uint8_t *bytes, const struct coreboot_table *table);
