# SPDX-License-Identifier: BSD-2-Clause
"""What lies beside a unified kernel image and adds to it: addons, credentials, extensions; as systemd-stub does it."""

import pytest

import initrd
import report
import rows
import scenario
import secure_boot
import tpm
import trust
import ukis
from artifacts import kernel_path
from trust import LOCKDOWN, PCRS, UKI

pytestmark = pytest.mark.slow

BESIDE = f"{UKI}.extra.d"
GLOBAL = "loader/addons"
BASE = f"{PCRS} from=image"


def addon(folder, name, signer=None, **parts):
    """The bytes of an addon."""
    return ukis.build(folder / name, signer=signer, stub=ukis.ADDON_STUB, os_release=None, **parts).read_bytes()


def image(folder, state, kernel="tklinux", **parts):
    (folder / "initrd").write_bytes(scenario.pattern("addons", 0, 5001))
    return ukis.build(folder / "uki", signer=secure_boot.signer(state), linux=kernel_path(kernel),
                      initrd=folder / "initrd", cmdline=BASE, uname="1.2-test", **parts)


def addons(folder, state):
    """Some that are signed, and some that are not as they should be; file to bytes."""
    signer = secure_boot.signer(state)
    good = addon(folder, "good", signer, cmdline="own=1")
    return {
        f"{GLOBAL}/b.addon.efi": addon(folder, "global-b", signer, cmdline="global=b", uname="1.2-test"),
        f"{GLOBAL}/a.addon.efi": addon(folder, "global-a", signer, cmdline="global=a"),
        f"{GLOBAL}/a.efi": addon(folder, "no-addon", signer, cmdline="no=addon"),
        f"{BESIDE}/good.addon.efi": good,
        f"{BESIDE}/other.addon.efi": addon(folder, "other", signer, cmdline="other=kernel", uname="9.9"),
        f"{BESIDE}/unsigned.addon.efi": addon(folder, "unsigned", cmdline="unsigned=1"),
        f"{BESIDE}/foreign.addon.efi": addon(folder, "foreign", "foreign", cmdline="foreign=1"),
        f"{BESIDE}/xflipped.addon.efi": ukis.flipped(good, ".cmdline"),
    }


@pytest.mark.parametrize("state", ["db", "shim"])
def test_addons_have_to_be_signed(state, boot):
    folder = boot.folder(f"addons-{state}")
    uki = image(folder, state)
    outcome = trust.start(boot, folder, state, {UKI: uki, **addons(folder, state)}, [(UKI, "")])
    added = "global=a global=b own=1"
    found = ukis.contents(uki.read_bytes())
    pcrs = outcome.check_booted(f"{LOCKDOWN} {BASE} {added}", [ukis.linux_initrd(found)])
    assert pcrs[12] == tpm.pcr_12(added)
    assert pcrs[11] == tpm.pcr_11(found)
    for name in ("unsigned", "foreign", "xflipped", "other"):
        assert f"{name}.addon.efi" in outcome.text
    assert outcome.text.count("refused by ") >= 2


def test_where_nothing_is_verified_all_addons_count(boot):
    folder = boot.folder("addons-off")
    uki = image(folder, "off")
    files = addons(folder, "off")
    outcome = trust.start(boot, folder, "off", {UKI: uki, **files}, [(UKI, "")])
    cmdline = outcome.kernel().values["cmdline"]
    assert cmdline.startswith(f"{BASE} global=a global=b foreign=1 own=1 unsigned=1 ")
    assert "other=kernel" not in cmdline
    pcrs = tpm.pcrs(outcome.text)
    assert pcrs[12] == tpm.pcr_12(cmdline.removeprefix(f"{BASE} "))
    loaded = [files[name] for folder in (GLOBAL, BESIDE) for name in sorted(files)
              if name.startswith(folder) and name.endswith(".addon.efi")]
    assert pcrs[4] == tpm.pcr_4(*map(ukis.authenticode, (uki.read_bytes(), *loaded)))


def test_other_kernels_get_only_the_options(boot):
    folder = boot.folder("addons-other-kernel")
    uki = image(folder, "db", kernel="tk64n8")
    files = {UKI: uki, f"{BESIDE}/x.cred": b"for Linux only",
             f"{BESIDE}/own.addon.efi": addon(folder, "own", "db", cmdline="own=1", initrd=folder / "initrd")}
    pcrs = trust.start(boot, folder, "db", files, [(UKI, "")]).check_booted(f"{BASE} own=1",
                                                                           [(folder / "initrd").read_bytes()])
    assert pcrs[12] == tpm.pcr_12("own=1")


