/* SPDX-License-Identifier: BSD-2-Clause */
/* Transfers by TFTP from the server that pvhboot came from, by EFI_PXE_BASE_CODE_PROTOCOL. */
#pragma once

#include "efi/efi.h"

#include "common/network/pxe.h"

struct tftp {
    EFI_HANDLE device;
    EFI_PXE_BASE_CODE_PROTOCOL *protocol;
    struct boot_server server;
    bool small_blocks; /* larger ones have not worked */
};

/*
 * EFI_UNSUPPORTED when `device` was not booted from by PXE, EFI_NOT_FOUND when the server did not
 * say who it is.
 */
EFI_STATUS tftp_find(EFI_HANDLE device, struct tftp *ret_tftp);

/*
 * The size of a file in bytes, by one question. EFI_TFTP_ERROR when the server has no such file;
 * some servers and some firmware cannot tell sizes.
 */
EFI_STATUS tftp_get_size(const struct tftp *tftp, const char *name, uint64_t *ret_size);

/*
 * Reads a whole file; *size is that of the buffer and becomes that of the file, also with
 * EFI_BUFFER_TOO_SMALL, for which all of the file has been transferred, too. `on_read`, unless it
 * is NULL, is called with the number of bytes as they come. The firmware repeats lost packets, and
 * gives up a silent server.
 */
EFI_STATUS tftp_read(struct tftp *tftp, const char *name, void *buffer, uint64_t *size,
                     void (*on_read)(uint64_t bytes));

/* The server's words about the last failure, NULL if it said nothing; valid until the next call. */
const char *tftp_words(const struct tftp *tftp);
