/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/console/question.h"

#include "efi/console/console.h"
#include "efi/console/keyboard.h"

#define TICK       100 /* milliseconds */
#define MOST_TICKS 600

static bool is_answered_yes(struct keyboard *keyboard)
{
    uint32_t key = keyboard_wait_ticks(keyboard, MOST_TICKS);

    return key == 'y' || key == 'Y';
}

bool question_ask(const char *question)
{
    CLEANUP(keyboard_close) struct keyboard keyboard = {.timer = NULL};
    bool can_answer = !EFI_ERROR(keyboard_open(&keyboard, TICK));

    if (can_answer)
        (void)keyboard_drain(&keyboard); /* what was typed before is no answer */
    console_print("%s (y/n)\n", question);
    return can_answer && is_answered_yes(&keyboard);
}
