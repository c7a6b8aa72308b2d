/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * common/image: from the bytes of a kernel's file to the ELF or PE file in it. Nothing here knows
 * where the bytes come from, what PVH does with them, or of the firmware.
 *
 * This file tells what a kernel is wrapped in, by content and never by name. A bzImage and the
 * format of its payload are one container.
 */
#pragma once

#include "common/base/byte_source.h"
#include "common/base/error.h"
#include "common/image/container_format.h"

/* The format of something that begins with these bytes, CONTAINER_HEAD_SIZE or all there are. */
enum container_kind container_kind_of(const uint8_t *head, size_t size);

/* Never NULL: numbers that are no kind get the descriptor of CONTAINER_UNKNOWN. */
const struct container_format *container_format_of(enum container_kind kind);

/* "xz", "lz4 (legacy)" */
const char *container_name(enum container_kind kind);

/* True when there is something else inside: not for CONTAINER_ELF and CONTAINER_UNKNOWN. */
bool container_is_packed(enum container_kind kind);

/*
 * Looks at the bytes in `where`, inside the source: headers and trailers only. What is in no known
 * container has the kind CONTAINER_ELF or CONTAINER_UNKNOWN. False with *ret_error when a container
 * is damaged, truncated or of a variety that cannot be unpacked here.
 */
bool container_identify(struct byte_source *source, struct range where,
                        struct container *ret_container, struct error *ret_error);

/*
 * The two steps of container_identify(), for bzimage.c: its payload is a container too. Both set
 * reader->container.
 */
bool container_recognize(struct container_reader *reader, struct range where);
bool container_measure(struct container_reader *reader);
