/* SPDX-License-Identifier: BSD-2-Clause */
/* Text output to COM1 and to the debug port, if they exist. */
#pragma once

void serial_init(void);
void serial_write_char(char character);
