/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks the files of a volume that a loader vouches for. */
#include "common/base/path.h"
#include "common/hash/sha256.h"
#include "pvh/messages.h"
#include "pvh/platform/sha_extensions.h"
#include "tools/pvhinfo/esp.h"
#include "tools/pvhinfo/esp_path.h"
#include "tools/pvhinfo/host/processor.h"
#include "tools/pvhinfo/image.h"

#include <string.h>

#define READ_SIZE (256 * KIB)

bool esp_pin_matches(const struct esp_pin *pin)
{
    return pin->exists && memcmp(pin->digest, pin->pin->digest, PIN_SIZE) == 0;
}

static bool hash_file(struct host_file *file, uint8_t *buffer, uint8_t ret_digest[PIN_SIZE])
{
    const struct processor processor = host_processor();
    struct error error;
    struct sha256 hash;

    sha256_init(&hash, sha_extensions_exist(&processor));
    for (uint64_t offset = 0; offset < file->source.size; offset += READ_SIZE) {
        size_t size = (size_t)min_u64(READ_SIZE, file->source.size - offset);

        if (!file->source.read(&file->source, offset, buffer, size, &error))
            return false;
        sha256_update(&hash, buffer, size);
    }
    sha256_final(&hash, ret_digest);
    return true;
}

static enum status add_mismatch(struct message_list *problems, const struct esp_pin *pin,
                                struct arena *arena)
{
    struct error error = {.code = ERROR_PIN_MISMATCH};
    TEXT_ON_STACK(reason, PIN_MISMATCH_SIZE);
    TEXT_ON_STACK(sentence, 4 * PIN_SIZE + 100);

    pin_append_mismatch(&reason, pin->digest, pin->pin->digest);
    error.reason = reason.data;
    error_append(&sentence, &error);
    return message_add(problems, arena, "%s: %s", pin->pin->path, sentence.data);
}

static enum status check_pin(struct esp *esp, struct esp_loader *loader, struct esp_pin *pin,
                             uint8_t *buffer, struct arena *arena)
{
    struct host_file file;
    const char *path;
    enum status status = esp_find_named(esp->directory, pin->pin->path, arena, &path);

    if (status != STATUS_BOOTABLE)
        return status;
    if (!path || is_directory(path))
        return message_add(
            &loader->problems, arena,
            "%s: no such file in %s, but the image vouches for it; rebuild the image",
            pin->pin->path, esp->directory);
    if (!host_file_open(path, &file) || !hash_file(&file, buffer, pin->digest)) {
        esp->read_failed = true;
        status = message_add(&loader->problems, arena, "%s: %s", pin->pin->path, file.reason);
    } else {
        pin->exists = true;
        status =
            esp_pin_matches(pin) ? STATUS_BOOTABLE : add_mismatch(&loader->problems, pin, arena);
    }
    host_file_close(&file);
    return status;
}

enum status esp_check_pins(struct esp *esp, struct esp_loader *loader, struct host_file *file,
                           struct arena *arena)
{
    enum status status = STATUS_BOOTABLE;
    struct error error = {.code = ERROR_NONE};
    TEXT_ON_STACK(sentence, 200);
    uint8_t *buffer = arena_alloc_bulk(arena, READ_SIZE);
    struct pins pins;

    if (!image_read_pins(file, arena, &pins, &loader->options, &error)) {
        if (error.code == ERROR_NO_PROGRAM)
            return STATUS_BOOTABLE; /* not a question of pins */
        error_append(&sentence, &error);
        return message_add(&loader->problems, arena, "%s", sentence.data);
    }
    loader->pins = arena_alloc(arena, pins.count, sizeof(*loader->pins));
    if (!loader->pins || !buffer)
        return trouble(OUT_OF_MEMORY);
    loader->pin_count = pins.count;
    for (size_t i = 0; i < pins.count && status == STATUS_BOOTABLE; i++) {
        loader->pins[i].pin = &pins.items[i];
        status = check_pin(esp, loader, &loader->pins[i], buffer, arena);
    }
    return status;
}

const struct esp_pin *esp_find_pin(const struct esp_loader *loader, const char *path)
{
    for (size_t i = 0; i < loader->pin_count; i++) {
        if (path_compare(loader->pins[i].pin->path, path) == 0)
            return &loader->pins[i];
    }
    return NULL;
}

enum status esp_check_pinned(const struct esp *esp, const char *path, struct message_list *problems,
                             struct arena *arena)
{
    for (size_t i = 0; i < ESP_LOADERS; i++) {
        const struct esp_pin *pin = esp_find_pin(&esp->loaders[i], path);

        if (pin && pin->exists && !esp_pin_matches(pin))
            return add_mismatch(problems, pin, arena);
    }
    return STATUS_BOOTABLE;
}
