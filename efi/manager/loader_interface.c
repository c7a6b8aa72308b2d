/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/loader_interface.h"

#include "common/base/text.h"
#include "common/base/utf.h"
#include "efi/console/console.h"
#include "efi/firmware/clock.h"
#include "efi/firmware/interface_variables.h"
#include "efi/firmware/system_table.h"
#include "efi/firmware/variables.h"

#include <string.h>

/* The bits of LoaderFeatures. */
#define FEATURE_TIMEOUT          (1 << 0)
#define FEATURE_TIMEOUT_ONE_SHOT (1 << 1)
#define FEATURE_DEFAULT          (1 << 2)
#define FEATURE_ONE_SHOT         (1 << 3)
#define FEATURE_BOOT_COUNTING    (1 << 4)
#define FEATURE_XBOOTLDR         (1 << 5)
#define FEATURE_DRIVERS          (1 << 7)
#define FEATURE_SORT_KEY         (1 << 8)
#define FEATURE_SAVED_ENTRY      (1 << 9)
#define FEATURE_ENROLL           (1 << 11) /* Secure Boot's keys */
#define FEATURE_RETAIN_SHIM      (1 << 12)
#define FEATURE_MENU_DISABLED    (1 << 13)
#define FEATURE_PROFILES         (1 << 14) /* of unified kernel images */
#define FEATURE_TYPE1_UKI        (1 << 16)
#define FEATURE_TPM_BANKS        (1 << 18)
#define FEATURE_PREFERRED        (1 << 19)

#define NUMBER_BYTES 24

void loader_interface_announce(const EFI_LOADED_IMAGE *loaded, uint64_t start,
                               const struct tpm *tpm, struct arena *arena)
{
    static const uint64_t features =
        FEATURE_TIMEOUT | FEATURE_TIMEOUT_ONE_SHOT | FEATURE_DEFAULT | FEATURE_ONE_SHOT |
        FEATURE_BOOT_COUNTING | FEATURE_SORT_KEY | FEATURE_SAVED_ENTRY | FEATURE_MENU_DISABLED |
        FEATURE_XBOOTLDR | FEATURE_DRIVERS | FEATURE_ENROLL | FEATURE_RETAIN_SHIM |
        FEATURE_PROFILES | FEATURE_TYPE1_UKI | FEATURE_PREFERRED;
    uint64_t all = features | (tpm->protocol ? FEATURE_TPM_BANKS : 0);

    interface_set_number("LoaderTimeInitUSec", clock_microseconds(start));
    interface_set_text("LoaderInfo", "pvhboot " PVHBOOT_VERSION, arena);
    interface_set_firmware(arena);
    interface_set_image("LoaderImageIdentifier", loaded, arena);
    interface_set_partition("LoaderDevicePartUUID", loaded->DeviceHandle, arena);
    if (tpm->protocol)
        interface_set_banks(tpm->active_banks, arena);
    (void)variable_set(&loader_guid, "LoaderFeatures", false, &all, sizeof(all));
}

/*
 * bootctl expects file names without counters. systemd-boot 252 reports them with the counters, so
 * that its bootctl does not find these entries.
 */
void loader_interface_set_entries(const struct boot_entry *entries, size_t count,
                                  struct arena *arena)
{
    size_t size = 0;
    CHAR16 *ucs2;
    size_t used = 0;

    for (size_t i = 0; i < count; i++)
        size += strlen(entries[i].full_id) + 1;
    ucs2 = arena_alloc(arena, size, sizeof(*ucs2));
    if (!ucs2)
        return;
    for (size_t i = 0; i < count; i++) {
        if (entries[i].action != ENTRY_ENROLL)
            used += utf8_to_utf16(entries[i].full_id, ucs2 + used, size - used) + 1;
    }
    (void)variable_set(&loader_guid, "LoaderEntries", false, ucs2, used * sizeof(*ucs2));
}

static const char *get_text(const char *name, struct arena *arena)
{
    const char *text = variable_get_text(&loader_guid, name, arena);

    return text ? text : "";
}

