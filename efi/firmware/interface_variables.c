/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/interface_variables.h"

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "common/base/utf.h"
#include "efi/firmware/device_path.h"
#include "efi/firmware/system_table.h"
#include "efi/firmware/variables.h"

/* Offsets in a hard drive node (UEFI 2.10, section 10.3.5.1), after its header. */
#define HARDDRIVE_SIZE           38
#define HARDDRIVE_SIGNATURE      20
#define HARDDRIVE_SIGNATURE_TYPE 37
#define SIGNATURE_IS_GUID        2

#define NUMBER_BYTES 24

void interface_set_text(const char *name, const char *text, struct arena *arena)
{
    (void)variable_set_text(&loader_guid, name, false, text, arena);
}

void interface_set_number(const char *name, uint64_t number)
{
    TEXT_ON_STACK(text, NUMBER_BYTES);
    CHAR16 ucs2[NUMBER_BYTES];
    size_t count;

    text_format(&text, "%llu", (unsigned long long)number);
    count = utf8_to_utf16(text.data, ucs2, NUMBER_BYTES);
    (void)variable_set(&loader_guid, name, false, ucs2, (count + 1) * sizeof(*ucs2));
}

void interface_set_banks(uint32_t banks, struct arena *arena)
{
    TEXT_ON_STACK(text, NUMBER_BYTES);

    text_format(&text, "0x%08x", banks);
    interface_set_text("LoaderTpm2ActivePcrBanks", text.data, arena);
}

/*
 * Formats a GUID like the names in /dev/disk/by-partuuid. systemd-boot 252 writes upper case;
 * readers accept both. The first three fields are little-endian.
 */
static void format_guid(struct text *text, const uint8_t *guid)
{
    text_format(text, "%08x-%04x-%04x-%02x%02x-", read_le32(guid), read_le16(guid + 4),
                read_le16(guid + 6), guid[8], guid[9]);
    text_append_hex(text, guid + 10, 6);
}

void interface_set_partition(const char *name, EFI_HANDLE device, struct arena *arena)
{
    const void *position = device_path_of(device);
    struct device_node node;
    TEXT_ON_STACK(text, 40);

    while (device_path_next(&position, &node)) {
        if (node.type != NODE_MEDIA || node.subtype != NODE_MEDIA_HARDDRIVE ||
            node.size < HARDDRIVE_SIZE || node.bytes[HARDDRIVE_SIGNATURE_TYPE] != SIGNATURE_IS_GUID)
            continue;
        format_guid(&text, node.bytes + HARDDRIVE_SIGNATURE);
        interface_set_text(name, text.data, arena);
        return;
    }
}

void interface_set_image(const char *name, const EFI_LOADED_IMAGE *loaded, struct arena *arena)
{
    const char *path = device_path_file_name(loaded->FilePath, arena);

    if (path)
        interface_set_text(name, path, arena);
}

void interface_set_firmware(struct arena *arena)
{
    TEXT_ON_STACK(firmware, 200);
    TEXT_ON_STACK(specification, 40);

    system_table_append_firmware(&firmware);
    interface_set_text("LoaderFirmwareInfo", firmware.data, arena);
    system_table_append_specification(&specification);
    interface_set_text("LoaderFirmwareType", specification.data, arena);
}
