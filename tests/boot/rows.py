# SPDX-License-Identifier: BSD-2-Clause
"""The boots, one row each; data only.

A row says on which hardware which kernel is started, how, and with what. What
has to come of it follows from the row: tests compare what the kernel printed
with what the row gave it.

Ways to start, and where the loader's orders are then:
  entry         \\EFI\\BOOT\\BOOTX64.EFI, found by the firmware; an entry file
  boot-option   a Boot#### variable, as efibootmgr writes it; LoadOptions
  entry-id      a Boot#### variable that names an entry, not the newest
  shell         a script of the UEFI shell; the command's arguments
  startup       the same in startup.nsh, with the firmware's own variables
  systemd-boot  an entry with `efi` and `options`
  grub          GRUB's chainloader with arguments
  iso           pvhboot-mkimage's image; its entry file
Those of CALLERS are in callers.py.
"""

from dataclasses import dataclass

from qemu import Machine

KIB = 1 << 10
MIB = 1 << 20


@dataclass(frozen=True)
class Row:
    """One boot that has to succeed."""

    name: str
    kernel: str
    start: str = "entry"
    machine: Machine = Machine()
    cmdline: str = ""
    payloads: tuple = ()    # sizes; each is an --initrd of its own
    modules: tuple = ()     # (size, arguments)
    options: tuple = ()     # the loader's own, before the kernel
    load_options: str = "plain"    # the shape of a boot option's data
    entry_lines: str = ""   # further lines of the entry file
    memory_map: bool = False    # compare with what the shell's memmap says
    form: str = "vmlinux"   # or "vmlinuz", as Debian ships it
    packers: tuple = ()     # of packing.py, the outermost last
    slow: bool = False


def row(name, kernel, start, board, memory, cpus, cpu, medium, **fields):
    """A row with the hardware spelt out, as the tables below have it."""
    firmware = fields.pop("firmware", "plain")
    vga = fields.pop("vga", "none")
    machine = Machine(firmware, board, memory, cpus, cpu, medium, vga)
    return Row(name, kernel, start, machine, **fields)


def pair(kernel, start, board, memory, cpus, cpu, medium, **fields):
    """A row of a table that pairs things up; it is named after them."""
    name = f"{kernel}-{start}-{board}-{memory}M-{cpus}x{cpu}-{medium}"
    return row(name, kernel, start, board, memory, cpus, cpu, medium, **fields)


def start(name, way, **fields):
    """A row about the way of starting; the hardware does not matter."""
    return row(f"start-{name}", "tk64n8", way, "q35", 256, 1, "qemu64", "virtio", **fields)


TWO_FILES = {"payloads": (4097,), "modules": ((70001, "two words"),)}

# Every test kernel, every board, size of memory, number of CPUs, CPU, medium and start;
# test_rows.py holds this table to covering the pairs.
TEST_KERNEL = (
    pair("tk32n4", "entry", "q35", 128, 1, "qemu64", "virtio"),
    pair("tk32n8", "boot-option", "q35", 256, 2, "max", "ahci"),
    pair("tk64n4", "shell", "q35", 1024, 4, "qemu64", "nvme"),
    pair("tk64n8", "systemd-boot", "q35", 3072, 1, "max", "usb"),
    pair("tkreloc", "grub", "q35", 5120, 2, "qemu64", "virtio"),
    pair("tkx32", "entry", "pc", 256, 4, "max", "ide"),
    pair("tksmall", "boot-option", "pc", 128, 1, "max", "nvme"),
    pair("tk64n8", "shell", "pc", 512, 2, "qemu64", "virtio", slow=True),
    pair("tk32n4", "systemd-boot", "pc", 1024, 1, "max", "ide", slow=True),
    pair("tk64n4", "grub", "pc", 3072, 4, "qemu64", "usb", slow=True),
    pair("tkreloc", "entry", "pc", 5120, 1, "max", "nvme", slow=True),
    pair("tk32n8", "shell", "pc", 3072, 2, "max", "ide", slow=True),
    pair("tkdyn", "grub", "q35", 1024, 1, "max", "ahci"),
    pair("tkbig", "boot-option", "pc", 256, 4, "qemu64", "usb"),
    pair("tk64n4", "entry", "q35", 128, 2, "max", "usb", slow=True),
    pair("tk64n8", "boot-option", "q35", 5120, 4, "max", "ahci", slow=True),
    pair("tkx32", "shell", "q35", 5120, 1, "qemu64", "usb", slow=True),
    pair("tk32n8", "entry", "q35", 1024, 2, "qemu64", "virtio", vga="std", slow=True),
    pair("tkbig", "shell", "q35", 3072, 4, "max", "virtio", slow=True),
    pair("tksections", "systemd-boot", "q35", 5120, 2, "qemu64", "nvme"),
    pair("tk32n4", "systemd-boot", "q35", 256, 1, "qemu64", "ahci", slow=True),
    pair("tkreloc", "boot-option", "q35", 128, 4, "max", "virtio", slow=True),
    pair("tk64n4", "grub", "q35", 256, 2, "max", "nvme", slow=True),
    pair("tk64n8", "entry", "q35", 3072, 1, "qemu64", "ahci", slow=True),
)

