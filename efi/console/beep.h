/* SPDX-License-Identifier: BSD-2-Clause */
#pragma once

/* Makes the PC's speaker sound for a tenth of a second, and is silent for another. */
void beep(void);
