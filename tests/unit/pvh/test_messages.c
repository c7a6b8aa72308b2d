/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/lib/support.h"

#include "common/base/bytes.h"
#include "common/base/text.h"
#include "common/base/uefi_status.h"
#include "common/base/units.h"
#include "common/image/container.h"
#include "pvh/messages.h"

#include <stdio.h>
#include <string.h>

static struct error error;

/* The members of an error besides its numbers. */
#define NAME        "the-name"
#define REASON      "for a reason of its own, unlike any other"
#define STATUS      14 /* EFI_NOT_FOUND */
#define STATUS_NAME "Not Found"

/* The numbers of every code, and how the sentence shows them. */
static const struct {
    enum error_code code;
    uint64_t number[ERROR_NUMBERS];
    const char *shown[ERROR_NUMBERS];
} rows[] = {
    {ERROR_OUT_OF_MEMORY, {0}, {"no memory left"}},
    {ERROR_TOO_SHORT, {47}, {"47 bytes"}},
    {ERROR_NOT_ELF, {0x31313131}, {"not an ELF file"}},
    {ERROR_ELF_HEADER, {7, 9}, {"class 7", "order 9"}},
    {ERROR_ELF_BIG_ENDIAN, {0}, {"big-endian"}},
    {ERROR_ELF_MACHINE, {183}, {"183"}},
    {ERROR_ELF_TYPE, {4}, {"type 4"}},
    {ERROR_HEADERS_OUTSIDE_FILE,
     {0x4321, 77, 56, 1000},
     {"0x4321", "77", "56 bytes", "1000 bytes"}},
    {ERROR_NO_SEGMENTS, {0}, {"PT_LOAD"}},
    {ERROR_SEGMENT_TRUNCATED,
     {3, 0x4321, 777, 1000},
     {"segment 3", "0x4321", "777 bytes", "1000 bytes"}},
    {ERROR_SEGMENT_SIZES, {3, 0x4321, 0x1234}, {"segment 3", "0x4321", "0x1234"}},
    {ERROR_SEGMENT_WRAPS, {3, 0xfffff000, 0x4321}, {"segment 3", "0xfffff000", "0x4321"}},
    {ERROR_SEGMENT_TOO_HIGH,
     {3, 0xfffff000, 0x100001000},
     {"segment 3", "0xfffff000", "0x100000fff"}},
    {ERROR_SEGMENTS_OVERLAP, {3, 5, 0x4321, 0x5432}, {"3 and 5", "5", "0x4321", "0x5431"}},
    {ERROR_NO_ENTRY_NOTE, {0}, {"found: none"}},
    {ERROR_NOTES_TRUNCATED, {0}, {"cut off"}},
    {ERROR_ENTRY_NOTE_SIZE, {6}, {"6 bytes"}},
    {ERROR_ENTRY_NOTE_HIGH, {0x123456789}, {"0x123456789"}},
    {ERROR_ENTRY_OUTSIDE, {0x4321, 0x100000, 0x200000}, {"0x4321", "0x100000", "0x1fffff"}},
    {ERROR_PLATFORM_XEN, {0}, {"Xen guest"}},
    {ERROR_PLATFORM_SEV, {0}, {"AMD SEV"}},
    {ERROR_PLATFORM_TDX, {0}, {"Intel TDX"}},
    {ERROR_NO_LONG_MODE, {0}, {"64-bit kernel", "no 64-bit mode"}},
    {ERROR_MAP_STRIDE, {24}, {"24 bytes"}},
    {ERROR_MAP_TOO_LARGE, {321, 123}, {"321", "123"}},
    {ERROR_MAP_FRAGMENTED, {321, 126}, {"321", "126"}},
    {ERROR_MAP_CHANGED, {0x4000, 0x8000, MEMORY_NVS}, {"0x4000", "0x7fff", "ACPI NVS"}},
    {ERROR_ACPI_ROOT_DAMAGED, {0x7ffe0000}, {"0x7ffe0000"}},
    {ERROR_SPAN_TAKEN,
     {0x100000, 0x200000, 0x4000, 0x8000, MEMORY_RESERVED},
     {"0x100000", "0x1fffff", "0x4000", "0x7fff", "reserved"}},
    {ERROR_SPAN_WITHOUT_MEMORY,
     {0x100000, 0x200000, 0x4000, 0x8000, MEMORY_NONE},
     {"0x100000", "0x1fffff", "0x4000", "0x7fff", "add memory"}},
    {ERROR_SPAN_TAKEN_BY_NVS,
     {0x100000, 0x200000, 0x4000, 0x8000, MEMORY_NVS},
     {"0x100000", "0x1fffff", "0x4000", "0x7fff", "ACPI NVS"}},
    {ERROR_RELOCATION_NOTE,
     {0x100000, 0x200000, 0x4000, 0x8000, MEMORY_NONE},
     {"0x100000", "0x1fffff", "0x4000", "0x7fff", "no memory"}},
    {ERROR_NO_ROOM_TO_RELOCATE,
     {0x100000, 0x200000, 0x4000, 0x8000, MEMORY_RUNTIME_DATA},
     {"0x100000", "0x1fffff", "0x4000", "0x7fff", "runtime services data"}},
    {ERROR_NO_ROOM_TO_RELOCATE_NVS,
     {0x100000, 0x200000, 0x4000, 0x8000, MEMORY_NVS},
     {"0x100000", "0x1fffff", "0x4000", "0x7fff", "--overwrite-acpi-nvs"}},
    {ERROR_NO_ROOM_FOR_MODULE,
     {2, 512 * MIB, 0x1000000, 0x3000000},
     {"", "512.0 MiB", "0x1000000", "0x2ffffff"}},
    {ERROR_NO_ROOM_FOR_BOOT_INFO, {5 * MIB}, {"5120 KiB"}},
    {ERROR_NO_ROOM_FOR_TRAMPOLINE, {8192}, {"8 KiB"}},
    {ERROR_NO_ROOM_FOR_STAGING, {97 * MIB, 90 * MIB}, {"97.0 MiB", "90.0 MiB"}},
    {ERROR_BZIMAGE_OLD, {2, 7}, {"protocol 2.07"}},
    {ERROR_PAYLOAD_OUTSIDE, {4321, 1234}, {"4321", "1234 bytes"}},
    {ERROR_PAYLOAD_UNKNOWN, {0x685a42}, {"bzip2"}},
    {ERROR_UNPACK_TRUNCATED, {CONTAINER_GZIP, 0x4321}, {"gzip: truncated", "0x4321"}},
    {ERROR_UNPACK_DAMAGED, {CONTAINER_XZ, 0x4321}, {"xz: damaged", "0x4321"}},
    {ERROR_UNPACK_UNSUPPORTED, {CONTAINER_LZ4}, {"lz4: "}},
    {ERROR_UNPACK_ABSENT, {CONTAINER_XZ}, {"xz: ", "without its decoder", "unpack it"}},
    {ERROR_UNPACK_TRAILING, {CONTAINER_ZSTD, 0x4321, 17}, {"zstd: ", "0x4321", "17 bytes"}},
    {ERROR_UNPACK_MEMORY,
     {CONTAINER_XZ, 33 * MIB, 96 * MIB, 45 * MIB, 17 * MIB},
     {"xz: ", "33.0 MiB", "96.0 MiB", "45.0 MiB", "17.0 MiB"}},
    {ERROR_UNPACKED_SIZE, {CONTAINER_LZ4_LEGACY, 4321, 1234}, {"lz4 (legacy)", "4321", "1234"}},
    {ERROR_UNPACKED_TOO_LARGE,
     {CONTAINER_GZIP, 512 * MIB, 64 * MIB},
     {"gzip: ", "more than", "64.0 MiB"}},
    {ERROR_UNPACK_LIMIT, {CONTAINER_XZ, 2049 * MIB, GIB}, {"xz", "2049.0 MiB", "1024.0 MiB"}},
    {ERROR_NESTED_TOO_DEEP, {3}, {"more than 3"}},
    {ERROR_READ, {0}, {NAME ": cannot be read"}},
    {ERROR_NOT_SEQUENTIAL, {0}, {NAME ": ", "unpack it"}},
    {ERROR_VOLUME_NO_FILE_SYSTEM, {0}, {"file system (" STATUS_NAME ")"}},
    {ERROR_VOLUME_OPEN, {0}, {REASON, STATUS_NAME}},
    {ERROR_NO_DRIVER, {0}, {NAME ": is not an EFI driver"}},
    {ERROR_DRIVER_UNDER_SHIM, {0}, {NAME ": is not started", "shim"}},
    {ERROR_PARTITION_ID, {0}, {NAME ": not a path on a partition", "PARTUUID=ID:/PATH"}},
    {ERROR_PARTITION_UNKNOWN, {0}, {NAME ": no partition", "lsblk"}},
    {ERROR_PARTITION_LIST,
     {0},
     {NAME ": the firmware cannot list its disks and partitions: ", "try again"}},
    {ERROR_PARTITION_UNREADABLE, {0}, {NAME ": cannot be read: its file system is ", REASON}},
    {ERROR_FILE_CORRUPTED,
     {512, 0x1000},
     {NAME ": ", "512 bytes at offset 0x1000: " STATUS_NAME "; " REASON}},
    {ERROR_INITRD_EMPTY, {0}, {NAME ": the file is empty and is left out"}},
    {ERROR_PATH_TOO_LONG, {0}, {NAME ": the path"}},
    {ERROR_PATH_WITH_DRIVE, {0}, {NAME ": ", "fs0:"}},
    {ERROR_FILE_MISSING, {0}, {NAME ": no such file", REASON}},
    {ERROR_FILE_OPEN, {0}, {NAME ": ", "opened: " STATUS_NAME}},
    {ERROR_FILE_INFO, {0}, {NAME ": ", "size: " STATUS_NAME}},
    {ERROR_FILE_IS_DIRECTORY, {0}, {NAME ": is a directory"}},
    {ERROR_FILE_SIZE, {4321}, {"4321 bytes"}},
    {ERROR_FILE_OVER_LIMIT, {4321, 1234}, {"4321 bytes", "the 1234"}},
    {ERROR_FILE_NO_MEMORY, {0}, {NAME ": not enough memory"}},
    {ERROR_FILE_READ, {4321, 0x1234}, {"4321 bytes", "0x1234: " STATUS_NAME}},
    {ERROR_FILE_SHORT_READ, {0x1234, 17, 4321}, {"0x1234", "17 of", "of 4321"}},
    {ERROR_DIRECTORY_LIST, {0}, {NAME ": ", "listed: " STATUS_NAME}},
    {ERROR_NO_BOOT_SERVER, {0}, {"DHCP"}},
    {ERROR_SERVER_REFUSES, {0}, {NAME ": " REASON}},
    {ERROR_SERVER_READ, {0}, {NAME ": cannot be read from the server: " STATUS_NAME}},
    {ERROR_TFTP_BLOCKS, {4321}, {NAME ": ", STATUS_NAME "; 4321 bytes", "HTTP"}},
    {ERROR_SERVER_SIZE, {4321, 1234}, {NAME ": ", "4321 bytes", "1234"}},
    {ERROR_URL, {0}, {NAME ": ", "used: " REASON}},
    {ERROR_NETWORK_NO_CARD, {0}, {NAME ": ", "(" STATUS_NAME ")", "setup"}},
    {ERROR_NETWORK_NO_LINK, {0}, {NAME ": ", "cable"}},
    {ERROR_NETWORK_NO_ADDRESS, {0}, {NAME ": ", "address: " STATUS_NAME, "DHCP"}},
    {ERROR_NETWORK_NO_IPV6, {0}, {NAME ": ", "IPv6: " STATUS_NAME, "router"}},
    {ERROR_HTTP_NO_ANSWER, {0}, {NAME ": ", "answer: " STATUS_NAME}},
    {ERROR_HTTP_FORBIDDEN, {0}, {NAME ": ", "use https"}},
    {ERROR_HTTPS_NO_ANSWER, {0}, {NAME ": ", "https: " STATUS_NAME}},
    {ERROR_HTTPS_NO_CERTIFICATES, {0}, {NAME ": ", "TLS Auth"}},
    {ERROR_HTTPS_NOT_FOUND, {0}, {NAME ": there is no server of this name, or no", "TLS Auth"}},
    {ERROR_HTTP_STATUS, {0}, {NAME ": the server says " REASON}},
    {ERROR_HTTP_REDIRECTION, {0}, {NAME ": ", "used: " REASON}},
    {ERROR_HTTP_REDIRECTIONS, {0}, {NAME ": ", "again and again"}},
    {ERROR_HTTP_INSECURE, {0}, {NAME ": ", "without encryption"}},
    {ERROR_HTTP_ENCODED, {0}, {NAME ": ", "Content-Length"}},
    {ERROR_HTTP_ANSWER, {0}, {NAME ": ", "contradicts"}},
    {ERROR_HTTP_CHANGED, {0}, {NAME ": ", "changed"}},
    {ERROR_HTTP_CUT_OFF, {4321, 1234}, {NAME ": ", "byte 4321", "of 1234: " STATUS_NAME}},
    {ERROR_MODULE_EMPTY, {0}, {"copy it again"}},
    {ERROR_MODULE_TOO_LARGE, {0}, {NAME ": is too large"}},
    {ERROR_INITRD_MEDIA_FIND, {0}, {"located: " STATUS_NAME}},
    {ERROR_INITRD_MEDIA_SIZE, {0}, {"cannot get its size: " STATUS_NAME}},
    {ERROR_INITRD_MEDIA_READ, {0}, {"cannot be read: " STATUS_NAME}},
    {ERROR_INITRD_MEDIA_CHANGED, {4321, 1234}, {"announced 4321", "delivered 1234"}},
    {ERROR_NO_PROGRAM, {0}, {"EFI program"}},
    {ERROR_PROGRAM_MISSING, {0}, {NAME ": no such file"}},
    {ERROR_PROGRAM_LOAD, {0}, {"started: " STATUS_NAME}},
    {ERROR_PROGRAM_OPTIONS, {0}, {"cannot pass options", STATUS_NAME}},
    {ERROR_KEY_FILE, {0}, {NAME ": ", "not the signed value"}},
    {ERROR_KEYS_LOCK_OUT, {0}, {NAME ": ", "pvhboot is not signed", "sign it"}},
    {ERROR_KEY_REFUSED, {0}, {NAME ": ", "did not take this key", STATUS_NAME}},
    {ERROR_KEY_NOT_SIGNED, {0}, {NAME ": ", STATUS_NAME}},
    {ERROR_MENU_NOT_SHOWN, {0}, {"the menu cannot be shown: "}},
    {ERROR_SMBIOS_TIMEOUT, {0}, {"io.systemd.boot.timeout", "ignored"}},
    {ERROR_EXTRAS_NOT_OFFERED, {0}, {"credentials and extensions", STATUS_NAME}},
    {ERROR_PROGRAM_FAILED, {0}, {"returned an error: " STATUS_NAME}},
    {ERROR_MAP_SIZE, {0}, {"memory map: " STATUS_NAME}},
    {ERROR_MAP_READ, {0}, {"memory map: " STATUS_NAME}},
    {ERROR_MEMORY_WITHHELD, {0x4000, 0x8000}, {"0x4000", "0x7fff"}},
    {ERROR_NOT_EXECUTABLE, {0}, {"executable: " STATUS_NAME}},
    {ERROR_NO_LOADED_IMAGE, {0}, {"loaded from: " STATUS_NAME}},
    {ERROR_NO_SETUP, {0}, {"setup: " STATUS_NAME}},
    {ERROR_NO_RESET, {0}, {"reset the machine"}},
    {ERROR_SECURE_BOOT_UNKNOWN, {0}, {REASON ": " STATUS_NAME}},
    {ERROR_PE_SECTION_OUTSIDE, {0x4321, 1234, 999}, {NAME ": ", "1234 bytes", "0x4321", "999"}},
    {ERROR_PE_SECTIONS_OVERLAP, {0x4321}, {NAME ": damaged", "0x4321"}},
    {ERROR_NO_PROFILE, {3, 2}, {"no profile 3", "it has 2 profiles"}},
    {ERROR_IMAGE_WITHOUT_KERNEL, {3}, {".linux", "profile 3"}},
    {ERROR_PINS, {7}, {".pins, line 7", "SHA-256"}},
    {ERROR_PINNED_TWICE, {7}, {".pins, line 7", "already"}},
    {ERROR_ADDON_WITH_KERNEL, {0}, {NAME, "no addon", "kernel inside"}},
    {ERROR_ADDON_UNAME, {0}, {NAME, "another kernel", ".uname"}},
    {ERROR_COMPANION_IGNORED, {0}, {NAME, "ignored", "starts without it"}},
    {ERROR_NOT_MEASURED, {12}, {"cannot be measured", "PCR 12", STATUS_NAME}},
    {ERROR_TPM_SPENT, {0}, {"TPM", "restart the machine"}},
    {ERROR_SHIM_INSECURE, {0}, {"MokSBState", "nothing is verified"}},
    {ERROR_FILE_UNSIGNED, {0}, {NAME ": Secure Boot is on", "not signed", "ukify --stub"}},
    {ERROR_REFUSED_BY_FIRMWARE, {0}, {NAME ": refused by the firmware (" STATUS_NAME ")"}},
    {ERROR_REFUSED_BY_SHIM, {0}, {NAME ": refused by shim (" STATUS_NAME ")", "MOK", ".sbat"}},
    {ERROR_NOT_VERIFIED, {0}, {NAME ": ", REASON " cannot verify", "file: " STATUS_NAME}},
    {ERROR_NO_VERIFICATION, {0}, {NAME ": ", "EFI_SECURITY2_ARCH_PROTOCOL", "ukify --stub"}},
    {ERROR_UNSIGNED_ACCEPTED, {0}, {NAME ": ", "even unsigned programs", "ukify --stub"}},
    {ERROR_CERTIFICATES_OUTSIDE_FILE, {4321, 1234}, {NAME ": ", "4321", "1234 bytes"}},
    {ERROR_PAYLOAD_UNSIGNED, {4321, 1234}, {NAME ": ", "4321", "1234 bytes"}},
    {ERROR_PIN_MISMATCH, {0}, {NAME ": its SHA-256 is " REASON, "rebuild"}},
    {ERROR_INITRD_UNSIGNED, {0}, {NAME ": ", "initrd", "ukify --initrd"}},
    {ERROR_INITRD_IGNORED, {0}, {NAME ": ", "is ignored"}},
    {ERROR_COMMAND_LINE_OUTSIDE, {0}, {NAME ": ", "from outside", "ukify --cmdline"}},
    {ERROR_COMMAND_LINE_IGNORED, {0}, {"from outside and is ignored", "addon"}},
    {ERROR_LOCKDOWN_TOO_LONG, {4321, 1234}, {NAME ": ", "4321 bytes", "reads 1234"}},
    {ERROR_NOT_LINUX, {0}, {NAME ": ", "only Linux", "ukify --stub"}},
    {ERROR_OVERWRITE_REFUSED, {0}, {NAME ": ", "--overwrite-acpi-nvs is refused"}},
    {ERROR_NO_OS_RELEASE, {0}, {NAME ": is no entry"}},
    {ERROR_SECTION_TOO_LARGE, {4321, 1234}, {"4321", "1234", REASON}},
    {ERROR_NOT_COUNTED, {0}, {"counted: " STATUS_NAME}},
    {ERROR_OPTIONS, {0}, {REASON}},
    {ERROR_COMMAND_LINES_TOO_LONG, {0}, {"shorten them"}},
    {ERROR_ENTRY_UNKNOWN, {0}, {"no entry " NAME, "there: " REASON}},
    {ERROR_ENTRY_UNBOOTABLE, {0}, {REASON}},
    {ERROR_ENTRIES_UNREAD, {0}, {"nothing to boot: entries could not be read"}},
    {ERROR_NO_ENTRIES_DIRECTORY, {0}, {"no directory " NAME}},
    {ERROR_NO_BOOTABLE_ENTRY, {0}, {"no entry in " NAME}},
};

