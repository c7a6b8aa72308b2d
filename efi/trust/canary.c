/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/trust/canary.h"

#include "common/base/architecture.h"
#include "efi/firmware/efi_error.h"
#include "efi/firmware/proto/security2.h"
#include "efi/trust/image_services.h"

#include <string.h>

/*
 * A program that would do nothing, as Microsoft's "PE Format" lays it out, so that nothing but its
 * missing signature can be held against it:
 *
 *   0x000  DOS header: "MZ", and at 0x3c the offset of the PE header
 *   0x040  "PE", and the COFF header: one section, 0x70 bytes of optional header
 *   0x058  optional header of a PE32+ file without data directories, or, for 32-bit firmware, of a
 *          PE32 file, which is 16 bytes shorter, with two empty ones
 *   0x0c8  the section .text
 *   0x200  its bytes: ret, and zeroes
 */
#define HEADERS_SIZE 0x200
#define CANARY_SIZE  0x400
#define RET          0xc3
#define IS_PE32      (FIRMWARE_PE_MACHINE == PE_MACHINE_IA32)

static const uint8_t headers[] = {
    /* DOS header */
    'M',
    'Z',
    [0x3c] = 0x40,
    /* COFF header: Machine, NumberOfSections, SizeOfOptionalHeader, Characteristics: executable */
    [0x40] = 'P',
    'E',
    0,
    0,
    FIRMWARE_PE_MACHINE & 0xff,
    FIRMWARE_PE_MACHINE >> 8,
    1,
    0,
    [0x54] = 0x70,
    0,
    0x22,
    0,
    /* Magic; SizeOfCode, AddressOfEntryPoint and BaseOfCode */
    [0x58] = 0x0b,
    IS_PE32 ? 1 : 2,
    [0x5c] = 0,
    2,
    0,
    0,
    [0x68] = 0,
    0x10,
    0,
    0,
    0,
    0x10,
    0,
    0,
    /* SectionAlignment, FileAlignment; SizeOfImage, SizeOfHeaders; Subsystem: an application */
    [0x78] = 0,
    0x10,
    0,
    0,
    0,
    2,
    0,
    0,
    [0x90] = 0,
    0x20,
    0,
    0,
    0,
    2,
    0,
    0,
    [0x9c] = 10,
    0,
    /* NumberOfRvaAndSizes of a PE32 file; part of SizeOfHeapReserve in a PE32+ file */
    [0xb4] = IS_PE32 ? 2 : 0,
    /* Name, VirtualSize, VirtualAddress, SizeOfRawData, PointerToRawData, Characteristics: code */
    [0xc8] = '.',
    't',
    'e',
    'x',
    't',
    0,
    0,
    0,
    0,
    2,
    0,
    0,
    0,
    0x10,
    0,
    0,
    0,
    2,
    0,
    0,
    0,
    2,
    0,
    0,
    [0xec] = 0x20,
    0,
    0,
    0x60,
};

static EFI_STATUS try_to_load(EFI_HANDLE image)
{
    const struct image_services firmware = {false, BS->LoadImage, BS->StartImage, BS->UnloadImage};
    uint8_t canary[CANARY_SIZE] = {0};

    memcpy(canary, headers, sizeof(headers));
    canary[HEADERS_SIZE] = RET;
    return image_services_try(&firmware, &(struct image_file){image, canary, sizeof(canary)});
}

bool canary_check(EFI_HANDLE image, struct error *error)
{
    static bool was_refused; /* the firmware does not change its mind */
    EFI_GUID guid = SECURITY2_ARCH_PROTOCOL_GUID;
    void *security2 = NULL;
    EFI_STATUS status;

    if (EFI_ERROR(BS->LocateProtocol(&guid, NULL, &security2)))
        return error_set(error, ERROR_NO_VERIFICATION);
    if (was_refused)
        return true;
    status = try_to_load(image);
    if (!EFI_ERROR(status))
        return error_set(error, ERROR_UNSIGNED_ACCEPTED);
    was_refused = image_was_refused(status);
    if (was_refused)
        return true;
    error->reason = "the firmware";
    return error_set_efi(error, status, ERROR_NOT_VERIFIED);
}
