/* SPDX-License-Identifier: BSD-2-Clause */
/* Included by a library's common header, but the decoders use nothing of it. */
#pragma once
