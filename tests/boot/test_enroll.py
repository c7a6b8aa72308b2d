# SPDX-License-Identifier: BSD-2-Clause
"""Secure Boot keys of the disk are enrolled in setup mode: from the menu, and by themselves in a virtual machine.

QEMU ends at the reset; the machine is started again with the variables that it had then.
"""

import pytest

import media
import report
import secure_boot
import trust
import variables
from artifacts import LOADER, OUTPUT, required
from interactive import Session
from test_menu import Menu
from test_secure_boot import entry, kernels

SIGNED = "EFI/pvhboot/pvhboot.efi"
UNSIGNED = "EFI/unsigned/pvhboot.efi"
# Without --attr, sbvarsign signs for appending to the variable.
ATTRIBUTES = "NON_VOLATILE,BOOTSERVICE_ACCESS,RUNTIME_ACCESS,TIME_BASED_AUTHENTICATED_WRITE_ACCESS"
RESTARTS = "The Secure Boot keys are enrolled; the machine restarts."


def key_file(name, signer, folder):
    """NAME.auth with the certificate of that name, signed by another one; made as docs/secure-boot.md says."""
    der, siglist, auth = (folder / f"{name}.{suffix}" for suffix in ("cer", "esl", "auth"))
    media.run_tool("openssl", "x509", "-in", secure_boot.certificate(name), "-outform", "der", "-out", der)
    media.run_tool("sbsiglist", "--owner", secure_boot.OWNER, "--type", "x509", "--output", siglist, der)
    media.run_tool("sbvarsign", "--key", secure_boot.key(signer), "--cert", secure_boot.certificate(signer),
                   "--attr", ATTRIBUTES, "--output", auth, name, siglist)
    return auth.read_bytes()


def write_disk(folder, key_set, conf):
    """A disk with that set of keys, and a variable store in setup mode that starts the signed loader."""
    keys = {f"loader/keys/{key_set}/{name}.auth": key_file(name, signer, folder)
            for name, signer in (("db", "KEK"), ("KEK", "PK"), ("PK", "PK"))}
    return secure_boot.write_disk("setup", folder, {
        **keys, SIGNED: secure_boot.signed_loader("db", folder), UNSIGNED: required(LOADER).read_bytes(),
        "signed.kernel": kernels("db", folder)["signed"], "loader/loader.conf": conf,
        "loader/entries/signed.conf": entry(linux="/signed.kernel")}, [(SIGNED, "")])


def enroll(boot, folder, store, act):
    """Starts the machine, which must end with a reset after act(session); returns the variables that it leaves."""
    session = Session(secure_boot.machine(), folder / "image", store, folder / "first")
    log = OUTPUT / f"{folder.name}-first.log"
    try:
        with session:
            act(session)
            session.wait_printed(RESTARTS)
            assert session.wait_end() == 0
    finally:
        log.write_text(session.printed)
        boot.logs.append((log, report.plain(session.printed)))
    return (folder / "first" / "vars.fd").read_bytes()


def check_enforced(boot, folder, store):
    """The next boot refuses the unsigned loader, and the signed one starts a signed kernel, locked down."""
    partition = media.write_disk(folder / "second.image", media_files(folder))
    options = [variables.boot_option(name, variables.file_path(partition, "\\" + name.replace("/", "\\")), data)
               for name, data in ((UNSIGNED, b""), (SIGNED, variables.utf16("--entry signed")))]
    result = boot.run(folder.name, secure_boot.machine(), folder / "second.image",
                      variables.add_boot_options(store, options))
    outcome = trust.Outcome("db", report.plain(result.serial), result.status)
    assert outcome.kernel().values["cmdline"] == trust.LOCKDOWN
    assert "Access Denied" in outcome.tries[0] and "pvhboot:" not in outcome.tries[0]


def media_files(folder):
    """The disk of the second boot."""
    return {SIGNED: folder / "loader.signed", UNSIGNED: required(LOADER), "signed.kernel": folder / "signed",
            "loader/entries/signed.conf": entry(linux="/signed.kernel")}


@pytest.mark.slow
def test_from_the_menu(boot):
    """A set that is not named auto is enrolled only when it is chosen."""
    folder = boot.folder("enroll-menu")
    store = write_disk(folder, "mine", b"timeout menu-force\n")

    def choose(session):
        menu = Menu(session)
        menu.shows("Enroll Secure Boot keys: mine")
        session.send("end")
        menu.chosen("Enroll Secure Boot keys: mine")
        session.send("ret")

    check_enforced(boot, folder, enroll(boot, folder, store, choose))


@pytest.mark.slow
def test_by_itself_in_a_virtual_machine(boot):
    folder = boot.folder("enroll-auto")
    store = write_disk(folder, "auto", b"timeout menu-force\n")
    check_enforced(boot, folder, enroll(boot, folder, store, lambda session: None))
