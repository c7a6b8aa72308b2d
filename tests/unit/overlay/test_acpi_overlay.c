/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ACPI overlay, read as a kernel reads it. The firmware's memory is gone before the block is
 * written, and there are guards on both sides of the block.
 */
#include "tests/lib/acpi_tables.h"
#include "tests/lib/framebuffers.h"

#include "common/acpi/rsdp.h"
#include "common/base/bytes.h"
#include "common/base/overflow.h"
#include "common/base/units.h"
#include "pvh/overlay/acpi_overlay.h"
#include "pvh/overlay/coreboot_table.h"

#include <stdlib.h>
#include <string.h>

#define RSDT   0x1000
#define XSDT   0x9000
#define TABLES 0x20000 /* one in each page from here on */
#define HIGH   UINT64_C(0x200000000)
#define LOG    0x70000
#define MOST   24
#define GUARD  4096

/* The shapes of the firmware's TPM2 table. */
enum tpm2_kind {
    TPM2_NONE,
    TPM2_SHORT, /* 52 bytes */
    TPM2_EMPTY, /* 76, without a log */
    TPM2_LONG,  /* 84, without a log */
    TPM2_AREA,  /* 76, with an area that no log begins in */
    TPM2_LOGGED,
    TPM2_LOST,   /* 76, with a log in what will be RAM */
    TPM2_HIDDEN, /* 76, with a log that cannot be read */
    TPM2_DAMAGED,
    TPM2_KINDS,
};

static const uint32_t tpm2_sizes[TPM2_KINDS] = {0, 52, 76, 84, 76, 76, 76, 76, 76};

/* A machine, and what is wanted of the overlay. */
struct machine {
    bool has_rsdt, has_xsdt, has_device;
    uint64_t xsdt[2 * MOST], rsdt[2 * MOST]; /* with zeros and repetitions */
    size_t xsdt_count, rsdt_count;
    enum tpm2_kind tpm2;
    uint64_t tpm2_address;
    struct framebuffer framebuffer;
    struct acpi_overlay_request request;
};

static const struct framebuffer screen = FRAMEBUFFER_XRGB8888(0xc0000000, 800, 600, 3328);

static struct arena arena;
static struct acpi_overlay overlay;
static struct error error;
static uint8_t *area, *block; /* the block with its guards, and without */
static uint64_t address;      /* the block's final place */

static void fill_list(struct random *random, uint64_t *list, size_t *ret_count,
                      const uint64_t *tables, size_t count)
{
    *ret_count = 0;
    for (size_t i = 0; i < count; i++) {
        list[(*ret_count)++] = tables[i];
        if (random_chance(random, 20))
            list[(*ret_count)++] =
                random_chance(random, 50) ? 0 : tables[random_below(random, i + 1)];
    }
}

/* An area of exactly its size, with a log's first event or without. */
static void add_log(struct fake_table *tpm2, bool filled)
{
    uint8_t *log = add_memory(LOG, 65)->bytes;

    put_number(tpm2->bytes + 64, 4, 65);
    put_number(tpm2->bytes + 68, 8, LOG);
    if (!filled)
        return;
    put_number(log + 4, 4, 3);
    put_number(log + 28, 4, 33);
    memcpy(log + 32, "Spec ID Event03", 16);
    put_number(log + 56, 4, 1);
    put_number(log + 60, 4, 0x0020000b); /* SHA-256 */
}

