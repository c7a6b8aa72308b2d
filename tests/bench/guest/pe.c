/* SPDX-License-Identifier: BSD-2-Clause */
/* The same as an EFI program, for loaders that start kernels with LoadImage. It has no modules. */
#include <efi.h>

#include "tests/bench/marks.h"
#include "tests/bench/payload.h"

volatile struct expected expected = {.magic = EXPECTED_MAGIC};

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
    EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
    EFI_LOADED_IMAGE *loaded = NULL;
    const uint32_t *payload;
    bool whole;

    MARK(MARK_END);
    if (EFI_ERROR(table->BootServices->HandleProtocol(image, &guid, (void **)&loaded)))
        return EFI_LOAD_ERROR;
    payload = (const uint32_t *)((const uint8_t *)loaded->ImageBase + expected.payload);
    whole = payload_is_whole(payload, expected.payload_size / 4, 0);
    say(whole ? "bench: all pages are there\n" : "bench: FAILED: other contents in the image\n");
    write_port(PORT_EXIT, whole ? EXIT_PASSED : EXIT_FAILED);
    return EFI_ABORTED;
}
