/* SPDX-License-Identifier: BSD-2-Clause */
#include "serial.h"

#include "ports.h"

#define COM1               0x3f8
#define UART_DATA          (COM1 + 0)
#define UART_IRQ_ENABLE    (COM1 + 1)
#define UART_FIFO_CONTROL  (COM1 + 2)
#define UART_LINE_CONTROL  (COM1 + 3)
#define UART_MODEM_CONTROL (COM1 + 4)
#define UART_LINE_STATUS   (COM1 + 5)
#define UART_DIVISOR_LOW   (COM1 + 0)
#define UART_DIVISOR_HIGH  (COM1 + 1)

#define LINE_CONTROL_8N1     0x03
#define LINE_CONTROL_DIVISOR 0x80
#define MODEM_DTR_RTS        0x03
#define FIFO_ENABLE          0x01
#define STATUS_CAN_SEND      0x20
#define STATUS_ALL_SENT      0x40

#define DEBUG_PORT 0xe9

/* Bounded, so that output reaches the debug port even if the UART is missing or stuck. */
static void wait_for(uint8_t status)
{
    for (uint32_t tries = 0; tries < 1000000; tries++)
        if (port_read(UART_LINE_STATUS) & status)
            return;
}

void serial_init(void)
{
    /* The loader's last output may not have been sent yet. */
    wait_for(STATUS_ALL_SENT);
    port_write(UART_IRQ_ENABLE, 0);
    port_write(UART_LINE_CONTROL, LINE_CONTROL_DIVISOR);
    port_write(UART_DIVISOR_LOW, 1); /* 115200 baud */
    port_write(UART_DIVISOR_HIGH, 0);
    port_write(UART_LINE_CONTROL, LINE_CONTROL_8N1);
    port_write(UART_FIFO_CONTROL, FIFO_ENABLE);
    port_write(UART_MODEM_CONTROL, MODEM_DTR_RTS);
}

static void uart_write(char character)
{
    wait_for(STATUS_CAN_SEND);
    port_write(UART_DATA, (uint8_t)character);
}

void serial_write_char(char character)
{
    if (character == '\n')
        uart_write('\r');
    uart_write(character);
    port_write(DEBUG_PORT, (uint8_t)character);
}
