/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks the files that entries name, and looks for loaders. */
#include "common/base/path.h"
#include "common/base/text.h"
#include "common/disk/partition_id.h"
#include "common/image/pe.h"
#include "common/network/url.h"
#include "pvh/messages.h"
#include "tools/pvhinfo/esp.h"
#include "tools/pvhinfo/esp_path.h"
#include "tools/pvhinfo/host/arena.h"
#include "tools/pvhinfo/host/file.h"
#include "tools/pvhinfo/kernel.h"

#include <string.h>

/* The start of the loader's SBAT entry; the version follows. */
#define SBAT_MARK   "\npvhboot,1,pvhboot,pvhboot,"
#define VERSION_MAX 40

/* Larger files are not searched: no loader is that large. */
#define LOADER_MAX (16 * MIB)

struct check {
    struct esp *esp;
    const char *directory; /* where the entry's files are */
    struct esp_check *result;
    struct arena *arena;
};

#define add_problem(check, ...) message_add(&(check)->result->problems, (check)->arena, __VA_ARGS__)

static enum status add_read_failure(const struct check *check, const char *path, const char *reason)
{
    check->esp->read_failed = true;
    return add_problem(check, "%s: %s", path, reason);
}

/* Adds the loader's sentence about a file. */
static enum status add_sentence(const struct check *check, const char *path, enum error_code code)
{
    TEXT_ON_STACK(sentence, 200);

    error_append_code(&sentence, code);
    return add_problem(check, "%s: %s", path, sentence.data);
}

/* Only the loader knows the machine's other partitions. */
static enum status warn_of_partition(const struct check *check, const char *path)
{
    struct partition_id id;
    const char *rest;

    if (!partition_id_parse_path(path, &id, &rest))
        return add_sentence(check, path, ERROR_PARTITION_ID);
    return message_add(&check->result->warnings, check->arena,
                       "%s: is on a partition of its own and is not checked", path);
}

/* Nothing is sent: only the loader knows the machine's network. */
static enum status warn_of_server(const struct check *check, const char *path)
{
    struct url url;
    struct error error = {.code = ERROR_NONE};
    TEXT_ON_STACK(sentence, 200);

    error.reason = url_parse(path, &url);
    if (!error.reason)
        return message_add(&check->result->warnings, check->arena,
                           "%s: is on a server and is not checked", path);
    error.code = ERROR_URL;
    error_append(&sentence, &error);
    return add_problem(check, "%s: %s", path, sentence.data);
}

/* A file that the driver for its partition does not read to its end is as good as none. */
static enum status check_holes(const struct check *check, const char *path, const char **ret_path)
{
    uint64_t hole = esp_find_hole(check->esp, check->directory, *ret_path);

    if (hole == UINT64_MAX)
        return STATUS_BOOTABLE;
    *ret_path = NULL;
    return add_problem(check, "%s: has a hole at offset 0x%llx: %s", path, (unsigned long long)hole,
                       check->esp->other_file_system->damage);
}

/*
 * If there is no such file, *ret_path is NULL, and the entry has a problem more; also for one on
 * another partition, which is no problem.
 */
static enum status find_file(const struct check *check, const char *path, const char **ret_path)
{
    enum status status;

    *ret_path = NULL;
    if (path_names_partition(path))
        return warn_of_partition(check, path);
    if (path_is_url(path))
        return warn_of_server(check, path);
    if (esp_path_is_too_long(path))
        return add_sentence(check, path, ERROR_PATH_TOO_LONG);
    status = esp_find_named(check->directory, path, check->arena, ret_path);
    if (status != STATUS_BOOTABLE)
        return status;
    if (!*ret_path)
        return add_problem(check, "%s: no such file in %s; paths start at its root", path,
                           check->directory);
    if (!is_directory(*ret_path))
        return check_holes(check, path, ret_path);
    *ret_path = NULL;
    return add_problem(check, "%s: is a directory; name a file", path); /* as the loader */
}

static enum status check_kernel(const struct check *check, const char *path)
{
    struct arena arena = host_arena(); /* a kernel may take a hundred megabytes to unpack */
    struct kernel kernel;
    const char *host_path;
    enum status status = find_file(check, path, &host_path);
    const char *system;

