# SPDX-License-Identifier: BSD-2-Clause
"""What a medium boots: the entries that are named on the command line, and what pvhinfo says of all."""

import json
import pathlib
import re
import subprocess
import sys

from .boot_files import ENTRIES, PVHINFO, Boot, Refused, Volume, look_at, one_line
from .entry import read_values
from .program import Failure, readable_file, run, temporary_folder

CONFIG = "loader/loader.conf"
TIMEOUT = 5

# As the loader reads it: common/bls/loader_config.c.
TIMEOUT_WORDS = ("menu-force", "menu-hidden", "menu-disabled")
LONGEST_TIMEOUT = (1 << 32) - 3
TIMEOUT_FOREVER = (1 << 32) - 1

# The keys of --entry; those of LINES are lines of the entry file. What follows options= is the command line, commas and all.
LINES = ("sort-key", "pass-framebuffer", "overwrite-acpi-nvs")
KEYS = ("title", "version", "linux", "uki", "initrd", "module", *LINES, "options")
NEXT_KEY = re.compile(rf",(?=(?:{'|'.join(KEYS)})=)")
OPTIONS = re.compile(r"(?:^|,)options=")

# The keys whose paths a server takes to the letter.
PATHS = ("linux", "pvh", "initrd", "module", "extra")


def parse_entry(text):
    """A Boot of 'title=...,linux=FILE,initrd=FILE,options=...'."""
    head, *options = OPTIONS.split(text, maxsplit=1)
    boot = Boot(command_line="".join(options))
    for part in NEXT_KEY.split(head) if head else []:
        key, equals, value = part.partition("=")
        if not equals or key not in KEYS:
            raise Failure(f"--entry {text}: {key} is not known; the keys are {', '.join(KEYS)}, each with = behind it")
        if not value:
            raise Failure(f"--entry {text}: {key}= needs a value")
        set_value(boot, key, one_line(value, f"--entry: {key}="))
    if bool(boot.kernel) == bool(boot.uki):
        raise Failure(f"--entry {text}: name what to boot, by linux=FILE or by uki=FILE")
    if boot.uki and (boot.initrds or boot.modules):
        raise Failure(f"--entry {text}: the image that uki= names has its own initrd and no modules")
    return boot


def set_value(boot, key, value):
    if key in ("linux", "uki"):
        setattr(boot, "kernel" if key == "linux" else key, pathlib.Path(value))
    elif key == "initrd":
        boot.initrds.append(pathlib.Path(value))
    elif key == "module":
        boot.modules.append(value)
    elif key in LINES:
        boot.settings.append(f"{key} {value}")
    else:
        setattr(boot, key, value)


def add_entries(contents, boots, decoders, force):
    """Adds the entries of BOOTS with their files; in the menu they come first, and in this order."""
    volume = Volume(contents.files)
    for number, boot in enumerate(boots, 1):
        if len(boots) > 1 and not any(line.startswith("sort-key ") for line in boot.settings):
            boot.settings.insert(0, f"sort-key {number:03}")
        volume.add_entry(boot, look(boot, decoders, force))


def look(boot, decoders, force):
    if boot.uki:
        readable_file(boot.uki, "image")
        return {"system": None}
    try:
        return look_at(boot, decoders)
    except Refused as refused:
        if not force:
            raise
        warn(str(refused))
        return {"system": None}


def is_timeout(text):
    """As common/bls/loader_config.c takes it: the largest number stands for menu-force."""
    return text in TIMEOUT_WORDS or bool(re.fullmatch("[0-9]{1,10}", text)) and \
        (int(text) <= LONGEST_TIMEOUT or int(text) == TIMEOUT_FOREVER)


def add_config(contents, timeout):
    """A menu that is shown, where there is something to choose."""
    found = contents.find(CONFIG)
    if found and timeout is not None:
        raise Failure(f"{found}: is there already; write the timeout into it")
    if not found and (timeout is not None or len(entry_files(contents)) > 1):
        contents.add(CONFIG, f"timeout {TIMEOUT if timeout is None else timeout}\n".encode())


def entry_files(contents):
    return [path for path in contents.files if re.fullmatch(rf"{ENTRIES}/.*\.conf|efi/linux/.*\.efi", path.lower())]


def check_entries(contents, force, secure_boot, served):
    """Asks pvhinfo about the whole medium, and returns its entries in menu order. One that cannot boot is a failure."""
    with temporary_folder() as stage:
        lay_out(contents, stage)
        done = run([PVHINFO, "--json", "--esp", stage, *(["--secure-boot", "on"] if secure_boot else [])],
                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
        said = readable(done.stderr, stage).splitlines()
        if done.returncode not in (0, 1):
            raise Failure(" ".join(said))
        found = json.loads(readable(done.stdout, stage))[0]["entries"]
        refusals = [f"{entry['file']}: {problem}" for entry in found for problem in entry["problems"]]
        refusals = refusals or (said if done.returncode == 1 else [])
        warnings = [line for line in said if line not in refusals]
        refusals += of_server(contents, found, stage) if served else []
    for line in warnings + of_secure_boot(found):
        warn(line)
    if refusals and not force:
        raise Failure("\n".join(["nothing was written; --force goes on all the same:", *refusals]))
    for line in refusals:
        warn(line)
    return found


def lay_out(contents, stage):
    """The medium as a folder, of links."""
    for folder in contents.folders:
        (stage / folder).mkdir(parents=True, exist_ok=True)
    for path, content in contents.files.items():
        (stage / path).parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            (stage / path).write_bytes(content)
        else:
            (stage / path).symlink_to(content.absolute())


def readable(text, stage):
    """Paths on the medium, instead of those of the folder."""
    return text.replace(f"{stage}/", "").replace(str(stage), "the medium")


def of_secure_boot(found):
    """What would not boot with Secure Boot on, if that was asked."""
    return [f"{entry['file']}: with Secure Boot on {entry['secure_boot']}" for entry in found
            if (entry.get("secure_boot") or "").startswith("refused")]


def of_server(contents, found, stage):
    """What boots from a disk, but not from a server."""
    lines = [f"{entry['file']}: is an EFI program, which pvhboot does not start from a server" for entry in found
             if entry["kind"] == "efi"]
    for path in entry_files(contents):
        values = read_values(stage / path) if path.lower().endswith(".conf") else {}
        for name in (name for key in PATHS for value in values.get(key, []) for name in (value, *value.split())):
            name = re.sub(r"[/\\]+", "/", name).lstrip("/")
            there = contents.find(name)
            if there and there != name:
                lines.append(f"{path}: {name}: the file is {there}, and servers tell upper and lower case apart")
    return list(dict.fromkeys(lines))


def warn(line):
    print(f"pvhboot-mkimage: warning: {line}", file=sys.stderr)
