/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/options/options.h"

#include "common/base/nearest.h"
#include "common/base/units.h"
#include "common/options/words.h"

#include <string.h>

const char options_help[] =
    "pvhboot.efi [OPTION]... [KERNEL [COMMAND LINE...]]\n"
    "  --initrd PATH         load an initrd; several become one module, in order\n"
    "  --module \"PATH ARGS\"  load a module with its command line; may be repeated\n"
    "  --entry ID            boot this entry of \\loader\\entries, without a menu\n"
    "  --dry-run             load everything, print what the kernel gets, return\n"
    "  --verbose             print timings and what is loaded where\n"
    "  --overwrite-acpi-nvs  let a kernel with a fixed address overwrite ACPI NVS;\n"
    "                        the machine must not sleep (S3) then\n"
    "  --no-overlay          do not add the screen and the log to the ACPI tables\n"
    "  --pass-framebuffer    put framebuffer=... in front of the command line\n"
    "  --help, --version     print this, or the version\n"
    "Everything after KERNEL is its command line. Paths start at the root of the\n"
    "volume pvhboot was started from. Without KERNEL, \\loader\\loader.conf selects\n"
    "one of the entries \\loader\\entries\\*.conf and controls the menu.\n";

/*
 * The value of `--name VALUE` or `--name=VALUE`; NULL with a message if it is missing. A word that
 * starts with -- is an option, or the end of them, and no value: --initrd -- KERNEL lacks one.
 */
static const char *option_value(struct word_reader *reader, const char *word, const char *name,
                                struct text *error)
{
    const char *value = word + strlen(name);
    bool separate = *value != '=';

    value = separate ? next_word(reader) : value + 1;
    if (reader->failed) {
        text_append(error, "out of memory while reading the options");
        return NULL;
    }
    if (!value || !*skip_spaces(value) || (separate && strncmp(value, "--", 2) == 0)) {
        text_format(error, "option %s needs a value; see --help", name);
        return NULL;
    }
    return value;
}

static bool option_is(const char *word, const char *name)
{
    size_t length = strlen(name);

    return strncmp(word, name, length) == 0 && (word[length] == '\0' || word[length] == '=');
}

/*
 * systemd-boot passes the initrds of a `linux` entry as initrd=PATH before its options. After
 * KERNEL, the word belongs to the kernel's command line.
 */
static bool is_stub_initrd(const char *word)
{
    return strncmp(word, "initrd=", strlen("initrd=")) == 0;
}

/* They need a value: the name of a file or of an entry. */
static const char *const naming[] = {"--initrd", "--module", "--entry"};

const char *options_find_naming(const char *word)
{
    for (size_t i = 0; i < ELEMENTS(naming); i++) {
        if (option_is(word, naming[i]))
            return naming[i];
    }
    return NULL;
}

struct flag {
    const char *name;
    size_t offset; /* of its bool in struct options */
};

static const struct flag flags[] = {
    {"--help", offsetof(struct options, help)},
    {"--version", offsetof(struct options, version)},
    {"--verbose", offsetof(struct options, verbose)},
    {"--dry-run", offsetof(struct options, dry_run)},
    {"--overwrite-acpi-nvs", offsetof(struct options, overwrite_acpi_nvs)},
    {"--no-overlay", offsetof(struct options, request.no_overlay)},
    {"--pass-framebuffer", offsetof(struct options, request.pass_framebuffer)},
};

bool options_take_flag(struct options *options, const char *word)
{
    for (size_t i = 0; i < ELEMENTS(flags); i++) {
        if (strcmp(word, flags[i].name) == 0) {
            *(bool *)((char *)options + flags[i].offset) = true;
            return true;
        }
    }
    return false;
}

/* Appends a word as it was typed: maybe long, with line ends or invalid UTF-8. */
static void append_word(struct text *text, const char *word)
{
    TEXT_ON_STACK(shown, NAME_SHOWN + 1);

    text_append_short(&shown, word, NAME_SHOWN);
    text_append_clean(text, shown.data);
}