static void add_tpm2(struct machine *machine, uint64_t place)
{
    struct fake_table *tpm2 = add_table(place, "TPM2", tpm2_sizes[machine->tpm2]);

    machine->tpm2_address = place;
    for (size_t i = 40; i < tpm2->size; i++)
        tpm2->bytes[i] = (uint8_t)i;
    tpm2->bytes[8] = 3;
    if (machine->tpm2 == TPM2_EMPTY)
        memset(tpm2->bytes + 64, 0, 4);
    if (machine->tpm2 == TPM2_LONG)
        memset(tpm2->bytes + 68, 0, 8);
    if (machine->tpm2 == TPM2_AREA || machine->tpm2 == TPM2_LOGGED || machine->tpm2 == TPM2_LOST)
        add_log(tpm2, machine->tpm2 != TPM2_AREA);
    if (machine->tpm2 == TPM2_LOST)
        fake_ram = (struct range){LOG + 64, LOG + 65}; /* its last byte */
    sign_table(tpm2);
    if (machine->tpm2 == TPM2_DAMAGED)
        tpm2->bytes[9] ^= 1;
}

static void add_tables(struct random *random, struct machine *machine)
{
    uint64_t low[MOST], all[MOST];
    size_t count = 2 + random_below(random, MOST - 6), low_count = 0, all_count = 0;

    for (size_t i = 0; i < count; i++) {
        bool high = machine->has_xsdt && random_chance(random, 20);
        uint64_t place = TABLES + i * PAGE_SIZE + (high ? HIGH : 0);

        if (i == 0 && machine->tpm2 != TPM2_NONE)
            add_tpm2(machine, place);
        else if (i == 1 && machine->has_device)
            memcpy(add_table(place, "SSDT", 100)->bytes + 60, "BOOT0000", 8);
        else if (!random_chance(random, 10)) /* the others are not there */
            add_table(place, i % 2 ? "SSDT" : "APIC", 36 + random_below(random, 100));
        all[all_count++] = place;
        if (!high)
            low[low_count++] = place;
    }
    fill_list(random, machine->xsdt, &machine->xsdt_count, all, all_count);
    fill_list(random, machine->rsdt, &machine->rsdt_count, low, low_count);
}

static void add_roots(const struct machine *machine)
{
    add_rsdp(machine->has_xsdt ? 2 : 0, machine->has_rsdt ? RSDT : 0, machine->has_xsdt ? XSDT : 0);
    if (machine->has_rsdt)
        add_root(RSDT, 4, machine->rsdt_count, machine->rsdt);
    if (machine->has_xsdt)
        add_root(XSDT, 8, machine->xsdt_count, machine->xsdt);
}

static void start_machine(struct random *random, struct machine *ret_machine)
{
    unsigned roots = 1 + (unsigned)random_below(random, 3);

    *ret_machine = (struct machine){
        .has_rsdt = roots & 1,
        .has_xsdt = roots & 2,
        .has_device = random_chance(random, 20),
        .tpm2 = (enum tpm2_kind)random_below(random, TPM2_KINDS),
        .framebuffer = screen,
        .request.log_size =
            random_chance(random, 30) ? 0 : 1 + (uint32_t)random_below(random, 9000),
        .request.event_log_size =
            random_chance(random, 30) ? 0 : 1 + (uint32_t)random_below(random, 9000),
    };
    if (random_chance(random, 20))
        ret_machine->framebuffer.width = 0;
    if (!random_chance(random, 20))
        ret_machine->request.framebuffer = &ret_machine->framebuffer;
    add_tables(random, ret_machine);
    add_roots(ret_machine);
}

static bool wants_log(const struct machine *machine)
{
    return machine->request.log_size != 0 && !machine->has_device;
}

static bool wants_screen(const struct machine *machine)
{
    return machine->request.framebuffer && machine->framebuffer.width && !machine->has_device;
}

static bool lacks_log(enum tpm2_kind kind)
{
    return kind == TPM2_SHORT || kind == TPM2_EMPTY || kind == TPM2_LONG || kind == TPM2_AREA ||
           kind == TPM2_LOST;
}

static bool wants_event_log(const struct machine *machine)
{
    return machine->request.event_log_size != 0 && machine->tpm2_address != 0 &&
           lacks_log(machine->tpm2);
}

static bool measure(const struct machine *machine)
{
    bool done;

    error_clear(&error);
    done =
        acpi_overlay_measure(&fake_memory, FAKE_RSDP, &machine->request, &arena, &overlay, &error);
    forget_copies();
    return done;
}