static const char *sentence(void)
{
    static char buffer[1024];
    struct text text = {buffer, sizeof(buffer), 0};

    buffer[0] = '\0';
    error_append(&text, &error);
    assert_true(text.length < sizeof(buffer) - 1);
    return buffer;
}

static void set_row(enum error_code code)
{
    error = (struct error){.code = code, .name = NAME, .reason = REASON, .status = STATUS};
}

static void every_code_has_a_row(void **state)
{
    bool seen[ERROR_CODES] = {false};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        assert_false(seen[rows[i].code]);
        seen[rows[i].code] = true;
    }
    for (int code = ERROR_OUT_OF_MEMORY; code < ERROR_CODES; code++)
        assert_true(seen[code]);
}

static void every_sentence_is_one_line_with_its_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        const char *line;
        char fallback[32];

        set_row(rows[i].code);
        memcpy(error.number, rows[i].number, sizeof(error.number));
        line = sentence();
        snprintf(fallback, sizeof(fallback), "error %d", (int)rows[i].code);
        assert_string_not_equal(line, fallback);
        assert_in_range(strlen(line), 25, 400);
        assert_null(strpbrk(line, "\n\r%{}"));
        assert_true(line[strlen(line) - 1] != '.');
        for (size_t n = 0; n < ERROR_NUMBERS && rows[i].shown[n]; n++) {
            if (!strstr(line, rows[i].shown[n]))
                fail_msg("\"%s\" does not name %s", line, rows[i].shown[n]);
        }
    }
}