CONSOLE = "console=ttyS0 no_timer_check"

LINUX = (
    pair("6.1-cloud", "entry", "q35", 128, 1, "qemu64", "virtio",
         cmdline=CONSOLE, payloads=(100 * KIB + 1,)),
    pair("6.1-amd64", "shell", "q35", 256, 2, "max", "ahci",
         cmdline=CONSOLE, payloads=(3,), memory_map=True),
    pair("6.1-cloud", "boot-option", "pc", 256, 4, "qemu64", "virtio",
         cmdline=CONSOLE, payloads=(MIB,)),
    pair("6.1-amd64", "systemd-boot", "pc", 1024, 1, "qemu64", "ide",
         cmdline=CONSOLE, payloads=(MIB, 5)),
    pair("6.1-cloud", "grub", "q35", 1024, 4, "max", "nvme",
         cmdline=CONSOLE, payloads=(MIB,)),
    pair("6.1-cloud", "shell", "q35", 3072, 2, "qemu64", "usb",
         cmdline=CONSOLE, payloads=(MIB,), memory_map=True),
    pair("6.1-amd64", "entry", "q35", 5120, 4, "qemu64", "nvme",
         cmdline=CONSOLE, payloads=(MIB,), vga="std"),
    pair("6.1-amd64", "entry", "q35", 128, 1, "max", "usb",
         cmdline=CONSOLE, payloads=(KIB,), slow=True),
    pair("6.1-cloud", "boot-option", "pc", 5120, 2, "max", "ide",
         cmdline=CONSOLE, payloads=(MIB,), slow=True),
    pair("6.12-cloud", "entry", "q35", 512, 2, "qemu64", "virtio",
         cmdline=CONSOLE, payloads=(MIB,)),
    pair("6.12-cloud", "shell", "pc", 3072, 1, "max", "virtio",
         cmdline=CONSOLE, payloads=(MIB,), memory_map=True, slow=True),
    pair("6.1-amd64", "boot-option", "pc", 3072, 4, "max", "usb",
         cmdline=CONSOLE, payloads=(MIB,), slow=True),
    pair("6.1-cloud", "entry", "q35", 512, 1, "Icelake-Server", "ahci",
         cmdline=CONSOLE, payloads=(MIB,), slow=True),
)

# A command line that a careless parser would change.
AWKWARD = ('a="b c" d=\'e  f\'  two  spaces -- --initrd x \\n %20 100% $HOME ^ ~ ; & | < > # {} [] '
           "= end")
LONG = "console=ttyS0 " + " ".join(f"word{number}=value{number}" for number in range(110))

