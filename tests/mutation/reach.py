# SPDX-License-Identifier: BSD-2-Clause
"""Which functions each unit test calls, by gcov: a mutant elsewhere cannot fail it."""

import gzip
import json
import os
import re
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

COVERAGE = Path("build/coverage")
TESTS = Path("tests/unit")


def is_called(name, called):
    """The loader's C library has other names in its test: loader_memmove()."""
    return called == name or called.endswith(f"_{name}")


class Reach:
    def __init__(self, called, seconds):
        self.called, self.seconds = called, seconds
        self.words = {name: set(re.findall(r"\w+", (TESTS / f"{name}.c").read_text(encoding="utf-8"))) for name in called}

    def programs(self, mutant):
        """Those that call the mutant's function: first those that name it, then those of its room, the quickest first."""
        path = mutant.source.path
        if path.endswith(".S"):     # gcov does not count there
            return [name for name in self.called if Path(name).name.startswith(f"test_{Path(path).stem}")]
        found = [name for name, called in self.called.items()
                 if any(is_called(mutant.function, other) for other in called.get(path, ()))]
        room = Path(path).parent.name
        return sorted(found, key=lambda name: (mutant.function not in self.words[name], Path(name).parent.name != room,
                                               self.seconds[name]))


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
    called = {}
    for report in said.splitlines():
        for file in json.loads(report)["files"] if report.strip() else []:
            found = [function["name"] for function in file["functions"] if function["execution_count"] > 0]
            if found and not file["file"].startswith("/"):
                called.setdefault(file["file"], []).extend(found)
    shutil.rmtree(counters)
    return name, seconds, called


def find_reach(names, folder):
    """Runs those whose program is newer than what is known of it."""
    folder.mkdir(parents=True, exist_ok=True)
    known = folder / "called.json.gz"
    state = json.loads(gzip.decompress(known.read_bytes())) if known.exists() else {}
    stamps = {name: (COVERAGE / name).stat().st_mtime for name in names}
    due = [name for name in names if name not in state or state[name]["stamp"] != stamps[name]]
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for name, seconds, called in pool.map(lambda name: measure(name, folder), due):
            state[name] = {"stamp": stamps[name], "seconds": seconds, "called": called}
    known.write_bytes(gzip.compress(json.dumps(state).encode()))
    return Reach({name: state[name]["called"] for name in names}, {name: state[name]["seconds"] for name in names})
