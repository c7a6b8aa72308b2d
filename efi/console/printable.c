/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/console/printable.h"

#include "common/base/utf.h"

CHAR16 printable(uint32_t code_point)
{
    return utf_is_control(code_point) || code_point > 0xffff ? '?' : (CHAR16)code_point;
}
