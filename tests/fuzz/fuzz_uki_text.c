/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer: the sections of a unified kernel image that are text; the first byte says which. No
 * string is longer than its section, and what was pinned is found.
 */
#include "tests/fuzz/fuzz_text.h"

#include "common/base/path.h"
#include "common/uki/os_release.h"
#include "common/uki/pins.h"
#include "common/uki/profile.h"
#include "common/uki/uki.h"

static void fuzz_os_release(const char *text, size_t size, struct arena *arena)
{
    struct os_release release;

    require(os_release_parse(text, size, arena, &release));
    require(strlen(release.title) <= size && strlen(release.version) <= size);
    require(!*release.sort_key || *release.title);
}

static void fuzz_profile(const char *text, size_t size, struct arena *arena)
{
    struct uki_profile profile;

    require(uki_profile_parse(text, size, arena, &profile));
    require(strlen(profile.id) <= size && strlen(profile.title) <= size);
}

static void fuzz_pins(const char *text, size_t size, struct arena *arena)
{
    struct error error = {0};
    struct pins pins;

    if (!pins_parse(text, size, arena, &pins, &error)) {
        require(error.code == ERROR_PINS || error.code == ERROR_PINNED_TWICE);
        require(error.number[0] >= 1 && error.number[0] <= size + 1);
        return;
    }
    for (size_t i = 0; i < pins.count; i++) {
        require(*pins.items[i].path);
        require(pins_find(&pins, pins.items[i].path) == pins.items[i].digest);
        require(i == 0 || path_compare(pins.items[i - 1].path, pins.items[i].path) < 0);
    }
}

static void fuzz_command_line(const char *text, size_t size, struct arena *arena)
{
    const char *line = uki_command_line(text, size, arena);
    size_t length;

    require(line);
    length = strlen(line);
    require(length <= size);
    require(length == 0 || (line[0] != ' ' && line[length - 1] != ' '));
    for (size_t i = 0; i < length; i++)
        require((uint8_t)line[i] >= ' ');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const fuzzers[])(const char *, size_t, struct arena *) = {
        fuzz_os_release, fuzz_profile, fuzz_pins, fuzz_command_line};
    struct arena arena = {0};
    char *text;

    if (size == 0)
        return 0;
    text = copy_bytes(data + 1, size - 1);
    fuzzers[data[0] % ELEMENTS(fuzzers)](text, size - 1, &arena);
    free(text);
    arena_release(&arena);
    return 0;
}
