#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Change the loader in random places, one at a time, and see that the host tests notice each: see `make mutate`.

A mutant is killed by a unit test of those that call its function, or by the loader on the fake firmware; one that is built
to the same code as the loader is none. The others survive, and each is printed as the line before and after.
"""

import argparse
import concurrent.futures
import enum
import hashlib
import math
import os
import queue
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).resolve().parents[1]
TOP = TESTS.parent
BUILD = Path("build/mutation")
sys.path[:0] = [str(TESTS / "lib"), str(TESTS / "mutation")]
sys.dont_write_bytecode = True

from assembly import assembly_mutants  # noqa: E402
from c_source import read_source  # noqa: E402
from equivalents import key_of, read_equivalents  # noqa: E402
from mutators import all_mutants  # noqa: E402
from reach import find_reach, reach_of_assembly  # noqa: E402

FIRMWARE_BUILD = "build/firmware/gcc/"
FIRMWARE = FIRMWARE_BUILD + "test_firmware"
UNIT_BUILD = "build/unit/gcc/"
ROOMS = ("common/", "efi/", "pvh/")

# A type or a format that does not fit is no fault that anybody could make: those do not compile.
TYPES_FIT = ("-Wno-all", "-Wno-extra", "-Wno-pedantic", "-Werror=incompatible-pointer-types", "-Werror=int-conversion",
             "-Werror=implicit-function-declaration", "-Werror=format", "-Werror=format-security")
SURVIVED = re.compile(r" *\d+ SURVIVED: (\S+):\d+ (\w*)$")
MARK = " extern void run_mark(void); run_mark();"

# Seconds of processor time in one process: whoever takes more loops. A loaded machine makes nothing take more.
UNIT_SECONDS = 300      # the slowest unit test takes some 40
LONGER = 3              # times as much as with nothing broken, and LEAST_SECONDS more, is the end for a unit test
LEAST_SECONDS = 10
LOOP_SECONDS = 60       # for a process of the fake firmware; a scenario takes far less than one, and has 30 (run.c)
AFTER_LIMIT = 5         # until what does not end by SIGXCPU is killed

# Seconds on the clock, which decide nothing.
PATIENCE = 20           # for each second of a unit test's processor time
PLAIN_SECONDS = 1800    # the fake firmware's scenarios take some 40 on one processor, without failures
MARKED_SECONDS = 60     # with failures, most of what is found is found by then; all of them take 200
MEMORY_MIB = 2500

# A run of the fake firmware that has used up its time; see report() of test_firmware.c.
LATE = re.compile(rf"ended by signal (?:{signal.SIGVTALRM:d}|{signal.SIGXCPU:d}) ")
# One that somebody else has ended: a machine without memory, not the sanitizer, which exits.
KILLED = re.compile(rf"ended by signal {signal.SIGKILL:d} ")

# Of the mutants of these seeds, the first so many have been gone through: each has a test, or is in equivalent.txt.
GONE_THROUGH = {0: 600}
ENOUGH = 0.97             # of theirs have to be killed,
ENOUGH_ELSEWHERE = 0.85   # and of others, whichever 100 a sample has: of all, it is some 93 %
SAMPLE = 100              # as soon as there are so many that this says something


class Commands:
    """How make builds the tests' programs: the commands that compile and link them."""

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

    def compile(self, made, source, output, flags=()):
        """Whether this object can be compiled from another file than its own."""
        words = self.compiled[made]
        command = [*words[:words.index("-o")], "-o", str(output), *flags, str(source)]
        command = [word for word in command if word not in ("-MMD", "-MP", "-c", "-Werror")]
        for option in ("-MF", "-MT"):
            at = command.index(option)
            del command[at:at + 2]
        return subprocess.run([*command, "-c"], check=False, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0

    def has(self, program, made):
        """Whether the program has this object."""
        return made in self.linked[program]

    def link(self, program, instead, output):
        """Whether the program can be linked with other objects than its own."""
        words = [str(instead.get(word, word)) for word in self.linked[program]]
        words[words.index("-o") + 1] = str(output)
        return subprocess.run(words, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


class Verdict(enum.Enum):
    PASSED = 1
    FAILED = 2
    TIMED_OUT = 3   # it has used up its processor time: a failure, which is counted apart
    UNDECIDED = 4   # it was ended before it has said anything: by the clock, by somebody else, or because all is


KILLS = (Verdict.FAILED, Verdict.TIMED_OUT)


def judge(failure, status, was_ended):
    """What a test's end says: the line about a failure; the exit status, or the signal's number below 0."""
    if KILLED.search(failure) or (not failure and (was_ended or status == -signal.SIGKILL)):
        return Verdict.UNDECIDED
    if failure:
        return Verdict.TIMED_OUT if LATE.search(failure) else Verdict.FAILED
    if status == -signal.SIGXCPU:
        return Verdict.TIMED_OUT
    return Verdict.PASSED if status == 0 else Verdict.FAILED


class RunningTests:
    """Test programs that are running; each is a session of its own, so that all of its processes end."""

    def __init__(self):
        self.running, self.lock, self.is_over = set(), threading.Lock(), False
        self.unbroken = {}  # the seconds of processor time that a test takes with nothing broken

    def run(self, command, processor, processor_time, on_clock):
        """Runs a test to its end, or until it prints that something has failed. The verdict, and the processor time."""
        is_unit = not Path(command[0]).name.startswith("test_firmware")
        most = math.ceil(processor_time)
        environment = {**os.environ, "ASAN_OPTIONS": f"detect_leaks={int(is_unit)}:hard_rss_limit_mb={MEMORY_MIB}"}
        run = subprocess.Popen(["taskset", "--cpu-list", str(processor), "prlimit", f"--cpu={most}:{most + AFTER_LIMIT}",
                                "--core=0", "--", *map(str, command)], env=environment, text=True, errors="replace",
                               start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
        ended = threading.Event()

        def end_late():
            ended.set()
            self.kill(run)

        timer = threading.Timer(on_clock, end_late)
        with self.lock:
            self.running.add(run)
        timer.start()
        try:
            failure = "" if self.is_over else next((line for line in run.stdout if "FAILED" in line), "")
            if failure or self.is_over:
                self.kill(run)
            _, status, usage = os.wait4(run.pid, 0)
            run.returncode = os.waitstatus_to_exitcode(status)
        finally:
            timer.cancel()
            run.stdout.close()
            with self.lock:
                self.running.discard(run)
        return judge(failure, run.returncode, ended.is_set() or self.is_over), usage.ru_utime + usage.ru_stime

    @staticmethod
    def kill(run):
        try:
            os.killpg(run.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def end_all(self):
        self.is_over = True
        with self.lock:
            for run in self.running:
                self.kill(run)


class Outcome(NamedTuple):
    mutant: object
    by: str = ""            # what killed it
    is_late: bool = False   # only by taking too long
    is_one: bool = True     # False: it does not compile, or compiles to the loader's own code
    note: str = ""


class Worker:
    """One processor's folder, and what is tried in it."""

    def __init__(self, number, processor, commands, reach, tests):
        self.folder = BUILD / f"worker{number}"
        self.processor, self.commands, self.reach, self.tests = processor, commands, reach, tests
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def compile(self, mutant, made, entry=""):
        broken = self.folder / mutant.source.path
        broken.parent.mkdir(parents=True, exist_ok=True)
        broken.write_text(f'#line 1 "{mutant.source.path}"\n{mutant.text(entry)}', encoding="utf-8")
        output = self.folder / made.replace("/", "_")
        return output if self.commands.compile(made, broken, output, TYPES_FIT) else None

    def is_loaders_own(self, mutant, made):
        """Whether the compiler makes the same of it as of the loader: nothing can tell them apart."""
        codes = []
        source = (self.folder / "same").with_suffix(Path(mutant.source.path).suffix)
        for text in (mutant.text(), mutant.source.text):
            source.write_text(text, encoding="utf-8")
            output = self.folder / "same.o"
            if not self.commands.compile(made, source, output, ("-w", "-fno-sanitize=all", "-g0", "-O2")):
                raise RuntimeError(f"{mutant.source.path} does not compile with -O2")
            codes.append(output.read_bytes())
        return codes[0] == codes[1]

    def try_units(self, mutant, made, output):
        """What becomes of it in the unit tests."""
        program, note = self.folder / "unit", ""
        for name in self.reach.programs(mutant):
            if not self.commands.has(UNIT_BUILD + name, made) or \
                    not self.commands.link(UNIT_BUILD + name, {made: output}, program):
                continue
            seconds = LEAST_SECONDS + LONGER * self.tests.unbroken[UNIT_BUILD + name]
            verdict, _ = self.tests.run([program], self.processor, seconds, PATIENCE * seconds)
            if verdict in KILLS:
                return Outcome(mutant, name, verdict == Verdict.TIMED_OUT)
            if verdict == Verdict.UNDECIDED:
                note = f"{name} was ended before it said anything"
        return Outcome(mutant, note=note)

    def try_firmware(self, mutant, made):
        """What becomes of it on the fake firmware."""
        output = self.compile(mutant, made, MARK)
        program = self.folder / "test_firmware"
        if not output or not self.commands.link(FIRMWARE, {made: output}, program):
            return Outcome(mutant, note="not tried on the fake firmware: it does not link there")
        for option, on_clock, by in (("--plain", PLAIN_SECONDS, "the fake firmware"),
                                     ("--marked", MARKED_SECONDS, "a failing call")):
            verdict, _ = self.tests.run([program, option], self.processor, LOOP_SECONDS, on_clock)
            if verdict in KILLS:
                return Outcome(mutant, by, verdict == Verdict.TIMED_OUT)
            if verdict == Verdict.UNDECIDED:
                what = "of failing calls" if option == "--marked" else "of the scenarios"
                return Outcome(mutant, note=f"{what}, only those of at most {on_clock} s were tried")
        return Outcome(mutant)

    def try_mutant(self, mutant):
        made = [build + mutant.source.path + ".o" for build in (UNIT_BUILD, FIRMWARE_BUILD)]
        unit, firmware = (name if name in self.commands.compiled else None for name in made)
        output = self.compile(mutant, unit or firmware)
        if not output or self.is_loaders_own(mutant, unit or firmware):
            return Outcome(mutant, is_one=False)
        outcome = self.try_units(mutant, unit, output) if unit else Outcome(mutant)
        # The fake firmware takes the trampoline's place.
        if outcome.by or not firmware or mutant.source.path.endswith(".S"):
            return outcome
        on_firmware = self.try_firmware(mutant, firmware)
        notes = "; ".join(filter(None, (outcome.note, on_firmware.note)))
        return on_firmware if on_firmware.by else on_firmware._replace(note=notes)

    def check_unbroken(self, program):
        """A test that fails without a mutant would kill all of them."""
        if program == FIRMWARE:
            verdict, used = self.tests.run([program, "--plain"], self.processor, LOOP_SECONDS, PLAIN_SECONDS)
        else:
            verdict, used = self.tests.run([program], self.processor, UNIT_SECONDS, PLAIN_SECONDS)
        self.tests.unbroken[program] = used
        if verdict != Verdict.PASSED:
            raise RuntimeError(f"{program}: {verdict.name.lower().replace('_', ' ')} with nothing broken")


def with_workers(workers, jobs, on_done):
    """Runs jobs (functions of a worker) in their order, as many at a time as there are workers, while on_done() wants more."""
    free = queue.Queue()
    for worker in workers:
        free.put(worker)

    def run(job):
        worker = free.get()
        try:
            return job(worker)
        finally:
            free.put(worker)

    jobs, waiting, wants_more = iter(jobs), set(), True
    with concurrent.futures.ThreadPoolExecutor(len(workers)) as pool:
        while True:
            while wants_more and len(waiting) < len(workers) and (job := next(jobs, None)):
                waiting.add(pool.submit(run, job))
            if not waiting:
                return
            done, waiting = concurrent.futures.wait(waiting, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                wants_more = on_done(future.result()) and wants_more


def print_outcome(outcome, number):
    mutant = outcome.mutant
    where = f"{mutant.source.path}:{mutant.line()} {mutant.function}"
    if outcome.by:
        late = "a time-out in " if outcome.is_late else ""
        print(f"{number:4} killed by {late}{outcome.by}: {where}", flush=True)
        return
    before, after = mutant.lines()
    print(f"{number:4} SURVIVED: {where}\n- {before}\n+ {after}", flush=True)
    if outcome.note:
        print(f"  ({outcome.note})", flush=True)


def read_survivors(path):
    """The keys of those that survived an earlier run, from what it printed (see print_outcome())."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    found = [(SURVIVED.match(line), before[2:], after[2:]) for line, before, after in zip(lines, lines[1:], lines[2:])]
    return {(f"{match[1]} {match[2]}".rstrip(), before, after) for match, before, after in found if match}


def read_sources(commands):
    paths = {words[-1] for words in commands.compiled.values()}
    return [read_source(path) for path in sorted(paths) if path.startswith(ROOMS)]


def mutants_of(sources):
    return [mutant for source in sources
            for mutant in (assembly_mutants(source) if source.path.endswith(".S") else all_mutants([source]))]


def shuffled(mutants, seed):
    """Each has its own place for a seed: what becomes of others, in other versions of the loader, does not matter."""
    return sorted(mutants, key=lambda mutant: hashlib.sha256(repr((seed, *key_of(mutant))).encode()).digest())


def at_least_one(text):
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def read_options():
    parser = argparse.ArgumentParser(prog="make mutate", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--count", type=at_least_one, default=300, metavar="N", help="how many mutants (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, metavar="SEED", help="which ones (default: %(default)s)")
    parser.add_argument("--only", default="", metavar="ONLY", help="only sources whose path contains this")
    parser.add_argument("--again", type=Path, metavar="AGAIN", help="only those that survived the run that printed this file")
    parser.add_argument("--assembly", action="store_true", help="all mutants of assembly, of which none may survive")
    parser.add_argument("--check-options", action="store_true", help="only see whether these options are right")
    parser.add_argument("program", nargs="*", help="a unit test, such as image/test_elf")
    options = parser.parse_args()
    os.chdir(TOP)
    if options.only and not any(options.only in str(path) for room in ROOMS for path in Path(room).rglob("*.[cS]")):
        parser.error(f"no source's path contains {options.only!r}")
    if options.again and not options.again.is_file():
        parser.error(f"{options.again}: no such file")
    return options


def try_all(mutants, count, workers):
    """Tries mutants until there are `count` that are some. Their outcomes, and whether nobody has ended it before."""
    outcomes, is_whole = [], True

    def add(outcome):
        if outcome.is_one and len(outcomes) < count:
            outcomes.append(outcome)
            print_outcome(outcome, len(outcomes))
        return len(outcomes) < count

    try:
        with_workers(workers, ((lambda worker, mutant=mutant: worker.try_mutant(mutant)) for mutant in mutants), add)
    except KeyboardInterrupt:
        print("mutate: interrupted")
        is_whole = False
    return outcomes, is_whole


def enough(options):
    """The part of the mutants that has to be killed."""
    known = not options.only and options.count <= GONE_THROUGH.get(options.seed, 0)
    return ENOUGH if known else ENOUGH_ELSEWHERE


def summary(outcomes):
    killed, late = sum(1 for outcome in outcomes if outcome.by), sum(outcome.is_late for outcome in outcomes)
    by_failure = 100 * (killed - late) / max(1, len(outcomes))
    return f"{killed} of {len(outcomes)} mutants killed, {100 * killed / max(1, len(outcomes)):.1f} %; " \
           f"{late} of them only by a time-out, {by_failure:.1f} % without"


def choose(options, mutants):
    """Which mutants there are to choose from. Without a choice, as many are tried."""
    equivalents = read_equivalents(TESTS / "mutation/equivalent.txt", mutants)
    chosen = [mutant for mutant in mutants if options.only in mutant.source.path and equivalents.allow(mutant)]
    if options.assembly:
        chosen = [mutant for mutant in chosen if mutant.source.path.endswith(".S")]
    if not chosen:
        sys.exit(f"mutate: no host test has a source whose path contains {options.only!r}")
    if options.again:
        survivors = read_survivors(options.again)
        chosen = [mutant for mutant in chosen if key_of(mutant) in survivors]
        print(f"{len(survivors)} had survived, of which {len(set(map(key_of, chosen)))} are still there and not listed")
    if options.assembly or options.again:
        options.count = len(chosen)
    return chosen


def try_chosen(options, commands, chosen):
    """Tries as many of the mutants as are wanted, after the tests with nothing broken."""
    reach = reach_of_assembly(options.program) if options.assembly else find_reach(options.program, BUILD / "reach")
    names = {name for mutant in chosen for name in reach.programs(mutant)} if options.assembly else options.program
    programs = [UNIT_BUILD + name for name in names] + ([] if options.assembly else [FIRMWARE])
    tests = RunningTests()
    try:
        workers = [Worker(number, processor, commands, reach, tests)
                   for number, processor in enumerate(sorted(os.sched_getaffinity(0)))]
        with_workers(workers, ((lambda worker, program=program: worker.check_unbroken(program)) for program in programs),
                     lambda _: True)
        print(f"{len(chosen)} mutants of {len({mutant.source.path for mutant in chosen})} files, of which "
              f"{min(options.count, len(chosen))} are tried, seed {options.seed}", flush=True)
        return try_all(shuffled(chosen, options.seed), options.count, workers)
    except RuntimeError as error:
        sys.exit(f"mutate: {error}")
    finally:
        tests.end_all()


def main():
    options = read_options()
    if options.check_options:
        return 0
    start = time.monotonic()
    commands = Commands([UNIT_BUILD + name for name in options.program] + [FIRMWARE])
    chosen = choose(options, mutants_of(read_sources(commands)))
    if options.again and not chosen:
        return 0
    outcomes, is_whole = try_chosen(options, commands, chosen)
    killed = sum(1 for outcome in outcomes if outcome.by)
    print(f"{summary(outcomes)}, in {time.monotonic() - start:.0f} s")
    if options.again or options.assembly:
        return not is_whole or killed < len(outcomes)
    return len(outcomes) < 1 or (len(outcomes) >= SAMPLE and killed < enough(options) * len(outcomes))


if __name__ == "__main__":
    sys.exit(main())
