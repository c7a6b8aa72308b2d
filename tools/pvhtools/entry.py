# SPDX-License-Identifier: BSD-2-Clause
"""Entries of the Boot Loader Specification (type #1), as pvhboot-entries(5) describes them, and files of their volume."""

import dataclasses
import pathlib
import re

from .boot_files import BLANKS, read_value
from .program import Failure, readable_file

KERNEL_KEYS = ("pvh", "linux")  # the loader prefers the first

# The files of `extra` that the loader takes: common/uki/companion.c.
EXTRA = re.compile(r"[ -\-0-\[\]-~][ -.0-\[\]-~]*\.(cred|raw)", re.IGNORECASE)

# What no line of pins can have in a path: it would end the line, or be another path to the loader.
NOT_IN_PINS = re.compile(r"[\0-\x1f\x7f\\\ud800-\udfff]| $")


@dataclasses.dataclass
class Entry:
    """What an entry boots, with paths on the host."""

    kernel: pathlib.Path
    initrds: list = dataclasses.field(default_factory=list)
    modules: list = dataclasses.field(default_factory=list)
    extras: list = dataclasses.field(default_factory=list)
    command_line: bytes = b""
    title: str = ""
    version: str = ""
    sort_key: str = ""

    @classmethod
    def read(cls, path, esp):
        values = read_values(readable_file(path, "entry"))
        kernel = next((values[key][-1] for key in KERNEL_KEYS if key in values), None)
        if not kernel:
            raise Failure(f"{path}: names no kernel (linux or pvh)")
        modules = values.get("module", [])
        if any(re.search("[ \t]", module) for module in modules):
            raise Failure(f"{path}: has a module with a command line, which no signed image can vouch for")
        extras = [extra for extra in values.get("extra", []) if EXTRA.fullmatch(re.split(r"[/\\]", extra)[-1])]
        names = {key: values.get(key, [""])[-1] for key in ("title", "version", "sort-key")}
        return cls(find_on_esp(kernel, esp, path), [file for initrd in values.get("initrd", []) for file in find_initrds(initrd, esp, path)],
                   [find_on_esp(module, esp, path) for module in modules], [find_on_esp(extra, esp, path) for extra in extras],
                   " ".join(values.get("options", [])).encode(errors="surrogateescape"),
                   names["title"], names["version"], names["sort-key"])

    def files(self):
        return [self.kernel, *self.initrds, *self.modules, *self.extras]

    def os_release(self):
        """What the boot menu shows of an image: os-release(5)."""
        identity = re.sub(r"[^a-z0-9._-]", "-", self.sort_key.lower()) or "linux"
        rows = [("ID", identity), ("PRETTY_NAME", self.title), ("VERSION_ID", self.version)]
        return "".join(f"{key}={quoted(value)}\n" for key, value in rows if value).encode(errors="surrogateescape")


def quoted(value):
    return '"' + re.sub(r'(["\\$`])', r"\\\1", value) + '"'


def read_values(path):
    """Key -> all its values, in the order of their lines."""
    values = {}
    for line in re.split(r"[\r\n]+", decoded(path.read_bytes())):
        key, value, *_ = *re.split(f"[{BLANKS}]+", line.strip(BLANKS), maxsplit=1), ""
        value = read_value(value.partition("\0")[0])
        if key and not key.startswith("#") and value:
            values.setdefault(key, []).append(value)
    return values


def decoded(data):
    """Text as the loader reads it, with a byte order mark or without: common/bls/config_encoding.c."""
    big = data.startswith((b"\0", b"\xfe\xff"))
    ascii_units = len(data) >= 4 and all(data[at + big] and not data[at + (not big)] for at in (0, 2))
    if ascii_units or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data[:len(data) // 2 * 2].decode("utf-16-be" if big else "utf-16-le", errors="replace")
        return re.sub("[\0\ufeff]", "", text)
    return data.removeprefix(b"\xef\xbb\xbf").decode(errors="surrogateescape")


def find_on_esp(path, esp, entry):
    """The file on the host that an entry names; case is ignored, as on FAT."""
    place = pathlib.Path(esp)
    for name in (name for name in re.split(r"[/\\]+", path) if name not in ("", ".")):
        if name == "..":
            raise Failure(f"{entry}: {path}: write the path without ..")
        found = place / name
        if not found.exists() and place.is_dir():
            found = next((other for other in place.iterdir() if other.name.lower() == name.lower()), found)
        place = found
    if not place.is_file():
        raise Failure(f"{entry}: {path}: no such file in {esp}; paths start at its root")
    return place


def find_initrds(value, esp, entry):
    """An initrd's value is one path, or where that is no file, a list as GRUB takes it, whose $variables are left out."""
    try:
        return [find_on_esp(value, esp, entry)]
    except Failure:
        words = [word for word in value.split() if not re.fullmatch(r"\$(\w+|\{\w+\})", word)]
        if len(words) == len(value.split()) < 2:
            raise
    return [find_on_esp(word, esp, entry) for word in words]


def path_on_esp(path, esp):
    """The path from the volume's root of a file on the host."""
    try:
        return f"/{path.resolve().relative_to(pathlib.Path(esp).resolve())}"
    except ValueError:
        raise Failure(f"{path}: is not below {esp}, and only files there can be pinned; copy it there") from None


def pins_of(files, esp):
    """Path from the volume's root -> file. As on FAT, case does not tell files apart."""
    pins, spelt = {}, {}
    for file in files:
        path = path_on_esp(file, esp)
        unfit = NOT_IN_PINS.search(path)
        if unfit:
            raise Failure(f"{str(file)!r}: cannot be pinned with {unfit[0]!r} in its name; rename it")
        if spelt.setdefault(path.lower(), path) != path:
            raise Failure(f"{file}: only case tells its name from that of {spelt[path.lower()]}; rename one")
        pins[path] = file
    return pins
