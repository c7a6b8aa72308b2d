# SPDX-License-Identifier: BSD-2-Clause
"""What is started under Secure Boot, and what is refused: with which words, and that nothing ran and nothing was measured.

Each machine tries several boot options; each but the last one is to fail. The last one prints the
PCRs: what was refused must have left the operating system's as they were.
"""

import hashlib

import pytest

import initrd
import packing
import report
import rows
import secure_boot
import tpm
import trust
import ukis
from artifacts import kernel_path
from trust import PCRS, UKI

LOADER = "EFI/pvhboot/pvhboot.efi"
ENTRIES = "loader/entries"
KERNEL = "tk64n8"
INITRD = b"an initrd that nobody has signed"

NOT_ENFORCING = [pytest.param(state, id=state, marks=pytest.mark.slow) for state in ("off", "setup", "insecure")]
# The first words of what a user can do about it.
UNSIGNED = "Secure Boot is on, and this file is not signed"


def who(state):
    """Who refuses a file that is not signed."""
    return "refused by shim (" if state == "shim" else "refused by the firmware ("


# ------------------------------------------------------------------------------------------------
# Kernels in files


def entry(**keys):
    return "".join(f"{key} {value}\n" for key, value in {"title": "Test", **keys}.items()).encode()


def flipped(data):
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0x10]) + data[middle + 1:]


def kernels(state, folder):
    """Forms of a kernel that calls itself Linux."""
    elf = kernel_path("tklinux").read_bytes()
    unsigned = folder / "unsigned"
    unsigned.write_bytes(packing.bzimage(elf))
    signed = secure_boot.sign(unsigned, secure_boot.signer(state), folder / "signed").read_bytes()
    return {
        "plain": elf,
        "unsigned": unsigned.read_bytes(),
        "signed": signed,
        "foreign": secure_boot.sign(unsigned, "foreign", folder / "foreign").read_bytes(),
        "flipped": flipped(signed),
        "cut": ukis.cut_certificates(signed),
        "program": secure_boot.sign(secure_boot.PCRS, secure_boot.signer(state), folder / "program").read_bytes(),
    }


# Entry to what it starts, its other keys, and what is said; None stands for who().
REFUSED = {
    "plain": ("plain", {}, UNSIGNED),
    "unsigned": ("unsigned", {}, UNSIGNED),
    "foreign": ("foreign", {}, None),
    "flipped": ("flipped", {}, None),
    "cut": ("cut", {}, "damaged or truncated: its certificates end at byte"),
    "program": ("program", {}, "not an ELF file"),
    "initrd": ("signed", {"initrd": "/initrd.img"}, "initrd: /initrd.img: Secure Boot is on, and no signature covers this initrd or module"),
    "module": ("signed", {"module": "/initrd.img"}, "module: /initrd.img: Secure Boot is on, and no signature covers this initrd or module"),
    "options": ("signed", {"options": PCRS}, "the command line comes from outside"),
}


def entry_files(state, folder):
    """The disk: kernels, an initrd, an entry for each row."""
    files = {f"{name}.kernel": data for name, data in kernels(state, folder).items()}
    files |= {f"{ENTRIES}/{name}.conf": entry(linux=f"/{kernel}.kernel", **keys)
              for name, (kernel, keys, _) in REFUSED.items()}
    return {**files, "initrd.img": INITRD, LOADER: secure_boot.signed_loader(state, folder)}


@pytest.mark.parametrize("state, names", [
    pytest.param("db", ("plain", "flipped"), id="db-two"),
    pytest.param("db", tuple(REFUSED), id="db", marks=pytest.mark.slow),
    pytest.param("shim", tuple(REFUSED), id="shim", marks=pytest.mark.slow)])
def test_kernels_are_refused(state, names, boot):
    folder = boot.folder(f"secure-boot-kernels-{state}-{len(names)}")
    outcome = trust.start(boot, folder, state, entry_files(state, folder), [(LOADER, f"--entry {name}") for name in names])
    outcome.check_refused()
    wrong = [f"{name}: {tried}" for name, tried in zip(names, outcome.tries)
             if (REFUSED[name][2] or who(state)) not in tried]
    assert wrong == []


@pytest.mark.parametrize("state", NOT_ENFORCING)
@pytest.mark.parametrize("name", ["plain", "foreign"])
def test_where_nothing_is_verified_any_kernel_boots(name, state, boot):
    """Nothing says that it was verified. What is a PE file was not loaded by the firmware either: it is in PCR 9."""
    folder = boot.folder(f"secure-boot-{name}-{state}")
    files = {**entry_files(state, folder),
             f"{ENTRIES}/{name}.conf": entry(linux=f"/{name}.kernel", initrd="/initrd.img", options=PCRS)}
    outcome = trust.start(boot, folder, state, files, [(LOADER, f"--entry {name}")])
    pcrs = outcome.check_booted(PCRS, [INITRD])
    assert pcrs[12] == tpm.pcr_12(PCRS)
    assert pcrs[9] == tpm.extended(files[f"{name}.kernel"], tpm.utf16(PCRS), INITRD)
    assert pcrs[11] == tpm.ZERO
    assert "erified" not in outcome.text.replace("nothing is verified", "")
    assert ("shim's validation is switched off" in outcome.text) == (state == "insecure")


