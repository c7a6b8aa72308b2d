/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/base/utf.h"
#include "common/options/load_options.h"
#include "common/options/options.h"

#include <stdlib.h>
#include <string.h>

static struct arena arena;
static struct options options;
static char error_buffer[256];
static struct text error;

static int start(void **state)
{
    (void)state;
    arena_begin_test(&arena);
    error = (struct text){error_buffer, sizeof(error_buffer), 0};
    error_buffer[0] = '\0';
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return arena_end_test(&arena);
}

static void parse_line(const char *line)
{
    if (!options_parse_line(line, &arena, &options, &error))
        fail_msg("%s: %s", line, error.data);
    assert_string_equal(error.data, "");
}

static void assert_request(const char *kernel, const char *command_line)
{
    if (kernel)
        assert_string_equal(options.request.kernel.path, kernel);
    else
        assert_null(options.request.kernel.path);
    assert_string_equal(options.request.command_line, command_line);
}

static void assert_refused(const char *line, const char *sentence)
{
    start(NULL);
    assert_false(options_parse_line(line, &arena, &options, &error));
    assert_string_equal(error.data, sentence);
    stop(NULL);
}

static void nothing_is_a_request_for_the_entries(void **state)
{
    const char *const lines[] = {"", "  ", "\t\r\n", "--"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(lines); i++) {
        parse_line(lines[i]);
        assert_request(NULL, "");
        assert_null(options.entry);
        assert_false(options.help || options.version || options.verbose || options.dry_run ||
                     options.overwrite_acpi_nvs);
    }
}

static void every_flag_sets_its_own(void **state)
{
    const struct {
        const char *line;
        bool help, version, verbose, dry_run, overwrite;
    } rows[] = {
        {"--help", .help = true},
        {"--version", .version = true},
        {"--verbose", .verbose = true},
        {"--dry-run", .dry_run = true},
        {"--overwrite-acpi-nvs", .overwrite = true},
        {"--dry-run --verbose", .verbose = true, .dry_run = true},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        parse_line(rows[i].line);
        assert_int_equal(options.help, rows[i].help);
        assert_int_equal(options.version, rows[i].version);
        assert_int_equal(options.verbose, rows[i].verbose);
        assert_int_equal(options.dry_run, rows[i].dry_run);
        assert_int_equal(options.overwrite_acpi_nvs, rows[i].overwrite);
        assert_request(NULL, "");
    }
}

static void the_command_line_is_kept_to_the_letter(void **state)
{
    const struct {
        const char *line, *kernel, *command_line;
    } rows[] = {
        {"vmlinux", "vmlinux", ""},
        {"vmlinux ", "vmlinux", ""},
        {"  vmlinux   a  b\tc", "vmlinux", "a  b\tc"},
        {"vmlinux a=\"b  c\" \"d\"", "vmlinux", "a=\"b  c\" \"d\""},
        {"vmlinux a \" b", "vmlinux", "a \" b"},
        {"vmlinux --verbose --initrd x", "vmlinux", "--verbose --initrd x"},
        {"--verbose vmlinux -- init=/x", "vmlinux", "-- init=/x"},
        {"-- --odd-kernel quiet", "--odd-kernel", "quiet"},
        {"-- -- quiet", "--", "quiet"}, /* the second is the kernel's name: see getopt(3) */
        {"-- -- --", "--", "--"},
        {"\"--\" k -- \"a  b\"", "k", "-- \"a  b\""},
        {"--initrd=--x -- -k", "-k", ""},
        {"initrd=x -- k --verbose", "k", "--verbose"},
        {"vmlinux \n", "vmlinux", ""},
        {"vmlinux quiet \n", "vmlinux", "quiet "},
        {"vmlinux quiet\r\n", "vmlinux", "quiet"},
        {"vmlinux quiet\n\n", "vmlinux", "quiet"},
        {"vmlinux a\nb\n", "vmlinux", "a\nb"},
        {"vmlinux \xc3\xa4\xe2\x82\xac", "vmlinux", "\xc3\xa4\xe2\x82\xac"},
        {"\"\\my kernels\\vmlinux\" ro", "\\my kernels\\vmlinux", "ro"},
        {"\\my\" \"kernels\\vmlinux ro", "\\my kernels\\vmlinux", "ro"},
        {"vmlinux root=\\x\\y", "vmlinux", "root=\\x\\y"},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        parse_line(rows[i].line);
        assert_request(rows[i].kernel, rows[i].command_line);
    }
}

