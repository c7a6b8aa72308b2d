# SPDX-License-Identifier: BSD-2-Clause
"""What the boots need from the build and from the host, and where it is."""

from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BUILD = TOP / "build"
LOADER = BUILD / "x64" / "pvhboot.efi"
MKISO = TOP / "tools" / "mkiso"
OUTPUT = BUILD / "boot"

SYSTEMD_BOOT = Path("/usr/lib/systemd/boot/efi/systemd-bootx64.efi")
SNAKEOIL_KEY = Path("/usr/share/ovmf/PkKek-1-snakeoil.key")
SNAKEOIL_CERTIFICATE = Path("/usr/share/ovmf/PkKek-1-snakeoil.pem")

LINUX_KERNELS = ("6.1-cloud", "6.1-amd64", "6.12-cloud")


def is_linux(kernel):
    """Whether a row's kernel is one of Debian's, and not a test kernel."""
    return kernel in LINUX_KERNELS


def kernel_path(name):
    """The uncompressed ELF file of a kernel that a row names."""
    if is_linux(name):
        return required(BUILD / "deps" / "kernels" / name / "vmlinux")
    return required(BUILD / "kernel" / f"{name}.elf")


def required(path):
    """The path, or a failure that says what to do: a boot is never skipped."""
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: run `make check-boot`, which builds it")
    return path