static void sentences_are_different(void **state)
{
    static char lines[ELEMENTS(rows)][512];

    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        set_row(rows[i].code);
        error.reason = rows[i].code == ERROR_OPTIONS ? "options" : REASON;
        snprintf(lines[i], sizeof(lines[i]), "%s", sentence());
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(lines[i], lines[j]);
    }
}

static void no_error_says_nothing(void **state)
{
    (void)state;
    error = (struct error){.code = ERROR_NONE};
    assert_string_equal(sentence(), "");
}

static void add_note(const char *owner, uint32_t type)
{
    struct note_id *id = &error.notes.ids[error.notes.kept++];

    error.notes.seen++;
    snprintf(id->owner, sizeof(id->owner), "%s", owner);
    id->type = type;
}

static void missing_entries(void **state)
{
    (void)state;
    error = (struct error){.code = ERROR_NO_ENTRY_NOTE};
    assert_string_equal(sentence(), "no PVH entry note (found: none); build the kernel with "
                                    "CONFIG_PVH=y or its equivalent");
    add_note("GNU", 3);
    add_note("Xen", 6);
    add_note("", 9);
    assert_string_equal(sentence(),
                        "no PVH entry note (found: GNU build-id, Xen type 6, (no owner) "
                        "type 9); build the kernel with CONFIG_PVH=y or its equivalent");
    error.notes.seen += 4;
    assert_non_null(strstr(sentence(), "(no owner) type 9, and more)"));
    error.notes.seen -= 4;
    add_note("nuttx", 18);
    assert_string_equal(sentence(),
                        "no PVH entry note (found: GNU build-id, Xen type 6, (no owner) type 9, "
                        "nuttx type 18); its note of type 18 has the owner \"nuttx\" "
                        "instead of \"Xen\"");
}

