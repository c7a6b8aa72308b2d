/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The policy, cell by cell, against a second copy of it that is written as people read it. A change
 * of one is a change of the other; see "What Secure Boot allows" in docs/security.md.
 */
#include "tests/lib/support.h"

#include "common/trust/policy.h"

#include <string.h>

/* What a word below stands for. */
static const struct {
    const char *word;
    struct policy_verdict verdict;
} words[] = {
    {"boots", {POLICY_BOOT, ERROR_NONE}},
    {"boots, not verified", {POLICY_UNVERIFIED, ERROR_NONE}},
    {"boots if verified", {POLICY_VERIFY, ERROR_NONE}},
    {"taken", {POLICY_BOOT, ERROR_NONE}},
    {"taken if verified", {POLICY_VERIFY, ERROR_NONE}},
    {"LoadImage", {POLICY_LOAD_IMAGE, ERROR_NONE}},
    {"warning and question: wrong SHA-256", {POLICY_ASK, ERROR_PIN_MISMATCH}},
    {"refused: wrong SHA-256", {POLICY_REFUSE, ERROR_PIN_MISMATCH}},
    {"refused: initrd", {POLICY_REFUSE, ERROR_INITRD_UNSIGNED}},
    {"refused: options", {POLICY_REFUSE, ERROR_COMMAND_LINE_OUTSIDE}},
    {"refused: not Linux", {POLICY_REFUSE, ERROR_NOT_LINUX}},
    {"refused: not signed", {POLICY_REFUSE, ERROR_FILE_UNSIGNED}},
    {"refused: unknown", {POLICY_REFUSE, ERROR_SECURE_BOOT_UNKNOWN}},
    {"ignored: options", {POLICY_IGNORE, ERROR_COMMAND_LINE_IGNORED}},
    {"ignored: initrd", {POLICY_IGNORE, ERROR_INITRD_IGNORED}},
    {"ignored: unknown", {POLICY_IGNORE, ERROR_SECURE_BOOT_UNKNOWN}},
};

/* In the order of `columns`. */
static const enum secure_boot columns[] = {
    SECURE_BOOT_OFF,
    SECURE_BOOT_ON,
    SECURE_BOOT_INSECURE,
    SECURE_BOOT_UNKNOWN,
};

static const struct {
    enum kernel_source source;
    const char *cells[ELEMENTS(columns)];
} kernels[] = {
    {KERNEL_EMBEDDED, {"boots", "boots", "boots", "boots"}},
    {KERNEL_PINNED, {"boots", "boots", "boots", "refused: unknown"}},
    {KERNEL_PIN_MISMATCH,
     {"warning and question: wrong SHA-256", "refused: wrong SHA-256",
      "warning and question: wrong SHA-256", "refused: unknown"}},
    {KERNEL_PE,
     {"boots, not verified", "boots if verified", "boots, not verified", "refused: unknown"}},
    {KERNEL_PE_PLAIN_INITRD,
     {"boots, not verified", "refused: initrd", "boots, not verified", "refused: unknown"}},
    {KERNEL_PE_PLAIN_OPTIONS,
     {"boots, not verified", "refused: options", "boots, not verified", "refused: unknown"}},
    {KERNEL_PE_NOT_LINUX,
     {"boots, not verified", "refused: not Linux", "boots, not verified", "refused: unknown"}},
    {KERNEL_PLAIN,
     {"boots, not verified", "refused: not signed", "boots, not verified", "refused: unknown"}},
    {KERNEL_PROGRAM, {"LoadImage", "LoadImage", "LoadImage", "LoadImage"}},
};

static const struct {
    enum outside_input input;
    bool embedded;
    const char *cells[ELEMENTS(columns)];
} inputs[] = {
    {OUTSIDE_COMMAND_LINE, false, {"taken", "refused: options", "taken", "refused: options"}},
    {OUTSIDE_COMMAND_LINE, true, {"taken", "ignored: options", "taken", "ignored: options"}},
    {OUTSIDE_MODULES, false, {"taken", "refused: initrd", "taken", "refused: initrd"}},
    {OUTSIDE_MODULES, true, {"taken", "refused: initrd", "taken", "refused: initrd"}},
    {OUTSIDE_INITRD, false, {"taken", "refused: initrd", "taken", "refused: initrd"}},
    {OUTSIDE_INITRD, true, {"taken", "ignored: initrd", "taken", "ignored: initrd"}},
    {OUTSIDE_ADDON, false, {"taken", "taken if verified", "taken", "ignored: unknown"}},
    {OUTSIDE_ADDON, true, {"taken", "taken if verified", "taken", "ignored: unknown"}},
};