    if (status != STATUS_BOOTABLE || !host_path)
        return status;
    kernel_read(host_path, &arena, &kernel);
    if (kernel.status == STATUS_TROUBLE)
        status = add_read_failure(check, path, kernel.message);
    else if (kernel.status == STATUS_NOT_BOOTABLE)
        status = add_problem(check, "%s: %s", path, kernel.message);
    check->result->may_be_linux = kernel_is_linux(&kernel);
    system = kernel.image.notes.system;
    check->result->system = arena_strndup(check->arena, system, strlen(system));
    kernel_close(&kernel);
    arena_release(&arena);
    return check->result->system ? status : trouble(OUT_OF_MEMORY);
}

/* Checks a file of a module, or an EFI program. Sets *error when it returns false. */
typedef bool file_check(struct byte_source *source, struct error *error);

static bool check_part(struct byte_source *source, struct error *error)
{
    return source->size > 0 || error_set(error, ERROR_MODULE_EMPTY);
}

static enum status check_file(const struct check *check, const char *path, file_check *is_valid)
{
    struct host_file file;
    const char *host_path;
    struct error error = {.code = ERROR_NONE};
    TEXT_ON_STACK(fault, 100);
    enum status status = find_file(check, path, &host_path);

    if (status != STATUS_BOOTABLE || !host_path)
        return status;
    if (!host_file_open(host_path, &file))
        status = add_read_failure(check, path, file.reason);
    else if (!is_valid(&file.source, &error))
        error_append(&fault, &error);
    if (fault.length > 0)
        status = add_problem(check, "%s: %s", path, fault.data);
    host_file_close(&file);
    return status;
}

static bool accept_any(struct byte_source *source, struct error *error)
{
    (void)source, (void)error;
    return true;
}

static enum status check_parts(const struct check *check, const struct boot_files *files,
                               file_check *is_valid)
{
    enum status status = STATUS_BOOTABLE;

    for (size_t i = 0; i < files->count && status == STATUS_BOOTABLE; i++)
        status = check_file(check, files->items[i].path, is_valid);
    return status;
}

/* False for a file that cannot be read, too: that is another problem. */
static bool is_empty(const struct check *check, const char *path)
{
    struct host_file file;
    const char *host_path;
    bool empty;

    if (esp_find_named(check->directory, path, check->arena, &host_path) != STATUS_BOOTABLE ||
        !host_path || is_directory(host_path))
        return false;
    empty = host_file_open(host_path, &file) && file.source.size == 0;
    host_file_close(&file);
    return empty;
}

static enum status add_empty_note(const struct check *check, const char *path)
{
    TEXT_ON_STACK(sentence, 200);

    error_append_code(&sentence, ERROR_INITRD_EMPTY);
    return message_add(&check->esp->notes, check->arena, "%s: %s: %s", check->result->path, path,
                       sentence.data);
}

/* An empty initrd is a problem unless there is another. */
static enum status check_initrds(const struct check *check, const struct boot_files *initrds)
{
    enum status status = STATUS_BOOTABLE;
    bool all_empty = true;

    for (size_t i = 0; i < initrds->count; i++)
        all_empty = all_empty && is_empty(check, initrds->items[i].path);
    if (all_empty) /* as the loader, which names the first */
        return initrds->count ? check_file(check, initrds->items[0].path, check_part) : status;
    for (size_t i = 0; i < initrds->count && status == STATUS_BOOTABLE; i++) {
        const char *path = initrds->items[i].path;

        status = is_empty(check, path) ? add_empty_note(check, path)
                                       : check_file(check, path, check_part);
    }
    return status;
}

/* What a loader vouches for has to be that file, for a boot with Secure Boot on. */
static enum status check_pins(const struct check *check, const struct boot_request *request)
{
    const struct boot_files *const lists[] = {&request->initrds, &request->modules};
    enum status status =
        esp_check_pinned(check->esp, request->kernel.path, &check->result->problems, check->arena);

    for (size_t list = 0; list < ELEMENTS(lists); list++) {
        for (size_t i = 0; i < lists[list]->count && status == STATUS_BOOTABLE; i++)
            status = esp_check_pinned(check->esp, lists[list]->items[i].path,
                                      &check->result->problems, check->arena);
    }
    return status;
}

