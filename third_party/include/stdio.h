/* SPDX-License-Identifier: BSD-2-Clause */
/* Included by a library's common header; nothing in it is used to decode. */
#pragma once
