#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Change the loader in random places, one at a time, and see that the host tests notice each: see `make mutate`.

A mutant is killed by a unit test of those that call its function, or by the loader on the fake firmware; one that is built to
the same code as the loader is none. The others survive, and each is printed as a change of one line.
"""

import argparse
import concurrent.futures
import os
import queue
import random
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).resolve().parents[1]
TOP = TESTS.parent
BUILD = Path("build/mutation")
sys.path[:0] = [str(TESTS / "lib"), str(TESTS / "mutation")]

from assembly import assembly_mutants  # noqa: E402
from c_source import read_source  # noqa: E402
from equivalents import read_equivalents  # noqa: E402
from mutators import all_mutants  # noqa: E402
from reach import find_reach  # noqa: E402

FIRMWARE = "build/firmware/gcc/test_firmware"
UNIT = "build/unit/gcc/"
ROOMS = ("common/", "efi/", "pvh/")

# A type that does not fit is no fault that anybody could make: those do not compile.
TYPES_FIT = ("-Wno-all", "-Wno-extra", "-Wno-pedantic", "-Werror=incompatible-pointer-types", "-Werror=int-conversion",
             "-Werror=implicit-function-declaration", "-Werror=format", "-Werror=format-security")

UNIT_SECONDS = 30       # the slowest unit test takes some 5
PLAIN_SECONDS = 200     # the fake firmware's scenarios take some 20, without failures
MARKED_SECONDS = 60     # with failures, most of what is found is found by then; all of them take 200
MARK = " extern void run_mark(void); run_mark();"
TIMED_OUT = 128 + signal.SIGKILL    # timeout(1) has ended it
LOOP_SECONDS = 10       # of processor time, in one process
MEMORY_MIB = 2500

ENOUGH = 0.97   # of the mutants have to be killed


class Commands:
    """How make builds the tests' programs: their objects, and the commands that compile and link them."""

    def __init__(self, programs):
        said = subprocess.run(["make", "--no-print-directory", "-Bn", "DEPS=no", "Q=", *programs], check=True, text=True,
                              stdout=subprocess.PIPE).stdout
        self.compiled, self.linked = {}, {}
        for line in said.splitlines():
            words = shlex.split(line.split(" && mv ")[0]) if " && mv " in line else []
            if "-o" not in words:
                continue
            made = words[words.index("-o") + 1].removesuffix(".new")
            if "-c" in words:
                self.compiled[made] = words
            elif made in programs:
                self.linked[made] = words
        missing = set(programs) - set(self.linked)
        if missing:
            sys.exit(f"mutate: make does not say how it links {', '.join(sorted(missing))}")

    def objects_of(self, program):
        return [word for word in self.linked[program] if word.endswith(".o")]

    def compile(self, made, source, output, flags=()):
        """Whether this object can be compiled from another file than its own."""
        words = self.compiled[made]
        out = words.index("-o")
        command = [*words[:out], "-o", str(output), *flags, str(source)]
        command = [word for word in command if word not in ("-MMD", "-MP", "-c", "-Werror")]
        for option in ("-MF", "-MT"):
            at = command.index(option)
            del command[at:at + 2]
        return subprocess.run([*command, "-c"], check=False, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0

    def link(self, program, instead, output):
        words = [str(instead.get(word, word)) for word in self.linked[program]]
        words[words.index("-o") + 1] = str(output)
        subprocess.run(words, check=True)


class Outcome(NamedTuple):
    mutant: object
    by: str         # what killed it; "" if nothing did
    is_one: bool    # False: it does not compile, or to the loader's own code


def limit(processor):
    """For a test's process: mutants loop, and take memory."""
    os.sched_setaffinity(0, {processor})
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def passes(command, processor, seconds, loop_seconds, must_end=True):
    """Whether a test does; it is over as soon as it prints that something has failed. One that need not end passes when
    its time is up."""
    environment = {**os.environ, "ASAN_OPTIONS": f"detect_leaks={int(command[0].find('test_firmware') < 0)}"
                   f":hard_rss_limit_mb={MEMORY_MIB}"}

    def prepare():
        limit(processor)
        if loop_seconds:
            resource.setrlimit(resource.RLIMIT_CPU, (loop_seconds, loop_seconds))

    with subprocess.Popen(["timeout", "--signal=KILL", str(seconds), *command], env=environment, text=True,
                          errors="replace", start_new_session=True, preexec_fn=prepare, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as run:
        for line in run.stdout:
            if "FAILED" in line:
                break
        else:
            return run.wait() == 0 or (not must_end and run.returncode == TIMED_OUT)
        os.killpg(run.pid, signal.SIGKILL)
    return False


class Worker:
    """One processor's folder, and what is tried in it."""

    def __init__(self, number, processor, commands, reach):
        self.folder = BUILD / f"worker{number}"
        self.processor, self.commands, self.reach = processor, commands, reach
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def compile(self, mutant, made, entry=""):
        broken = self.folder / mutant.source.path
        broken.parent.mkdir(parents=True, exist_ok=True)
        broken.write_text(f'#line 1 "{mutant.source.path}"\n{mutant.text(entry)}', encoding="utf-8")
        output = self.folder / (made.replace("/", "_"))
        return output if self.commands.compile(made, broken, output, TYPES_FIT) else None

    def is_loaders_own(self, mutant, made):
        """Whether the compiler makes the same of it as of the loader: nothing can tell them apart."""
        codes = []
        for name, text in (("mutant", mutant.text()), ("own", mutant.source.text)):
            source, output = self.folder / "same.c", self.folder / f"{name}.s"
            source.write_text(text, encoding="utf-8")
            flags = (*TYPES_FIT, "-fno-sanitize=all", "-g0", "-O2", "-S")
            if not self.commands.compile(made, source, output, flags):
                return False
            codes.append(output.read_bytes())
        return codes[0] == codes[1]

    def try_units(self, mutant):
        """The unit test that kills it, or nothing; None if it does not compile."""
        made = f"{UNIT}{mutant.source.path}.o"
        if made not in self.commands.compiled:
            return ""
        output = self.compile(mutant, made)
        if not output:
            return None
        program = self.folder / "unit"
        for name in self.reach.programs(mutant):
            self.commands.link(UNIT + name, {made: output}, program)
            if not passes([str(program)], self.processor, UNIT_SECONDS, UNIT_SECONDS):
                return name
        return ""

    def try_firmware(self, mutant):
        made = f"build/firmware/gcc/{mutant.source.path}.o"
        if made not in self.commands.compiled:
            return ""
        output = self.compile(mutant, made, MARK)
        if not output:
            return None
        program = self.folder / "test_firmware"
        self.commands.link(FIRMWARE, {made: output}, program)
        if not passes([str(program), "--plain"], self.processor, PLAIN_SECONDS, LOOP_SECONDS):
            return "the fake firmware"
        if self.is_loaders_own(mutant, made):
            return None
        return "" if passes([str(program), "--marked"], self.processor, MARKED_SECONDS, 0, must_end=False) else "a failing call"

    def try_mutant(self, mutant):
        for attempt in (self.try_units, self.try_firmware):
            by = attempt(mutant)
            if by is None:
                return Outcome(mutant, "", False)
            if by:
                return Outcome(mutant, by, True)
        return Outcome(mutant, "", True)


def run_all(mutants, wanted, workers):
    """Tries mutants, in their order, until there are as many as are wanted."""
    free = queue.Queue()
    for worker in workers:
        free.put(worker)

    def try_one(mutant):
        worker = free.get()
        try:
            return worker.try_mutant(mutant)
        finally:
            free.put(worker)

    outcomes, waiting = [], set()
    mutants = iter(mutants)
    with concurrent.futures.ThreadPoolExecutor(len(workers)) as pool:
        while len(outcomes) < wanted:
            while len(waiting) < min(len(workers), wanted - len(outcomes)):
                mutant = next(mutants, None)
                if not mutant:
                    break
                waiting.add(pool.submit(try_one, mutant))
            if not waiting:
                break
            done, waiting = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
            for outcome in (future.result() for future in done):
                if outcome.is_one:
                    outcomes.append(outcome)
                    print_outcome(outcome, len(outcomes))
    return outcomes


def print_outcome(outcome, number):
    mutant = outcome.mutant
    before, after = mutant.lines()
    where = f"{mutant.source.path}:{mutant.line()} {mutant.function}"
    if outcome.by:
        print(f"{number:4} killed by {outcome.by}: {where}", flush=True)
    else:
        print(f"{number:4} SURVIVED: {where}\n- {before}\n+ {after}", flush=True)


def read_sources(commands):
    paths = {words[-1] for words in commands.compiled.values()}
    return [read_source(path) for path in sorted(paths) if path.startswith(ROOMS)]


def shuffled(sources, seed):
    found = [mutant for source in sources
             for mutant in (assembly_mutants(source) if source.path.endswith(".S") else all_mutants([source]))]
    random.Random(seed).shuffle(found)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--count", type=int, default=300, help="how many mutants (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="which ones (default: %(default)s)")
    parser.add_argument("--only", default="", help="only sources whose path contains this")
    parser.add_argument("program", nargs="+", help="a unit test, such as image/test_elf")
    arguments = parser.parse_args()
    os.chdir(TOP)
    start = time.monotonic()
    commands = Commands([UNIT + name for name in arguments.program] + [FIRMWARE])
    sources = read_sources(commands)
    equivalents = read_equivalents(TESTS / "mutation/equivalent.txt", sources)
    reach = find_reach(arguments.program, BUILD / "reach")
    chosen = [source for source in sources if arguments.only in source.path]
    mutants = [mutant for mutant in shuffled(chosen, arguments.seed) if equivalents.allow(mutant)]
    workers = [Worker(number, processor, commands, reach)
               for number, processor in enumerate(sorted(os.sched_getaffinity(0)))]
    print(f"{len(mutants)} mutants of {len(chosen)} files, of which {arguments.count} are tried, seed {arguments.seed}",
          flush=True)
    outcomes = run_all(mutants, arguments.count, workers)
    killed = sum(1 for outcome in outcomes if outcome.by)
    print(f"{killed} of {len(outcomes)} mutants killed, {100 * killed / max(1, len(outcomes)):.1f} %, "
          f"in {time.monotonic() - start:.0f} s")
    return killed < ENOUGH * len(outcomes)


if __name__ == "__main__":
    sys.exit(main())
