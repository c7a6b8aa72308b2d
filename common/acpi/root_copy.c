/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/acpi/root_copy.h"

#include "common/acpi/table_write.h"
#include "common/base/bytes.h"

#include <string.h>

#define TABLE_REVISION 8

static const char *name_of(enum acpi_root_kind kind)
{
    return kind == ACPI_XSDT ? "XSDT" : "RSDT";
}

static bool set_damaged(struct error *error, const char *name, uint64_t address)
{
    error->reason = name;
    return error_set(error, ERROR_ACPI_ROOT_DAMAGED, address);
}

/* Returns the table if it is a valid root table with a bearable number of entries, or NULL. */
static const uint8_t *check_root(struct acpi_memory *memory, uint64_t address,
                                 enum acpi_root_kind kind, uint32_t *ret_count)
{
    uint32_t length;
    const uint8_t *table = acpi_check_table(memory, address, name_of(kind), &length);

    if (!table || (length - ACPI_HEADER_SIZE) / kind > ACPI_ROOT_ENTRIES)
        return NULL;
    *ret_count = (length - ACPI_HEADER_SIZE) / kind; /* as kernels count: part of one is none */
    return table;
}

static bool has_table(const struct acpi_root *root, uint64_t address)
{
    for (uint32_t i = 0; i < root->count; i++) {
        if (root->tables[i] == address)
            return true;
    }
    return false;
}

static bool copy_root(struct acpi_memory *memory, uint64_t address, enum acpi_root_kind kind,
                      struct arena *arena, struct acpi_root *ret_root, struct error *error)
{
    uint32_t count;
    const uint8_t *table = check_root(memory, address, kind, &count);

    if (!table)
        return set_damaged(error, name_of(kind), address);
    memcpy(ret_root->header, table, ACPI_HEADER_SIZE);
    ret_root->count = 0;
    ret_root->tables = count ? arena_alloc(arena, count, sizeof(*ret_root->tables)) : NULL;
    if (count && !ret_root->tables)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *entry = table + ACPI_HEADER_SIZE + (size_t)i * kind;
        uint64_t pointer = kind == ACPI_XSDT ? read_le64(entry) : read_le32(entry);

        if (pointer != 0 && !has_table(ret_root, pointer))
            ret_root->tables[ret_root->count++] = pointer;
    }
    return true;
}

/* XSDT is made of RSDT's entries: a list of its own, since tables may be left out of both. */
static bool copy_rsdt_to_xsdt(struct acpi_root_copy *copy, struct arena *arena, struct error *error)
{
    size_t size = copy->rsdt.count * sizeof(*copy->rsdt.tables);

    copy->xsdt = copy->rsdt;
    if (size == 0)
        return true;
    copy->xsdt.tables = arena_alloc(arena, copy->rsdt.count, sizeof(*copy->rsdt.tables));
    if (!copy->xsdt.tables)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    memcpy(copy->xsdt.tables, copy->rsdt.tables, size);
    return true;
}

static bool copy_rsdt(struct acpi_memory *memory, const struct acpi_roots *roots,
                      struct arena *arena, struct acpi_root_copy *copy, struct error *error)
{
    if (roots->rsdt == 0)
        return true;
    copy->has_rsdt = copy_root(memory, roots->rsdt, ACPI_RSDT, arena, &copy->rsdt, error);
    if (copy->has_rsdt || roots->xsdt == 0 || error->code != ERROR_ACPI_ROOT_DAMAGED)
        return copy->has_rsdt;
    error_clear(error);
    copy->damaged_rsdt = roots->rsdt;
    return true;
}

static bool copy_xsdt(struct acpi_memory *memory, const struct acpi_roots *roots,
                      struct arena *arena, struct acpi_root_copy *copy, struct error *error)
{
    return roots->xsdt ? copy_root(memory, roots->xsdt, ACPI_XSDT, arena, &copy->xsdt, error)
                       : copy_rsdt_to_xsdt(copy, arena, error);
}

bool acpi_copy_roots(struct acpi_memory *memory, uint64_t rsdp, struct arena *arena,
                     struct acpi_root_copy *ret_copy, struct error *ret_error)
{
    const uint8_t *pointer = memory->map(memory, rsdp, RSDP_V1_SIZE);
    struct acpi_roots roots;

    *ret_copy = (struct acpi_root_copy){.has_rsdt = false};
    if (!pointer)
        return set_damaged(ret_error, "RSDP", rsdp);
    memcpy(ret_copy->oem_id, pointer + RSDP_OEM_ID, sizeof(ret_copy->oem_id));
    if (!acpi_read_rsdp(memory, rsdp, &roots) || (roots.xsdt == 0 && roots.rsdt == 0))
        return set_damaged(ret_error, "RSDP", rsdp);
    return copy_rsdt(memory, &roots, arena, ret_copy, ret_error) &&
           copy_xsdt(memory, &roots, arena, ret_copy, ret_error);
}

static void leave_out_of(struct acpi_memory *memory, struct acpi_root *root, const char *signature)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < root->count; i++) {
        const uint8_t *table = memory->map(memory, root->tables[i], ACPI_HEADER_SIZE);

        if (!table || memcmp(table, signature, 4) != 0)
            root->tables[kept++] = root->tables[i];
    }
    root->count = kept;
}

void acpi_leave_out(struct acpi_memory *memory, struct acpi_root_copy *copy, const char *signature)
{
    leave_out_of(memory, &copy->xsdt, signature);
    leave_out_of(memory, &copy->rsdt, signature);
}

uint32_t acpi_root_size(const struct acpi_root *root, enum acpi_root_kind kind, uint32_t added)
{
    return ACPI_HEADER_SIZE + (root->count + added) * kind;
}

static uint8_t *write_pointer(uint8_t *at, enum acpi_root_kind kind, uint64_t address)
{
    if (kind == ACPI_XSDT)
        write_le64(at, address);
    else
        write_le32(at, (uint32_t)address);
    return at + kind;
}

void acpi_write_root(uint8_t *table, const struct acpi_root *root, enum acpi_root_kind kind,
                     const uint64_t *added, uint32_t added_count)
{
    uint8_t *at = table + ACPI_HEADER_SIZE;

    memcpy(table, root->header, ACPI_HEADER_SIZE);
    memcpy(table, name_of(kind), 4);
    table[TABLE_REVISION] = 1;
    for (uint32_t i = 0; i < root->count; i++)
        at = write_pointer(at, kind, root->tables[i]);
    for (uint32_t i = 0; i < added_count; i++)
        at = write_pointer(at, kind, added[i]);
    acpi_finish_table(table, acpi_root_size(root, kind, added_count));
}

void acpi_write_rsdp(uint8_t *rsdp, const struct acpi_root_copy *copy, uint64_t xsdt, uint32_t rsdt)
{
    memset(rsdp, 0, RSDP_V2_SIZE);
    memcpy(rsdp, "RSD PTR ", 8);
    memcpy(rsdp + RSDP_OEM_ID, copy->oem_id, sizeof(copy->oem_id));
    rsdp[RSDP_REVISION] = 2;
    write_le32(rsdp + RSDP_RSDT, rsdt ? rsdt : copy->damaged_rsdt);
    write_le32(rsdp + RSDP_LENGTH, RSDP_V2_SIZE);
    write_le64(rsdp + RSDP_XSDT, xsdt);
    rsdp[RSDP_CHECKSUM] = acpi_checksum(rsdp, RSDP_V1_SIZE);
    rsdp[RSDP_EXTENDED_CHECKSUM] = acpi_checksum(rsdp, RSDP_V2_SIZE);
}