/* Writes the block, which is not aligned in the test's memory. */
static void write_block(uint64_t place)
{
    address = place;
    area = malloc(overlay.size + 2 * GUARD);
    block = area + GUARD - 3;
    memset(area, 0xa5, overlay.size + 2 * GUARD);
    acpi_overlay_write(&overlay, block, address);
}

static void check_guards(void)
{
    for (size_t i = 0; i < GUARD - 3; i++)
        check(area[i] == 0xa5);
    for (size_t i = 0; i < GUARD + 3; i++)
        check(block[overlay.size + i] == 0xa5);
}

/* The bytes at a physical address in the block. */
static const uint8_t *at(uint64_t place, uint64_t size)
{
    check(place >= address && fits_inside(place - address, size, overlay.size));
    return block + (place - address);
}

static const uint8_t *table_at(uint64_t place, const char *signature)
{
    const uint8_t *table = at(place, 36);
    uint32_t size = read_le32(table + 4);

    check(size >= 36 && memcmp(table, signature, 4) == 0);
    check(acpi_sums_to_zero(at(place, size), size));
    return table;
}

static bool is_ours(uint64_t place)
{
    return place >= address && place < address + overlay.size;
}

/* How often a root table of the block, whose entries have `width` bytes, lists an address. */
static size_t times_listed(const uint8_t *root, size_t width, uint64_t place)
{
    size_t times = 0;

    for (size_t entry = 36; entry < read_le32(root + 4); entry += width)
        times += place == (width == 8 ? read_le64(root + entry) : read_le32(root + entry));
    return times;
}

/* All of the firmware's tables once, and nothing else but ours. */
static void check_root(const struct machine *machine, const uint8_t *root, size_t width)
{
    bool from_xsdt = width == 8 && machine->has_xsdt;
    const uint64_t *list = from_xsdt ? machine->xsdt : machine->rsdt;
    size_t count = from_xsdt ? machine->xsdt_count : machine->rsdt_count;
    size_t seen = 0,
           ours = wants_event_log(machine) + (wants_log(machine) || wants_screen(machine));

    for (size_t i = 0; i < count; i++) {
        bool replaced = list[i] == machine->tpm2_address && wants_event_log(machine);
        bool repeated = false;

        for (size_t j = 0; j < i; j++)
            repeated |= list[j] == list[i];
        check(times_listed(root, width, list[i]) == (list[i] != 0 && !replaced));
        seen += list[i] != 0 && !replaced && !repeated;
    }
    check(read_le32(root + 4) == 36 + (seen + ours) * width);
    for (size_t entry = 36; entry < read_le32(root + 4); entry += width) {
        uint64_t place = width == 8 ? read_le64(root + entry) : read_le32(root + entry);

        check(times_listed(root, width, place) == 1);
        ours -= is_ours(place);
    }
    check(ours == 0);
}

/* The table of ours with this signature, or NULL. */
static const uint8_t *find_ours(const uint8_t *root, const char *signature)
{
    for (size_t entry = 36; entry < read_le32(root + 4); entry += 8) {
        uint64_t place = read_le64(root + entry);

        if (is_ours(place) && memcmp(at(place, 4), signature, 4) == 0)
            return table_at(place, signature);
    }
    return NULL;
}

static void check_log(uint64_t place, uint32_t size)
{
    const uint8_t *log = at(place, 8 + (uint64_t)size);

    check(read_le32(log) == size && read_le32(log + 4) == 0);
    check(size + 8 <= PAGE_SIZE || place % PAGE_SIZE == 0);
}

