/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/trust.h"

#include "common/trust/lockdown.h"
#include "efi/boot/extra_archives.h"
#include "efi/boot/pinned_files.h"
#include "efi/console/console.h"
#include "efi/firmware/pages.h"
#include "efi/trust/verify.h"
#include "pvh/limits.h"

#include <string.h>

static bool is_embedded(const struct boot *boot)
{
    return boot->trust->embedded;
}

static bool is_enforced(const struct boot *boot)
{
    return policy_is_enforced(boot->trust->state);
}

bool trust_check_request(const struct boot *boot, struct error *error)
{
    struct trust *trust = boot->trust;

    if (trust->state == SECURE_BOOT_UNKNOWN && !is_embedded(boot)) {
        *error = trust->why_unknown;
        return false;
    }
    if (is_enforced(boot) && boot->overwrite_nvs)
        return error_set_for(error, boot->request->kernel.path, ERROR_OVERWRITE_REFUSED);
    return measure_check(&trust->measurements, error);
}

bool trust_measure_image(const struct boot *boot, struct error *error)
{
    struct trust *trust = boot->trust;
    const struct uki *uki = &trust->uki;

    if (!trust->embedded)
        return true;
    for (enum uki_section_kind kind = 0; kind <= UKI_LAST_MEASURED; kind++) {
        if (uki->present[kind] && !measure_section(&trust->measurements, uki_section_name(kind),
                                                   trust->own_bytes + uki->sections[kind].start,
                                                   range_size(uki->sections[kind]), error))
            return false;
    }
    return measure_profile(&trust->measurements, trust->profile, error);
}

/* A command line that our own image does not replace by one of its own. */
static bool has_plain_options(const struct boot *boot)
{
    return *boot->request->command_line && !boot->trust->command_line;
}

/* Whether anybody has signed a PE file that has been read. */
static bool has_certificates(const struct file *file)
{
    struct error ignored = {.code = ERROR_NONE};
    struct memory_source memory;
    struct range certificates;

    memory_source_init(&memory, file->bytes, file->source.size);
    return pe_find_certificates(&memory.source, &certificates, &ignored) &&
           range_size(certificates) > 0;
}

/* *ret_path is the file to name if the boot is refused. */
static enum kernel_source find_source(const struct boot *boot, const char **ret_path)
{
    const struct boot_request *request = boot->request;
    const struct pins *pins = &boot->trust->pins;
    const struct file *file = &boot->kernel.file;
    const char *unpinned = files_find_unpinned(pins, &request->initrds);
    /* No signature covers a module's command line. */
    const char *module = boot_files_find_command(&request->modules);
    struct policy_facts facts;
    enum kernel_source source;

    if (!unpinned)
        unpinned = files_find_unpinned(pins, &request->modules);
    *ret_path = file->path;
    if (is_embedded(boot))
        return KERNEL_EMBEDDED;
    facts = (struct policy_facts){
        .pinned = pins_find(pins, request->kernel.path),
        .is_pe = file->source.size >= 2 && memcmp(file->bytes, "MZ", 2) == 0,
        .is_signed = has_certificates(file),
        .has_unpinned = unpinned,
        .has_outside_options = module || has_plain_options(boot),
    };
    source = policy_classify(&facts);
    if (source == KERNEL_PE_PLAIN_INITRD)
        *ret_path = unpinned;
    else if (source == KERNEL_PE_PLAIN_OPTIONS && module)
        *ret_path = module;
    return source;
}

/* Carries out a verdict about the kernel's file, which is in memory; `path` is who is to blame. */
static bool apply(struct boot *boot, struct policy_verdict verdict, const char *path,
                  struct error *error)
{
    const struct file *file = &boot->kernel.file;

    if (verdict.action == POLICY_REFUSE)
        return error_set_for(error, path, verdict.error);
    if (verdict.action != POLICY_VERIFY)
        return true;
    boot->kernel_verified = image_verify(boot->image, file->path, file->bytes, file->source.size,
                                         boot->trust->state, error);
    return boot->kernel_verified;
}

bool trust_check_kernel(struct boot *boot, struct error *error)
{
    const struct trust *trust = boot->trust;
    const char *path = boot->request->kernel.path;
    bool pinned = !is_embedded(boot) && pins_find(&trust->pins, path);

    if (is_embedded(boot) ||
        (!pinned && !is_enforced(boot) && !measure_is_due(&trust->measurements)))
        return true;
    if (!kernel_read_whole(&boot->kernel, error))
        return false;
    if (is_enforced(boot)) {
        const char *blamed;
        enum kernel_source source = find_source(boot, &blamed);

        if (!apply(boot, policy_judge(trust->state, source), blamed, error))
            return false;
    }
    return !pinned || pinned_check_bytes(trust, path, boot->kernel.file.bytes,
                                         boot->kernel.file.source.size, error);
}

/*
 * Which parts of the initrd a kernel gets, and whether it is locked down, depends on whether it is
 * Linux. The notes of a stream are known only once it is loaded, so then it is unpacked first.
 */
static bool know_system(struct boot *boot, struct error *error)
{
    struct kernel *kernel = &boot->kernel;

    if (kernel->state != KERNEL_STREAMED || kernel_is_linux(kernel))
        return true;
    return (!is_embedded(boot) && !is_enforced(boot) && boot->request->extras.count == 0) ||
           kernel_unpack(kernel, error);
}

