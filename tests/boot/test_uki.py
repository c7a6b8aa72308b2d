# SPDX-License-Identifier: BSD-2-Clause
"""Unified kernel images that Debian's ukify makes of the loader: what they are, what they start, what is measured."""

import base64
import hashlib

import pytest

import initrd
import packing
import report
import rows
import scenario
import secure_boot
import tpm
import trust
import ukis
from artifacts import kernel_path
from trust import LOCKDOWN, PCRS, UKI

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


# ------------------------------------------------------------------------------------------------
# Boots

# What passes for a public key: nothing looks into it.
PCR_KEY = b"-----BEGIN PUBLIC KEY-----\nTest\n-----END PUBLIC KEY-----\n"
INITRD = scenario.pattern("uki", 0, 70001)


def image(folder, state, kernel="tk64n8", **parts):
    """An image with this test kernel, signed as the state wants it; a state of None: not at all."""
    parts = {"linux": kernel_path(kernel), "cmdline": f"{PCRS} from=image", **parts}
    if "initrd" not in parts:
        (folder / "initrd").write_bytes(INITRD)
        parts["initrd"] = folder / "initrd"
    return ukis.build(folder / "uki", signer=state and secure_boot.signer(state), **parts)


STATES = [pytest.param(state, id=state, marks=[] if state == "db" else [pytest.mark.slow])
          for state in secure_boot.STATES]


@pytest.mark.parametrize("state", STATES)
def test_an_image_boots_and_is_measured(state, boot):
    """No matter what Secure Boot does; shim and the firmware verify the same file."""
    folder = boot.folder(f"uki-{state}")
    uki = image(folder, state)
    outcome = trust.start(boot, folder, state, {UKI: uki}, [(UKI, "")])
    pcrs = outcome.check_booted(f"{PCRS} from=image", [INITRD])
    assert pcrs[11] == tpm.pcr_11(ukis.contents(uki.read_bytes()))
    assert pcrs[9] == tpm.pcr_9(f"{PCRS} from=image", INITRD)
    assert pcrs[8] == pcrs[12] == pcrs[13] == tpm.ZERO
    if state not in secure_boot.SHIM_STATES:
        assert pcrs[4] == tpm.pcr_4(ukis.authenticode(uki.read_bytes()))
    assert ("shim's validation is switched off" in outcome.text) == (state == "insecure")


@pytest.mark.slow
@pytest.mark.parametrize("state, form", [("db", "vmlinux"), ("db", "bzImage"), ("off", "bzImage")])
def test_linux_gets_archives_and_is_locked_down(state, form, boot):
    folder = boot.folder(f"uki-linux-{state}-{form}")
    kernel = kernel_path("tklinux").read_bytes()
    (folder / "kernel").write_bytes(packing.bzimage(kernel) if form == "bzImage" else kernel)
    uki = image(folder, state, linux=folder / "kernel", cmdline=PCRS)
    found = ukis.contents(uki.read_bytes())
    cmdline = f"{LOCKDOWN} {PCRS}" if state == "db" else PCRS
    initrd = ukis.linux_initrd(found)
    pcrs = trust.start(boot, folder, state, {UKI: uki}, [(UKI, "")]).check_booted(cmdline, [initrd])
    assert pcrs[11] == tpm.pcr_11(found)
    assert pcrs[9] == tpm.pcr_9(cmdline, initrd)


@pytest.mark.slow
@pytest.mark.parametrize("cmdline, given", [(f"lockdown=confidentiality {PCRS}", f"lockdown=confidentiality {PCRS}"),
                                            (f"{PCRS} -- lockdown=none", f"{LOCKDOWN} {PCRS} -- lockdown=none"),
                                            (f"\n {PCRS}\tx\n", f"{LOCKDOWN} {PCRS} x")])
