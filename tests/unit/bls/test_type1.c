/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/bls/entry_command_line.h"
#include "common/bls/type1.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena arena;
static struct boot_entry entry;

/* Any address: pure code never dereferences it. */
static struct volume *const volume = (struct volume *)&arena;

static int start(void **state)
{
    (void)state;
    arena_begin_test(&arena);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return arena_end_test(&arena);
}

/* Parses an exact copy, so that reading past the end is detected. */
static bool parse_bytes(const char *name, const void *text, size_t length)
{
    struct entry_source source = {ENTRY_TYPE1, volume, name, false};
    char *exact = malloc(length ? length : 1);
    bool result;

    memcpy(exact, text, length);
    result = type1_parse(&source, exact, length, &arena, &entry);
    free(exact);
    return result;
}

static void parse(const char *name, const char *text)
{
    assert_true(parse_bytes(name, text, strlen(text)));
}

static void a_full_entry(void **state)
{
    (void)state;
    parse("debian.conf", "# a comment\n"
                         "title      Debian GNU/Linux 12\n"
                         "version\t6.1.0-56\n"
                         "machine-id 0123456789abcdef\n"
                         "sort-key   debian\n"
                         "architecture x64\n"
                         "linux      /vmlinux\n"
                         "initrd     /initrd.img\n"
                         "initrd     /microcode.img\n"
                         "options    root=/dev/sda1  ro\n"
                         "options    quiet\n"
                         "module     /extra.bin some  arguments\n"
                         "module     /plain.bin\n");
    assert_string_equal(entry.id, "debian");
    assert_string_equal(entry.request.title, "Debian GNU/Linux 12");
    assert_string_equal(entry.version, "6.1.0-56");
    assert_string_equal(entry.machine_id, "0123456789abcdef");
    assert_string_equal(entry.sort_key, "debian");
    assert_string_equal(entry.architecture, "x64");
    assert_string_equal(entry.request.kernel.path, "/vmlinux");
    assert_string_equal(entry.request.command_line, "root=/dev/sda1  ro quiet");
    assert_int_equal(entry.request.initrds.count, 2);
    assert_string_equal(entry.request.initrds.items[0].path, "/initrd.img");
    assert_string_equal(entry.request.initrds.items[1].path, "/microcode.img");
    assert_int_equal(entry.request.initrds.items[0].line, 8);
    assert_int_equal(entry.request.initrds.items[1].line, 9);
    assert_int_equal(entry.request.modules.count, 2);
    assert_string_equal(entry.request.modules.items[0].path, "/extra.bin");
    assert_string_equal(entry.request.modules.items[0].command, "some  arguments");
    assert_string_equal(entry.request.modules.items[1].path, "/plain.bin");
    assert_string_equal(entry.request.modules.items[1].command, "");
    assert_true(entry_is_bootable(&entry));
}

static void files_with_a_command_line(void **state)
{
    static const uint8_t bytes[4] = {1};
    struct boot_files *modules = &entry.request.modules;

    (void)state;
    parse("x.conf", "linux /k\nmodule /a\nmodule /b c\nmodule /d e\n");
    assert_string_equal(boot_files_find_command(modules), "/b");
    parse("x.conf", "linux /k\nmodule /a\n");
    assert_null(boot_files_find_command(modules));
    assert_true(boot_files_add_bytes(modules, &arena, "b", bytes, sizeof(bytes), true));
    assert_null(boot_files_find_command(modules));
    assert_int_equal(modules->count, 2);
    assert_string_equal(modules->items[1].path, "b");
    assert_null(modules->items[1].volume);
    assert_ptr_equal(modules->items[1].bytes, bytes);
    assert_int_equal(modules->items[1].size, sizeof(bytes));
    assert_true(modules->items[1].linux_only);
    assert_null(modules->items[0].bytes);
    arena_fail_after(0);
    assert_false(
        boot_files_add_bytes(&(struct boot_files){.count = 0}, &arena, "b", bytes, 1, false));
    arena_fail_after(NEVER);
}

