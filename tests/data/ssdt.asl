/* SPDX-License-Identifier: BSD-2-Clause */
/* What common/acpi/coreboot_device.c writes, for a coreboot table at this address. */
DefinitionBlock ("", "SSDT", 2, "PVHBT ", "PVHBOOT ", 1)
{
    Scope (\_SB)
    {
        Device (PVFB)
        {
            Name (_HID, "BOOT0000")
            Name (_UID, 0)
            Name (_CRS, ResourceTemplate () { Memory32Fixed (ReadOnly, 0x12345678, 0x9ABCDEF0) })
            Name (_STA, 0x0B)
        }
    }
}
