/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/firmware/fake/pxe.h"

#include "tests/firmware/fake/files.h"
#include "tests/firmware/fake/handles.h"
#include "tests/firmware/fake/ledger.h"
#include "tests/firmware/fake/run.h"

#include <stdio.h>
#include <string.h>

#define LONGEST_PATH 300
#define PACKET       1472 /* bytes of a data packet that the callback is told of */

struct pxe_ways pxe_ways;

static EFI_PXE_BASE_CODE_MODE mode;
static size_t reads, timeouts;
static uint64_t reported;

static const uint8_t server[16] = {10, 0, 2, 2}, elsewhere[16] = {10, 0, 2, 9};
static const uint8_t server_6[16] = {0xfd, [15] = 2};

size_t pxe_reads(void)
{
    return reads;
}

size_t pxe_timeouts(void)
{
    return timeouts;
}

uint64_t pxe_reported(void)
{
    return reported;
}

static const uint8_t *find_file(const char *name, size_t *ret_size)
{
    char path[LONGEST_PATH];

    require(snprintf(path, sizeof(path), "%s%s", *name == '/' ? "" : "\\", name) <
            (int)sizeof(path));
    for (char *at = path; *at; at++)
        *at = *at == '/' ? '\\' : *at;
    return file_bytes(path, ret_size);
}

static EFI_STATUS refuse(void)
{
    static const char words[] = "No such file here";

    mode.TftpErrorReceived = TRUE;
    memset(&mode.TftpError, 0, sizeof(mode.TftpError)); /* EDK2 before 2024-10 says no code */
    if (!pxe_ways.no_words)
        memcpy(mode.TftpError.ErrorString, words, sizeof(words));
    return EFI_TFTP_ERROR;
}

static void report(size_t size)
{
    static const EFI_GUID guid = EFI_PXE_BASE_CODE_CALLBACK_PROTOCOL_GUID;
    EFI_PXE_BASE_CODE_CALLBACK_PROTOCOL *callback = handles_interface(device_handle, &guid);

    for (size_t done = 0; mode.MakeCallbacks && callback && done < size; done += PACKET - 4) {
        (void)callback->Callback(callback, EFI_PXE_BASE_CODE_FUNCTION_MTFTP, FALSE, PACKET, NULL);
        (void)callback->Callback(callback, EFI_PXE_BASE_CODE_FUNCTION_MTFTP, FALSE, 46, NULL);
        reported += PACKET - 4;
        ledger_advance(pxe_ways.ticks_per_packet);
    }
}

static EFI_STATUS read_file(const uint8_t *bytes, size_t size, void *buffer, UINT64 *buffer_size)
{
    UINT64 room = *buffer_size;

    reads++;
    size += (size_t)pxe_ways.grows;
    report(size);
    *buffer_size = room < size && pxe_ways.no_lengths ? room : size;
    if (room < size)
        return EFI_BUFFER_TOO_SMALL;
    memcpy(buffer, bytes, size);
    return EFI_SUCCESS;
}

/* Large blocks fill a frame of Ethernet, with the headers of IP, UDP and TFTP. */
static void check_block(size_t size)
{
    size_t most = 1500 - (pxe_ways.by_ipv6 ? 40 : 20) - 8 - 4;

    if (size != most)
        run_fail("Mtftp is called with blocks of %zu bytes, not %zu", size, most);
}

static bool is_odd(const char *name)
{
    const char *end = pxe_ways.odd_file ? strstr(name, pxe_ways.odd_file) : NULL;

    return end && strcmp(end, pxe_ways.odd_file) == 0;
}