static void permission_to_overwrite_nvs(void **state)
{
    static const struct {
        const char *text;
        bool allowed;
        size_t diagnostics;
    } rows[] = {
        {"linux /a\n", false, 0},
        {"linux /a\noverwrite-acpi-nvs yes\n", true, 0},
        {"linux /a\noverwrite-acpi-nvs no\n", false, 0},
        {"overwrite-acpi-nvs true\nlinux /a\n", true, 0},
        {"linux /a\noverwrite-acpi-nvs maybe\n", false, 1},
        {"linux /a\noverwrite-acpi-nvs\n", false, 1},
        {"linux /a\noverwrite-acpi-nvs yes\noverwrite-acpi-nvs no\n", false, 1},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        parse("x.conf", rows[i].text);
        assert_int_equal(entry.request.overwrite_nvs, rows[i].allowed);
        assert_int_equal(entry.diagnostics.count, rows[i].diagnostics);
    }
}

/* All files of an entry are on the entry's volume. */
static void files_are_on_the_entrys_volume(void **state)
{
    (void)state;
    parse("x.conf", "linux /a\ninitrd /b\ninitrd /c\nmodule /d e\n");
    assert_ptr_equal(entry.source.volume, volume);
    assert_ptr_equal(entry.request.kernel.volume, volume);
    assert_ptr_equal(entry.request.initrds.items[0].volume, volume);
    assert_ptr_equal(entry.request.initrds.items[1].volume, volume);
    assert_ptr_equal(entry.request.modules.items[0].volume, volume);
    parse("x.conf", "linux /a\nextra /b.cred\n");
    assert_ptr_equal(entry.request.extras.items[0].volume, volume);
    parse("x.conf", "pvh /a\n");
    assert_ptr_equal(entry.request.kernel.volume, volume);
    parse("x.conf", "efi /a.efi\n");
    assert_ptr_equal(entry.efi.volume, volume);
    assert_null(entry.request.kernel.path);
}

static void an_empty_file_is_no_boot(void **state)
{
    const char *const texts[] = {"",        "\n\n",        "# linux /vmlinux\n",
                                 "linux\n", "linux \t \n", "\xef\xbb\xbf"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(texts); i++) {
        parse("x.conf", texts[i]);
        assert_false(entry_is_bootable(&entry));
        assert_null(entry.request.kernel.path);
        assert_string_equal(entry.version, "");
        assert_string_equal(entry.machine_id, "");
        assert_string_equal(entry.sort_key, "");
        assert_string_equal(entry.architecture, "");
        assert_string_equal(entry.request.command_line, "");
    }
}

static void line_ends_and_white_space(void **state)
{
    (void)state;
    parse("x.conf", "linux /a\r\n  \toptions \t b c \t\r\n\r\nversion 1");
    assert_string_equal(entry.request.kernel.path, "/a");
    assert_string_equal(entry.request.command_line, "b c");
    assert_string_equal(entry.version, "1");
    parse("x.conf",
          "\xef\xbb\xbflinux /a"); /* a byte order mark, as some editors on Windows write */
    assert_string_equal(entry.request.kernel.path, "/a");
    parse("x.conf", "linux /a#b\n #title x\n");
    assert_string_equal(entry.request.kernel.path, "/a#b");
    assert_null(entry.request.title);
}

static void bytes_that_do_not_belong_in_a_text(void **state)
{
    (void)state;
    assert_true(parse_bytes("x.conf", "linux /a\0\0\nversion 2\n\0\0\0", 25));
    assert_string_equal(entry.request.kernel.path, "/a");
    assert_string_equal(entry.version, "2");
}

static void assert_diagnostic(size_t index, unsigned line, const char *text)
{
    assert_true(index < entry.diagnostics.count);
    assert_string_equal(entry.diagnostics.items[index].text, text);
    assert_int_equal(entry.diagnostics.items[index].line, line);
}