# Archive to its modes and its files; systemd-stub passes and measures them in this order.
ARCHIVES = {"credentials": (0o500, 0o400, {"a.cred": b"one", "b.cred": b"two"}),
            "global_credentials": (0o500, 0o400, {"c.cred": b"three"}),
            "sysext": (0o555, 0o444, {"s.sysext.raw": bytes(5000)}),
            "global_confext": (0o555, 0o444, {"g.confext.raw": b"x"})}
FOLDERS = {"credentials": BESIDE, "global_credentials": "loader/credentials", "sysext": BESIDE,
           "global_confext": "loader/extensions"}


@pytest.mark.parametrize("state", ["off", "db"])
def test_linux_gets_credentials_and_extensions(state, boot):
    """Nobody has signed them; they are in /.extra, and measured."""
    folder = boot.folder(f"addons-archives-{state}")
    uki = image(folder, state)
    found = ukis.contents(uki.read_bytes())
    archives = [ukis.archive(f".extra/{name}", *content) for name, content in ARCHIVES.items()]
    files = {f"{FOLDERS[name]}/{file}": data for name, (*_, files) in ARCHIVES.items() for file, data in files.items()}
    outcome = trust.start(boot, folder, state, {UKI: uki, **files}, [(UKI, "")])
    cmdline = f"{LOCKDOWN} {BASE}" if state == "db" else BASE
    whole = ukis.linux_initrd(found, archives)
    pcrs = outcome.check_booted(cmdline, [whole])
    assert pcrs[12] == tpm.extended(archives[0], archives[1], archives[3])
    assert pcrs[13] == tpm.extended(archives[2])
    assert pcrs[9] == tpm.pcr_9(cmdline, whole)


# ------------------------------------------------------------------------------------------------
# The same image parts, started by pvhboot and by systemd-stub

INIT = b"""#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
exec >/dev/console 2>&1
/bin/busybox dmesg -n 1
say() { /bin/busybox echo "guest: $*"; }
cd /sys/class/tpm/tpm0/pcr-sha256
for pcr in *; do
    say "pcr$pcr=$(/bin/busybox cat $pcr)"
done
say "cmdline=$(/bin/busybox cat /proc/cmdline)"
cd /.extra
/bin/busybox find . -type f | while read -r file; do
    say "md5 $file-$(/bin/busybox stat -c %a $file) $(/bin/busybox md5sum <$file)"
done
say "added=$(/bin/busybox cat /added)"
say "done"
/bin/busybox poweroff -f
"""

# Of Debian's kernels, the one that both can start with a TPM driver built in.
KERNEL = "6.1-cloud"


def beside(folder):
    """Everything that systemd 257 knows beside an image."""
    (folder / "added").write_bytes(initrd.archive({"added": (0o644, b"by an addon")}))
    return {
        f"{GLOBAL}/global.addon.efi": addon(folder, "global", cmdline="global=1"),
        f"{BESIDE}/b.addon.efi": addon(folder, "b", cmdline="own=b"),
        f"{BESIDE}/a.addon.efi": addon(folder, "a", cmdline="own=a", initrd=folder / "added"),
        f"{BESIDE}/one.cred": b"a secret",
        f"{BESIDE}/two.cred": b"another secret",
        f"{BESIDE}/tools.sysext.raw": b"a system extension",
        f"{BESIDE}/etc.confext.raw": b"a configuration extension",
        "loader/credentials/global.cred": b"a secret of all",
    }


def booted(boot, stub, name):
    """What Linux says of an image with this stub."""
    folder = boot.folder(f"addons-by-{name}")
    (folder / "archive").write_bytes(initrd.archive(
        {"init": (0o755, INIT), "bin/busybox": (0o755, initrd.BUSYBOX.read_bytes())},
        folders=("bin", "dev", "proc", "sys"), devices={"dev/console": (0o600, (5, 1))}))
    uki = ukis.build(folder / "uki", stub=stub, linux=kernel_path(KERNEL, "vmlinuz"), initrd=folder / "archive",
                     cmdline=rows.CONSOLE)
    outcome = trust.start(boot, folder, "off", {UKI: uki, **beside(folder)}, [(UKI, "")])
    found = report.linux(outcome.text)
    assert "done" in found.values, "Linux did not come to the end of /init"
    return found, tpm.pcrs(outcome.text)


def test_systemd_stub_gives_and_measures_the_same(boot):
    ours, our_pcrs = booted(boot, ukis.LOADER, "pvhboot")
    theirs, their_pcrs = booted(boot, ukis.SYSTEMD_STUB, "systemd-stub")
    assert ours.values["cmdline"] == theirs.values["cmdline"]
    assert ours.values["added"] == theirs.values["added"] == "by an addon"
    assert ours.checksums == theirs.checksums
    assert len(ours.checksums) == 6
    assert {pcr for pcr in (9, 12, 13) if our_pcrs[pcr] != their_pcrs[pcr]} == set()
