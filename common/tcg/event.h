/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EFI_TCG2_EVENT (TCG EFI Protocol Specification 2.0, section 6.6.2), which goes with every
 * measurement: the PCR that it extends, and what the event log says about it.
 */
#pragma once

#include "common/base/arena.h"

#include <stdbool.h>
#include <stdint.h>

struct tcg_event {
    uint32_t pcr;
    uint32_t tag;  /* for EV_EVENT_TAG (TCG PC Client PFP 1.05, 10.4.2.1); 0: the type is EV_IPL */
    bool is_ascii; /* the text is logged byte for byte, with its NUL; else in UCS-2 with its NUL */
    const char *text; /* UTF-8 */
};

/* The event's bytes, which begin with their number, in the arena. NULL when out of memory. */
uint8_t *tcg_event_write(const struct tcg_event *event, struct arena *arena);
