# SPDX-License-Identifier: BSD-2-Clause
"""Entries of the Boot Loader Specification (type #1), as pvhboot-entries(5) describes them, and files of their volume."""

import dataclasses
import pathlib
import re

from .boot_files import read_value
from .program import Failure, readable_file

KERNEL_KEYS = ("pvh", "linux")  # the loader prefers the first


@dataclasses.dataclass
class Entry:
    """What an entry boots, with paths on the host."""

    kernel: pathlib.Path
    initrds: list = dataclasses.field(default_factory=list)
    modules: list = dataclasses.field(default_factory=list)
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
        if any(" " in module for module in modules):
            raise Failure(f"{path}: has a module with a command line, which no signed image can vouch for")
        names = {key: values.get(key, [""])[-1] for key in ("title", "version", "sort-key")}
        return cls(find_on_esp(kernel, esp, path), [file for initrd in values.get("initrd", []) for file in find_initrds(initrd, esp, path)],
                   [find_on_esp(module, esp, path) for module in modules],
                   " ".join(values.get("options", [])).encode(errors="surrogateescape"),
                   names["title"], names["version"], names["sort-key"])

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
    for line in path.read_text(errors="surrogateescape").splitlines():
        key, _, value = line.strip().partition(" ") if "\t" not in line else line.strip().replace("\t", " ").partition(" ")
        if key and not key.startswith("#") and read_value(value):
            values.setdefault(key, []).append(read_value(value))
    return values


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
