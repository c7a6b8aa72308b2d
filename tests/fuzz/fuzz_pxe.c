/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer: the packets of a network boot, for IPv4 or, by the first byte, IPv6. */
#include "tests/fuzz/fuzz_text.h"

#include "common/network/pxe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct boot_server server;
    TEXT_ON_STACK(file, 2 * BOOT_FILE_NAME_SIZE);
    char *copy;

    if (size < 1)
        return -1;
    copy = copy_bytes(data + 1, size - 1);
    if ((data[0] & 1 ? pxe_read_dhcp6 : pxe_read_dhcp)((const uint8_t *)copy, size - 1, &server)) {
        size_t length = strnlen(server.file, sizeof(server.file));

        require(length > 0 && length < sizeof(server.file));
        boot_server_append_file(&file, &server, "\\a\\b");
        require(file.length >= strlen("a/b"));
        text_clear(&file);
        boot_server_append_url(&file, &server, server.file);
    }
    free(copy);
    return 0;
}
