/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room common/image: reading kernel files, through containers to the ELF file inside, and checking
 * PE files. It must not know where the bytes come from, what PVH does with the result, or the
 * firmware.
 */
/*
 * Identifies the container of a kernel by content, never by name. A bzImage and the format of its
 * payload count as one container.
 */
#pragma once

#include "common/base/byte_source.h"
#include "common/base/error.h"
#include "common/image/container_format.h"

/* The format of a file by its first bytes: CONTAINER_HEAD_SIZE of them, or the whole file. */
enum container_kind container_kind_of(const uint8_t *head, size_t size);

/* Never NULL: for an invalid kind, the descriptor of CONTAINER_UNKNOWN. */
const struct container_format *container_format_of(enum container_kind kind);

/* The format's name for messages: "xz", "lz4 (legacy)". */
const char *container_name(enum container_kind kind);

/* True for real containers, that is, except for CONTAINER_ELF and CONTAINER_UNKNOWN. */
bool container_is_packed(enum container_kind kind);

/*
 * Identifies and measures the container in the range `where` of the source, by its headers and
 * trailers only. The kind is CONTAINER_ELF or CONTAINER_UNKNOWN if there is no container. Fails if
 * the container is damaged, truncated, or of an unsupported variant.
 */
bool container_identify(struct byte_source *source, struct range where,
                        struct container *ret_container, struct error *ret_error);

/*
 * The two steps of container_identify(), separately for bzimage.c, whose payload is a container
 * too. Both set reader->container.
 */
bool container_recognize(struct container_reader *reader, struct range where);
bool container_measure(struct container_reader *reader);
