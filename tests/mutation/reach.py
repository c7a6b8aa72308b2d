# SPDX-License-Identifier: BSD-2-Clause
"""Which functions each unit test calls, by gcov: a mutant elsewhere cannot fail it."""

import collections
import json
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

COVERAGE = Path("build/coverage")
TESTS = Path("tests/unit")


def is_called(name, called):
    """The loader's C library has other names in its test: loader_memmove()."""
    return called == name or called.endswith(f"_{name}")


def calls(counts, name):
    """Whether a source's functions were called, by their counts: this one, or any for one that is always inlined."""
    called = {function for function, count in counts.items() if count > 0}
    if any(is_called(name, other) for other in counts):
        return any(is_called(name, other) for other in called)
    return bool(called)


class Reach:
    def __init__(self, counts, seconds):
        self.counts, self.seconds = counts, seconds
        self.words = {name: set(re.findall(r"\w+", (TESTS / f"{name}.c").read_text(encoding="utf-8"))) for name in counts}

    def programs(self, mutant):
        """Those that call the mutant's function: first those that name it, then those of its room, the quickest first."""
        path = mutant.source.path
        if path.endswith(".S"):     # gcov does not count there
            return [name for name in self.counts if Path(name).name.startswith(f"test_{Path(path).stem}")]
        found = [name for name, counts in self.counts.items() if calls(counts.get(path, {}), mutant.function)]
        room = Path(path).parent.name
        return sorted(found, key=lambda name: (mutant.function not in self.words[name], Path(name).parent.name != room,
                                               self.seconds[name]))


def run_counted(name, counters):
    """Runs a unit test that was built to count, with its counters in a folder of its own; the seconds that it takes."""
    start = time.monotonic()
    done = subprocess.run([COVERAGE / name], check=False, text=True, errors="replace", stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, env={**os.environ, "GCOV_PREFIX": str(counters)})
    if done.returncode != 0:
        sys.exit(f"{done.stdout}mutate: {COVERAGE / name} fails with nothing broken")
    return time.monotonic() - start


def read_counters(counters):
    """How often the functions of each source were called."""
    found = []
    for data in sorted(counters.rglob("*.gcda")):
        notes = Path("/") / data.relative_to(counters).with_suffix(".gcno")
        if f"{COVERAGE}/unit/tests/" not in str(notes):
            data.with_suffix(".gcno").symlink_to(notes)
            found.append(data)
    said = subprocess.run(["gcov", "--json-format", "--stdout", *found], check=True, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL).stdout
    counts = {}
    for report in filter(str.strip, said.splitlines()):
        for file in json.loads(report)["files"]:
            if not file["file"].startswith("/"):
                counts.setdefault(file["file"], collections.Counter()).update(
                    {function["name"]: function["execution_count"] for function in file["functions"]})
    return counts


def reach_of_assembly(names):
    """Where gcov has nothing to say: no program is run."""
    return Reach({name: {} for name in names}, {})


def find_reach(names, folder):
    """Runs all of these unit tests."""
    shutil.rmtree(folder, ignore_errors=True)

    def measure(name):
        counters = (folder / name).resolve()
        counters.mkdir(parents=True)
        return name, run_counted(name, counters), read_counters(counters)

    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        found = list(pool.map(measure, names))
    shutil.rmtree(folder)
    return Reach({name: counts for name, _, counts in found}, {name: seconds for name, seconds, _ in found})
