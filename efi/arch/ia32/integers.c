/* SPDX-License-Identifier: BSD-2-Clause */
/* Debian's compilers come without a 32-bit libgcc. */
#include "efi/arch/ia32/integers.h"

#include <stddef.h>

struct digits {
    uint32_t quotient, remainder;
};

/* The processor's own division, of 64 bits by 32. The quotient has to fit: high < divisor. */
static struct digits divide(uint32_t high, uint32_t low, uint32_t divisor)
{
    struct digits result;

    __asm__("divl %4"
            : "=a"(result.quotient), "=d"(result.remainder)
            : "a"(low), "d"(high), "rm"(divisor)
            : "cc");
    return result;
}

/* Long division with digits of 32 bits. Nearly all divisors have one: sizes of pages, sectors and
 * descriptors. */
static uint64_t divide_by_digit(uint64_t dividend, uint32_t divisor, uint64_t *ret_remainder)
{
    struct digits high = divide(0, (uint32_t)(dividend >> 32), divisor);
    struct digits low = divide(high.remainder, (uint32_t)dividend, divisor);

    *ret_remainder = low.remainder;
    return (uint64_t)high.quotient << 32 | low.quotient;
}

/* Binary long division. The shifts are by one bit, so that they need no library either. */
static uint64_t divide_by_bits(uint64_t dividend, uint64_t divisor, uint64_t *ret_remainder)
{
    uint64_t remainder = 0, quotient = 0;

    for (int bit = 0; bit < 64; bit++) {
        uint64_t carry = remainder >> 63;

        remainder = remainder << 1 | dividend >> 63;
        dividend <<= 1;
        quotient <<= 1;
        if (carry || remainder >= divisor) {
            remainder -= divisor;
            quotient |= 1;
        }
    }
    *ret_remainder = remainder;
    return quotient;
}

uint64_t __udivmoddi4(uint64_t dividend, uint64_t divisor, uint64_t *ret_remainder)
{
    uint64_t remainder;
    uint64_t quotient = divisor >> 32 ? divide_by_bits(dividend, divisor, &remainder)
                                      : divide_by_digit(dividend, (uint32_t)divisor, &remainder);

    if (ret_remainder)
        *ret_remainder = remainder;
    return quotient;
}

uint64_t __udivdi3(uint64_t dividend, uint64_t divisor)
{
    return __udivmoddi4(dividend, divisor, NULL);
}

uint64_t __umoddi3(uint64_t dividend, uint64_t divisor)
{
    uint64_t remainder;

    (void)__udivmoddi4(dividend, divisor, &remainder);
    return remainder;
}

static uint64_t magnitude(int64_t number)
{
    return number < 0 ? -(uint64_t)number : (uint64_t)number;
}

/* The quotient is rounded towards zero, and the remainder has the dividend's sign (C11, 6.5.5). */
int64_t __divdi3(int64_t dividend, int64_t divisor)
{
    uint64_t quotient = __udivdi3(magnitude(dividend), magnitude(divisor));

    return (int64_t)((dividend < 0) != (divisor < 0) ? -quotient : quotient);
}

int64_t __moddi3(int64_t dividend, int64_t divisor)
{
    uint64_t remainder = __umoddi3(magnitude(dividend), magnitude(divisor));

    return (int64_t)(dividend < 0 ? -remainder : remainder);
}

uint64_t __ashldi3(uint64_t number, int count)
{
    uint32_t low = (uint32_t)number, high = (uint32_t)(number >> 32);

    if (count >= 32)
        return (uint64_t)(low << (count - 32)) << 32;
    if (count == 0)
        return number;
    return (uint64_t)(high << count | low >> (32 - count)) << 32 | low << count;
}

uint64_t __lshrdi3(uint64_t number, int count)
{
    uint32_t low = (uint32_t)number, high = (uint32_t)(number >> 32);

    if (count >= 32)
        return high >> (count - 32);
    if (count == 0)
        return number;
    return (uint64_t)(high >> count) << 32 | (low >> count | high << (32 - count));
}

int __ctzdi2(uint64_t number)
{
    uint32_t low = (uint32_t)number;

    return low ? __builtin_ctz(low) : 32 + __builtin_ctz((uint32_t)(number >> 32));
}
