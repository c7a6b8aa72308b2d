/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/firmware/load_options.h"

#include "common/base/utf.h"
#include "common/bls/load_options.h"
#include "efi/console/console.h"
#include "efi/firmware/device_path.h"
#include "efi/firmware/proto/shell_parameters.h"

static char *words_to_text(const CHAR16 *ucs2, struct arena *arena)
{
    size_t count = 0;

    while (ucs2[count])
        count++;
    return utf16_to_utf8_copy(ucs2, count, arena);
}

static EFI_STATUS parse_words(const struct shell_parameters_protocol *shell, const char *line,
                              struct arena *arena, struct options *ret_options, struct text *error)
{
    const char **words = arena_alloc(arena, shell->argc, sizeof(*words));
    size_t count = shell->argc ? shell->argc - 1 : 0; /* without our own name */

    for (size_t i = 0; words && i < count; i++) {
        words[i] = words_to_text(shell->argv[1 + i], arena);
        if (!words[i])
            words = NULL;
    }
    if (!words)
        return console_no_memory();
    if (!options_parse_words(words, count, line, arena, ret_options, error))
        return console_error(EFI_INVALID_PARAMETER, "%s", error->data);
    return EFI_SUCCESS;
}

static EFI_STATUS parse_line(const EFI_LOADED_IMAGE *loaded, const char *line, struct arena *arena,
                             struct options *ret_options, struct text *error)
{
    const char *own_path = device_path_file_name(loaded->FilePath, arena);

    if (!own_path)
        return console_no_memory();
    line = line ? options_skip_own_name(line, path_base_name(own_path)) : "";
    if (!options_parse_line(line, arena, ret_options, error))
        return console_error(EFI_INVALID_PARAMETER, "%s", error->data);
    return EFI_SUCCESS;
}

/* What the shell that started us says; NULL when no shell did. */
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

static EFI_STATUS parse(EFI_HANDLE image, const EFI_LOADED_IMAGE *loaded, const char *line,
                        struct arena *arena, struct options *ret_options)
{
    const struct shell_parameters_protocol *shell = find_shell(image);
    TEXT_ON_STACK(error, 400);

    if (shell)
        return parse_words(shell, line, arena, ret_options, &error);
    return parse_line(loaded, line, arena, ret_options, &error);
}

EFI_STATUS load_options_collect(EFI_HANDLE image, const EFI_LOADED_IMAGE *loaded,
                                struct arena *arena, struct options *ret_options)
{
    const char *line = NULL;
    enum load_options kind =
        load_options_read(loaded->LoadOptions, loaded->LoadOptionsSize, arena, &line);
    EFI_STATUS status;

    if (kind == LOAD_OPTIONS_OUT_OF_MEMORY)
        return console_no_memory();
    status = parse(image, loaded, line, arena, ret_options);
    if (EFI_ERROR(status))
        return status;
    console_set_verbose(ret_options->verbose);
    if (kind == LOAD_OPTIONS_JUNK)
        console_verbose("the load options (%u bytes) are no text and are ignored",
                        loaded->LoadOptionsSize);
    return EFI_SUCCESS;
}
