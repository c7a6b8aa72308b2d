# SPDX-License-Identifier: BSD-2-Clause
"""The walk of docs/secure-boot.md: its own commands make a machine in which a secret opens only for the signed image.

Paths of a user's machine are replaced by those of the tests, and the programs are found through a folder of wrappers;
the guest's commands are run by an initrd, instead of at its prompt.
"""

import base64
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

import efi_guest
import initrd
import media
import qemu
import report
import secure_boot
import ukis
from artifacts import LOADER, TOP, kernel_path, package, required

SECTION = "## The whole way, in a virtual machine"
SIGNED_SECTION = "### Secrets that outlive an update"
MOST_COMMANDS = 9
TIMEOUT = 400
SECRET = b"what the image alone may know"
ESP = Path("esp/EFI/BOOT")
CREDENTIALS = ESP / "BOOTX64.EFI.extra.d"

# systemd-creds loads these by name when it needs a TPM.
TPM_LIBRARIES = ("libtss2-esys.so.0", "libtss2-rc.so.0", "libtss2-mu.so.0", "libtss2-tcti-device.so.0", "libtss2-sys.so.1")

INIT = """#!/bin/sh
/bin/busybox --install -s /sbin
export PATH=/bin:/sbin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
exec >/dev/console 2>&1
dmesg -n 1
cd /tmp
cp /secret secret
run() {{
    echo "guest: begin $1"
    sh -c "$2" | base64 -w 0
    echo
    echo "guest: end $1"
}}
if [ -e /.extra/credentials/secret.cred ]; then
    run opened '{decrypt} 2>error'
    run error 'cat error'
else
    run sealed '{encrypt} && cat secret.cred'
fi
poweroff -f
"""

# systemd-cryptsetup is asked what /etc/crypttab of the page would have it do. libcryptsetup's plugin for TPMs, which does the
# same, is not in this initrd.
LUKS_PASSPHRASE = "until a key is enrolled"
LUKS_INIT = """#!/bin/sh
/bin/busybox --install -s /sbin
export SYSTEMD_CRYPTSETUP_USE_TOKEN_MODULE=0 PATH=/bin:/sbin DM_DISABLE_UDEV=1 PASSWORD='{passphrase}'
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
exec >/dev/console 2>&1
dmesg -n 1
mkdir -p /run/cryptsetup
for module in {modules}; do
    insmod "/modules/$module.ko" || echo "guest: no module $module"
done
run() {{
    echo "guest: begin $1"
    sh -c "$2" | base64 -w 0
    echo
    echo "guest: end $1"
}}
if grep -q enroll=yes /proc/cmdline; then
    run enrolled '{enroll} 2>&1'
fi
run attached '{attach} 2>&1'
if grep -q enroll=yes /proc/cmdline; then
    dd if=/secret of=/dev/mapper/root conv=fsync
else
    run opened 'head -c {size} /dev/mapper/root 2>/dev/null'
fi
poweroff -f
"""


def commands(title=SECTION):
    """Those of a section, each in one line: what the host runs, and what the guest runs."""
    page = (TOP / "docs/secure-boot.md").read_text(encoding="utf-8")
    section = page.split(title + "\n", 1)[1].split("\n## ", 1)[0]
    lines = re.sub(r"\\\n\s*", "", "\n".join(re.findall(r"^    (.*)$", section, re.M))).splitlines()
    guest = [line for line in lines if line.startswith("systemd-creds ")]
    return [line for line in lines if line not in guest], guest


def wrapper(folder, name, *words, **environment):
    """A program in the folder that runs another one."""
    text = " ".join(f"{key}='{value}'" for key, value in environment.items())
    (folder / name).write_text(f"#!/bin/sh\nexec env {text} {' '.join(map(str, words))} \"$@\"\n")
    (folder / name).chmod(0o755)


def wrappers(folder):
    folder.mkdir()
    tree = package(secure_boot.VIRT_FIRMWARE)
    wrapper(folder, "virt-fw-vars", "/usr/bin/python3", "-B", tree / "usr/bin/virt-fw-vars",
            PYTHONPATH=tree / "usr/lib/python3/dist-packages")
    wrapper(folder, "pvhboot-mkimage", "/usr/bin/python3", "-B", TOP / "tools/pvhboot-mkimage", "--efi", required(LOADER))
    wrapper(folder, "uuidgen", "cat", "/proc/sys/kernel/random/uuid")
    wrapper(folder, "qemu-system-x86_64", "/usr/bin/qemu-system-x86_64", "-display", "none", "-no-reboot")


