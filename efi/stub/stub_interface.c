/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/stub/stub_interface.h"

#include "efi/firmware/interface_variables.h"
#include "efi/firmware/variables.h"

/*
 * The bits of StubFeatures. Others are for what is not done: 4 the random seed, 7 device trees, 11
 * URLs.
 */
#define FEATURE_BOOT_PARTITION (1 << 0) /* LoaderDevicePartUUID is set */
#define FEATURE_CREDENTIALS    (1 << 1)
#define FEATURE_SYSEXTS        (1 << 2)
#define FEATURE_THREE_PCRS     (1 << 3) /* the image, parameters, system extensions: 11 to 13 */
#define FEATURE_ADDONS         (1 << 5) /* with command lines */
#define FEATURE_SMBIOS         (1 << 6) /* more of the command line */
#define FEATURE_CONFEXTS       (1 << 8)
#define FEATURE_PROFILES       (1 << 9)
#define FEATURE_STUB_PARTITION (1 << 10) /* StubDevicePartUUID and StubImageIdentifier are set */

static bool is_missing(const char *name)
{
    UINTN size = 0;

    return variable_get(&loader_guid, name, NULL, &size) == EFI_NOT_FOUND;
}

/* The loader that started us knows better where it came from. */
static void stand_in_for_loader(const EFI_LOADED_IMAGE *loaded, const struct tpm *tpm,
                                struct arena *arena)
{
    if (is_missing("LoaderDevicePartUUID"))
        interface_set_partition("LoaderDevicePartUUID", loaded->DeviceHandle, arena);
    if (is_missing("LoaderImageIdentifier"))
        interface_set_image("LoaderImageIdentifier", loaded, arena);
    if (is_missing("LoaderFirmwareInfo"))
        interface_set_firmware(arena);
    if (tpm->protocol && is_missing("LoaderTpm2ActivePcrBanks"))
        interface_set_banks(tpm->active_banks, arena);
}

void stub_interface_announce(const EFI_LOADED_IMAGE *loaded, unsigned profile,
                             const struct tpm *tpm, struct arena *arena)
{
    static const uint64_t features = FEATURE_BOOT_PARTITION | FEATURE_CREDENTIALS |
                                     FEATURE_SYSEXTS | FEATURE_THREE_PCRS | FEATURE_ADDONS |
                                     FEATURE_SMBIOS | FEATURE_CONFEXTS | FEATURE_PROFILES |
                                     FEATURE_STUB_PARTITION;

    interface_set_text("StubInfo", "pvhboot " PVHBOOT_VERSION, arena);
    (void)variable_set(&loader_guid, "StubFeatures", false, &features, sizeof(features));
    interface_set_number("StubProfile", profile);
    interface_set_partition("StubDevicePartUUID", loaded->DeviceHandle, arena);
    interface_set_image("StubImageIdentifier", loaded, arena);
    stand_in_for_loader(loaded, tpm, arena);
}
