/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer: a loader.conf. */
#include "tests/fuzz/fuzz_text.h"

#include "common/bls/loader_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct loader_config config;
    char *text = copy_bytes(data, size);

    loader_config_init(&config);
    require(loader_config_parse(text, size, &arena, &config));
    require_diagnostics(&config.diagnostics, text, size);
    require(config.console_mode >= CONSOLE_MODE_MAX);
    require(config.default_pattern);
    require(*config.default_pattern != '@' ||
            text_equals_ignoring_case(config.default_pattern, "@saved"));
    free(text);
    arena_release(&arena);
    return 0;
}
