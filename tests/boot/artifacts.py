# SPDX-License-Identifier: BSD-2-Clause
"""The files that the boots need from the build and from the host."""

from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BUILD = TOP / "build"
LOADER = BUILD / "x64" / "pvhboot.efi"
LOADER_IA32 = BUILD / "ia32" / "pvhboot.efi"
LOADER_WITHOUT_DECODERS = BUILD / "x64-none" / "pvhboot.efi"
PACKAGES = BUILD / "deps" / "packages"
MKIMAGE = TOP / "tools" / "pvhboot-mkimage"
OUTPUT = BUILD / "boot"

SYSTEMD_BOOT = Path("/usr/lib/systemd/boot/efi/systemd-bootx64.efi")

LINUX_KERNELS = ("6.1-cloud", "6.1-amd64", "6.12-cloud")
SLOW_LINUX_KERNELS = ("6.12-amd64",)    # of check-boot-full only

# As Debian ships them: one with an entry note, and one without.
XEN_FILES = {"grub-xen-pvh": "grub-i386-xen_pvh.bin", "xen": "xen-4.17-amd64.gz"}


def is_linux(kernel):
    """Whether a row's kernel is Debian's, not a test kernel."""
    return kernel in (*LINUX_KERNELS, *SLOW_LINUX_KERNELS)


def kernel_path(name, form="vmlinux"):
    """The ELF file of a kernel that a row names, or the `form` of it that Debian ships."""
    if is_linux(name):
        return required(BUILD / "deps" / "kernels" / name / form)
    if name in XEN_FILES:
        return required(BUILD / "deps" / XEN_FILES[name])
    return required(BUILD / "kernel" / f"{name}.elf")


def package(name):
    """The tree of a Debian package that tools/fetch-packages has unpacked."""
    return required(PACKAGES / name)


def required(path):
    """Checks that the path exists; fails with a hint otherwise, so that no boot is skipped."""
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: run `make check-boot`, which builds it")
    return path
