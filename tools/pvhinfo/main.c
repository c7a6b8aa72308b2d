/* SPDX-License-Identifier: BSD-2-Clause */
/* pvhinfo: tells on the host whether and how pvhboot would boot a kernel. */
#include "pvh/messages.h"
#include "tools/pvhinfo/esp.h"
#include "tools/pvhinfo/extract.h"
#include "tools/pvhinfo/host/arena.h"
#include "tools/pvhinfo/map_file.h"
#include "tools/pvhinfo/options.h"
#include "tools/pvhinfo/result.h"

#include <errno.h>
#include <string.h>

/* Where results go: text as it comes, or an array, or nowhere. */
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
    fflush(stdout); /* before what is wrong appears on standard error */
}

/* The loader's words, without its own name in front: they are about the file. */
static void complain(const char *path, enum status status, const char *sentence)
{
    if (status == STATUS_TROUBLE)
        trouble("%s: %s", path, sentence);
    else if (status == STATUS_NOT_BOOTABLE)
        refusal(path, "%s", sentence);
}

static enum status extract(const struct kernel *kernel, const char *path)
{
    if (!kernel->file.whole || !kernel_file_is_elf(&kernel->file))
        return STATUS_BOOTABLE; /* there is no ELF: the kernel's own status tells */
    return extract_elf(&kernel->file, path);
}

static enum status worse(enum status a, enum status b)
{
    return a > b ? a : b;
}

/* With an arena of its own: a kernel may take a hundred megabytes to unpack. */
static enum status show_kernel(const char *path, const struct options *options,
                               struct output *output)
{
    struct arena arena = host_arena();
    struct kernel kernel;
    struct result result = {.kernel = &kernel, .sentence = kernel.sentence, .blamed = path};
    enum status status;

    kernel_read(path, &arena, &kernel);
    print(output, &result);
    complain(path, kernel.status, kernel.sentence);
    status = kernel.status;
    if (options->extract)
        status = worse(status, extract(&kernel, options->extract));
    kernel_close(&kernel);
    arena_release(&arena);
    return status;
}

static enum status show_kernels(const struct options *options, struct output *output)
{
    enum status status = STATUS_BOOTABLE;

    for (size_t i = 0; i < options->file_count; i++)
        status = worse(status, show_kernel(options->files[i], options, output));
    return status;
}

/* The name that the loader would put before the sentence; the map's for what is the machine's. */
static const char *blamed(const struct error *error, const struct result *result)
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
    TEXT_ON_STACK(text, SENTENCE_SIZE);

    if (!place_nothing(machine, arena, &placement, &error)) {
        error_append(&text, &error);
        complain(result->map, STATUS_NOT_BOOTABLE, text.data);
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
        .info = {result->command_line, modules->commands, modules->count},
        .module_sizes = modules->sizes,
        .overwrite_nvs = options->overwrite_nvs,
        .unpack = &kernel->file.unpack,
    };
    struct placement placement;
    struct error error;

    result->blamed = kernel->file.path;
    result->placement = &placement;
    if (kernel->status != STATUS_BOOTABLE) {
        (void)place_nothing(machine, arena, &placement,
                            &error); /* the kernel's error comes first */
    } else if (place_kernel(machine, &request, arena, &placement, &error)) {
        result->placed = true;
    } else {
        kernel_set_error(kernel, &error);
        result->blamed = blamed(&error, result);
    }
    print(output, result);
    result->placement = NULL;
    complain(result->blamed, kernel->status, kernel->sentence);
    return kernel->status;
}

static enum status show_kernel_on_map(const struct machine *machine, const struct options *options,
                                      struct result *result, struct arena *arena,
                                      struct output *output)
{
    struct kernel kernel;
    struct modules modules;
    enum status status = modules_measure(&options->initrds, &options->modules, arena, &modules);

    if (status != STATUS_BOOTABLE)
        return status;
    kernel_read(options->files[0], arena, &kernel);
    result->kernel = &kernel;
    result->modules = &modules;
    result->sentence = kernel.sentence;
    status = show_placement(machine, options, &kernel, result, arena, output);
    result->kernel = NULL;
    result->modules = NULL;
    result->sentence = NULL;
    kernel_close(&kernel);
    return status;
}

static enum status show_on_map(const struct options *options, struct arena *arena,
                               struct output *output)
{
    struct machine machine;
    struct result result = {
        .map = options->map,
        .command_line = options->command_line ? options->command_line : "",
        .sentence = "",
    };

    if (!map_file_read(options->map, arena, &machine))
        return STATUS_TROUBLE;
    if (options->file_count == 0)
        return show_map(&machine, &result, arena, output);
    return show_kernel_on_map(&machine, options, &result, arena, output);
}

static enum status show_esp(const char *directory, struct arena *arena, struct output *output)
{
    struct esp esp;
    enum status status = esp_read(directory, arena, &esp);

    if (!esp.directory)
        return status;
    if (output->as_json)
        print_esp_json(&output->json, &esp);
    else
        print_esp(&esp);
    fflush(stdout); /* before what is wrong appears on standard error */
    complain_about_esp(&esp);
    return status;
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
    if (output.as_json)
        json_begin(&output.json, NULL, '[');
    if (options->esp)
        status = show_esp(options->esp, arena, &output);
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
