/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/variables.h"

#include "common/base/text.h"
#include "common/base/utf.h"

#include <string.h>

/* https://systemd.io/BOOT_LOADER_INTERFACE */
const EFI_GUID loader_guid = {
    0x4a67b082, 0x0a4c, 0x41cf, {0xb6, 0xc7, 0x44, 0x0b, 0x29, 0xbb, 0x8c, 0x4f}};
const EFI_GUID firmware_guid = EFI_GLOBAL_VARIABLE;
/* UEFI 2.10, section 32.6.1. */
const EFI_GUID security_database_guid = {
    0xd719b2cb, 0x3d3a, 0x4596, {0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f}};
/* EDK2, SecurityPkg/Include/Guid/AuthenticatedVariableFormat.h: gEfiCustomModeEnableGuid. */
static const EFI_GUID custom_mode_guid = {
    0xc076ec0c, 0x7028, 0x4399, {0xa0, 0x72, 0x71, 0xee, 0x5c, 0x44, 0x8b, 0x9f}};

#define LONGEST_NAME 40
#define LARGEST_TEXT 4096 /* bytes; the values are IDs and numbers */

struct ucs2_name {
    CHAR16 ucs2[LONGEST_NAME];
};

static struct ucs2_name name_to_ucs2(const char *name)
{
    struct ucs2_name result;

    utf8_to_utf16(name, result.ucs2, LONGEST_NAME);
    return result;
}

EFI_STATUS variable_get_attributes(const EFI_GUID *vendor, const char *name, void *value,
                                   UINTN *size, uint32_t *ret_attributes)
{
    struct ucs2_name variable = name_to_ucs2(name);
    EFI_GUID guid = *vendor;

    return RT->GetVariable(variable.ucs2, &guid, ret_attributes, size, value);
}

EFI_STATUS variable_get(const EFI_GUID *vendor, const char *name, void *value, UINTN *size)
{
    return variable_get_attributes(vendor, name, value, size, NULL);
}

static EFI_STATUS set(const EFI_GUID *vendor, const char *name, uint32_t attributes,
                      const void *value, UINTN size)
{
    struct ucs2_name variable = name_to_ucs2(name);
    EFI_GUID guid = *vendor;

    return RT->SetVariable(variable.ucs2, &guid, EFI_VARIABLE_BOOTSERVICE_ACCESS | attributes, size,
                           (void *)(uintptr_t)value);
}

EFI_STATUS variable_set(const EFI_GUID *vendor, const char *name, bool persistent,
                        const void *value, UINTN size)
{
    uint32_t attributes = EFI_VARIABLE_RUNTIME_ACCESS;

    if (persistent)
        attributes |= EFI_VARIABLE_NON_VOLATILE;
    return set(vendor, name, attributes, value, size);
}

EFI_STATUS variable_set_for_boot(const EFI_GUID *vendor, const char *name, const void *value,
                                 UINTN size)
{
    return set(vendor, name, 0, value, size);
}

EFI_STATUS variable_set_authenticated(const EFI_GUID *vendor, const char *name, const void *value,
                                      UINTN size)
{
    return set(vendor, name,
               EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_RUNTIME_ACCESS |
                   EFI_VARIABLE_TIME_BASED_AUTHENTICATED_WRITE_ACCESS,
               value, size);
}

EFI_STATUS variable_set_custom_mode(bool on)
{
    const uint8_t mode = on;

    return set(&custom_mode_guid, "CustomMode", EFI_VARIABLE_NON_VOLATILE, &mode, sizeof(mode));
}

EFI_STATUS variable_get_flag(const char *name, uint8_t *ret_value)
{
    UINTN size = sizeof(*ret_value);
    EFI_STATUS status = variable_get(&firmware_guid, name, ret_value, &size);

    return !EFI_ERROR(status) && size != sizeof(*ret_value) ? EFI_BAD_BUFFER_SIZE : status;
}

const char *variable_get_text(const EFI_GUID *vendor, const char *name, struct arena *arena)
{
    CHAR16 ucs2[LARGEST_TEXT / sizeof(CHAR16)];
    UINTN size = sizeof(ucs2);

    if (EFI_ERROR(variable_get(vendor, name, ucs2, &size)) || size % sizeof(CHAR16) != 0)
        return NULL;
    return utf16_to_utf8_copy(ucs2, size / sizeof(CHAR16), arena);
}

static bool is_equal(const EFI_GUID *vendor, const char *name, const CHAR16 *ucs2, UINTN size)
{
    uint8_t old[LARGEST_TEXT];
    UINTN old_size = sizeof(old);

    return !EFI_ERROR(variable_get(vendor, name, old, &old_size)) && old_size == size &&
           memcmp(old, ucs2, size) == 0;
}

EFI_STATUS variable_set_text(const EFI_GUID *vendor, const char *name, bool persistent,
                             const char *text, struct arena *arena)
{
    size_t count;
    const CHAR16 *ucs2 = utf8_to_utf16_copy(text, arena, &count);
    UINTN size;

    if (!ucs2)
        return EFI_OUT_OF_RESOURCES;
    size = (count + 1) * sizeof(*ucs2);
    if (is_equal(vendor, name, ucs2, size))
        return EFI_SUCCESS;
    return variable_set(vendor, name, persistent, ucs2, size);
}

EFI_STATUS variable_delete(const EFI_GUID *vendor, const char *name)
{
    return variable_set(vendor, name, true, NULL, 0);
}
