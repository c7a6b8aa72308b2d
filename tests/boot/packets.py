# SPDX-License-Identifier: BSD-2-Clause
"""What passed a network card, as QEMU's filter-dump writes it: a file of libpcap's format with Ethernet frames."""

import struct
from dataclasses import dataclass

MAGIC = 0xa1b2c3d4      # in the host's byte order, with microseconds
GLOBAL_HEADER = struct.Struct("<I20x")
PACKET_HEADER = struct.Struct("<4I")
ETHERNET_SIZE = 14
IPV4 = b"\x08\x00"
TCP, UDP = 6, 17


def options(network, path):
    """QEMU's options that write what passes the card of this -netdev."""
    return ("-object", f"filter-dump,id=dump,netdev={network},file={path},maxlen=2048")


@dataclass(frozen=True)
class Packet:
    """The payload of TCP or UDP, and when it passed, in seconds of the machine's clock."""

    time: float
    source: int         # ports
    destination: int
    payload: bytes


def _payload(frame):
    """The ports and the payload of a frame; None for anything but TCP and UDP."""
    if frame[12:14] != IPV4:
        return None
    total = int.from_bytes(frame[16:18], "big")
    packet = frame[ETHERNET_SIZE:ETHERNET_SIZE + total]
    segment = packet[(packet[0] & 15) * 4:]
    if packet[9] == TCP:
        header = (segment[12] >> 4) * 4
    elif packet[9] == UDP:
        header = 8
    else:
        return None
    return int.from_bytes(segment[:2], "big"), int.from_bytes(segment[2:4], "big"), segment[header:]


def read(path):
    """The packets with a payload, in their order."""
    data = path.read_bytes()
    assert GLOBAL_HEADER.unpack_from(data)[0] == MAGIC
    packets, at = [], GLOBAL_HEADER.size
    while at + PACKET_HEADER.size <= len(data):
        seconds, micros, kept, _ = PACKET_HEADER.unpack_from(data, at)
        at += PACKET_HEADER.size
        found = _payload(data[at:at + kept])
        at += kept
        if found and found[2]:
            packets.append(Packet(seconds + micros / 1e6, *found))
    return packets


def http_transfer(packets, path, port):
    """Seconds from the first GET of a path until the last packet of the server's answers to it."""
    wanted, start, end = False, None, None
    for packet in packets:
        if packet.destination == port and packet.payload.startswith((b"GET ", b"HEAD ")):
            wanted = packet.payload.startswith(f"GET {path} ".encode())
            if wanted and start is None:
                start = packet.time
        elif packet.source == port and wanted:
            end = packet.time
    return end - start


READ_REQUEST, DATA = b"\0\1", b"\0\3"  # RFC 1350
TFTP_PORT = 69


def tftp_transfer(packets, name):
    """Seconds from the last request for a file (EDK2 asks for its size before) until its last block."""
    wanted, start, end = False, None, None
    for packet in packets:
        if packet.destination == TFTP_PORT and packet.payload.startswith(READ_REQUEST):
            wanted = packet.payload[2:].split(b"\0")[0].lstrip(b"/") == name.encode()
            if wanted:
                start = packet.time
        elif wanted and packet.payload.startswith(DATA):
            end = packet.time
    return end - start