/* Any of those that are kept may be the one with another owner, and no other. */
static void the_note_of_another_owner(void **state)
{
    (void)state;
    for (size_t place = 0; place <= ELEMENTS(error.notes.ids); place++) {
        error = (struct error){.code = ERROR_NO_ENTRY_NOTE};
        for (size_t i = 0; i < ELEMENTS(error.notes.ids); i++)
            add_note(i == place ? "nuttx" : "Xen", i == place ? 18 : 6);
        assert_int_equal(strstr(sentence(), "has the owner \"nuttx\"") != NULL,
                         place < ELEMENTS(error.notes.ids));
    }
}

static void notes_that_break_off(void **state)
{
    (void)state;
    error = (struct error){.code = ERROR_NOTES_TRUNCATED};
    add_note("GNU", 1);
    assert_string_equal(sentence(),
                        "its notes are cut off before any PVH entry note (found: GNU ABI "
                        "tag); copy the file again; build the kernel with "
                        "CONFIG_PVH=y or its equivalent");
}

static void names_of_notes(void **state)
{
    const struct {
        struct note_id id;
        const char *name;
    } names[] = {
        {{"GNU", 1}, "GNU ABI tag"},     {{"GNU", 3}, "GNU build-id"},
        {{"GNU", 5}, "GNU property"},    {{"Linux", 0x100}, "Linux build salt"},
        {{"Linux", 0x101}, "Linux LTO"}, {{"Xen", 18}, "Xen type 18"},
        {{"X", 2}, "X type 2"},          {{"", 4294967295}, "(no owner) type 4294967295"},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(names); i++) {
        TEXT_ON_STACK(text, 64);

        note_append(&text, &names[i].id);
        assert_string_equal(text.data, names[i].name);
    }
}

