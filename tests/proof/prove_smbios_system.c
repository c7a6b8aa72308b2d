/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The search of SMBIOS tables for the structure of the system, its UUID and its names: what is
 * found is the first that is long enough, and all that is read of it is in the tables. A step to
 * the next structure is anything that keeps what prove_smbios.c proves of it.
 * Bounds: tables of up to 64 bytes with up to STRUCTURES structures before the end.
 *
 * cbmc: -DSTRUCTURES=3 --unwind 5 --unwindset is_uuid.0:17,prove_uuid.0:17
 */
#include "common/smbios/smbios.h"
#include "tests/proof/smbios_tables.h"
#include "tests/proof/stubs.h"

#include <string.h>

#define enter_structure(walk)     CALLEE(enter_structure, walk)(walk)
#define skip_structure(walk)      CALLEE(skip_structure, walk)(walk)
#define find_string(walk, number) CALLEE(find_string, number)(walk, number)

static bool stub_enter_structure(struct smbios_walk *walk);
static bool stub_skip_structure(struct smbios_walk *walk);
static const char *stub_find_string(struct smbios_walk *walk, unsigned number);

#include "common/smbios/smbios.c"

#define TABLE 64

static unsigned steps;
static bool is_entered, has_ended;

/* The structure has its header, and something behind its fields. */
static bool stub_enter_structure(struct smbios_walk *walk)
{
    const uint8_t *header = walk->bytes + walk->structure;

    PROVE(!is_entered && !has_ended && walk->structure <= walk->size,
          "a structure is entered once");
    has_ended = nondet_bool() || walk->size - walk->structure < HEADER_SIZE;
    if (has_ended)
        return false;
    ASSUME(header[1] >= HEADER_SIZE && header[1] < walk->size - walk->structure);
    walk->string = walk->structure + header[1];
    is_entered = true;
    return true;
}

static bool stub_skip_structure(struct smbios_walk *walk)
{
    size_t next = nondet_size();

    PROVE(is_entered, "what is entered is skipped");
    is_entered = false;
    steps++;
    has_ended = steps == STRUCTURES || nondet_bool();
    if (has_ended)
        return false;
    ASSUME(next > walk->string && next <= walk->size);
    walk->structure = next;
    walk->string = 0;
    return true;
}

static const char *stub_find_string(struct smbios_walk *walk, unsigned number)
{
    const uint8_t *system = walk->bytes + walk->structure;

    PROVE(is_entered && system[0] == 1, "a name is one of the system");
    PROVE((system[1] > 4 && number == system[4]) || (system[1] > 5 && number == system[5]),
          "its number is in a field that is there");
    return "name";
}

static void prove_system(uint8_t size)
{
    struct smbios_walk walk = any_tables(TABLE);
    const uint8_t *system = find_system(&walk, size);

    if (!system) {
        PROVE(has_ended, "all structures are looked at");
        return;
    }
    PROVE(is_entered && system == walk.bytes + walk.structure,
          "it is the structure that was entered");
    PROVE(system[0] == 1 && system[1] >= size, "it is that of the system, and long enough");
    PROVE(__CPROVER_r_ok(system, size), "all of it can be read");
}

static void prove_uuid(void)
{
    struct smbios_walk tables = any_tables(TABLE);
    uint8_t uuid[SMBIOS_UUID_SIZE], zeros = 0, ones = 0xff;

    if (!smbios_read_uuid(&tables, uuid))
        return;
    for (size_t i = 0; i < SMBIOS_UUID_SIZE; i++) {
        zeros |= uuid[i];
        ones &= uuid[i];
    }
    PROVE(is_entered, "a UUID is that of a structure");
    PROVE(zeros != 0 && ones != 0xff, "one of zeros or ones is none");
}

static void prove_name(bool is_product)
{
    struct smbios_walk tables = any_tables(TABLE);
    const char *name =
        smbios_system_name(&tables, is_product ? SMBIOS_PRODUCT : SMBIOS_MANUFACTURER);

    PROVE(is_entered || *name == '\0', "without a system there is no name");
}
