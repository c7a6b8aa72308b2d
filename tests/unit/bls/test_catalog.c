/* SPDX-License-Identifier: BSD-2-Clause */
/* The catalog of a volume made of strings, and of one where every operation fails in turn. */
#include "tests/lib/pe_file.h"
#include "tests/lib/support.h"

#include "common/bls/catalog.h"

#include <string.h>

#define CONFIG  "\\loader\\loader.conf"
#define ENTRIES "\\loader\\entries"
#define IMAGES  "\\EFI\\Linux"

#define MAX_FILES 16
#define NO_LIMIT  SIZE_MAX

struct fake_file {
    const char *path, *text; /* NULL: listed, but missing */
};

struct fake_volume {
    struct catalog_reader reader; /* first, so that it can be cast back */
    const struct fake_file *files;
    size_t file_count;
    bool no_directory;
    const char *directory;        /* the one that is open */
    const struct pe_file *images; /* of files whose text is their index */
    struct test_source image;
    bool image_is_open;
    size_t listed;   /* how far the directory has been read */
    bool is_open;    /* the directory */
    size_t names;    /* how many names are listed before it fails */
    bool breaks_off; /* fails as damaged; else without memory */
    const char *unreadable, *unopenable;
    const char *reads[MAX_FILES];
    uint64_t limits[MAX_FILES];
    size_t read_count, report_count, lookups;
    enum error_code reported;
};

static struct arena arena;
static struct catalog catalog;
static struct error error;
static struct fake_volume volume;

static struct fake_volume *volume_of(struct catalog_reader *reader)
{
    return (struct fake_volume *)reader;
}

static bool open_directory(struct catalog_reader *reader, const char *path, bool *ret_found,
                           struct error *ret_error)
{
    struct fake_volume *fake = volume_of(reader);

    assert_true(strcmp(path, ENTRIES) == 0 || strcmp(path, IMAGES) == 0);
    assert_false(fake->is_open);
    fake->directory = path;
    fake->listed = 0;
    *ret_found = false;
    if (fake->unopenable && strcmp(path, fake->unopenable) == 0)
        return error_set(ret_error, ERROR_READ, 7);
    *ret_found = fake->is_open = !fake->no_directory;
    return true;
}

static bool next_name(struct catalog_reader *reader, struct arena *names, const char **ret_name,
                      struct error *ret_error)
{
    struct fake_volume *fake = volume_of(reader);
    size_t length = strlen(fake->directory);

    assert_true(fake->is_open);
    *ret_name = NULL;
    while (fake->listed < fake->file_count) {
        const char *path = fake->files[fake->listed++].path;

        if (strncmp(path, fake->directory, length) != 0 || path[length] != '\\')
            continue;
        if (fake->names-- == 0)
            return error_set(ret_error, fake->breaks_off ? ERROR_READ : ERROR_OUT_OF_MEMORY);
        *ret_name = arena_strndup(names, path + length + 1, strlen(path + length + 1));
        return *ret_name || error_set(ret_error, ERROR_OUT_OF_MEMORY);
    }
    return true;
}

static void close_directory(struct catalog_reader *reader)
{
    assert_true(volume_of(reader)->is_open);
    volume_of(reader)->is_open = false;
}

static bool read_file(struct catalog_reader *reader, struct catalog_file *file, struct arena *texts,
                      struct error *ret_error)
{
    struct fake_volume *fake = volume_of(reader);

    (void)texts;
    assert_true(fake->read_count < MAX_FILES);
    fake->limits[fake->read_count] = file->limit;
    fake->reads[fake->read_count++] = file->path;
    assert_null(file->text);
    if (fake->unreadable && strcmp(file->path, fake->unreadable) == 0)
        return error_set(ret_error, ERROR_READ, 5);
    for (size_t i = 0; i < fake->file_count; i++) {
        if (strcmp(fake->files[i].path, file->path) != 0 || !fake->files[i].text)
            continue;
        file->length = strlen(fake->files[i].text);
        file->text = fake->files[i].text;
        return true;
    }
    return file->optional || error_set(ret_error, ERROR_READ, 6);
}

static bool open_file(struct catalog_reader *reader, const char *path,
                      struct byte_source **ret_source, struct error *ret_error)
{
    struct fake_volume *fake = volume_of(reader);