static enum status check_files(const struct check *check, const struct boot_entry *entry)
{
    const struct boot_request *request = &entry->request;
    enum status status = STATUS_BOOTABLE;

    if (request->kernel.path)
        status = check_kernel(check, request->kernel.path);
    else if (entry->efi.path)
        status = check_file(check, entry->efi.path, pe_check_program);
    if (status == STATUS_BOOTABLE && request->kernel.path)
        status = check_initrds(check, &request->initrds);
    if (status == STATUS_BOOTABLE && request->kernel.path)
        status = check_parts(check, &request->modules, check_part);
    if (status == STATUS_BOOTABLE && check->result->may_be_linux) /* other kernels get none */
        status = check_parts(check, &request->extras, accept_any);
    if (status == STATUS_BOOTABLE && request->kernel.path && !entry->source.is_other)
        status = check_pins(check, request);
    return status;
}

static enum status check_entry(struct esp *esp, size_t index, struct arena *arena)
{
    const struct boot_entry *entry = &esp->catalog.entries.items[index];
    const char *path = entry_source_path(&entry->source, arena);
    struct check check = {esp, esp_directory_of(esp, entry), &esp->checks[index], arena};
    enum status status;

    if (!path)
        return trouble(OUT_OF_MEMORY);
    check.result->system = "";
    check.result->may_be_linux = true;
    status = esp_find(check.directory, path, arena, &check.result->path);
    if (status != STATUS_BOOTABLE)
        return status;
    if (entry->problem)
        return add_problem(&check, "%s", entry->problem);
    status = check_files(&check, entry);
    return status == STATUS_BOOTABLE ? esp_add_warnings(esp, index, arena) : status;
}

enum status esp_check_entries(struct esp *esp, struct arena *arena)
{
    size_t count = esp->catalog.entries.count;
    enum status status = STATUS_BOOTABLE;

    esp->checks = arena_alloc(arena, count, sizeof(*esp->checks));
    if (!esp->checks)
        return trouble(OUT_OF_MEMORY);
    for (size_t i = 0; i < count && status == STATUS_BOOTABLE; i++)
        status = check_entry(esp, i, arena);
    return status;
}

/* Returns the text between the mark and the next comma; NULL if this is not pvhboot. */
static const char *find_version(const uint8_t *bytes, size_t size, struct arena *arena)
{
    const size_t length = strlen(SBAT_MARK);

    for (size_t i = 0; fits_inside(i, length + VERSION_MAX, size); i++) {
        const uint8_t *version = bytes + i + length;
        const uint8_t *comma;

        if (memcmp(bytes + i, SBAT_MARK, length) != 0)
            continue;
        comma = memchr(version, ',', VERSION_MAX);
        return comma ? arena_strndup(arena, (const char *)version, (size_t)(comma - version))
                     : NULL;
    }
    return NULL;
}

static enum status check_loader(struct esp *esp, struct esp_loader *loader, struct arena *arena)
{
    struct host_file file;
    const char *path;
    enum status status = esp_find(esp->directory, loader->path, arena, &path);
    const uint8_t *bytes = NULL;

    if (status != STATUS_BOOTABLE || !path)
        return status;
    loader->exists = true;
    if (host_file_open(path, &file) && file.source.size <= LOADER_MAX)
        bytes = host_file_read_all(&file, arena);
    if (bytes)
        loader->version = find_version(bytes, (size_t)file.source.size, arena);
    if (loader->version)
        status = esp_check_pins(esp, loader, &file, arena);
    host_file_close(&file);
    return status;
}

enum status esp_check_loaders(struct esp *esp, struct arena *arena)
{
    static const char *const paths[ESP_LOADERS] = {
        "EFI/pvhboot/pvhboot.efi", "EFI/BOOT/BOOTX64.EFI", "EFI/BOOT/BOOTIA32.EFI",
        "EFI/pvhboot/grubx64.efi", "EFI/BOOT/grubx64.efi",
    };
    enum status status = STATUS_BOOTABLE;

    for (size_t i = 0; i < ESP_LOADERS && status == STATUS_BOOTABLE; i++) {
        esp->loaders[i].path = paths[i];
        status = check_loader(esp, &esp->loaders[i], arena);
    }
    return status;
}
