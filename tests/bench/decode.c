/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unpacks a kernel to memory between the marks, with the loader's sources and libraries. Prints its
 * containers and its unpacked size.
 */
#include "common/image/unpack.h"
#include "tests/bench/marks.h"
#include "tools/pvhinfo/host/arena.h"
#include "tools/pvhinfo/host/file.h"

#include <stdio.h>

#define LIMIT (1 * GIB)

static bool unpack_all(struct unpack *unpack, struct host_file *file, struct arena *arena,
                       struct error *error)
{
    bool done;

    MARK(MARK_BEGIN);
    done = unpack_open(unpack, &file->source, LIMIT, arena, error) &&
           (unpack->elf || unpack_to_memory(unpack));
    MARK(MARK_END);
    return done;
}

static void print(const struct unpack *unpack)
{
    printf("%llu ", (unsigned long long)unpack->elf->size);
    for (unsigned i = 0; i < unpack->layer_count; i++) {
        const struct container *layer = &unpack->layers[i];

        if (layer->in_bzimage)
            printf("bzImage ");
        printf("%s ", container_name(layer->kind));
    }
    printf("\n");
}

int main(int argument_count, char **arguments)
{
    static struct unpack unpack;
    struct host_file file = {.descriptor = -1};
    struct arena arena = host_arena();
    struct error error = {0};

    if (argument_count != 2) {
        fprintf(stderr, "usage: decode KERNEL\n");
        return 2;
    }
    if (!host_file_open(arguments[1], &file)) {
        fprintf(stderr, "decode: %s: %s\n", arguments[1], file.reason);
        return 2;
    }
    if (!unpack_all(&unpack, &file, &arena, &error)) {
        fprintf(stderr, "decode: %s cannot be unpacked: error %d\n", arguments[1], error.code);
        return 1;
    }
    print(&unpack);
    arena_release(&arena);
    host_file_close(&file);
    return 0;
}