    assert_false(fake->image_is_open);
    for (size_t i = 0; i < fake->file_count; i++) {
        const struct pe_file *file;

        if (strcmp(fake->files[i].path, path) != 0)
            continue;
        file = &fake->images[fake->files[i].text[0] - '0'];
        source_open(&fake->image, file->bytes, file->size);
        fake->image.fail_at = fake->unreadable && strcmp(path, fake->unreadable) == 0 ? 2 : NEVER;
        fake->image_is_open = true;
        *ret_source = &fake->image.source;
        return true;
    }
    return error_set(ret_error, ERROR_READ, 6);
}

static void close_file(struct catalog_reader *reader)
{
    struct fake_volume *fake = volume_of(reader);

    assert_true(fake->image_is_open);
    fake->image_is_open = false;
    source_close(&fake->image);
}

static bool has_file(struct catalog_reader *reader, const char *path)
{
    const struct fake_volume *fake = volume_of(reader);

    volume_of(reader)->lookups++;
    for (size_t i = 0; i < fake->file_count; i++) {
        if (strcmp(fake->files[i].path, path) == 0)
            return true;
    }
    return false;
}

static void report(struct catalog_reader *reader, struct error *reported)
{
    volume_of(reader)->report_count++;
    volume_of(reader)->reported = reported->code;
}

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

static void use_files(const struct fake_file *files, size_t count)
{
    volume = (struct fake_volume){
        .reader = {(struct volume *)&volume, NULL, open_directory, next_name, close_directory,
                   read_file, open_file, close_file, has_file, report},
        .files = files,
        .file_count = count,
        .names = NO_LIMIT,
    };
    error = (struct error){.code = ERROR_NONE};
}

static bool read_catalog(void)
{
    bool read = catalog_read(&volume.reader, NULL, &arena, &catalog, &error);

    assert_false(volume.is_open || volume.image_is_open); /* whatever failed */
    assert_true(read || error.code != ERROR_NONE);
    return read;
}

/* The IDs in the menu's order. */
static void assert_ids(const char *expected)
{
    TEXT_ON_STACK(ids, 200);

    for (size_t i = 0; i < catalog.entries.count; i++)
        text_format(&ids, "%s%s", i ? " " : "", catalog.entries.items[i].id);
    assert_string_equal(ids.data, expected);
}

static const struct fake_file usual[] = {
    {ENTRIES "\\b.conf", "title B\nlinux /b\n"},
    {ENTRIES "\\notes.txt", "no entry"},
    {ENTRIES "\\.a.conf", "linux /hidden\n"},
    {ENTRIES "\\auto-windows.conf", "efi /w\n"},
    {CONFIG, "timeout 5\ndefault a*\n"},
    {ENTRIES "\\a+3.conf", "title B\nlinux /a\n"},
    {ENTRIES "\\c+0-3.CONF", "linux /c\ninitrd /a $x /b\noptions $y\n"},
};

static void a_usual_volume(void **state)
{
    struct default_selection selection = {.pattern = "none of the volume's"};

    (void)state;
    use_files(usual, ELEMENTS(usual));
    assert_true(read_catalog());
    assert_ids("b a c");
    assert_int_equal(catalog.config.timeout, 5);
    assert_int_equal(catalog.entries.unreadable, 0);
    assert_false(catalog.entries.no_directory);
    assert_string_equal(catalog.entries.items[0].label, "B (b)");
    assert_string_equal(catalog.entries.items[1].label, "B (a)");
    catalog_add_patterns(&catalog, &selection);
    assert_int_equal(catalog_choose_default(&catalog, &selection), 1);
    assert_string_equal(selection.pattern, "a*");
    selection.one_shot = "c";
    catalog_add_patterns(&catalog, &selection);
    assert_int_equal(catalog_choose_default(&catalog, &selection), 2);
    for (size_t i = 0; i < catalog.entries.count; i++) {
        assert_ptr_equal(catalog.entries.items[i].source.volume, &volume);
        assert_int_equal(catalog.entries.items[i].source.kind, ENTRY_TYPE1);
    }
    assert_int_equal(volume.report_count, 0);
}