static EFI_STATUS EFIAPI mtftp(EFI_PXE_BASE_CODE_PROTOCOL *this,
                               EFI_PXE_BASE_CODE_TFTP_OPCODE operation, void *buffer,
                               BOOLEAN overwrite, UINT64 *size, UINTN *block,
                               EFI_IP_ADDRESS *address, UINT8 *name,
                               EFI_PXE_BASE_CODE_MTFTP_INFO *info, BOOLEAN no_buffer)
{
    EFI_STATUS status = ledger_enter(SERVICE_MTFTP);
    const uint8_t *bytes;
    size_t length;

    (void)this;
    if (overwrite || info || no_buffer ||
        memcmp(address->v6.Addr, pxe_ways.by_ipv6 ? server_6 : server, sizeof(server)) != 0)
        run_fail("Mtftp is called with strange arguments, for %s", (const char *)name);
    if (block)
        check_block((size_t)*block);
    mode.TftpErrorReceived = FALSE;
    if (EFI_ERROR(status))
        return status;
    bytes = find_file((const char *)name, &length);
    if (operation == EFI_PXE_BASE_CODE_TFTP_GET_FILE_SIZE) {
        if (is_odd((const char *)name)) {
            *size = pxe_ways.odd_size;
            return pxe_ways.odd_asked;
        }
        *size = length;
        return pxe_ways.no_sizes ? EFI_UNSUPPORTED : bytes ? EFI_SUCCESS : refuse();
    }
    if (operation != EFI_PXE_BASE_CODE_TFTP_READ_FILE || !buffer)
        run_fail("Mtftp is called for operation %d", (int)operation);
    if (!bytes)
        return refuse();
    if (is_odd((const char *)name))
        return pxe_ways.odd_read == EFI_TFTP_ERROR ? refuse() : pxe_ways.odd_read;
    if (!block || !pxe_ways.no_large_blocks)
        return read_file(bytes, length, buffer, size);
    timeouts++;
    return EFI_TIMEOUT;
}

static EFI_STATUS EFIAPI set_parameters(EFI_PXE_BASE_CODE_PROTOCOL *this, BOOLEAN *arp,
                                        BOOLEAN *guid, UINT8 *ttl, UINT8 *tos, BOOLEAN *callbacks)
{
    EFI_STATUS status = ledger_enter(SERVICE_PXE_PARAMETERS);

    (void)this;
    if (arp || guid || ttl || tos || !callbacks)
        run_fail("SetParameters is called for more than callbacks");
    if (!EFI_ERROR(status))
        mode.MakeCallbacks = *callbacks;
    return status;
}

static void fill_packet_6(uint8_t *packet, const char *boot_file)
{
    char *url = (char *)packet + 8;

    packet[5] = 59;
    packet[7] = (uint8_t)sprintf(url, "tftp://" PXE_SERVER_6 "/%s", boot_file);
}

static void fill_packet(uint8_t *packet, const uint8_t *address, const char *boot_file)
{
    static const uint8_t cookie[] = {0x63, 0x82, 0x53, 0x63};
    size_t length = strlen(boot_file);
    uint8_t *option = packet + 240;

    memcpy(packet + 236, cookie, sizeof(cookie));
    if (!pxe_ways.in_options) {
        memcpy(packet + 20, address, 4);
        memcpy(packet + 108, boot_file, length);
        return;
    }
    *option++ = 54;
    *option++ = 4;
    memcpy(option, address, 4);
    option += 4;
    *option++ = 67;
    *option++ = (uint8_t)length;
    memcpy(option, boot_file, length);
    option[length] = 255;
}

/* Who comes before the one that names the server has sent nothing, whatever is left there. */
static void fill_packets(const char *boot_file)
{
    EFI_PXE_BASE_CODE_PACKET *packets[] = {&mode.DhcpAck, &mode.ProxyOffer, &mode.PxeReply};
    BOOLEAN *received[] = {&mode.DhcpAckReceived, &mode.ProxyOfferReceived, &mode.PxeReplyReceived};

    for (unsigned i = 0; i < ELEMENTS(packets); i++) {
        *received[i] = i >= pxe_ways.named_by;
        if (i != pxe_ways.named_by)
            fill_packet(packets[i]->Raw, elsewhere, *boot_file ? "other/pvhboot.efi" : "");
        else if (pxe_ways.by_ipv6)
            fill_packet_6(packets[i]->Raw, boot_file);
        else
            fill_packet(packets[i]->Raw, server, boot_file);
    }
}

void pxe_install(const char *boot_file)
{
    static const EFI_GUID volume_guid = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;
    static const EFI_GUID guid = EFI_PXE_BASE_CODE_PROTOCOL_GUID;
    static EFI_PXE_BASE_CODE_PROTOCOL protocol;

    protocol = (EFI_PXE_BASE_CODE_PROTOCOL){
        .Mtftp = mtftp, .SetParameters = set_parameters, .Mode = pxe_ways.no_mode ? NULL : &mode};
    mode.Started = !pxe_ways.not_started;
    mode.UsingIpv6 = pxe_ways.by_ipv6;
    fill_packets(boot_file);
    handles_remove(device_handle, &volume_guid);
    handles_install(&device_handle, &guid, &protocol);
}