/* In loader mode, what is signed replaces what the entry or the user says. */
static const char *choose_signed(const struct boot *boot)
{
    const char *given = boot->request->command_line;
    const char *own = boot->trust->command_line;

    if (!is_enforced(boot) || is_embedded(boot) || !own)
        return given;
    if (*given && strcmp(given, own) != 0)
        console_warn(ERROR_COMMAND_LINE_IGNORED, NULL);
    return own;
}

bool trust_choose_command_line(struct boot *boot, struct error *error)
{
    struct kernel *kernel = &boot->kernel;

    if (!know_system(boot, error))
        return false;
    boot->command_line = choose_signed(boot);
    if (!is_enforced(boot))
        return true;
    boot->pass_framebuffer = false; /* nothing is added to a command line that is signed */
    if (!kernel_is_linux(kernel))
        return is_embedded(boot) || pins_find(&boot->trust->pins, kernel->file.path) ||
               apply(boot, policy_judge(boot->trust->state, KERNEL_PE_NOT_LINUX), kernel->file.path,
                     error);
    return lockdown_add(boot->command_line, true, LINUX_COMMAND_LINE_MAX, boot->arena,
                        &boot->command_line, error) ||
           ERROR_IS_FALSE(error_name(error, kernel->file.path));
}

/* The first module if it is the initrd, not one of the request's other modules. */
static bool has_initrd(const struct boot *boot)
{
    return boot->modules.count > boot->request->modules.count;
}

bool trust_watch_modules(struct boot *boot, struct error *error)
{
    struct policy_verdict offered = policy_judge_input(boot->trust->state, OUTSIDE_INITRD, false);

    if (has_initrd(boot) && boot->modules.items[0].is_offered && offered.action == POLICY_REFUSE)
        return error_set_for(error, module_name(&boot->modules.items[0]), offered.error);
    return pinned_watch_modules(boot, error);
}

bool trust_check_modules(struct boot *boot, struct error *error)
{
    return pinned_check_modules(boot, error);
}

/* The initrd as Linux's EFI stub measures it, other modules as GRUB measures files. */
static bool measure_module_file(struct boot *boot, size_t index, struct error *error)
{
    struct measurements *measurements = &boot->trust->measurements;
    struct module *module = &boot->modules.items[index];
    CLEANUP(arena_release) struct arena arena;
    const void *bytes;

    pages_init_arena(&arena);
    bytes = module_bytes(module, &boot_plan(boot)->modules[index], &arena);
    if (index == 0 && has_initrd(boot))
        return measure_initrd(measurements, bytes, module->size, error);
    return measure_kernel_file(measurements, module_name(module), bytes, module->size, error);
}

/* A module's command line can be another kernel's: Xen takes that of its first domain from one. */
static bool measure_module(struct boot *boot, size_t index, struct error *error)
{
    return measure_module_file(boot, index, error) &&
           measure_kernel_parameters(&boot->trust->measurements, boot->modules.items[index].command,
                                     error);
}

/* What is added to the command line is measured by itself, as systemd-stub does. */
static bool measure_added(struct boot *boot, const char *options, struct error *error)
{
    return !options || measure_kernel_parameters(&boot->trust->measurements, options, error);
}

static bool measure_command_line(struct boot *boot, struct error *error)
{
    struct measurements *measurements = &boot->trust->measurements;
    const char *command_line = boot->map.preparation.info.command_line;

    return (is_embedded(boot) || measure_kernel_parameters(measurements, command_line, error)) &&
           measure_added(boot, boot->request->options_from_outside, error) &&
           measure_added(boot, boot->trust->added.options, error) &&
           measure_added(boot, boot->trust->added.outer_options, error) &&
           measure_load_options(measurements, command_line, error);
}

static bool measure_addon_file(struct boot *boot, enum measured_addon kind,
                               const struct boot_file *file, struct error *error)
{
    return measure_addon(&boot->trust->measurements, kind, file->path, file->bytes, file->size,
                         error);
}

/* In the order of systemd-stub, if they are a part of the initrd at all. */
static bool measure_additions(struct boot *boot, struct error *error)
{
    const struct additions *added = &boot->trust->added;

    if (!kernel_is_linux(&boot->kernel) || !has_initrd(boot) || boot->modules.items[0].is_offered)
        return true;
    if (!extra_archives_measure(&boot->trust->measurements, added->archives, error))
        return false;
    for (size_t i = added->ucode.count; i-- > 0;) {
        if (!measure_addon_file(boot, MEASURED_ADDON_UCODE, &added->ucode.items[i], error))
            return false;
    }
    for (size_t i = 0; i < added->initrds.count; i++) {
        if (!measure_addon_file(boot, MEASURED_ADDON_INITRD, &added->initrds.items[i], error))
            return false;
    }
    return true;
}

bool trust_measure(struct boot *boot, struct error *error)
{
    struct measurements *measurements = &boot->trust->measurements;
    const struct file *file = &boot->kernel.file;

    if (!measure_is_due(measurements))
        return true;
    if (!is_embedded(boot) && !boot->kernel_verified &&
        !measure_kernel_file(measurements, file->path, file->bytes, file->source.size, error))
        return false;
    if (!measure_command_line(boot, error) || !measure_additions(boot, error))
        return false;
    for (size_t i = 0; i < boot->modules.count; i++) {
        if (!measure_module(boot, i, error))
            return false;
    }
    if (is_embedded(boot))
        measure_announce(measurements);
    return true;
}