/* The records that the device of the SSDT leads to. */
static void check_coreboot(const struct machine *machine, const uint8_t *ssdt)
{
    const uint8_t *table = at(read_le32(ssdt + 85), read_le32(ssdt + 89));
    const uint8_t *record = table + 24;

    check(memcmp(ssdt + 10, "PVHBT PVHBOOT ", 14) == 0);
    check(memcmp(table, "LBIO", 4) == 0 && read_le32(ssdt + 89) == 24 + read_le32(table + 12));
    check(read_le32(table + 20) == (uint32_t)wants_screen(machine) + wants_log(machine));
    if (wants_screen(machine)) {
        check(read_le32(record) == 0x12 && read_le64(record + 8) == screen.address);
        record += read_le32(record + 4);
    }
    if (wants_log(machine)) {
        check(read_le32(record) == 0x17 && read_le32(record + 4) == 16);
        check_log(read_le64(record + 8), machine->request.log_size);
    }
}

static void check_tpm2(const struct machine *machine, const uint8_t *tpm2)
{
    uint32_t size = tpm2_sizes[machine->tpm2];
    uint64_t log = read_le64(tpm2 + 68);
    const uint8_t *bytes = at(log, machine->request.event_log_size);

    check(read_le32(tpm2 + 4) == (size > 76 ? size : 76) && tpm2[8] == 4);
    for (uint32_t i = 40; i < size; i++)
        check((i >= 64 && i < 76) || tpm2[i] == i);
    for (uint32_t i = size; i < 64; i++)
        check(tpm2[i] == 0);
    check(read_le32(tpm2 + 64) == machine->request.event_log_size);
    check(bytes == acpi_overlay_event_log(&overlay, block));
    for (uint32_t i = 0; i < machine->request.event_log_size; i++)
        check(bytes[i] == 0);
}

static void check_block(const struct machine *machine)
{
    const uint8_t *rsdp = at(acpi_overlay_rsdp(&overlay, address), 36), *xsdt, *ssdt, *tpm2;

    check(memcmp(rsdp, "RSD PTR ", 8) == 0 && rsdp[15] == 2 && memcmp(rsdp + 9, "OEMPTR", 6) == 0);
    check(acpi_sums_to_zero(rsdp, 20) && acpi_sums_to_zero(rsdp, 36));
    check(acpi_overlay_rsdp(&overlay, address) % 16 == 0);
    xsdt = table_at(read_le64(rsdp + 24), "XSDT");
    check(memcmp(xsdt + 10, machine->has_xsdt ? "OEM8" : "OEM4", 4) == 0);
    check_root(machine, xsdt, 8);
    check((read_le32(rsdp + 16) != 0) == machine->has_rsdt);
    if (machine->has_rsdt)
        check_root(machine, table_at(read_le32(rsdp + 16), "RSDT"), 4);
    ssdt = find_ours(xsdt, "SSDT");
    check((ssdt != NULL) == (wants_log(machine) || wants_screen(machine)));
    if (ssdt)
        check_coreboot(machine, ssdt);
    tpm2 = find_ours(xsdt, "TPM2");
    check((tpm2 != NULL) == wants_event_log(machine));
    if (tpm2)
        check_tpm2(machine, tpm2);
    check_guards();
}

static void any_machine(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        struct random random = random_start(seed);
        struct machine machine;

        arena_begin_test(&arena);
        start_machine(&random, &machine);
        check(measure(&machine));
        forget_tables();
        check(overlay.size % PAGE_SIZE == 0);
        check((overlay.size != 0) ==
              (wants_event_log(&machine) || wants_screen(&machine) || wants_log(&machine)));
        check(overlay.event_log_size ==
              (wants_event_log(&machine) ? machine.request.event_log_size : 0));
        check(overlay.log_size == (wants_log(&machine) ? machine.request.log_size : 0));
        check(overlay.has_framebuffer == wants_screen(&machine));
        write_block((1 + random_below(&random, 0xfff00)) * PAGE_SIZE);
        if (overlay.size)
            check_block(&machine);
        check_guards();
        free(area);
        check(arena_end_test(&arena) == 0);
    }
}

