/* SPDX-License-Identifier: BSD-2-Clause */
/* What of the entries is started in a state of Secure Boot. */
#include "common/image/pe.h"
#include "pvh/messages.h"
#include "tools/pvhinfo/esp.h"
#include "tools/pvhinfo/esp_path.h"

#include <string.h>

/* The loader that reads the entries: the first that there is. One without pins if there is none. */
static const struct esp_loader *find_loader(const struct esp *esp)
{
    for (size_t i = 0; i < ESP_LOADERS; i++) {
        if (esp->loaders[i].version)
            return &esp->loaders[i];
    }
    return &esp->loaders[0];
}

static const char *find_unpinned(const struct esp_loader *loader, const struct boot_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        if (!esp_find_pin(loader, files->items[i].path))
            return files->items[i].path;
    }
    return NULL;
}

/* Of a damaged file, the loader says so: it counts as signed. False for what is no PE file. */
static bool is_signed(struct byte_source *source)
{
    struct error error = {.code = ERROR_NONE};
    struct range certificates;

    if (pe_find_certificates(source, &certificates, &error))
        return range_size(certificates) > 0;
    return error.code != ERROR_NO_PROGRAM;
}

static bool is_pe(struct byte_source *source)
{
    struct error error;
    char magic[2];

    return source->size >= sizeof(magic) && source->read(source, 0, magic, sizeof(magic), &error) &&
           memcmp(magic, "MZ", 2) == 0;
}

static enum status look_at_file(const char *directory, const char *path, struct arena *arena,
                                struct policy_facts *facts)
{
    struct host_file file;
    const char *host_path;
    enum status status = esp_find_named(directory, path, arena, &host_path);

    if (status != STATUS_BOOTABLE || !host_path)
        return status;
    if (host_file_open(host_path, &file)) {
        facts->is_pe = is_pe(&file.source);
        facts->is_signed = is_signed(&file.source);
    }
    host_file_close(&file);
    return STATUS_BOOTABLE;
}

/* As find_source() of efi/boot/trust.c, which knows it from the kernel that it boots. */
static enum kernel_source find_source(const struct esp_loader *loader,
                                      const struct boot_request *request, bool gets_extras,
                                      struct policy_facts *facts, const char **ret_blamed)
{
    const char *unpinned = find_unpinned(loader, &request->initrds);
    /* No signature covers a module's command line. */
    const char *module = boot_files_find_command(&request->modules);
    enum kernel_source source;

    if (!unpinned)
        unpinned = find_unpinned(loader, &request->modules);
    if (!unpinned && gets_extras)
        unpinned = find_unpinned(loader, &request->extras);
    facts->pinned = esp_find_pin(loader, request->kernel.path);
    facts->has_unpinned = unpinned;
    facts->has_outside_options = module || (*request->command_line && !loader->options);
    source = policy_classify(facts);
    *ret_blamed = request->kernel.path;
    if (source == KERNEL_PE_PLAIN_INITRD)
        *ret_blamed = unpinned;
    else if (source == KERNEL_PE_PLAIN_OPTIONS && module)
        *ret_blamed = module;
    return source;
}

/* The loader loads these as any program: who refuses one without a signature is not the table. */
static struct policy_verdict judge_program(enum secure_boot state, const struct policy_facts *facts)
{
    struct policy_verdict verdict = policy_judge(state, KERNEL_PROGRAM);

    if (policy_is_enforced(state) && !facts->is_signed)
        verdict = policy_judge(state, KERNEL_PLAIN);
    return verdict;
}

/* As choose_signed() of efi/boot/trust.c. */
static enum status warn_of_options(const struct esp *esp, const char *given, const char *own,
                                   struct message_list *warnings, struct arena *arena)
{
    TEXT_ON_STACK(sentence, 200);

    if (!policy_is_enforced(esp->state) || !own || !*given || strcmp(given, own) == 0)
        return STATUS_BOOTABLE;
    error_append_code(&sentence, ERROR_COMMAND_LINE_IGNORED);
    return message_add(warnings, arena, "warning: %s", sentence.data);
}

static enum status judge_entry(struct esp *esp, size_t index, struct arena *arena)
{
    const struct boot_entry *entry = &esp->catalog.entries.items[index];
    const struct esp_loader *loader = find_loader(esp);
    struct esp_check *check = &esp->checks[index];
    struct policy_facts facts = {.pinned = false};
    enum kernel_source source;
    enum status status;

    if (!esp_entry_boots(esp, index))
        return STATUS_BOOTABLE;
    check->blamed = esp_entry_path(entry);
    if (esp_path_is_elsewhere(check->blamed))
        return STATUS_BOOTABLE;
    status = look_at_file(esp_directory_of(esp, entry), check->blamed, arena, &facts);
    check->is_judged = true;
    if (!entry->request.kernel.path) {
        check->verdict = judge_program(esp->state, &facts);
        return status;
    }
    source = find_source(loader, &entry->request, check->may_be_linux, &facts, &check->blamed);
    check->verdict = policy_judge(esp->state, source);
    if (check->verdict.action != POLICY_REFUSE && !facts.pinned && !check->may_be_linux)
        check->verdict = policy_judge(esp->state, KERNEL_PE_NOT_LINUX);
    if (status != STATUS_BOOTABLE || check->verdict.action == POLICY_REFUSE)
        return status;
    return warn_of_options(esp, entry->request.command_line, loader->options, &check->warnings,
                           arena);
}

enum status esp_judge_entries(struct esp *esp, struct arena *arena)
{
    enum status status = STATUS_BOOTABLE;

    if (esp->state >= SECURE_BOOT_STATES)
        return status;
    for (size_t i = 0; i < esp->catalog.entries.count && status == STATUS_BOOTABLE; i++)
        status = judge_entry(esp, i, arena);
    return status;
}
