/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/base/nearest.h"
#include "common/base/units.h"

#include <stdlib.h>
#include <string.h>

static const char *find(const char *word)
{
    static const char *const words[] = {"title",
                                        "linux",
                                        "efi",
                                        "efx",
                                        "initrd",
                                        "options",
                                        "overwrite-acpi-nvs",
                                        "one-word-that-still-fits",
                                        "one-word-that-fits-nowise",
                                        "a-word-that-is-too-long-for-it"};
    struct nearest nearest = {.word = NULL};
    size_t length = strlen(word);
    char *exact = malloc(length + 1); /* not terminated: reading past its end is detected */

    memcpy(exact, word, length);
    for (size_t i = 0; i < ELEMENTS(words); i++)
        nearest_consider(&nearest, exact, length, words[i]);
    free(exact);
    return nearest.word ? nearest.word : "none";
}

static void misspelt_words_are_recognized(void **state)
{
    static const char *const rows[][2] = {
        {"titel", "title"},
        {"tittle", "title"},
        {"tile", "title"},
        {"linxu", "linux"},
        {"ilnux", "linux"},
        {"Linux", "linux"},
        {"linu", "linux"},
        {"inird", "initrd"},
        {"initramd", "initrd"},
        {"optoin", "options"},
        {"OPTIONS", "options"},
        {"efi", "efi"},
        {"efl", "efi"}, /* "efx" is as near, but later */
        {"efx", "efx"},
        {"overwrite-acpi-nsv", "overwrite-acpi-nvs"},
        {"overwrite_acpi_nvs", "overwrite-acpi-nvs"},
        {"one_word-that-still-fits", "one-word-that-still-fits"}, /* 24 bytes */
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++)
        assert_string_equal(find(rows[i][0]), rows[i][1]);
}

static void other_words_are_not(void **state)
{
    static const char *const words[] = {"",
                                        "x",
                                        "kernel",
                                        "ilnuy",
                                        "overwrite_acpi_nsv",
                                        "linux-extra",
                                        "e",
                                        "title-title-title-title-title",
                                        "one-word-that-still-fits-",
                                        "one-word-that-fits-nowis",
                                        "a-word-that-is-too-long-for-it"};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(words); i++)
        assert_string_equal(find(words[i]), "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(misspelt_words_are_recognized),
        cmocka_unit_test(other_words_are_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