static void initrds_and_modules_keep_their_order(void **state)
{
    const struct boot_request *request = &options.request;

    (void)state;
    parse_line("--initrd a --module \"m1 x  y\" --initrd=b --module=m2 --initrd=\"c d\" "
               "--module=\"m3 \tz\" k r");
    assert_request("k", "r");
    assert_int_equal(request->initrds.count, 3);
    assert_string_equal(request->initrds.items[0].path, "a");
    assert_string_equal(request->initrds.items[1].path, "b");
    assert_string_equal(request->initrds.items[2].path, "c d");
    assert_int_equal(request->modules.count, 3);
    assert_string_equal(request->modules.items[0].path, "m1");
    assert_string_equal(request->modules.items[0].command, "x  y");
    assert_string_equal(request->modules.items[1].path, "m2");
    assert_string_equal(request->modules.items[1].command, "");
    assert_string_equal(request->modules.items[2].path, "m3");
    assert_string_equal(request->modules.items[2].command, "z");
}

static void initrds_of_the_efi_stub_are_taken_before_the_kernel(void **state)
{
    const struct boot_request *request = &options.request;

    (void)state;
    parse_line("initrd=\\a\\b initrd=\"c d\" --initrd e \\k initrd=f g");
    assert_request("\\k", "initrd=f g");
    assert_int_equal(request->initrds.count, 3);
    assert_string_equal(request->initrds.items[0].path, "\\a\\b");
    assert_string_equal(request->initrds.items[1].path, "c d");
    assert_string_equal(request->initrds.items[2].path, "e");
    parse_line("initrd.elf quiet");
    assert_request("initrd.elf", "quiet");
    parse_line("initrd quiet");
    assert_request("initrd", "quiet");
    parse_line("-- initrd=k quiet");
    assert_request("initrd=k", "quiet");
}

static void the_entry_is_taken(void **state)
{
    (void)state;
    parse_line("--entry debian-6.1");
    assert_string_equal(options.entry, "debian-6.1");
    parse_line("--entry -x");
    assert_string_equal(options.entry, "-x");
    parse_line("--entry=\"with space\" --verbose");
    assert_string_equal(options.entry, "with space");
    assert_true(options.verbose);
}

static void mistakes_are_named(void **state)
{
    (void)state;
    assert_refused("--initrdx y k",
                   "unknown option --initrdx (did you mean --initrd?); see --help");
    assert_refused("--verbose=1 k",
                   "unknown option --verbose=1 (did you mean --verbose?); see --help");
    assert_refused("--nonsense", "unknown option --nonsense; see --help");
    assert_refused("\"--a\nb\"", "unknown option --a\uFFFDb; see --help");
    assert_refused("--a\xff\x1b", "unknown option --a\uFFFD\uFFFD; see --help");
    assert_refused("--entry=\"a\nb\" \"k\t\"",
                   "both the kernel k\uFFFD and --entry a\uFFFDb were given; leave one out");
    assert_refused("--pass-framebufer",
                   "unknown option --pass-framebufer (did you mean --pass-framebuffer?); see "
                   "--help");
    assert_refused("--entri", "unknown option --entri (did you mean --entry?); see --help");
    assert_refused("--dryrun k", "unknown option --dryrun (did you mean --dry-run?); see --help");
    assert_refused("-help", "unknown option -help (did you mean --help?); see --help");
    assert_refused("-x", "unknown option -x; see --help");
    assert_refused("-", "unknown option -; see --help");
    assert_refused("--initrd", "option --initrd needs a value; see --help");
    assert_refused("initrd= k", "option initrd needs a value; see --help");
    assert_refused("--initrd= k", "option --initrd needs a value; see --help");
    assert_refused("--initrd \"\" k", "option --initrd needs a value; see --help");
    assert_refused("--module", "option --module needs a value; see --help");
    assert_refused("--initrd -- k", "option --initrd needs a value; see --help");
    assert_refused("--module -- k", "option --module needs a value; see --help");
    assert_refused("--entry --", "option --entry needs a value; see --help");
    assert_refused("--entry --verbose", "option --entry needs a value; see --help");
    assert_refused("-- \"\"", "the kernel's path is empty; see --help");
    assert_refused("--initrd x --",
                   "--initrd and --module need a KERNEL after the options; entries "
                   "name their own");
    assert_refused("--entry=", "option --entry needs a value; see --help");
    assert_refused("--initrd x", "--initrd and --module need a KERNEL after the options; entries "
                                 "name their own");
    assert_refused("--module x", "--initrd and --module need a KERNEL after the options; entries "
                                 "name their own");
    assert_refused("--entry x k", "both the kernel k and --entry x were given; leave one out");
}

