/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/image/container.h"

#include "common/image/container_reader.h"

#include <string.h>

const struct container_format container_unknown = {.name = "unknown"};

const struct container_format container_elf = {
    .name = "ELF",
    .magic = {0x7f, 'E', 'L', 'F'},
    .magic_size = 4,
};

/* A switch instead of an array: each pointer in an array costs a relocation, 32 bytes in all. */
#define FORMAT_CASE(constant, descriptor)                                                          \
    case CONTAINER_##constant:                                                                     \
        return &container_##descriptor;

const struct container_format *container_format_of(enum container_kind kind)
{
    switch (kind) {
        CONTAINER_FORMATS(FORMAT_CASE)
    default:
        return &container_unknown;
    }
}

const char *container_name(enum container_kind kind)
{
    return container_format_of(kind)->name;
}

bool container_is_packed(enum container_kind kind)
{
    return container_format_of(kind)->measure != NULL;
}

static bool has_magic(const struct container_format *format, const uint8_t *head, size_t size)
{
    const uint8_t *bytes = head + format->magic_offset;

    return format->magic_size > 0 && fits_inside(format->magic_offset, format->magic_size, size) &&
           (bytes[0] & ~format->magic_any) == format->magic[0] &&
           memcmp(bytes + 1, format->magic + 1, format->magic_size - 1U) == 0;
}

enum container_kind container_kind_of(const uint8_t *head, size_t size)
{
    for (unsigned i = 0; i < CONTAINER_KINDS; i++) {
        enum container_kind kind = (enum container_kind)i;

        if (has_magic(container_format_of(kind), head, size))
            return kind;
    }
    return CONTAINER_UNKNOWN;
}

bool container_recognize(struct container_reader *reader, struct range where)
{
    const uint8_t *head;
    size_t size;

    reader_restrict(reader, where);
    if (!reader_peek_head(reader, &head, &size))
        return false;
    *reader->container =
        (struct container){.kind = container_kind_of(head, size), .content = where};
    return true;
}

bool container_measure(struct container_reader *reader)
{
    struct container *container = reader->container;
    const struct container_format *format = container_format_of(container->kind);

    reader_restrict(reader, container->content);
    if (format->measure)
        return format->measure(reader);
    container->unpacked = range_size(container->content);
    container->unpacked_exact = true;
    return true;
}

bool container_identify(struct byte_source *source, struct range where,
                        struct container *ret_container, struct error *ret_error)
{
    struct container_reader reader = {
        .source = source,
        .container = ret_container,
        .error = ret_error,
    };

    error_clear(ret_error);
    *ret_container = (struct container){.content = where};
    return container_recognize(&reader, where) && container_measure(&reader);
}