STARTS = (
    start("awkward-entry", "entry", cmdline=AWKWARD),
    start("awkward-boot-option", "boot-option", cmdline=AWKWARD),
    start("awkward-systemd-boot", "systemd-boot", cmdline=AWKWARD, slow=True),
    # The shell itself expands %, ^ and redirections, and removes what follows #.
    start("quotes-shell", "shell", cmdline='a="b c"  two  spaces -- --initrd x \\n = end'),
    start("quotes-grub", "grub", cmdline='a="b c"  two  spaces -- --initrd x = end', slow=True),
    start("startup-nsh", "startup", cmdline='a="b c" end', payloads=(4097,)),
    start("utf8-entry", "entry", cmdline="name=Gr\u00fc\u00dfe price=5\u20ac", slow=True),
    start("utf8-boot-option", "boot-option",
          cmdline="name=Gr\u00fc\u00dfe price=5\u20ac face=\U0001f600"),
    start("long-entry", "entry", cmdline=LONG, slow=True),
    start("long-boot-option", "boot-option", cmdline=LONG),
    start("unterminated", "boot-option", cmdline="last=word", load_options="unterminated"),
    start("odd", "boot-option", cmdline="last=word", load_options="odd", slow=True),
    start("named", "boot-option", cmdline="last=word", load_options="named", slow=True),
    start("junk", "boot-option", cmdline="from=entry", load_options="junk"),
    start("entry-id", "entry-id", cmdline="older=yes", payloads=(1,)),
    start("verbose", "boot-option", cmdline="last=word", options=("--verbose",)),
    start("entry-with-more-lines", "entry", cmdline="newest=yes",
          entry_lines="architecture x64\n# a comment\nunknown-key words\n\n"),
)

MODULES = (
    row("modules-three-entry", "tk32n4", "entry", "q35", 512, 1, "qemu64", "virtio",
        modules=((1, ""), (4096, 'name=two "quoted text"'), (4097, "three"))),
    row("modules-three-options", "tk64n8", "boot-option", "q35", 512, 2, "max", "nvme",
        modules=((70000, "one"), (5, ""), (3 * MIB + 1, "three words here"))),
    row("modules-initrd-and-two", "tk64n4", "shell", "pc", 512, 1, "qemu64", "virtio",
        payloads=(1001, 2003), modules=((10, "first"), (20, "")), memory_map=True),
    row("modules-above-64-mib", "tk64n8", "entry", "q35", 512, 1, "qemu64", "virtio",
        modules=((65 * MIB + 3, "large"), (100, "small"))),
    # Some 145 MiB are free, 102 of them in one piece; the kernel is unpacked with 64 of these.
    row("modules-where-it-was-unpacked", "tk64n8", "entry", "q35", 192, 1, "qemu64", "virtio",
        modules=((3 * MIB, "small"), (90 * MIB + 1, "large")), packers=("xz-64MiB",)),
    row("modules-none-big-kernel", "tkbig", "shell", "pc", 128, 1, "qemu64", "virtio",
        memory_map=True),
    row("initrd-512-linux", "6.1-cloud", "entry", "q35", 3072, 1, "qemu64", "virtio",
        cmdline=CONSOLE, payloads=(512 * MIB,), slow=True),
    row("initrd-512-test-kernel", "tk64n8", "shell", "q35", 3072, 1, "max", "ahci",
        payloads=(512 * MIB,), slow=True),
)

# Firmware that has ACPI NVS where kernels are linked to: all of it with SMM, some without.
NVS = (
    row("smm-6.12-moves", "6.12-cloud", "entry", "q35", 1024, 2, "qemu64", "virtio",
        firmware="smm", cmdline=CONSOLE, payloads=(MIB,)),
    row("smm-6.1-overwrites", "6.1-cloud", "boot-option", "q35", 1024, 1, "qemu64", "virtio",
        firmware="smm", cmdline=CONSOLE, payloads=(MIB,), options=("--overwrite-acpi-nvs",), slow=True),
    row("nvs-test-kernel-overwrites", "tkfixed", "boot-option", "q35", 512, 1, "qemu64", "virtio",
        options=("--overwrite-acpi-nvs",)),
    row("nvs-in-a-far-gap", "tkfar", "entry", "q35", 256, 1, "qemu64", "virtio"),
    row("smm-test-kernel-overwrites", "tk64n8", "shell", "q35", 512, 2, "max", "virtio",
        firmware="smm", options=("--overwrite-acpi-nvs",)),
    row("smm-test-kernel-moves", "tkreloc", "shell", "q35", 512, 1, "qemu64", "ahci",
        firmware="smm", memory_map=True),
)

