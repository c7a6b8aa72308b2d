/* SPDX-License-Identifier: BSD-2-Clause */
/* A PVH kernel that says hello, shows what it was given, and switches the machine off by ACPI. */
#include <stdbool.h>
#include <stdint.h>

/* The start info, as Xen's public/arch-x86/hvm/start_info.h defines it. */
struct start_info {
    uint32_t magic, version, flags, module_count;
    uint64_t modules, command_line, rsdp;
    uint64_t memory_map; /* from here on since version 1 */
    uint32_t memory_map_count, reserved;
};

struct module {
    uint64_t address, size, command_line, reserved;
};
struct memory_range {
    uint64_t address, size;
    uint32_t type, reserved;
};

#define START_INFO_MAGIC 0x336ec578
#define MAPPED_END       0x100000000 /* by entry.S */
extern const char image_start[], image_end[];
void hello(const struct start_info *info);

static void port_write8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static void port_write16(uint16_t port, uint16_t value)
{
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static uint8_t port_read8(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

/* Compilers call it, whatever they are told. */
void *memset(void *to, int value, uint64_t size)
{
    void *start = to;

    __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(value) : "memory");
    return start;
}

/* The first serial port of a PC. On a machine without one, reads give 0xff, which ends the wait. */
#define SERIAL 0x3f8
static void serial_start(void)
{
    port_write8(SERIAL + 3, 0x80); /* the divisor: 115200 baud */
    port_write8(SERIAL + 0, 1);
    port_write8(SERIAL + 1, 0);
    port_write8(SERIAL + 3, 3); /* 8 bits, no parity, one stop bit */
}

static void serial_put(char character)
{
    while (!(port_read8(SERIAL + 5) & 0x20))
        ;
    port_write8(SERIAL, (uint8_t)character);
}

/* The screen, from pvhboot's framebuffer=ADDRESS,WIDTHxHEIGHT,PITCH,FORMAT (--pass-framebuffer). */
static struct {
    uint64_t address, width, height, pitch;
    uint64_t column, line; /* of the next character */
} screen;

/* Three columns by five lines; the upper left pixel is the highest of 15 bits. */
static const uint16_t font[64] = {
    0x0000, 0x2482, 0x5a00, 0x5f7d, 0x3cf2, 0x42a1, 0x2aab, 0x2400, 0x1491, 0x4494, 0x55d5,
    0x05d0, 0x0014, 0x01c0, 0x0002, 0x12a4, 0x7b6f, 0x2c97, 0x62a7, 0x628e, 0x5bc9, 0x798e,
    0x39ef, 0x7292, 0x7bef, 0x7bce, 0x0410, 0x0414, 0x1511, 0x0e38, 0x4454, 0x6282, 0x2be3,
    0x2bed, 0x6bae, 0x3923, 0x6b6e, 0x79a7, 0x79a4, 0x396b, 0x5bed, 0x7497, 0x126a, 0x5bad,
    0x4927, 0x5fed, 0x6b6d, 0x2b6a, 0x6ba4, 0x2b7b, 0x6bad, 0x388e, 0x7492, 0x5b6f, 0x5b6a,
    0x5bfd, 0x5aad, 0x5a92, 0x72a7, 0x6926, 0x4889, 0x324b, 0x2a00, 0x0007,
};

enum { SCALE = 3, CELL_WIDTH = 4 * SCALE, CELL_HEIGHT = 7 * SCALE };
/* A number, as 0x1f or 31; *text is left behind it and the character that ends it. */
static uint64_t parse_number(const char **text)
{
    uint64_t base = (*text)[1] == 'x' ? 16 : 10;
    uint64_t value = 0;

    *text += base == 16 ? 2 : 0;
    for (;;) {
        char character = *(*text)++;
        uint64_t digit = (uint64_t)(character - (character <= '9' ? '0' : 'a' - 10));

        if (digit >= base)
            return value;
        value = value * base + digit;
    }
}

static bool starts_with(const char *text, const char *word)
{
    while (*word && *text == *word) {
        text++;
        word++;
    }
    return !*word;
}

/* Only screens with 32 bits a pixel that the page tables map. */
static void screen_start(const char *text)
{
    while (*text && !starts_with(text, "framebuffer="))
        text++;
    if (!*text)
        return;
    text += sizeof("framebuffer=") - 1;
    screen.address = parse_number(&text);
    screen.width = parse_number(&text);
    screen.height = parse_number(&text);
    screen.pitch = parse_number(&text);
    if ((!starts_with(text, "xrgb8888") && !starts_with(text, "xbgr8888")) ||
        screen.address + screen.pitch * screen.height > MAPPED_END)
        screen.address = 0;
    for (uint64_t y = 0; screen.address && y < screen.height; y++)
        memset((void *)(screen.address + y * screen.pitch), 0, screen.width * 4);
}

static void screen_draw(char character)
{
    uint64_t at = screen.address + screen.line * CELL_HEIGHT * screen.pitch;
    char upper = character >= 'a' && character <= 'z' ? (char)(character - 0x20) : character;
    uint16_t pixels = font[(upper >= ' ' && upper <= '_' ? upper : '?') - ' '];

    for (uint64_t y = 0; y < 5 * SCALE; y++) {
        uint32_t *line = (uint32_t *)(at + y * screen.pitch) + screen.column * CELL_WIDTH;

        for (uint64_t x = 0; x < 3 * SCALE; x++)
            line[x] = pixels >> (14 - y / SCALE * 3 - x / SCALE) & 1 ? 0xffffff : 0;
    }
}

static void screen_put(char character)
{
    if (character == '\n' || (screen.column + 1) * CELL_WIDTH > screen.width) {
        screen.column = 0;
        screen.line = (screen.line + 2) * CELL_HEIGHT > screen.height ? 0 : screen.line + 1;
    }
    if (character != '\n')
        screen_draw(character);
    screen.column += character != '\n';
}

static void put(char character)
{
    if (character == '\n')
        serial_put('\r');
    serial_put(character);
    if (screen.address)
        screen_put(character);
}

static void print(const char *text)
{
    while (*text)
        put(*text++);
}

static void print_hex(uint64_t value)
{
    int shift = 60;

    print("0x");
    while (shift > 0 && !(value >> shift))
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        put("0123456789abcdef"[value >> shift & 15]);
}

static void print_range(const char *what, uint64_t address, uint64_t size)
{
    print(what);
    print_hex(address);
    print("-");
    print_hex(address + size - 1);
    print(" ");
}

/* ACPI's tables are not aligned. */
static uint64_t read_number(uint64_t address, int bytes)
{
    uint64_t value = 0;

    for (int i = bytes - 1; i >= 0; i--)
        value = value << 8 | *(const volatile uint8_t *)(address + (uint64_t)i);
    return value;
}

#define TABLE_HEADER 36
/* A table by its signature, listed by the RSDT or the XSDT that the RSDP names; 0 if there is none.
 */
static uint64_t find_table(uint64_t rsdp, const char *signature)
{
    bool extended = read_number(rsdp + 15, 1) >= 2;
    uint64_t root = extended ? read_number(rsdp + 24, 8) : read_number(rsdp + 16, 4);
    int width = extended ? 8 : 4;

    if (root == 0 || root >= MAPPED_END)
        return 0;
    for (uint64_t at = TABLE_HEADER; at < read_number(root + 4, 4); at += (uint64_t)width) {
        uint64_t table = read_number(root + at, width);

        if (table < MAPPED_END && starts_with((const char *)table, signature))
            return table;
    }
    return 0;
}

/*
 * The value that \_S5, off, has for the sleep registers: the first number of a package in the
 * DSDT, 08 "_S5_" 12 length count 0A value, where 0A is left out before 0 and 1.
 */
static uint64_t find_sleep_type(uint64_t dsdt)
{
    uint64_t end = dsdt + read_number(dsdt + 4, 4) - 8;

    for (uint64_t at = dsdt + TABLE_HEADER; at < end; at++) {
        if (!starts_with((const char *)at, "_S5_") || read_number(at + 4, 1) != 0x12)
            continue;
        at += 5 + 1 + (read_number(at + 5, 1) >> 6) + 1; /* the length's own length */
        return read_number(at, 1) == 0x0a ? read_number(at + 1, 1) : read_number(at, 1);
    }
    return 5;
}

/* Places in the FADT; that of SLEEP_CONTROL is the address in a generic address structure. */
enum { DSDT = 40, SMI = 48, ACPI_ENABLE = 52, PM1A_CONTROL = 64, FLAGS = 112, SLEEP_CONTROL = 248 };
enum { HARDWARE_REDUCED = 1 << 20, SLEEP_ENABLE = 1 << 13, SLEEP_ENABLE_REDUCED = 1 << 5 };

static void power_off(uint64_t rsdp)
{
    uint64_t fadt = rsdp ? find_table(rsdp, "FACP") : 0;
    uint16_t pm1a, smi;
    uint64_t type;

    if (!fadt)
        return;
    type = find_sleep_type(read_number(fadt + DSDT, 4));
    if (read_number(fadt + FLAGS, 4) & HARDWARE_REDUCED) { /* Cloud Hypervisor, and tablets */
        port_write8((uint16_t)read_number(fadt + SLEEP_CONTROL, 8),
                    (uint8_t)(type << 2 | SLEEP_ENABLE_REDUCED));
        return;
    }
    pm1a = (uint16_t)read_number(fadt + PM1A_CONTROL, 4);
    smi = (uint16_t)read_number(fadt + SMI, 4);
    if (smi && !(port_read8(pm1a) & 1)) {
        port_write8(smi, (uint8_t)read_number(fadt + ACPI_ENABLE, 1));
        while (!(port_read8(pm1a) & 1))
            ;
    }
    port_write16(pm1a, (uint16_t)(type << 10 | SLEEP_ENABLE));
}

static void show_modules(const struct module *modules, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        print_range("module ", modules[i].address, modules[i].size);
        print(modules[i].command_line ? (const char *)modules[i].command_line : "");
        print("\n");
    }
}

/* Types are those of ACPI: 1 is RAM, 2 reserved, 3 ACPI's tables, 4 ACPI NVS, 5 unusable. */
static void show_memory(const struct memory_range *ranges, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        print_range("memory ", ranges[i].address, ranges[i].size);
        print_hex(ranges[i].type);
        print("\n");
    }
}

void hello(const struct start_info *info)
{
    const char *command_line = info->command_line ? (const char *)info->command_line : "";
    serial_start();
    screen_start(command_line);
    print(info->magic == START_INFO_MAGIC ? "Hello from C.\n" : "Not started by PVH?\n");
    print("command line: ");
    print(command_line);
    print("\n");
    show_modules((const struct module *)info->modules, info->module_count);
    if (info->version >= 1) /* Xen's dom0 has to ask Xen */
        show_memory((const struct memory_range *)info->memory_map, info->memory_map_count);
    print_range("image ", (uint64_t)image_start, (uint64_t)(image_end - image_start));
    print("\nGood bye.\n");
    power_off(info->rsdp);
}
