/* SPDX-License-Identifier: BSD-2-Clause */
/* The situations that the loader is started in. */
#pragma once

#include "tests/firmware/fake/run.h"

extern const struct scenario addon_scenarios[]; /* ends with one without a name */
extern const struct scenario automatic_scenarios[];
extern const struct scenario boot_scenarios[];
extern const struct scenario contract_scenarios[];
extern const struct scenario enroll_scenarios[];
extern const struct scenario entry_scenarios[];
extern const struct scenario extra_scenarios[];
extern const struct scenario http_scenarios[];
extern const struct scenario image_scenarios[];
extern const struct scenario keyboard_scenarios[];
extern const struct scenario manager_scenarios[];
extern const struct scenario measure_scenarios[];
extern const struct scenario memory_scenarios[];
extern const struct scenario menu_scenarios[];
extern const struct scenario network_scenarios[];
extern const struct scenario overlay_scenarios[];
extern const struct scenario pinned_scenarios[];
extern const struct scenario random_scenarios[];
extern const struct scenario real_scenarios[];
extern const struct scenario report_scenarios[];
extern const struct scenario screen_scenarios[];
extern const struct scenario smbios_scenarios[];
extern const struct scenario trouble_scenarios[];
extern const struct scenario tpm_scenarios[];
extern const struct scenario trust_scenarios[];
extern const struct scenario type2_scenarios[];
extern const struct scenario volume_scenarios[];
