/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/trust/policy.h"

#include <assert.h>

/* A cell of the tables, in two bytes. */
struct cell {
    uint8_t action;
    uint8_t error;
};

static_assert(ERROR_CODES <= UINT8_MAX, "errors fit a cell");

/* clang-format off */
#define BOOT           {POLICY_BOOT, ERROR_NONE}
#define NOT_VERIFIED   {POLICY_UNVERIFIED, ERROR_NONE}
#define IF_VERIFIED    {POLICY_VERIFY, ERROR_NONE}
#define LOAD_IMAGE     {POLICY_LOAD_IMAGE, ERROR_NONE}
#define ASK(code)      {POLICY_ASK, ERROR_##code}
#define IGNORE(code)   {POLICY_IGNORE, ERROR_##code}
#define REFUSE(code)   {POLICY_REFUSE, ERROR_##code}
#define UNKNOWN        REFUSE(SECURE_BOOT_UNKNOWN)

/*
 * Embedded kernels boot in every state: the firmware has loaded the image that they are in.
 * Firmware and shim decide on EFI programs as they do for any loader.
 */
static const struct cell kernels[KERNEL_SOURCES][SECURE_BOOT_STATES] = {
    /*                           off                on                            insecure           unknown */
    [KERNEL_EMBEDDED]         = {BOOT,              BOOT,                         BOOT,              BOOT},
    [KERNEL_PINNED]           = {BOOT,              BOOT,                         BOOT,              UNKNOWN},
    [KERNEL_PIN_MISMATCH]     = {ASK(PIN_MISMATCH), REFUSE(PIN_MISMATCH),         ASK(PIN_MISMATCH), UNKNOWN},
    [KERNEL_PE]               = {NOT_VERIFIED,      IF_VERIFIED,                  NOT_VERIFIED,      UNKNOWN},
    [KERNEL_PE_PLAIN_INITRD]  = {NOT_VERIFIED,      REFUSE(INITRD_UNSIGNED),      NOT_VERIFIED,      UNKNOWN},
    [KERNEL_PE_PLAIN_OPTIONS] = {NOT_VERIFIED,      REFUSE(COMMAND_LINE_OUTSIDE), NOT_VERIFIED,      UNKNOWN},
    [KERNEL_PE_NOT_LINUX]     = {NOT_VERIFIED,      REFUSE(NOT_LINUX),            NOT_VERIFIED,      UNKNOWN},
    [KERNEL_PLAIN]            = {NOT_VERIFIED,      REFUSE(FILE_UNSIGNED),        NOT_VERIFIED,      UNKNOWN},
    [KERNEL_PROGRAM]          = {LOAD_IMAGE,        LOAD_IMAGE,                   LOAD_IMAGE,        LOAD_IMAGE},
};

enum { WITHOUT, EMBEDDED, CASES };

/* In which cases the image has none of its own, and one. The other states take all of it. */
static const struct cell inputs_if_enforced[OUTSIDE_INPUTS][CASES] = {
    /*                        none embedded                 embedded                       */
    [OUTSIDE_COMMAND_LINE] = {REFUSE(COMMAND_LINE_OUTSIDE), IGNORE(COMMAND_LINE_IGNORED)},
    [OUTSIDE_MODULES]      = {REFUSE(INITRD_UNSIGNED),      REFUSE(INITRD_UNSIGNED)},
    [OUTSIDE_INITRD]       = {REFUSE(INITRD_UNSIGNED),      IGNORE(INITRD_IGNORED)},
    [OUTSIDE_ADDON]        = {IF_VERIFIED,                  IF_VERIFIED},
};
/* clang-format on */

static struct policy_verdict verdict(struct cell cell)
{
    return (struct policy_verdict){(enum policy_action)cell.action, (enum error_code)cell.error};
}

enum kernel_source policy_classify(const struct policy_facts *facts)
{
    if (!facts->pinned && !facts->is_pe)
        return KERNEL_PLAIN;
    if (facts->has_unpinned && !facts->pinned && !facts->is_signed)
        return KERNEL_PLAIN; /* refused either way, and this is what to mend first */
    if (facts->has_unpinned)
        return KERNEL_PE_PLAIN_INITRD;
    if (facts->has_outside_options)
        return KERNEL_PE_PLAIN_OPTIONS;
    return facts->pinned ? KERNEL_PINNED : KERNEL_PE;
}

struct policy_verdict policy_judge(enum secure_boot state, enum kernel_source source)
{
    if (source >= KERNEL_SOURCES || state >= SECURE_BOOT_STATES)
        return verdict((struct cell)UNKNOWN);
    return verdict(kernels[source][state]);
}

struct policy_verdict policy_judge_input(enum secure_boot state, enum outside_input input,
                                         bool embedded)
{
    if (!policy_is_enforced(state))
        return verdict((struct cell)BOOT);
    if (state == SECURE_BOOT_UNKNOWN && input == OUTSIDE_ADDON)
        return verdict((struct cell)IGNORE(SECURE_BOOT_UNKNOWN));
    return verdict(inputs_if_enforced[input][embedded ? EMBEDDED : WITHOUT]);
}

bool policy_is_enforced(enum secure_boot state)
{
    return state != SECURE_BOOT_OFF && state != SECURE_BOOT_INSECURE;
}

enum error_code policy_warning(enum secure_boot state)
{
    return state == SECURE_BOOT_INSECURE ? ERROR_SHIM_INSECURE : ERROR_NONE;
}