/* What to do is not cut off behind a long word. */
static void long_words_are_shortened(void **state)
{
    TEXT_ON_STACK(expected, 256);
    char line[700];

    (void)state;
    memset(line, 'x', sizeof(line));
    memcpy(line, "--", 2);
    line[sizeof(line) - 1] = '\0';
    assert_false(options_parse_line(line, &arena, &options, &error));
    text_format(&expected, "unknown option --%.*s...%.*s; see --help", 46, line + 2, 48, line + 2);
    assert_string_equal(error.data, expected.data);
    text_clear(&error);
    memcpy(line, "--entry=", 8);
    line[340] = ' ';
    assert_false(options_parse_line(line, &arena, &options, &error));
    assert_non_null(strstr(error.data, "were given; leave one out"));
}

/* A path of only white space is not allowed. */
static void modules_need_a_path(void **state)
{
    (void)state;
    assert_refused("--module \"  \" k", "option --module needs a value; see --help");
}

/* The volume is set after the options have been parsed. */
static void files_get_their_volume(void **state)
{
    struct volume *volume = (struct volume *)&arena; /* any address */
    struct boot_request *request = &options.request;

    (void)state;
    parse_line("--initrd a --initrd b --module c kernel");
    assert_null(request->kernel.volume);
    assert_null(request->initrds.items[0].volume);
    assert_null(request->modules.items[0].volume);
    assert_true(boot_files_add(&request->extras, &arena, NULL, "d.cred", ""));
    boot_request_set_volume(request, volume);
    assert_ptr_equal(request->kernel.volume, volume);
    assert_ptr_equal(request->initrds.items[0].volume, volume);
    assert_ptr_equal(request->initrds.items[1].volume, volume);
    assert_ptr_equal(request->modules.items[0].volume, volume);
    assert_ptr_equal(request->extras.items[0].volume, volume);
}

static void a_kernel_needs_a_path(void **state)
{
    (void)state;
    assert_refused("\"\" quiet", "the kernel's path is empty; see --help");
}

static void parse_words(size_t count, const char *const *words, const char *line)
{
    if (!options_parse_words(words, count, line, &arena, &options, &error))
        fail_msg("%s", error.data);
    assert_string_equal(error.data, "");
}

#define WORDS(...)                                                                                 \
    sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), (const char *const[])             \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

static void a_shells_words(void **state)
{
    (void)state;
    parse_words(0, NULL, NULL);
    assert_request(NULL, "");
    parse_words(WORDS("--verbose", "k"), NULL);
    assert_request("k", "");
    assert_true(options.verbose);
    parse_words(WORDS("--initrd", "i", "--module", "m a b", "k", "x", "y z"), NULL);
    assert_request("k", "x \"y z\"");
    assert_string_equal(options.request.initrds.items[0].path, "i");
    assert_string_equal(options.request.modules.items[0].command, "a b");
    parse_words(WORDS("k", "a b", "c\td", "e f", ""), NULL);
    assert_request("k", "\"a b\" \"c\td\" \"e f\" \"\"");
    parse_words(WORDS("initrd=i", "k", "initrd=j"), NULL);
    assert_request("k", "initrd=j");
    assert_string_equal(options.request.initrds.items[0].path, "i");
}