def sealing_initrd(guest):
    encrypt, = [line for line in guest if " encrypt " in line]
    decrypt, = [line for line in guest if " decrypt " in line]
    return guest_initrd(INIT.format(encrypt=encrypt, decrypt=decrypt), ["/usr/bin/systemd-creds"])


def luks_initrd():
    """Unlocks as the page says; its root file system's partition is a disk here."""
    page = re.sub(r"\\\n\s*", "", (TOP / "docs/secure-boot.md").read_text(encoding="utf-8")).replace("/dev/vda2", "/dev/vdb")
    enroll, = re.findall(r"^    (systemd-cryptenroll .*)$", page, re.M)
    name, device, key, options = re.search(r"^    (root /dev/vdb .*)$", page, re.M).group(1).split()
    modules = efi_guest.kernel_modules(("virtio_pci", "virtio_blk", "dm_crypt", "xts", "ecb"))
    init = LUKS_INIT.format(passphrase=LUKS_PASSPHRASE, modules=" ".join(modules), enroll=enroll, size=len(SECRET),
                            attach=f"systemd-cryptsetup attach {name} {device} {key} {options},headless=true")
    contents = {f"modules/{module}.ko": (0o644, path.read_bytes()) for module, path in modules.items()}
    return guest_initrd(init, ["/usr/bin/systemd-cryptenroll", "/usr/lib/systemd/systemd-cryptsetup"], contents)


def guest_initrd(init, programs, more=None):
    programs = [efi_guest.Program(efi_guest.SHELL), *(efi_guest.Program(Path(program)) for program in programs)]
    sources = {"bin/busybox": initrd.BUSYBOX}
    for one in programs:
        sources |= {f"bin/{one.path.name}": one.path, **efi_guest.shared_libraries(one)}
    for name in TPM_LIBRARIES:
        library = required(Path("/usr/lib/x86_64-linux-gnu") / name)
        sources |= {f"lib/{name}": library, **efi_guest.shared_libraries(efi_guest.Program(library))}
    contents = {name: (0o755, path.read_bytes()) for name, path in sources.items()} | (more or {})
    folders = {str(parent) for name in contents for parent in Path(name).parents} - {"."}
    return initrd.archive({"init": (0o755, init.encode()), "secret": (0o600, SECRET), **contents,
                           "etc/passwd": (0o644, b"root:x:0:0:root:/:/bin/sh\n")},
                          folders=sorted({*folders, "sbin", "dev", "proc", "sys", "tmp", "etc"}),
                          devices={"dev/console": (0o600, (5, 1))})


