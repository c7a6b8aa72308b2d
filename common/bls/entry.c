/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/entry.h"

#include "common/base/text.h"
#include "common/base/units.h"
#include "common/bls/config_keys.h"

#include <assert.h>
#include <string.h>

/* UEFI's short names of the machines whose PVH kernels a 64-bit firmware's loader can start. */
#define ARCHITECTURE     "x64"
#define ARCHITECTURE_PVH "ia32"

/* UEFI's have four characters at most. */
#define ARCHITECTURE_SHOWN 20

/* An entry while it is read: what becomes one or the other thing when all lines are known. */
struct draft {
    struct boot_entry entry;
    const char *title, *pvh, *linux_kernel, *efi, *uki;
    struct text options; /* has no data until there is a first line of them */
};

/*
 * Options of several lines are joined with a space. Together they are no longer than the file, so
 * that there is room for all from the first one on.
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
    return boot_files_add(initrds, parser->arena, value, "") ? CONFIG_TAKEN : CONFIG_NO_MEMORY;
}

static enum config_result add_module(struct config_parser *parser, const struct config_key *key,
                                     const char *value)
{
    struct draft *draft = parser->target;
    struct boot_files *modules = &draft->entry.request.modules;

    (void)key;
    return boot_files_add_with_arguments(modules, parser->arena, value) ? CONFIG_TAKEN
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
    {"profile", check_profile, 0, "0, the profile that is started", false},
    IGNORED("devicetree*"),
    IGNORED("extra"),
    IGNORED("uki-url"),
    IGNORED("grub_*"), /* Fedora's */
};

static_assert(ELEMENTS(keys) <= CONFIG_KEYS_MAX, "the parser notes a line for each");

bool entry_is_file_name(const char *name)
{
    bool reserved = strncmp(name, "auto-", strlen("auto-")) == 0;

    return *name != '.' && !reserved && text_ends_with_ignoring_case(name, ".conf");
}

bool entry_is_for_machine(const struct boot_entry *entry)
{
    const char *architecture = entry->architecture;

    return !*architecture || text_equals_ignoring_case(architecture, ARCHITECTURE) ||
           (!*entry->efi && text_equals_ignoring_case(architecture, ARCHITECTURE_PVH));
}

bool entry_is_bootable(const struct boot_entry *entry)
{
    return entry_is_for_machine(entry) && (entry->request.kernel || *entry->efi);
}

/*
 * What the entry starts. `pvh` says it for this loader alone; of the others only one may be there,
 * as in systemd-boot. Returns what is wrong with that; NULL when nothing is.
 */
static const char *choose_kind(const struct draft *draft, struct boot_entry *entry)
{
    const char *program = draft->efi ? draft->efi : draft->uki;
    bool contradicts = (draft->linux_kernel && program) || (draft->efi && draft->uki);

    if (draft->pvh)
        entry->request.kernel = draft->pvh;
    else if (contradicts)
        return "has more than one of \"linux\", \"efi\" and \"uki\"; leave one of these lines";
    else if (draft->linux_kernel)
        entry->request.kernel = draft->linux_kernel;
    else if (program)
        entry->efi = program;
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
                *entry->efi ? "this firmware starts x64" : "pvhboot starts x64 and ia32");
    entry->problem = text_clean_copy(text.data, arena);
    return entry->problem;
}

static bool name_entry(struct boot_entry *entry, const char *file_name, struct arena *arena)
{
    entry->file_name = arena_strndup(arena, file_name, strlen(file_name));
    entry->id = arena_strndup(arena, file_name, boot_count_id_length(file_name));
    entry->count = boot_count_parse(file_name);
    return entry->file_name && entry->id;
}

bool entry_parse(const char *file_name, const char *text, size_t length, struct arena *arena,
                 struct boot_entry *ret_entry)
{
    struct draft draft = {
        .entry = {.version = "",
                  .machine_id = "",
                  .sort_key = "",
                  .architecture = "",
                  .efi = "",
                  .request = {.command_line = ""}},
        .options = {NULL, length + 1, 0},
    };
    struct config_parser parser = {
        .keys = keys,
        .key_count = ELEMENTS(keys),
        .target = &draft,
        .arena = arena,
        .diagnostics = &draft.entry.diagnostics,
    };

    if (!name_entry(&draft.entry, file_name, arena) || !config_parse(&parser, text, length) ||
        !find_problem(&draft, arena))
        return false;
    if (draft.title) {
        draft.entry.request.title = text_clean_copy(draft.title, arena);
        if (!draft.entry.request.title)
            return false;
    }
    *ret_entry = draft.entry;
    return true;
}