/* The typed line restores quotes that the shell removed, if it is the same command line. */
static void a_shells_words_and_the_typed_line(void **state)
{
    (void)state;
    parse_words(WORDS("k", "a", "b  c"), "fs0:\\pvhboot.efi k   a   \"b  c\"");
    assert_request("k", "a   \"b  c\"");
    parse_words(WORDS("k", "a=b c", "d"), "k a=\"b c\"  d\r\n");
    assert_request("k", "a=\"b c\"  d");
    parse_words(WORDS("k", "k", "k"), "pvhboot k  k  k");
    assert_request("k", "k  k");
    parse_words(WORDS("k", "a", "b"), "a   b"); /* a line without the names */
    assert_request("k", "a   b");
    parse_words(WORDS("k"), "pvhboot.efi k");
    assert_request("k", "");
}

/* With redirections or expansions, the line differs, and the shell's words are used. */
static void a_typed_line_that_differs_is_not_used(void **state)
{
    (void)state;
    parse_words(WORDS("k", "a", "b  c"), "pvhboot.efi k a \"b  c\" > log.txt");
    assert_request("k", "a \"b  c\"");
    parse_words(WORDS("k", "expanded", "b"), "pvhboot.efi k %var%  b");
    assert_request("k", "expanded b");
    parse_words(WORDS("k", "a", "b"), "a  b c");
    assert_request("k", "a b");
    parse_words(WORDS("k", "a", "b"), "b");
    assert_request("k", "a b");
    parse_words(WORDS("k", "a", "b"), "");
    assert_request("k", "a b");
}

static void the_own_name_is_skipped(void **state)
{
    const struct {
        const char *line, *own_name, *rest;
    } rows[] = {
        {"pvhboot.efi k a", NULL, "k a"},
        {"  PVHBOOT.EFI   k a", NULL, "k a"},
        {"pvhboot k", NULL, "k"},
        {"fs0:\\EFI\\Boot\\BOOTX64.EFI k", NULL, "k"},
        {"/efi/pvhboot/pvhbootx64.efi", NULL, ""},
        {"\"\\my tools\\pvhboot.efi\"  k  a", NULL, "k  a"},
        {"\"pvhboot.efi\" k", NULL, "k"},
        {"\\EFI\\renamed.efi k", "renamed.efi", "k"},
        {"renamed k", "Renamed.EFI", "k"},
        {"renamed.efi k", "renamed", "k"},
        {"\"\\a b\\renamed.efi\" \"k\"", "renamed.efi", "\"k\""},
        /* not its name */
        {"vmlinuz.efi quiet", NULL, "vmlinuz.efi quiet"},
        {"vmlinuz.efi quiet", "pvhboot.efi", "vmlinuz.efi quiet"},
        {"pvhboot-test.efi k", NULL, "pvhboot-test.efi k"},
        {"pvhboot.elf k", NULL, "pvhboot.elf k"},
        {"xpvhboot.efi k", NULL, "xpvhboot.efi k"},
        {"--verbose k", NULL, "--verbose k"},
        {"\\pvhboot.efi\\vmlinux", NULL, "\\pvhboot.efi\\vmlinux"},
        {"", NULL, ""},
        {"", "", ""},
        {" k", "", " k"},
        {"\\EFI\\ k", "", "\\EFI\\ k"},
        {"\"", NULL, "\""},
        {"\"\" k", NULL, "\"\" k"},
        {"pvhboot.efi\" k", NULL, "pvhboot.efi\" k"},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++)
        assert_string_equal(options_skip_own_name(rows[i].line, rows[i].own_name), rows[i].rest);
}

