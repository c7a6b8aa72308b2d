/* SPDX-License-Identifier: BSD-2-Clause */
/* Text out: to COM1 and to the debug port, whichever there are. */
#pragma once

void serial_init(void);
void serial_write_char(char character);
