/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/base/text.h"
#include "pvh/messages.h"
#include "tools/pvhinfo/esp.h"
#include "tools/pvhinfo/output/printable.h"

#include <stdio.h>

#define TIMEOUT_TEXT  16
#define VALUE_SHOWN   1000
#define MESSAGE_SHOWN 100

/* As in loader.conf. */
static void append_timeout(struct text *text, uint32_t timeout)
{
    if (timeout == TIMEOUT_FOREVER)
        text_append(text, "menu-force");
    else if (timeout == TIMEOUT_DISABLED)
        text_append(text, "menu-disabled");
    else if (timeout == TIMEOUT_HIDDEN)
        text_append(text, "menu-hidden");
    else
        text_format(text, "%u", timeout);
}

/* Entry files are untrusted and may contain terminal control sequences. */
static void print_clean(const char *name, const char *value)
{
    TEXT_ON_STACK(text, VALUE_SHOWN);

    text_append_clean(&text, value);
    printf("  %-13s%s", name, text.data);
}

static void print_pin(const struct esp_pin *pin)
{
    print_clean("pin", pin->pin->path);
    printf(": %s\n", esp_pin_matches(pin) ? "matches" : pin->exists ? "differs" : "missing");
}

static void print_loaders(const struct esp *esp)
{
    bool installed = false;

    for (size_t i = 0; i < ESP_LOADERS; i++) {
        const struct esp_loader *loader = &esp->loaders[i];

        installed |= loader->version != NULL;
        if (loader->version)
            printf("  loader       %s: pvhboot %s\n", loader->path, loader->version);
        for (size_t pin = 0; pin < loader->pin_count; pin++)
            print_pin(&loader->pins[pin]);
        if (loader->version)
            continue;
        if (loader->exists)
            printf("  loader       %s: not pvhboot\n", loader->path);
    }
    if (!installed)
        printf("  loader       pvhboot is not installed here\n");
}

static void print_state(const struct esp *esp, size_t index)
{
    const struct boot_entry *entry = &esp->catalog.entries.items[index];
    bool foreign = !entry_is_for_machine(entry);

    print_printable(stdout, entry->source.file_name);
    printf(": %s%s", esp_entry_boots(esp, index) ? "" : "not ",
           foreign ? "for this machine" : "bootable");
    if (index == esp->default_entry)
        printf(", the default");
    if (index == esp->substitute)
        printf(", booted instead of the default");
    if (entry_is_exhausted(entry))
        printf(", its tries are used up");
    printf("\n");
}

/* The firmware's and shim's keys are not known here, so what they verify is not told. */
static const char *verdict_name(const struct policy_verdict *verdict)
{
    switch (verdict->action) {
    case POLICY_REFUSE:
        return "refused";
    case POLICY_VERIFY:
    case POLICY_LOAD_IMAGE:
        return "boots if the firmware or shim accepts its signature";
    default:
        return "boots";
    }
}

static void append_verdict(struct text *text, const struct esp *esp, size_t index)
{
    const struct esp_check *check = &esp->checks[index];
    const struct policy_verdict *verdict = &check->verdict;

    if (verdict->action == POLICY_LOAD_IMAGE && !policy_is_enforced(esp->state))
        text_append(text, "boots");
    else
        text_append(text, verdict_name(verdict));
    if (verdict->action != POLICY_REFUSE)
        return;
    if (verdict->error == ERROR_SECURE_BOOT_UNKNOWN) { /* the loader's sentence has its reason */
        text_append(text, ": only what is inside the loader's image is started");
        return;
    }
    text_append(text, ": ");
    text_append_clean(text, check->blamed);
    text_append(text, ": ");
    error_append_code(text, verdict->error);
}

static void print_verdict(const struct esp *esp, size_t index)
{
    TEXT_ON_STACK(text, VALUE_SHOWN);

    if (!esp->checks[index].is_judged)
        return;
    append_verdict(&text, esp, index);
    printf("  secure boot  %s\n", text.data);
}

static void print_value(const char *name, const char *value)
{
    if (!*value)
        return;
    print_clean(name, value);
    printf("\n");
}

/* A module's command line stands behind its path, as in an entry. */
static void print_files(const char *name, const struct boot_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        TEXT_ON_STACK(text, VALUE_SHOWN);

        text_append(&text, files->items[i].path);
        if (*files->items[i].command)
            text_format(&text, " %s", files->items[i].command);
        print_value(name, text.data);
    }
}

/* What a program is given besides its options, no entry says. */
static void print_request(const struct boot_entry *entry)
{
    if (entry->request.kernel.path) {
        print_files("initrd", &entry->request.initrds);
        print_files("module", &entry->request.modules);
    }
    print_files("extra", &entry->request.extras);
    print_value("options", entry->request.command_line);
}