/* Every failed allocation is reported. */
static void out_of_memory_is_said(void **state)
{
    const char line[] = "--initrd a --module \"m x\" --verbose \"k\" quiet";
    const char *const words[] = {"--initrd", "a", "--module", "m x", "k", "b c"};
    const char *const lines[] = {NULL, "pvhboot.efi --initrd a --module \"m x\" k \"b c\""};
    bool done = false;

    (void)state;
    for (size_t n = 0; !done; n++) {
        start(NULL);
        arena_fail_after(n);
        done = options_parse_line(line, &arena, &options, &error);
        assert_int_equal(done, !arena_has_failed());
        assert_string_equal(error.data, done ? "" : "out of memory while reading the options");
        if (done)
            assert_request("k", "quiet");
        stop(NULL);
    }
    for (size_t i = 0; i < ELEMENTS(lines); i++) {
        done = false;
        for (size_t n = 0; !done; n++) {
            start(NULL);
            arena_fail_after(n);
            done = options_parse_words(words, ELEMENTS(words), lines[i], &arena, &options, &error);
            assert_int_equal(done, !arena_has_failed());
            assert_string_equal(error.data, done ? "" : "out of memory while reading the options");
            if (done)
                assert_request("k", "\"b c\"");
            stop(NULL);
        }
    }
}

static void the_help_names_every_option(void **state)
{
    const char *const names[] = {"--initrd",  "--module",  "--entry",
                                 "--dry-run", "--verbose", "--overwrite-acpi-nvs",
                                 "--help",    "--version"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(names); i++)
        assert_non_null(strstr(options_help, names[i]));
}

/* Reads an exact copy, also at an odd address, so that reading past the end is detected. */
static enum load_options read_options(const void *data, size_t size, const char **ret_text)
{
    uint8_t *room = malloc(size + 2);
    const char *at_odd = NULL;
    enum load_options odd, even;

    *ret_text = "unset";
    memcpy(room + 1, data, size);
    room = realloc(room, size + 1);
    odd = load_options_read(room + 1, size, &arena, &at_odd);
    memmove(room, room + 1, size);
    room = realloc(room, size ? size : 1);
    even = load_options_read(room, size, &arena, ret_text);
    free(room);
    assert_int_equal(odd, even);
    if (even == LOAD_OPTIONS_TEXT)
        assert_string_equal(*ret_text, at_odd);
    return even;
}

static void assert_options_text(const void *data, size_t size, const char *expected)
{
    const char *text;

    assert_int_equal(read_options(data, size, &text), LOAD_OPTIONS_TEXT);
    assert_string_equal(text, expected);
}

static void assert_no_options_text(const void *data, size_t size, enum load_options expected)
{
    const char *text;

    assert_int_equal(read_options(data, size, &text), expected);
    assert_null(text);
}

