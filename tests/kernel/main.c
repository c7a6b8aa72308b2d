/* SPDX-License-Identifier: BSD-2-Clause */
/* A PVH kernel that checks what its loader did, reports it, and ends the virtual machine. */
#include "crc32.h"
#include "handover.h"
#include "ports.h"
#include "report.h"
#include "serial.h"
#include "tpm.h"

/* QEMU's isa-debug-exit ends with status 2 n + 1. */
#define EXIT_PORT 0xf4
#define EXIT_PASS 0x10
#define EXIT_FAIL 0x11

void kernel_main(const struct entry_state *entry);

static void check_everything(const struct handover *handover, const struct options *options)
{
    check_state(handover->entry);
    check_image(handover, options);
    check_machine(handover);
    check_start_info(handover);
    check_memmap(handover);
    check_boot_info_place(handover);
    check_gdt_place(handover);
    check_modules(handover, options);
    check_acpi(handover, options);
}

/* What was measured until the kernel ran. */
static void report_pcrs(void)
{
    char digest[TPM_DIGEST_TEXT];

    for (uint32_t pcr = 0; pcr < TPM_PCRS; pcr++) {
        if (!check(tpm_read_pcr(pcr, digest), "tpm", "PCR %u cannot be read", pcr))
            return;
        report("pcr%u=%s", pcr, digest);
    }
}

void kernel_main(const struct entry_state *entry)
{
    static struct handover handover;
    static struct options options;

    serial_init();
    crc32_init();
    handover_read(&handover, entry);
    if (handover.cmdline)
        options_read(&options, handover.cmdline);
    if (options.quiet)
        report_be_quiet();

    check_everything(&handover, &options);
    if (options.tpm)
        report_pcrs();
    bool passed = report_verdict();
    /* entry.S halts if there is no device at the port or the machine should not end. */
    if (!options.halt)
        port_write(EXIT_PORT, passed ? EXIT_PASS : EXIT_FAIL);
}