static void what_people_try_to_boot_instead(void **state)
{
    const struct {
        const char *first, *magic, *rest;
    } files[] = {
        {"BZh9", "\0\0\0\0", ": it is bzip2-compressed; unpack it to the ELF file (vmlinux)"},
        {"\x5d\0\0\x80", "\0\0\0\0",
         ": it is lzma-compressed; unpack it to the ELF file (vmlinux)"},
        {"\x89LZO", "\0\0\0\0", ": it is lzo-compressed; unpack it to the ELF file (vmlinux)"},
        {"MZ\x90\0", "\0\0\0\0",
         ": it is an EFI program; the firmware can start it without pvhboot"},
        {"MZ\0\x91", "ARM\x64", ": it is an ARM kernel (Image); use an x86 kernel"},
        {"\0\0\xa0\xd2", "ARM\x64", ": it is an ARM kernel (Image); use an x86 kernel"},
        {"MZ\x81\0", "RSC\x05", ": it is a RISC-V kernel (Image); use an x86 kernel"},
        {"MY\0\0", "ARM\x63", "; name the kernel's file (vmlinux or vmlinuz)"},
        {"BZg\0", "\0ARM", "; name the kernel's file (vmlinux or vmlinuz)"},
    };

    (void)state;
    for (size_t i = 0; i < ELEMENTS(files); i++) {
        error = (struct error){.code = ERROR_NOT_ELF};
        error.number[0] = read_le32((const uint8_t *)files[i].first);
        error.number[1] = read_le32((const uint8_t *)files[i].magic);
        assert_string_equal(sentence() + strlen("not an ELF file"), files[i].rest);
    }
}