static void check_cell(const char *word, struct policy_verdict verdict)
{
    for (size_t i = 0; i < ELEMENTS(words); i++) {
        if (strcmp(words[i].word, word) == 0) {
            assert_int_equal(verdict.action, words[i].verdict.action);
            assert_int_equal(verdict.error, words[i].verdict.error);
            return;
        }
    }
    fail_msg("\"%s\" means nothing", word);
}

static void kernels_cell_by_cell(void **state)
{
    (void)state;
    assert_int_equal(ELEMENTS(columns), SECURE_BOOT_STATES);
    assert_int_equal(ELEMENTS(kernels), KERNEL_SOURCES);
    for (size_t i = 0; i < ELEMENTS(kernels); i++) {
        for (size_t j = 0; j < ELEMENTS(columns); j++)
            check_cell(kernels[i].cells[j], policy_judge(columns[j], kernels[i].source));
    }
}

static void inputs_cell_by_cell(void **state)
{
    (void)state;
    assert_int_equal(ELEMENTS(inputs), 2 * OUTSIDE_INPUTS);
    for (size_t i = 0; i < ELEMENTS(inputs); i++) {
        for (size_t j = 0; j < ELEMENTS(columns); j++)
            check_cell(inputs[i].cells[j],
                       policy_judge_input(columns[j], inputs[i].input, inputs[i].embedded));
    }
}

static void what_is_refused_says_why(void **state)
{
    (void)state;
    for (int source = 0; source < KERNEL_SOURCES; source++) {
        for (int secure = 0; secure < SECURE_BOOT_STATES; secure++) {
            struct policy_verdict verdict =
                policy_judge((enum secure_boot)secure, (enum kernel_source)source);
            bool warns = verdict.action == POLICY_REFUSE || verdict.action == POLICY_ASK;

            assert_int_equal(warns, verdict.error != ERROR_NONE);
        }
    }
}

static void sources(void **state)
{
    static const struct {
        struct policy_facts facts;
        enum kernel_source source;
    } rows[] = {
        {{.pinned = false}, KERNEL_PLAIN},
        {{.has_unpinned = true, .has_outside_options = true}, KERNEL_PLAIN},
        {{.is_pe = true}, KERNEL_PE},
        {{.is_pe = true, .is_signed = true}, KERNEL_PE},
        {{.is_pe = true, .is_signed = true, .has_unpinned = true}, KERNEL_PE_PLAIN_INITRD},
        {{.is_pe = true, .has_unpinned = true}, KERNEL_PLAIN},
        {{.is_pe = true, .has_outside_options = true}, KERNEL_PE_PLAIN_OPTIONS},
        {{.pinned = true}, KERNEL_PINNED},
        {{.pinned = true, .is_pe = true, .is_signed = true}, KERNEL_PINNED},
        {{.pinned = true, .has_unpinned = true}, KERNEL_PE_PLAIN_INITRD},
        {{.pinned = true, .has_outside_options = true}, KERNEL_PE_PLAIN_OPTIONS},
        {{.pinned = true, .has_unpinned = true, .has_outside_options = true},
         KERNEL_PE_PLAIN_INITRD},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++)
        assert_int_equal(policy_classify(&rows[i].facts), rows[i].source);
}

static void states(void **state)
{
    (void)state;
    assert_false(policy_is_enforced(SECURE_BOOT_OFF));
    assert_true(policy_is_enforced(SECURE_BOOT_ON));
    assert_false(policy_is_enforced(SECURE_BOOT_INSECURE));
    assert_true(policy_is_enforced(SECURE_BOOT_UNKNOWN));
    assert_int_equal(policy_warning(SECURE_BOOT_OFF), ERROR_NONE);
    assert_int_equal(policy_warning(SECURE_BOOT_ON), ERROR_NONE);
    assert_int_equal(policy_warning(SECURE_BOOT_INSECURE), ERROR_SHIM_INSECURE);
    assert_int_equal(policy_warning(SECURE_BOOT_UNKNOWN), ERROR_NONE);
}

/* Numbers that are none of these are a programmer's error, and refuse all the same. */
static void in_doubt_it_is_refused(void **state)
{
    (void)state;
    assert_int_equal(policy_judge(SECURE_BOOT_STATES, KERNEL_EMBEDDED).action, POLICY_REFUSE);
    assert_int_equal(policy_judge(SECURE_BOOT_OFF, KERNEL_SOURCES).action, POLICY_REFUSE);
    assert_true(policy_is_enforced(SECURE_BOOT_STATES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernels_cell_by_cell),     cmocka_unit_test(inputs_cell_by_cell),
        cmocka_unit_test(what_is_refused_says_why), cmocka_unit_test(states),
        cmocka_unit_test(in_doubt_it_is_refused),   cmocka_unit_test(sources),
    };

    return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