@pytest.mark.slow
@pytest.mark.parametrize("state", ["db", "shim"])
def test_a_signed_linux_boots_locked_down(state, boot):
    """With the signed loader's command line. Who verifies it measures it (PCR 4), so PCR 9 has only the command line."""
    folder = boot.folder(f"secure-boot-signed-{state}")
    loader = pinning_loader(state, folder, "# none\n", PCRS)
    files = {**entry_files(state, folder), LOADER: loader, f"{ENTRIES}/signed.conf": entry(linux="/signed.kernel")}
    outcome = trust.start(boot, folder, state, files, [(LOADER, "--entry signed")])
    cmdline = f"{trust.LOCKDOWN} {PCRS}"
    pcrs = outcome.check_booted(cmdline)
    assert pcrs[9] == tpm.pcr_9(cmdline)
    assert pcrs[12] == tpm.pcr_12(cmdline)
    if state == "db":
        assert pcrs[4] == tpm.pcr_4(*map(ukis.authenticode, (loader.read_bytes(), files["signed.kernel"])))


# ------------------------------------------------------------------------------------------------
# Forged images


def forged(state, folder):
    """Images that must not start: name to bytes."""
    signer = secure_boot.signer(state)
    (folder / "initrd").write_bytes(INITRD * 1000)
    parts = {"linux": kernel_path(KERNEL), "initrd": folder / "initrd", "cmdline": PCRS, "uname": "1.2"}
    unsigned = ukis.build(folder / "unsigned", **parts)
    good = secure_boot.sign(unsigned, signer, folder / "good").read_bytes()
    images = {f"flipped-{section.name[1:]}": ukis.flipped(good, section.name) for section in ukis.sections(good)}
    images["unsigned"] = unsigned.read_bytes()
    images["foreign"] = secure_boot.sign(unsigned, "foreign", folder / "foreign").read_bytes()
    images["cut"] = ukis.cut_certificates(good)
    images["more-linux"] = ukis.changed_header(good, ".linux", "size", 1 << 30)
    images["renamed"] = ukis.renamed(good, ".cmdline", ".xmdline")
    return images


@pytest.mark.slow
@pytest.mark.parametrize("state", ["db", "shim"])
def test_forged_images_do_not_start(state, boot):
    """Whoever loads the image refuses it; the loader is not asked."""
    folder = boot.folder(f"secure-boot-forged-{state}")
    images = forged(state, folder)
    files = {f"EFI/test/{name}.efi": data for name, data in images.items()}
    outcome = trust.start(boot, folder, state, files, [(name, "") for name in files])
    outcome.check_refused()
    assert len(outcome.tries) == len(images) + 1
    assert "pvhboot: " not in outcome.text


def damaged(folder):
    """Signed images whose sections make no sense: name to bytes, and what is said."""
    (folder / "initrd").write_bytes(INITRD * 1000)
    image = ukis.build(folder / "uki", linux=kernel_path(KERNEL), initrd=folder / "initrd",
                       cmdline=PCRS).read_bytes()
    linux = ukis.section(image, ".linux")
    return {
        "overlap": ukis.changed_header(image, ".initrd", "address", linux.address),
        "long": ukis.changed_header(image, ".initrd", "size", 1 << 28),
        "without-kernel": ukis.renamed(image, ".linux", ".xinux"),
    }


@pytest.mark.slow
def test_damaged_images_that_are_signed(boot):
    """The firmware or the loader refuses them, and the machine goes on."""
    folder = boot.folder("secure-boot-damaged")
    files = {}
    for name, data in damaged(folder).items():
        (folder / name).write_bytes(data)
        files[f"EFI/test/{name}.efi"] = secure_boot.sign_anything(folder / name, "db", folder / f"{name}.signed")
    outcome = trust.start(boot, folder, "db", files, [(name, "") for name in files])
    outcome.check_refused()
    assert len(outcome.tries) == len(files) + 1


# ------------------------------------------------------------------------------------------------
# Pinned files


def pin(data, path):
    return f"{hashlib.sha256(data).hexdigest()}  {path}\n"


def pinning_loader(state, folder, pins, cmdline):
    """The loader with the pins and a command line inside, signed."""
    (folder / "pins").write_text(pins)
    return ukis.build(folder / "pinning", signer=secure_boot.signer(state), os_release=None, cmdline=cmdline,
                      more=[f"--section=.pins:@{folder / 'pins'}"])


