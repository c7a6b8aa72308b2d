/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/bls/loader_config.h"

#include "common/base/decimal.h"
#include "common/base/text.h"
#include "common/base/units.h"
#include "common/bls/config_parser.h"

#include <assert.h>
#include <string.h>

/*
 * Bytes of a pattern. It is compared with the names of all entries, and those have up to 255
 * characters.
 */
#define PATTERN_MAX 1024

/* A named value. */
struct word {
    const char *name;
    int64_t value;
};

static const struct word timeouts[] = {
    {"menu-force", TIMEOUT_FOREVER},
    {"4294967295", TIMEOUT_FOREVER}, /* written by `bootctl set-timeout menu-force` */
    {"menu-hidden", TIMEOUT_HIDDEN},
    {"menu-disabled", TIMEOUT_DISABLED},
};

static const struct word console_modes[] = {
    {"keep", CONSOLE_MODE_KEEP},
    {"auto", CONSOLE_MODE_AUTO},
    {"max", CONSOLE_MODE_MAX},
};

static const struct word enroll_modes[] = {
    {"off", ENROLL_OFF},
    {"manual", ENROLL_MANUAL},
    {"if-safe", ENROLL_IF_SAFE},
    {"force", ENROLL_FORCE},
};

static const struct word enroll_actions[] = {
    {"reboot", false},
    {"shutdown", true},
};

static const struct word enroll_timeouts[] = {
    {"hidden", ENROLL_TIMEOUT_HIDDEN},
};

static bool find_word(const struct word *words, size_t count, const char *name, int64_t *ret_value)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i].name, name) == 0) {
            *ret_value = words[i].value;
            return true;
        }
    }
    return false;
}

/* Parses one of `words`, or a decimal number up to `max`. */
static bool parse_word_or_number(const struct word *words, size_t count, uint32_t max,
                                 const char *text, int64_t *ret_value)
{
    uint32_t number;

    if (find_word(words, count, text, ret_value))
        return true;
    if (!decimal_parse(&text, max, &number) || *text)
        return false;
    *ret_value = number;
    return true;
}

bool timeout_parse(const char *text, uint32_t *ret_timeout)
{
    int64_t value;

    if (!parse_word_or_number(timeouts, ELEMENTS(timeouts), TIMEOUT_MAX, text, &value))
        return false;
    *ret_timeout = (uint32_t)value;
    return true;
}

static enum config_result take_timeout(struct config_parser *parser, const struct config_key *key,
                                       const char *value)
{
    struct loader_config *config = parser->target;

    (void)key;
    return timeout_parse(value, &config->timeout) ? CONFIG_TAKEN : CONFIG_BAD_VALUE;
}

static enum config_result take_default(struct config_parser *parser, const struct config_key *key,
                                       const char *value)
{
    if (strlen(value) > PATTERN_MAX ||
        (*value == '@' && !text_equals_ignoring_case(value, "@saved")))
        return CONFIG_BAD_VALUE;
    return config_take_string(parser, key, value);
}

bool console_mode_parse(const char *text, int *ret_mode)
{
    int64_t mode;

    if (!parse_word_or_number(console_modes, ELEMENTS(console_modes), INT32_MAX, text, &mode))
        return false;
    *ret_mode = (int)mode;
    return true;
}

static enum config_result take_console_mode(struct config_parser *parser,
                                            const struct config_key *key, const char *value)
{
    struct loader_config *config = parser->target;

    (void)key;
    return console_mode_parse(value, &config->console_mode) ? CONFIG_TAKEN : CONFIG_BAD_VALUE;
}

static enum config_result take_auto(struct config_parser *parser, const struct config_key *key,
                                    const char *value)
{
    struct loader_config *config = parser->target;
    enum config_result result = config_take_boolean(parser, key, value);

    if (result == CONFIG_TAKEN)
        config->auto_always |= *(const bool *)((const char *)config + key->offset);
    return result;
}

static enum config_result take_reboot(struct config_parser *parser, const struct config_key *key,
                                      const char *value)
{
    struct loader_config *config = parser->target;
    bool is_auto = strcmp(value, "auto") == 0;
    enum config_result result = config_take_boolean(parser, key, is_auto ? "no" : value);

    if (result == CONFIG_TAKEN)
        config->reboot_with_tries = is_auto;
    return result;
}

static enum config_result take_enroll(struct config_parser *parser, const struct config_key *key,
                                      const char *value)
{
    struct loader_config *config = parser->target;
    int64_t mode;

    (void)key;
    if (!find_word(enroll_modes, ELEMENTS(enroll_modes), value, &mode))
        return CONFIG_BAD_VALUE;
    config->enroll = (enum enroll_mode)mode;
    return CONFIG_TAKEN;
}

