/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/samples.h"

#include "tests/lib/support.h"

#include <stdio.h>
#include <stdlib.h>

struct sample sample_read(const char *name)
{
    struct sample sample;
    char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "build/samples/%s", name);
    file = fopen(path, "rb");
    if (!file)
        fail_msg("%s is missing", path);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    sample.size = (size_t)ftell(file);
    rewind(file);
    sample.bytes = malloc(sample.size + 1);
    assert_non_null(sample.bytes);
    assert_int_equal(fread(sample.bytes, 1, sample.size, file), sample.size);
    fclose(file);
    return sample;
}

void sample_free(struct sample *sample)
{
    free(sample->bytes);
}
