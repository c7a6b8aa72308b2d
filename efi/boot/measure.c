/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/boot/measure.h"

#include "common/base/utf.h"
#include "common/tcg/event.h"
#include "efi/console/console.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/interface_variables.h"
#include "efi/firmware/pages.h"
#include "efi/firmware/timing.h"

#include <string.h>

/* The UAPI Group's and systemd's registry of PCRs; GRUB and Linux's EFI stub use PCR 9. */
#define PCR_LOADER_CONFIG 5
#define PCR_FILES         9
#define PCR_KERNEL_IMAGE  11
#define PCR_KERNEL_CONFIG 12
#define PCR_SYSEXTS       13

/* Tags of systemd's and Linux's events. */
#define TAG_LOADER_CONFIG UINT32_C(0xf5bc582a)
#define TAG_LOAD_OPTIONS  UINT32_C(0x8f3b22ed)
#define TAG_INITRD        UINT32_C(0x8f3b22ec)
#define TAG_PROFILE       UINT32_C(0x13aed6db)
#define TAG_ADDON_INITRD  UINT32_C(0x49dffe0f)
#define TAG_ADDON_UCODE   UINT32_C(0xdac08e1a)

#define MEASURED_NO_SET MEASURED_SETS

struct measurement {
    struct tcg_event event;
    const char *name;      /* for messages */
    bool is_name;          /* what is measured is itself a name */
    enum measured_set set; /* or MEASURED_NO_SET */
    const char *text;      /* is measured in UCS-2, with its NUL; NULL: the bytes are */
    const void *bytes;
    uint64_t size;
};

void measure_start(struct measurements *measurements)
{
    measurements->failure = tpm_find(&measurements->tpm);
}

bool measure_is_spent(const struct measurements *measurements)
{
    return measurements->spent;
}

void measure_tell_spent(struct measurements *measurements, struct text *copy)
{
    struct error notice = {.code = ERROR_TPM_SPENT};

    if (!measurements->spent || measurements->told)
        return;
    measurements->told = true;
    (void)console_print_error(&notice, copy);
}

bool measure_check(struct measurements *measurements, struct error *error)
{
    if (measurements->spent && measurements->required)
        return error_set(error, ERROR_TPM_SPENT);
    measure_tell_spent(measurements, NULL);
    return true;
}

static EFI_STATUS extend_with_text(const struct tpm *tpm, const char *text, const uint8_t *event,
                                   struct arena *arena)
{
    size_t count;
    const uint16_t *ucs2 = utf8_to_utf16_copy(text, arena, &count);

    return ucs2 ? tpm_extend(tpm, ucs2, (count + 1) * sizeof(*ucs2), event) : EFI_OUT_OF_RESOURCES;
}

/* Hashes, extends and logs. */
static EFI_STATUS extend(const struct tpm *tpm, const struct measurement *what)
{
    CLEANUP(arena_release) struct arena arena;
    const uint8_t *event;

    pages_init_arena(&arena);
    if (!what->bytes && what->size > 0) /* the caller had no memory for a copy in one piece */
        return EFI_OUT_OF_RESOURCES;
    event = tcg_event_write(&what->event, &arena);
    if (!event)
        return EFI_OUT_OF_RESOURCES;
    return what->text ? extend_with_text(tpm, what->text, event, &arena)
                      : tpm_extend(tpm, what->bytes, what->size, event);
}

/* An attempt counts: of one that has failed, nobody knows whether the PCR was extended. */
static void note_attempt(struct measurements *measurements, const struct measurement *what)
{
    if (what->event.pcr < PCR_FILES)
        return;
    measurements->spent = true;
    measurements->told = false;
}

static void record(struct measurements *measurements, const struct measurement *what)
{
    console_verbose("measured into PCR %u: %s%s", what->event.pcr, what->name,
                    what->is_name ? " (name)" : "");
    if (what->set < MEASURED_SETS)
        measurements->measured[what->set] = true;
}

/* The failure is returned, or told once. */
static bool fail(struct measurements *measurements, const struct measurement *what,
                 EFI_STATUS status, struct error *error)
{
    struct error warning = {.code = ERROR_NONE};
    struct error *failure = measurements->required ? error : &warning;

    if (what->set < MEASURED_SETS)
        measurements->missed[what->set] = true;
    failure->name = what->name;
    (void)error_set_efi(failure, status, ERROR_NOT_MEASURED, what->event.pcr);
    if (measurements->required)
        return false;
    if (!measurements->warned)
        (void)console_print_error(&warning, NULL);
    measurements->warned = true;
    return true;
}

bool measure_is_due(const struct measurements *measurements)
{
    return measurements->tpm.protocol || EFI_ERROR(measurements->failure);
}

static bool measure(struct measurements *measurements, const struct measurement *what,
                    struct error *error)
{
    EFI_STATUS status = measurements->failure;
    enum timing_phase before;

    if (!measure_is_due(measurements))
        return true;
    before = timing_enter(TIMING_MEASURING);
    if (!EFI_ERROR(status)) {
        note_attempt(measurements, what);
        status = extend(&measurements->tpm, what);
    }
    (void)timing_enter(before);
    if (EFI_ERROR(status))
        return fail(measurements, what, status, error);
    record(measurements, what);
    return true;
}

bool measure_config(struct measurements *measurements, const void *bytes, uint64_t size,
                    struct error *error)
{
    const struct measurement what = {
        .event = {PCR_LOADER_CONFIG, TAG_LOADER_CONFIG, false, "loader.conf"},
        .name = "loader.conf",
        .set = MEASURED_NO_SET,
        .bytes = bytes,
        .size = size,
    };

    return measure(measurements, &what, error);
}