# 32-bit firmware: kernels of both widths, and memory that it cannot reach itself.
IA32 = (
    row("ia32-64-bit-kernel", "tk64n8", "entry", "q35", 5120, 2, "qemu64", "virtio", firmware="ia32-s3-off",
        cmdline=AWKWARD, payloads=(4097,), modules=((70001, "two words"),), entry_lines="architecture x64\n"),
    row("ia32-32-bit-kernel", "tk32n4", "entry", "q35", 5120, 1, "max", "ahci", firmware="ia32-s3-off",
        entry_lines="architecture ia32\n", slow=True),
    # A processor that has no 64-bit mode, and one that has no EFER either.
    row("ia32-32-bit-processor", "tk32n8", "entry", "q35", 256, 1, "qemu32", "virtio", firmware="ia32-s3-off", slow=True),
    row("ia32-old-processor", "tk32n8", "entry", "q35", 256, 1, "pentium3", "virtio", firmware="ia32-s3-off", slow=True),
    row("ia32-moves", "tkreloc", "entry", "q35", 512, 1, "qemu64", "virtio", firmware="ia32", slow=True),
    row("ia32-linux", "6.12-cloud", "entry", "q35", 1024, 2, "qemu64", "virtio", firmware="ia32", form="vmlinuz",
        cmdline=CONSOLE, payloads=(MIB,), slow=True),
    row("ia32-linux-5-gib", "6.1-amd64", "entry", "q35", 5120, 2, "max", "nvme", firmware="ia32-s3-off", form="vmlinuz",
        cmdline=CONSOLE, payloads=(MIB,), slow=True),
)


def u_boot(name, kernel, memory, cpus, firmware, **fields):
    """A row with U-Boot, whose LoadOptions are not meant for us; it finds a loader on AHCI only."""
    return row(f"{firmware}-{name}", kernel, "entry", "q35", memory, cpus, "qemu64", "ahci", firmware=firmware, **fields)


# Linux takes the RAM from itself that U-Boot's MTRRs do not make write-back.
U_BOOT_CONSOLE = f"{CONSOLE} disable_mtrr_trim"

# UEFI by other authors than EDK2's.
U_BOOT = (
    u_boot("64-bit-kernel", "tk64n8", 1024, 2, "u-boot", cmdline=AWKWARD, **TWO_FILES),
    u_boot("64-bit-kernel", "tk64n8", 1024, 2, "u-boot-ia32", cmdline=AWKWARD, **TWO_FILES),
    u_boot("32-bit-kernel", "tk32n4", 128, 1, "u-boot", slow=True),
    u_boot("32-bit-kernel", "tk32n4", 128, 1, "u-boot-ia32", slow=True),
    # Over the stack that the 64-bit one runs on, which it calls free.
    u_boot("low-kernel", "tkreloc", 512, 1, "u-boot", slow=True),
    u_boot("low-kernel", "tkreloc", 512, 1, "u-boot-ia32", slow=True),
    u_boot("above-4-gib", "tk64n4", 5120, 2, "u-boot", slow=True),
    u_boot("above-4-gib", "tk64n4", 5120, 2, "u-boot-ia32", slow=True),
)

# U-Boot's FADT is such that Linux does without ACPI; test_uboot.py boots these.
U_BOOT_LINUX = (
    u_boot("linux", "6.1-amd64", 512, 2, "u-boot", cmdline=U_BOOT_CONSOLE, form="vmlinuz", payloads=(MIB,), slow=True),
    u_boot("linux", "6.1-amd64", 512, 2, "u-boot-ia32", cmdline=U_BOOT_CONSOLE, form="vmlinuz", payloads=(MIB,), slow=True),
    u_boot("linux-6.12", "6.12-cloud", 1024, 1, "u-boot", cmdline=U_BOOT_CONSOLE, form="vmlinuz", payloads=(MIB,), slow=True),
)

ISO = (
    row("iso-cd-test-kernel", "tk32n4", "iso", "q35", 256, 1, "qemu64", "cd", cmdline=AWKWARD),
    row("iso-cd-linux", "6.1-cloud", "iso", "pc", 512, 2, "qemu64", "cd",
        cmdline=CONSOLE, payloads=(MIB,)),
    row("iso-usb-test-kernel", "tk64n8", "iso", "q35", 512, 2, "max", "usb", cmdline="from=usb"),
    row("iso-usb-ia32", "tk64n8", "iso", "q35", 512, 2, "qemu64", "usb", firmware="ia32-s3-off", cmdline="from=usb"),
    row("iso-cd-ia32-linux", "6.12-cloud", "iso", "q35", 1024, 1, "qemu64", "cd", firmware="ia32",
        cmdline=CONSOLE, payloads=(MIB,), slow=True),
    # El Torito has 16 bits for the sectors of an image, 32 MiB; more is "to the end of the CD" (UEFI 2.10, 13.3.2.1).
    row("iso-cd-large", "6.12-cloud", "iso", "q35", 512, 1, "qemu64", "cd", cmdline=CONSOLE, payloads=(40 * MIB,), slow=True),
    row("iso-usb-linux", "6.1-amd64", "iso", "q35", 512, 1, "qemu64", "usb",
        cmdline=CONSOLE, payloads=(MIB,), slow=True),
    row("iso-virtio-linux", "6.12-cloud", "iso", "q35", 512, 1, "max", "virtio",
        cmdline=CONSOLE, payloads=(MIB,), slow=True),
)



