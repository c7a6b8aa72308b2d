/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/elf_file.h"

#include <stdlib.h>
#include <string.h>

#define NOTES_SIZE 0x4000

/* Notes are written into a file of their own, from its start. */
static struct elf_file file;
static size_t end;
static struct elf_notes notes;
static struct error error; /* of reading */

static int start(void **state)
{
    (void)state;
    file = (struct elf_file){.bytes = calloc(1, NOTES_SIZE), .size = NOTES_SIZE};
    end = 0;
    notes = (struct elf_notes){0};
    return 0;
}

static int stop(void **state)
{
    (void)state;
    elf_free(&file);
    return 0;
}

static void put(const char *owner, size_t owner_size, uint32_t type, const void *desc, size_t size)
{
    end = elf_put_note(&file, end, owner, owner_size, type, desc, size, 4);
}

static void put_xen(uint32_t type, uint64_t value, size_t width)
{
    end = elf_put_xen_note(&file, end, type, value, width);
}

static bool scan_padded(unsigned padding, size_t fail_at)
{
    struct test_source source;
    bool result;

    source_open(&source, file.bytes, end);
    source.fail_at = fail_at;
    result = notes_scan(&source.source, (struct range){0, end}, padding, &notes, &error);
    source_close(&source);
    return result;
}

static void scan(void)
{
    notes = (struct elf_notes){0};
    assert_true(scan_padded(4, NEVER));
}

static void no_notes_at_all(void **state)
{
    (void)state;
    scan();
    assert_false(notes.has_entry || notes.relocation.present || notes.truncated);
    assert_int_equal(notes.found.seen, 0);
    end = 11; /* less than a header */
    scan();
    assert_int_equal(notes.found.seen, 0);
}

static void entries_of_both_widths(void **state)
{
    (void)state;
    put_xen(XEN_ELFNOTE_PHYS32_ENTRY, 0x1000850, 8);
    scan();
    assert_true(notes.has_entry);
    assert_int_equal(notes.entry_size, 8);
    assert_int_equal(notes.entry_value, 0x1000850);
    end = 0;
    put_xen(XEN_ELFNOTE_PHYS32_ENTRY, 0x100000, 4);
    put_xen(XEN_ELFNOTE_PHYS32_ENTRY, 0xdeadbeef, 4); /* the first one counts */
    scan();
    assert_int_equal(notes.entry_size, 4);
    assert_int_equal(notes.entry_value, 0x100000);
    end = 0;
    put_xen(XEN_ELFNOTE_PHYS32_ENTRY, 0x1234567800100000, 8);
    scan();
    assert_int_equal(notes.entry_value, 0x1234567800100000);
}

static void entries_of_odd_widths(void **state)
{
    (void)state;
    for (size_t width = 0; width <= 12; width++) {
        end = 0;
        put_xen(XEN_ELFNOTE_PHYS32_ENTRY, 0x100000, width);
        scan();
        assert_true(notes.has_entry);
        assert_int_equal(notes.entry_size, width);
    }
}

static void other_notes_come_first(void **state)
{
    (void)state;
    put("GNU", 4, 3, "0123456789abcdef0123", 20);
    put("GNU", 4, 5, "abcdefg", 7); /* a size that needs padding */
    put("Linux", 6, 0x101, "\0\0\0\0", 4);
    put("", 0, 9, "", 0); /* no owner, no value */
    put_xen(XEN_ELFNOTE_PHYS32_RELOC, 0x200000, 4);
    put_xen(XEN_ELFNOTE_PHYS32_ENTRY, 0x100000, 4);
    scan();
    assert_true(notes.has_entry && notes.relocation.present);
    assert_int_equal(notes.entry_value, 0x100000);
    assert_false(notes.truncated);
    assert_int_equal(notes.found.seen, 6);
}