def test_the_command_line_of_linux(cmdline, given, boot):
    """What is signed may name a lockdown level; white space is put in order, but measured as it is in PCR 11."""
    folder = boot.folder(f"uki-cmdline-{len(cmdline)}")
    uki = image(folder, "db", kernel="tklinux", cmdline=cmdline)
    outcome = trust.start(boot, folder, "db", {UKI: uki}, [(UKI, "")])
    found = ukis.contents(uki.read_bytes())
    pcrs = outcome.check_booted(given, [ukis.linux_initrd(found)])
    assert pcrs[11] == tpm.pcr_11(found)
    assert pcrs[9] == tpm.pcr_9(given, ukis.linux_initrd(found))


@pytest.mark.slow
@pytest.mark.parametrize("state", ["off", "db", "shim", "insecure"])
def test_load_options(state, boot):
    """They replace the image's command line, but not under Secure Boot."""
    folder = boot.folder(f"uki-options-{state}")
    uki = image(folder, state)
    outcome = trust.start(boot, folder, state, {UKI: uki}, [(UKI, f"{PCRS} from=options")])
    taken = state in ("off", "insecure")
    pcrs = outcome.check_booted(f"{PCRS} from={'options' if taken else 'image'}", [INITRD])
    assert pcrs[12] == (tpm.pcr_12(f"{PCRS} from=options") if taken else tpm.ZERO)
    assert pcrs[9] == tpm.pcr_9(f"{PCRS} from={'options' if taken else 'image'}", INITRD)
    assert pcrs[11] == tpm.pcr_11(ukis.contents(uki.read_bytes()))
    assert ("the command line comes from outside and is ignored" in outcome.text) == (not taken)


@pytest.mark.slow
@pytest.mark.parametrize("state", ["db", "off"])
def test_load_options_of_an_image_without_a_command_line(state, boot):
    folder = boot.folder(f"uki-without-cmdline-{state}")
    uki = image(folder, state, cmdline=None)
    outcome = trust.start(boot, folder, state, {UKI: uki}, [(UKI, PCRS)])
    if state == "db":
        outcome.check_refused("Secure Boot is on, and the command line comes from outside")
    else:
        assert outcome.check_booted(PCRS, [INITRD])[12] == tpm.pcr_12(PCRS)


@pytest.mark.slow
@pytest.mark.parametrize("options, says", [
    ("--initrd \\other.img", "--initrd cannot be used"),
    ("--module \\other.img", "--module cannot be used"),
    ("--overwrite-acpi-nvs", "--overwrite-acpi-nvs is refused")])
def test_options_that_would_get_around_the_signature(options, says, boot):
    folder = boot.folder(f"uki-around-{options.split()[0].strip('-')}")
    files = {UKI: image(folder, "db"), "other.img": b"from outside"}
    trust.start(boot, folder, "db", files, [(UKI, options)]).check_refused(says)


@pytest.mark.slow
def test_the_first_of_two_command_lines_counts(boot):
    """For what is started and for what is measured."""
    folder = boot.folder("uki-two-cmdlines")
    uki = image(folder, None, more=[f"--section=.xmdline:{PCRS} second"]).read_bytes()
    (folder / "two").write_bytes(ukis.renamed(uki, ".xmdline", ".cmdline"))
    uki = secure_boot.sign(folder / "two", "db", folder / "two.signed")
    found = ukis.contents(uki.read_bytes())
    pcrs = trust.start(boot, folder, "db", {UKI: uki}, [(UKI, "")]).check_booted(found[".cmdline"].decode(), [INITRD])
    assert pcrs[11] == tpm.pcr_11(found)


def with_profiles(folder, state):
    """An image with the profiles `main` and `rescue`, which has another command line."""
    addon = folder / "profile"
    stub = ukis.ADDON_STUB
    ukis.build(addon, stub=stub, os_release=None, profile="ID=rescue\nTITLE=Rescue\n", cmdline=f"{PCRS} rescue")
    return image(folder, state, profile="ID=main\nTITLE=Main\n", more=[f"--join-profile={addon}"])


