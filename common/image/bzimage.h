/* SPDX-License-Identifier: BSD-2-Clause */
/* What has to be known of a bzImage beside its being a container. */
#pragma once

#include "common/base/byte_source.h"

/*
 * Checks that the payload of a bzImage ends at or before the offset `end`; other files have none.
 * ERROR_PAYLOAD_UNSIGNED if it does not, and all errors of damaged bzImages.
 */
bool bzimage_check_payload_before(struct byte_source *source, uint64_t end, struct error *error);