/* Only a limited number is listed; a note of that type with another owner is among them. */
static void a_near_miss_among_many_notes(void **state)
{
    const char owner[2] = "a";

    (void)state;
    for (unsigned type = 100; type < 100 + NOTE_IDS_KEPT + 2; type++)
        put(owner, sizeof(owner), type, "", 0);
    put("nuttx", 6, XEN_ELFNOTE_PHYS32_ENTRY, "\0\0\1\0", 4);
    put(owner, sizeof(owner), 99, "", 0);
    scan();
    assert_false(notes.has_entry);
    assert_int_equal(notes.found.kept, NOTE_IDS_KEPT);
    assert_int_equal(notes.found.seen, NOTE_IDS_KEPT + 4);
    assert_string_equal(notes.found.ids[NOTE_IDS_KEPT - 1].owner, "nuttx");
    assert_int_equal(notes.found.ids[NOTE_IDS_KEPT - 1].type, XEN_ELFNOTE_PHYS32_ENTRY);
    assert_int_equal(notes.found.ids[NOTE_IDS_KEPT - 2].type, 100 + NOTE_IDS_KEPT - 2);
}

static void other_owners_are_not_xen(void **state)
{
    const struct {
        const char *name;
        size_t size;
        const char *shown;
    } owners[] = {
        {"nuttx", 6, "nuttx"},
        {"XEN", 4, "XEN"},
        {"Xe", 3, "Xe"},
        {"Xen", 3, "Xen"},
        {"Xenx", 5, "Xenx"},
        {"", 0, ""},
        {"Xen\0\0", 5, "Xen"},
        {"xen", 4, "xen"},
        {"\1\xff\x7f~ n", 7, "???~?n"},
        {"a name that is far too long to keep", 36, "a?name?that"},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(owners); i++) {
        end = 0;
        put(owners[i].name, owners[i].size, XEN_ELFNOTE_PHYS32_ENTRY, "\0\0\1\0", 4);
        scan();
        assert_false(notes.has_entry);
        assert_int_equal(notes.found.kept, 1);
        assert_int_equal(notes.found.ids[0].type, 18);
        assert_string_equal(notes.found.ids[0].owner, owners[i].shown);
    }
}

static void relocations_of_every_length(void **state)
{
    const struct {
        size_t size;
        uint32_t alignment, min, max;
        bool valid;
        struct pvh_relocation expected;
    } rows[] = {
        {.size = 0, .expected = {true, true, 0, 0, UINT32_MAX}},
        {4, 0x200000, 0, 0, false, {true, true, 0x200000, 0, UINT32_MAX}},
        {8, 0x200000, 0x1000000, 0, false, {true, true, 0x200000, 0x1000000, UINT32_MAX}},
        {12, 0x200000, 0x1000000, 0x3fffffff, false, {true, true, 0x200000, 0x1000000, 0x3fffffff}},
        {16, 0x1000, 0x1000, 0x1000, false, {true, true, 0x1000, 0x1000, 0x1000}},
        {6, 0x200000, 0x1000000, 0, false, {true, true, 0, 0, UINT32_MAX}}, /* as in Xen */
        {4, 0, 0, 0, false, {true, false, 0, 0, UINT32_MAX}},
        {4, 0x300000, 0, 0, false, {true, false, 0x300000, 0, UINT32_MAX}},
        {12, 0x200000, 0x2000000, 0x1ffffff, false, {true, false, 0x200000, 0x2000000, 0x1ffffff}},
        {4, 0x80000000, 0, 0, false, {true, true, 0x80000000, 0, UINT32_MAX}},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        uint8_t desc[16] = {0};
        const struct pvh_relocation *expected = &rows[i].expected;

        put_number(desc, 4, rows[i].alignment);
        put_number(desc + 4, 4, rows[i].min);
        put_number(desc + 8, 4, rows[i].max);
        end = 0;
        put("Xen", 4, XEN_ELFNOTE_PHYS32_RELOC, desc, rows[i].size);
        scan();
        assert_true(notes.relocation.present);
        assert_int_equal(notes.relocation.valid, expected->valid);
        assert_int_equal(notes.relocation.alignment, expected->alignment);
        assert_int_equal(notes.relocation.min, expected->min);
        assert_int_equal(notes.relocation.max, expected->max);
    }
}

static void the_first_relocation_counts(void **state)
{
    (void)state;
    put_xen(XEN_ELFNOTE_PHYS32_RELOC, 0x200000, 4);
    put_xen(XEN_ELFNOTE_PHYS32_RELOC, 0x1000, 4);
    scan();
    assert_int_equal(notes.relocation.alignment, 0x200000);
}

