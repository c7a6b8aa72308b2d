# SPDX-License-Identifier: BSD-2-Clause
"""Which lines each unit test reaches, by gcov: a mutant elsewhere cannot fail it."""

import gzip
import json
import os
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

COVERAGE = Path("build/coverage")


class Reach:
    def __init__(self, lines, seconds):
        self.lines, self.seconds = lines, seconds

    def programs(self, mutant):
        """Those that reach the mutant's lines, the quickest first."""
        source = mutant.source
        if source.path.endswith(".S"):  # gcov does not count there
            return [name for name in self.lines if Path(name).name.startswith(f"test_{Path(source.path).stem}")]
        changed = range(source.line(mutant.start), source.line(mutant.end - 1) + 1)
        found = [name for name, lines in self.lines.items() if not lines.get(source.path, set()).isdisjoint(changed)]
        return sorted(found, key=lambda name: self.seconds[name])


def measure(name, folder):
    """Runs a unit test that was built to count, with its counters in a folder of its own."""
    top = Path.cwd()
    counters = folder / name
    shutil.rmtree(counters, ignore_errors=True)
    start = time.monotonic()
    subprocess.run([COVERAGE / name], check=True, env={**os.environ, "GCOV_PREFIX": str(counters.resolve())},
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seconds = time.monotonic() - start
    found = []
    for data in sorted(counters.rglob("*.gcda")):
        notes = Path("/") / data.relative_to(counters.resolve() if data.is_absolute() else counters)
        notes = notes.with_suffix(".gcno")
        if "/tests/" not in str(notes.relative_to(top)):
            (data.with_suffix(".gcno")).symlink_to(notes)
            found.append(data.resolve())
    said = subprocess.run(["gcov", "--json-format", "--stdout", *found], check=True, text=True, cwd=top,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    lines = {}
    for report in said.splitlines():
        for file in json.loads(report)["files"] if report.strip() else []:
            reached = [line["line_number"] for line in file["lines"] if line["count"] > 0]
            if reached and not file["file"].startswith("/"):
                lines.setdefault(file["file"], []).extend(reached)
    shutil.rmtree(counters)
    return name, seconds, lines


def find_reach(names, folder):
    """Runs those whose program is newer than what is known of it."""
    folder.mkdir(parents=True, exist_ok=True)
    known = folder / "lines.json.gz"
    state = json.loads(gzip.decompress(known.read_bytes())) if known.exists() else {}
    stamps = {name: (COVERAGE / name).stat().st_mtime for name in names}
    due = [name for name in names if name not in state or state[name]["stamp"] != stamps[name]]
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for name, seconds, lines in pool.map(lambda name: measure(name, folder), due):
            state[name] = {"stamp": stamps[name], "seconds": seconds, "lines": lines}
    known.write_bytes(gzip.compress(json.dumps(state).encode()))
    return Reach({name: {path: set(found) for path, found in state[name]["lines"].items()} for name in names},
                 {name: state[name]["seconds"] for name in names})