/* A second volume has entries only, whose paths are on it; each reader reports its own faults. */
static void two_volumes(void **state)
{
    static const struct fake_file others[] = {
        {CONFIG, "default none-of-this\n"},
        {ENTRIES "\\d.conf", "title B\nlinux /b\n"},
        {ENTRIES "\\e.conf", "linux /e\n"},
    };
    struct fake_volume other;

    (void)state;
    use_files(others, ELEMENTS(others));
    other = volume;
    other.reader.volume = (struct volume *)&other;
    other.unreadable = ENTRIES "\\e.conf";
    use_files(usual, ELEMENTS(usual));
    volume.reader.other = &other.reader;
    assert_true(read_catalog());
    assert_ids("d b a c");
    assert_string_equal(catalog.config.default_pattern, "a*");
    assert_ptr_equal(catalog.entries.items[0].source.volume, &other);
    assert_ptr_equal(catalog.entries.items[0].request.kernel.volume, &other);
    assert_ptr_equal(catalog.entries.items[1].source.volume, &volume);
    assert_true(catalog.entries.items[0].source.is_other);
    assert_false(catalog.entries.items[1].source.is_other);
    assert_string_equal(catalog.entries.items[0].label, "B (d)");
    assert_int_equal(catalog.entries.unreadable, 1);
    assert_int_equal(volume.report_count, 0);
    assert_int_equal(other.report_count, 1);
    assert_int_equal(other.read_count, 2);
}

/* Without entries there, or where its directory cannot be opened: those of the first one remain. */
static void a_second_volume_without_entries(void **state)
{
    struct fake_volume other;

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        use_files(usual, 0);
        other = volume;
        other.no_directory = i % 2 == 0;
        other.unopenable = i % 2 ? ENTRIES : NULL;
        use_files(usual, i < 2 ? ELEMENTS(usual) : 0);
        volume.no_directory = i >= 2;
        volume.reader.other = &other.reader;
        assert_true(read_catalog());
        assert_ids(i < 2 ? "b a c" : "");
        assert_int_equal(catalog.entries.no_directory, i == 2);
        assert_int_equal(other.report_count, i % 2);
        arena_release(&arena);
    }
}

/* loader.conf is read first, and only entry files of the directory, each up to a megabyte. */
static void what_is_read(void **state)
{
    static const char *const reads[] = {CONFIG, ENTRIES "\\b.conf", ENTRIES "\\a+3.conf",
                                        ENTRIES "\\c+0-3.CONF"};

    (void)state;
    use_files(usual, ELEMENTS(usual));
    assert_true(read_catalog());
    assert_int_equal(volume.read_count, ELEMENTS(reads));
    for (size_t i = 0; i < ELEMENTS(reads); i++) {
        assert_string_equal(volume.reads[i], reads[i]);
        assert_int_equal(volume.limits[i], 1 * MIB);
    }
}

static void an_empty_volume(void **state)
{
    struct default_selection selection = {.saved = ""};

    (void)state;
    use_files(NULL, 0);
    assert_true(read_catalog());
    assert_false(catalog.entries.no_directory); /* it exists, but is empty */
    assert_int_equal(catalog.entries.count, 0);
    assert_int_equal(catalog.config.timeout, TIMEOUT_HIDDEN);
    assert_true(catalog.config.editor); /* the settings are the usual ones */
    catalog_add_patterns(&catalog, &selection);
    assert_int_equal(catalog_choose_default(&catalog, &selection), 0); /* none */
    use_files(NULL, 0);
    volume.no_directory = true;
    assert_true(read_catalog());
    assert_true(catalog.entries.no_directory);
    assert_int_equal(volume.report_count, 0);
}

static void a_file_that_cannot_be_read_is_left_out(void **state)
{
    (void)state;
    use_files(usual, ELEMENTS(usual));
    volume.unreadable = ENTRIES "\\a+3.conf";
    assert_true(read_catalog());
    assert_ids("b c");
    assert_int_equal(catalog.entries.unreadable, 1);
    assert_int_equal(volume.report_count, 1);
    assert_int_equal(volume.reported, ERROR_READ);
    assert_int_equal(catalog.entries.unread.code, ERROR_READ);
    assert_string_equal(catalog.entries.items[0].label, "B"); /* no other entry has the title now */
    use_files(usual, ELEMENTS(usual));
    volume.unreadable = CONFIG;
    assert_true(read_catalog());
    assert_ids("b a c");
    assert_int_equal(catalog.config.timeout, TIMEOUT_HIDDEN);
    assert_int_equal(catalog.entries.unreadable, 0);
    assert_int_equal(catalog.entries.unread.code, ERROR_NONE); /* no entry is missing for it */
    assert_int_equal(volume.report_count, 1);
}

