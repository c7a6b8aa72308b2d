# SPDX-License-Identifier: BSD-2-Clause
"""The files of a medium: a directory's, and what is added to them; and which names they may have."""

import hashlib
import os
import pathlib
import re
from dataclasses import dataclass, field

from .boot_files import DEVICE_NAME
from .fat import folders_of, size_of
from .program import Failure, readable_file

# UEFI's drivers, mtools and Windows do not agree on how a FAT volume has other letters.
NOT_ON_FAT = re.compile(r'[^ -~]|["*:<>?\\|]')
LONGEST = 255

# Names that FAT itself makes for long ones.
SHORTENED = re.compile(r"[^. ]{1,6}~[0-9]{1,6}(\.[^. ]{0,3})?")


@dataclass
class Contents:
    """Path on the medium -> bytes, or the host's file; and folders that may be empty."""

    files: dict = field(default_factory=dict)
    folders: list = field(default_factory=list)

    @classmethod
    def read(cls, directory):
        """The files of DIRECTORY, as they are."""
        contents = cls()
        if not directory.is_dir():
            raise Failure(f"{directory}: {'is not a directory' if directory.exists() else 'no such directory'}")
        contents._read(directory, "")
        return contents

    def _read(self, directory, prefix):
        for item in sorted(os.scandir(directory), key=lambda item: item.name):
            path = prefix + item.name
            if item.is_symlink():
                raise Failure(f"{item.path}: is a symbolic link, which FAT does not have; put what it names in its place")
            if item.is_dir():
                self.folders.append(path)
                self._read(item.path, f"{path}/")
            else:
                self.files[path] = readable_file(item.path, "file")

    def find(self, path):
        """The file that firmware finds at PATH, whatever the case of its letters; None if there is none."""
        return next((name for name in self.files if name.lower() == path.lower()), None)

    def add(self, path, content):
        """Adds a file, in a folder of the same name that is there already."""
        there = {folder.lower(): folder for folder in self.folders}
        folder, _, name = path.rpartition("/")
        parents = [str(parent) for parent in pathlib.PurePosixPath(path).parents][:-1]
        known = next((there[parent.lower()] + folder[len(parent):] for parent in parents if parent.lower() in there), folder)
        self.files[f"{known}/{name}"] = content

    def identity(self):
        """SHA-256 of all names and bytes: what the IDs of a medium are made of."""
        digest = hashlib.sha256()
        for path in sorted(self.files):
            content = self.files[path]
            digest.update(f"{path}\0{size_of(path, content)}\0".encode())
            if isinstance(content, bytes):
                digest.update(content)
                continue
            with open(content, "rb") as file:
                hashlib.file_digest(file, lambda: digest)
        return digest.digest()

    def check_for_fat(self):
        """Fails for what a FAT volume cannot hold."""
        for path, content in self.files.items():
            size_of(path, content)
        spelt = {}
        folders = folders_of(self.files, self.folders)
        for path in [*self.files, *folders]:
            check_name(path)
            other = spelt.setdefault(path.lower(), path)
            if other != path:
                raise Failure(f"{other}, {path}: differ only in upper and lower case, which FAT does not tell apart; rename one")
        for path in {*self.files} & {*folders}:
            raise Failure(f"{path}: is a file, and a folder of that name is needed; rename it")


def check_name(path):
    name = path.rpartition("/")[2]
    unfit = NOT_ON_FAT.search(name)
    if unfit:
        raise Failure(f"{path}: a FAT volume for firmware cannot have {unfit[0]!r} in a name; rename it")
    if name != name.strip(" ").rstrip("."):
        raise Failure(f"{path}: FAT drops spaces around a name and dots at its end; rename it")
    if DEVICE_NAME.match(name) or SHORTENED.fullmatch(name):
        raise Failure(f"{path}: DOS and Windows have a use of their own for this name; rename it")
    if len(name) > LONGEST:
        raise Failure(f"{path}: a name on a FAT volume has at most {LONGEST} letters; rename it")
