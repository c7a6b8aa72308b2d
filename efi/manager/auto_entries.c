/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/auto_entries.h"

#include "common/base/architecture.h"
#include "common/base/bytes.h"
#include "common/base/overflow.h"
#include "common/base/units.h"
#include "common/image/pe.h"
#include "efi/firmware/device_path.h"
#include "efi/firmware/file.h"
#include "efi/firmware/file_system.h"
#include "efi/firmware/pages.h"
#include "efi/manager/actions.h"

#include <string.h>

struct automatic {
    const char *id, *title;
    const char *path; /* of a program; NULL for an action */
    enum entry_action action;
    char key;
};

/* IDs, titles, keys and order are systemd-boot's. macOS is on a partition of its own. */
static const struct automatic macos = {
    "auto-osx", "macOS", "\\System\\Library\\CoreServices\\boot.efi", ENTRY_STARTS, 'a'};

static const struct automatic programs[] = {
    {"auto-windows", "Windows Boot Manager", "\\EFI\\Microsoft\\Boot\\bootmgfw.efi", ENTRY_STARTS,
     'w'},
    {"auto-efi-shell", "EFI Shell", "\\shell" FIRMWARE_ARCHITECTURE ".efi", ENTRY_STARTS, 's'},
};

static const struct automatic fallback = {"auto-efi-default", "EFI Default Loader",
                                          FIRMWARE_REMOVABLE, ENTRY_STARTS, 0};

static const struct automatic setup = {"auto-reboot-to-firmware-setup",
                                       "Reboot Into Firmware Interface", NULL, ENTRY_SETUP, 'f'};
static const struct automatic poweroff = {"auto-poweroff", "Power Off The System", NULL,
                                          ENTRY_POWEROFF, 0};
static const struct automatic reboot = {"auto-reboot", "Reboot The System", NULL, ENTRY_REBOOT, 0};

/* Whether another entry has the label. */
static bool label_is_taken(const struct entry_list *entries, const struct boot_entry *entry)
{
    for (size_t i = 0; i <= entries->count; i++) {
        if (&entries->items[i] != entry && strcmp(entries->items[i].label, entry->label) == 0)
            return true;
    }
    return false;
}

/* As entries_make_labels() does it; the title itself when out of memory. */
static const char *label_with_id(const char *id, const char *title, struct arena *arena)
{
    TEXT_ON_STACK(label, PATH_MAX_LENGTH);
    const char *copy;

    text_format(&label, "%s (%s)", title, id);
    copy = arena_strndup(arena, label.data, label.length);
    return copy ? copy : title;
}

/* Where the next one goes: sets of Secure Boot keys are always last, as in systemd-boot. */
static size_t find_place(const struct entry_list *entries, enum entry_action action)
{
    size_t place = entries->count;

    while (action != ENTRY_ENROLL && place > 0 && entries->items[place - 1].action == ENTRY_ENROLL)
        place--;
    return place;
}

struct boot_entry *auto_entries_add(struct manager *manager, const char *id, const char *title,
                                    enum entry_action action)
{
    struct entry_list *entries = &manager->catalog.entries;
    struct boot_entry *entry = entry_list_push(entries, manager->arena);
    size_t place = find_place(entries, action);

    if (!entry)
        return NULL;
    entry = &entries->items[place];
    memmove(entry + 1, entry, (entries->count - place) * sizeof(*entry));
    entry_init_automatic(entry, id, title);
    entry->action = action;
    if (label_is_taken(entries, entry))
        entry->label = label_with_id(id, title, manager->arena);
    entries->count++;
    return entry;
}

static void add(struct manager *manager, struct volume *volume, const struct automatic *automatic)
{
    struct boot_entry *entry =
        auto_entries_add(manager, automatic->id, automatic->title, automatic->action);

    if (!entry)
        return;
    entry->efi = (struct boot_file){.volume = volume, .path = automatic->path, .command = ""};
    entry->key = automatic->key;
}

/* Whether a section's text begins a line with our name: SBAT metadata, as in efi/sbat.c. */
static bool names_us(struct byte_source *source, struct range section)
{
    static const char line[] = "\npvhboot,";
    char text[512];
    size_t size = (size_t)min_u64(range_size(section), sizeof(text));
    struct error ignored = {.code = ERROR_NONE};

    if (!source->read(source, section.start, text, size, &ignored))
        return false;
    for (size_t i = 0; i + strlen(line) <= size; i++) {
        if (memcmp(text + i, line, strlen(line)) == 0)
            return true;
    }
    return false;
}

/* Whether a program is a copy of pvhboot, of whatever version. */
static bool is_pvhboot(const struct volume *volume, const char *path)
{
    CLEANUP(arena_release) struct arena arena;
    CLEANUP(file_close) struct file file = {.path = path};
    struct error ignored = {.code = ERROR_NONE};
    struct pe_sections sections;

    pages_init_arena(&arena);
    if (!file_open(volume, path, &file, &ignored) ||
        !pe_read_sections(&file.source, PE_IN_FILE, &arena, &sections, &ignored))
        return false;
    for (size_t i = 0; i < sections.count; i++) {
        if (strcmp(sections.items[i].name, ".sbat") == 0)
            return names_us(&file.source, sections.items[i].bytes);
    }
    return false;
}

/*
 * Started as the fallback loader, or by shim as that, we would only start ourselves again: nothing
 * in our own directory is offered. `own_path` may be NULL.
 */
static bool is_in_our_directory(const char *path, const char *own_path)
{
    size_t length = (size_t)(path_base_name(path) - path);
    size_t i = 0;

    while (own_path && i < length && to_lower(own_path[i]) == to_lower(path[i]))
        i++;
    return i == length;
}

static bool has_macos(const struct volume *volume)
{
    return file_exists(volume, macos.path);
}

static void find_programs(struct manager *manager)
{
    const char *own_path = device_path_file_name(manager->loaded->FilePath, manager->arena);
    struct volume *volume = manager->volume;

    for (size_t i = 0; i < ELEMENTS(programs); i++) {
        if (file_exists(volume, programs[i].path))
            add(manager, volume, &programs[i]);
    }
    if (!is_in_our_directory(fallback.path, own_path) && file_exists(volume, fallback.path) &&
        !is_pvhboot(volume, fallback.path))
        add(manager, volume, &fallback);
}

void auto_entries_find(struct manager *manager)
{
    const struct loader_config *config = &manager->catalog.config;

    if (manager->has_looked)
        return;
    manager->has_looked = true;
    manager->can_enter_setup = action_can_enter_setup();
    if (config->auto_entries && !manager->volume->operations->is_server) {
        if (file_system_search(manager->volume->device, has_macos, manager->macos))
            add(manager, manager->macos, &macos);
        find_programs(manager);
    }
    if (config->auto_firmware && manager->can_enter_setup)
        add(manager, NULL, &setup);
    if (config->auto_poweroff)
        add(manager, NULL, &poweroff);
    if (config->auto_reboot)
        add(manager, NULL, &reboot);
}
