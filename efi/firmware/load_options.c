/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/load_options.h"

#include "common/base/utf.h"
#include "common/options/image_options.h"
#include "common/options/load_options.h"
#include "efi/firmware/device_path.h"
#include "efi/firmware/proto/shell_parameters.h"

#define REASON_SIZE 400

static char *words_to_text(const CHAR16 *ucs2, struct arena *arena)
{
    size_t count = 0;

    while (ucs2[count])
        count++;
    return utf16_to_utf8_copy(ucs2, count, arena);
}

/* Sets the error with the parser's reason, copied to the arena to outlive the parser's buffer. */
static bool set_options_error(const struct text *reason, struct arena *arena, struct error *error)
{
    error->reason = arena_strndup(arena, reason->data, reason->length);
    return error_set(error, error->reason ? ERROR_OPTIONS : ERROR_OUT_OF_MEMORY);
}

static bool parse_words(const struct shell_parameters_protocol *shell, const char *line,
                        struct arena *arena, struct options *ret_options, struct error *error)
{
    const char **words = arena_alloc(arena, shell->argc, sizeof(*words));
    size_t count = shell->argc ? shell->argc - 1 : 0; /* without the program's name */
    TEXT_ON_STACK(reason, REASON_SIZE);

    for (size_t i = 0; words && i < count; i++) {
        words[i] = words_to_text(shell->argv[1 + i], arena);
        if (!words[i])
            words = NULL;
    }
    if (!words)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    return options_parse_words(words, count, line, arena, ret_options, &reason) ||
           set_options_error(&reason, arena, error);
}

/* Skips the program's own name; "" for NULL. */
static bool skip_own_name(const EFI_LOADED_IMAGE *loaded, const char **line, struct arena *arena,
                          struct error *error)
{
    const char *own_path = device_path_file_name(loaded->FilePath, arena);

    if (!own_path)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    *line = *line ? options_skip_own_name(*line, path_base_name(own_path)) : "";
    return true;
}

static bool parse_line(const EFI_LOADED_IMAGE *loaded, const char *line, struct arena *arena,
                       struct options *ret_options, struct error *error)
{
    TEXT_ON_STACK(reason, REASON_SIZE);

    if (!skip_own_name(loaded, &line, arena, error))
        return false;
    return options_parse_line(line, arena, ret_options, &reason) ||
           set_options_error(&reason, arena, error);
}

/* The shell's parameters; NULL when we were not started by a shell. */
static const struct shell_parameters_protocol *find_shell(EFI_HANDLE image)
{
    EFI_GUID guid = SHELL_PARAMETERS_PROTOCOL_GUID;
    struct shell_parameters_protocol *shell = NULL;

    return EFI_ERROR(BS->HandleProtocol(image, &guid, (void **)&shell)) ? NULL : shell;
}

bool load_options_are_from_shell(EFI_HANDLE image)
{
    return find_shell(image) != NULL;
}

bool load_options_collect(EFI_HANDLE image, const EFI_LOADED_IMAGE *loaded, struct arena *arena,
                          struct options *ret_options, enum load_options *ret_kind,
                          struct error *error)
{
    const struct shell_parameters_protocol *shell = find_shell(image);
    const char *line = NULL;

    *ret_kind = load_options_read(loaded->LoadOptions, loaded->LoadOptionsSize, arena, &line);
    if (*ret_kind == LOAD_OPTIONS_OUT_OF_MEMORY)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    if (shell)
        return parse_words(shell, line, arena, ret_options, error);
    return parse_line(loaded, line, arena, ret_options, error);
}

/* A shell's line has the program's name in front, and the words as they were typed. */
bool load_options_collect_image(const EFI_LOADED_IMAGE *loaded, struct arena *arena,
                                unsigned *ret_profile, struct options *ret_options,
                                struct error *error)
{
    TEXT_ON_STACK(reason, REASON_SIZE);
    const char *line = NULL;

    if (load_options_read(loaded->LoadOptions, loaded->LoadOptionsSize, arena, &line) ==
        LOAD_OPTIONS_OUT_OF_MEMORY)
        return error_set(error, ERROR_OUT_OF_MEMORY);
    if (!skip_own_name(loaded, &line, arena, error))
        return false;
    return image_options_parse(line, arena, ret_profile, ret_options, &reason) ||
           set_options_error(&reason, arena, error);
}
