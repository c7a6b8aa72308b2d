/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/simulation.h"

#include <stdlib.h>

static struct content content_at(struct content content, uint64_t distance)
{
    if (content.kind == CONTENT_FILE)
        content.offset += distance;
    return content;
}

static bool same_content(struct content a, struct content b)
{
    return a.kind == b.kind &&
           (a.kind != CONTENT_FILE || (a.file == b.file && a.offset == b.offset));
}

void simulation_write(struct simulation *simulation, struct range range, struct content content)
{
    if (range_size(range) == 0)
        return;
    if (simulation->count == simulation->capacity) {
        simulation->capacity = simulation->capacity ? simulation->capacity * 2 : 64;
        simulation->pieces =
            realloc(simulation->pieces, simulation->capacity * sizeof(*simulation->pieces));
        assert_non_null(simulation->pieces);
    }
    simulation->pieces[simulation->count++] = (struct content_piece){range, content};
}

/* The content at `start`, by the latest write to it. *end is reduced to where that ends. */
static struct content content_of(const struct simulation *simulation, uint64_t start, uint64_t *end)
{
    for (size_t i = simulation->count; i-- > 0;) {
        const struct content_piece *piece = &simulation->pieces[i];

        if (range_contains(piece->range, start)) {
            *end = min_u64(*end, piece->range.end);
            return content_at(piece->content, start - piece->range.start);
        }
        if (piece->range.start > start)
            *end = min_u64(*end, piece->range.start);
    }
    return (struct content){.kind = CONTENT_GARBAGE};
}

void simulation_copy(struct simulation *simulation, uint64_t destination, uint64_t source,
                     uint64_t size)
{
    for (uint64_t done = 0; done < size;) {
        uint64_t end = source + size;
        struct content content = content_of(simulation, source + done, &end);
        uint64_t part = end - (source + done);

        simulation_write(simulation, (struct range){destination + done, destination + done + part},
                         content);
        done += part;
    }
}

bool simulation_holds(const struct simulation *simulation, struct range range,
                      struct content content)
{
    for (uint64_t at = range.start; at < range.end;) {
        uint64_t end = range.end;
        struct content found = content_of(simulation, at, &end);

        if (!same_content(found, content_at(content, at - range.start)))
            return false;
        at = end;
    }
    return true;
}

void simulation_free(struct simulation *simulation)
{
    free(simulation->pieces);
}
