/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/firmware.h"

#include "efi/firmware/proto/memory_attribute.h"
#include "efi/firmware/proto/shell_parameters.h"
#include "tests/firmware/fake/console.h"
#include "tests/firmware/fake/events.h"
#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/images.h"
#include "tests/firmware/fake/physical.h"
#include "tests/firmware/fake/pool.h"
#include "tests/firmware/fake/run.h"
#include "tests/firmware/fake/text.h"
#include "tests/firmware/fake/tpm.h"
#include "tests/firmware/fake/variables.h"
#include "tests/firmware/fake/watchdog.h"
#include "tests/lib/support.h"

#include <stdlib.h>
#include <string.h>

#define MOST_TABLES 8
#define MOST_WORDS  32

/* As in EDK2; larger than the structure, so that the loader must use the stride. */
#define USUAL_STRIDE 48

struct firmware_ways firmware_ways;

static EFI_BOOT_SERVICES boot_services;
static EFI_CONFIGURATION_TABLE tables[MOST_TABLES];
static size_t exits; /* calls of ExitBootServices with the current key */

/* ------------------------------------------------------------------------------------------------
 * The end of boot services
 */

void firmware_change_map(uint32_t type, bool split)
{
    struct range free = physical_largest_free(4 * GIB);

    if (range_size(free) >= 4 * PAGE_SIZE) {
        if (split)
            free.end = free.start + range_size(free) / PAGE_SIZE / 2 * PAGE_SIZE;
        free.start = free.end - PAGE_SIZE;
        (void)physical_change(type, free);
    }
    physical_touch();
}

static EFI_STATUS EFIAPI exit_boot_services(EFI_HANDLE image, UINTN key)
{
    EFI_STATUS status = ledger_enter(SERVICE_EXIT_BOOT_SERVICES);

    if (image != image_handle)
        run_fail("ExitBootServices is called with another image than the loader");
    fake_watchdog_expect_off("ExitBootServices is called");
    ledger_set_phase(PHASE_LEAVING);
    tpm_measure_exit();
    if (EFI_ERROR(status))
        return status;
    if (key != physical_key())
        return EFI_INVALID_PARAMETER;
    if (exits++ < firmware_ways.refuse_exit) {
        firmware_change_map(EfiRuntimeServicesData, false);
        for (size_t i = 0; i < firmware_ways.growth; i++)
            firmware_change_map(EfiBootServicesData, true);
        return firmware_ways.refusal ? firmware_ways.refusal : EFI_INVALID_PARAMETER;
    }
    ledger_set_phase(PHASE_LEFT);
    return EFI_SUCCESS;
}

static EFI_STATUS EFIAPI exit_image(EFI_HANDLE image, EFI_STATUS status, UINTN size, CHAR16 *data)
{
    EFI_STATUS fault = ledger_enter(SERVICE_EXIT);

    (void)data;
    if (image != image_handle || size != 0)
        run_fail("Exit is called with another image, or with data");
    if (EFI_ERROR(fault))
        return fault;
    run_end(EFI_ERROR(status) ? ENDING_ERROR : ENDING_SUCCESS, status);
}

static EFI_STATUS EFIAPI connect_controller(EFI_HANDLE controller, EFI_HANDLE *drivers,
                                            EFI_DEVICE_PATH *path, BOOLEAN recursive)
{
    EFI_STATUS status = ledger_enter(SERVICE_CONNECT_CONTROLLER);

    if (!firmware_ways.connect || !recursive || drivers || path)
        run_fail("ConnectController is called where a loader has no business with drivers");
    if (!EFI_ERROR(status))
        firmware_ways.connect(controller);
    return status;
}

/* ------------------------------------------------------------------------------------------------
 * The tables
 */

EFI_SYSTEM_TABLE fake_system_table = {
    .Hdr = {.Signature = EFI_SYSTEM_TABLE_SIGNATURE,
            .Revision = 2 << 16 | 70,
            .HeaderSize = sizeof(EFI_SYSTEM_TABLE)},
    .RuntimeServices = &fake_runtime_services,
    .BootServices = &boot_services,
    .ConfigurationTable = tables,
};

static void fill_boot_services(void)
{
    handles_fill(&boot_services);
    images_fill(&boot_services);
    pool_fill(&boot_services);
    events_fill(&boot_services);
    boot_services.AllocatePages = fake_allocate_pages;
    boot_services.FreePages = fake_free_pages;
    boot_services.GetMemoryMap = fake_get_memory_map;
    boot_services.Exit = exit_image;
    boot_services.ExitBootServices = exit_boot_services;
    boot_services.SetWatchdogTimer = fake_set_watchdog_timer;
    boot_services.ConnectController = connect_controller;
}

static void install_handles(void)
{
    static const EFI_GUID loaded_guid = LOADED_IMAGE_PROTOCOL;
    static const EFI_GUID volume_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    static const EFI_GUID path_guid = DEVICE_PATH_PROTOCOL;
    static const EFI_GUID output_guid = EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL_GUID;

    handles_install(&image_handle, &loaded_guid, &fake_loaded_image);
    handles_install(&device_handle, &volume_guid, &fake_volume);
    handles_install(&device_handle, &path_guid, make_device_path(NULL));
    handles_install(&console_handle, &output_guid, &fake_output);
    input_install();
}

void firmware_start(void)
{
    memory_ways.stride = USUAL_STRIDE;
    fill_boot_services();
    install_handles();
    fake_system_table.ConOut = &fake_output;
    fake_system_table.ConsoleOutHandle = console_handle;
    fake_system_table.ConIn = &fake_input;
    fake_system_table.ConsoleInHandle = console_handle;
    fake_loaded_image = (EFI_LOADED_IMAGE){
        .Revision = EFI_IMAGE_INFORMATION_REVISION,
        .SystemTable = &fake_system_table,
        .DeviceHandle = device_handle,
        .FilePath = make_device_path("\\EFI\\pvhboot\\pvhboot.efi"),
        .ImageCodeType = EfiLoaderCode,
        .ImageDataType = EfiLoaderData,
    };
}

void configuration_add(const EFI_GUID *guid, uint64_t address)
{
    require(fake_system_table.NumberOfTableEntries < MOST_TABLES);
    tables[fake_system_table.NumberOfTableEntries++] =
        (EFI_CONFIGURATION_TABLE){*guid, (void *)(uintptr_t)address};
}

void options_set_bytes(const void *bytes, size_t size)
{
    void *copy = malloc(size ? size : 1); /* of the exact size, for the sanitizer */

    require(copy);
    memcpy(copy, bytes, size);
    fake_loaded_image.LoadOptions = copy;
    fake_loaded_image.LoadOptionsSize = (UINT32)size;
}

void options_set(const char *text)
{
    CHAR16 *wide = widen(text);
    size_t units = 0;

    while (wide[units])
        units++;
    options_set_bytes(wide, (units + 1) * sizeof(*wide));
    free(wide);
}

void options_set_shell(const char *const *words, size_t count, const char *line)
{
    static const EFI_GUID guid = SHELL_PARAMETERS_PROTOCOL_GUID;
    static struct shell_parameters_protocol shell;
    static CHAR16 *wide[MOST_WORDS];

    require(count <= MOST_WORDS);
    for (size_t i = 0; i < count; i++)
        wide[i] = widen(words[i]);
    shell = (struct shell_parameters_protocol){.argv = wide, .argc = count};
    handles_install(&image_handle, &guid, &shell);
    options_set(line);
}