/* The warning about a variable of GRUB. */
static void assert_variable(size_t index, unsigned line, const char *key, const char *variable)
{
    char text[200];

    snprintf(text, sizeof(text),
             "%s: \"%s\" is a variable of GRUB, which is not replaced; write its value instead",
             key, variable);
    assert_diagnostic(index, line, text);
}

static void variables_begin_with_letters(void **state)
{
    static const char *const variables[] = {"$a", "$z", "$A", "$Z", "$_", "${_z9}"};
    static const char *const others[] = {"$`a", "$@a", "$[a", "$^a", "$0a", "$-a"};
    char text[100];

    (void)state;
    for (size_t i = 0; i < ELEMENTS(variables); i++) {
        snprintf(text, sizeof(text), "linux /k\noptions b:%s", variables[i]);
        parse("a.conf", text);
        assert_int_equal(entry.diagnostics.count, 1);
        assert_variable(0, 2, "options", variables[i]);
    }
    for (size_t i = 0; i < ELEMENTS(others); i++) {
        snprintf(text, sizeof(text), "linux /k\noptions b:%s", others[i]);
        parse("a.conf", text);
        assert_int_equal(entry.diagnostics.count, 0);
    }
}

/* No other loader replaces them: the kernel gets them as they are. */
static void variables_of_grub(void **state)
{
    static const char *const plain[] = {
        "options password=$6$salt$abc",
        "options cost=5$",
        "options $1 $ ${ $-x $$x a$b",
        "options /$x",
        "options $`x $[ ${{x}",
        "linux /a$b",
        "title $x",
    };

    (void)state;
    parse("a.conf", "linux /k\noptions ro $tuned_params $x\noptions root=$root\n");
    assert_int_equal(entry.diagnostics.count, 2);
    assert_variable(0, 2, "options", "$tuned_params");
    assert_variable(1, 3, "options", "$root");
    assert_string_equal(entry.request.command_line, "ro $tuned_params $x root=$root");
    parse("a.conf", "linux /k\noptions $z_$\noptions $_\n");
    assert_int_equal(entry.diagnostics.count, 2);
    assert_variable(0, 2, "options", "$z_");
    assert_variable(1, 3, "options", "$_");
    /* A long name is cut off. */
    parse("a.conf", "options $a34567890123456789012345678901234567890123456789012345678901\n");
    assert_variable(0, 1, "options",
                    "$a3456789012345678901234567890123456789012345678901234567890");
    parse("a.conf", "linux $abcdefghijklmnopqrstuvwxyz_0123456789_abcdefghijklmnopqrstuvwxyz\n");
    assert_variable(0, 1, "linux", "$abcdefghijklmnopqrstuvwxyz_0123456789_abcdefghijklmnopqrstu");
    parse("a.conf", "linux $kernel\nmodule /m ${args}x\noptions a=1,$b_2-c \"${d\"\n");
    assert_int_equal(entry.diagnostics.count, 3);
    assert_variable(0, 1, "linux", "$kernel");
    assert_variable(1, 2, "module", "${args}");
    assert_variable(2, 3, "options", "$b_2");
    for (size_t i = 0; i < ELEMENTS(plain); i++) {
        parse("a.conf", plain[i]);
        assert_int_equal(entry.diagnostics.count, 0);
    }
}

/* A module's path ends at white space, so it does not begin with any either. */
static void white_space_in_quotes(void **state)
{
    static const char *const keys[] = {"linux", "initrd", "module", "options", "title", "extra"};
    char text[100];

    (void)state;
    parse("a.conf", "linux /k\nmodule \" /m  a \"\nmodule \" /n\"\n");
    assert_int_equal(entry.diagnostics.count, 0);
    assert_string_equal(entry.request.modules.items[0].path, "/m");
    assert_string_equal(entry.request.modules.items[0].command, "a ");
    assert_string_equal(entry.request.modules.items[1].path, "/n");
    for (size_t i = 0; i < ELEMENTS(keys); i++) {
        snprintf(text, sizeof(text), "efi /a\n%s \" \t\"\n", keys[i]);
        parse("a.conf", text);
        snprintf(text, sizeof(text), "%s has no value; ignored", keys[i]);
        assert_int_equal(entry.diagnostics.count, 1);
        assert_diagnostic(0, 2, text);
        assert_true(entry_is_bootable(&entry));
    }
}

