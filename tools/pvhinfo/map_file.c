/* SPDX-License-Identifier: BSD-2-Clause */
#include "tools/pvhinfo/map_file.h"

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "common/base/utf.h"
#include "pvh/limits.h"
#include "pvh/overlay/acpi_overlay.h"
#include "tools/pvhinfo/host/descriptor.h"
#include "tools/pvhinfo/host/file.h"
#include "tools/pvhinfo/output/number.h"

#include <string.h>

/* Larger than any map; keeps a file named by mistake from being read to memory. */
#define MAX_FILE_SIZE (64 * MIB)

/* One more than the longest line of the format. */
#define MAX_WORDS 6

struct map_reader {
    const char *path;
    struct arena *arena;
    unsigned long line;
    uint8_t *descriptors; /* DESCRIPTOR_SIZE bytes each */
    size_t count, capacity;
    struct plan_ranges ecam, tables, reclaimable;
    uint64_t overlay_size;
};

static bool fail(const struct map_reader *reader, const char *what)
{
    trouble("%s:%lu: %s", reader->path, reader->line, what);
    return false;
}

static bool add_descriptor(struct map_reader *reader, const struct memory_descriptor *descriptor)
{
    uint8_t *slot = arena_push(reader->arena, (void **)&reader->descriptors, &reader->capacity,
                               reader->count, DESCRIPTOR_SIZE);

    if (!slot)
        return fail(reader, OUT_OF_MEMORY);
    descriptor_write(slot, descriptor);
    reader->count++;
    return true;
}

/* Accepts whole pages, or a range up to UINT64_MAX, as print_firmware_map() writes it. */
static bool count_pages(struct range range, uint64_t *ret_pages)
{
    uint64_t size = range.end - range.start;

    if (range.end < range.start || (size % PAGE_SIZE != 0 && range.end != UINT64_MAX))
        return false;
    *ret_pages = size / PAGE_SIZE + (size % PAGE_SIZE != 0);
    return true;
}

/* efi TYPE ATTRIBUTES START END */
static bool read_efi(struct map_reader *reader, char *const words[], size_t count)
{
    struct memory_descriptor descriptor;
    struct range range;
    uint64_t type;

    if (count != 5 || !number_parse(words[1], 10, &type) || type > UINT32_MAX ||
        !number_parse(words[2], 16, &descriptor.attributes) ||
        !number_parse(words[3], 16, &range.start) || !number_parse(words[4], 16, &range.end))
        return fail(reader, "not of the form 'efi TYPE ATTRIBUTES START END'");
    if (!count_pages(range, &descriptor.pages))
        return fail(reader, "not a range of whole pages");
    descriptor.type = (uint32_t)type;
    descriptor.start = range.start;
    return add_descriptor(reader, &descriptor);
}

static bool add_range(struct map_reader *reader, struct plan_ranges *ranges, struct range range)
{
    struct range *slot = arena_push(reader->arena, (void **)&ranges->items, &ranges->capacity,
                                    ranges->count, sizeof(*ranges->items));

    if (!slot)
        return fail(reader, OUT_OF_MEMORY);
    *slot = range;
    ranges->count++;
    return true;
}

/* WORD START END */
static bool parse_range(char *const words[], size_t count, struct range *ret_range)
{
    return count == 3 && number_parse(words[1], 16, &ret_range->start) &&
           number_parse(words[2], 16, &ret_range->end);
}

/* mcfg START END */
static bool read_mcfg(struct map_reader *reader, char *const words[], size_t count)
{
    struct range range;

    if (!parse_range(words, count, &range))
        return fail(reader, "not of the form 'mcfg START END'");
    if (range.end <= range.start)
        return fail(reader, "the window ends before it starts");
    return add_range(reader, &reader->ecam, range);
}

/* acpi START END, or reclaimable START END */
static bool read_pages(struct map_reader *reader, char *const words[], size_t count,
                       const char *complaint, struct plan_ranges *ranges)
{
    struct range range;

    if (!parse_range(words, count, &range))
        return fail(reader, complaint);
    if (range.end <= range.start || range.start % PAGE_SIZE != 0 || range.end % PAGE_SIZE != 0)
        return fail(reader, "not a range of whole pages");
    return add_range(reader, ranges, range);
}

/* acpi-overlay SIZE */
static bool read_overlay(struct map_reader *reader, char *const words[], size_t count)
{
    if (count == 2 && number_parse(words[1], 16, &reader->overlay_size) &&
        reader->overlay_size <= ADDRESS_LIMIT)
        return true;
    return fail(reader, "not of the form 'acpi-overlay SIZE'");
}

/* Skips the terminal control sequence (ECMA-48) at `text`, which starts with ESC. */
static const char *skip_sequence(const char *text)
{
    text++;
    if (*text == '[') {
        do {
            text++;
        } while (*text >= '0' && *text <= '?');
    }
    while (*text >= ' ' && *text <= '/')
        text++;
    return *text > ' ' ? text + 1 : text;
}

