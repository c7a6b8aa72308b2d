/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Credentials and extensions: files beside our own image that Linux finds in /.extra, as
 * systemd-stub passes them (efi/boot/extra_archives.h). One archive is made of the files of a kind
 * in a directory, sorted by name.
 */
#pragma once

#include "efi/stub/companions.h"

/* Fills the archives of stub->trust->added. */
bool archives_add(struct stub *stub, const struct companions *companions, struct error *error);
