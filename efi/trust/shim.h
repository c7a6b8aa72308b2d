/* SPDX-License-Identifier: BSD-2-Clause */
/* shim: its protocols are there if it has started the loader. */
#pragma once

#include "efi/efi.h"

#include "efi/firmware/proto/shim.h"

/* The vendor GUID of shim's variables. */
extern const EFI_GUID shim_guid;

/* Each NULL when it is not there. */
struct shim_lock_protocol *shim_find_lock(void);
struct shim_image_loader_protocol *shim_find_image_loader(void);