@pytest.mark.slow
@pytest.mark.parametrize("options, number", [("", 0), ("@0", 0), ("@1", 1)])
def test_profiles(options, number, boot):
    folder = boot.folder(f"uki-profile-{options or 'none'}")
    uki = with_profiles(folder, "db")
    outcome = trust.start(boot, folder, "db", {UKI: uki}, [(UKI, options)])
    pcrs = outcome.check_booted(f"{PCRS} rescue" if number else f"{PCRS} from=image", [INITRD])
    assert pcrs[11] == tpm.pcr_11(ukis.contents(uki.read_bytes(), number))
    assert pcrs[12] == (tpm.pcr_12(str(number)) if number else tpm.ZERO)


@pytest.mark.slow
def test_a_profile_that_does_not_exist(boot):
    folder = boot.folder("uki-profile-missing")
    outcome = trust.start(boot, folder, "db", {UKI: with_profiles(folder, "db")}, [(UKI, "@2")])
    outcome.check_refused("no profile 2: it has 2 profiles")


@pytest.mark.slow
@pytest.mark.parametrize("profile", [0, 1])
def test_systemd_boot_lists_and_boots_profiles(profile, boot):
    """systemd-boot passes the profile's number, as it does to its own stub."""
    folder = boot.folder(f"uki-systemd-boot-{profile}")
    menu = "EFI/systemd/systemd-bootx64.efi"
    uki = with_profiles(folder, "db")
    name = "pvhtest.efi" + ("@rescue" if profile else "")
    files = {menu: secure_boot.sign(ukis.SYSTEMD_BOOT, "db", folder / "menu"), "EFI/Linux/pvhtest.efi": uki,
             "loader/loader.conf": f"timeout 0\ndefault {name}\n".encode()}
    outcome = trust.start(boot, folder, "db", files, [(menu, "")])
    pcrs = outcome.check_booted(f"{PCRS} rescue" if profile else f"{PCRS} from=image", [INITRD])
    assert pcrs[11] == tpm.pcr_11(ukis.contents(uki.read_bytes(), profile))


# ------------------------------------------------------------------------------------------------
# Debian's kernels

INIT = b"""#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t securityfs securityfs /sys/kernel/security
exec >/dev/console 2>&1
/bin/busybox dmesg -n 1
say() { /bin/busybox echo "guest: $*"; }
cd /sys/class/tpm/tpm0/pcr-sha256
for pcr in *; do
    say "pcr$pcr=$(/bin/busybox cat $pcr)"
done
say "lockdown=$(/bin/busybox cat /sys/kernel/security/lockdown)"
say "cmdline=$(/bin/busybox cat /proc/cmdline)"
cd /.extra
for file in *; do
    say "md5 $file $(/bin/busybox md5sum <$file)"
done
say mode=$(/bin/busybox stat -c %a /.extra) $(/bin/busybox stat -c %a /.extra/os-release)
say "log=$(/bin/busybox base64 -w 0 /sys/kernel/security/tpm0/binary_bios_measurements)"
say "done"
/bin/busybox poweroff -f
"""


def linux_image(folder, state, kernel, form):
    """An image with one of Debian's kernels, and all that systemd's tools put into images for a TPM."""
    archive = initrd.archive({"init": (0o755, INIT), "bin/busybox": (0o755, initrd.BUSYBOX.read_bytes())},
                             folders=("bin", "dev", "proc", "sys"), devices={"dev/console": (0o600, (5, 1))})
    for name, data in (("initrd", archive), ("pcrsig", b'{"sha256":[]}\n'), ("pcrpkey", PCR_KEY)):
        (folder / name).write_bytes(data)
    return image(folder, state, linux=kernel_path(kernel, form), initrd=folder / "initrd", cmdline=rows.CONSOLE,
                 pcrpkey=folder / "pcrpkey", more=[f"--section=.pcrsig:@{folder / 'pcrsig'}"])


@pytest.mark.slow
@pytest.mark.parametrize("kernel, form, state", [
    ("6.1-amd64", "vmlinux", "off"), ("6.12-cloud", "vmlinuz", "db"), ("6.1-cloud", "vmlinuz", "shim")])
