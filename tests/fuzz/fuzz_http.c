/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libFuzzer: the first byte is a status, each line a header. The same bytes as nodes of a device
 * path.
 */
#include "tests/fuzz/fuzz_text.h"

#include "common/network/http.h"
#include "common/network/network_node.h"

#define HEADERS 8

static size_t split(char *text, struct http_header *headers)
{
    size_t count = 0;

    while (text && count < HEADERS) {
        char *next = strchr(text, '\n');
        char *value;

        if (next)
            *next++ = '\0';
        value = strchr(text, ':');
        if (value)
            *value++ = '\0';
        headers[count++] = (struct http_header){text, value};
        text = next;
    }
    return count;
}

static void fuzz_nodes(const uint8_t *data, size_t size)
{
    struct network_path path = {.has_mac = false};

    while (size >= 2) {
        size_t length = data[1] < size - 2 ? data[1] : size - 2;
        uint8_t *copy = (uint8_t *)copy_bytes(data + 2, length);

        network_path_add(&path, NODE_MESSAGING, data[0], copy, length);
        free(copy);
        data += 2 + length;
        size -= 2 + length;
    }
    require(!path.uri || path.uri_size > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_header headers[HEADERS];
    struct http_answer answer;
    TEXT_ON_STACK(text, 64);
    char *copy;

    fuzz_nodes(data, size);
    if (size == 0)
        return 0;
    copy = malloc(size);
    require(copy);
    memcpy(copy, data + 1, size - 1);
    copy[size - 1] = '\0';
    http_answer_read(data[0], headers, split(copy, headers), &answer);
    if (answer.has_range && !answer.is_damaged)
        require(answer.range_start < answer.range_end && answer.range_end <= answer.size);
    http_append_status(&text, answer.status);
    require(*text.data);
    free(copy);
    return 0;
}