static void a_damaged_directory(void **state)
{
    (void)state;
    for (size_t names = 0; names < 6; names++) {
        use_files(usual, ELEMENTS(usual));
        volume.names = names;
        volume.breaks_off = true;
        assert_true(read_catalog());
        assert_ids(names == 0 ? "" : names < 5 ? "b" : "b a");
        assert_int_equal(volume.report_count, 1);
        assert_int_equal(volume.reported, ERROR_READ);
        assert_int_equal(catalog.entries.unread.code, ERROR_READ);
        assert_false(catalog.entries.no_directory);
    }
}

static void a_directory_that_cannot_be_opened(void **state)
{
    (void)state;
    use_files(usual, ELEMENTS(usual));
    volume.unopenable = ENTRIES;
    assert_true(read_catalog());
    assert_ids("");
    assert_false(catalog.entries.no_directory);
    assert_int_equal(volume.report_count, 1);
    assert_int_equal(volume.reported, ERROR_READ);
    assert_int_equal(catalog.entries.unread.code, ERROR_READ);
}

/* Out of memory while listing: reading ends. */
static void no_memory_in_the_directory(void **state)
{
    (void)state;
    use_files(usual, ELEMENTS(usual));
    volume.names = 2;
    assert_false(read_catalog());
    assert_error(&error, ERROR_OUT_OF_MEMORY, 0);
}

static void a_file_that_is_gone(void **state)
{
    static const struct fake_file files[] = {
        {ENTRIES "\\a.conf", NULL},
        {ENTRIES "\\b.conf", "linux /b\n"},
    };

    (void)state;
    use_files(files, ELEMENTS(files));
    assert_true(read_catalog());
    assert_ids("b");
    assert_int_equal(catalog.entries.unreadable, 1);
    assert_int_equal(volume.report_count, 1);
}

static struct pe_file make_image(const char *os_release)
{
    struct pe_file file;

    pe_file_start(&file);
    (void)pe_file_add_text(&file, ".text", "code");
    if (os_release)
        (void)pe_file_add_text(&file, ".osrel", os_release);
    return file;
}

static void use_images(const struct fake_file *files, size_t count, const struct pe_file *images)
{
    use_files(files, count);
    volume.images = images;
}

static void assert_images(const char *ids, size_t unreadable, size_t reports,
                          enum error_code reported)
{
    assert_true(read_catalog());
    assert_ids(ids);
    assert_int_equal(catalog.entries.unreadable, unreadable);
    assert_int_equal(volume.report_count, reports);
    assert_int_equal(volume.reported, reported);
    assert_int_equal(catalog.entries.unread.code,
                     unreadable || volume.unopenable ? reported : ERROR_NONE);
}

/* Sorted with the entry files; what is no entry is told, and what is damaged is counted. */
static void unified_kernel_images(void **state)
{
    static const struct fake_file files[] = {
        {IMAGES "\\b+3.EFI", "0"},
        {IMAGES "\\b.txt", NULL},
        {IMAGES "\\auto-b.efi", NULL},
        {IMAGES "\\.b.efi", NULL},
        {ENTRIES "\\a.conf", "sort-key a\nlinux /a\n"},
        {ENTRIES "\\c.conf", "sort-key c\nlinux /c\n"},
        {IMAGES "\\other.efi", "1"},
        {ENTRIES "\\b.efi", NULL},
        {IMAGES "\\c.conf", NULL},
    };
    struct pe_file images[] = {make_image("ID=b\n"), make_image(NULL)};

    (void)state;
    use_images(files, ELEMENTS(files), images);
    assert_images("a b c", 0, 1, ERROR_NO_OS_RELEASE);
    assert_int_equal(catalog.entries.items[1].source.kind, ENTRY_TYPE2);
    assert_string_equal(catalog.entries.items[1].efi.path, IMAGES "\\b+3.EFI");
    assert_int_equal(catalog.entries.items[1].count.left, 3);
    use_images(files, 1, images);
    volume.unreadable = files[0].path;
    assert_images("", 1, 1, ERROR_READ);
    use_images(files, 1, images);
    volume.unopenable = IMAGES;
    assert_images("", 0, 1, ERROR_READ);
    put_number(pe_file_header(&images[1]), 1, 'x');
    use_images(files, ELEMENTS(files), images);
    assert_images("a b c", 0, 1, ERROR_NO_PROGRAM);
    put_number(pe_file_header(&images[1]), 1, 'P');
    put_number(pe_file_row(&images[1], 0) + 20, 4, 0xffffff);
    use_images(files, ELEMENTS(files), images);
    assert_images("a b c", 1, 1, ERROR_PE_SECTION_OUTSIDE);
    use_images(files, ELEMENTS(files), images);
    volume.unopenable = ENTRIES;
    assert_true(read_catalog());
    assert_int_equal(volume.report_count, 2);
    assert_int_equal(volume.reported, ERROR_PE_SECTION_OUTSIDE);
    assert_int_equal(catalog.entries.unread.code, ERROR_READ); /* the first */
    pe_file_free(&images[0]);
    pe_file_free(&images[1]);
}

