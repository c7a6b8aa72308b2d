#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Break the loader on purpose, one place at a time, and see that the fake firmware's tests find each.

usage: sabotage.py [--rows REGEX] PROGRAM OBJECT... -- COMPILER FLAG...    (see `make sabotage-firmware`)

With --rows, only the rows are tried whose description or scenario matches; all must have their place.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).resolve().parents[1]
sys.dont_write_bytecode = True
sys.path.insert(0, str(TESTS / "lib"))

from c_places import Unchanged, argument, call, cleanup, condition, find_changes, nth, returned, statement, value
from c_source import read_source


class Break(NamedTuple):
    what: str
    where: str  # a function, wherever it is, or FILE:function where several have the name; or a constant
    place: object  # in the function: c_places.py has them; None for a constant's value
    new: object  # what stands there then ({}: what stood there), or what becomes of which part
    scenario: str  # finds it
    says: str


BREAKS = (
    # Placing and loading
    Break("bss is not cleared", "load_all", statement(calls="clear_zeros"), "",
          "option-boot", "the zeroes of segment"),
    Break("the last pages are kept", "release_claims", condition("claimed"), ("> 0", "> 1"),
          "option-boot", "pages are not given back"),
    Break("reclaimable memory is kept", "reserve_release", condition("reclaimable"), ("> 0", "> 9"),
          "gzip", "pages are not given back"),
    Break("reclaimable memory is not used", "make_plan", value("reclaimable_count"), "0",
          "reclaimable", "not enough memory"),
    Break("what is withheld is denied as it was asked", "EXACT_REFUSALS", None, "400",
          "withheld-large", "ends in an error"),
    Break("memory that the firmware runs in is taken", "reserve_memory", call("avoid_processor_memory"), "true",
          "running-in-free-memory", "which the firmware runs in"),
    Break("the kernel's file stays open", "kernel_close", statement(calls="file_close"), "",
          "option-boot", "a file is left open"),
    Break("a stream goes on where segments share bytes", "kernel_stream_load", condition("position"), "0",
          "packed-shared", "segment"),
    Break("an offered initrd may change", "initrd_media_load", condition("size", "media"), ("!=", ">"),
          "offered-wrongly", "module 0"),
    Break("an offered initrd in pieces starts anew", "load_in_pieces", argument("memcpy", 2), "buffer",
          "offered-in-pieces", "module 0: byte"),
    Break("padding between initrds is not cleared", "load_read", statement(calls="clear_padding"), "",
          "many-initrds", "module 0: byte"),
    Break("an array is one short", "modules_open", value("sizes"), ("count", "count - 1"),
          "three-modules", "FAILED"),
    Break("boot info on stale memory", "prepare_boot_info", statement(calls="memset"), "",
          "option-boot", "FAILED"),
    Break("modules right behind the kernel", "GUARD_AFTER_SPAN", None, "0",
          "three-modules", "overlap"),
    Break("copies go over the trampoline", "place_trampoline", statement(calls="planner_take_for_loader"), "",
          "staged", "FAILED"),
    Break("copies lack a byte", "fill_copies", value("size"), "{} - 1",
          "staged", "segment"),
    Break("a kernel that can be moved is refused", "choose_start", condition("find_relocation"), "0",
          "real-maps", "ends in an error"),

    Break("a plan is not dropped before the next", "reserve_update_map", statement(calls="prepare_drop_plan"), "",
          "nvs-taken", "ended by signal"),
    Break("a plan's failure names no file", "make_plan", statement(calls="name_culprit"), "",
          "all-high", "does not say \"vmlinux: \""),
    Break("claims of a stream's plan are kept for unpacking", "place_unpacked", statement(calls="reserve_release"), "",
          "packed-shared", "FAILED"),
    Break("a grown map has no E820 table", "make_room", call("prepare_reserve"), "true",
          "option-boot", "ends in an error"),
    Break("the plan is not checked against the last map", "prepare_table", call("plan_check"), "true",
          "kept-drivers", "FAILED"),

    # Files and the firmware
    Break("the volume stays open", "start:boot", cleanup("volume"), "",
          "option-boot", "a file is left open: the root"),
    Break("a file that is not open is closed", "open_handle", statement(assigns="ret_handle"), "",
          "counted", "FAILED"),
    Break("an error without a message", "run_loader", returned("console_print_error"), "EFI_LOAD_ERROR",
          "missing-kernel", "does not say"),
    Break("an error is told twice", "console_print_error", condition("printed"), "0",
          "menu-empty-alone", "is printed twice"),
    Break("no error is recorded", "read_info", returned("error_set_efi_for"), "false",
          "option-boot", "without a message"),
    Break("a short read is taken", "read_chunk", value("ret_count"), "*ret_wanted",
          "option-boot", "segment"),
    Break("a refused program is not unloaded", "chainload:unload", statement(calls="unload"), "",
          "chain-violation", "an image that the loader has loaded"),
    Break("a default that has a problem restarts no machine", "try_round", value("has_problem"),
          ("&& !(i == 0 && keeps_default)", ""),
          "automatic-restart-on-error", "automatic-restart-on-error"),
    Break("keys from before the menu act in it", "open_menu", condition("keyboard_drain"), "menu->timeout != TIMEOUT_FOREVER",
          "menu-typed-ahead", "menu-typed-ahead"),
    Break("a key from before a question answers it", "question_ask", statement(calls="keyboard_drain"), "",
          "pinned-asked-ahead", "pinned-asked-ahead"),
    Break("a program's options lack a unit", "set_options", value("LoadOptionsSize"), ("+ 1", "- 1"),
          "chain", "the program's options"),
    Break("tables are read anywhere", "map_memory", call("find_obstacle"), ("find_obstacle(", "!map + 0 * find_obstacle("),
          "lying-acpi", "FAILED"),

    # What is said about the machine
    Break("no word of RAM that is not write-back", "report_warnings", statement(calls="print_mtrr_warning"), "",
          "uncached", "does not say \"warning: 1024.0 MiB"),
    Break("a guest's registers are told of in vain", "print_mtrr_warning", condition("guest"), ("finding->guest", "0"),
          "uncached-guest", "there is nothing to warn of"),
    Break("the firmware's serial console is not found", "acpi_collect", statement(calls="acpi_find_serial"), "",
          "serial-console", "add console=ttyS1,115200"),
    Break("a port in memory is taken for one of I/O", "acpi_find_serial", condition("find_number"),
          ("!= ADDRESS_SPACE_IO", "> ADDRESS_SPACE_IO"), "serial-console-in-memory", "does not say"),

    # Images and pins
    Break("a pin that does not match is accepted", "check_digest", condition("memcmp"), "1",
          "pinned-changed", "segment 1: byte"),
    Break("modules are not compared with their pins", "boot:load", call("trust_check_modules"), "true",
          "pinned-changed", "the command line is"),
    Break("the entry's command line is kept", "choose_signed", condition("is_enforced"), "1",
          "pinned-options-ignored", "the command line is"),
    Break("options from outside are taken", "choose_command_line", condition("POLICY_IGNORE"), "0",
          "image-secure", "the command line is"),
    Break("an initrd in the image is copied", "place_in_memory", condition("part_count"), "1",
          "image", "the address of a module that stays where it is"),
    Break("sections are not measured", "open_files", call("trust_measure_image"), "true",
          "image-measured", "measurements instead of"),
    Break("the entry's name is added to what is signed", "passes_entry", call("policy_is_enforced"), "false",
          "pinned-entry-not-passed", "that nobody has given"),

    Break("a module's command line needs no signature", "policy_classify", condition("has_outside_options"), "0",
          "pinned-module-options", "nr_modules is"),
    Break("the screen is named in front of what is signed", "trust_choose_command_line",
          statement(assigns="pass_framebuffer"), "", "pinned-framebuffer-not-passed", "the command line is"),

    # Addons, and other files beside images
    Break("addons need no signature", "addons:verify", condition("POLICY_BOOT"), "0",
          "addons-secure", "the command line is"),
    Break("an addon may have a kernel", "addon_read", condition("uki_has_kernel"), "0",
          "addons", "the command line is"),
    Break("addons count in an unknown state", "companions_find", condition("POLICY_IGNORE"), "0",
          "addons-unknown", "module"),
    Break("what is outside is taken for signed", "add_outer_options", condition("policy_is_enforced"), "0",
          "smbios-secure", "the command line is"),
    Break("an entry of SMBIOS is counted", "entry_set_source", condition("ENTRY_SMBIOS"), "1",
          "smbios-entry", "FAILED"),
    Break("a partition is matched by its number", "is_same_place", condition("start"), "0",
          "xbootldr-entry", "FAILED"),
    Break("a gap in an MBR is not seen", "find_by_id", condition("locate_in_table"), "0",
          "named-in-mbr", "FAILED"),
    Break("the report has no date", "report_machine", call("clock_append_date"), "false",
          "smbios-report", "date: "),
    Break("the report names no machine", "report_append_machine", condition("manufacturer"), "0",
          "smbios-report", "names another machine"),
    Break("an entry's extras need no pin", "read_extra", condition("need_pins"), "0",
          "extras-not-pinned", "not in an error"),
    Break("a pin of an extra is not compared", "read_extra", returned("pinned_check_bytes"), "true",
          "extras-not-pinned", "not in an error"),
    Break("extras of an entry that has failed stay", "add_extras", statement(calls="memset"), "",
          "extras-second", "an archive of another entry is measured"),
    Break("a program's options are not measured", "start_program:pass", call("measure_kernel_parameters"), "true",
          "extras-program", "not measured last"),
    Break("a program's initrd stays offered", "withdraw", statement(calls="initrd_media_withdraw"), "",
          "extras-program", "FAILED"),
    Break("what is offered beside an image's initrd is taken", "initrd_add_offered", condition("POLICY_IGNORE"), "0",
          "extras-offered-image", "FAILED"),
    Break("what the kernel does not get is measured", "measure_additions", condition("kernel_is_linux"), "0",
          "addons", "is one too many"),

    # The TPM
    Break("the framebuffer's words are not measured", "measure_command_line", value("command_line"),
          "boot->request->command_line", "words-measured", "is not the one that was measured"),
    Break("a dry run measures", "boot_any", condition("dry_run"), "1",
          "measured-dry-run", "measurements instead of 0"),
    Break("a full log is a failure", "tpm_extend", returned("EFI_VOLUME_FULL"), "status",
          "measured-odd", "speaks of a TPM"),
    Break("the event log has no room for the command line", "room_for_measurements", nth(1, value("room")),
          ("strlen(command_line)", "0"), "tpm-command-line", "FAILED"),
    Break("a TPM that is none is asked to extend", "tpm_find", condition("tpm_present"),
          (" || !capability.tpm_present", ""), "measured-no-tpm", "measurements instead of 0"),

    # Secure Boot
    Break("setup mode is nothing", "secure_boot_read", condition("in_setup"), "0",
          "secure-boot-state", 'does not say "state: off"'),
    Break("a flag has any value", "read_flag", returned("EFI_UNSUPPORTED"), ("value > 1", "0"),
          "secure-boot-state", "ends in success"),
    Break("a variable that the system has set is taken for shim's", "shim_is_insecure",
          returned("variable_get_attributes"), ("!(attributes & EFI_VARIABLE_RUNTIME_ACCESS)", "1"),
          "secure-boot-state", 'does not say "state: on"'),
    Break("without shim its variable counts", "shim_is_insecure", returned("variable_get_attributes"),
          ("shim_find_lock()", "1"), "secure-boot-state", 'does not say "state: on"'),
    Break("keys are enrolled where a platform key is", "secure_boot_is_in_setup", returned("read_flag"),
          ("&& in_setup", "|| in_setup"), "enroll-auto-not", "ends in a reset with new keys"),
    Break("keys are enrolled on real hardware without a word", "find_auto", condition("policy_machine_is_virtual"),
          ("!policy_machine_is_virtual()", "0"), "enroll-auto-not", "ends in a reset with new keys"),
    Break("keys are written after one that was refused", "write_all", condition("EFI_ERROR"), "0",
          "enroll-refused", "though another key was refused"),
    Break("keys are enrolled whatever starts then", "may_enroll", returned("is_unsigned"), "true",
          "enroll-unsigned-loader", "ends in a reset with new keys"),
    Break("an unsigned platform key needs no custom mode", "enroll_keys", condition("is_signed"), "1",
          "enroll-auto-unsigned", "custom mode is not off again"),
    Break("a kernel that was only verified stays loaded", "image_services_try", statement(calls="unload"), "",
          "verify", "while an image is loaded"),
    Break("what is no PE file is shown to shim", "check_file", condition("pe_check_program"), "0",
          "verify-not-shown", "FAILED"),
    Break("the payload may be behind the signature", "check_file", returned("bzimage_check_payload_before"), "true",
          "verify-payload-unsigned", "ends in success"),
    Break("a warning is a success", "verify:judge", condition("EFI_SUCCESS"),
          ("status == EFI_SUCCESS", "!EFI_ERROR(status)"), "verify-warning", "ends in success"),
    Break("a firmware's yes is believed", "canary_check", condition("EFI_ERROR", "status"), "0",
          "verify-canary-accepted", "FAILED"),
    Break("firmware without the protocol is asked", "canary_check", condition("LocateProtocol"), "0",
          "verify-no-security2", "FAILED"),
    Break("the canary is sent for each file", "canary_check", nth(1, condition("was_refused")), "0",
          "verify", "canaries"),
    Break("shim frees twice what it has started", "chainload:start", condition("by_shim"), "1",
          "chain-by-shim-returns", "told to free twice"),
    Break("shim removes its lock", "chainload", statement(calls="keep_shim_lock"), "",
          "chain-by-shim", "not told to keep"),

    # The screen
    Break("the screen is not cleared", "show", statement(calls="graphics_clear"), "",
          "screen", "the screen is not cleared"),
    Break("the console's screen is any screen", "rank_output", call("has_console"), "false",
          "screens-second", "the kernel is told of a screen"),
    Break("warnings are wiped off the screen", "wants_clear_screen", returned("console_has_warned"),
          ("!console_has_warned()", "1"), "screen-warned", "the screen is cleared for nothing"),
    Break("the serial line is cleared with the screen", "graphics_clear", condition("ConOut"),
          ("text != ST->ConOut", "1"), "screen-is-console", "the screen is cleared for nothing"),
    Break("any screen is taken for the console's", "graphics_find", value("is_console"), "true",
          "screens-without-framebuffer", "does not say"),
    Break("a screen in another mode is not looked at", "boot_run", statement(calls="overlay_update"), "",
          "screen-changing", "the kernel is told of a screen"),
    Break("warnings are about the command line without the words", "report_warnings", value("command_line"),
          "boot->request->command_line", "words-too-long", "does not say"),
    Break("words are as long as they were first", "overlay_collect", statement(assigns="command_line_room"), "",
          "words-growing", "FAILED"),
    Break("the console's own handle is the first choice", "rank_output", condition("ConsoleOutHandle"), "0",
          "screens-splitter-beside", "the kernel is told of a screen"),
    Break("lines may be longer than they are apart", "check_sizes", returned("checked_add"),
          ("framebuffer->pitch >= line", "1"), "screen-lying", "the command line"),
    Break("a framebuffer may be smaller than its lines", "check_sizes", returned("checked_add"),
          ("last + line <= size", "1"), "screen-lying", "the command line"),
    Break("masks may have gaps", "read_mask", condition("bits"), "0",
          "screen-masks-bad", "the command line"),
    Break("colours may be missing", "read_masks", condition("RedMask"), ("!masks->GreenMask", "0"),
          "screen-masks-bad", "FAILED"),
    Break("the words replace the command line", "pass_framebuffer_words",
          statement(calls="text_append", mentions=["command_line"]), "",
          "words", "the command line"),
    Break("--no-overlay is not heard", "overlay_collect", value("wanted"), "boot->acpi.rsdp",
          "no-overlay", "rsdp_paddr"),
    Break("acpi-overlay is not heard", "start_kernel_of", statement(assigns="no_overlay"), "",
          "no-overlay-config", "rsdp_paddr"),
    Break("pass-framebuffer of loader.conf is not heard", "start_kernel_of", statement(assigns="pass_framebuffer"), "",
          "words-config", "the command line"),

    Break("control characters stay in the log", "log_append", condition("is_plain"), "true",
          "escape-sequence", "control character in the log"),

    # Leaving boot services
    Break("text between the attempts to leave", "exit_again", statement(assigns="status", mentions=["exit_boot_services"]),
          "{}; console_message(\"again\")", "refused-exit", "after ExitBootServices has failed"),
    Break("the map is not written again", "exit_again", call("write_boot_info"), "true",
          "refused-exit", "the memory map says"),
    Break("memory is allocated between the attempts to leave", "exit_again", call("map_buffer_read"),
          "(boot_map_read(&boot->map, &error) ? EFI_SUCCESS : EFI_LOAD_ERROR)",
          "outgrown-exit", "after ExitBootServices has failed"),
    Break("no room for a map that grows", "SLACK_DESCRIPTORS", None, "2",
          "growing-exit", "ends in a reset"),
    Break("the page is not made executable", "pages_make_executable", argument("clear", 4), "MEMORY_ATTRIBUTE_RO",
          "strict-pages", "cannot be run"),
    Break("the page stays read-only", "start_kernel", statement(calls="pages_make_writable"), "",
          "strict-pages", "cannot be written to"),

    # The menu and the keyboard
    Break("the menu's timer is kept", "keyboard_close", statement(calls="CloseEvent"), "",
          "menu-quit", "events are not closed"),
    Break("the menu never times out", "count_down", condition("seconds_left"),
          ("--state->seconds_left", "state->seconds_left"), "menu-timeout", "a wait"),
    Break("the user's line is not taken", "accept_line", statement(assigns="command_line", mentions=["line"]), "",
          "menu-edit", "the command line"),
    Break("a key that arrives with an event is lost", "read_input", call("read_plain"), "false",
          "keyboard-plain", "ends in"),

    Break("the rest of a cut sequence is a key", "decode", condition("continues_sequence"), "false",
          "menu-cut-sequences", "ends in"),
    Break("a letter behind an Escape ends the session", "choose_action", condition("keyboard_follows_escape"),
          ("0x80", "0"), "menu-escape-letter", "ends in a restart"),

    # Entries and variables
    Break("no keyboard keeps from booting", "boot_by_menu", call("boot_default"), "done",
          "menu-no-keyboard", "ends in success"),
    Break("the set-up is not asked for", "action_run", condition("request_setup"), "false",
          "menu-setup", "ends in a restart"),
    Break("directories are entries", "is_of_kind", condition("Attribute"), ("& EFI_FILE_DIRECTORY", "& 0"),
          "entries-with-directories", "speaks of directories"),
    Break("one boot's entry is kept", "loader_interface_consume_selection", statement(calls="variable_delete"), "",
          "one-shot", "is kept for another boot"),
    Break("a name that is taken is asked for", "use_try", call("is_taken"), "false",
          "counted-twice", "the boot is not counted"),
    Break("a name that is looked up stays open", "is_taken", cleanup("file"), "",
          "counted-twice", "a file is left open"),
    Break("a file that is looked up stays open", "file_exists", cleanup("file"), "",
          "initrd-list", "a file is left open"),
    Break("a variable of GRUB is a path", "leave_out_variables", call("is_variable"), "0",
          "initrd-list", "ends in an error"),
    Break("an empty initrd is passed over in silence", "report_warnings", statement(calls="report_empty_parts"), "",
          "initrd-empty", "does not say"),
    Break("a selection with counters is lost", "entry_matched", call("append_uncounted"), "false",
          "selected-before-counting", "the command line"),
    Break("a path that is too long is not called so", "explain_failure", call("path_exceeds_fat"), "false",
          "path-too-long", "does not say"),
    Break("a read-only medium is written to", "rename_file", call("is_read_only"), "false",
          "counted-protected", "does not say \"cannot be counted\""),
    Break("boots are not counted", "rename_file", statement(calls="SetInfo"), "",
          "counted", "the boot is not counted"),
    Break("a counted entry's file stays open", "rename_file", cleanup("file"), "",
          "counted", "a file is left open"),
    Break("an entry that cannot be read ends it all", "add_type1", nth(1, returned("true")), "error_set(error, ERROR_FILE_READ)",
          "entries-broken", "ends in an error"),
    Break("a file that cannot be read is passed over in silence", "catalog:read_config", statement(calls="report"), "",
          "config-damaged", "does not say \"loader.conf\""),
    Break("the entries' directory stays open", "catalog:read_kind", statement(calls="close_directory"), "",
          "entry-boot", "a file is left open"),
    Break("an image stays open", "catalog:read_image", statement(calls="close_file"), "",
          "type2", "a file is left open"),
    Break("a counted image is loaded by its old name", "set_name", condition("ENTRY_TYPE2"), ("==", "!="),
          "type2-counted", "no such file"),
    Break("an image's own command line is passed", "entry_load_options", value("own"), "entry->request.command_line",
          "type2", "the image's options"),
    Break("the profile is not passed", "entry_load_options", condition("profile"), ("== 0", "< 9"),
          "type2-profile", "the image's options"),
    Break("entries are in the directory's order", "catalog_read", statement(calls="sort"), "",
          "entries-many", "FAILED"),
    Break("a second failure is not told", "carry_out", statement(calls="error_clear"), "",
          "menu-failed-twice", "does not say"),

    # What other programs and the kernel hold the loader to
    Break("every variable is kept over resets", "variable_set", condition("persistent"), "true",
          "announced", "with the attributes"),
    Break("no variable is kept over resets", "variable_set", condition("persistent"), "false",
          "menu-settings", "with the attributes"),
    Break("what is kept is written each time", "variable_set_text", condition("is_equal"), "false",
          "kept-already", "is written again"),
    Break("the watchdog runs while files are read", "efi_main", statement(calls="watchdog_disarm"), "",
          "past-the-watchdog", "the watchdog has reset the machine"),
    Break("the menu does not set the watchdog", "menu:open_menu", statement(calls="watchdog_arm"), "",
          "patient", "the watchdog is off when"),
    Break("a key does not set the watchdog", "menu_read_key", statement(calls="watchdog_arm"), "",
          "patient", "the watchdog has reset the machine"),
    Break("the menu leaves the watchdog on", "close_menu", statement(calls="watchdog_disarm"), "",
          "patient", "the watchdog is on when"),
    Break("a program has no watchdog", "chainload:start", statement(calls="watchdog_arm"), "",
          "chain", "the watchdog is off when"),
    Break("a program's watchdog stays on", "chainload:start", statement(calls="watchdog_disarm"), "",
          "chain", "the watchdog is on when"),
    Break("the watchdog has another time", "watchdog_arm", argument("SetWatchdogTimer", 1), "{} / 10",
          "chain", "SetWatchdogTimer is called for 30 seconds"),
    Break("ACPI 1.0 goes before 2.0", "try_rsdp", call("system_table_find_rsdp"),
          ("version == ACPI_2_0", "version != ACPI_2_0"), "two-tables", "is not listed once"),
    Break("a damaged table ends the search", "acpi_collect", condition("version"), ("&& !ret_tables->rsdp",
          "&& version == ACPI_2_0"), "two-tables", "the RSDP at"),
    Break("old firmware is asked for large reads", "first_chunk", returned(), "LARGEST_CHUNK",
          "breaking-reads", "ends in an error"),
    Break("the position is taken to be kept after an error", "read_chunk",
          statement(assigns="position", mentions=["UINT64_MAX"]), "", "moved-position", "ends in an error"),
    Break("the last map has no more room than the first", "exit_firmware", call("boot_map_read"),
          "!EFI_ERROR(map_buffer_read(&boot->map.buffer))", "growing-late", "ends in an error"),
    Break("the page tables lie over the lists", "trampoline_tables_offset", returned("align_up"), "PAGE_SIZE",
          "many-copies", "overlap"),
    Break("the list of copies is half as long", "plan_max_copies", returned("pending_count"),
          "({}) / 2", "many-copies", "FAILED"),
    Break("a renamed file is not flushed", "rename_file", statement(calls="Flush"), "",
          "counted", "its change is not flushed"),
    Break("a dropped plan keeps its override", "prepare_drop_plan", statement(calls="plan_clear"), "",
          "nvs-planned-again", "prepare_plan: Assertion"),
    Break("sort keys are not announced", "loader_interface_announce", value("features"),
          ("FEATURE_SORT_KEY", "0"), "announced", "LoaderFeatures"),
    Break("sort keys have another bit", "FEATURE_SORT_KEY", None, "(1 << 7)",
          "announced", "LoaderFeatures"),
    Break("a GUID's first field is turned round", "format_guid", call("read_le32"), "__builtin_bswap32({})",
          "announced", "LoaderDevicePartUUID"),
    Break("a GUID's second field is turned round", "format_guid", nth(1, call("read_le16")),
          "__builtin_bswap16({})", "announced", "LoaderDevicePartUUID"),
    Break("a GUID's third field is turned round", "format_guid", nth(2, call("read_le16")),
          "__builtin_bswap16({})", "announced", "LoaderDevicePartUUID"),
    Break("an MBR's signature is taken for a GUID", "SIGNATURE_IS_GUID", None, "1",
          "announced", "LoaderDevicePartUUID"),

    Break("another disk's XBOOTLDR partition is reported", "is_on_disk", argument("memcmp", 3), "0",
          "xbootldr", "is mistaken"),
    Break("the volume's own XBOOTLDR partition is reported", "partition_find_xbootldr",
          condition("partitions", "device"), ("partitions[i] != device", "true"),
          "xbootldr-itself", "LoaderEntries is not only.conf"),

    # Other partitions, and drivers
    Break("a partition that is not connected is not connected", "open_by_firmware", statement(calls="device_connect"), "",
          "xbootldr-entry", "FAILED"),
    Break("no driver is shown all there is", "open_by_drivers", returned("connect_all"),
          ("!connect_all(error) || ", ""),
          "drivers", "FAILED"),
    Break("no driver is looked for", "open_either_way", call("file_system_may_have_driver"), "false",
          "drivers", "FAILED"),
    Break("a driver in both directories is started twice", "is_in_earlier", returned("true"), "false",
          "drivers", "the driver was started 2 times"),
    Break("an application is started as a driver", "check_driver", call("is_driver"), "true",
          "drivers-bad", "is not said"),
    Break("drivers are started under shim", "chainload_driver", condition("by_shim"), "0",
          "drivers-bad", "FAILED"),
    Break("a driver that has done its work is called a failure", "chainload_driver", statement(calls="error_clear"), "",
          "drivers-bad", "is called a failure"),
    Break("a file system is looked for twice", "partition_open", value("reason"), "recognize(partition)->words",
          "xbootldr-unreadable", "is looked for 2 times"),
    Break("any damaged volume is called sparse", "explain_reading", value("reason"), '"if the file is sparse"',
          "named-damaged", "what to do about the damage is not said"),
    Break("any partition is the one that is named", "find_on_disk", call("partition_id_equals"), "true",
          "named-wrongly", "FAILED"),
    Break("an entry's files are looked for on the loader's volume", "read_directory", value("volume"), "NULL",
          "xbootldr-both", "FAILED"),

    # The TPM's event log
    Break("the event log is not copied", "event_log_copy", statement(calls="memcpy"), "",
          "tpm", "event log"),
    Break("final events are left out", "event_log_finish", statement(calls="tcg_log_append"), "",
          "tpm", "event log"),
    Break("final events are there twice", "event_log_copy", value("known"), "0",
          "tpm", "event log"),
    Break("a log that has grown too much is copied", "event_log_copy", condition("tpm_find_log"), "false",
          "tpm-grown-too-much", "FAILED"),
    Break("an event log that firmware hands over is replaced", "event_log_size",
          condition("acpi_overlay_wants_event_log"), "!tpm_find_log(map, &log)",
          "tpm-own-log", "asked for its log"),
    Break("the event log is read wherever it is", "tpm_find_log", argument("tcg_log_measure", 2), "UINT64_MAX",
          "tpm-lying", "FAILED"),
    Break("final events are read wherever they are", "tcg_final_events_count", condition("limit"), "false",
          "tpm-final-lying", "FAILED"),
)


