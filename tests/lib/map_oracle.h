/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a memory map must say, found the slow way: byte by byte between all the addresses at which
 * anything changes, straight from the descriptors, and with none of the code under test.
 */
#pragma once

#include "pvh/e820.h"
#include "tests/lib/support.h"

/* One reason why memory is of a class. */
struct claim {
    struct range range;
    enum memory_class class;
};

struct oracle {
    struct claim *claims;
    size_t claim_count;
    uint64_t *edges; /* sorted, each once */
    size_t edge_count, edge_capacity;
};

void oracle_start(struct oracle *oracle, const struct firmware_map *firmware,
                  const struct map_overlays *overlays);
void oracle_free(struct oracle *oracle);

/* Lets the walk stop at an address. Call oracle_sort() when all are known. */
void oracle_add_edge(struct oracle *oracle, uint64_t address);
void oracle_sort(struct oracle *oracle);

/* The class of the byte at `address`, and its E820 type, 0 for none. */
enum memory_class oracle_class(const struct oracle *oracle, uint64_t address);
uint32_t oracle_type(const struct oracle *oracle, uint64_t address);

/* The E820 type that a table gives to a byte, 0 for none. */
uint32_t table_type(const struct e820_table *table, uint64_t address);