/* Also what is only known at the end of the file. */
static void diagnostics_are_in_the_order_of_lines(void **state)
{
    (void)state;
    parse("x.conf", "titel a\nlinux /a\noptions initrd=x\nlinux /b\ntitel c\n");
    assert_int_equal(entry.diagnostics.count, 4);
    assert_diagnostic(0, 1, "unknown key \"titel\" (did you mean \"title\"?); ignored");
    assert_diagnostic(1, 3,
                      "options: initrd= is for Linux's EFI stub, which is not used; write a line "
                      "\"initrd PATH\"");
    assert_diagnostic(2, 4, "linux was already set on line 2; this line overrides it");
    assert_diagnostic(3, 5, "unknown key \"titel\" (did you mean \"title\"?); ignored");
    parse("x.conf", "linux /a\noptions initrd=x\ntitel c\n");
    assert_int_equal(entry.diagnostics.items[0].line, 2);
    assert_int_equal(entry.diagnostics.items[1].line, 3);
}

/* Also when the last of them is about an earlier line. */
static void diagnostics_that_are_too_many(void **state)
{
    TEXT_ON_STACK(text, 1000);

    (void)state;
    text_append(&text, "linux /a\noptions initrd=x $b\n");
    parse("x.conf", text.data);
    assert_int_equal(entry.diagnostics.count, 2);
    assert_diagnostic(0, 2,
                      "options: \"$b\" is a variable of GRUB, which is not replaced; write its "
                      "value instead");
    for (size_t i = 0; i < DIAGNOSTICS_MAX - 2; i++)
        text_append(&text, "bad\n");
    parse("x.conf", text.data);
    assert_int_equal(entry.diagnostics.count, DIAGNOSTICS_MAX);
    assert_diagnostic(DIAGNOSTICS_MAX - 2, DIAGNOSTICS_MAX, "unknown key \"bad\"; ignored");
    assert_diagnostic(DIAGNOSTICS_MAX - 1, DIAGNOSTICS_MAX, "further problems are not listed");
}

static void other_loaders_keys_are_ignored(void **state)
{
    (void)state;
    parse("x.conf", "linux /a\ndevicetree /d\ndevicetree-overlay /e /f\n"
                    "grub_users root\ngrub_class kernel\ngrub_arg\n");
    assert_int_equal(entry.diagnostics.count, 0);
    assert_true(entry_is_bootable(&entry));
    assert_null(entry.problem);
    parse("x.conf", "linux-extra /b\nlinu /c\nOptions e\ngrub\n");
    assert_false(entry_is_bootable(&entry));
    assert_null(entry.request.kernel.path);
    assert_string_equal(entry.request.command_line, "");
    assert_int_equal(entry.diagnostics.count, 4);
    assert_diagnostic(0, 1, "unknown key \"linux-extra\"; ignored");
    assert_diagnostic(1, 2, "unknown key \"linu\" (did you mean \"linux\"?); ignored");
    assert_diagnostic(2, 3, "unknown key \"Options\" (did you mean \"options\"?); ignored");
    assert_diagnostic(3, 4, "unknown key \"grub\"; ignored");
}

