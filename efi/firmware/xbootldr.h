/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

#include "efi/efi.h"

/*
 * True when the disk of `device`, a partition, has an extended boot loader partition (XBOOTLDR)
 * besides it. False when the firmware cannot tell: only UEFI 2.7 and later can.
 */
bool xbootldr_is_beside(EFI_HANDLE device);