class Program:
    """The test program, and how it is built."""

    def __init__(self, path, objects, compiler):
        self.path, self.objects, self.compiler = Path(path), [Path(name) for name in objects], compiler
        self.folder = self.path.parent
        self.made_of = {name: self.dependencies(name) for name in self.objects if name.with_suffix(".d").exists()}

    @staticmethod
    def dependencies(name):
        """The source first, then the headers."""
        rule = name.with_suffix(".d").read_text(encoding="utf-8").replace("\\\n", " ").split("\n", 1)[0]
        return rule.split(": ", 1)[1].split()

    def sources(self):
        """The loader's own, with their headers."""
        names = {name for files in self.made_of.values() for name in files}
        return [read_source(name) for name in sorted(names)
                if name.endswith((".c", ".h")) and not name.startswith(("/", "tests/", "build/"))]

    def build(self, change):
        """The program with another text for one file: all that is made of it is compiled anew."""
        folder = self.folder / "sabotage"
        shutil.rmtree(folder, ignore_errors=True)
        broken = folder / change.source
        broken.parent.mkdir(parents=True, exist_ok=True)
        broken.write_text(f'#line 1 "{change.source}"\n{change.text}', encoding="utf-8")
        objects = []
        for number, name in enumerate(self.objects):
            files = self.made_of.get(name, [])
            if change.source in files:
                source = broken if files[0] == change.source else files[0]
                name = folder / f"{number}.o"
                compiler, *flags = self.compiler
                subprocess.run([compiler, f"-I{folder}", *flags, "-Wno-error", "-w", "-c", "-o", name, source],
                               check=True)
            objects.append(name)
        changed_program = folder / self.path.name
        subprocess.run([*self.compiler, "-o", changed_program, *objects, "-lcmocka"], check=True)
        return changed_program