void loader_interface_read_selection(struct default_selection *selection, struct arena *arena)
{
    selection->one_shot = get_text("LoaderEntryOneShot", arena);
    selection->chosen = get_text("LoaderEntryDefault", arena);
    selection->preferred = get_text("LoaderEntryPreferred", arena);
    selection->saved = get_text("LoaderEntryLastBooted", arena);
    if (!system_table_firmware_update_failed())
        return;
    interface_set_text("LoaderSysFailReason", "firmware-update-failure", arena);
    selection->sysfail = get_text("LoaderEntrySysFail", arena);
}

void loader_interface_consume_selection(const struct default_selection *selection)
{
    if (*selection->one_shot)
        (void)variable_delete(&loader_guid, "LoaderEntryOneShot");
}

/*
 * A timeout for one boot always shows the menu: in systemctl(1), --boot-loader-menu=0 means no
 * timeout, and systemd-boot 252 does the same.
 */
uint32_t loader_interface_read_timeout(uint32_t *saved, const char *from_outside,
                                       struct arena *arena)
{
    const char *one_shot = get_text("LoaderConfigTimeoutOneShot", arena);
    uint32_t timeout;

    (void)timeout_parse(get_text("LoaderConfigTimeout", arena), saved);
    if (from_outside && !timeout_parse(from_outside, saved))
        console_warn(ERROR_SMBIOS_TIMEOUT, NULL);
    if (*one_shot)
        (void)variable_delete(&loader_guid, "LoaderConfigTimeoutOneShot");
    if (!timeout_parse(one_shot, &timeout))
        return *saved;
    return timeout == TIMEOUT_HIDDEN ? TIMEOUT_FOREVER : timeout;
}

EFI_STATUS loader_interface_save_default(const struct boot_entry *entry, bool preferred,
                                         struct arena *arena)
{
    const char *name = preferred ? "LoaderEntryPreferred" : "LoaderEntryDefault";

    if (!entry)
        return variable_delete(&loader_guid, name);
    return variable_set_text(&loader_guid, name, true, entry->full_id, arena);
}

EFI_STATUS loader_interface_save_timeout(uint32_t timeout, struct arena *arena)
{
    TEXT_ON_STACK(text, NUMBER_BYTES);

    if (timeout == TIMEOUT_FOREVER)
        text_append(&text, "menu-force");
    else
        text_format(&text, "%u", timeout);
    return variable_set_text(&loader_guid, "LoaderConfigTimeout", true, text.data, arena);
}

int loader_interface_read_console_mode(int configured, struct arena *arena)
{
    int mode;

    return console_mode_parse(get_text("LoaderConfigConsoleMode", arena), &mode) ? mode
                                                                                 : configured;
}

EFI_STATUS loader_interface_save_console_mode(INT32 mode, struct arena *arena)
{
    TEXT_ON_STACK(text, NUMBER_BYTES);

    text_format(&text, "%d", mode);
    return variable_set_text(&loader_guid, "LoaderConfigConsoleMode", true, text.data, arena);
}

EFI_STATUS loader_interface_forget_console_mode(void)
{
    EFI_STATUS status = variable_delete(&loader_guid, "LoaderConfigConsoleMode");

    return status == EFI_NOT_FOUND ? EFI_SUCCESS : status;
}

void loader_interface_save_last(const struct boot_entry *entry, struct arena *arena)
{
    (void)variable_set_text(&loader_guid, "LoaderEntryLastBooted", true, entry->full_id, arena);
}

void loader_interface_set_selected(const struct boot_entry *entry, struct arena *arena)
{
    interface_set_text("LoaderEntrySelected", entry->full_id, arena);
}

void loader_interface_set_count_path(const char *path, struct arena *arena)
{
    interface_set_text("LoaderBootCountPath", path, arena);
}

/* Not variable_delete(): the variable is volatile, and the firmware compares the attributes. */
void loader_interface_forget_count_path(void)
{
    (void)variable_set(&loader_guid, "LoaderBootCountPath", false, NULL, 0);
}

void loader_interface_set_time(const char *name)
{
    interface_set_number(name, clock_microseconds(clock_now()));
}