static void print_entry(const struct esp *esp, size_t index)
{
    const struct boot_entry *entry = &esp->catalog.entries.items[index];
    const struct esp_check *check = &esp->checks[index];
    const char *kind = esp_entry_kind(entry);

    print_state(esp, index);
    printf("  label        %s\n  id           ", entry->label);
    print_printable(stdout, entry->id);
    if (kind) {
        printf("\n");
        print_clean(kind, esp_entry_path(entry));
    }
    if (*check->system)
        printf(" (%s)", check->system);
    printf("\n");
    print_request(entry);
    if (entry->count.counted)
        printf("  tries        %u left, %u done\n", entry->count.left, entry->count.done);
    print_verdict(esp, index);
    for (size_t i = 0; i < check->problems.count; i++)
        printf("  reason       %s\n", check->problems.items[i]);
}

void print_esp(const struct esp *esp)
{
    TEXT_ON_STACK(timeout, TIMEOUT_TEXT);
    size_t bootable = 0;

    for (size_t i = 0; i < esp->catalog.entries.count; i++)
        bootable += esp_entry_boots(esp, i);
    append_timeout(&timeout, esp->catalog.config.timeout);
    print_printable(stdout, esp->directory);
    printf(": entries: %zu, bootable: %zu\n", esp->catalog.entries.count, bootable);
    print_loaders(esp);
    printf("  timeout      %s\n", timeout.data);
    print_value("preferred", esp->catalog.config.preferred_pattern);
    print_value("default", esp->catalog.config.default_pattern);
    for (size_t i = 0; i < esp->catalog.entries.count; i++)
        print_entry(esp, i);
}

/* Messages are printable; names of files may be anything. */
static void report(const char *path, const char *message)
{
    print_printable(stderr, path);
    fprintf(stderr, ": %s\n", message);
}

static void report_lines(const char *path, const struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        print_printable(stderr, path);
        fprintf(stderr, ":%u: %s\n", diagnostics->items[i].line, diagnostics->items[i].text);
    }
}

static void report_entry(const struct esp_check *check, const struct boot_entry *entry)
{
    report_lines(check->path, &entry->diagnostics);
    for (size_t i = 0; i < check->problems.count; i++)
        report(check->path, check->problems.items[i]);
    for (size_t i = 0; i < check->warnings.count; i++)
        report(check->path, check->warnings.items[i]);
}

/* Names the entries' directory with the host's separators. */
static void report_no_entry(const struct esp *esp)
{
    TEXT_ON_STACK(message, MESSAGE_SHOWN);
    const char *directory = entry_source_directory(ENTRY_TYPE1);

    text_append(&message, "no bootable entry in ");
    for (const char *at = directory + 1; *at; at++)
        text_append_char(&message, *at == '\\' ? '/' : *at);
    report(esp->directory, message.data);
}

void report_esp(const struct esp *esp)
{
    if (esp->config_path)
        report_lines(esp->config_path, &esp->catalog.config.diagnostics);
    for (size_t i = 0; i < esp->notes.count; i++)
        fprintf(stderr, "%s\n", esp->notes.items[i]);
    for (size_t i = 0; i < ESP_LOADERS; i++) {
        for (size_t at = 0; at < esp->loaders[i].problems.count; at++)
            report(esp->loaders[i].path, esp->loaders[i].problems.items[at]);
    }
    for (size_t i = 0; i < esp->catalog.entries.count; i++)
        report_entry(&esp->checks[i], &esp->catalog.entries.items[i]);
    if (esp->default_entry == esp->catalog.entries.count)
        report_no_entry(esp);
}