/* Always false. */
static bool refuse_option(const char *word, struct text *error)
{
    const char *value = strchr(word, '=');
    size_t length = value ? (size_t)(value - word) : strlen(word);
    struct nearest nearest = {.word = NULL};

    for (size_t i = 0; i < ELEMENTS(flags); i++)
        nearest_consider(&nearest, word, length, flags[i].name);
    for (size_t i = 0; i < ELEMENTS(naming); i++)
        nearest_consider(&nearest, word, length, naming[i]);
    text_append(error, "unknown option ");
    append_word(error, word);
    if (nearest.word)
        text_format(error, " (did you mean %s?)", nearest.word);
    text_append(error, "; see --help");
    return false;
}

static bool take_option(struct word_reader *reader, struct options *options, const char *word,
                        struct text *error)
{
    struct boot_request *request = &options->request;
    const char *initrd = is_stub_initrd(word) ? "initrd" : "--initrd";
    const char *value;
    bool added = true;

    if (options_take_flag(options, word))
        return true;
    if (option_is(word, initrd)) {
        value = option_value(reader, word, initrd, error);
        added = value && boot_files_add(&request->initrds, reader->arena, NULL, value, "");
    } else if (option_is(word, "--module")) {
        value = option_value(reader, word, "--module", error);
        added =
            value && boot_files_add_with_arguments(&request->modules, reader->arena, NULL, value);
    } else if (option_is(word, "--entry")) {
        value = options->entry = option_value(reader, word, "--entry", error);
    } else {
        return refuse_option(word, error);
    }
    if (value && !added)
        text_append(error, "out of memory while reading the options");
    return value && added;
}

static bool check_options(const struct options *options, struct text *error)
{
    const struct boot_request *request = &options->request;

    if (request->kernel.path && !*request->kernel.path) {
        text_append(error, "the kernel's path is empty; see --help");
        return false;
    }
    if (!request->kernel.path && (request->initrds.count || request->modules.count)) {
        text_append(error, "--initrd and --module need a KERNEL after the options; entries name "
                           "their own");
        return false;
    }
    if (request->kernel.path && options->entry) {
        text_append(error, "both the kernel ");
        append_word(error, request->kernel.path);
        text_append(error, " and --entry ");
        append_word(error, options->entry);
        text_append(error, " were given; leave one out");
        return false;
    }
    return true;
}

/* Reads the options and the kernel's path; the words after it stay unread. */
static bool take_options(struct word_reader *reader, struct options *ret_options,
                         struct text *error)
{
    const char *word;
    bool first = true;

    *ret_options = (struct options){.request = {.command_line = ""}};
    while ((word = next_word(reader))) {
        if (strcmp(word, "--") == 0) {
            ret_options->request.kernel.path = next_word(reader);
            break;
        }
        if (word[0] != '-' && !is_stub_initrd(word)) {
            ret_options->request.kernel.path = word;
            ret_options->starts_with_kernel = first;
            break;
        }
        first = false;
        if (!take_option(reader, ret_options, word, error))
            return false;
    }
    if (reader->failed) {
        text_append(error, "out of memory while reading the options");
        return false;
    }
    return check_options(ret_options, error);
}

const char *options_strip_line_end(struct arena *arena, const char *text)
{
    size_t length = strlen(text);

    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        length--;
    return arena_strndup(arena, text, length);
}

bool options_parse_line(const char *line, struct arena *arena, struct options *ret_options,
                        struct text *error)
{
    struct word_reader reader = {.arena = arena, .position = line};
    const char *command_line;

    if (!take_options(&reader, ret_options, error))
        return false;
    if (!ret_options->request.kernel.path)
        return true;
    command_line = options_strip_line_end(arena, skip_spaces(reader.position));
    if (!command_line) {
        text_append(error, "out of memory while reading the options");
        return false;
    }
    ret_options->request.command_line = command_line;
    return true;
}

static size_t count_words(const char *line)
{
    size_t count = 0;

    for (line = skip_spaces(line); *line; line = skip_spaces(find_word_end(line)))
        count++;
    return count;
}

