/* SPDX-License-Identifier: BSD-2-Clause */
/* efi/disk/block_device.c: any bytes of a disk, by whole blocks, as its firmware allows them. */
#include "tests/lib/support.h"

#include "common/base/overflow.h"
#include "common/base/units.h"
#include "efi/disk/block_device.h"

#include <string.h>

#define DISK_SIZE 101376 /* not a multiple of what is read at once */
#define AT_ONCE   16384
#define MEDIUM    77

EFI_SYSTEM_TABLE *ST;
EFI_BOOT_SERVICES *BS;
EFI_RUNTIME_SERVICES *RT;

static uint8_t contents[DISK_SIZE];

static struct {
    EFI_BLOCK_IO block_io;
    EFI_BLOCK_IO_MEDIA media;
    size_t reads;
    bool fails, has_blocks;
} disk;

static EFI_STATUS EFIAPI read_blocks(EFI_BLOCK_IO *this, UINT32 medium, EFI_LBA block, UINTN size,
                                     void *buffer)
{
    const uint64_t start = block * disk.media.BlockSize;

    assert_ptr_equal(this, &disk.block_io);
    assert_int_equal(medium, MEDIUM);
    assert_int_equal(size % disk.media.BlockSize, 0);
    assert_int_equal((uintptr_t)buffer % PAGE_SIZE, 0);
    assert_true(size > 0 && size <= DISK_SIZE && start <= DISK_SIZE - size);
    disk.reads++;
    if (disk.fails) {
        memset(buffer, 0xee, size);
        return EFI_DEVICE_ERROR;
    }
    memcpy(buffer, contents + start, size);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI handle_protocol(EFI_HANDLE handle, EFI_GUID *guid, void **ret_interface)
{
    static const EFI_GUID block_guid = EFI_BLOCK_IO_PROTOCOL_GUID;

    assert_ptr_equal(handle, &disk);
    assert_memory_equal(guid, &block_guid, sizeof(*guid));
    *ret_interface = &disk.block_io;
    return disk.has_blocks ? EFI_SUCCESS : EFI_UNSUPPORTED;
}

static int start(void **state)
{
    static EFI_BOOT_SERVICES services = {.HandleProtocol = handle_protocol};
    static struct arena arena;
    struct random random = random_start(1);

    memset(&disk, 0, sizeof(disk));
    disk.media.MediaId = MEDIUM;
    disk.media.MediaPresent = TRUE;
    disk.media.BlockSize = 512;
    disk.media.LastBlock = DISK_SIZE / 512 - 1;
    disk.block_io.Media = &disk.media;
    disk.block_io.ReadBlocks = read_blocks;
    disk.has_blocks = true;
    for (size_t i = 0; i < DISK_SIZE; i++)
        contents[i] = (uint8_t)random_next(&random);
    BS = &services;
    arena_begin_test(&arena);
    *state = &arena;
    return 0;
}

static int end(void **state)
{
    return arena_end_test(*state);
}

static bool opens(struct arena *arena, struct block_device *ret_device)
{
    struct error error = {.code = ERROR_NONE};

    assert_true(block_device_open(&disk, arena, ret_device, &error));
    return block_device_is_open(ret_device);
}

static void assert_reads(struct block_device *device, uint64_t offset, size_t size, size_t reads)
{
    static uint8_t buffer[DISK_SIZE];
    struct error error = {.code = ERROR_NONE};

    disk.reads = 0;
    assert_true(device->source.read(&device->source, offset, buffer, size, &error));
    assert_memory_equal(buffer, contents + offset, size);
    assert_int_equal(disk.reads, reads);
}

/* What has been read is kept, and so small reads one after the other take few calls. */
static void any_bytes_are_read(void **state)
{
    struct block_device device;

    assert_true(opens(*state, &device));
    assert_int_equal(device.source.size, DISK_SIZE);
    assert_int_equal(device.block_size, 512);
    assert_reads(&device, 0, 1, 1);
    assert_reads(&device, AT_ONCE - 1, 1, 0);
    assert_reads(&device, AT_ONCE - 1, 2, 1);
    assert_reads(&device, AT_ONCE, AT_ONCE, 0);
    assert_reads(&device, 5, 3 * AT_ONCE, 4);
    assert_reads(&device, DISK_SIZE - 1, 1, 1);
    assert_reads(&device, 0, DISK_SIZE, 7);
}

static void blocks_may_be_larger(void **state)
{
    struct block_device device;

    disk.media.BlockSize = 1024;
    disk.media.LastBlock = DISK_SIZE / 1024 - 1;
    disk.media.IoAlign = PAGE_SIZE;
    assert_true(opens(*state, &device));
    assert_int_equal(device.block_size, 1024);
    assert_reads(&device, 3 * AT_ONCE + 700, AT_ONCE, 2);
}

/* Nothing of it is taken for the disk's, then or later. */
static void reads_may_fail(void **state)
{
    struct error error = {.code = ERROR_NONE};
    struct block_device device;
    uint8_t byte;

    assert_true(opens(*state, &device));
    assert_reads(&device, 0, 1, 1);
    disk.fails = true;
    assert_false(device.source.read(&device.source, AT_ONCE, &byte, 1, &error));
    assert_error(&error, ERROR_READ);
    disk.fails = false;
    assert_reads(&device, 0, 1, 1);
    assert_reads(&device, AT_ONCE, 1, 1);
}

/* A medium that is there, with blocks that the buffer holds, and a size that is a number. */
static void what_cannot_be_read_is_not_opened(void **state)
{
    struct block_device device;

    disk.has_blocks = false;
    assert_false(opens(*state, &device));
    disk.has_blocks = true;
    disk.block_io.Media = NULL;
    assert_false(opens(*state, &device));
    disk.block_io.Media = &disk.media;
    disk.media.MediaPresent = FALSE;
    assert_false(opens(*state, &device));
    disk.media.MediaPresent = TRUE;
    disk.media.BlockSize = 2 * AT_ONCE;
    assert_false(opens(*state, &device));
    disk.media.BlockSize = 520;
    assert_false(opens(*state, &device));
    disk.media.BlockSize = AT_ONCE;
    assert_true(opens(*state, &device));
    disk.media.IoAlign = 2 * PAGE_SIZE;
    assert_false(opens(*state, &device));
    disk.media.IoAlign = 0;
    disk.media.LastBlock = UINT64_MAX;
    assert_false(opens(*state, &device));
    disk.media.LastBlock = UINT64_MAX / AT_ONCE;
    assert_false(opens(*state, &device));
    disk.media.LastBlock = UINT64_MAX / AT_ONCE - 1;
    assert_true(opens(*state, &device));
}

static void memory_may_be_short(void **state)
{
    struct error error = {.code = ERROR_NONE};
    const struct file_system *found;
    struct block_device device;

    for (size_t i = 0; i < 2; i++) {
        arena_fail_after(i);
        assert_false(block_device_recognize(&disk, *state, &found, &error));
        assert_error(&error, ERROR_OUT_OF_MEMORY);
    }
    arena_fail_after(0);
    assert_false(block_device_open(&disk, *state, &device, &error));
    assert_error(&error, ERROR_OUT_OF_MEMORY);
    assert_false(block_device_is_open(&device));
    arena_fail_after(NEVER);
}

static const char *recognized(struct arena *arena)
{
    struct error error = {.code = ERROR_NONE};
    const struct file_system *found;

    assert_true(block_device_recognize(&disk, arena, &found, &error));
    return found->name;
}

/* Btrfs, whose magic number is the last one that is looked for. */
static void file_systems_are_recognized(void **state)
{
    static const char unknown[] = "an unknown one";

    assert_string_equal(recognized(*state), unknown);
    memcpy(contents + 0x10040, "_BHRfS_M", 8);
    assert_string_equal(recognized(*state), "btrfs");
    disk.fails = true;
    assert_string_equal(recognized(*state), unknown);
    disk.fails = false;
    disk.media.LastBlock = 0x10000 / 512 - 1;
    assert_string_equal(recognized(*state), unknown);
    disk.has_blocks = false;
    assert_string_equal(recognized(*state), unknown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(any_bytes_are_read, start, end),
        cmocka_unit_test_setup_teardown(blocks_may_be_larger, start, end),
        cmocka_unit_test_setup_teardown(reads_may_fail, start, end),
        cmocka_unit_test_setup_teardown(what_cannot_be_read_is_not_opened, start, end),
        cmocka_unit_test_setup_teardown(memory_may_be_short, start, end),
        cmocka_unit_test_setup_teardown(file_systems_are_recognized, start, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
