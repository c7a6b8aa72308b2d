/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A mutator that knows entries of the Boot Loader Specification: it adds, repeats, moves and leaves
 * out whole lines, files and their names, beside libFuzzer's own changes of bytes.
 */
#pragma once

#include "tests/fuzz/mutator.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LONGEST_LINE 64

static const char *const line_keys[] = {
    "title", "version", "machine-id",         "sort-key",    "linux",      "initrd", "options",
    "efi",   "uki",     "architecture",       "devicetree",  "profile",    "pvh",    "module",
    "extra", "nothing", "devicetree-overlay", "grub_hotkey", "grub_users", "#",      "uki-url",
};
static const char *const line_values[] = {
    "",
    "/vmlinuz",
    "\\a\\b.efi",
    "/../..",
    "x64",
    "ia32",
    "1",
    "1.10~rc1-2^3",
    "1.9",
    "0",
    "-1",
    "4294967296",
    "quiet console=ttyS0",
    "\"a b\"",
    "\" a b\"",
    "' '",
    "@saved",
    "$kernelopts",
    "6a9857a393724b7a981ebb5b8495b9ea",
    "\xc3\xa9",
    "\xff",
    "\t ",
    "http://host/a",
};
static const char *const file_names[] = {"a.conf",     "b+3.conf", "b+0-3.conf",
                                         "b+2-1.conf", ".conf",    "c"};

#define PICK(random, list) ((list)[random_below((random), sizeof(list) / sizeof((list)[0]))])

/* The place behind a random line or file name, or the start. */
static size_t pick_start(const uint8_t *data, size_t size, struct random *random)
{
    size_t at = size ? random_below(random, size) : 0;

    while (at > 0 && data[at - 1] != '\n' && data[at - 1] != '\0')
        at--;
    return at;
}

/* Where the line that starts at `at` ends, with what ends it. */
static size_t line_end(const uint8_t *data, size_t size, size_t at)
{
    while (at < size && data[at] != '\n' && data[at] != '\0')
        at++;
    return at < size ? at + 1 : size;
}

static size_t insert(uint8_t *data, size_t size, size_t max_size, size_t at, const char *line,
                     size_t length)
{
    if (length > max_size - size)
        return size;
    memmove(data + at + length, data + at, size - at);
    memcpy(data + at, line, length);
    return size + length;
}

static size_t add_line(uint8_t *data, size_t size, size_t max_size, struct random *random)
{
    char line[LONGEST_LINE];
    const char *key = PICK(random, line_keys), *value = PICK(random, line_values);
    size_t length = (size_t)snprintf(line, sizeof(line), "%s%s%s\n", key,
                                     random_below(random, 4) ? " " : "\t  ", value);

    return insert(data, size, max_size, pick_start(data, size, random), line, length);
}

/* Ends the file before a line, and begins another one there. */
static size_t add_file_name(uint8_t *data, size_t size, size_t max_size, struct random *random)
{
    char name[LONGEST_LINE];
    size_t length = (size_t)snprintf(name, sizeof(name), "%c%s\n", '\0', PICK(random, file_names));

    return insert(data, size, max_size, pick_start(data, size, random), name, length);
}

static size_t repeat_line(uint8_t *data, size_t size, size_t max_size, struct random *random)
{
    char line[LONGEST_LINE];
    size_t from = pick_start(data, size, random), length = line_end(data, size, from) - from;

    length = length < sizeof(line) ? length : sizeof(line);
    memcpy(line, data + from, length);
    return insert(data, size, max_size, pick_start(data, size, random), line, length);
}

static size_t leave_out_line(uint8_t *data, size_t size, struct random *random)
{
    size_t from = pick_start(data, size, random), end = line_end(data, size, from);

    memmove(data + from, data + end, size - end);
    return size - (end - from);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    struct random random = {seed};

    switch (random_below(&random, 8)) {
    case 0:
    case 1:
        return add_line(data, size, max_size, &random);
    case 2:
        return add_file_name(data, size, max_size, &random);
    case 3:
        return repeat_line(data, size, max_size, &random);
    case 4:
        return size > 1 ? leave_out_line(data, size, &random) : size;
    default:
        return LLVMFuzzerMutate(data, size, max_size);
    }
}
