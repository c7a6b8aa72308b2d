/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/*
 * Compares two versions according to the UAPI Group's Version Format Specification (UAPI.10).
 * Negative, zero or positive if `a` is older than, equal to or newer than `b`.
 */
int version_compare(const char *a, const char *b);
