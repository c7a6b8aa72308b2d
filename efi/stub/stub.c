/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/stub/stub.h"

#include "common/base/text.h"
#include "common/options/image_options.h"
#include "efi/boot/boot.h"
#include "efi/boot/outside_settings.h"
#include "efi/console/console.h"
#include "efi/console/usage.h"
#include "efi/firmware/load_options.h"
#include "efi/stub/addons.h"
#include "efi/stub/archives.h"
#include "efi/stub/companions.h"
#include "efi/stub/initrds.h"
#include "efi/stub/stub_interface.h"

#include <string.h>

bool stub_is_due(const struct trust *trust)
{
    return uki_has_kernel(&trust->own);
}

/* What comes from outside is changed as the image's own command line is, as systemd-stub does. */
static bool clean_options(const struct stub *stub, const char *given, const char **ret_options,
                          struct error *error)
{
    *ret_options = uki_command_line(given, strlen(given), stub->arena);
    return *ret_options || error_set(error, ERROR_OUT_OF_MEMORY);
}

/* LoadOptions replace the image's command line, unless only what is signed counts. */
static bool choose_command_line(struct stub *stub, struct error *error)
{
    const char *given = stub->options.request.command_line;
    struct policy_verdict verdict;
    const char *own;

    if (!uki_read_text(stub->trust->own_bytes, &stub->trust->uki, UKI_CMDLINE, stub->arena, &own,
                       error))
        return false;
    stub->request.command_line = own ? own : "";
    if (!given)
        return true;
    verdict = policy_judge_input(stub->trust->state, OUTSIDE_COMMAND_LINE, own != NULL);
    if (verdict.action == POLICY_REFUSE)
        return error_set_for(error, uki_section_name(UKI_LINUX), verdict.error);
    if (verdict.action == POLICY_IGNORE) {
        console_warn(verdict.error, NULL);
        return true;
    }
    if (!clean_options(stub, given, &stub->request.command_line, error))
        return false;
    stub->request.options_from_outside = stub->request.command_line;
    return true;
}

/* Addons, credentials and extensions; their files are read here and closed. */
static bool add_companions(struct stub *stub, struct error *error)
{
    CLEANUP(companions_close) struct companions companions = {.volume = {.kind = VOLUME_NONE}};

    return companions_find(stub, &companions, error) && addons_add(stub, &companions, error) &&
           archives_add(stub, &companions, error);
}

/* As for LoadOptions: with Secure Boot on, they are ignored. */
static bool add_outer_options(struct stub *stub, struct error *error)
{
    const char **command_line = &stub->request.command_line;
    struct smbios_settings settings;
    const char *options = "";

    if (!outside_settings_read(stub->arena, &settings, error) ||
        (settings.stub_options && !clean_options(stub, settings.stub_options, &options, error)))
        return false;
    if (!*options)
        return true;
    if (policy_is_enforced(stub->trust->state)) {
        console_warn(ERROR_COMMAND_LINE_IGNORED, NULL);
        return true;
    }
    stub->trust->added.outer_options = options;
    *command_line = **command_line ? text_join(*command_line, ' ', options, stub->arena) : options;
    return *command_line || error_set(error, ERROR_OUT_OF_MEMORY);
}

static bool add_files(struct stub *stub, struct error *error)
{
    struct boot_request *request = &stub->request;

    if (!stub->trust->uki.present[UKI_LINUX])
        return error_set(error, ERROR_IMAGE_WITHOUT_KERNEL, stub->trust->profile);
    request->kernel = (struct boot_file){
        .path = uki_section_name(UKI_LINUX),
        .bytes = stub_section(stub, UKI_LINUX),
        .size = stub_section_size(stub, UKI_LINUX),
        .command = "",
    };
    return stub_add_initrds(stub, error);
}

static bool start(struct stub *stub, struct error *error)
{
    return uki_find_sections(&stub->trust->own, stub->trust->profile, &stub->trust->uki, error) &&
           choose_command_line(stub, error) && add_companions(stub, error) &&
           add_outer_options(stub, error) && add_files(stub, error) &&
           boot_run(stub->image, &stub->options, &stub->request, stub->trust, stub->arena, error);
}

bool stub_run(EFI_HANDLE image, const EFI_LOADED_IMAGE *loaded, struct trust *trust,
              struct arena *arena, struct error *error)
{
    struct stub stub = {.image = image, .loaded = loaded, .trust = trust, .arena = arena};

    trust->embedded = true;
    if (!load_options_collect_image(loaded, arena, &trust->profile, &stub.options, error))
        return false;
    console_set_verbose(stub.options.verbose);
    if (usage_print(&stub.options))
        return true;
    if (!stub.options.dry_run) {
        measure_start(&trust->measurements);
        stub_interface_announce(loaded, trust->profile, &trust->measurements.tpm, arena);
    }
    return start(&stub, error);
}
