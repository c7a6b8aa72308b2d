# SPDX-License-Identifier: BSD-2-Clause
"""What bash offers for the words of a command."""

import subprocess

import pytest
from conftest import TOOLS

PROGRAM = """#!/bin/sh
case $1 in
list) printf '%s\\n' '6.1  has an entry' '6.2  no entry' ;;
--help) echo '  --dry-run  --root ROOT' ;;
esac
"""

SCRIPT = """. "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_pvhboot "$1"
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def offered(tmp_path):
    """What is offered for the last of the words, in a folder with one file."""
    (tmp_path / "vmlinuz").touch()

    def run(name, *words):
        program = tmp_path / "programs" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(PROGRAM)
        program.chmod(0o755)
        done = subprocess.run(["bash", "-euc", SCRIPT, "bash", TOOLS / "completion/pvhboot.bash", program, *words], cwd=tmp_path,
                              stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout.split()

    return run


@pytest.mark.parametrize("words,expected", [
    ([""], ["add", "add-all", "image", "list", "remove"]),
    (["re"], ["remove"]),
    (["--dry-run", "re"], ["remove"]),
    (["--d"], ["--dry-run"]),
    (["--root", ""], ["programs", "vmlinuz"]),
    (["add", ""], ["6.1", "6.2"]),
    (["add", "6.1", "vm"], ["vmlinuz"]),
    (["--dry-run", "remove", ""], ["6.1"]),
    (["list", ""], []),
    (["image", "6.1", "vm"], ["vmlinuz"]),
])
def test_kernels(offered, words, expected):
    assert sorted(offered("pvhboot-kernel", *words)) == expected


def test_other_programs(offered):
    assert offered("pvhboot-install", "st") == ["status"] and offered("pvhboot-install", "--driver", "e") == ["ext4"]
    assert offered("pvhinfo", "--secure-boot", "o") == ["on", "off"] and offered("pvhinfo", "vm") == ["vmlinuz"]
