# SPDX-License-Identifier: BSD-2-Clause
"""An initrd whose /init prints what Linux was given, and powers off.

The archive is written here, in cpio's "newc" format, so that it is the same on
every host.
"""

from pathlib import Path

BUSYBOX = Path("/bin/busybox")

REGULAR = 0o100000
FOLDER = 0o040000
CHARACTER_DEVICE = 0o020000

# Each line starts with "guest:", to distinguish it from the kernel's output.
# /payload contains a row's files; each is reported with its checksum.
INIT = b"""#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
exec >/dev/console 2>&1
/bin/busybox dmesg -n 1
say() { /bin/busybox echo "guest: $*"; }
say "cmdline=$(/bin/busybox cat /proc/cmdline)"
say "release=$(/bin/busybox uname -r)"
say "loader=$(/bin/busybox cat /proc/sys/kernel/bootloader_type)"
say "cpus=$(/bin/busybox grep -c ^processor /proc/cpuinfo)"
say "memory=$(/bin/busybox awk '/^MemTotal:/ {print $2}' /proc/meminfo)"
[ -e /sys/firmware/acpi/tables/APIC ] && say "acpi=yes"
[ -e /sys/firmware/efi ] && say "efi=yes"
for file in /payload/*; do
    say "md5 $(/bin/busybox basename "$file") $(/bin/busybox md5sum <"$file")"
done
say "done"
/bin/busybox poweroff -f
"""


def _entry(name, mode, data, inode, device=(0, 0)):
    raw_name = name.encode() + b"\0"
    fields = (inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(raw_name), 0)
    header = b"070701" + b"".join(b"%08X" % field for field in fields) + raw_name
    return header + bytes(-len(header) % 4) + data + bytes(-len(data) % 4)


def archive(files, folders=(), devices=()):
    """A cpio archive: `files` maps a name to (mode, bytes), `devices` to (mode, (major, minor))."""
    entries = [(name, FOLDER | 0o755, b"", (0, 0)) for name in folders]
    entries += [(name, CHARACTER_DEVICE | mode, b"", device)
                for name, (mode, device) in dict(devices).items()]
    entries += [(name, REGULAR | mode, data, (0, 0)) for name, (mode, data) in files.items()]
    parts = [_entry(name, mode, data, inode, device)
             for inode, (name, mode, data, device) in enumerate(entries, 1)]
    parts.append(_entry("TRAILER!!!", 0, b"", 0))
    return b"".join(parts)


def report_initrd():
    """The initrd with /init; payload comes in a second one, or several."""
    return archive({"init": (0o755, INIT), "bin/busybox": (0o755, BUSYBOX.read_bytes())},
                   folders=("bin", "dev", "proc", "sys", "payload"),
                   devices={"dev/console": (0o600, (5, 1))})


def payload_initrd(name, data):
    """An initrd with one file for /init to report on."""
    return archive({f"payload/{name}": (0o644, data)}, folders=("payload",))
