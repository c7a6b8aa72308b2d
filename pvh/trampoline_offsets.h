/* SPDX-License-Identifier: BSD-2-Clause */
/* struct handover_data for the assembler; handover.c proves each. */
#pragma once

#define HANDOVER_GDTR       40
#define HANDOVER_IDTR       56
#define HANDOVER_START_INFO 72
#define HANDOVER_ENTRY      76
#define HANDOVER_COPIES     80
#define HANDOVER_COPY_COUNT 84
#define HANDOVER_ZEROS      88
#define HANDOVER_ZERO_COUNT 92
#define HANDOVER_TABLES     96
#define HANDOVER_STACK_TOP  168
#define HANDOVER_DATA_SIZE  168

#define HANDOVER_COPY_SIZE 12
#define HANDOVER_ZERO_SIZE 8

#define HANDOVER_TABLE_SIZE 4096

#define HANDOVER_CODE_SELECTOR 0x08
#define HANDOVER_DATA_SELECTOR 0x10
#define HANDOVER_TSS_SELECTOR  0x18
