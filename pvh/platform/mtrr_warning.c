/* SPDX-License-Identifier: BSD-2-Clause */
#include "pvh/platform/mtrr_warning.h"

#include "common/base/text.h"

#include <string.h>

static bool has_word(const char *command_line, const char *word)
{
    const char *at = find_parameter(command_line, 0, word);
    size_t length = strlen(word);

    while (at && at[length] && !is_space(at[length]))
        at = find_parameter(command_line, (size_t)(at - command_line) + 1, word);
    return at;
}

void print_mtrr_warning(struct writer *writer, const char *command_line,
                        const struct mtrr_finding *finding)
{
    bool trimmed = finding->trimmed && !has_word(command_line, "disable_mtrr_trim");
    TEXT_ON_STACK(size, 30);

    /* A guest's memory is as fast as the host's, whatever the guest's MTRRs are. */
    if (finding->uncached == 0 || (finding->guest && !trimmed))
        return;
    text_append_size(&size, finding->uncached);
    if (trimmed)
        writer_print(writer,
                     "warning: %s of RAM is not write-back according to the MTRRs and may be slow; "
                     "Linux leaves it unused unless disable_mtrr_trim is given",
                     size.data);
    else
        writer_print(writer,
                     "warning: %s of RAM is not write-back according to the MTRRs and will be "
                     "slow; a firmware update may fix it",
                     size.data);
}
