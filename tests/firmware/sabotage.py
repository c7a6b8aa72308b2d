#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Break the loader on purpose, one place at a time, and see that the fake firmware's tests find each.

usage: sabotage.py PROGRAM OBJECT... -- COMPILER FLAG...    (see `make sabotage-firmware`)
"""

import subprocess
import sys
from pathlib import Path

# What is broken, in which file, what becomes of which text, the scenario that finds it, and what it says.
BREAKS = (
    ("bss is not cleared", "efi/boot/place.c", "clear_zeros(&boot->plan.zero_before_exit);", ";",
     "option-boot", "the zeroes of segment"),
    ("the last pages are kept", "efi/boot/place.c", "while (boot->claimed > 0)", "while (boot->claimed > 1)",
     "option-boot", "pages are not given back"),
    ("the kernel's file stays open", "efi/boot/kernel_file.c", "    file_close(&kernel->file);\n", "",
     "option-boot", "a file is left open"),
    ("the volume stays open", "efi/start.c", "CLEANUP(efi_file_close) EFI_FILE_HANDLE root", "EFI_FILE_HANDLE root",
     "option-boot", "a file is left open: the root"),
    ("a file that is not open is closed", "efi/firmware/file.c", "        *ret_handle = NULL; /* firmware may have left anything there */\n", "        ;\n",
     "missing-kernel", "FAILED"),
    ("the menu's timer is kept", "efi/console/keyboard.c", "(void)BS->CloseEvent(keyboard->timer);", ";",
     "menu-quit", "events are not closed"),
    ("the menu never times out", "efi/menu/menu.c", "--state->seconds_left > 0", "state->seconds_left > 0",
     "menu-timeout", "a wait"),
    ("the user's line is not taken", "efi/menu/menu_edit.c", "    state->menu->command_line = line;\n", "",
     "menu-edit", "the command line"),
    ("a key that arrives with an event is lost", "efi/console/keyboard.c", "return read_plain(k->plain, ret_key);", "return false;",
     "keyboard-plain", "ends in"),
    ("no keyboard keeps from booting", "efi/manager/manager.c", "                       : boot_default(manager);",
     "                       : status;", "menu-no-keyboard", "ends in success"),
    ("the set-up is not asked for", "efi/manager/manager.c", "    indications |= EFI_OS_INDICATIONS_BOOT_TO_FW_UI;\n", "",
     "menu-setup", "ends in a reset"),
    ("one boot's entry is kept", "efi/manager/loader_interface.c", "(void)variable_delete(&loader_guid, \"LoaderEntryOneShot\");", ";",
     "one-shot", "is kept for another boot"),
    ("boots are not counted", "efi/manager/boot_counter.c", "status = file->SetInfo(file, &guid, size, &renaming);", ";",
     "counted", "the boot is not counted"),
    ("a counted entry's file stays open", "efi/manager/boot_counter.c", "CLEANUP(efi_file_close) EFI_FILE_HANDLE file", "EFI_FILE_HANDLE file",
     "counted", "a file is left open"),
    ("an entry that cannot be read ends it all", "common/bls/catalog.c",
     "        list->left_out++;\n        return true;", "        return error_set(error, ERROR_OUT_OF_MEMORY);",
     "entries-broken", "ends in an error"),
    ("a refused program is not unloaded", "efi/firmware/image.c", "        (void)BS->UnloadImage(*program);\n", "        ;\n",
     "chain-violation", "an image that the loader has loaded"),
    ("a program's options lack a unit", "efi/firmware/image.c", "(utf8_to_utf16(options, units, count) + 1)", "(utf8_to_utf16(options, units, count) - 1)",
     "chain", "the program's options"),
    ("an offered initrd may change", "efi/firmware/initrd_media.c", "if (size != media->size)", "if (size > media->size)",
     "offered-wrongly", "module 0"),
    ("an offered initrd in pieces starts anew", "efi/boot/modules.c", "buffer + fill->offset, fill->size", "buffer, fill->size",
     "offered-in-pieces", "module 0: byte"),
    ("lent memory is kept", "efi/boot/place.c", "while (boot->lent.count > 0)", "while (boot->lent.count > 9)",
     "gzip", "pages are not given back"),
    ("lent memory is not used", "efi/boot/place.c", ".reclaimable_count = boot->lent.count", ".reclaimable_count = 0",
     "lent", "not enough memory"),
    ("a stream goes on where segments share bytes", "efi/boot/kernel_file.c", "if (fill->offset < kernel->position) {", "if (fill->offset > UINT64_MAX - 1) {",
     "packed-shared", "segment"),
    ("what is withheld is denied as it was asked", "efi/boot/place.c", "#define EXACT_REFUSALS 4", "#define EXACT_REFUSALS 400",
     "withheld-large", "ends in an error"),
    ("a short read is taken", "efi/firmware/file.c", "*ret_count = count;", "*ret_count = *ret_wanted;",
     "option-boot", "segment"),
    ("text between the attempts to leave", "efi/firmware/exit.c", "        tried = true;\n",
     "        tried = true;\n        console_message(\"again\");\n",
     "refused-exit", "after ExitBootServices has failed"),
    ("the map is not written again", "efi/firmware/exit.c", "|| !write_final_map(boot, &error))) {",
     "|| (!tried && boot->memory.e820.count == 0 && !write_final_map(boot, &error)))) {",
     "refused-exit", "the memory map says"),
    ("no room for a map that grows", "efi/firmware/memory_map.c", "#define SLACK_DESCRIPTORS 32", "#define SLACK_DESCRIPTORS 2",
     "growing-exit", "ends in a reset"),
    ("the page is not made executable", "efi/firmware/exit.c", "MEMORY_ATTRIBUTE_XP);", "MEMORY_ATTRIBUTE_RO);",
     "strict-pages", "cannot be run"),
    ("the page stays read-only", "efi/firmware/exit.c", "make_writable(plan->trampoline_code);", ";",
     "strict-pages", "cannot be written to"),
    ("copies lack a byte", "pvh/trampoline.c", ".size = (uint32_t)copies->items[i].size,",
     ".size = (uint32_t)copies->items[i].size - 1,", "staged", "segment"),
    ("padding between initrds is not cleared", "efi/boot/modules.c", "        clear_padding(module, fill);\n", "",
     "many-initrds", "module 0: byte"),
    ("boot info on stale memory", "efi/boot/boot.c", "memset(block, 0, range_size(boot->plan.boot_info));", ";",
     "option-boot", "FAILED"),
    ("modules right behind the kernel", "pvh/plan.c", "#define GUARD_AFTER_SPAN (64 * KIB)", "#define GUARD_AFTER_SPAN 0",
     "three-modules", "overlap"),
    ("copies go over the hand-over", "pvh/plan.c", "take_free(planner, (struct range){start, plan->trampoline_data.end});",
     ";", "staged", "FAILED"),
    ("a kernel that can be moved is refused", "pvh/plan.c", "if (find_relocation(planner, ret_start)) {", "if (0) {",
     "real-maps", "ends in an error"),
    ("tables are read anywhere", "efi/firmware/acpi.c", "!range || range->range.start > position || !may_hold_tables(range->class)",
     "!range", "lying-acpi", "FAILED"),
    ("an array is one short", "efi/boot/modules.c", ".sizes = arena_alloc(arena, count,", ".sizes = arena_alloc(arena, count - 1,",
     "three-modules", "FAILED"),
    ("an error without a message", "efi/firmware/file.c", "return console_error_status(status, \"%s: cannot be opened\", path);",
     "return status;", "option-boot", "without a message"),
)


def build(program, objects, compiler, source, text):
    """The test program with another text for one of the loader's files."""
    folder = Path(program).parent / "sabotage"
    folder.mkdir(exist_ok=True)
    broken, changed = folder / "broken.c", folder / "test_firmware"
    broken.write_text(f'#line 1 "{source}"\n{text}', encoding="utf-8")
    others = [name for name in objects if not name.endswith(f"/{source}.o")]
    subprocess.run([*compiler, "-Wno-error", "-w", "-o", changed, broken, *others, "-lcmocka"], check=True)
    return changed


def is_found(program, scenario, says):
    run = subprocess.run([program, "--only", scenario], text=True, errors="replace", check=False,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return run.returncode != 0 and says in run.stdout


def main(arguments):
    split = arguments.index("--")
    program, *objects = arguments[:split]
    missed = 0
    for what, source, old, new, scenario, says in BREAKS:
        text = Path(source).read_text(encoding="utf-8")
        if text.count(old) != 1:
            sys.exit(f"sabotage: {source} does not have this once: {old}")
        changed = build(program, objects, arguments[split + 1:], source, text.replace(old, new))
        found = is_found(changed, scenario, says)
        missed += not found
        print(f"{'found ' if found else 'MISSED'}  {what} ({source}), by {scenario}", flush=True)
    print(f"{len(BREAKS)} places broken, {missed} missed")
    return missed > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
