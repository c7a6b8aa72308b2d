/* SPDX-License-Identifier: BSD-2-Clause */
/* Where counting begins and ends: long NOPs whose number the plugin sees, and the CPU does not. */
#pragma once

#define MARK_BEGIN 0x50564801
#define MARK_END   0x50564802

/* The NOP's bytes, before its number. */
#define MARK_OPCODE                                                                                \
    {                                                                                              \
        0x0f, 0x1f, 0x84, 0x00                                                                     \
    }

#define MARK(number)                                                                               \
    __asm__ volatile(".byte 0x0f, 0x1f, 0x84, 0x00\n\t.long %c0" : : "i"(number) : "memory")