static void ucs2_load_options(void **state)
{
    static const uint16_t plain[] = {'k', ' ', 'a', 0};
    static const uint16_t junk_behind[] = {'k', ' ', 'a', 0, 0x1234, 'z', 0xdead};
    static const uint16_t wide[] = {'\\', 0xe4, 0x20ac, 0xd83d, 0xde00, 0};
    static const uint16_t at_limits[] = {'!', 0xdfff, 0xf900, 0xfffd, 0};
    static const uint16_t last_ascii[] = {0xe4, '~', 0xe4, 0};

    (void)state;
    assert_options_text(plain, 8, "k a");
    assert_options_text(plain, 6, "k a");
    assert_options_text(plain, 7, "k a"); /* an odd size: half a unit is ignored */
    assert_options_text(plain, 5, "k ");
    assert_options_text(junk_behind, sizeof(junk_behind), "k a");
    assert_options_text(junk_behind, sizeof(junk_behind) - 1, "k a");
    assert_options_text(wide, sizeof(wide), "\\\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    assert_options_text(wide, sizeof(wide) - 4, "\\\xc3\xa4\xe2\x82\xac\xef\xbf\xbd");
    assert_options_text(plain, 2, "k");
    assert_options_text(at_limits, sizeof(at_limits), "!\uFFFD\uF900\uFFFD");
    assert_options_text(last_ascii, sizeof(last_ascii), "\u00e4~\u00e4");
}

static void eight_bit_load_options(void **state)
{
    (void)state;
    assert_options_text("vmlinux quiet", 13, "vmlinux quiet");
    assert_options_text("vmlinux quiet", 14, "vmlinux quiet");
    assert_options_text("vmlinux\n\0\0", 10, "vmlinux\n");
    assert_options_text("ab", 2, "ab");
    assert_options_text("\\\xc3\xa4", 3, "\\\xc3\xa4");
}

static void empty_load_options(void **state)
{
    const char *text;

    (void)state;
    assert_int_equal(load_options_read(NULL, 0, &arena, &text), LOAD_OPTIONS_NONE);
    assert_int_equal(load_options_read(NULL, 100, &arena, &text), LOAD_OPTIONS_NONE);
    assert_no_options_text("", 0, LOAD_OPTIONS_NONE);
    assert_no_options_text("a", 1, LOAD_OPTIONS_NONE); /* half a unit */
    assert_no_options_text("\0\0", 2, LOAD_OPTIONS_NONE);
    assert_no_options_text("\0\0\0\0\0", 5, LOAD_OPTIONS_NONE);
    assert_no_options_text(" \0\t\0\r\0\n\0", 8, LOAD_OPTIONS_NONE);
    assert_no_options_text(" \0\0\0junk", 8, LOAD_OPTIONS_NONE);
    assert_no_options_text("   ", 3, LOAD_OPTIONS_NONE);
    assert_no_options_text(" \t\r\n", 5, LOAD_OPTIONS_NONE);
}

static void binary_load_options(void **state)
{
    /* EDK2 marks boot options that it has created with this GUID. */
    static const uint8_t own_mark[] = {0x4e, 0xac, 0x08, 0x81, 0x11, 0x9f, 0x59, 0x4d,
                                       0x85, 0x0e, 0xe2, 0x1a, 0x52, 0x2c, 0x59, 0xb2};
    /* The start of the data in Windows' boot option. */
    static const char windows[] = "WINDOWS\0\1\0\0\0\x88\0\0\0x\0\0\0B\0C\0D\0O\0B\0J\0E\0C\0T\0=";
    static const uint16_t control[] = {'k', 1, 'a', 0};
    static const uint16_t others[][3] = {
        {'k', 0xfffe, 0},  {'k', 0xffff, 0}, /* no characters */
        {'k', 0xe000, 0},  {'k', 0xf8ff, 0}, /* of private use */
        {' ', 0xe4, 0},    {0x80, 0xe4, 0},  /* no ASCII */
        {0x120, 0x120, 0}, {1, 0, 0},        /* not blank, either */
    };

    (void)state;
    assert_no_options_text(own_mark, sizeof(own_mark), LOAD_OPTIONS_JUNK);
    assert_no_options_text(windows, sizeof(windows), LOAD_OPTIONS_JUNK);
    assert_no_options_text(control, sizeof(control), LOAD_OPTIONS_JUNK);
    for (size_t i = 0; i < ELEMENTS(others); i++)
        assert_no_options_text(others[i], sizeof(others[i]), LOAD_OPTIONS_JUNK);
    assert_no_options_text("\1\2\3\4\5\6", 6, LOAD_OPTIONS_JUNK);
    assert_no_options_text("ab\177cd", 5, LOAD_OPTIONS_JUNK);
}

/* Makes an EFI_LOAD_OPTION (UEFI 2.10, section 3.1.3) with a media path and OptionalData. */
static size_t make_load_option(uint8_t *bytes, uint32_t attributes, const char *description,
                               const void *optional, size_t size)
{
    static const uint8_t path[] = {4, 4, 8, 0, 'x', 0, 0, 0, 0x7f, 0xff, 4, 0};
    size_t at = 6;

    put_number(bytes, 4, attributes);
    put_number(bytes + 4, 2, sizeof(path));
    for (const char *from = description;; from++, at += 2) {
        put_number(bytes + at, 2, (uint8_t)*from);
        if (!*from)
            break;
    }
    at += 2;
    memcpy(bytes + at, path, sizeof(path));
    memcpy(bytes + at + sizeof(path), optional, size);
    return at + sizeof(path) + size;
}

/* Dell's firmware passes the whole option: its OptionalData is used. */
static void whole_load_options(void **state)
{
    static const uint16_t text[] = {'-', '-', 'h', 'e', 'l', 'p', 0};
    static const uint8_t guid[16] = {0x4e, 0xac, 0x08, 0x81, 0x11, 0x9f};
    uint8_t bytes[200];
    size_t size, whole;

    (void)state;
    size = make_load_option(bytes, 1, "UEFI: Kingston Stick", "", 0);
    assert_no_options_text(bytes, size, LOAD_OPTIONS_NONE);
    size = make_load_option(bytes, 0x109, "Linux", guid, sizeof(guid));
    assert_no_options_text(bytes, size, LOAD_OPTIONS_JUNK);
    size = make_load_option(bytes, 1, "Linux", text, sizeof(text));
    assert_options_text(bytes, size, "--help");
    size = make_load_option(bytes, 1, "", "vmlinux quiet", 13);
    assert_options_text(bytes, size, "vmlinux quiet");
    size = make_load_option(bytes, 1, "Linux", text, sizeof(text));
    memcpy(bytes + 18, "\x7f\xff\x08", 3); /* two paths */
    assert_options_text(bytes, size, "--help");
    assert_no_options_text("\1\0\0\0\4\0\0\0\x7f\xff\4", 12, LOAD_OPTIONS_NONE); /* the least */
    /* Malformed options are not recognized, and are not text either. */
    whole = make_load_option(bytes, 1, "Linux", text, sizeof(text));
    for (size = 0; size < whole - sizeof(text); size++)
        assert_int_not_equal(read_options(bytes, size, &(const char *){NULL}), LOAD_OPTIONS_TEXT);
    bytes[18 + 2] = 3; /* a node shorter than its header */
    assert_no_options_text(bytes, whole, LOAD_OPTIONS_JUNK);
    bytes[18 + 5] = 5; /* what would be the next node is none */
    assert_no_options_text(bytes, whole, LOAD_OPTIONS_JUNK);
    (void)make_load_option(bytes, 1, "Linux", text, sizeof(text));
    bytes[18 + 9] = 1; /* end of one of several paths, but no other follows */
    assert_no_options_text(bytes, whole, LOAD_OPTIONS_JUNK);
    (void)make_load_option(bytes, 1, "Linux", text, sizeof(text));
    bytes[5] = 0xff; /* a list longer than the whole option */
    assert_no_options_text(bytes, whole, LOAD_OPTIONS_JUNK);
}

static void marks_of_firmware(void **state)
{
    static const char *const marks[] = {"RC",   "AMBO",    "AMGO", "HD0",  "CD1",
                                        "USB2", "WINDOWS", "FD0",  "NET0", "RC  "};
    static const char *const names[] = {"RCX", "rc", "AMBO x", "HD", "HD00", "HDA", "hd0", "/HD0"};
    uint8_t wide[40];

    (void)state;
    for (size_t i = 0; i < ELEMENTS(marks); i++) {
        size_t length = strlen(marks[i]);

        assert_no_options_text(marks[i], length, LOAD_OPTIONS_NONE);
        assert_no_options_text(marks[i], length + 1, LOAD_OPTIONS_NONE);
        for (size_t j = 0; j <= length; j++)
            put_number(wide + 2 * j, 2, (uint8_t)marks[i][j]);
        assert_no_options_text(wide, 2 * length + 2, LOAD_OPTIONS_NONE);
    }
    for (size_t i = 0; i < ELEMENTS(names); i++)
        assert_options_text(names[i], strlen(names[i]), names[i]);
}

static void byte_order_marks(void **state)
{
    static const uint16_t wide[] = {0xfeff, 'k', ' ', 'a', 0};
    static const uint16_t alone[] = {0xfeff, 0};

    (void)state;
    assert_options_text(wide, sizeof(wide), "k a");
    assert_no_options_text(alone, sizeof(alone), LOAD_OPTIONS_NONE);
    assert_no_options_text(alone, 2, LOAD_OPTIONS_NONE);
    assert_options_text("\xef\xbb\xbfvmlinux", 10, "vmlinux");
    assert_no_options_text("\xef\xbb\xbf", 3, LOAD_OPTIONS_NONE);
}

/* No file system allows such a name, so it is not a path. */
static void words_that_are_no_paths(void **state)
{
    static const char *const words[] = {"<Boot Menu>", "a|b", "what? no",
                                        "*.efi x",     "a>b", "  <a> b"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(words); i++)
        assert_no_options_text(words[i], strlen(words[i]), LOAD_OPTIONS_JUNK);
    assert_options_text("k a|b <c> d?", 12, "k a|b <c> d?");
    assert_options_text("--module \"a|b\" k", 16, "--module \"a|b\" k");
    assert_options_text("--module=a|b k", 14, "--module=a|b k");
    assert_options_text("\"a|b\" k", 7, "\"a|b\" k");
}

static void options_before_the_kernel(void **state)
{
    (void)state;
    parse_line("vmlinux --initrd x");
    assert_true(options.starts_with_kernel);
    parse_line("--initrd x vmlinux");
    assert_false(options.starts_with_kernel);
    parse_line("-- vmlinux");
    assert_false(options.starts_with_kernel);
    parse_line("initrd=x vmlinux");
    assert_false(options.starts_with_kernel);
}

static bool is_utf8(const char *text)
{
    while (*text) {
        const char *at = text;

        if (utf8_next(&text) == 0xfffd && memcmp(at, "\xef\xbf\xbd", 3) != 0)
            return false;
    }
    return true;
}

/* Random bytes of every size: no read past the end, and no control characters in the result. */
static void random_load_options(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        struct random random = random_start(seed);
        size_t size = seed % 41;
        bool units = random_chance(&random, 50);
        uint8_t data[41];
        const char *text;
        enum load_options result;

        for (size_t i = 0; i < size; i++)
            data[i] = units && i % 2 ? (uint8_t)(random_chance(&random, 20) * random_next(&random))
                                     : (uint8_t)random_next(&random);
        result = read_options(data, size, &text);
        check(result == LOAD_OPTIONS_NONE || result == LOAD_OPTIONS_TEXT ||
              result == LOAD_OPTIONS_JUNK);
        for (const char *at = text; result == LOAD_OPTIONS_TEXT && *at; at++)
            check((uint8_t)*at >= ' ' || is_space(*at));
        if (result == LOAD_OPTIONS_TEXT && strchr(text, '\0') != text && units)
            check(is_utf8(text) || memcmp(text, data, strlen(text)) == 0);
    }
}