static void notes_padded_to_eight(void **state)
{
    const uint8_t entry[4] = {0, 0, 0x10, 0};

    (void)state;
    end = elf_put_note(&file, end, "GNU", 4, 5, "abcd", 4, 8);
    end = elf_put_note(&file, end, "Xen", 4, XEN_ELFNOTE_PHYS32_ENTRY, entry, 4, 8);
    assert_true(scan_padded(8, NEVER));
    assert_true(notes.has_entry);
    assert_int_equal(notes.entry_value, 0x100000);
    assert_int_equal(notes.found.seen, 2);
}

static void the_kernels_name(void **state)
{
    const struct {
        const char *os, *version, *salt, *expected;
    } rows[] = {
        {"linux", "2.6", "6.1.0-56-cloud-amd64", "Linux 6.1.0-56-cloud-amd64"},
        {"linux", "2.6", NULL, "Linux"},
        {"FreeBSD", "14", NULL, "FreeBSD 14"},
        {NULL, NULL, "6.12", "Linux 6.12"},
        {NULL, "2.6", NULL, ""},
        {"linux", NULL, "", "Linux"},
        {"a\nb\x80", NULL, NULL, "A?b?"},
        {"zeta", NULL, NULL, "Zeta"},
        {"{x", NULL, NULL, "{x"},
        {"x", "1", "6.1", "X 1"},
        {"x", NULL, "6.1", "X"},
        {"FreeBSD", NULL, "6.1", "FreeBSD"},
        {NULL, NULL, "6", "Linux 6"},
        {NULL, NULL, NULL, ""},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        end = 0;
        if (rows[i].os)
            put("Xen", 4, XEN_ELFNOTE_GUEST_OS, rows[i].os, strlen(rows[i].os) + 1);
        if (rows[i].version)
            put("Xen", 4, XEN_ELFNOTE_GUEST_VERSION, rows[i].version, strlen(rows[i].version) + 1);
        if (rows[i].salt)
            put("Linux", 6, 0x100, rows[i].salt, strlen(rows[i].salt) + 1);
        scan();
        assert_string_equal(notes.system, rows[i].expected);
    }
}

/* Of several names the first counts, and other notes have none. */
static void names_that_are_none(void **state)
{
    (void)state;
    put("Linux", 6, 0x101, "6.1", 4);
    put("GNU", 4, 0x100, "6.2", 4);
    scan();
    assert_string_equal(notes.system, "");
    put("Xen", 4, XEN_ELFNOTE_GUEST_OS, "x", 2);
    put("Xen", 4, XEN_ELFNOTE_GUEST_OS, "y", 2);
    put("Xen", 4, XEN_ELFNOTE_GUEST_VERSION, "14", 3);
    put("Xen", 4, XEN_ELFNOTE_GUEST_VERSION, "15", 3);
    scan();
    assert_string_equal(notes.system, "X 14");
}

/* Lockdown depends on it, so any sign is enough: without Xen's notes Linux may have no name. */
static void linux_is_known_by_any_of_its_notes(void **state)
{
    static const struct {
        const char *owner;
        uint32_t type;
        const char *desc;
        bool is_linux;
    } rows[] = {
        {"Xen", XEN_ELFNOTE_GUEST_OS, "linux", true},
        {"Xen", XEN_ELFNOTE_GUEST_OS, "Linux", true},
        {"Linux", 0x100, "6.12", true},
        {"Linux", 0x100, "", true},
        {"Linux", 0x101, "\1", true},
        {"Xen", XEN_ELFNOTE_GUEST_OS, "FreeBSD", false},
        {"Xen", XEN_ELFNOTE_GUEST_OS, "linuxoid", false},
        {"Xen", XEN_ELFNOTE_GUEST_VERSION, "linux", false},
        {"GNU", 0x100, "linux", false},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        end = 0;
        put(rows[i].owner, strlen(rows[i].owner) + 1, rows[i].type, rows[i].desc,
            strlen(rows[i].desc) + 1);
        put("GNU", 4, 3, "x", 1);
        scan();
        assert_int_equal(notes.is_linux, rows[i].is_linux);
    }
    end = 0;
    put("Linux", 6, 0x101, "", 0);
    put("Xen", 4, XEN_ELFNOTE_GUEST_OS, "FreeBSD", 8);
    scan();
    assert_true(notes.is_linux);
}

