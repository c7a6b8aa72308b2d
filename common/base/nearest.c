/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/base/nearest.h"

#include "common/base/overflow.h"
#include "common/base/text.h"

#include <string.h>

#define LONGEST       24 /* bytes of a word; longer ones are near to nothing */
#define MOST_MISTAKES 2
#define LETTERS_EACH  3 /* so many letters for each mistake */

/* A row of the table of distances between the words' beginnings. */
typedef size_t row_t[LONGEST + 1];

static bool is_exchanged(const char *a, size_t i, const char *b, size_t j)
{
    return i > 1 && j > 1 && to_lower(a[i - 1]) == to_lower(b[j - 2]) &&
           to_lower(a[i - 2]) == to_lower(b[j - 1]);
}

/* Damerau's and Levenshtein's distance, where no letters are exchanged twice. */
static size_t find_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    row_t rows[3];

    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i - 1) % 3];

        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t differs = to_lower(a[i - 1]) != to_lower(b[j - 1]);

            row[j] = min_u64(min_u64(above[j], row[j - 1]) + 1, above[j - 1] + differs);
            if (is_exchanged(a, i, b, j))
                row[j] = min_u64(row[j], rows[(i - 2) % 3][j - 2] + 1);
        }
    }
    return rows[a_length % 3][b_length];
}

void nearest_consider(struct nearest *nearest, const char *word, size_t length,
                      const char *candidate)
{
    size_t candidate_length = strlen(candidate);
    size_t most = min_u64(candidate_length / LETTERS_EACH, MOST_MISTAKES);
    size_t distance;

    if (length > LONGEST || candidate_length > LONGEST)
        return;
    distance = find_distance(word, length, candidate, candidate_length);
    if (distance > most || (nearest->word && nearest->distance <= distance))
        return;
    *nearest = (struct nearest){candidate, distance};
}