def passes(program, scenario):
    return subprocess.run([program, "--only", scenario], check=False, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


def is_found(program, broken):
    """Runs the scenario until it is: most breaks are found by its first run of hundreds."""
    said = ""
    with subprocess.Popen([program, "--only", broken.scenario], text=True, errors="replace", start_new_session=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as run:
        for line in run.stdout:
            said += line
            if "FAILED: " in said and broken.says in said:
                os.killpg(run.pid, signal.SIGKILL)
                return True
    return run.returncode != 0 and broken.says in said


def choose(breaks, pattern):
    """The indices of the rows whose description or scenario matches."""
    return [i for i, broken in enumerate(breaks)
            if re.search(pattern, broken.what) or re.search(pattern, broken.scenario)]


def main(arguments):
    pattern = ""
    if arguments[0] == "--rows":
        pattern, arguments = arguments[1], arguments[2:]
    split = arguments.index("--")
    program = Program(arguments[0], arguments[1:split], arguments[split + 1:])
    try:
        changes = find_changes(BREAKS, program.sources())
    except Unchanged as lost:
        sys.exit(f"sabotage: these rows of {__file__} have lost their place; say where it is now:\n{lost}")
    rows = choose(BREAKS, pattern)
    if not rows:
        sys.exit(f"sabotage: no row matches {pattern!r}")
    for scenario in sorted({BREAKS[i].scenario for i in rows}):
        if not passes(program.path, scenario):
            sys.exit(f"sabotage: {scenario} fails, or is not there, with nothing broken")
    missed = 0
    for broken, change in ((BREAKS[i], changes[i]) for i in rows):
        found = is_found(program.build(change), broken)
        missed += not found
        print(f"{'found ' if found else 'MISSED'}  {broken.what} ({change.source}:{change.line}), by {broken.scenario}",
              flush=True)
    print(f"{len(rows)} places broken, {missed} missed")
    return missed > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