static void a_name_that_is_too_long_is_cut(void **state)
{
    char longest[200];

    (void)state;
    memset(longest, 'x', sizeof(longest)); /* and not terminated */
    put("Xen", 4, XEN_ELFNOTE_GUEST_OS, longest, sizeof(longest));
    put("Xen", 4, XEN_ELFNOTE_GUEST_VERSION, longest, sizeof(longest));
    scan();
    assert_true(strlen(notes.system) < sizeof(notes.system));
    assert_memory_equal(notes.system, "Xxxx", 4);
}

static void check_kept(struct note_visitor *visitor, const struct note *note)
{
    (void)visitor;
    assert_int_equal(note->name_size, 200);
    assert_int_equal(note->desc_size, 200);
    assert_int_equal(strlen(note->name), NOTE_NAME_KEPT);
    assert_int_equal(strlen((const char *)note->desc), NOTE_DESC_KEPT);
}

/* What is kept of a long owner and a long value is a string. */
static void what_is_kept_is_terminated(void **state)
{
    struct note_visitor visitor = {check_kept};
    char longest[200];

    (void)state;
    memset(longest, 'x', sizeof(longest));
    put(longest, sizeof(longest), 1, longest, sizeof(longest));
    notes.visitor = &visitor;
    assert_true(scan_padded(4, NEVER));
    assert_int_equal(notes.found.seen, 1);
}

static void the_list_of_notes_is_bounded(void **state)
{
    (void)state;
    for (uint32_t type = 100; type < 120; type++) {
        put("GNU", 4, type, "", 0);
        put("GNU", 4, type, "", 0); /* the same again is not counted */
    }
    scan();
    assert_int_equal(notes.found.kept, NOTE_IDS_KEPT);
    assert_in_range(notes.found.seen, NOTE_IDS_KEPT + 1, 40);
    for (unsigned i = 0; i < notes.found.kept; i++)
        assert_int_equal(notes.found.ids[i].type, 100 + i);
}

/* Cut anywhere, the notes before the cut are found, and one that runs past the end is not. */
static void cut_off_notes(void **state)
{
    size_t first, whole;

    (void)state;
    put("GNU", 4, 3, "01234567", 8);
    first = end;
    put_xen(XEN_ELFNOTE_PHYS32_ENTRY, 0x100000, 8);
    whole = end;
    for (end = 0; end <= whole; end++) {
        scan();
        assert_int_equal(notes.has_entry, end == whole);
        assert_int_equal(notes.found.seen, end < first ? 0 : end < whole ? 1 : 2);
        assert_int_equal(notes.truncated,
                         (end >= 12 && end < first) || (end >= first + 12 && end < whole));
    }
}

/* The last note's padding may be missing. */
static void an_unpadded_end(void **state)
{
    (void)state;
    put_xen(XEN_ELFNOTE_PHYS32_ENTRY, 0x100000, 4);
    put("GNU", 4, 3, "abcde", 5);
    end -= 3;
    scan();
    assert_true(notes.has_entry);
    assert_false(notes.truncated);
    assert_int_equal(notes.found.seen, 2);
}

static void sizes_that_wrap(void **state)
{
    static const uint32_t sizes[] = {UINT32_MAX, UINT32_MAX - 3, UINT32_MAX - 11, 0x80000000,
                                     0x7fffffff};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(sizes); i++) {
        for (size_t field = 0; field < 8; field += 4) {
            end = 0;
            put_xen(XEN_ELFNOTE_PHYS32_ENTRY, 0x100000, 4);
            put_number(file.bytes + field, 4, sizes[i]);
            scan();
            assert_true(notes.truncated);
            assert_false(notes.has_entry);
        }
    }
}