static void write_diagnostics(struct json *json, const struct diagnostics *diagnostics)
{
    json_begin(json, "diagnostics", '[');
    for (size_t i = 0; i < diagnostics->count; i++) {
        json_begin(json, NULL, '{');
        json_number(json, "line", diagnostics->items[i].line);
        json_string(json, "text", diagnostics->items[i].text);
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void write_messages(struct json *json, const char *key, const struct message_list *messages)
{
    json_begin(json, key, '[');
    for (size_t i = 0; i < messages->count; i++)
        json_string(json, NULL, messages->items[i]);
    json_end(json, ']');
}

static void write_digest(struct json *json, const char *key, const uint8_t digest[PIN_SIZE])
{
    TEXT_ON_STACK(text, 2 * PIN_SIZE + 1);

    text_append_hex(&text, digest, PIN_SIZE);
    json_string(json, key, text.data);
}

static void write_pins(struct json *json, const struct esp_loader *loader)
{
    json_begin(json, "pins", '[');
    for (size_t i = 0; i < loader->pin_count; i++) {
        const struct esp_pin *pin = &loader->pins[i];

        json_begin(json, NULL, '{');
        json_string(json, "path", pin->pin->path);
        write_digest(json, "expected", pin->pin->digest);
        if (pin->exists)
            write_digest(json, "found", pin->digest);
        else
            json_null(json, "found");
        json_bool(json, "matches", esp_pin_matches(pin));
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void write_loaders(struct json *json, const struct esp *esp)
{
    json_begin(json, "loaders", '[');
    for (size_t i = 0; i < ESP_LOADERS; i++) {
        if (!esp->loaders[i].exists)
            continue;
        json_begin(json, NULL, '{');
        json_string(json, "path", esp->loaders[i].path);
        json_string(json, "pvhboot", esp->loaders[i].version);
        write_pins(json, &esp->loaders[i]);
        write_messages(json, "problems", &esp->loaders[i].problems);
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void write_config(struct json *json, const struct esp *esp)
{
    TEXT_ON_STACK(timeout, TIMEOUT_TEXT);
    const char *preferred = esp->catalog.config.preferred_pattern;
    const char *pattern = esp->catalog.config.default_pattern;

    append_timeout(&timeout, esp->catalog.config.timeout);
    json_begin(json, "config", '{');
    json_string(json, "file", esp->config_path);
    json_string(json, "timeout", timeout.data);
    json_string(json, "preferred", *preferred ? preferred : NULL);
    json_string(json, "default", *pattern ? pattern : NULL);
    json_bool(json, "editor", esp->catalog.config.editor);
    write_diagnostics(json, &esp->catalog.config.diagnostics);
    json_end(json, '}');
}

static void write_count(struct json *json, const struct boot_count *count)
{
    if (!count->counted) {
        json_null(json, "tries");
        return;
    }
    json_begin(json, "tries", '{');
    json_number(json, "left", count->left);
    json_number(json, "done", count->done);
    json_end(json, '}');
}

static void write_verdict(struct json *json, const struct esp *esp, size_t index)
{
    TEXT_ON_STACK(text, VALUE_SHOWN);

    if (esp->state >= SECURE_BOOT_STATES)
        return;
    if (esp->checks[index].is_judged)
        append_verdict(&text, esp, index);
    json_string(json, "secure_boot", text.length > 0 ? text.data : NULL);
}

static void write_files(struct json *json, const char *key, const struct boot_files *files)
{
    json_begin(json, key, '[');
    for (size_t i = 0; i < files->count; i++) {
        json_begin(json, NULL, '{');
        json_string(json, "path", files->items[i].path);
        json_string(json, "command_line", files->items[i].command);
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void write_request(struct json *json, const struct boot_entry *entry)
{
    static const struct boot_files none;
    bool is_kernel = entry->request.kernel.path;

    write_files(json, "initrds", is_kernel ? &entry->request.initrds : &none);
    write_files(json, "modules", is_kernel ? &entry->request.modules : &none);
    write_files(json, "extras", &entry->request.extras);
    json_string(json, "options", entry->request.command_line);
}

static void write_entry(struct json *json, const struct esp *esp, size_t index)
{
    const struct boot_entry *entry = &esp->catalog.entries.items[index];
    const struct esp_check *check = &esp->checks[index];

    json_begin(json, NULL, '{');
    json_string(json, "id", entry->id);
    json_string(json, "file", check->path);
    json_string(json, "label", entry->label);
    json_string(json, "kind", esp_entry_kind(entry));
    json_string(json, "path", esp_entry_path(entry));
    write_request(json, entry);
    json_string(json, "system", *check->system ? check->system : NULL);
    json_bool(json, "for_this_machine", entry_is_for_machine(entry));
    json_bool(json, "bootable", esp_entry_boots(esp, index));
    json_bool(json, "default", index == esp->default_entry);
    json_bool(json, "instead_of_default", index == esp->substitute);
    write_verdict(json, esp, index);
    write_count(json, &entry->count);
    write_messages(json, "problems", &check->problems);
    write_messages(json, "warnings", &check->warnings);
    write_diagnostics(json, &entry->diagnostics);
    json_end(json, '}');
}

void print_esp_json(struct json *json, const struct esp *esp)
{
    json_begin(json, NULL, '{');
    json_string(json, "esp", esp->directory);
    write_loaders(json, esp);
    write_config(json, esp);
    write_messages(json, "notes", &esp->notes);
    json_begin(json, "entries", '[');
    for (size_t i = 0; i < esp->catalog.entries.count; i++)
        write_entry(json, esp, i);
    json_end(json, ']');
    json_end(json, '}');
}