static void set_error(enum error_code code, uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                      uint64_t e)
{
    error = (struct error){.code = code, .number = {a, b, c, d, e}};
}

/* The reason is seen even where only the beginning of a message is. */
static void long_names_hide_nothing(void **state)
{
    static const size_t long_lengths[] = {101, 660};
    char path[661], expected[1000];

    (void)state;
    for (size_t i = 0; i < sizeof(path) - 1; i++)
        path[i] = i % 2 ? '/' : '.';
    path[100] = '\0';
    error = (struct error){.code = ERROR_FILE_IS_DIRECTORY, .name = path};
    snprintf(expected, sizeof(expected), "%s: is a directory; name a file", path);
    assert_string_equal(sentence(), expected);
    path[100] = '.';
    path[sizeof(path) - 1] = '\0';
    for (size_t i = 0; i < ELEMENTS(long_lengths); i++) {
        error.name = path + sizeof(path) - 1 - long_lengths[i];
        snprintf(expected, sizeof(expected), "is a directory; name a file: %s", error.name);
        assert_string_equal(sentence(), expected);
    }
    error = (struct error){
        .code = ERROR_ENTRY_UNKNOWN, .name = path, .context = path, .reason = "none"};
    assert_true(strlen(sentence()) < 250);
    assert_non_null(strstr(sentence(), "(there: none)"));
}

