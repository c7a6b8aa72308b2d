/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/base/uefi_status.h"

#include "common/base/units.h"

#include <stddef.h>

static const struct {
    uint8_t number;
    char name[20]; /* an array instead of a pointer: no relocations */
} names[] = {
    {0, "Success"},
    {1, "Load Error"},
    {2, "Invalid Parameter"},
    {3, "Unsupported"},
    {4, "Bad Buffer Size"},
    {5, "Buffer Too Small"},
    {6, "Not Ready"},
    {7, "Device Error"},
    {8, "Write Protected"},
    {9, "Out of Resources"},
    {10, "Volume Corrupted"},
    {11, "Volume Full"},
    {12, "No Media"},
    {13, "Media Changed"},
    {14, "Not Found"},
    {15, "Access Denied"},
    {16, "No Response"},
    {17, "No Mapping"},
    {18, "Time Out"},
    {20, "Already Started"},
    {21, "Aborted"},
    {22, "ICMP Error"},
    {23, "TFTP Error"},
    {24, "Protocol Error"},
    {26, "Security Violation"},
    {27, "CRC Error"},
    {28, "End of Media"},
    {31, "End of File"},
    {35, "HTTP Error"},
    {100, "Network Unreachable"},
    {101, "Host Unreachable"},
    {104, "Connection Closed"},
    {105, "Connection Reset"},
    {106, "Connection Refused"},
};

const char *uefi_status_name(uint64_t number)
{
    for (size_t i = 0; i < ELEMENTS(names); i++) {
        if (names[i].number == number)
            return names[i].name;
    }
    return "unknown error";
}
