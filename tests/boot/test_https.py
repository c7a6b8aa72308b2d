# SPDX-License-Identifier: BSD-2-Clause
"""Files by https, from a server whose certificate the firmware knows, or does not know."""

import ssl
import struct
import uuid

import pytest

import http_server
import media
from artifacts import kernel_path
from esp import KERNEL, Installed, entry

X509 = uuid.UUID("a5c059a1-94e4-4aa7-87b5-ab155c2bf072")    # EFI_CERT_X509_GUID
OWNER = uuid.UUID(int=1)


def make_certificate(folder, name):
    """A key, and a certificate that it has signed itself for the server's address."""
    key, certificate = folder / f"{name}.key", folder / f"{name}.pem"
    media.run_tool("openssl", "req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650", "-sha256",
                   "-subj", f"/CN={http_server.HOST}", "-addext", f"subjectAltName=IP:{http_server.HOST}",
                   "-keyout", key, "-out", certificate)
    return key, certificate


def authorities(certificate):
    """A list of one certificate as the firmware's variable TlsCaCertificate has it (EFI_SIGNATURE_LIST)."""
    der = ssl.PEM_cert_to_DER_cert(certificate.read_text())
    size = 28 + 16 + len(der)
    return X509.bytes_le + struct.pack("<III", size, 0, 16 + len(der)) + OWNER.bytes_le + der


@pytest.fixture(name="tls")
def fixture_tls(tmp_path):
    """A server by https; its certificate is in `certificate`."""
    key, certificate = make_certificate(tmp_path, "server")
    with http_server.Server(key, certificate) as server:
        server.certificate = certificate
        server.put("/kernel.elf", kernel_path(KERNEL).read_bytes())
        yield server


def boot_with(boot, name, server, certificate, tmp_path):
    """Boots an entry of the server, before one of the disk, with one authority enrolled in the firmware or none."""
    devices = list(http_server.DEVICES)
    if certificate:
        (tmp_path / "authorities").write_bytes(authorities(certificate))
        devices += ["-fw_cfg", f"name=etc/edk2/https/cacerts,file={tmp_path}/authorities"]
    disk = Installed(boot, f"https-{name}", {
        "loader/loader.conf": b"timeout menu-disabled\n",
        "loader/entries/a.conf": entry("server", pvh=server.url + "/kernel.elf", sort_key="a"),
        "loader/entries/b.conf": entry("disk", sort_key="b")})
    return disk.booted(devices=devices)


@pytest.mark.slow
def test_a_known_server(boot, tls, tmp_path):
    """The kernel comes from it."""
    title, text = boot_with(boot, "known", tls, tls.certificate, tmp_path)
    assert title == "server", text


@pytest.mark.slow
def test_an_unknown_server(boot, tls, tmp_path):
    """Another authority is enrolled, which says nothing of this server: no byte of the file is asked for."""
    _, other = make_certificate(tmp_path, "other")
    title, text = boot_with(boot, "unknown", tls, other, tmp_path)
    assert title == "disk"
    assert f"{tls.url}/kernel.elf: the server cannot be reached by https: " in text
    assert not tls.requests


@pytest.mark.slow
def test_without_authorities(boot, tls, tmp_path):
    """As machines leave the shop."""
    title, text = boot_with(boot, "none", tls, None, tmp_path)
    assert title == "disk"
    assert f"{tls.url}/kernel.elf: no certificate of an authority is enrolled in the firmware" in text
    assert not tls.requests
