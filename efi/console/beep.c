/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/console/beep.h"

#include "efi/arch/cpu.h"
#include "efi/efi.h"

/* The programmable interval timer (Intel 8254), whose channel 2 drives the speaker. */
#define TIMER_CHANNEL_2 0x42
#define TIMER_COMMAND   0x43
#define TIMER_FREQUENCY 1193182 /* Hz */
#define SQUARE_WAVE     0xb6    /* channel 2, low byte and high byte of the divisor, mode 3 */

/* Bits of port 0x61: the timer counts, and the speaker follows it. */
#define SPEAKER_PORT 0x61
#define SPEAKER_ON   0x3

/* As systemd-boot's: the concert pitch, in Hz, for a tenth of a second. */
#define PITCH    440
#define DURATION UINT32_C(100000) /* in microseconds */

void beep(void)
{
    uint16_t divisor = TIMER_FREQUENCY / PITCH;
    uint8_t silent = cpu_read_port(SPEAKER_PORT) & (uint8_t)~SPEAKER_ON;

    cpu_write_port(TIMER_COMMAND, SQUARE_WAVE);
    cpu_write_port(TIMER_CHANNEL_2, (uint8_t)divisor);
    cpu_write_port(TIMER_CHANNEL_2, (uint8_t)(divisor >> 8));
    cpu_write_port(SPEAKER_PORT, silent | SPEAKER_ON);
    (void)BS->Stall(DURATION);
    cpu_write_port(SPEAKER_PORT, silent);
    (void)BS->Stall(DURATION);
}