/* Files whose names say what they are; Linux would not look for others. */
static void extras(void **state)
{
    static const char *const others[] = {"/x", "/x.img", "/x.addon.efi", "/a.cred/x", "/.cred"};
    char text[100];

    (void)state;
    parse("x.conf", "linux /a\nextra /b.cred\nextra \\c\\D.Sysext.RAW\nextra e.confext.raw\n"
                    "extra /f.raw\n");
    assert_int_equal(entry.diagnostics.count, 0);
    assert_int_equal(entry.request.extras.count, 4);
    assert_string_equal(entry.request.extras.items[0].path, "/b.cred");
    assert_string_equal(entry.request.extras.items[1].path, "\\c\\D.Sysext.RAW");
    assert_string_equal(entry.request.extras.items[2].path, "e.confext.raw");
    assert_string_equal(entry.request.extras.items[3].path, "/f.raw");
    assert_int_equal(entry.request.initrds.count, 0);
    for (size_t i = 0; i < ELEMENTS(others); i++) {
        snprintf(text, sizeof(text), "uki /a\nextra %s\n", others[i]);
        parse("x.conf", text);
        assert_int_equal(entry.request.extras.count, 0);
        assert_diagnostic(0, 2,
                          "extra: the file's name has to end in .cred, .sysext.raw or "
                          ".confext.raw; it is ignored");
    }
}

/* UTF-8 takes more room than UTF-16 did. */
static void utf16_is_read_and_said(void **state)
{
    char text[2200] = "\xff\xfe";
    size_t length = 2;

    (void)state;
    for (const char *c = "linux /a\noptions "; *c; c++, length += 2)
        put_number((uint8_t *)text + length, 2, (uint8_t)*c);
    for (size_t i = 0; i < 1000; i++, length += 2)
        put_number((uint8_t *)text + length, 2, 0x65e5);
    assert_true(parse_bytes("x.conf", text, length));
    assert_string_equal(entry.request.kernel.path, "/a");
    assert_int_equal(strlen(entry.request.command_line), 3000);
    assert_int_equal(entry.diagnostics.count, 1);
    assert_diagnostic(0, 1, "the file is UTF-16; save it as UTF-8");
}

static void lines_that_say_nothing_or_twice(void **state)
{
    (void)state;
    parse("x.conf", "title\n\ntitle a\nlinux /a\ninitrd\noptions \nlinux /b\ninitrd /c\n"
                    "initrd /d\noptions e\noptions f\nmodule /g\nmodule /h\ntitle b\n");
    assert_int_equal(entry.diagnostics.count, 5);
    assert_diagnostic(0, 1, "title has no value; ignored");
    assert_diagnostic(1, 5, "initrd has no value; ignored");
    assert_diagnostic(2, 6, "options has no value; ignored");
    assert_diagnostic(3, 7, "linux was already set on line 4; this line overrides it");
    assert_diagnostic(4, 14, "title was already set on line 3; this line overrides it");
    assert_string_equal(entry.request.kernel.path, "/b");
    assert_string_equal(entry.request.title, "b");
    assert_int_equal(entry.request.initrds.count, 2);
    assert_int_equal(entry.request.modules.count, 2);
    assert_string_equal(entry.request.command_line, "e f");
}

/* What an entry starts, or why it cannot be started. */
static void one_thing_to_start(void **state)
{
    static const char many[] =
        "has more than one of \"linux\", \"efi\", \"uki\" and \"uki-url\"; keep only one of "
        "these lines";
    static const char nothing[] =
        "names nothing to start; it needs a line \"linux PATH\", \"pvh PATH\" or \"efi PATH\"";
    static const struct {
        const char *text, *kernel, *efi, *problem;
    } rows[] = {
        {"linux /l", "/l", "", NULL},
        {"pvh /p", "/p", "", NULL},
        {"efi /e", NULL, "/e", NULL},
        {"uki /u", NULL, "/u", NULL},
        {"linux /l\npvh /p", "/p", "", NULL},
        {"pvh /p\nlinux /l", "/p", "", NULL},
        {"efi /e\npvh /p", "/p", "", NULL},
        {"uki /u\nlinux /l\nefi /e\npvh /p", "/p", "", NULL},
        {"linux /l\nefi /e", NULL, "", many},
        {"efi /e\nlinux /l", NULL, "", many},
        {"efi /e\nuki /u", NULL, "", many},
        {"linux /l\nuki /u", NULL, "", many},
        {"", NULL, "", nothing},
        {"title x\noptions y\ninitrd z", NULL, "", nothing},
        {"uki-url http://x/y.efi", NULL, "http://x/y.efi", NULL},
        {"uki-url /y.efi", NULL, "", nothing},
        {"uki-url http://x/y.efi\nuki /u", NULL, "", many},
        {"uki-url http://x/y.efi\nefi /e", NULL, "", many},
        {"uki-url http://x/y.efi\nlinux /l", NULL, "", many},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        parse("x.conf", rows[i].text);
        if (rows[i].kernel)
            assert_string_equal(entry.request.kernel.path, rows[i].kernel);
        else
            assert_null(entry.request.kernel.path);
        if (*rows[i].efi)
            assert_string_equal(entry.efi.path, rows[i].efi);
        else
            assert_null(entry.efi.path);
        assert_int_equal(entry_is_bootable(&entry), rows[i].kernel || *rows[i].efi);
        assert_int_equal(entry.is_uki, *rows[i].efi && rows[i].text[0] == 'u');
        if (rows[i].problem)
            assert_string_equal(entry.problem, rows[i].problem);
        else
            assert_null(entry.problem);
    }
}

