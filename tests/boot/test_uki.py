# SPDX-License-Identifier: BSD-2-Clause
"""Unified kernel images that Debian's ukify makes of the loader."""

import pytest

import secure_boot
import tpm
import ukis
from artifacts import kernel_path

# What an image of many profiles has; systemd's stub of Debian 12 has room for ten.
MANY_SECTIONS = 40

VERSIONS = [pytest.param(version, id=version, marks=[] if version == ukis.IN_SHORT_RUN else [pytest.mark.slow])
            for version in ukis.UKIFY]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("signer", [None, "db"])
def test_ukify_makes_an_image(version, signer, tmp_path):
    """What was given to it is in the image as it is, behind the loader's own sections."""
    kernel = kernel_path("tksmall")
    image = ukis.build(tmp_path / "uki", version, signer, linux=kernel, initrd=kernel_path("tk64n8"),
                       cmdline="one two").read_bytes()
    found = ukis.contents(image)
    assert found[".linux"] == kernel.read_bytes()
    assert found[".initrd"] == kernel_path("tk64n8").read_bytes()
    assert found[".cmdline"].rstrip(b"\0") == b"one two"
    assert found[".osrel"] == ukis.OS_RELEASE.encode()
    for component in (b"sbat,1,", b"pvhboot,", b"uki,1,"):
        assert component in found[".sbat"]
    if not signer:
        secure_boot.sign(tmp_path / "uki", "db", tmp_path / "signed")


@pytest.mark.parametrize("version", VERSIONS)
def test_ukify_finds_room_for_many_sections(version, tmp_path):
    more = [f"--section=.x{number}:text" for number in range(MANY_SECTIONS)]
    image = ukis.build(tmp_path / "uki", version, linux=kernel_path("tksmall"), more=more)
    assert len(ukis.sections(image.read_bytes())) >= MANY_SECTIONS + 5


@pytest.mark.parametrize("version", VERSIONS)
def test_a_bzimage_stays_signable_in_an_image(version, tmp_path):
    """Debian's own kernel is stored as it is shipped, with its signature."""
    kernel = kernel_path("6.1-cloud", "vmlinuz")
    image = ukis.build(tmp_path / "uki", version, "db", linux=kernel)
    assert ukis.contents(image.read_bytes())[".linux"] == kernel.read_bytes()


@pytest.mark.slow
def test_systemd_measure_agrees_with_the_expected_pcr_11(tmp_path):
    image = ukis.build(tmp_path / "uki", linux=kernel_path("tksmall"), initrd=kernel_path("tk64n8"),
                       cmdline="one two", uname="1.2-test")
    found = ukis.contents(image.read_bytes())
    assert tpm.pcr_11(found) == ukis.predicted_pcr_11(found, tmp_path)
