/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addons: PE files beside our own image with more of the command line and of the initrd, as ukify
 * makes them without --linux. First those for all images, then those of ours, each sorted by name.
 *
 * With Secure Boot on, an addon counts if the firmware or shim accept its file; what is used are
 * the very bytes in memory that were verified. One that is refused, damaged, for another kernel or
 * no addon is told and left out.
 */
#pragma once

#include "efi/stub/companions.h"

/* Appends to the request's command line, and fills the parts of stub->trust->added. */
bool addons_add(struct stub *stub, const struct companions *companions, struct error *error);
