/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/type1.h"

#include "common/base/architecture.h"
#include "common/base/decimal.h"
#include "common/base/overflow.h"
#include "common/base/path.h"
#include "common/base/text.h"
#include "common/bls/config_parser.h"
#include "common/bls/grub_variable.h"
#include "common/uki/companion.h"

#include <assert.h>
#include <string.h>

/* In a message. UEFI's names of architectures are shorter. */
#define ARCHITECTURE_SHOWN 20
#define VARIABLE_SHOWN     60

/* As in systemd-boot. */
#define PROFILE_MAX 255

/* An entry being parsed: what it starts is decided after all lines are known. */
struct draft {
    struct boot_entry entry;
    const char *title, *pvh, *linux_kernel, *efi, *uki, *uki_url;
    struct text options;  /* no data before the first line with options */
    unsigned profile;     /* of `uki` */
    unsigned stub_initrd; /* the line of options with initrd=PATH; 0 for none */
};

/* True if there is a parameter initrd=PATH. Quotes keep parameters together, as in the kernel. */
static bool has_stub_initrd(const char *options)
{
    static const char name[] = "initrd=";
    bool quoted = false;

    for (const char *at = options; *at; at++) {
        if (!quoted && (at == options || is_space(at[-1])) && strncmp(at, name, strlen(name)) == 0)
            return true;
        quoted ^= *at == '"';
    }
    return false;
}

/*
 * GRUB replaces variables in the values of entries; Fedora's have $tuned_params in their options.
 * False when out of memory.
 */
static bool warn_of_variable(struct config_parser *parser, const struct config_key *key,
                             const char *value)
{
    size_t length;
    const char *variable = find_grub_variable(value, &length);

    return !variable || diagnostic_add(parser->diagnostics, parser->arena, parser->line,
                                       "%s: \"%.*s\" is a variable of GRUB, which is not replaced; "
                                       "write its value instead",
                                       key->name, (int)min_u64(length, VARIABLE_SHOWN), variable);
}

/* Takes a path, or a list of paths and arguments, that GRUB would replace variables in. */
static enum config_result take_path(struct config_parser *parser, const struct config_key *key,
                                    const char *value)
{
    if (config_take_string(parser, key, value) != CONFIG_TAKEN ||
        !warn_of_variable(parser, key, value))
        return CONFIG_NO_MEMORY;
    return CONFIG_TAKEN;
}

/*
 * Joins the options of several lines with spaces. Together they are not longer than the file, so
 * the first line allocates a buffer for all.
 */
static enum config_result add_options(struct config_parser *parser, const struct config_key *key,
                                      const char *value)
{
    struct draft *draft = parser->target;
    struct text *options = &draft->options;

    if (!options->data) {
        options->data = arena_alloc(parser->arena, options->size, 1);
        if (!options->data)
            return CONFIG_NO_MEMORY;
        draft->entry.request.command_line = options->data;
    }
    if (draft->stub_initrd == 0 && has_stub_initrd(value))
        draft->stub_initrd = parser->line;
    text_format(options, "%s%s", options->length ? " " : "", value);
    return warn_of_variable(parser, key, value) ? CONFIG_TAKEN : CONFIG_NO_MEMORY;
}

static enum config_result add_initrd(struct config_parser *parser, const struct config_key *key,
                                     const char *value)
{
    struct draft *draft = parser->target;
    struct boot_files *initrds = &draft->entry.request.initrds;

    (void)key;
    if (!boot_files_add(initrds, parser->arena, draft->entry.source.volume, value, ""))
        return CONFIG_NO_MEMORY;
    initrds->items[initrds->count - 1].line = parser->line;
    return CONFIG_TAKEN;
}

static enum config_result add_module(struct config_parser *parser, const struct config_key *key,
                                     const char *value)
{
    struct draft *draft = parser->target;
    struct boot_files *modules = &draft->entry.request.modules;

    return boot_files_add_with_arguments(modules, parser->arena, draft->entry.source.volume,
                                         value) &&
                   warn_of_variable(parser, key, value)
               ? CONFIG_TAKEN
               : CONFIG_NO_MEMORY;
}

/* Credentials and extensions. Their kind is in their names, and other files have no place there. */
static enum config_result add_extra(struct config_parser *parser, const struct config_key *key,
                                    const char *value)
{
    struct draft *draft = parser->target;
    enum companion_kind kind = companion_kind_of(path_base_name(value));
    struct boot_files *extras = &draft->entry.request.extras;

    (void)key;
    if (kind == COMPANION_NONE || kind == COMPANION_ADDON)
        return diagnostic_add(parser->diagnostics, parser->arena, parser->line,
                              "extra: the file's name has to end in .cred, .sysext.raw or "
                              ".confext.raw; it is ignored")
                   ? CONFIG_TAKEN
                   : CONFIG_NO_MEMORY;
    return boot_files_add(extras, parser->arena, draft->entry.source.volume, value, "")
               ? CONFIG_TAKEN
               : CONFIG_NO_MEMORY;
}

static enum config_result take_url(struct config_parser *parser, const struct config_key *key,
                                   const char *value)
{
    return path_is_url(value) ? take_path(parser, key, value) : CONFIG_BAD_VALUE;
}

static enum config_result take_profile(struct config_parser *parser, const struct config_key *key,
                                       const char *value)
{
    struct draft *draft = parser->target;
    uint32_t number;

    (void)key;
    if (!decimal_parse(&value, PROFILE_MAX, &number) || *value)
        return CONFIG_BAD_VALUE;
    draft->profile = number;
    return CONFIG_TAKEN;
}

