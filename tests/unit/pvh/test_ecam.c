/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/base/units.h"
#include "pvh/ecam.h"

/* A window may be in a hole or in reserved memory, but not over memory that the kernel may use. */
static void windows_over_memory(void **state)
{
    static struct memory_range ranges[] = {
        {{0x1000, 0xa0000}, MEMORY_CONVENTIONAL},
        {{0x80000000, 0x90000000}, MEMORY_RESERVED},
        {{0x90000000, 0x90001000}, MEMORY_BOOT_SERVICES_DATA},
        {{0xb0000000, 0xc0000000}, MEMORY_ACPI},
        {{0x100000000, 0x200000000}, MEMORY_PERSISTENT},
    };
    const struct memory_map map = {.ranges = ranges, .count = ELEMENTS(ranges)};
    struct acpi_windows windows = {
        .windows = {{0x80000000, 0x90000000}, /* kept */
                    {0x88000000, 0x98000000},
                    {0x90100000, 0xa0000000}, /* kept */
                    {0, 0x100000},
                    {0xb0000000, 0xc0000000}, /* kept */
                    {0xf0000000, 0x110000000},
                    {0x300000000, 0x310000000}}, /* kept */
        .count = 7,
    };

    (void)state;
    ecam_drop_over_memory(&windows, &map);
    assert_int_equal(windows.count, 4);
    assert_int_equal(windows.windows[0].start, 0x80000000);
    assert_int_equal(windows.windows[1].start, 0x90100000);
    assert_int_equal(windows.windows[2].start, 0xb0000000);
    assert_int_equal(windows.windows[3].start, 0x300000000);
    assert_int_equal(windows.damaged, ACPI_DAMAGED_TABLE);
    windows.damaged = 0;
    ecam_drop_over_memory(&windows, &map);
    assert_int_equal(windows.count, 4);
    assert_int_equal(windows.damaged, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_over_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
