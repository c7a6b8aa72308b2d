/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CRC-64, the check that the program xz uses by itself: with PCLMULQDQ where the processor has it.
 * Where it has not, liblzma's small version, one byte at a time, saves 8 KiB of tables that only
 * processors of before 2011 would use.
 */
#include "check.h"
#include "crc_common.h"

/* crc64_small.c, built under this name: see build.mk. */
extern uint64_t crc64_by_table(const uint8_t *bytes, size_t size, uint64_t crc);

#ifdef HAVE_USABLE_CLMUL
#define BUILDING_CRC_CLMUL 64
#include "crc_x86_clmul.h"
#else
#define is_arch_extension_supported() false
#define crc64_arch_optimized          crc64_by_table
#endif

static uint64_t choose(const uint8_t *bytes, size_t size, uint64_t crc);

/* CPUID leaves a virtual machine each time that it is asked. */
static uint64_t (*update)(const uint8_t *bytes, size_t size, uint64_t crc) = choose;

static uint64_t choose(const uint8_t *bytes, size_t size, uint64_t crc)
{
    update = is_arch_extension_supported() ? crc64_arch_optimized : crc64_by_table;
    return update(bytes, size, crc);
}

extern LZMA_API(uint64_t) lzma_crc64(const uint8_t *bytes, size_t size, uint64_t crc)
{
    return update(bytes, size, crc);
}