static void profiles_of_unified_kernels(void **state)
{
    (void)state;
    parse("x.conf", "uki /u.efi\nprofile 0\n");
    assert_int_equal(entry.diagnostics.count, 0);
    assert_int_equal(entry.profile, 0);
    parse("x.conf", "profile 12\nuki /u.efi\noptions a b\n");
    assert_int_equal(entry.diagnostics.count, 0);
    assert_int_equal(entry.profile, 12);
    assert_string_equal(entry.full_id, "x.conf");
    assert_string_equal(entry_load_options(&entry, NULL, &arena), "@12 a b");
    assert_string_equal(entry_load_options(&entry, "", &arena), "@12");
    arena_fail_after(0);
    assert_null(entry_load_options(&entry, NULL, &arena));
    arena_fail_after(NEVER);
    parse("x.conf", "efi /u.efi\nprofile 1\n"); /* not a unified kernel image */
    assert_int_equal(entry.profile, 0);
    parse("x.conf", "uki /u.efi\nprofile 255\n");
    assert_int_equal(entry.profile, 255);
    parse("x.conf", "uki /u.efi\nprofile 256\nprofile x\nprofile 1x\n");
    assert_int_equal(entry.profile, 0);
    assert_int_equal(entry.diagnostics.count, 3);
    assert_diagnostic(0, 2, "profile \"256\": not a number from 0 to 255; ignored");
}

static void an_efi_program_has_options(void **state)
{
    (void)state;
    parse("shell.conf", "title UEFI shell\nefi /shellx64.efi\noptions -nostartup\noptions x\n");
    assert_true(entry_is_bootable(&entry));
    assert_string_equal(entry.efi.path, "/shellx64.efi");
    assert_string_equal(entry.request.command_line, "-nostartup x");
}

static void only_our_processors(void **state)
{
    static const struct {
        const char *text, *problem;
    } rows[] = {
        {"linux /a\narchitecture x64", NULL},
        {"linux /a\narchitecture X64", NULL},
        {"linux /a\narchitecture IA32", NULL}, /* a PVH entry is 32-bit code in any case */
        {"linux /a\narchitecture", NULL},
        {"efi /a\narchitecture X64", NULL},
        {"linux /a\narchitecture aa64",
         "is for the architecture aa64; pvhboot starts x64 and ia32"},
        {"linux /a\narchitecture arm", "is for the architecture arm; pvhboot starts x64 and ia32"},
        {"linux /a\narchitecture x64x",
         "is for the architecture x64x; pvhboot starts x64 and ia32"},
        {"linux /a\narchitecture abcdefghijklmnopqrstuvwxyz", /* a long one is cut off */
         "is for the architecture abcdefghijklmnopqrst; pvhboot starts x64 and ia32"},
        {"architecture AA64", "is for the architecture AA64; pvhboot starts x64 and ia32"},
        {"efi /a\narchitecture ia32", "is for the architecture ia32; this firmware starts x64"},
        {"linux /a\narchitecture \x1b", "is for the architecture \xef\xbf\xbd; pvhboot starts x64 "
                                        "and ia32"},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        parse("x.conf", rows[i].text);
        assert_int_equal(entry_is_bootable(&entry), !rows[i].problem);
        if (rows[i].problem)
            assert_string_equal(entry.problem, rows[i].problem);
        else
            assert_null(entry.problem);
    }
}

