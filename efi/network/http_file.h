/* SPDX-License-Identifier: BSD-2-Clause */
/* Files on servers, read by HTTP: in parts where the server gives parts. */
#pragma once

#include "efi/efi.h"

#include "common/network/url.h"
#include "efi/firmware/volume.h"

/*
 * Opens the file at `url` as a file of a volume: sets handle and size of *opened, and is_missing
 * when the server says that there is none. The error names the URL. The network is started if it
 * has not been.
 */
bool http_file_open(const struct url *url, struct volume_file *opened, struct error *error);

/* As struct volume_operations has them. */
bool http_file_read(struct volume_file *opened, uint64_t offset, void *buffer, uint64_t size,
                    uint64_t *ret_count, struct error *error);
void http_file_close(struct volume_file *opened);

/* Ends what goes on for files that are open. They can still be read: that starts it again. */
void http_files_stop(void);
