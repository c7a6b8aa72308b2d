/* SPDX-License-Identifier: BSD-2-Clause */
/* pvhinfo: shows on the host whether and how pvhboot would boot a kernel. */
#include "pvh/messages.h"
#include "tools/pvhinfo/esp.h"
#include "tools/pvhinfo/extract.h"
#include "tools/pvhinfo/host/arena.h"
#include "tools/pvhinfo/host/spool.h"
#include "tools/pvhinfo/image.h"
#include "tools/pvhinfo/map_file.h"
#include "tools/pvhinfo/options.h"
#include "tools/pvhinfo/result.h"

#include <errno.h>
#include <string.h>

/* The destination of results: text, a JSON array, or none. */
struct output {
    bool silent;
    bool as_json;
    struct json json;
};

static void print(struct output *output, const struct result *result)
{
    if (output->silent)
        return;
    if (output->as_json)
        print_result_json(&output->json, result);
    else
        print_result(result);
    fflush(stdout); /* before messages appear on standard error */
}

/* The loader's message about a file, without the loader's own name. */
static void report(const char *path, enum status status, const char *message)
{
    if (status == STATUS_TROUBLE)
        trouble("%s: %s", path, message);
    else if (status == STATUS_NOT_BOOTABLE)
        refusal(path, "%s", message);
}

static enum status extract(const struct kernel *kernel, const char *path)
{
    if (!kernel->file.complete || !kernel_file_is_elf(&kernel->file))
        return STATUS_BOOTABLE; /* no ELF file; kernel->status has the error */
    return extract_elf(&kernel->file, path);
}

static enum status worse(enum status a, enum status b)
{
    return a > b ? a : b;
}

/* Uses its own arena, because unpacking a kernel may take a hundred megabytes. */
static enum status show_kernel(const char *path, const struct options *options,
                               struct output *output)
{
    struct arena arena = host_arena();
    struct kernel kernel;
    struct result result = {.kernel = &kernel, .message = kernel.message, .error_file = path};
    enum status status;

    kernel_read(path, &arena, &kernel);
    print(output, &result);
    report(path, kernel.status, kernel.message);
    status = kernel.status;
    if (options->extract)
        status = worse(status, extract(&kernel, options->extract));
    kernel_close(&kernel);
    arena_release(&arena);
    return status;
}

static void print_any_image(struct output *output, const struct image *image)
{
    if (output->silent)
        return;
    if (output->as_json)
        print_image_json(&output->json, image);
    else
        print_image(image);
    fflush(stdout); /* before messages appear on standard error */
}

static enum status show_image(const struct image *image, const struct options *options,
                              struct output *output)
{
    enum status status = image->status;

    print_any_image(output, image);
    if (image->message[0])
        report(image->path, image->status, image->message);
    for (size_t i = 0; i < image->kernel_count; i++)
        report(image->kernels[i].file.path, image->kernels[i].status, image->kernels[i].message);
    if (options->extract && image->kernel_count > 0)
        return worse(status, extract(&image->kernels[0], options->extract));
    return options->extract ? trouble("%s: has no kernel to extract", image->path) : status;
}

static enum status show_file(const char *path, const struct options *options, struct output *output)
{
    struct arena arena = host_arena();
    struct image image;
    enum status status;

    if (image_read(path, &arena, &image))
        status = show_image(&image, options, output);
    else
        status = show_kernel(path, options, output);
    image_close(&image);
    arena_release(&arena);
    return status;
}

static enum status show_kernels(const struct options *options, struct output *output)
{
    enum status status = STATUS_BOOTABLE;

    for (size_t i = 0; i < options->file_count; i++)
        status = worse(status, show_file(options->files[i], options, output));
    return status;
}

/* The file that the loader's message would name; the map file for errors of the machine. */
static const char *find_error_file(const struct error *error, const struct result *result)
{
    uint64_t module;

    if (error_module(error, &module) && module < result->modules->count)
        return result->modules->names[module];
    return error_is_about_file(error) ? result->kernel->file.path : result->map;
}

static enum status show_map(const struct machine *machine, struct result *result,
                            struct arena *arena, struct output *output)
{
    struct placement placement;
    struct error error;
    TEXT_ON_STACK(text, MESSAGE_SIZE);

    if (!place_nothing(machine, arena, &placement, &error)) {
        error_append(&text, &error);
        report(result->map, STATUS_NOT_BOOTABLE, text.data);
        return STATUS_NOT_BOOTABLE;
    }
    result->placement = &placement;
    print(output, result);
    result->placement = NULL;
    return STATUS_BOOTABLE;
}

static enum status show_placement(const struct machine *machine, const struct options *options,
                                  struct kernel *kernel, struct result *result, struct arena *arena,
                                  struct output *output)
{
    const struct modules *modules = result->modules;
    const struct placement_request request = {
        .image = &kernel->image,
        .info = {.command_line = result->command_line,
                 .module_commands = modules->commands,
                 .module_count = modules->count},
        .module_sizes = modules->sizes,
        .overwrite_nvs = options->overwrite_nvs,
        .unpack = &kernel->file.unpack,
    };
    struct placement placement;
    struct error error;

