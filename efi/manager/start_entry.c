/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/manager/start_entry.h"

#include "common/base/text.h"
#include "common/bls/entry_command_line.h"
#include "efi/boot/boot.h"
#include "efi/console/console.h"
#include "efi/firmware/pages.h"
#include "efi/manager/actions.h"
#include "efi/manager/boot_counter.h"
#include "efi/manager/key_sets.h"
#include "efi/manager/loader_interface.h"
#include "efi/manager/start_program.h"

/* With Secure Boot on, nothing is added to a command line that is signed. */
static bool passes_entry(const struct manager *manager)
{
    return manager->catalog.config.pass_entry && !policy_is_enforced(manager->trust->state);
}

/* What a virtual machine is told from outside, unless only what is signed counts. */
static const char *add_options_from_outside(const struct manager *manager, const char *command_line,
                                            struct arena *arena)
{
    const char *options = manager->settings.boot_options;

    if (!options || !*options)
        return command_line;
    if (policy_is_enforced(manager->trust->state)) {
        console_warn(ERROR_COMMAND_LINE_IGNORED, NULL);
        return command_line;
    }
    return *command_line ? text_join(command_line, ' ', options, arena) : options;
}

static bool start_kernel_of(const struct manager *manager, const struct boot_entry *entry,
                            const char *command_line, struct error *error)
{
    CLEANUP(arena_release) struct arena arena;
    struct boot_request request = entry->request;

    pages_init_arena(&arena);
    request.command_line = add_options_from_outside(manager, command_line, &arena);
    if (!request.command_line)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    request.no_overlay = !manager->catalog.config.acpi_overlay;
    request.pass_framebuffer |= manager->catalog.config.pass_framebuffer;
    if (passes_entry(manager) && !entry_can_be_passed(entry))
        console_message("this name cannot be passed to the kernel");
    else if (passes_entry(manager))
        request.command_line = entry_command_line(entry, request.command_line, &arena);
    if (!request.command_line)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    return boot_run(manager->image, manager->options, &request, manager->trust, &arena, error);
}

/* Whether to save this entry: what is preferred, or the default, is "@saved". */
static bool is_saved(const struct manager *manager, const struct boot_entry *entry)
{
    const struct default_selection *selection = &manager->selection;

    return text_equals_ignoring_case(default_configured(selection), "@saved") &&
           !entry_has_id(entry, selection->one_shot) && !entry_had_id(entry, selection->one_shot);
}

static void count_boot(struct manager *manager, struct boot_entry *entry)
{
    struct entry_list *entries = &manager->catalog.entries;
    struct error error = {.code = ERROR_NONE};
    TEXT_ON_STACK(path, PATH_MAX_LENGTH);

    if (!boot_counter_use_try(entries, (size_t)(entry - entries->items), manager->arena, &error))
        (void)console_print_error(&error, &manager->messages);
    if (!entry->count.counted) {
        loader_interface_forget_count_path();
        return;
    }
    entry_append_path(&path, entry);
    loader_interface_set_count_path(path.data, manager->arena);
}

/* Sets the variables and counts the boot of an entry that is about to be started. */
static void record_start(struct manager *manager, struct boot_entry *entry)
{
    loader_interface_set_selected(entry, manager->arena);
    if (!manager->is_fallback && is_saved(manager, entry))
        loader_interface_save_last(entry, manager->arena);
    count_boot(manager, entry);
    loader_interface_set_time(TIME_EXEC);
}

/* Where it fails or is stopped by a key, the menu that comes back says so. */
static bool enroll(struct manager *manager, const struct boot_entry *set, struct error *error)
{
    console_copy_messages(&manager->messages);
    key_sets_enroll(manager, set, error);
    console_copy_messages(NULL);
    return false;
}

/* Nothing is started: neither counted nor recorded, or "@saved" would restart the machine again. */
static bool run_action(struct manager *manager, const struct boot_entry *entry, struct error *error)
{
    if (manager->options->dry_run) {
        console_message("not done: dry run: %s", entry->label);
        return true;
    }
    return entry->action == ENTRY_ENROLL ? enroll(manager, entry, error)
                                         : action_run(entry->action, error);
}

/* `edited` is NULL where the user did not edit the command line. */
static bool start(struct manager *manager, struct boot_entry *entry, const char *edited,
                  struct error *error)
{
    if (!entry_is_bootable(entry)) {
        error->reason = entry->problem;
        return error_set(error, ERROR_ENTRY_UNBOOTABLE);
    }
    if (entry->action != ENTRY_STARTS)
        return run_action(manager, entry, error);
    if (manager->options->dry_run && entry->efi.path) {
        console_message("not started: dry run of an EFI program: %s", entry->efi.path);
        return true;
    }
    if (!manager->options->dry_run)
        record_start(manager, entry);
    if (entry->efi.path)
        return start_program(manager, entry, edited, error);
    return start_kernel_of(manager, entry, edited ? edited : entry->request.command_line, error);
}

bool start_entry(struct manager *manager, size_t index, const char *command_line,
                 struct error *error)
{
    struct boot_entry *entry = &manager->catalog.entries.items[index];
    bool started;

    console_set_entry(entry->id);
    started = start(manager, entry, command_line, error);
    console_set_entry(NULL);
    error->context = entry->id;
    return started;
}
