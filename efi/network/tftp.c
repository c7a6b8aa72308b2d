/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi/network/tftp.h"

#include <string.h>

/* 1500 bytes of Ethernet less the headers of IP, UDP and TFTP: larger blocks come in fragments. */
#define LARGE_BLOCK_IPV4 1468
#define LARGE_BLOCK_IPV6 1448

#define TFTP_HEADER 4  /* bytes of a packet before its data */
#define LARGEST_ACK 64 /* bytes: no data is in a packet that is not larger */

static bool read_packet(const EFI_PXE_BASE_CODE_MODE *mode, const EFI_PXE_BASE_CODE_PACKET *packet,
                        struct boot_server *ret_server)
{
    return (mode->UsingIpv6 ? pxe_read_dhcp6 : pxe_read_dhcp)(packet->Raw, sizeof(packet->Raw),
                                                              ret_server);
}

/* The offer of a proxy, or what a boot server said later, names what the DHCP server does not. */
static bool find_server(const EFI_PXE_BASE_CODE_MODE *mode, struct boot_server *ret_server)
{
    return (mode->DhcpAckReceived && read_packet(mode, &mode->DhcpAck, ret_server)) ||
           (mode->ProxyOfferReceived && read_packet(mode, &mode->ProxyOffer, ret_server)) ||
           (mode->PxeReplyReceived && read_packet(mode, &mode->PxeReply, ret_server));
}

EFI_STATUS tftp_find(EFI_HANDLE device, struct tftp *ret_tftp)
{
    EFI_GUID guid = EFI_PXE_BASE_CODE_PROTOCOL_GUID;
    EFI_STATUS status;

    *ret_tftp = (struct tftp){.device = device};
    status =
        device ? BS->HandleProtocol(device, &guid, (void **)&ret_tftp->protocol) : EFI_UNSUPPORTED;
    if (EFI_ERROR(status))
        return status;
    if (!ret_tftp->protocol->Mode || !ret_tftp->protocol->Mode->Started)
        return EFI_UNSUPPORTED;
    return find_server(ret_tftp->protocol->Mode, &ret_tftp->server) ? EFI_SUCCESS : EFI_NOT_FOUND;
}

static EFI_STATUS transfer(const struct tftp *tftp, EFI_PXE_BASE_CODE_TFTP_OPCODE operation,
                           const char *name, void *buffer, uint64_t *size, UINTN *block)
{
    EFI_IP_ADDRESS address;
    UINT64 count = *size;
    EFI_STATUS status;

    memcpy(&address, tftp->server.address, sizeof(address));
    status = tftp->protocol->Mtftp(tftp->protocol, operation, buffer, FALSE, &count, block,
                                   &address, (UINT8 *)(uintptr_t)name, NULL, FALSE);
    *size = count;
    return status;
}

EFI_STATUS tftp_get_size(const struct tftp *tftp, const char *name, uint64_t *ret_size)
{
    *ret_size = 0;
    return transfer(tftp, EFI_PXE_BASE_CODE_TFTP_GET_FILE_SIZE, name, NULL, ret_size, NULL);
}

/* ------------------------------------------------------------------------------------------------
 * Progress
 */

struct watch {
    EFI_PXE_BASE_CODE_CALLBACK_PROTOCOL protocol; /* first, so that it can be cast back */
    void (*on_read)(uint64_t bytes);
    EFI_HANDLE device; /* NULL: not installed */
};

static EFI_PXE_BASE_CODE_CALLBACK_STATUS EFIAPI
count_packet(EFI_PXE_BASE_CODE_CALLBACK_PROTOCOL *this, EFI_PXE_BASE_CODE_FUNCTION function,
             BOOLEAN received, UINT32 size, EFI_PXE_BASE_CODE_PACKET *packet)
{
    (void)received; /* EDK2 says FALSE of what it has received */
    (void)packet;
    if (function == EFI_PXE_BASE_CODE_FUNCTION_MTFTP && size > LARGEST_ACK)
        ((struct watch *)this)->on_read(size - TFTP_HEADER);
    return EFI_PXE_BASE_CODE_CALLBACK_STATUS_CONTINUE;
}

static EFI_STATUS set_callbacks(const struct tftp *tftp, BOOLEAN enabled)
{
    return tftp->protocol->SetParameters(tftp->protocol, NULL, NULL, NULL, NULL, &enabled);
}

static void stop_watching(const struct tftp *tftp, struct watch *watch)
{
    EFI_GUID guid = EFI_PXE_BASE_CODE_CALLBACK_PROTOCOL_GUID;

    if (!watch->device)
        return;
    (void)set_callbacks(tftp, FALSE);
    (void)BS->UninstallMultipleProtocolInterfaces(watch->device, &guid, &watch->protocol, NULL);
}

/* Without it, or where somebody else is watching, there is no progress, and nothing else is lost.
 */
static void start_watching(const struct tftp *tftp, struct watch *watch)
{
    EFI_GUID guid = EFI_PXE_BASE_CODE_CALLBACK_PROTOCOL_GUID;
    EFI_HANDLE device = tftp->device;

    if (!watch->on_read ||
        EFI_ERROR(BS->InstallMultipleProtocolInterfaces(&device, &guid, &watch->protocol, NULL)))
        return;
    watch->device = device;
    (void)set_callbacks(tftp, TRUE);
}

/* ------------------------------------------------------------------------------------------------
 * Reading
 */

static EFI_STATUS read_in_blocks(struct tftp *tftp, const char *name, void *buffer, uint64_t *size)
{
    const uint64_t room = *size;
    UINTN block = tftp->protocol->Mode->UsingIpv6 ? LARGE_BLOCK_IPV6 : LARGE_BLOCK_IPV4;
    EFI_STATUS status = EFI_ABORTED;

    if (!tftp->small_blocks)
        status = transfer(tftp, EFI_PXE_BASE_CODE_TFTP_READ_FILE, name, buffer, size, &block);
    if (!EFI_ERROR(status) || status == EFI_BUFFER_TOO_SMALL)
        return status;
    *size = room;
    status = transfer(tftp, EFI_PXE_BASE_CODE_TFTP_READ_FILE, name, buffer, size, NULL);
    tftp->small_blocks |= !EFI_ERROR(status);
    return status;
}

EFI_STATUS tftp_read(struct tftp *tftp, const char *name, void *buffer, uint64_t *size,
                     void (*on_read)(uint64_t bytes))
{
    struct watch watch = {
        .protocol = {EFI_PXE_BASE_CODE_CALLBACK_PROTOCOL_REVISION, count_packet},
        .on_read = on_read,
    };
    EFI_STATUS status;

    start_watching(tftp, &watch);
    status = read_in_blocks(tftp, name, buffer, size);
    stop_watching(tftp, &watch);
    return status;
}

const char *tftp_words(const struct tftp *tftp)
{
    const EFI_PXE_BASE_CODE_MODE *mode = tftp->protocol->Mode;
    const char *words = (const char *)mode->TftpError.ErrorString;

    return mode->TftpErrorReceived && *words ? words : NULL;
}