static void sentences_word_by_word(void **state)
{
    (void)state;
    set_error(ERROR_NOT_ELF, 0x6c6c6568, 0, 0, 0, 0);
    assert_string_equal(sentence(), "not an ELF file; name the kernel's file (vmlinux or vmlinuz)");
    set_error(ERROR_PAYLOAD_UNKNOWN, 0x6c6c6568, 0, 0, 0, 0);
    assert_string_equal(sentence(), "a bzImage with an unknown payload; copy the file again");
    set_error(ERROR_SEGMENT_TRUNCATED, 1, 0x1000, 4096, 6000, 0);
    assert_string_equal(sentence(),
                        "truncated: segment 1 needs 4096 bytes at offset 0x1000, but the "
                        "file has 6000 bytes; copy the file again");
    set_error(ERROR_SPAN_TAKEN_BY_NVS, 0x1000000, 0x3e00000, 0x810000, 0x1710000, MEMORY_NVS);
    assert_string_equal(
        sentence(), "it is linked at 0x1000000-0x3dfffff, but 0x810000-0x170ffff is ACPI NVS on "
                    "this machine; use a relocatable kernel (PHYS32_RELOC; Linux 6.12 and "
                    "later), or --overwrite-acpi-nvs, which breaks sleep (S3)");
    set_error(ERROR_SPAN_TAKEN, 0x1000000, 0x3e00000, 0x2000000, 0x3e00000, MEMORY_NONE);
    assert_string_equal(
        sentence(), "it is linked at 0x1000000-0x3dfffff, but 0x2000000-0x3dfffff is no memory on "
                    "this machine; use a relocatable kernel (PHYS32_RELOC; Linux 6.12 and "
                    "later)");
    set_error(ERROR_SPAN_TAKEN, 0x90000, 0x200000, 0xa0000, 0x100000, MEMORY_ISA_HOLE);
    assert_string_equal(
        sentence(), "it is linked at 0x90000-0x1fffff, but 0xa0000-0xfffff is VGA and ROM area in "
                    "every PC; use a relocatable kernel (PHYS32_RELOC; Linux 6.12 and later)");
    set_error(ERROR_NO_ROOM_FOR_MODULE, 0, 512 * MIB, 0x4000000, 0x8000000, 0);
    assert_string_equal(
        sentence(),
        "not enough memory for this module of 512.0 MiB: the largest free range below 4 GiB is "
        "64.0 MiB (0x4000000-0x7ffffff); use a smaller module or add memory");
    set_error(ERROR_NO_ROOM_FOR_MODULE, 0, 512 * MIB, 0, 0, 0);
    assert_string_equal(sentence(),
                        "not enough memory for this module of 512.0 MiB: nothing is free below 4 "
                        "GiB; use a smaller module or add memory");
}