static bool same_words(struct arena *arena, const char *line, const char *const *words,
                       size_t count)
{
    struct word_reader reader = {.arena = arena, .position = line};

    for (size_t i = 0; i < count; i++) {
        const char *word = next_word(&reader);

        if (!word || strcmp(word, words[i]) != 0)
            return false;
    }
    return true;
}

/* Returns the tail of `line` that splits into exactly these words; NULL if there is none. */
static const char *find_typed(struct arena *arena, const char *line, const char *const *words,
                              size_t count)
{
    size_t total = count_words(line);

    if (total < count)
        return NULL;
    for (line = skip_spaces(line); total > count; total--)
        line = skip_spaces(find_word_end(line));
    return same_words(arena, line, words, count) ? line : NULL;
}

static bool needs_quotes(const char *word)
{
    if (!*word)
        return true;
    for (; *word; word++) {
        if (is_space(*word))
            return true;
    }
    return false;
}

static size_t joined_size(const char *const *words, size_t count)
{
    size_t size = 1;

    for (size_t i = 0; i < count; i++)
        size += strlen(words[i]) + 3; /* a space and two quotes */
    return size;
}

/* Joins the words with single spaces and quotes those with white space. */
static const char *join_words(struct arena *arena, const char *const *words, size_t count)
{
    size_t size = joined_size(words, count);
    struct text text = {arena_alloc(arena, size, 1), size, 0};

    if (!text.data)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        const char *quote = needs_quotes(words[i]) ? "\"" : "";

        text_format(&text, "%s%s%s%s", i ? " " : "", quote, words[i], quote);
    }
    return text.data;
}

bool options_parse_words(const char *const *words, size_t count, const char *line,
                         struct arena *arena, struct options *ret_options, struct text *error)
{
    struct word_reader reader = {.arena = arena, .words = words, .left = count};
    const char *typed = NULL;

    if (!take_options(&reader, ret_options, error))
        return false;
    if (!ret_options->request.kernel.path || reader.left == 0)
        return true;
    if (line)
        typed = find_typed(arena, line, reader.words, reader.left);
    typed =
        typed ? options_strip_line_end(arena, typed) : join_words(arena, reader.words, reader.left);
    if (!typed) {
        text_append(error, "out of memory while reading the options");
        return false;
    }
    ret_options->request.command_line = typed;
    return true;
}

/* Compares a file's base name of `length` bytes with a name; either may lack ".efi". */
static bool is_named(const char *word, size_t length, const char *name)
{
    static const char suffix[] = ".efi";
    size_t name_length = strlen(name);
    size_t suffix_length = sizeof(suffix) - 1;

    if (text_ends_with_ignoring_case(name, suffix))
        name_length -= suffix_length;
    if (length != name_length && length != name_length + suffix_length)
        return false;
    for (size_t i = 0; i < length; i++) {
        char wanted = i < name_length ? name[i] : suffix[i - name_length];

        if (to_lower(word[i]) != to_lower(wanted))
            return false;
    }
    return true;
}

const char *options_skip_own_name(const char *line, const char *own_name)
{
    /* Names used by installers. Not pvhboot*.efi, which could match a kernel. */
    static const char *const names[] = {"pvhboot.efi", "pvhbootx64.efi", "bootx64.efi"};
    const char *start = skip_spaces(line);
    const char *end = find_word_end(start);
    const char *base = start;
    const char *stop = end;

    if (end - start >= 2 && *start == '"' && end[-1] == '"')
        stop--;
    for (const char *at = start; at < stop; at++) {
        if (*at == '/' || *at == '\\' || *at == '"')
            base = at + 1;
    }
    if (own_name && *own_name && is_named(base, (size_t)(stop - base), own_name))
        return skip_spaces(end);
    for (size_t i = 0; i < ELEMENTS(names); i++) {
        if (is_named(base, (size_t)(stop - base), names[i]))
            return skip_spaces(end);
    }
    return line;
}