/* The initrds of an entry with these lines, separated by |. */
static void assert_initrds(const char *lines, const char *expected)
{
    const struct fake_file files[] = {
        {ENTRIES "\\a.conf", lines},
        {"/a", ""},
        {"/b", ""},
        {"/c d", ""},
        {"/$odd", ""},
        {"$x y", ""},
    };
    TEXT_ON_STACK(paths, 200);
    const struct boot_files *initrds;

    use_files(files, ELEMENTS(files));
    assert_true(read_catalog());
    initrds = &catalog.entries.items[0].request.initrds;
    for (size_t i = 0; i < initrds->count; i++) {
        text_format(&paths, "%s%s", i ? "|" : "", initrds->items[i].path);
        assert_ptr_equal(initrds->items[i].volume, &volume);
        assert_string_equal(initrds->items[i].command, "");
    }
    assert_string_equal(paths.data, expected);
}

static void assert_remark(size_t index, unsigned line, const char *text)
{
    const struct diagnostics *diagnostics = &catalog.entries.items[0].diagnostics;

    assert_true(index < diagnostics->count);
    assert_int_equal(diagnostics->items[index].line, line);
    assert_string_equal(diagnostics->items[index].text, text);
}

static void a_list_of_initrds(void **state)
{
    (void)state;
    assert_initrds("linux /k\ninitrd /a\ninitrd /b\n", "/a|/b");
    assert_int_equal(volume.lookups, 0); /* nothing is in doubt */
    assert_initrds("linux /k\ninitrd /a /b\n", "/a|/b");
    assert_initrds("linux /k\ninitrd /a \t /b  /a\ninitrd /b\n", "/a|/b|/a|/b");
    assert_int_equal(catalog.entries.items[0].request.initrds.items[2].line, 2);
    assert_int_equal(catalog.entries.items[0].request.initrds.items[3].line, 3);
    assert_initrds("linux /k\ninitrd \"/b /a\"\n", "/b|/a");
    assert_initrds("linux /k\ninitrd /c d\n", "/c d");         /* a file */
    assert_initrds("linux /k\ninitrd /a /gone\n", "/a|/gone"); /* the message names /gone */
    assert_initrds("linux /k\ninitrd /gone /a\n", "/gone|/a");
    assert_initrds("linux /k\ninitrd /e f\n", "/e f");
    assert_initrds("linux /k\ninitrd /b\ninitrd /e f\n", "/b|/e f");
    assert_int_equal(catalog.entries.items[0].diagnostics.count, 0);
}