    result->error_file = kernel->file.path;
    result->placement = &placement;
    if (kernel->status != STATUS_BOOTABLE) {
        (void)place_nothing(machine, arena, &placement, &error); /* the kernel's error counts */
    } else if (place_kernel(machine, &request, arena, &placement, &error)) {
        result->placed = true;
    } else {
        kernel_set_error(kernel, &error);
        result->error_file = find_error_file(&error, result);
    }
    print(output, result);
    result->placement = NULL;
    report(result->error_file, kernel->status, kernel->message);
    return kernel->status;
}

/* An image brings its command line and initrd, unless others are given. */
static bool take_image_parts(const struct image *image, const struct options *options,
                             struct result *result, struct boot_files *initrds, struct arena *arena)
{
    const struct image_profile *profile = &image->profiles[0];
    TEXT_ON_STACK(size, 24);
    const char *copy;

    if (!options->command_line && profile->command_line)
        result->command_line = profile->command_line;
    if (initrds->count > 0 || !profile->uki.present[UKI_INITRD])
        return true;
    text_format(&size, "%llu", (unsigned long long)range_size(profile->uki.sections[UKI_INITRD]));
    copy = arena_strndup(arena, size.data, size.length);
    return copy && boot_files_add(initrds, arena, NULL, copy, "");
}

static enum status show_kernel_on_map(const struct machine *machine, const struct options *options,
                                      struct kernel *kernel, const struct boot_files *initrds,
                                      struct result *result, struct arena *arena,
                                      struct output *output)
{
    struct modules modules;
    enum status status = modules_measure(initrds, &options->modules, arena, &modules);

    if (status != STATUS_BOOTABLE)
        return status;
    result->kernel = kernel;
    result->modules = &modules;
    result->message = kernel->message;
    status = show_placement(machine, options, kernel, result, arena, output);
    result->kernel = NULL;
    result->modules = NULL;
    result->message = NULL;
    return status;
}

static enum status show_file_on_map(const struct machine *machine, const struct options *options,
                                    struct result *result, struct arena *arena,
                                    struct output *output)
{
    struct boot_files initrds = options->initrds;
    struct image image;
    struct kernel kernel;
    enum status status;

    if (image_read(options->files[0], arena, &image) && image.kernel_count > 0) {
        status = take_image_parts(&image, options, result, &initrds, arena)
                     ? show_kernel_on_map(machine, options, &image.kernels[0], &initrds, result,
                                          arena, output)
                     : trouble(OUT_OF_MEMORY);
    } else {
        kernel_read(options->files[0], arena, &kernel);
        status = show_kernel_on_map(machine, options, &kernel, &initrds, result, arena, output);
        kernel_close(&kernel);
    }
    image_close(&image);
    return status;
}

static enum status show_on_map(const struct options *options, struct arena *arena,
                               struct output *output)
{
    struct machine machine;
    struct result result = {
        .map = options->map,
        .command_line = options->command_line ? options->command_line : "",
        .message = "",
    };

    if (!map_file_read(options->map, arena, &machine))
        return STATUS_TROUBLE;
    if (options->file_count == 0)
        return show_map(&machine, &result, arena, output);
    return show_file_on_map(&machine, options, &result, arena, output);
}

static enum status show_esp(const struct options *options, struct arena *arena,
                            struct output *output)
{
    struct esp esp;
    enum status status = esp_read(options->esp, options->xbootldr, options->state, arena, &esp);

    if (!esp.directory)
        return status;
    if (output->as_json)
        print_esp_json(&output->json, &esp);
    else
        print_esp(&esp);
    fflush(stdout); /* before messages appear on standard error */
    report_esp(&esp);
    return status;
}

static bool spool(const char *path)
{
    char reason[SPOOL_REASON_SIZE];

    if (spool_add(path, reason))
        return true;
    trouble("%s: %s", path, reason);
    return false;
}

static bool spool_files(const struct boot_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        if (!spool(files->items[i].path))
            return false;
    }
    return true;
}

/* What can be read only once is copied, since kernels and images are read in any order. */
static bool spool_arguments(const struct options *options)
{
    for (size_t i = 0; i < options->file_count; i++) {
        if (!spool(options->files[i]))
            return false;
    }
    return (!options->map || spool(options->map)) && spool_files(&options->initrds) &&
           spool_files(&options->modules);
}

static enum status show(const struct options *options, struct arena *arena)
{
    bool silent = options->extract && is_standard_output(options->extract);
    struct output output = {silent, options->json && !silent, {.file = stdout}};
    enum status status;

    if (options->help)
        printf("%s", options_text);
    else if (options->version)
        printf("pvhinfo %s\n", PVHBOOT_VERSION);
    if (options->help || options->version)
        return STATUS_BOOTABLE;
    if (!spool_arguments(options))
        return STATUS_TROUBLE;
    if (output.as_json)
        json_begin(&output.json, NULL, '[');
    if (options->esp)
        status = show_esp(options, arena, &output);
    else if (options->map)
        status = show_on_map(options, arena, &output);
    else
        status = show_kernels(options, &output);
    if (output.as_json)
        json_end(&output.json, ']');
    return status;
}

int main(int argc, char *argv[])
{
    struct arena arena = host_arena();
    struct options options;
    enum status status = STATUS_TROUBLE;

    if (options_parse(argc, argv, &arena, &options))
        status = show(&options, &arena);
    arena_release(&arena);
    if (fflush(stdout) != 0 || ferror(stdout))
        status = trouble("standard output: %s", strerror(errno));
    return (int)status;
}