/* A machine with one root table of each kind, a TPM2 table without a log, and everything wanted. */
static void start_usual(struct machine *ret_machine, uint32_t log_size)
{
    forget_tables();
    *ret_machine = (struct machine){
        .has_rsdt = true,
        .has_xsdt = true,
        .tpm2 = TPM2_SHORT,
        .framebuffer = screen,
        .xsdt = {TABLES, TABLES + PAGE_SIZE},
        .rsdt = {TABLES, TABLES + PAGE_SIZE},
        .xsdt_count = 2,
        .rsdt_count = 2,
        .request = {&screen, log_size, 0x4321},
    };
    add_tpm2(ret_machine, TABLES);
    add_table(TABLES + PAGE_SIZE, "FACP", 244);
    add_roots(ret_machine);
}

static int start(void **state)
{
    (void)state;
    arena_begin_test(&arena);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    forget_tables();
    return arena_end_test(&arena);
}

static void the_usual_size(void **state)
{
    struct machine machine;

    (void)state;
    start_usual(&machine, 0x10000 - 8);
    assert_true(measure(&machine));
    assert_int_equal(overlay.size, acpi_overlay_usual_size(0x10000 - 8, 0x4321));
    assert_int_equal(overlay.size, PAGE_SIZE + 0x10000 + 0x5000);
    assert_int_equal(acpi_overlay_usual_size(0x10000 - 8, 0), PAGE_SIZE + 0x10000);
    assert_int_equal(acpi_overlay_usual_size(0, 0), PAGE_SIZE);
}

static void who_wants_an_event_log(void **state)
{
    struct machine machine = {.has_xsdt = true, .xsdt = {TABLES}, .xsdt_count = 1};

    (void)state;
    for (int kind = TPM2_NONE; kind < TPM2_KINDS; kind++) {
        forget_tables();
        machine.tpm2 = (enum tpm2_kind)kind;
        add_roots(&machine);
        if (kind != TPM2_NONE)
            add_tpm2(&machine, TABLES);
        assert_int_equal(acpi_overlay_wants_event_log(&fake_memory, FAKE_RSDP),
                         lacks_log((enum tpm2_kind)kind));
    }
    forget_tables();
    add_roots(&machine);
    add_table(TABLES, "TPM2", 51); /* shorter than any */
    assert_false(acpi_overlay_wants_event_log(&fake_memory, FAKE_RSDP));
    forget_tables();
    add_roots(&machine);
    add_table(TABLES, "TPM2", 2000); /* much longer than any */
    assert_false(acpi_overlay_wants_event_log(&fake_memory, FAKE_RSDP));
}

/* What Linux shows as /sys/firmware/log. */
static size_t read_log(char *text)
{
    const uint8_t *log = block + overlay.offset.log;
    uint32_t size = read_le32(log), cursor = read_le32(log + 4) & 0x0fffffff;

    if (!(read_le32(log + 4) & 0x80000000)) {
        memcpy(text, log + 8, cursor);
        return cursor;
    }
    memcpy(text, log + 8 + cursor, size - cursor);
    memcpy(text + (size - cursor), log + 8, cursor);
    return size;
}

static void texts_of_every_length(void **state)
{
    struct machine machine;
    char text[200], shown[100];

    (void)state;
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (char)('!' + i % 90);
    start_usual(&machine, sizeof(shown));
    machine.request.event_log_size = 0;
    assert_true(measure(&machine));
    for (size_t length = 0; length <= sizeof(text); length++) {
        size_t kept = length < sizeof(shown) ? length : sizeof(shown);

        write_block(0x7ffe0000);
        acpi_overlay_write_log(&overlay, block, text, length);
        assert_int_equal(read_log(shown), kept);
        assert_memory_equal(shown, text + length - kept, kept);
        check_guards();
        free(area);
    }
}

static void no_log_no_event_log(void **state)
{
    struct machine machine;

    (void)state;
    start_usual(&machine, 0);
    machine.request.event_log_size = 0;
    assert_true(measure(&machine));
    write_block(0x7ffe0000);
    acpi_overlay_write_log(&overlay, block, "text", 4);
    assert_null(acpi_overlay_event_log(&overlay, block));
    check_block(&machine);
    free(area);
}

