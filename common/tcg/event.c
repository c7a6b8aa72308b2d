/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/tcg/event.h"

#include "common/base/bytes.h"
#include "common/base/utf.h"

#include <string.h>

/* TCG PC Client Platform Firmware Profile 1.05, section 10.4.1. */
#define EV_EVENT_TAG 6
#define EV_IPL       13

/* EFI_TCG2_EVENT, packed: its size, then EFI_TCG2_EVENT_HEADER, then the event's data. */
#define HEADER_SIZE                   4
#define HEADER_VERSION                8
#define HEADER_PCR                    10
#define HEADER_TYPE                   14
#define DATA                          18
#define EFI_TCG2_EVENT_HEADER_VERSION 1

/* TCG_PCClientTaggedEvent: the tag, the text's size, the text. */
#define TAGGED_SIZE 4
#define TAGGED_TEXT 8

static uint64_t text_size(const struct tcg_event *event)
{
    return event->is_ascii ? strlen(event->text) + 1
                           : (utf16_length(event->text) + 1) * sizeof(uint16_t);
}

static void write_header(const struct tcg_event *event, uint64_t size, uint8_t *bytes)
{
    write_le32(bytes, (uint32_t)size);
    write_le32(bytes + HEADER_SIZE, DATA - HEADER_SIZE);
    write_le16(bytes + HEADER_VERSION, EFI_TCG2_EVENT_HEADER_VERSION);
    write_le32(bytes + HEADER_PCR, event->pcr);
    write_le32(bytes + HEADER_TYPE, event->tag ? EV_EVENT_TAG : EV_IPL);
}

uint8_t *tcg_event_write(const struct tcg_event *event, struct arena *arena)
{
    uint64_t length = text_size(event);
    uint64_t offset = event->tag ? DATA + TAGGED_TEXT : DATA;
    uint8_t *bytes = arena_alloc(arena, offset + length, 1);

    if (!bytes)
        return NULL;
    write_header(event, offset + length, bytes);
    if (event->tag) {
        write_le32(bytes + DATA, event->tag);
        write_le32(bytes + DATA + TAGGED_SIZE, (uint32_t)length);
    }
    if (event->is_ascii)
        memcpy(bytes + offset, event->text, length);
    else /* both offsets are even */
        utf8_to_utf16(event->text, (uint16_t *)(void *)(bytes + offset), length / sizeof(uint16_t));
    return bytes;
}
