/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/type1.h"

#include "common/base/text.h"
#include "common/bls/config_parser.h"

#include <assert.h>
#include <string.h>

/* In a message. UEFI's names of architectures are shorter. */
#define ARCHITECTURE_SHOWN 20

/* An entry being parsed: what it starts is decided after all lines are known. */
struct draft {
    struct boot_entry entry;
    const char *title, *pvh, *linux_kernel, *efi, *uki;
    struct text options; /* no data before the first line with options */
};

/*
 * Joins the options of several lines with spaces. Together they are not longer than the file, so
 * the first line allocates a buffer for all.
 */
static enum config_result add_options(struct config_parser *parser, const struct config_key *key,
                                      const char *value)
{
    struct draft *draft = parser->target;
    struct text *options = &draft->options;

    (void)key;
    if (!options->data) {
        options->data = arena_alloc(parser->arena, options->size, 1);
        if (!options->data)
            return CONFIG_NO_MEMORY;
        draft->entry.request.command_line = options->data;
    }
    text_format(options, "%s%s", options->length ? " " : "", value);
    return CONFIG_TAKEN;
}

static enum config_result add_initrd(struct config_parser *parser, const struct config_key *key,
                                     const char *value)
{
    struct draft *draft = parser->target;
    struct boot_files *initrds = &draft->entry.request.initrds;

    (void)key;
    return boot_files_add(initrds, parser->arena, draft->entry.source.volume, value, "")
               ? CONFIG_TAKEN
               : CONFIG_NO_MEMORY;
}

static enum config_result add_module(struct config_parser *parser, const struct config_key *key,
                                     const char *value)
{
    struct draft *draft = parser->target;
    struct boot_files *modules = &draft->entry.request.modules;

    (void)key;
    return boot_files_add_with_arguments(modules, parser->arena, draft->entry.source.volume, value)
               ? CONFIG_TAKEN
               : CONFIG_NO_MEMORY;
}

static enum config_result check_profile(struct config_parser *parser, const struct config_key *key,
                                        const char *value)
{
    (void)parser;
    (void)key;
    return strcmp(value, "0") == 0 ? CONFIG_TAKEN : CONFIG_BAD_VALUE;
}

#define STRING(name, member)                                                                       \
    {                                                                                              \
        (name), config_take_string, offsetof(struct draft, member), NULL, false                    \
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
    STRING("linux", linux_kernel),
    STRING("pvh", pvh),
    STRING("efi", efi),
    STRING("uki", uki),
    LIST("initrd", add_initrd),
    LIST("module", add_module),
    LIST("options", add_options),
    {"profile", check_profile, 0, "0, the only profile that can be started", false},
    {"overwrite-acpi-nvs", config_take_boolean, offsetof(struct draft, entry.request.overwrite_nvs),
     CONFIG_BOOLEAN, false},
    IGNORED("devicetree*"),
    IGNORED("extra"),
    IGNORED("uki-url"),
    IGNORED("grub_*"), /* Fedora's */
};

static_assert(ELEMENTS(keys) <= CONFIG_KEYS_MAX, "config_parser records a line for each key");

/*
 * Decides what the entry starts. `pvh` takes precedence; of the other keys there may be only one,
 * as in systemd-boot. Returns a problem, or NULL.
 */
static const char *choose_kind(const struct draft *draft, struct boot_entry *entry)
{
    const char *program = *draft->efi ? draft->efi : draft->uki;
    bool contradicts = (*draft->linux_kernel && *program) || (*draft->efi && *draft->uki);
    struct volume *volume = entry->source.volume;

    if (*draft->pvh)
        entry->request.kernel = (struct boot_file){volume, draft->pvh, ""};
    else if (contradicts)
        return "has more than one of \"linux\", \"efi\" and \"uki\"; keep only one of these lines";
    else if (*draft->linux_kernel)
        entry->request.kernel = (struct boot_file){volume, draft->linux_kernel, ""};
    else if (*program)
        entry->efi = (struct boot_file){volume, program, ""};
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
    if (entry_is_for_machine(entry))
        return true;
    text_format(&text, "is for the architecture %.*s; %s", ARCHITECTURE_SHOWN, entry->architecture,
                entry->efi.path ? "this firmware starts x64" : "pvhboot starts x64 and ia32");
    entry->problem = text_clean_copy(text.data, arena);
    return entry->problem;
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
        !find_problem(&draft, arena) || !set_title(&draft, arena))
        return false;
    *ret_entry = draft.entry;
    return true;
}