class Walk:
    """A folder in which the page's commands are run."""

    def __init__(self, folder, guest_initrd=None):
        self.folder = folder
        self.disks = ""
        self.host, guest = commands()
        assert len(self.host) + len(guest) <= MOST_COMMANDS
        wrappers(folder / "bin")
        (folder / "initrd.img").write_bytes(guest_initrd or sealing_initrd(guest))

    def run(self, program, change=lambda line: line):
        """The one command of the page that begins with this word; its output."""
        line, = [line for line in self.host if line.split()[0] == program]
        line = change(line)
        firmware = qemu.FIRMWARES[secure_boot.FIRMWARE]
        line = line.replace("/usr/share/OVMF", str(firmware.file("OVMF_VARS_4M.fd").parent))
        line = re.sub(r"/boot/vmlinuz\S*", str(kernel_path("6.1-cloud", "vmlinuz")), line)
        line = re.sub(r"/boot/initrd.img\S*", "initrd.img", line)
        environment = {**os.environ, "PATH": f"{self.folder}/bin:{os.environ['PATH']}"}
        with subprocess.Popen(["sh", "-c", f"exec {line}"], cwd=self.folder, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True) as process:
            try:
                said = process.communicate(timeout=TIMEOUT)[0].decode(errors="replace")
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                said = process.communicate()[0].decode(errors="replace")
                raise AssertionError(f"{program} did not end: {said[-3000:]}") from None
        assert process.returncode == 0, said
        return said

    def boot(self):
        """Name to output of each command of the guest."""
        self.run("swtpm")
        text = report.plain(self.run("qemu-system-x86_64", lambda line: line + self.disks))
        found = re.findall(r"^guest: begin (\w+)\n(.*?)\n+guest: end \1$", text, re.M | re.S)
        assert found, text[-3000:]
        assert "lockdown=integrity" in text
        return {name: base64.b64decode(said) for name, said in found}

    def make_machine(self):
        """The page's keys and variables, and a key that signs values of PCR 11."""
        for program in ("openssl", "virt-fw-vars"):
            self.run(program)
        private, public = self.folder / "private.pem", self.folder / "public.pem"
        media.run_tool("openssl", "genrsa", "-out", private, "2048")
        media.run_tool("openssl", "rsa", "-in", private, "-pubout", "-out", public)

    def keep(self, sealed):
        """Puts what the guest has sealed beside the image."""
        (self.folder / CREDENTIALS).mkdir()
        (self.folder / CREDENTIALS / "secret.cred").write_bytes(sealed)

    def make_image(self, signatures=None, cmdline=""):
        """An image with the policy's key, and with signatures: of its own, or those that are given; returns them."""
        def build(more):
            self.run("pvhboot-mkimage", lambda line: line.replace('--cmdline "', f'--cmdline "{cmdline}') + more)
        build(" --pcrpkey public.pem")
        if signatures is None:
            signatures = self.sign(ukis.contents((self.folder / ESP / "BOOTX64.EFI").read_bytes()))
        (self.folder / "sig.json").write_bytes(signatures)
        build(" --pcrpkey public.pem --pcrsig sig.json")
        return signatures

    def sign(self, found):
        program, environment = ukis.measure_tool()
        options = []
        for name in (".linux", ".osrel", ".cmdline", ".initrd", ".uname", ".sbat", ".pcrpkey"):
            if name in found:
                (self.folder / name[1:]).write_bytes(found[name])
                options.append(f"--{name[1:]}={name[1:]}")
        return subprocess.run([program, "sign", "--phase=:", "--bank=sha256", "--private-key=private.pem",
                               "--public-key=public.pem", *options], cwd=self.folder, env=environment,
                              stdout=subprocess.PIPE, check=True).stdout


@pytest.mark.slow
def test_a_sealed_secret_opens_only_for_the_image(boot):
    walk = Walk(boot.folder("walk"))
    for program in ("openssl", "virt-fw-vars", "pvhboot-mkimage"):
        walk.run(program)
    sealed = walk.boot()["sealed"]
    assert len(sealed) > 100
    walk.keep(sealed)
    said = walk.boot()
    assert said["opened"] == SECRET, said["error"]
    walk.run("pvhboot-mkimage", lambda line: line.replace("--cmdline \"", "--cmdline \"panic=9 "))
    said = walk.boot()
    assert said["opened"] == b"" and b"TPM2" in said["error"]


@pytest.mark.slow
def test_a_secret_that_is_sealed_to_a_key_outlives_an_update(boot):
    """It opens for images whose PCR 11 the key has signed, as systemd-measure predicts it for the PVH boot."""
    walk = Walk(boot.folder("walk-signed"), sealing_initrd(commands(SIGNED_SECTION)[1]))
    walk.make_machine()
    old = walk.make_image()
    walk.keep(walk.boot()["sealed"])
    walk.make_image(cmdline="panic=8 ")
    said = walk.boot()
    assert said["opened"] == SECRET, said["error"]
    walk.make_image(old, cmdline="panic=9 ")
    said = walk.boot()
    assert said["opened"] == b"" and said["error"] != b""


@pytest.mark.slow
def test_a_disk_unlocks_for_signed_images(boot):
    """LUKS, with the page's command and line of crypttab: for an updated image, and not with another one's signatures."""
    walk = Walk(boot.folder("walk-luks"), luks_initrd())
    disk = walk.folder / "luks.img"
    with open(disk, "wb") as file:
        file.truncate(24 << 20)
    subprocess.run(["cryptsetup", "luksFormat", "--batch-mode", "--type=luks2", "--pbkdf=pbkdf2", "--pbkdf-force-iterations=1000",
                    disk], input=LUKS_PASSPHRASE.encode(), check=True, env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"})
    walk.disks = f" -drive if=virtio,format=raw,file={disk}"
    walk.make_machine()
    old = walk.make_image(cmdline="enroll=yes ")
    said = walk.boot()
    assert b"New TPM2 token enrolled" in said["enrolled"], said
    walk.make_image(cmdline="panic=8 ")
    said = walk.boot()
    assert said["opened"] == SECRET, said["attached"]
    walk.make_image(old, cmdline="panic=9 ")
    said = walk.boot()
    assert said["opened"] == b"" and said["attached"] != b""
