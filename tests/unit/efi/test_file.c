/* SPDX-License-Identifier: BSD-2-Clause */
/* efi/firmware/file.c and file_system.c: what is read is hashed, each byte once and in order,
 * however many reads that takes; and slow media are read about a second at a time. */
#include "tests/lib/support.h"

#include "common/base/overflow.h"
#include "common/base/text.h"
#include "efi/disk/block_device.h"
#include "efi/firmware/clock.h"
#include "efi/firmware/file.h"
#include "efi/firmware/file_system.h"
#include "efi/firmware/partition.h"
#include "efi/firmware/timing.h"

#include <string.h>

#define MOST (4 * MIB)

static EFI_SYSTEM_TABLE table = {.Hdr.Revision = 2 << 16 | 70};
EFI_SYSTEM_TABLE *ST = &table;
EFI_BOOT_SERVICES *BS;
EFI_RUNTIME_SERVICES *RT;

static uint8_t contents[MOST], buffer[MOST];

/* The clock: the time, how many ticks a second has, and how often that was needed. */
static struct {
    uint64_t now, second;
    size_t asked;
} ticking = {.second = UINT64_MAX};

/* A file whose firmware refuses reads of more than `refuses` bytes, and the one number `fails`. */
static struct {
    EFI_FILE_PROTOCOL handle;
    uint64_t size, position, largest, refuses;
    size_t reads, fails;
    uint64_t ticks; /* for each MiB */
} medium;

