/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a memory map must contain, computed directly from the descriptors, at every address where
 * something changes, without any of the code under test.
 */
#pragma once

#include "pvh/e820.h"
#include "tests/lib/support.h"

/* A descriptor, ECAM window or hole that assigns a class to memory. */
struct claim {
    struct range range;
    enum memory_class class;
};

struct oracle {
    struct claim *claims;
    size_t claim_count;
    uint64_t *edges; /* addresses where something changes, sorted and unique */
    size_t edge_count, edge_capacity;
};

void oracle_start(struct oracle *oracle, const struct firmware_map *firmware,
                  const struct map_overlays *overlays);
void oracle_free(struct oracle *oracle);

/* Adds an edge. Call oracle_sort() after the last one. */
void oracle_add_edge(struct oracle *oracle, uint64_t address);
void oracle_sort(struct oracle *oracle);

/* The class of the byte at `address`, and its E820 type, 0 for none. */
enum memory_class oracle_class(const struct oracle *oracle, uint64_t address);
uint32_t oracle_type(const struct oracle *oracle, uint64_t address);

/* The E820 type of a byte in a table, 0 for none. */
uint32_t table_type(const struct e820_table *table, uint64_t address);
