/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/progress.h"

#include "efi/console.h"

#include "common/checked.h"
#include "common/text.h"

#define ONE_SECOND 10000000 /* in 100 ns, as SetTimer() counts */
#define LINE_BYTES 79       /* the last column would wrap on some consoles */

static struct {
    EFI_EVENT timer; /* of one second, for this file */
    bool slow;       /* some file has taken that long: the medium's way, for the rest of the boot */
    const char *name;
    uint64_t total;
    uint64_t done;
    bool shown;
    unsigned percent; /* on the screen */
} progress;

static void stop_timer(void)
{
    if (progress.timer)
        (void)BS->CloseEvent(progress.timer);
    progress.timer = NULL;
}

/* Without a timer, which firmware may refuse, there is no line: that is all. */
static void start_timer(void)
{
    if (EFI_ERROR(BS->CreateEvent(EVT_TIMER, 0, NULL, NULL, &progress.timer)))
        progress.timer = NULL;
    else
        (void)BS->SetTimer(progress.timer, TimerRelative, ONE_SECOND);
}

/* True when this file has taken a second. */
static bool is_late(void)
{
    if (!progress.shown && progress.timer && !EFI_ERROR(BS->CheckEvent(progress.timer))) {
        progress.slow = true;
        progress.shown = true;
        stop_timer();
    }
    return progress.shown;
}

bool progress_is_due(void)
{
    return is_late() || progress.slow;
}

void progress_start(const char *name, uint64_t total)
{
    progress_end();
    progress.name = name;
    progress.total = total;
    progress.done = 0;
    progress.percent = UINT32_MAX;
    start_timer();
}

void progress_add(uint64_t bytes)
{
    uint64_t hundredth = max_u64(progress.total / 100, 1);
    unsigned percent;

    progress.done += bytes;
    percent = (unsigned)min_u64(progress.done / hundredth, 100);
    if (!progress.name || !is_late() || percent == progress.percent)
        return;
    progress.percent = percent;
    console_print("\r%.*s: %u %%", LINE_BYTES - 8, path_base_name(progress.name), percent);
}

void progress_end(void)
{
    static const char blanks[] = "                                       "
                                 "                                       "; /* a line */

    if (progress.shown) {
        TEXT_ON_STACK(line, LINE_BYTES);

        text_format(&line, "%s: 100 %%", path_base_name(progress.name));
        console_print("\r%.*s\r", (int)min_u64(line.length, sizeof(blanks) - 1), blanks);
    }
    progress.name = NULL;
    progress.shown = false;
    stop_timer();
}