static EFI_STATUS EFIAPI read_file(EFI_FILE_HANDLE handle, UINTN *size, void *to)
{
    (void)handle;
    if (*size > medium.refuses)
        return EFI_BAD_BUFFER_SIZE;
    if (medium.reads++ == medium.fails)
        return EFI_VOLUME_CORRUPTED;
    *size = min_u64(*size, medium.size - medium.position);
    memcpy(to, contents + medium.position, *size);
    medium.position += *size;
    medium.largest = max_u64(medium.largest, *size);
    ticking.now += *size / MIB * medium.ticks;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI set_position(EFI_FILE_HANDLE handle, uint64_t position)
{
    (void)handle;
    medium.position = position;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI get_info(EFI_FILE_HANDLE handle, EFI_GUID *guid, UINTN *size, void *to)
{
    EFI_FILE_INFO info = {.FileSize = medium.size};

    (void)handle, (void)guid, (void)size;
    memcpy(to, &info, sizeof(info));
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI open_root(EFI_FILE_IO_INTERFACE *this, EFI_FILE_HANDLE *ret_root)
{
    (void)this;
    *ret_root = &medium.handle;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI open_in_root(EFI_FILE_HANDLE root, EFI_FILE_HANDLE *ret_handle,
                                      CHAR16 *path, UINT64 mode, UINT64 attributes)
{
    (void)root, (void)path, (void)mode, (void)attributes;
    *ret_handle = &medium.handle;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI close_handle(EFI_FILE_HANDLE handle)
{
    (void)handle;
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI find_file_system(EFI_HANDLE handle, EFI_GUID *guid, VOID **ret_protocol)
{
    static EFI_FILE_IO_INTERFACE file_system = {.OpenVolume = open_root};

    (void)handle, (void)guid;
    *ret_protocol = &file_system;
    return EFI_SUCCESS;
}

bool block_device_recognize(EFI_HANDLE handle, struct arena *arena,
                            const struct file_system **ret_file_system, struct error *error)
{
    static const struct file_system some = {.damage = "what to do"};

    (void)handle, (void)arena, (void)error;
    *ret_file_system = &some;
    return true;
}

void pages_init_arena(struct arena *arena)
{
    *arena = (struct arena){0};
}

bool partition_open_named(const char *path, struct volume *ret_volume, const char **ret_path,
                          struct error *error)
{
    (void)path, (void)ret_path;
    *ret_volume = (struct volume){.kind = VOLUME_NONE};
    return error_set(error, ERROR_PARTITION_UNKNOWN);
}

uint64_t clock_now(void)
{
    return ticking.now;
}

uint64_t clock_second(void)
{
    return ticking.second;
}

bool clock_exceeds_second(uint64_t ticks)
{
    ticking.asked++;
    return ticks > ticking.second;
}

enum timing_phase timing_enter(enum timing_phase phase)
{
    return phase;
}

static void open_file(uint64_t size, struct sha256 *hash, struct file *ret_file)
{
    EFI_BOOT_SERVICES services = {.HandleProtocol = find_file_system};
    struct volume volume;
    struct error error = {0};

    memset(&medium, 0, sizeof(medium));
    medium.handle.Read = read_file;
    medium.handle.SetPosition = set_position;
    medium.handle.GetInfo = get_info;
    medium.handle.Open = open_in_root;
    medium.handle.Close = close_handle;
    medium.size = size;
    medium.refuses = UINT64_MAX;
    medium.fails = SIZE_MAX;
    memset(buffer, 0, sizeof(buffer));
    BS = &services;
    check(file_system_open(&medium, &volume, &error));
    check(file_open(&volume, "/file", ret_file, &error));
    volume_close(&volume);
    ret_file->hash = hash;
    if (hash)
        sha256_init(hash, false);
}

/* Reads the whole file, in pieces of up to `piece` bytes. */
static void read_in_pieces(struct file *file, uint64_t piece)
{
    const uint64_t size = file->source.size;
    struct error error = {0};

    for (uint64_t done = 0; done < size; done += piece)
        check(file_read(file, done, buffer + done, min_u64(piece, size - done), &error));
    assert_memory_equal(buffer, contents, size);
}

static void assert_hashed(struct sha256 *hash, uint64_t size)
{
    uint8_t digest[SHA256_DIGEST_SIZE], wanted[SHA256_DIGEST_SIZE];

    sha256(contents, size, false, wanted);
    sha256_final(hash, digest);
    assert_memory_equal(digest, wanted, sizeof(digest));
}

/* A MiB, to know the speed; then two, for a second; then the last one, whatever that takes. */
static void reads_for_about_a_second(void **state)
{
    struct file file;

    (void)state;
    open_file(MOST, NULL, &file);
    medium.ticks = 10;
    ticking.second = 25;
    read_in_pieces(&file, MOST);
    assert_int_equal(medium.reads, 3);
    assert_int_equal(medium.largest, 2 * MIB);
    assert_int_equal(ticking.asked, 1); /* measuring it takes time too */
    ticking.second = UINT64_MAX;
}

static void hashes_what_it_reads(void **state)
{
    static const uint64_t sizes[] = {0, 1, MIB - 1, MIB, 3 * MIB + 5, MOST};
    static const uint64_t pieces[] = {MOST, MIB + 3, 100001};
    struct sha256 hash;
    struct file file;

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        for (size_t piece = 0; piece < sizeof(pieces) / sizeof(pieces[0]); piece++) {
            open_file(sizes[i], &hash, &file);
            read_in_pieces(&file, pieces[piece]);
            assert_hashed(&hash, sizes[i]);
        }
    }
}

static void hashes_what_is_in_memory(void **state)
{
    struct sha256 hash;
    struct file file;

    (void)state;
    file_from_memory("/file", contents, 3 * MIB + 5, &file);
    sha256_init(&hash, false);
    file.hash = &hash;
    read_in_pieces(&file, MIB + 3);
    assert_hashed(&hash, 3 * MIB + 5);
}

static void reads_no_less_with_a_hash(void **state)
{
    struct sha256 hash;
    struct file file;

    (void)state;
    open_file(MOST, NULL, &file);
    read_in_pieces(&file, MOST);
    open_file(MOST, &hash, &file); /* the speed is known now */
    read_in_pieces(&file, MOST);
    assert_int_equal(medium.largest, MOST);
    assert_hashed(&hash, MOST);
}

static void hashes_once_what_took_several_reads(void **state)
{
    struct sha256 hash;
    struct file file;

    (void)state;
    open_file(MOST, &hash, &file);
    medium.refuses = 2 * MIB;
    read_in_pieces(&file, MOST);
    assert_int_equal(medium.largest, MIB);
    assert_hashed(&hash, MOST);
}

static void hashes_nothing_that_was_not_read(void **state)
{
    struct error error = {0};
    struct sha256 hash;
    struct file file;

    (void)state;
    open_file(MOST, &hash, &file);
    medium.fails = 2;
    medium.refuses = MIB;
    check(!file_read(&file, 0, buffer, MOST, &error));
    assert_error(&error, ERROR_FILE_CORRUPTED, MIB, 2 * MIB);
    assert_string_equal(error.reason, "what to do");
    assert_hashed(&hash, 2 * MIB);
}

static int fill_contents(void **state)
{
    struct random random = random_start(1);

    (void)state;
    for (size_t i = 0; i < MOST; i++)
        contents[i] = (uint8_t)random_next(&random);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_for_about_a_second), /* first: the speed is an average */
        cmocka_unit_test(hashes_what_it_reads),
        cmocka_unit_test(hashes_what_is_in_memory),
        cmocka_unit_test(reads_no_less_with_a_hash),
        cmocka_unit_test(hashes_once_what_took_several_reads),
        cmocka_unit_test(hashes_nothing_that_was_not_read),
    };

    return cmocka_run_group_tests(tests, fill_contents, NULL);
}
