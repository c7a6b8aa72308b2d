# SPDX-License-Identifier: BSD-2-Clause
"""The power fails while a boot is counted: wherever the writes end, in their order, the next boot starts something."""

import subprocess

import pytest

import disk_writes
from esp import Installed, entry

ENTRIES = "loader/entries"


def copy(source, target):
    """Holes stay holes."""
    subprocess.run(["cp", "--sparse=always", source, target], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("name, others, least", (
    ("new+3.conf", 0, 1),
    # With one digit more, the name takes another entry of the directory, which is not where the old one was.
    (f"{'n' * 44}+10.conf", 20, 2),
), ids=("short", "moves"))
def test_the_next_boot_starts_something(boot, name, others, least):
    """FAT has no journal: a rename that changes several sectors is cut between any two of them."""
    disk = Installed(boot, f"power-loss-{least}", {
        "loader/loader.conf": b"timeout menu-disabled\n",
        f"{ENTRIES}/{name}": entry("new", sort_key="a", version="2"),
        **{f"{ENTRIES}/other-{number}": b"" for number in range(others)},
        f"{ENTRIES}/old.conf": entry("old", sort_key="a", version="1"),
    })
    before = disk.image.with_name("before")
    copy(disk.image, before)
    assert disk.booted(writes="logged")[0] == "new"
    writes = disk_writes.changed_sectors(disk_writes.read_log(disk.image.parent / "run/writes"), before)
    assert len(writes) >= least
    for count in range(len(writes) + 1):
        copy(before, disk.image)
        disk_writes.apply(writes[:count], disk.image)
        there = [found for found in disk.names(ENTRIES) if not found.startswith("other")]
        assert "old.conf" in there and len(there) <= 2
        cmdline, text = disk.booted()
        assert cmdline == ("new" if len(there) == 2 else "old"), f"after {count} of {len(writes)} sectors: {text}"
