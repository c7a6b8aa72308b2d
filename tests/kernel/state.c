/* SPDX-License-Identifier: BSD-2-Clause */
/* The state of the processor and of the interrupt controllers at entry. */
#include "handover.h"
#include "ports.h"
#include "report.h"

#define CR0_PE_ET     0x11u
#define EFLAGS_ALWAYS 0x2u /* bit 1 is always set */

#define ACCESS_CODE     0x9bu /* present, execute and read, accessed */
#define ACCESS_DATA     0x93u /* present, read and write, accessed */
#define ACCESS_ACCESSED 0x01u
#define ACCESS_TSS_BUSY 0x8bu /* present, 32-bit TSS, busy */

#define FLAGS_32BIT_PAGES 0xcu /* limit in pages, 32-bit, not 64-bit */
#define FLAGS_PAGES       0x8u
#define FLAGS_UNUSED      0x1u

#define SELECTOR_LOCAL       0x4u
#define SELECTOR_RIGHTS_MASK 0x7u

#define TSS_LIMIT 0x67u

#define PIC_PRIMARY_MASK   0x21
#define PIC_SECONDARY_MASK 0xa1

struct descriptor {
    uint32_t base;
    uint32_t limit; /* in bytes */
    uint32_t access;
    uint32_t flags;
};

static struct descriptor decode(uint64_t raw)
{
    struct descriptor descriptor = {
        .base = (uint32_t)((raw >> 16 & 0xffffff) | (raw >> 32 & 0xff000000)),
        .limit = (uint32_t)((raw & 0xffff) | (raw >> 32 & 0xf0000)),
        .access = (uint32_t)(raw >> 40 & 0xff),
        .flags = (uint32_t)(raw >> 52 & 0xf & ~FLAGS_UNUSED),
    };
    if (descriptor.flags & FLAGS_PAGES)
        descriptor.limit = descriptor.limit << 12 | 0xfff;
    return descriptor;
}

/* Reads the GDT entry of a selector. Reports a failed check if there is none. */
static bool read_descriptor(const struct entry_state *entry, const char *name, uint32_t selector,
                            struct descriptor *descriptor)
{
    uint32_t offset = selector & ~SELECTOR_RIGHTS_MASK;

    if (offset == 0 || selector & SELECTOR_LOCAL || offset + 7 > entry->gdtr.limit) {
        check_failed(name, "selector 0x%x is not in the GDT (limit 0x%x)", selector,
                     entry->gdtr.limit);
        return false;
    }
    *descriptor = decode(*(const uint64_t *)at_physical(entry->gdtr.base + offset));
    return true;
}

static void check_descriptor(const char *name, uint32_t selector, struct descriptor seen,
                             struct descriptor wanted)
{
    check(seen.base == wanted.base && seen.limit == wanted.limit && seen.access == wanted.access &&
              seen.flags == wanted.flags,
          name, "selector 0x%x: base 0x%x limit 0x%x access 0x%x flags 0x%x", selector, seen.base,
          seen.limit, seen.access, seen.flags);
}

static void check_flat_segment(const struct entry_state *entry, const char *name, uint32_t selector,
                               uint32_t access)
{
    const struct descriptor flat = {0, 0xffffffff, access, FLAGS_32BIT_PAGES};
    struct descriptor seen;

    if (!read_descriptor(entry, name, selector, &seen))
        return;
    /* The processor does not mark descriptors in read-only memory as accessed. */
    seen.access |= ACCESS_ACCESSED;
    check_descriptor(name, selector, seen, flat);
}

static void check_task_register(const struct entry_state *entry)
{
    const struct descriptor tss = {0, TSS_LIMIT, ACCESS_TSS_BUSY, 0};
    struct descriptor seen;

    if (read_descriptor(entry, "tr", entry->tr, &seen))
        check_descriptor("tr", entry->tr, seen, tss);
}

static void report_state(const struct entry_state *entry)
{
    report("tsc=0x%llx", (uint64_t)entry->tsc_high << 32 | entry->tsc_low);
    report("eax=0x%x ebx=0x%x ecx=0x%x edx=0x%x esi=0x%x edi=0x%x ebp=0x%x esp=0x%x", entry->eax,
           entry->ebx, entry->ecx, entry->edx, entry->esi, entry->edi, entry->ebp, entry->esp);
    report("cr3=0x%x gdt=0x%x+0x%x idt=0x%x+0x%x ldt=0x%x", entry->cr3, entry->gdtr.base,
           entry->gdtr.limit, entry->idtr.base, entry->idtr.limit, entry->ldtr);
}

/* The kernel may reload a segment before it loads its own GDT. */
void check_gdt_place(const struct handover *handover)
{
    struct extent gdt = {handover->entry->gdtr.base,
                         (uint64_t)handover->entry->gdtr.base + handover->entry->gdtr.limit + 1};

    check(memmap_covers(handover, MEMMAP_RAM, gdt), "gdt-in-ram", "0x%llx-0x%llx", gdt.start,
          gdt.end);
    check(!extent_is_scratch(gdt), "gdt-outside-scratch", "0x%llx-0x%llx", gdt.start, gdt.end);
}

void check_state(const struct entry_state *entry)
{
    report_state(entry);
    check(entry->cr0 == CR0_PE_ET, "cr0", "0x%x", entry->cr0);
    check(entry->cr4 == 0, "cr4", "0x%x", entry->cr4);
    check(entry->efer_low == 0 && entry->efer_high == 0, "efer", "0x%x%08x", entry->efer_high,
          entry->efer_low);
    check(entry->eflags == EFLAGS_ALWAYS, "eflags", "0x%x", entry->eflags);
    check_flat_segment(entry, "cs", entry->cs, ACCESS_CODE);
    check_flat_segment(entry, "ds", entry->ds, ACCESS_DATA);
    check_flat_segment(entry, "es", entry->es, ACCESS_DATA);
    check_flat_segment(entry, "ss", entry->ss, ACCESS_DATA);
    check_task_register(entry);

    uint32_t primary = port_read(PIC_PRIMARY_MASK);
    uint32_t secondary = port_read(PIC_SECONDARY_MASK);
    check(primary == 0xff && secondary == 0xff, "pic-masked", "masks 0x%x 0x%x", primary,
          secondary);
}