static void remove_sequences(char *line)
{
    char *to = line;

    for (const char *from = line; *from;) {
        if (*from == '\033')
            from = skip_sequence(from);
        else
            *to++ = *from++;
    }
    *to = '\0';
}

static size_t split_words(char *line, char *words[MAX_WORDS])
{
    size_t count = 0;

    while (count < MAX_WORDS) {
        while (is_space(*line))
            *line++ = '\0';
        if (!*line)
            break;
        words[count++] = line;
        while (*line && !is_space(*line))
            line++;
    }
    return count;
}

static bool read_line(struct map_reader *reader, char *line)
{
    char *words[MAX_WORDS];
    size_t count;

    reader->line++;
    remove_sequences(line);
    count = split_words(line, words);
    if (count > 0 && strcmp(words[0], "efi") == 0)
        return read_efi(reader, words, count);
    if (count > 0 && strcmp(words[0], "mcfg") == 0)
        return read_mcfg(reader, words, count);
    if (count > 0 && strcmp(words[0], "acpi") == 0)
        return read_pages(reader, words, count, "not of the form 'acpi START END'",
                          &reader->tables);
    if (count > 0 && strcmp(words[0], "acpi-overlay") == 0)
        return read_overlay(reader, words, count);
    /* Older reports say "lent"; to be accepted for one more release. */
    if (count > 0 && (strcmp(words[0], "reclaimable") == 0 || strcmp(words[0], "lent") == 0))
        return read_pages(reader, words, count, "not of the form 'reclaimable START END'",
                          &reader->reclaimable);
    return true;
}

static bool read_lines(struct map_reader *reader, char *text)
{
    for (char *line = text; line;) {
        char *end = strchr(line, '\n');

        if (end)
            *end++ = '\0';
        if (!read_line(reader, line))
            return false;
        line = end;
    }
    if (reader->count > 0)
        return true;
    trouble("%s: has no line of the form 'efi TYPE ATTRIBUTES START END'", reader->path);
    return false;
}

/* Blanks the byte order mark that editors write, which would be part of the first word. */
static void blank_byte_order_mark(char *text, size_t size)
{
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        memset(text, ' ', 3);
}

/*
 * Converts UTF-8, or UTF-16 with a byte order mark as UEFI shells write it, to UTF-8. NULs, which
 * captures of serial lines may contain, become spaces. NULL when out of memory.
 */
static char *to_text(uint8_t *bytes, size_t size, struct arena *arena)
{
    size_t units = size / 2;
    uint16_t *wide;
    char *text;

    if (size < 2 || bytes[0] != 0xff || bytes[1] != 0xfe) {
        text = arena_strndup(arena, (const char *)bytes, size);
        for (size_t i = 0; text && i < size; i++)
            text[i] = text[i] ? text[i] : ' ';
        if (text)
            blank_byte_order_mark(text, size);
        return text;
    }
    wide = arena_alloc(arena, units, sizeof(*wide));
    if (!wide)
        return NULL;
    for (size_t i = 1; i < units; i++)
        wide[i - 1] = read_le16(bytes + 2 * i) ? read_le16(bytes + 2 * i) : ' ';
    return utf16_to_utf8_copy(wide, units - 1, arena);
}

/* Reads the file as text; NULL with a message printed. */
static char *read_text(const char *path, struct arena *arena)
{
    struct host_file file;
    uint8_t *bytes = NULL;
    char *text = NULL;

    if (host_file_open(path, &file) && file.source.size <= MAX_FILE_SIZE)
        bytes = host_file_read_all(&file, arena);
    if (bytes)
        text = to_text(bytes, (size_t)file.source.size, arena);
    if (file.reason[0])
        trouble("%s: %s", path, file.reason);
    else if (file.source.size > MAX_FILE_SIZE)
        trouble("%s: is too large for a memory map", path);
    else if (!text)
        trouble("%s: %s", path, OUT_OF_MEMORY);
    host_file_close(&file);
    return text;
}

bool map_file_read(const char *path, struct arena *arena, struct machine *ret_machine)
{
    struct map_reader reader = {
        .path = path,
        .arena = arena,
        .overlay_size = acpi_overlay_usual_size(BOOT_LOG_SIZE, 0),
    };
    char *text = read_text(path, arena);

    if (!text || !read_lines(&reader, text))
        return false;
    *ret_machine = (struct machine){
        .firmware = {reader.descriptors, reader.count * DESCRIPTOR_SIZE, DESCRIPTOR_SIZE},
        .ecam = reader.ecam,
        .tables = reader.tables,
        .reclaimable = reader.reclaimable,
        .overlay_size = reader.overlay_size,
    };
    return true;
}
