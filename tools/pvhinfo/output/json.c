/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/output/json.h"

#include "common/base/text.h"
#include "common/base/utf.h"

static void new_line(const struct json *json)
{
    fputc('\n', json->file);
    for (unsigned i = 0; i < json->depth; i++)
        fputs("  ", json->file);
}

static void write_text(const struct json *json, const char *text)
{
    fputc('"', json->file);
    while (*text) {
        uint32_t character = utf8_next(&text);
        char bytes[4];

        if (character == '"' || character == '\\')
            fprintf(json->file, "\\%c", (char)character);
        else if (character < ' ' || character == 0x7f)
            fprintf(json->file, "\\u%04x", (unsigned)character);
        else
            fwrite(bytes, 1, utf8_encode(character, bytes), json->file);
    }
    fputc('"', json->file);
}

/* Writes comma, indentation and key. */
static void begin_value(struct json *json, const char *key)
{
    if (json->needs_comma)
        fputc(',', json->file);
    if (json->depth > 0)
        new_line(json);
    json->needs_comma = true;
    if (key) {
        write_text(json, key);
        fputs(": ", json->file);
    }
}

void json_begin(struct json *json, const char *key, char bracket)
{
    begin_value(json, key);
    fputc(bracket, json->file);
    json->depth++;
    json->needs_comma = false;
}

void json_end(struct json *json, char bracket)
{
    json->depth--;
    if (json->needs_comma)
        new_line(json);
    fputc(bracket, json->file);
    json->needs_comma = true;
    if (json->depth == 0)
        fputc('\n', json->file);
}

void json_string(struct json *json, const char *key, const char *text)
{
    if (!text) {
        json_null(json, key);
        return;
    }
    begin_value(json, key);
    write_text(json, text);
}

void json_number(struct json *json, const char *key, uint64_t number)
{
    begin_value(json, key);
    fprintf(json->file, "%llu", (unsigned long long)number);
}

void json_bool(struct json *json, const char *key, bool value)
{
    begin_value(json, key);
    fputs(value ? "true" : "false", json->file);
}

void json_null(struct json *json, const char *key)
{
    begin_value(json, key);
    fputs("null", json->file);
}