static void a_title_can_be_shown(void **state)
{
    (void)state;
    parse("x.conf", "title \x1b[2J\xff \xc3\xa4\tb\nlinux /a");
    assert_string_equal(entry.request.title, "\xef\xbf\xbd[2J\xef\xbf\xbd \xc3\xa4\xef\xbf\xbd"
                                             "b");
    /* The kernel's command line is not changed. */
    parse("x.conf", "options \xff\tb\nlinux /a\xff");
    assert_string_equal(entry.request.command_line, "\xff\tb");
    assert_string_equal(entry.request.kernel.path, "/a\xff");
}

/* Written by Debian's kernel-install. */
static void an_entry_of_kernel_install(void **state)
{
    (void)state;
    parse(
        "0f1e2d3c4b5a69788796a5b4c3d2e1f0-6.1.0-50-amd64+3-0.conf",
        "# Boot Loader Specification type#1 entry\n"
        "# File created by a kernel-install plugin\n"
        "title      Debian GNU/Linux 12 (bookworm)\n"
        "version    6.1.0-50-amd64\n"
        "machine-id 0f1e2d3c4b5a69788796a5b4c3d2e1f0\n"
        "sort-key   debian\n"
        "options    root=/dev/sda2 ro systemd.machine_id=0f1e2d3c4b5a69788796a5b4c3d2e1f0\n"
        "linux      /0f1e2d3c4b5a69788796a5b4c3d2e1f0/6.1.0-50-amd64/linux\n"
        "initrd     /0f1e2d3c4b5a69788796a5b4c3d2e1f0/6.1.0-50-amd64/initrd.img-6.1.0-50-amd64\n");
    assert_int_equal(entry.diagnostics.count, 0);
    assert_null(entry.problem);
    assert_true(entry_is_bootable(&entry));
    assert_string_equal(entry.id, "0f1e2d3c4b5a69788796a5b4c3d2e1f0-6.1.0-50-amd64");
    assert_string_equal(entry.source.file_name,
                        "0f1e2d3c4b5a69788796a5b4c3d2e1f0-6.1.0-50-amd64+3-0.conf");
    assert_true(entry.count.counted);
    assert_int_equal(entry.count.left, 3);
    assert_int_equal(entry.count.done, 0);
    assert_int_equal(entry.request.initrds.count, 1);
}

/* The largest file allowed, as one line and as the most lines possible. */
static void files_of_a_megabyte(void **state)
{
    size_t length = TYPE1_MAX_SIZE;
    char *text = malloc(length);

    (void)state;
    memset(text, 'a', length);
    memcpy(text, "linux /a\noptions ", 17);
    assert_true(parse_bytes("x.conf", text, length));
    assert_int_equal(strlen(entry.request.command_line), length - 17);
    arena_release(&arena);
    memset(text + 9, '\n', length - 9);
    memcpy(text + length - 9, "version 7", 9);
    assert_true(parse_bytes("x.conf", text, length));
    assert_string_equal(entry.version, "7");
    free(text);
}

static void ids_have_no_counters(void **state)
{
    const char *const names[][2] = {
        {"debian.conf", "debian"},
        {"debian.CONF", "debian"},
        {"debian+2-1.conf", "debian"},
        {"debian+a.conf", "debian+a"},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(names); i++) {
        parse(names[i][0], "");
        assert_string_equal(entry.id, names[i][1]);
    }
}

