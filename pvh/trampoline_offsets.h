/* SPDX-License-Identifier: BSD-2-Clause */
/* struct trampoline_data for the assembler; handover.c proves each. */
#pragma once

#define TRAMPOLINE_GDTR       40
#define TRAMPOLINE_IDTR       56
#define TRAMPOLINE_START_INFO 72
#define TRAMPOLINE_ENTRY      76
#define TRAMPOLINE_COPIES     80
#define TRAMPOLINE_COPY_COUNT 84
#define TRAMPOLINE_ZEROS      88
#define TRAMPOLINE_ZERO_COUNT 92
#define TRAMPOLINE_TABLES     96
#define TRAMPOLINE_STACK_TOP  168
#define TRAMPOLINE_DATA_SIZE  168

#define TRAMPOLINE_COPY_SIZE 12
#define TRAMPOLINE_ZERO_SIZE 8

#define TRAMPOLINE_TABLE_SIZE 4096

#define TRAMPOLINE_CODE_SELECTOR 0x08
#define TRAMPOLINE_DATA_SELECTOR 0x10
#define TRAMPOLINE_TSS_SELECTOR  0x18
