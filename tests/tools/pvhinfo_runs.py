# SPDX-License-Identifier: BSD-2-Clause
"""Running pvhinfo, for its tests."""

import json
import subprocess

from conftest import TOOLS

TOP = TOOLS.parent
BUILD = TOP / "build"
KERNELS = BUILD / "deps" / "kernels"
LINUX = ["6.1-cloud", "6.1-amd64", "6.12-cloud"]
MAPS = TOP / "tests" / "data" / "maps"

PROGRAM = BUILD / "pvhinfo"
CHECKED = [BUILD / "checked" / compiler / "pvhinfo" for compiler in ("gcc", "clang")]


def pvhinfo(*arguments, program=CHECKED[0], **options):
    """A run with the address and the undefined behaviour sanitizers, whose exit status is not one of pvhinfo's."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "errors": "surrogateescape", **options}
    done = subprocess.run([program, *arguments], **options)
    assert done.returncode in (0, 1, 2), done.stderr
    return done


def results(*arguments, status=0):
    """What --json says."""
    done = pvhinfo("--json", *arguments)
    assert done.returncode == status, done.stderr
    return json.loads(done.stdout)


def linux(name):
    return KERNELS / name / "vmlinux"
