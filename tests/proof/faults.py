# SPDX-License-Identifier: BSD-2-Clause
"""Faults that the proofs have to find, each in the file that a proof is about."""

from typing import NamedTuple

from c_places import argument, condition, nth, returned, statement, value


class Fault(NamedTuple):
    what: str
    where: str      # as in c_places.py, with place and new
    place: object
    new: object
    proof: str
    function: str
    says: str       # a part of what is then not true


FAULTS = (
    Fault("sums wrap", "checked_add", returned(), "(*ret = a + b, true)",
          "prove_overflow", "prove_sums", "checked_add() is the sum"),
    Fault("a byte behind the end is inside", "fits_inside", returned("offset"), ("length <= size", "length <= size + 1"),
          "prove_overflow", "prove_inside", "fits_inside() is what it says"),
    Fault("pages are rounded down at both ends", "range_to_pages", returned("align_up"), ("align_up", "align_down"),
          "prove_overflow", "prove_ranges", "pages cover the range"),

    Fault("a segment that wraps is good", "check_segment", condition("checked_add"), "0 && {}",
          "prove_elf_segments", "prove_one_segment", "a segment is good if it lies below 4 GiB"),
    Fault("file bytes may be outside the file", "check_segment", condition("fits_inside"), ("filesz,", "filesz - 1,"),
          "prove_elf_segments", "prove_one_segment", "a segment is good if it lies below 4 GiB"),
    Fault("segments may share a byte", "check_overlap", condition("paddr"), ("> high", "> 1 + high"),
          "prove_elf_segments", "prove_no_overlap", "no two segments overlap"),
    Fault("the entry point may be in bss", "find_entry_point", condition("entry"), ("filesz", "memsz"),
          "prove_elf_segments", "prove_entry_point", "the entry point is inside the file bytes"),

    Fault("what is behind a taken range is lost", "free_list_take", condition("taken", "end"), "0",
          "prove_free_list", "prove_take", "what is taken, and nothing else"),
    Fault("given ranges that touch stay two", "free_list_give", condition("first"), "0 && {}",
          "prove_free_list", "prove_give", "neither touch nor overlap"),
    Fault("the lowest place is not aligned", "free_list_lowest", condition("checked_align_up"),
          ("checked_align_up(usable.start, alignment, &start)", "(start = usable.start, true)"),
          "prove_free_list", "prove_lowest", "the lowest place is one"),
    Fault("the search stops a range early", "find_range", condition("address"), ("<=", "<"),
          "prove_free_list", "prove_next", "the next range is free"),

    Fault("RAM grows to whole pages", "round_to_pages", condition("memory_is_ram"), "0 && {}",
          "prove_memory_map", "prove_descriptor", "RAM shrinks to whole pages"),
    Fault("special-purpose memory is RAM", "memory_map:classify", condition("EFI_SPECIFIC_PURPOSE"), "0 && {}",
          "prove_memory_map", "prove_descriptor", "RAM is only what the firmware says"),
    Fault("an end is forgotten", "pass_edge", statement(assigns="set", mentions=("~",)), "",
          "prove_memory_map", "prove_sweep", "each page has the most restrictive class"),

    Fault("a table may end behind the file", "read_table", condition("fits_inside"), ("size,", "size - 1,"),
          "prove_elf_headers", "prove_table_56", "it is in the file"),
    Fault("headers of any size are read", "read_table", condition("entry_size"), ("entry_size < smallest ||", ""),
          "prove_elf_headers", "prove_table_32", "the table is what was asked for"),
    Fault("a header is read at the next one's place", "elf_program_header", value("entry"), ("index *", "(index + 1) *"),
          "prove_elf_headers", "prove_program_header", "pointer outside object bounds"),
    Fault("the header of a short file is read", "check_ident", condition("size"), "0",
          "prove_elf_headers", "prove_file_header", "the file has all of the header"),

    Fault("a note may end behind the file", "next_note", nth(1, condition("desc_size")), "0",
          "prove_elf_notes", "prove_next_note", "the note is in the file"),
    Fault("a note's name is not limited", "next_note", nth(1, argument("min_u64", 2)), ("NOTE_NAME_KEPT", "NOTE_NAME_KEPT + 9"),
          "prove_elf_notes", "prove_next_note", "what is kept ends with a NUL"),
    Fault("a note may ask for any alignment", "take_relocation", value("valid"), ("is_power_of_two", "0 !="),
          "prove_elf_notes", "prove_relocation", "a valid alignment is a power of two"),
    Fault("one note too many is remembered", "remember_note", condition("NOTE_IDS_KEPT", "kept"), ("<", "<="),
          "prove_elf_notes", "prove_list", "the list stays inside its array"),

    Fault("a payload may end behind the file", "find_payload", condition("fits_inside"), ("length,", "length - 1,"),
          "prove_bzimage", "prove_payload", "the payload is inside the bzImage"),
    Fault("a payload may be its size alone", "find_payload", condition("SIZE_TRAILER"), ("<=", "<"),
          "prove_bzimage", "prove_payload", "there is something before its trailing size"),
    Fault("a skip goes over the end", "reader_skip", condition("fits_inside"), "0",
          "prove_bzimage", "prove_skip", "skipping stays inside"),
    Fault("reading ahead goes over the end", "fill_window", value("wanted"), "sizeof(reader->window)",
          "prove_bzimage", "prove_take", "reads are inside the file"),

    Fault("blocks of zstd may have any size", "take_window", value("block_limit"), ("min_u64", "max_u64"),
          "prove_zstd", "prove_header", "blocks are bounded"),
    Fault("blocks of lz4 may have any size", "lz4:measure_frame", value("block_code"), ("LZ4_BLOCK_CODE_MASK", "0xf"),
          "prove_lz4", "prove_frame", "blocks are bounded"),
    Fault("numbers of xz may have ten bytes", "xz:take_number", condition("shift"), ("< 63", "< 70"),
          "prove_xz", "prove_number", "a number has at most 63 bits"),
    Fault("a stream of xz needs no header", "find_footer", condition("HEADER_SIZE"), ("HEADER_SIZE +", ""),
          "prove_xz", "prove_footer", "a footer is inside the container"),

    Fault("magic numbers are looked for behind the end", "has_magic", returned("fits_inside"),
          ("fits_inside(format->magic_offset, format->magic_size, size)", "true"),
          "prove_container", "prove_kind", "outside object bounds"),

    Fault("a PE header may be outside the file", "read_headers", condition("fits_inside"),
          ("!fits_inside(start, sizeof(header), source->size)", "0"),
          "prove_pe", "prove_headers", "reads are inside the file"),
    Fault("a section may be longer than in the file", "parse_row", nth(2, value("size")), ("min_u64", "max_u64"),
          "prove_pe", "prove_row", "nor than in the file"),
    Fault("certificates may be outside the file", "pe_find_certificates", returned("ERROR_CERTIFICATES_OUTSIDE_FILE"),
          "true", "prove_pe", "prove_certificates", "certificates are inside the file"),

    Fault("entries of a GPT may have any size", "parse_header", returned("SMALLEST_ENTRY"),
          ("ret_gpt->entry_size >= SMALLEST_ENTRY &&", ""),
          "prove_partition_table", "prove_header", "so is their size"),
    Fault("entries of a GPT may be outside the disk", "read_at", returned("fits_inside"),
          ("fits_inside(offset, size, disk->size) &&", ""),
          "prove_partition_table", "prove_header", "reads are inside the file"),

    Fault("an option may be longer than its packet", "find_in", condition("left"), ("left - 2", "left"),
          "prove_pxe", "prove_option", "an option is inside its field"),
    Fault("a DHCPv6 option may be longer than its packet", "find_option_6", condition("length"), "0",
          "prove_pxe", "prove_option_6", "an option is inside the packet"),
    Fault("a name has no room for its NUL", "take_name", condition("length", "BOOT_FILE_NAME_SIZE"),
          ("length >= BOOT_FILE_NAME_SIZE", "0"),
          "prove_pxe", "prove_name", "fits where it is copied to"),
    Fault("an IPv6 address may have nine groups", "parse_ipv6", condition("count", "IPV6_SIZE"),
          ("&& count < IPV6_SIZE", ""),
          "prove_pxe", "prove_ipv6", "outside object bounds"),

    Fault("a full URL has no room for its NUL", "url:append", condition("URL_SIZE"), ("URL_SIZE - 1", "URL_SIZE"),
          "prove_url", "prove_name", "there is room for the NUL"),
    Fault("any character stands for itself", "url:append_name", condition("is_path_character"), ("is_path_character(name[i])", "1"),
          "prove_url", "prove_name", "what is appended may be sent"),
    Fault("two dots lead out of the server", "drop_name", condition("path"), ("url->path + 1", "url->path"),
          "prove_url", "prove_drop", "it ends in a slash"),
    Fault("the port may be zero", "take_port", condition("decimal_parse"), ("|| port == 0", ""),
          "prove_url", "prove_port", "it is a port"),

    Fault("a PCI window may end anywhere", "mcfg:read_window", returned("PHYSICAL_END"),
          ("&& ret_window->end <= PHYSICAL_END", ""),
          "prove_acpi", "prove_window", "a window is where memory can be"),
    Fault("a window too many is listed", "mcfg:read_entries", condition("windows", "count"), ("<", "<="),
          "prove_acpi", "prove_entries", "the list stays inside its array"),
    Fault("a short FADT is read to its end", "visit_field", condition("fits_inside"), "0",
          "prove_acpi", "prove_field", "outside object bounds"),
    Fault("a short RSDP is summed to its end", "acpi_check_rsdp", condition("RSDP_MAX_SIZE"), ("length > RSDP_MAX_SIZE", "0"),
          "prove_root_table", "prove_check_rsdp", "what is mapped is bounded"),
    Fault("a table may be shorter than its header", "acpi_check_table", condition("TABLE_MAX_SIZE"),
          ("*ret_length < ACPI_HEADER_SIZE ||", ""),
          "prove_root_table", "prove_check_table", "it has a header"),
    Fault("a table is listed twice", "copy_root", condition("has_table"), ("&& !has_table(ret_root, pointer)", ""),
          "prove_root_table", "prove_copy", "no table is there twice"),
    Fault("an entry is read from behind a root table", "search_root", condition("fits_inside"),
          ("fits_inside(at, width, root_length)", "at < root_length"),
          "prove_root_table", "prove_search", "outside object bounds"),
    Fault("a root table has an entry more", "acpi_write_root", condition("added_count"), ("i < added_count", "i <= added_count"),
          "prove_root_table", "prove_write", "outside object bounds"),
    Fault("the SSDT has the place of the TPM2 table", "lay_out", nth(1, value("ssdt")), "overlay->offset.tpm2",
          "prove_overlay", "prove_layout", "no two overlap"),
    Fault("a long text leaves the log's place", "acpi_overlay_write_log", statement(assigns="length"), "",
          "prove_overlay", "prove_log", "nothing else is written"),

    Fault("ranges that overlap stay two", "acpi_ranges_add", condition("last", "start"), ("<= range.end", "< range.start"),
          "prove_acpi", "prove_ranges", "neither touch nor overlap"),

    Fault("what is not free is claimed", "planner_claim", condition("free"), ("free &&", ""),
          "prove_planner", "prove_claim", "what is free of an object is claimed once"),
    Fault("a part is read from where the object begins", "planner_read", value("from"), "offset",
          "prove_planner", "prove_read", "each byte goes to its place"),
    Fault("a part ends with the free range behind it", "next_part", nth(2, value("end")), ("free.start", "free.end"),
          "prove_planner", "prove_clear", "what is not is cleared after"),

    Fault("more is copied than there is room for", "stage_some", statement(assigns="size", mentions=("min_u64",)), "",
          "prove_staging", "prove_step", "it is read to memory that was free"),
    Fault("a copy is not aligned as its destination", "stage_some", value("skew"), "0",
          "prove_staging", "prove_step", "the copy is aligned as its destination is"),
    Fault("memory for staging stays free", "stage_some", statement(calls="planner_take_for_loader"), "",
          "prove_staging", "prove_step", "it is read to memory that was free"),

    Fault("the boot info may lie in two large pages", "find_in_large_page", condition("boundary"), "1",
          "prove_placement", "prove_large_page", "it is in one large page"),
    Fault("a module may lie below 1 MiB", "find_module_place", value("above_kernel"), "span.end",
          "prove_placement", "prove_module", "kernels reach it"),
    Fault("a module may stay in the kernel's way", "stays_in_place", returned("range_overlaps"),
          ("&& !range_overlaps(range_to_pages(place), guarded_span(planner->plan))", ""),
          "prove_placement", "prove_in_place", "it is outside the kernel"),
    Fault("any two reads are one", "order_reads", condition("follows"), ("&& follows(&reads->items[count - 1], &reads->items[i])", ""),
          "prove_placement", "prove_order", "every byte goes where it went"),

    Fault("a table has another one's place", "fill_tables", nth(3, value("entries")), ("3 + i", "4 + i"),
          "prove_trampoline", "prove_tables", "the table is one of ours"),
    Fault("copies are cut", "fill_copies", value("size"), ("(uint32_t)", "(uint16_t)"),
          "prove_trampoline", "prove_copies", "a copy is what was planned"),
    Fault("the end of what is cleared is its size", "fill_zeros", value("size"), ("range_size(zeros->items[i])", "zeros->items[i].end"),
          "prove_trampoline", "prove_zeros", "a range to clear is what was planned"),
    Fault("there is no room for what is cleared", "trampoline_tables_offset", returned("align_up"),
          ("+ zeros * sizeof(struct trampoline_zero)", ""),
          "prove_trampoline", "prove_layout", "behind the lists"),

    Fault("persistent memory is RAM", "e820_type", nth(2, returned()), "HVM_MEMMAP_RAM",
          "prove_e820", "prove_conversion", "RAM is what the map says is RAM"),
    Fault("what is needed is dropped", "drop_sizes", condition("is_needed"), ("is_needed(&needed, entry_range(entry))", "0"),
          "prove_e820", "prove_drop", "what is needed as RAM stays RAM"),
    Fault("RAM between two pieces is reserved with them", "can_join", returned("low"), ("high->type != HVM_MEMMAP_RAM", "1"),
          "prove_e820", "prove_join", "RAM stays what it was"),

    Fault("options may be longer than what was passed", "unwrap_load_option", condition("path_size"),
          ("!fits_inside(paths, path_size, *size) ||", ""),
          "prove_load_options", "prove_unwrap", "outside object bounds"),
    Fault("a unit too many is read", "load_options:count_units", condition("count"), ("size / 2", "size / 2 + 1"),
          "prove_load_options", "prove_text", "outside object bounds"),

    Fault("the NUL is passed over", "utf8_next", condition("bytes"), ("!= 0x80", "== 0x40"),
          "prove_utf", "prove_next", "no NUL is passed"),
    Fault("the NUL has no room", "utf16_to_utf8", condition("length"), ("length + 1", "length"),
          "prove_utf", "prove_to_utf8", "outside object bounds"),
    Fault("four bytes are written as three", "utf8_encode", value("tail"), ("? 2 : 3", "? 2 : 2"),
          "prove_utf", "prove_round_trip", "it is read as it was written"),

    Fault("insertion ends too early", "insertion_sort", condition("at", "element"), ("<= 0", "<= 1"),
          "prove_sort", "prove_order", "the array is in order"),
    Fault("the smaller child is taken", "find_leaf", condition("compare"), ("< 0", "> 0"),
          "prove_sort", "prove_sift", "the root has its place"),
)