static enum config_result take_enroll_action(struct config_parser *parser,
                                             const struct config_key *key, const char *value)
{
    struct loader_config *config = parser->target;
    int64_t shuts_down;

    (void)key;
    if (!find_word(enroll_actions, ELEMENTS(enroll_actions), value, &shuts_down))
        return CONFIG_BAD_VALUE;
    config->enroll_shuts_down = shuts_down;
    return CONFIG_TAKEN;
}

static enum config_result take_enroll_timeout(struct config_parser *parser,
                                              const struct config_key *key, const char *value)
{
    struct loader_config *config = parser->target;
    int64_t timeout;

    (void)key;
    if (!parse_word_or_number(enroll_timeouts, ELEMENTS(enroll_timeouts), UINT32_MAX, value,
                              &timeout))
        return CONFIG_BAD_VALUE;
    config->enroll_timeout = (uint32_t)timeout;
    return CONFIG_TAKEN;
}

#define MEMBER(member) offsetof(struct loader_config, member)

/*
 * The keys of loader.conf(5) in systemd 262, and pvhboot's own: pass-entry, acpi-overlay,
 * pass-framebuffer.
 */
static const struct config_key keys[] = {
    {"timeout", take_timeout, MEMBER(timeout),
     "a number of seconds, menu-force, menu-hidden or menu-disabled", false},
    {"default", take_default, MEMBER(default_pattern), "a pattern for entry IDs or @saved", false},
    {"preferred", take_default, MEMBER(preferred_pattern), "a pattern for entry IDs or @saved",
     false},
    {"editor", config_take_boolean, MEMBER(editor), CONFIG_BOOLEAN, false},
    {"pass-entry", config_take_boolean, MEMBER(pass_entry), CONFIG_BOOLEAN, false},
    {"acpi-overlay", config_take_boolean, MEMBER(acpi_overlay), CONFIG_BOOLEAN, false},
    {"pass-framebuffer", config_take_boolean, MEMBER(pass_framebuffer), CONFIG_BOOLEAN, false},
    {"console-mode", take_console_mode, MEMBER(console_mode),
     "the number of a text mode, auto, max or keep", false},
    {"auto-entries", take_auto, MEMBER(auto_entries), CONFIG_BOOLEAN, false},
    {"auto-firmware", take_auto, MEMBER(auto_firmware), CONFIG_BOOLEAN, false},
    {"auto-poweroff", take_auto, MEMBER(auto_poweroff), CONFIG_BOOLEAN, false},
    {"auto-reboot", take_auto, MEMBER(auto_reboot), CONFIG_BOOLEAN, false},
    {"beep", config_take_boolean, MEMBER(beep), CONFIG_BOOLEAN, false},
    {.name = "log-level"},
    {.name = "random-seed-mode"},
    {.name = "reboot-for-bitlocker"},
    {"reboot-on-error", take_reboot, MEMBER(reboot_on_error), "yes, no or auto", false},
    {"secure-boot-enroll", take_enroll, MEMBER(enroll), "off, manual, if-safe or force", false},
    {"secure-boot-enroll-action", take_enroll_action, MEMBER(enroll_shuts_down),
     "reboot or shutdown", false},
    {"secure-boot-enroll-timeout-sec", take_enroll_timeout, MEMBER(enroll_timeout),
     "a number of seconds or hidden", false},
};

static_assert(ELEMENTS(keys) <= CONFIG_KEYS_MAX, "config_parser records a line for each key");

void loader_config_init(struct loader_config *ret_config)
{
    *ret_config = (struct loader_config){
        .timeout = TIMEOUT_HIDDEN,
        .default_pattern = "",
        .preferred_pattern = "",
        .editor = true,
        .auto_entries = true,
        .auto_firmware = true,
        .acpi_overlay = true,
        .console_mode = CONSOLE_MODE_KEEP,
        .enroll = ENROLL_IF_SAFE,
        .enroll_timeout = ENROLL_TIMEOUT_DEFAULT,
    };
}

bool loader_config_restarts(const struct loader_config *config, bool used_try)
{
    return config->reboot_on_error || (config->reboot_with_tries && used_try);
}

bool loader_config_parse(const char *text, size_t length, struct arena *arena,
                         struct loader_config *config)
{
    struct config_parser parser = {
        .keys = keys,
        .key_count = ELEMENTS(keys),
        .target = config,
        .arena = arena,
        .diagnostics = &config->diagnostics,
    };

    return config_parse(&parser, text, length);
}