def test_debians_kernel_in_an_image(kernel, form, state, boot):
    """PCRs are as predicted and the log explains them; Linux is locked down, and finds what the image has for it."""
    folder = boot.folder(f"uki-{kernel}-{state}")
    uki = linux_image(folder, state, kernel, form)
    outcome = trust.start(boot, folder, state, {UKI: uki}, [(UKI, "")])
    values = report.linux(outcome.text).values
    assert "done" in values, "Linux did not come to the end of /init"
    found = ukis.contents(uki.read_bytes())
    cmdline = rows.CONSOLE if state == "off" else f"{LOCKDOWN} {rows.CONSOLE}"
    assert values["cmdline"] == cmdline
    assert values["lockdown"] == ("[none] integrity confidentiality" if state == "off"
                                  else "none [integrity] confidentiality")
    pcrs = tpm.pcrs(outcome.text)
    assert pcrs[11] == ukis.predicted_pcr_11(found, folder) == tpm.pcr_11(found)
    assert pcrs[9] == tpm.pcr_9(cmdline, ukis.linux_initrd(found))
    assert report.linux(outcome.text).checksums == {
        file: hashlib.md5(found[name]).hexdigest() for name, file in ukis.EXTRA_FILES.items() if name in found}
    assert values["mode"].split() == ["555", "444"]
    computed = tpm.replayed(base64.b64decode(values["log"]), folder)["sha256"]
    assert {number for number, value in computed.items() if pcrs[number].hex() != value} == set()
    assert {0, 4, 5, 7, 9, 11} <= computed.keys()


# ------------------------------------------------------------------------------------------------
# Images as entries of the menu

MENU = "EFI/pvhboot/pvhboot.efi"


def menu_files(folder, default, uki):
    return {MENU: secure_boot.signed_loader("db", folder), "EFI/Linux/PvhTest.efi": uki,
            "loader/loader.conf": f"timeout 0\ndefault {default}\n".encode(),
            "loader/entries/typed.conf": b"title Typed\nuki /EFI/Linux/pvhtest.efi\nprofile 1\n",
            "loader/entries/other.conf": b"title Other\nsort-key 0\nlinux /missing\n"}


@pytest.mark.slow
@pytest.mark.parametrize("default, profile", [("pvhtest.efi", 0), ("pvhtest.efi@rescue", 1), ("typed.conf", 1)])
def test_the_menu_starts_images_of_its_own_kind(default, profile, boot):
    """By LoadImage, so that the firmware verifies and measures them; the menu measures nothing of it but loader.conf."""
    folder = boot.folder(f"uki-menu-{default}")
    uki = with_profiles(folder, "db")
    files = menu_files(folder, default, uki)
    outcome = trust.start(boot, folder, "db", files, [(MENU, "")])
    pcrs = outcome.check_booted(f"{PCRS} rescue" if profile else f"{PCRS} from=image", [INITRD])
    assert pcrs[11] == tpm.pcr_11(ukis.contents(uki.read_bytes(), profile))
    # The menu measures what it passes, as systemd-boot does, and then the image its profile.
    assert pcrs[12] == (tpm.pcr_12("@1", "1") if profile else tpm.ZERO)
    assert pcrs[4] == tpm.pcr_4(*(ukis.authenticode(program.read_bytes()) for program in (files[MENU], uki)))


@pytest.mark.slow
@pytest.mark.parametrize("state", ["db", "shim"])
def test_the_menu_does_not_start_forged_images(state, boot):
    folder = boot.folder(f"uki-menu-forged-{state}")
    uki = ukis.flipped(image(folder, state).read_bytes(), ".initrd")
    files = {**menu_files(folder, "pvhtest.efi", uki), MENU: secure_boot.signed_loader(state, folder)}
    outcome = trust.start(boot, folder, state, files, [(MENU, "--entry pvhtest.efi")])
    outcome.check_refused("PvhTest.efi")