/* A segment full of empty notes: reading is limited. */
static void countless_notes(void **state)
{
    struct test_source source;
    uint8_t *bytes = calloc(1, MIB);

    (void)state;
    source_open(&source, bytes, MIB);
    assert_true(notes_scan(&source.source, (struct range){0, MIB}, 4, &notes, &error));
    assert_in_range(source.reads, 1, 4096);
    assert_int_equal(notes.found.seen, 1);
    source_close(&source);
    free(bytes);
}

/* The last one that is still read. */
static void as_many_notes_as_are_read(void **state)
{
    const size_t most = 4096, empty = 12;

    for (size_t before = most - 1; before <= most; before++) {
        stop(state);
        start(state);
        free(file.bytes);
        file.size = (most + 10) * empty;
        file.bytes = calloc(1, file.size);
        end = before * empty;
        put_xen(XEN_ELFNOTE_PHYS32_ENTRY, 0x100000, 4);
        scan();
        assert_int_equal(notes.has_entry, before < most);
    }
}

/* Many headers may refer to the same notes; headers beyond the limit are not read. */
static void countless_headers_of_countless_notes(void **state)
{
    struct test_source source;
    uint8_t *bytes = calloc(1, MIB);

    (void)state;
    source_open(&source, bytes, MIB);
    for (int i = 0; i < 10000; i++)
        assert_true(
            notes_scan(&source.source, (struct range){0, i % 2 ? MIB : 12}, 4, &notes, &error));
    assert_in_range(source.reads, 1, 5000);
    source_close(&source);
    free(bytes);
}

/* The notes of an ordinary kernel need one read; errors of any read are returned. */
static void few_reads_and_each_may_fail(void **state)
{
    (void)state;
    put("GNU", 4, 3, "0123456789abcdef0123", 20);
    put_xen(XEN_ELFNOTE_PHYS32_ENTRY, 0x100000, 8);
    assert_true(scan_padded(4, 1));
    assert_true(notes.has_entry);
    notes = (struct elf_notes){0};
    assert_false(scan_padded(4, 0));
    assert_false(notes.has_entry);
}

static void reads_across_many_windows_may_fail(void **state)
{
    char large[3000] = "";
    size_t n = 0;

    (void)state;
    put("GNU", 4, 1, large, sizeof(large));
    put("GNU", 4, 2, large, sizeof(large));
    put_xen(XEN_ELFNOTE_PHYS32_ENTRY, 0x100000, 8);
    for (bool done = false; !done; n++) {
        notes = (struct elf_notes){0};
        done = scan_padded(4, n);
        assert_int_equal(notes.has_entry, done);
    }
    assert_in_range(n, 3, 10);
}

/* Random bytes at any offset of a file. */
static void random_notes(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        struct random random = random_start(seed);
        size_t size = random_below(&random, 120);
        uint8_t bytes[120];
        struct test_source source;

        for (size_t i = 0; i < size; i++)
            bytes[i] = random_chance(&random, 70) ? (uint8_t)random_below(&random, 20) * !(i % 4)
                                                  : (uint8_t)random_next(&random);
        source_open(&source, bytes, size);
        notes = (struct elf_notes){0};
        for (unsigned padding = 4; padding <= 8; padding += 4)
            check(notes_scan(&source.source, (struct range){size / 4, size}, padding, &notes,
                             &error));
        check(notes.found.kept <= NOTE_IDS_KEPT && notes.found.kept <= notes.found.seen);
        source_close(&source);
    }
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(no_notes_at_all),
        test(entries_of_both_widths),
        test(entries_of_odd_widths),
        test(other_notes_come_first),
        test(a_near_miss_among_many_notes),
        test(other_owners_are_not_xen),
        test(relocations_of_every_length),
        test(the_first_relocation_counts),
        test(notes_padded_to_eight),
        test(the_kernels_name),
        test(names_that_are_none),
        test(linux_is_known_by_any_of_its_notes),
        test(a_name_that_is_too_long_is_cut),
        test(what_is_kept_is_terminated),
        test(the_list_of_notes_is_bounded),
        test(cut_off_notes),
        test(an_unpadded_end),
        test(sizes_that_wrap),
        test(countless_notes),
        test(as_many_notes_as_are_read),
        test(countless_headers_of_countless_notes),
        test(few_reads_and_each_may_fail),
        test(reads_across_many_windows_may_fail),
        test(random_notes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