def pinned_files(state, folder, **changed):
    """A disk with a kernel and an initrd that are pinned, of which some are then changed, or None."""
    elf = kernel_path("tklinux").read_bytes()
    pins = pin(elf, "/linux/kernel") + pin(INITRD, "/linux/initrd.img")
    files = {"linux/kernel": elf, "linux/initrd.img": INITRD, **{f"linux/{name}": data for name, data in changed.items()}}
    return {**{name: data for name, data in files.items() if data is not None},
            LOADER: pinning_loader(state, folder, pins, PCRS),
            f"{ENTRIES}/pinned.conf": entry(linux="/linux/kernel", initrd="/linux/initrd.img", options="given=entry")}


@pytest.mark.slow
@pytest.mark.parametrize("state", secure_boot.STATES)
def test_pinned_files_boot(state, boot):
    """Under Secure Boot with the signed command line."""
    folder = boot.folder(f"secure-boot-pinned-{state}")
    outcome = trust.start(boot, folder, state, pinned_files(state, folder), [(LOADER, "--entry pinned")])
    found = outcome.kernel()
    assert len(found.modules) == 1
    if state in ("db", "shim"):
        assert found.values["cmdline"] == f"{trust.LOCKDOWN} {PCRS}"
        assert tpm.pcrs(outcome.text)[11] == tpm.ZERO
    else:
        assert found.values["cmdline"] == "given=entry"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["kernel", "initrd.img"])
@pytest.mark.parametrize("state", ["db", "shim"])
def test_a_pinned_file_that_was_changed_is_refused(state, name, boot):
    folder = boot.folder(f"secure-boot-pinned-changed-{name}-{state}")
    before = INITRD if name == "initrd.img" else kernel_path("tklinux").read_bytes()
    changed = flipped(before)
    outcome = trust.start(boot, folder, state, pinned_files(state, folder, **{name: changed}), [(LOADER, "--entry pinned")])
    outcome.check_refused(name, hashlib.sha256(changed).hexdigest(), hashlib.sha256(before).hexdigest())


@pytest.mark.slow
def test_where_nothing_is_verified_a_changed_file_is_a_warning(boot):
    folder = boot.folder("secure-boot-pinned-changed-off")
    changed = flipped(INITRD)
    outcome = trust.start(boot, folder, "off", pinned_files("off", folder, **{"initrd.img": changed}),
                          [(LOADER, "--entry pinned")])
    assert outcome.kernel().values["cmdline"] == "given=entry"
    assert hashlib.sha256(changed).hexdigest() in outcome.text


@pytest.mark.slow
def test_a_pinned_file_that_is_missing(boot):
    folder = boot.folder("secure-boot-pinned-missing")
    files = pinned_files("db", folder, **{"initrd.img": None})
    trust.start(boot, folder, "db", files, [(LOADER, "--entry pinned")]).check_refused("initrd.img")


@pytest.mark.slow
def test_debians_signed_kernel(boot):
    """Nobody here has signed it: shim knows Debian's certificate. Its initrd is pinned."""
    folder = boot.folder("secure-boot-debian")
    archive = initrd.report_initrd()
    loader = pinning_loader("shim", folder, pin(archive, "/initrd.img"), rows.CONSOLE)
    files = {LOADER: loader, "vmlinuz": kernel_path("6.1-cloud", "vmlinuz"), "initrd.img": archive,
             f"{ENTRIES}/debian.conf": entry(linux="/vmlinuz", initrd="/initrd.img")}
    outcome = trust.start(boot, folder, "shim", files, [(LOADER, "--entry debian")])
    values = report.linux(outcome.text).values
    assert "done" in values, "Linux did not come to the end of /init"
    assert values["cmdline"] == f"{trust.LOCKDOWN} {rows.CONSOLE}"


# ------------------------------------------------------------------------------------------------
# What fails when it has been measured


@pytest.mark.slow
def test_an_image_that_fails_late_says_that_the_tpm_is_spent(boot):
    """The sections are measured before anything is made of them; the kernel inside is none."""
    folder = boot.folder("secure-boot-spent")
    good = ukis.build(folder / "good", linux=kernel_path(KERNEL), cmdline=PCRS).read_bytes()
    (folder / "bad").write_bytes(ukis.flipped_at(good, ukis.section(good, ".linux").offset))
    uki = secure_boot.sign(folder / "bad", "db", folder / "uki")
    text = trust.start(boot, folder, "db", {UKI: uki}, [(UKI, "")]).text
    assert "the TPM has recorded a boot that then failed" in text
    assert tpm.pcrs(text)[11] == tpm.pcr_11(ukis.contents(uki.read_bytes()))
    assert "pvhtest:" not in text and secure_boot.WENT_ON in text
