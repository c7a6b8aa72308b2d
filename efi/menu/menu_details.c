/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/menu/menu_details.h"

#include "common/ui/columns.h"
#include "efi/menu/menu_draw.h"
#include "efi/menu/menu_wait.h"

#define DETAILS_SIZE  (16 * KIB)
#define LONGEST_LABEL 14 /* bytes; anything longer is not a label but text */
#define VALUE_COLUMN  (LONGEST_LABEL + 3)

static void append_field(struct text *text, const char *label, const char *value)
{
    if (value && *value)
        text_format(text, "%s: %s\n", label, value);
}

static void append_files(struct text *text, const char *label, const struct boot_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        text_format(text, "%s: %s %s\n", label, files->items[i].path, files->items[i].command);
}

static void append_diagnostics(struct text *text, const struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < diagnostics->count; i++)
        text_format(text, "line %u: %s\n", diagnostics->items[i].line, diagnostics->items[i].text);
}

static void describe_entry(struct text *text, const struct boot_entry *entry)
{
    append_field(text, "problem", entry->problem);
    append_field(text, "title", entry->request.title);
    append_field(text, "ID", entry->id);
    append_field(text, "file", entry->source.file_name);
    append_field(text, "version", entry->version);
    append_field(text, "machine ID", entry->machine_id);
    append_field(text, "sort key", entry->sort_key);
    append_field(text, "architecture", entry->architecture);
    append_field(text, "kernel", entry->request.kernel.path);
    append_field(text, "EFI program", entry->efi.path);
    if (entry->profile > 0)
        text_format(text, "profile: %u\n", entry->profile);
    append_files(text, "initrd", &entry->request.initrds);
    append_files(text, "module", &entry->request.modules);
    append_files(text, "extra", &entry->request.extras);
    append_field(text, "options", entry->request.command_line);
    if (entry->count.counted)
        text_format(text, "tries: %u left, %u done\n", entry->count.left, entry->count.done);
    append_diagnostics(text, &entry->diagnostics);
    text_append(text, "\n");
}

/* The length of the line's label with its colon, in bytes; 0 when the line has none. */
static size_t label_length(const char *line)
{
    for (size_t i = 0; i <= LONGEST_LABEL && line[i] && line[i] != '\n'; i++) {
        if (line[i] == ':' && line[i + 1] == ' ')
            return i + 1;
    }
    return 0;
}

/*
 * Lays out the text in rows, with the values wrapped in a column next to their labels, and draws
 * `rows` of them from row `first` on. Returns the total number of rows.
 */
static size_t draw_text(struct screen *screen, const char *text, size_t first, size_t rows)
{
    size_t row = 0;

    while (*text) {
        size_t label = label_length(text);
        size_t column = label ? VALUE_COLUMN : 1;
        bool ends;

        if (label && row >= first && row - first < rows)
            (void)screen_write(screen, 1, row - first, SCREEN_NORMAL, text, label);
        text += label ? label + 1 : 0;
        do {
            size_t length = 0;
            const char *line = columns_next_line(&text, screen->columns - column, &length);

            ends = !line || text[-1] == '\n' || !*text;
            if (line && row >= first && row - first < rows)
                (void)screen_write(screen, column, row - first, SCREEN_BRIGHT, line, length);
            row++;
        } while (!ends);
    }
    return row;
}

static bool ends_details(uint32_t key)
{
    return key == KEY_ESCAPE || key == KEY_ENTER || key == 'q' || key == 'Q' || key == 'p' ||
           key == 'P' || key == KEY_BACKSPACE;
}

static void scroll(struct list_view *lines, uint32_t key)
{
    long page = (long)lines->rows - 1;

    if (key == KEY_UP || key == 'k')
        list_view_scroll(lines, -1);
    else if (key == KEY_DOWN || key == 'j')
        list_view_scroll(lines, 1);
    else if (key == KEY_PAGE_UP || key == 'b')
        list_view_scroll(lines, -page);
    else if (key == KEY_PAGE_DOWN || key == ' ')
        list_view_scroll(lines, page);
    else if (key == KEY_HOME)
        list_view_scroll(lines, -(long)lines->count);
    else if (key == KEY_END)
        list_view_scroll(lines, (long)lines->count);
}

static void draw(struct menu_state *state, struct list_view *lines)
{
    struct screen *screen = &state->screen;
    TEXT_ON_STACK(hint, 100);

    screen_erase(screen);
    lines->rows = screen->rows - 2;
    lines->count = draw_text(screen, state->details.data, lines->first, lines->rows);
    if (lines->count > lines->rows)
        text_format(&hint, "Lines %llu to %llu of %llu   Up, Down: scroll   ",
                    (unsigned long long)lines->first + 1,
                    (unsigned long long)(lines->first + list_view_visible(lines)),
                    (unsigned long long)lines->count);
    text_append(&hint, "Esc: back");
    menu_draw_footer(state, "", hint.data);
    screen_place_cursor(screen, 0, screen->rows - 1, false);
    screen_show(screen);
}

static bool collect(struct menu_state *state)
{
    struct text *text = &state->details;
    struct menu *menu = state->menu;
    const struct boot_entry *entry = menu_selected_entry(state);

    if (!text->data)
        text->data = arena_alloc(state->arena, DETAILS_SIZE, 1);
    if (!text->data)
        return false;
    text->size = DETAILS_SIZE;
    text_clear(text);
    if (entry)
        describe_entry(text, entry);
    if (menu->describe_machine)
        menu->describe_machine(menu->context, text);
    return true;
}

void menu_show_details(struct menu_state *state)
{
    struct list_view lines = {.count = 0};

    if (!collect(state)) {
        menu_answer(state, MENU_NO_MEMORY);
        return;
    }
    for (;;) {
        uint32_t key;

        draw(state, &lines);
        key = menu_read_key(state);
        if (ends_details(key))
            return;
        scroll(&lines, key);
    }
}
