/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/console/progress.h"

#include "common/base/overflow.h"
#include "common/base/text.h"
#include "common/base/utf.h"
#include "efi/console/console.h"
#include "efi/firmware/clock.h"

#define LONGEST_NAME (CONSOLE_TRANSIENT - 10) /* leaves room for the figures */

static struct {
    const char *name; /* NULL: no progress is shown */
    uint64_t total;   /* bytes */
    uint64_t done;    /* bytes */
    uint64_t start;   /* clock_now() */
    unsigned percent; /* shown now */
} progress;

/* How many bytes of a name fit, in whole characters. */
static int fitting_length(const char *name)
{
    const char *end = name;
    int length = 0;

    while (*end && utf8_next(&end) && end - name <= LONGEST_NAME)
        length = (int)(end - name);
    return length;
}

void progress_start(const char *name, uint64_t total)
{
    progress_end();
    progress.name = path_base_name(name);
    progress.total = total;
    progress.done = 0;
    progress.start = clock_now();
    progress.percent = UINT32_MAX;
}

void progress_add(uint64_t bytes)
{
    uint64_t hundredth = max_u64(progress.total / 100, 1);
    unsigned percent;
    TEXT_ON_STACK(line, CONSOLE_TRANSIENT + 1);

    progress.done += bytes;
    percent = (unsigned)min_u64(progress.done / hundredth, 100);
    if (!progress.name || percent == progress.percent ||
        !clock_exceeds_second(clock_now() - progress.start))
        return;
    progress.percent = percent;
    text_format(&line, "%.*s: %u %%", fitting_length(progress.name), progress.name, percent);
    console_show_transient(line.data);
}

void progress_end(void)
{
    progress.name = NULL;
    console_show_transient("");
}