/* Names come first, and only where they are useful. */
static void names_stand_in_front(void **state)
{
    static const enum error_code machine[] = {
        ERROR_OUT_OF_MEMORY, ERROR_PLATFORM_XEN,  ERROR_PLATFORM_SEV,   ERROR_PLATFORM_TDX,
        ERROR_MAP_STRIDE,    ERROR_MAP_TOO_LARGE, ERROR_MAP_FRAGMENTED, ERROR_MAP_CHANGED,
        ERROR_MAP_READ,      ERROR_SHIM_INSECURE};
    static const enum error_code file[] = {ERROR_NOT_ELF,       ERROR_SPAN_TAKEN,
                                           ERROR_UNPACK_MEMORY, ERROR_NO_ROOM_FOR_MODULE,
                                           ERROR_FILE_MISSING,  ERROR_MODULE_EMPTY};

    (void)state;
    for (size_t i = 0; i < ELEMENTS(machine); i++) {
        set_row(machine[i]);
        assert_false(error_is_about_file(&error));
        assert_null(strstr(sentence(), NAME));
        error.context = "entry";
        assert_memory_equal(sentence(), "entry: ", strlen("entry: "));
    }
    for (size_t i = 0; i < ELEMENTS(file); i++) {
        set_row(file[i]);
        assert_true(error_is_about_file(&error));
        assert_memory_equal(sentence(), NAME ": ", strlen(NAME ": "));
        error.context = "entry";
        assert_memory_equal(sentence(), "entry: " NAME ": ", strlen("entry: " NAME ": "));
        error.name = error.context = NULL;
        assert_null(strstr(sentence(), NAME));
    }
}

/* The statuses for the firmware's boot manager. */
static void statuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < ELEMENTS(rows); i++) {
        set_row(rows[i].code);
        error.status = 0;
        assert_in_range(error_status(&error), 1, 31);
    }
    set_row(ERROR_FILE_READ);
    assert_int_equal(error_status(&error), STATUS);
    error.status = 0; /* a file that ends too early */
    assert_int_equal(error_status(&error), UEFI_LOAD_ERROR);
    set_row(ERROR_NO_ENTRY_NOTE);
    assert_int_equal(error_status(&error), UEFI_LOAD_ERROR);
    set_row(ERROR_RELOCATION_NOTE); /* the file's fault, and not a shortage */
    assert_int_equal(error_status(&error), UEFI_LOAD_ERROR);
    set_row(ERROR_NO_ROOM_FOR_MODULE);
    assert_int_equal(error_status(&error), UEFI_OUT_OF_RESOURCES);
    set_row(ERROR_SHIM_INSECURE);
    assert_int_equal(error_status(&error), UEFI_SECURITY_VIOLATION);
    set_row(ERROR_PLATFORM_XEN);
    assert_int_equal(error_status(&error), UEFI_UNSUPPORTED);
}

static void the_first_name_is_kept(void **state)
{
    (void)state;
    error = (struct error){.code = ERROR_NONE};
    assert_false(error_set_for(&error, "nearer", ERROR_FILE_MISSING));
    assert_false(error_name(&error, "farther"));
    assert_string_equal(error.name, "nearer");
}

static void whom_an_error_is_about(void **state)
{
    uint64_t index;

    (void)state;
    for (int code = 0; code < ERROR_CODES; code++) {
        set_error((enum error_code)code, 3, 0, 0, 0, 0);
        assert_int_equal(error_module(&error, &index), code == ERROR_NO_ROOM_FOR_MODULE);
        if (code == ERROR_NO_ROOM_FOR_MODULE)
            assert_int_equal(index, 3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_row),
        cmocka_unit_test(every_sentence_is_one_line_with_its_numbers),
        cmocka_unit_test(sentences_are_different),
        cmocka_unit_test(no_error_says_nothing),
        cmocka_unit_test(missing_entries),
        cmocka_unit_test(the_note_of_another_owner),
        cmocka_unit_test(notes_that_break_off),
        cmocka_unit_test(names_of_notes),
        cmocka_unit_test(what_people_try_to_boot_instead),
        cmocka_unit_test(long_names_hide_nothing),
        cmocka_unit_test(sentences_word_by_word),
        cmocka_unit_test(names_stand_in_front),
        cmocka_unit_test(statuses),
        cmocka_unit_test(the_first_name_is_kept),
        cmocka_unit_test(whom_an_error_is_about),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