def vmlinuz(name, kernel, memory, **fields):
    """A row with Debian's kernel as it is."""
    return row(f"vmlinuz-{name}", kernel, "entry", "q35", memory, 1, "qemu64", "virtio",
               form="vmlinuz", cmdline=CONSOLE, **fields)


def packed(*packers, **fields):
    """A row with a kernel's ELF file, packed."""
    return row(f"packed-{'-'.join(packers)}", "6.1-cloud", "entry", "q35", 192, 1, "qemu64",
               "virtio", packers=packers, cmdline=CONSOLE, payloads=(MIB,), **fields)


# Each boots as its kernel's ELF file does on the same machine; test_packed.py compares them.
PACKED = (
    vmlinuz("xz", "6.1-amd64", 256, payloads=(30 * MIB,)),
    vmlinuz("xz-short-of-memory", "6.1-amd64", 160, payloads=(30 * MIB,), slow=True),
    vmlinuz("lz4", "6.1-cloud", 192, payloads=(MIB,)),
    vmlinuz("zstd", "6.12-cloud", 256, payloads=(MIB,)),
    vmlinuz("in-gzip", "6.1-cloud", 192, payloads=(MIB,), packers=("gz",), slow=True),
    packed("gz"),
    packed("xz", slow=True),
    packed("zst"),
    packed("zst-stream", slow=True),
    packed("lz4"),
    packed("lz4-legacy", slow=True),
)

# Unpacked, then moved: the span that the kernel is linked to is not to be had.
PACKED_NVS = (
    vmlinuz("smm-moves", "6.12-cloud", 1024, payloads=(MIB,), firmware="smm", slow=True),
)

# Says on the debug port that it is no guest of Xen, and halts.
GRUB_FOR_XEN = row("grub-for-xen", "grub-xen-pvh", "entry", "q35", 256, 1, "qemu64", "virtio")



def caller(way, name="", **fields):
    """A row about another loader or tool that starts pvhboot; see callers.py."""
    return row(f"caller-{way}{name}", "tk64n8", way, "q35", 512, 1, "qemu64", "virtio", **fields)

CALLERS = (
    caller("refind", cmdline=AWKWARD, **TWO_FILES),
    caller("systemd-boot-linux", cmdline='a="b c" initrd=x  end', payloads=(4097, 3, 70001)),
    # iPXE itself takes what is behind ";", "&&", "||" or "#", "${}", and one of two spaces.
    caller("ipxe", **TWO_FILES,
           cmdline='a="b c" d=\'e f\' -- --initrd x \\n %20 100% $HOME ^ ~ & | < > {} [] = end'),
    caller("grub-elsewhere", cmdline='a="b c" end', **TWO_FILES),
    caller("shell-initrd", cmdline="first=offered", slow=True, **TWO_FILES),
    caller("shell-initrd-named", cmdline="first=named", **TWO_FILES),
    caller("efibootmgr-unicode", cmdline='a="b c"  two  spaces', **TWO_FILES),
    caller("efibootmgr-ascii", cmdline='a="b c"  two  spaces', slow=True, **TWO_FILES),
    caller("efibootmgr-file", cmdline='a="b c"  two  spaces', slow=True, **TWO_FILES),
)

# What Debian's kernel-install leaves behind.
KERNEL_INSTALL = row("caller-kernel-install", "6.1-cloud", "kernel-install", "q35", 512, 1,
                     "qemu64", "virtio", cmdline=CONSOLE, payloads=(MIB, 5))

ALL = TEST_KERNEL + LINUX + STARTS + MODULES + NVS + IA32 + U_BOOT + ISO + PACKED_NVS
