# SPDX-License-Identifier: BSD-2-Clause
"""Signatures of EFI programs for Secure Boot, by sbsign."""

from .program import call, readable_file


def sign(key, certificate, source, target):
    """Signs SOURCE, and checks that the certificate belongs to the key."""
    for path, what in ((key, "key"), (certificate, "certificate")):
        readable_file(path, what)
    call("sbsign", "--key", key, "--cert", certificate, "--output", target, source,
         failed=f"{key}, {certificate}: sbsign could not sign with these")
    call("sbverify", "--cert", certificate, target, failed=f"{certificate}: does not belong to {key}")


def signers(path):
    """The subjects of the certificates that signed it."""
    lines = call("sbverify", "--list", path).decode(errors="replace").splitlines()
    return [line.split("subject:", 1)[1].strip() for line in lines if "subject:" in line]