/* Replaces the framebuffer, writes the block, and returns its first record. */
static const uint8_t *replace_framebuffer(const struct machine *machine,
                                          const struct framebuffer *framebuffer)
{
    acpi_overlay_set_framebuffer(&overlay, framebuffer);
    free(area);
    write_block(0x7ffe0000);
    check_block(machine);
    return block + overlay.offset.coreboot + 24;
}

static void framebuffer_that_changes(void **state)
{
    struct framebuffer other = screen;
    struct machine machine;
    uint64_t size;

    (void)state;
    start_usual(&machine, 100);
    assert_true(measure(&machine));
    size = overlay.size;
    area = NULL;
    other.width = 640;
    assert_int_equal(read_le32(replace_framebuffer(&machine, &other) + 16), 640);
    other.bits_per_pixel = 15; /* Linux has no name for such a format */
    machine.framebuffer.width = 0;
    assert_int_equal(read_le32(replace_framebuffer(&machine, &other)), 0x17);
    assert_int_equal(read_le32(replace_framebuffer(&machine, &screen)), 0x17);
    assert_int_equal(overlay.size, size);
    free(area);
}

/* No record is left. */
static void framebuffer_that_goes_away(void **state)
{
    struct machine machine;
    const uint8_t *table;

    (void)state;
    start_usual(&machine, 0);
    assert_true(measure(&machine));
    acpi_overlay_set_framebuffer(&overlay, NULL);
    write_block(0x7ffe0000);
    table = block + overlay.offset.coreboot;
    assert_memory_equal(table, "LBIO", 4);
    assert_int_equal(read_le32(table + 12), 0);
    assert_int_equal(read_le32(table + 20), 0);
    assert_int_equal(read_le32(block + overlay.offset.ssdt + 89), 24);
    check_guards();
    free(area);
}

static void sizes_beyond_measure(void **state)
{
    struct machine machine;

    (void)state;
    start_usual(&machine, UINT32_MAX);
    machine.request.event_log_size = UINT32_MAX;
    assert_true(measure(&machine));
    assert_int_equal(overlay.log_size, COREBOOT_LOG_MAX);
    assert_in_range(overlay.size, UINT32_MAX, UINT64_C(2) * UINT32_MAX);
}

static void damaged_roots(void **state)
{
    struct machine machine;

    (void)state;
    start_usual(&machine, 100);
    forget_tables();
    add_rsdp(2, RSDT, XSDT);
    assert_false(measure(&machine));
    assert_error(&error, ERROR_ACPI_ROOT_DAMAGED, XSDT);
    assert_int_equal(overlay.size, 0);

    add_root(XSDT, 8, machine.xsdt_count, machine.xsdt);
    assert_true(measure(&machine)); /* still without an RSDT, which stays the firmware's */
    write_block(0x7ffe0000);
    assert_int_equal(read_le32(block + 16), RSDT);
    check_guards();
    free(area);
}

static void memory_runs_out(void **state)
{
    struct machine machine;

    (void)state;
    start_usual(&machine, 100);
    for (size_t allocations = 0; allocations <= 3; allocations++) {
        arena_fail_after(allocations);
        assert_int_equal(measure(&machine), allocations == 3);
        assert_int_equal(error.code, allocations == 3 ? ERROR_NONE : ERROR_OUT_OF_MEMORY);
        assert_int_equal(overlay.size != 0, allocations == 3);
    }
    arena_fail_after(NEVER);
}

#define test(function) cmocka_unit_test_setup_teardown(function, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_machine),
        test(the_usual_size),
        test(who_wants_an_event_log),
        test(texts_of_every_length),
        test(no_log_no_event_log),
        test(framebuffer_that_changes),
        test(framebuffer_that_goes_away),
        test(sizes_beyond_measure),
        test(damaged_roots),
        test(memory_runs_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
