/* SPDX-License-Identifier: BSD-2-Clause */
/* The XBOOTLDR partition of the ESP's disk: whether the loader could read it. */
#define _GNU_SOURCE 1 /* SEEK_HOLE */

#include "common/base/overflow.h"
#include "common/base/path.h"
#include "common/base/text.h"
#include "common/disk/file_system.h"
#include "pvh/messages.h"
#include "tools/pvhinfo/esp.h"
#include "tools/pvhinfo/esp_path.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Where the device that is mounted at a directory can be read; "" for a folder in a file system. */
static void find_device(const char *directory, struct text *device)
{
    TEXT_ON_STACK(parent, PATH_MAX_LENGTH);
    struct stat here, above;

    text_format(&parent, "%s/..", directory);
    if (stat(directory, &here) == 0 && stat(parent.data, &above) == 0 &&
        here.st_dev != above.st_dev)
        text_format(device, "/dev/block/%u:%u", major(here.st_dev), minor(here.st_dev));
}

/* What the first bytes of a device, or of its image, tell; NULL if they cannot be read. */
static const struct file_system *recognize(const char *path, struct arena *arena)
{
    uint8_t *bytes = arena_alloc(arena, FILE_SYSTEM_PROBE_SIZE, 1);
    int descriptor = bytes ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t size = descriptor >= 0 ? pread(descriptor, bytes, FILE_SYSTEM_PROBE_SIZE, 0) : -1;

    if (descriptor >= 0)
        close(descriptor);
    return size >= 0 ? file_system_recognize(bytes, (size_t)size) : NULL;
}

static bool has_driver(const struct esp *esp, const char *driver, struct arena *arena)
{
    static const char *const directories[] = {"/EFI/pvhboot/drivers", "/EFI/systemd/drivers"};
    bool found = false;

    for (size_t i = 0; i < ELEMENTS(directories); i++) {
        TEXT_ON_STACK(path, PATH_MAX_LENGTH);
        const char *host_path;

        text_format(&path, "%s/%s", directories[i], driver);
        found |= esp_find(esp->directory, path.data, arena, &host_path) == STATUS_BOOTABLE &&
                 host_path && !is_directory(host_path);
    }
    return found;
}

/* In the loader's words. */
static enum status add_unreadable(struct esp *esp, struct arena *arena)
{
    TEXT_ON_STACK(text, 600);
    struct error error = {.code = ERROR_NONE};

    error.reason = esp->other_file_system->words;
    (void)error_set_for(&error, "the XBOOTLDR partition", ERROR_PARTITION_UNREADABLE);
    error_append(&text, &error);
    esp->other = NULL;
    esp->other_unreadable = true;
    return message_add(&esp->notes, arena, "%s", text.data);
}

/* Firmware reads FAT; of a file system that is not known, nothing is said. */
static enum status judge(struct esp *esp, struct arena *arena)
{
    const struct file_system *file_system = esp->other_file_system;

    if (!file_system || strcmp(file_system->name, "FAT") == 0)
        return STATUS_BOOTABLE;
    if (!file_system->driver)
        return file_system_may_have_driver(file_system) ? STATUS_BOOTABLE
                                                        : add_unreadable(esp, arena);
    if (!has_driver(esp, file_system->driver, arena))
        return add_unreadable(esp, arena);
    if (!strstr(file_system->words, "metadata_csum_seed"))
        return STATUS_BOOTABLE;
    return message_add(
        &esp->notes, arena,
        "the XBOOTLDR partition: unless the driver on the ESP is as new, it cannot be "
        "read: its file system is %s",
        file_system->words);
}

enum status esp_look_at_other(struct esp *esp, struct arena *arena)
{
    TEXT_ON_STACK(device, PATH_MAX_LENGTH);
    struct stat status;

    if (!esp->other)
        return STATUS_BOOTABLE;
    if (stat(esp->other, &status) != 0)
        return trouble("%s: %s", esp->other, strerror(errno));
    if (S_ISDIR(status.st_mode)) {
        find_device(esp->other, &device);
        esp->other_file_system = device.length > 0 ? recognize(device.data, arena) : NULL;
        return judge(esp, arena);
    }
    esp->other_file_system = recognize(esp->other, arena);
    if (!esp->other_file_system)
        return trouble("%s: cannot be read: %s", esp->other, strerror(errno));
    esp->other = NULL; /* its files are not looked at */
    return judge(esp, arena);
}

uint64_t esp_find_hole(const struct esp *esp, const char *directory, const char *host_path)
{
    int descriptor;
    off_t hole, end;

    if (directory == esp->directory || !esp->other_file_system || !esp->other_file_system->driver)
        return UINT64_MAX;
    descriptor = open(host_path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return UINT64_MAX;
    end = lseek(descriptor, 0, SEEK_END);
    hole = lseek(descriptor, 0, SEEK_HOLE);
    close(descriptor);
    return hole >= 0 && hole < end ? (uint64_t)hole : UINT64_MAX;
}