#define STRING(name, member)                                                                       \
    {                                                                                              \
        (name), config_take_string, offsetof(struct draft, member), NULL, false                    \
    }
#define PATH(name, member)                                                                         \
    {                                                                                              \
        (name), take_path, offsetof(struct draft, member), NULL, false                             \
    }
#define LIST(name, take)                                                                           \
    {                                                                                              \
        (name), (take), 0, NULL, true                                                              \
    }
#define IGNORED(name)                                                                              \
    {                                                                                              \
        (name), NULL, 0, NULL, true                                                                \
    }

static const struct config_key keys[] = {
    STRING("title", title),
    STRING("version", entry.version),
    STRING("machine-id", entry.machine_id),
    STRING("sort-key", entry.sort_key),
    STRING("architecture", entry.architecture),
    PATH("linux", linux_kernel),
    PATH("pvh", pvh),
    PATH("efi", efi),
    PATH("uki", uki),
    {"uki-url", take_url, offsetof(struct draft, uki_url), "a URL of the scheme http or https",
     false},
    LIST("initrd", add_initrd),
    LIST("module", add_module),
    LIST("extra", add_extra),
    LIST("options", add_options),
    {"profile", take_profile, 0, "a number from 0 to 255", false},
    {"pass-framebuffer", config_take_boolean,
     offsetof(struct draft, entry.request.pass_framebuffer), CONFIG_BOOLEAN, false},
    {"overwrite-acpi-nvs", config_take_boolean, offsetof(struct draft, entry.request.overwrite_nvs),
     CONFIG_BOOLEAN, false},
    IGNORED("devicetree*"),
    IGNORED("grub_*"), /* Fedora's */
};

static_assert(ELEMENTS(keys) <= CONFIG_KEYS_MAX, "config_parser records a line for each key");

/*
 * Decides what the entry starts. `pvh` takes precedence; of the other keys there may be only one,
 * as in systemd-boot. Returns a problem, or NULL.
 */
static const char *choose_kind(const struct draft *draft, struct boot_entry *entry)
{
    const char *uki = *draft->uki ? draft->uki : draft->uki_url;
    const char *program = *draft->efi ? draft->efi : uki;
    bool contradicts = (*draft->linux_kernel && *program) || (*draft->efi && *uki) ||
                       (*draft->uki && *draft->uki_url);
    struct volume *volume = entry->source.volume;

    if (*draft->pvh)
        entry->request.kernel =
            (struct boot_file){.volume = volume, .path = draft->pvh, .command = ""};
    else if (contradicts)
        return "has more than one of \"linux\", \"efi\", \"uki\" and \"uki-url\"; keep only one of "
               "these lines";
    else if (*draft->linux_kernel)
        entry->request.kernel =
            (struct boot_file){.volume = volume, .path = draft->linux_kernel, .command = ""};
    else if (*program)
        entry->efi = (struct boot_file){.volume = volume, .path = program, .command = ""};
    else
        return "names nothing to start; it needs a line \"linux PATH\", \"pvh PATH\" or "
               "\"efi PATH\"";
    return NULL;
}

static bool find_problem(struct draft *draft, struct arena *arena)
{
    struct boot_entry *entry = &draft->entry;
    TEXT_ON_STACK(text, 100);

    entry->problem = choose_kind(draft, entry);
    entry->is_uki = entry->efi.path && !*draft->efi;
    if (entry->is_uki)
        entry->profile = draft->profile;
    if (entry_is_for_machine(entry))
        return true;
    text_format(&text, "is for the architecture %.*s; %s", ARCHITECTURE_SHOWN, entry->architecture,
                entry->efi.path ? "this firmware starts " FIRMWARE_ARCHITECTURE
                                : "pvhboot starts x64 and ia32");
    entry->problem = text_clean_copy(text.data, arena);
    return entry->problem;
}

/* Programs may know initrd=, as Linux's EFI stub does; a kernel that is entered through PVH gets no
 * file by it. */
static bool check_stub_initrd(struct draft *draft, struct arena *arena)
{
    return draft->stub_initrd == 0 || !draft->entry.request.kernel.path ||
           diagnostic_add(&draft->entry.diagnostics, arena, draft->stub_initrd,
                          "options: initrd= is for Linux's EFI stub, which is not used; write a "
                          "line \"initrd PATH\"");
}

/* Sets a printable copy of the title, if there is one. */
static bool set_title(struct draft *draft, struct arena *arena)
{
    if (!*draft->title)
        return true;
    draft->entry.request.title = text_clean_copy(draft->title, arena);
    return draft->entry.request.title;
}

bool type1_parse(const struct entry_source *source, const char *text, size_t length,
                 struct arena *arena, struct boot_entry *ret_entry)
{
    struct draft draft = {
        .title = "",
        .pvh = "",
        .linux_kernel = "",
        .efi = "",
        .uki = "",
        .uki_url = "",
        .entry = {.request = {.command_line = ""}},
        .options = {NULL, length + length / 2 + 1, 0}, /* UTF-8 has 3 bytes for 2 of UTF-16 */
    };
    struct config_parser parser = {
        .keys = keys,
        .key_count = ELEMENTS(keys),
        .target = &draft,
        .arena = arena,
        .diagnostics = &draft.entry.diagnostics,
    };

    config_clear_strings(keys, ELEMENTS(keys), &draft);
    if (!entry_set_source(&draft.entry, source, arena) || !config_parse(&parser, text, length) ||
        !find_problem(&draft, arena) || !set_title(&draft, arena) ||
        !check_stub_initrd(&draft, arena))
        return false;
    *ret_entry = draft.entry;
    return true;
}