bool measure_kernel_file(struct measurements *measurements, const char *path, const void *bytes,
                         uint64_t size, struct error *error)
{
    const struct measurement what = {
        .event = {PCR_FILES, 0, true, path},
        .name = path,
        .set = MEASURED_NO_SET,
        .bytes = bytes,
        .size = size,
    };

    return measure(measurements, &what, error);
}

bool measure_load_options(struct measurements *measurements, const char *command_line,
                          struct error *error)
{
    const struct measurement what = {
        .event = {PCR_FILES, TAG_LOAD_OPTIONS, true, "LOADED_IMAGE::LoadOptions"},
        .name = "command line",
        .set = MEASURED_NO_SET,
        .text = command_line,
    };

    return !*command_line || measure(measurements, &what, error);
}

bool measure_initrd(struct measurements *measurements, const void *bytes, uint64_t size,
                    struct error *error)
{
    const struct measurement what = {
        .event = {PCR_FILES, TAG_INITRD, true, "Linux initrd"},
        .name = "initrd",
        .set = MEASURED_NO_SET,
        .bytes = bytes,
        .size = size,
    };

    return measure(measurements, &what, error);
}

bool measure_kernel_parameters(struct measurements *measurements, const char *text,
                               struct error *error)
{
    const struct measurement what = {
        .event = {PCR_KERNEL_CONFIG, 0, false, text},
        .name = "command line",
        .set = MEASURED_KERNEL_PARAMETERS,
        .text = text,
    };

    return !*text || measure(measurements, &what, error);
}

bool measure_profile(struct measurements *measurements, unsigned profile, struct error *error)
{
    TEXT_ON_STACK(number, 12);
    const struct measurement what = {
        .event = {PCR_KERNEL_CONFIG, TAG_PROFILE, false, number.data},
        .name = "profile number",
        .set = MEASURED_KERNEL_PARAMETERS,
        .text = number.data,
    };

    text_format(&number, "%u", profile);
    return profile == 0 || measure(measurements, &what, error);
}

/* First the section's name, then its bytes; the event is the same. */
bool measure_section(struct measurements *measurements, const char *name, const void *bytes,
                     uint64_t size, struct error *error)
{
    struct measurement what = {
        .event = {PCR_KERNEL_IMAGE, 0, false, name},
        .name = name,
        .is_name = true,
        .set = MEASURED_KERNEL_IMAGE,
        .bytes = name,
        .size = strlen(name) + 1,
    };

    if (size == 0)
        return true;
    if (!measure(measurements, &what, error))
        return false;
    what.is_name = false;
    what.bytes = bytes;
    what.size = size;
    return measure(measurements, &what, error);
}

/* systemd-stub counts both to the kernel's image, although they are in another PCR. */
bool measure_addon(struct measurements *measurements, enum measured_addon kind,
                   const char *file_name, const void *bytes, uint64_t size, struct error *error)
{
    uint32_t tag = kind == MEASURED_ADDON_INITRD ? TAG_ADDON_INITRD : TAG_ADDON_UCODE;
    const struct measurement what = {
        .event = {PCR_KERNEL_CONFIG, tag, false, file_name},
        .name = file_name,
        .set = MEASURED_KERNEL_IMAGE,
        .bytes = bytes,
        .size = size,
    };

    return measure(measurements, &what, error);
}

bool measure_archive(struct measurements *measurements, enum measured_archive kind,
                     const void *bytes, uint64_t size, struct error *error)
{
    static const struct {
        char name[38];
        uint8_t pcr, set;
    } archives[MEASURED_ARCHIVES] = {
        [MEASURED_CREDENTIALS] = {"Credentials initrd", PCR_KERNEL_CONFIG,
                                  MEASURED_KERNEL_PARAMETERS},
        [MEASURED_GLOBAL_CREDENTIALS] = {"Global credentials initrd", PCR_KERNEL_CONFIG,
                                         MEASURED_KERNEL_PARAMETERS},
        [MEASURED_SYSEXT] = {"System extension initrd", PCR_SYSEXTS, MEASURED_SYSEXTS},
        [MEASURED_GLOBAL_SYSEXT] = {"Global system extension initrd", PCR_SYSEXTS,
                                    MEASURED_SYSEXTS},
        [MEASURED_CONFEXT] = {"Configuration extension initrd", PCR_KERNEL_CONFIG,
                              MEASURED_CONFEXTS},
        [MEASURED_GLOBAL_CONFEXT] = {"Global configuration extension initrd", PCR_KERNEL_CONFIG,
                                     MEASURED_CONFEXTS},
    };
    const struct measurement what = {
        .event = {archives[kind].pcr, 0, false, archives[kind].name},
        .name = archives[kind].name,
        .set = archives[kind].set,
        .bytes = bytes,
        .size = size,
    };

    return measure(measurements, &what, error);
}

void measure_announce(const struct measurements *measurements)
{
    static const struct {
        char name[26];
        uint8_t pcr;
    } variables[MEASURED_SETS] = {
        [MEASURED_KERNEL_IMAGE] = {"StubPcrKernelImage", PCR_KERNEL_IMAGE},
        [MEASURED_KERNEL_PARAMETERS] = {"StubPcrKernelParameters", PCR_KERNEL_CONFIG},
        [MEASURED_SYSEXTS] = {"StubPcrInitRDSysExts", PCR_SYSEXTS},
        [MEASURED_CONFEXTS] = {"StubPcrInitRDConfExts", PCR_KERNEL_CONFIG},
    };

    for (size_t set = 0; set < MEASURED_SETS; set++) {
        if (measurements->measured[set] && !measurements->missed[set])
            interface_set_number(variables[set].name, variables[set].pcr);
    }
}