static void out_of_memory_is_reported(void **state)
{
    const char text[] =
        "title t\nlinux /a\ninitrd /b\nmodule /c d\noptions e\noptions f\nversion 1\nbad\n"
        "architecture other\n";
    size_t n = 0;

    (void)state;
    for (bool done = false; !done; n++) {
        start(NULL);
        arena_fail_after(n);
        done = parse_bytes("x.conf", text, strlen(text));
        assert_int_equal(done, !arena_has_failed());
        stop(NULL);
    }
    assert_true(n > 10); /* at least an allocation for each key */
}

/* Memory is proportional to the size of the file: each line once, and all of them joined. */
static void many_lines_of_options(void **state)
{
    enum { LINES = 20000 };
    static char text[LINES * 10 + 1];
    size_t pieces = arena_pieces();

    (void)state;
    for (size_t i = 0; i < LINES; i++)
        memcpy(text + 10 * i, "options a\n", 10);
    parse("x.conf", text);
    assert_int_equal(strlen(entry.request.command_line), 2 * LINES - 1);
    assert_true(arena_pieces() - pieces < LINES + 10); /* not two for each line */
}

/* The kernel's parameters are kept together by quotes. */
static void initrds_among_the_options_are_remarked_on(void **state)
{
    static const struct {
        const char *text;
        unsigned line; /* of the diagnostic; 0 for none */
    } rows[] = {
        {"linux /k\noptions initrd=/x\n", 2},
        {"options quiet\noptions a initrd=\\x b\nlinux /k\noptions initrd=/y\n", 2},
        {"pvh /k\noptions a\tinitrd=/x\n", 2},
        {"linux /k\noptions rdinitrd=/x\n", 0},
        {"linux /k\noptions a=\"b initrd=/x\" c\n", 0},
        {"linux /k\noptions a=\"b c\" initrd=/x\n", 2},
        {"linux /k\noptions initrd\n", 0},
        {"efi /k\noptions initrd=/x\n", 0},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        parse("x.conf", rows[i].text);
        assert_int_equal(entry.diagnostics.count, rows[i].line > 0);
        if (rows[i].line)
            assert_int_equal(entry.diagnostics.items[0].line, rows[i].line);
        assert_int_equal(entry.request.initrds.count, 0);
    }
}

static void random_files_are_read_without_harm(void **state)
{
    static const char *const words[] = {
        "linux",        "pvh", "options", "module", "initrd", "title",        " ", "efi",
        "architecture", "\t",  "\n",      "\r\n",   "#",      "\xef\xbb\xbf", "+", "x"};

    (void)state;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        struct random random = random_start(seed);
        char text[RANDOM_TEXT_SIZE];
        size_t length = random_text(&random, words, ELEMENTS(words), text);

        check(parse_bytes("x.conf", text, length));
        check(!entry.request.kernel.path || *entry.request.kernel.path);
        for (size_t i = 0; i < entry.request.modules.count; i++)
            check(*entry.request.modules.items[i].path);
        arena_release(&arena);
    }
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(variables_of_grub),
        test(variables_begin_with_letters),
        test(a_full_entry),
        test(files_with_a_command_line),
        test(permission_to_overwrite_nvs),
        test(files_are_on_the_entrys_volume),
        test(an_empty_file_is_no_boot),
        test(line_ends_and_white_space),
        test(bytes_that_do_not_belong_in_a_text),
        test(white_space_in_quotes),
        test(diagnostics_are_in_the_order_of_lines),
        test(diagnostics_that_are_too_many),
        test(other_loaders_keys_are_ignored),
        test(extras),
        test(utf16_is_read_and_said),
        test(lines_that_say_nothing_or_twice),
        test(one_thing_to_start),
        test(profiles_of_unified_kernels),
        test(an_efi_program_has_options),
        test(only_our_processors),
        test(a_title_can_be_shown),
        test(an_entry_of_kernel_install),
        test(files_of_a_megabyte),
        test(ids_have_no_counters),
        test(out_of_memory_is_reported),
        test(many_lines_of_options),
        test(initrds_among_the_options_are_remarked_on),
        test(random_files_are_read_without_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