static void load_options_without_memory(void **state)
{
    static const uint16_t plain[] = {'k', 'a', 0};
    const char *text;

    (void)state;
    for (size_t n = 0; n < 2; n++) {
        arena_fail_after(n);
        assert_int_equal(load_options_read(plain, sizeof(plain), &arena, &text),
                         LOAD_OPTIONS_OUT_OF_MEMORY);
    }
    arena_fail_after(0);
    assert_int_equal(load_options_read("ab", 2, &arena, &text), LOAD_OPTIONS_OUT_OF_MEMORY);
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(nothing_is_a_request_for_the_entries),
        test(every_flag_sets_its_own),
        test(the_command_line_is_kept_to_the_letter),
        test(initrds_and_modules_keep_their_order),
        test(initrds_of_the_efi_stub_are_taken_before_the_kernel),
        test(the_entry_is_taken),
        test(mistakes_are_named),
        test(long_words_are_shortened),
        test(modules_need_a_path),
        test(files_get_their_volume),
        test(a_kernel_needs_a_path),
        test(a_shells_words),
        test(a_shells_words_and_the_typed_line),
        test(a_typed_line_that_differs_is_not_used),
        test(the_own_name_is_skipped),
        test(out_of_memory_is_said),
        test(the_help_names_every_option),
        test(ucs2_load_options),
        test(whole_load_options),
        test(marks_of_firmware),
        test(byte_order_marks),
        test(words_that_are_no_paths),
        test(options_before_the_kernel),
        test(eight_bit_load_options),
        test(empty_load_options),
        test(binary_load_options),
        test(random_load_options),
        test(load_options_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
