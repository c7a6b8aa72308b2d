/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer: LoadOptions of any bytes, and the options line that they are read as. */
#include "tests/fuzz/fuzz_text.h"

#include "common/options/load_options.h"
#include "common/options/options.h"

#define ERROR_SIZE 400

static void require_files(const struct boot_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        require(*files->items[i].path);
        require(files->items[i].command);
    }
}

static void require_options(const struct options *options, const char *line)
{
    const struct boot_request *request = &options->request;

    require(request->command_line);
    require(!request->kernel.path || *request->kernel.path);
    require(request->kernel.path || !*request->command_line);
    require(strstr(line, request->command_line)); /* to the letter */
    require_files(&request->initrds);
    require_files(&request->modules);
}

static void read_line(const char *line, struct arena *arena)
{
    TEXT_ON_STACK(error, ERROR_SIZE);
    struct options options;

    if (options_parse_line(line, arena, &options, &error)) {
        require_options(&options, line);
    } else {
        require(error.length > 0);
        require_shown(error.data);
    }
}

/* The words that a shell would make of it: split at spaces, quotes kept. */
static void read_words(const char *line, struct arena *arena)
{
    enum { MAX_WORDS = 16 };
    char *copy = strdup(line);
    const char *words[MAX_WORDS];
    size_t count = 0;
    TEXT_ON_STACK(error, ERROR_SIZE);
    struct options options;

    require(copy);
    for (char *word = strtok(copy, " "); word && count < MAX_WORDS; word = strtok(NULL, " "))
        words[count++] = word;
    if (options_parse_words(words, count, line, arena, &options, &error)) {
        require(options.request.command_line);
        require_files(&options.request.initrds);
        require_files(&options.request.modules);
    } else {
        require(error.length > 0);
    }
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    char *copy = copy_bytes(data, size);
    const char *text = NULL;

    switch (load_options_read(copy, size, &arena, &text)) {
    case LOAD_OPTIONS_TEXT:
        require(text && *text);
        text = options_skip_own_name(text, "pvhboot.efi");
        read_line(text, &arena);
        read_words(text, &arena);
        break;
    case LOAD_OPTIONS_OUT_OF_MEMORY:
        abort();
    default:
        break;
    }
    free(copy);
    arena_release(&arena);
    return 0;
}