static void variables_of_grub_in_initrds(void **state)
{
    (void)state;
    assert_initrds("linux /k\ninitrd /a $tuned_initrd\n", "/a");
    assert_int_equal(catalog.entries.items[0].diagnostics.count, 1);
    assert_remark(0, 2, "initrd: \"$tuned_initrd\" is a variable of GRUB and is left out");
    assert_initrds("linux /k\n\ninitrd ${early} /a $b /b $c\n", "/a|/b");
    assert_remark(0, 3, "initrd: \"${early}\" is a variable of GRUB and is left out");
    assert_remark(2, 3, "initrd: \"$c\" is a variable of GRUB and is left out");
    assert_initrds("linux /k\ninitrd /a "
                   "$abcdefghijklmnopqrstuvwxyz_0123456789_abcdefghijklmnopqrstuvwxyz\n",
                   "/a");
    assert_remark(0, 2,
                  "initrd: \"$abcdefghijklmnopqrstuvwxyz_0123456789_abcdefghijklmnopqrstu\" is a "
                  "variable of GRUB and is left out");
    assert_initrds("linux /k\ninitrd $a\ninitrd /b\n", "/b");
    assert_initrds("linux /k\ninitrd $a $b\n", "");
    assert_initrds("linux /k\ninitrd /c d $e\n", "/c d");
    assert_initrds("linux /k\ninitrd /gone $e\n", "/gone");
    assert_initrds("linux /k\ninitrd $x y\n", "$x y"); /* a file */
    assert_initrds("linux /k\ninitrd /$odd\n", "/$odd");
    assert_initrds("linux /k\ninitrd $1 $ /a $b\n", "$1|$|/a");
    assert_initrds(
        "linux /k\ninitrd $a34567890123456789012345678901234567890123456789012345678901\n", "");
    assert_remark(0, 2,
                  "initrd: \"$a3456789012345678901234567890123456789012345678901234567890\""
                  " is a variable of GRUB and is left out");
}

/* What a virtual machine is given is among those of files; the kernels are on the volume. */
static void entries_from_smbios(void **state)
{
    static struct smbios_entry given[] = {
        {"s.conf", "sort-key a\nlinux /s\n"},
        {"s.efi", "linux /no\n"},
        {"t+3.conf", "sort-key b\nlinux /t\n"},
    };
    const struct smbios_settings settings = {.entries = given, .entry_count = ELEMENTS(given)};

    (void)state;
    use_files(usual, ELEMENTS(usual));
    assert_true(catalog_read(&volume.reader, &settings, &arena, &catalog, &error));
    assert_ids("s t b a c");
    for (size_t i = 0; i < 2; i++) {
        const struct boot_entry *entry = &catalog.entries.items[i];

        assert_int_equal(entry->source.kind, ENTRY_SMBIOS);
        assert_ptr_equal(entry->source.volume, &volume);
        assert_false(entry->source.is_other);
        assert_ptr_equal(entry->request.kernel.volume, &volume);
        assert_false(entry->count.counted); /* there is no file to be renamed */
    }
    assert_int_equal(volume.report_count, 0);
}

/* Every allocation fails in turn: that is never said of a file or directory, but ends it all. */
static void out_of_memory_is_reported(void **state)
{
    static const struct fake_file files[] = {
        {ENTRIES "\\c+0-3.CONF", "linux /c\ninitrd /a $x /b\noptions $y\n"},
        {CONFIG, "timeout 5\ndefault a*\n"},
        {ENTRIES "\\a+3.conf", "title B\nlinux /a\n"},
        {IMAGES "\\b.efi", "0"},
        {ENTRIES "\\b.conf", "title B\nlinux /b\n"},
    };
    struct pe_file image = make_image("ID=b\nPRETTY_NAME=B\n");
    bool done = false;
    size_t n = 0;

    (void)state;
    for (; !done; n++) {
        start(NULL);
        use_images(files, ELEMENTS(files), &image);
        arena_fail_after(n);
        done = read_catalog();
        assert_int_equal(volume.report_count, 0);
        assert_int_equal(error.code, done ? ERROR_NONE : ERROR_OUT_OF_MEMORY);
        if (done)
            assert_int_equal(catalog.entries.count, 4);
        stop(NULL);
    }
    assert_true(n > 30);
    pe_file_free(&image);
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_usual_volume),
        test(two_volumes),
        test(a_second_volume_without_entries),
        test(what_is_read),
        test(an_empty_volume),
        test(a_file_that_cannot_be_read_is_left_out),
        test(a_damaged_directory),
        test(a_directory_that_cannot_be_opened),
        test(no_memory_in_the_directory),
        test(a_file_that_is_gone),
        test(unified_kernel_images),
        test(a_list_of_initrds),
        test(variables_of_grub_in_initrds),
        test(entries_from_smbios),
        test(out_of_memory_is_reported),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
