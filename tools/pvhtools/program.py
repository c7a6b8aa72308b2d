# SPDX-License-Identifier: BSD-2-Clause
"""How the programs in tools/ fail, run other programs and write files."""

import contextlib
import hashlib
import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import traceback

TOP = pathlib.Path(__file__).resolve().parents[2]

# `make install` puts this folder into PREFIX/lib/pvhboot.
IS_INSTALLED = pathlib.Path(__file__).resolve().parents[1].name == "pvhboot"

# Debian installs mkfs.fat in a folder that is not in the PATH of ordinary users.
SYSTEM_PROGRAMS = ":/usr/sbin:/sbin"

# What sizes are given in.
UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}

# The Debian packages of programs that only some uses need.
PACKAGES = {"qemu-system-x86_64": "qemu-system-x86", "qemu-img": "qemu-utils", "mkfs.fat": "dosfstools", "mmd": "mtools",
            "mcopy": "mtools", "xorriso": "xorriso", "sbsign": "sbsigntool", "sbverify": "sbsigntool", "openssl": "openssl",
            "swtpm": "swtpm"}

# The last second of 2107.
LAST_DATE = 4354819199

# The signals that ask a program to end: Ctrl-C, kill, closing the terminal.
END_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Failure(Exception):
    """An expected failure: what went wrong and what to do about it, in one line for the user; and an exit status, unless
    it is the program's usual one. PROGRAM_STATUS is that of another program, which has failed."""

    def __init__(self, words, status=None, program_status=None):
        super().__init__(words)
        self.status = status
        self.program_status = program_status


class Ended(BaseException):
    """The program was asked to end by a signal. An exception, so that temporary files are removed."""


def run_main(name, main, failed=1):
    """Runs main() and turns expected failures into one line and their exit status, or else FAILED."""
    for number in END_SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, end)
    if sys.stdout:
        sys.stdout.reconfigure(errors="backslashreplace")  # as stderr is: names of files need not be text
    try:
        status = complete(main)
    except Ended as ended:
        fail(f"{name}: ended by {ended}", 128 + signal.Signals[str(ended)])
    except Exception as error:  # nobody is to read a traceback
        status = getattr(error, "status", None)
        fail(f"{name}: {explain(error)}", failed if status is None else status)
    sys.exit(status)


def complete(main):
    """Runs main() until all that it prints is written, and returns the exit status, also that of argparse."""
    try:
        status = main()
    except SystemExit as end_of_main:
        status = end_of_main.code
    error = flush(sys.stdout)
    if error:
        raise Failure(f"standard output: {error.strerror}")
    return status


def flush(stream):
    """Writes what has been printed; an error is returned. Python would meet it again at the end, and exit with a status of
    its own: so the rest goes nowhere."""
    try:
        if stream:
            stream.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return error
    return None


def explain(error):
    """What to tell the user of an exception."""
    if isinstance(error, Failure):
        return str(error)
    if isinstance(error, OSError):
        return describe(error)
    return "out of memory" if isinstance(error, MemoryError) else mistake(error)


def warn(words):
    """Says it, unless nobody can hear it."""
    with contextlib.suppress(OSError):
        print(words, file=sys.stderr)
    flush(sys.stderr)


def mistake(error):
    """What to report of an error that nobody has thought of."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {pathlib.Path(place.filename).name}:{place.lineno}: {error}; " \
        "this is a mistake of the program: please report these words and the command"


def fail(words, status):
    warn(words)
    flush(sys.stdout)
    sys.exit(status)


def own_file(built, installed):
    """A file of ours: where make puts it in the source tree, or where make install puts it below PREFIX."""
    return TOP.parent / installed if IS_INSTALLED else TOP / built


class Ending:
    """What was asked for by a signal, and whether it has to wait. Unlike a mask of signals, this is not inherited by the
    programs that are started meanwhile."""

    is_held = False
    number = None


def end(number, _):
    Ending.number = Ending.number or number
    if not Ending.is_held:
        obey_signals()


def obey_signals():
    """Ends the program if it was asked to. Ignores further signals, so that they do not interrupt the cleanup."""
    number, Ending.number, Ending.is_held = Ending.number, None, False
    if number is None:
        return
    for other in END_SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    raise Ended(signal.Signals(number).name)


@contextlib.contextmanager
def owned(take, give_back):
    """Yields what take() returns, which give_back() gets at the end. No signal ends the program between the two being
    taken and being known, nor while it is given back."""
    Ending.is_held = True
    taken = None
    try:
        taken = take()
        obey_signals()
        yield taken
    finally:
        Ending.is_held = True  # not in a function: Python looks for signals where one begins
        try:
            if taken is not None:
                give_back(taken)
        finally:
            obey_signals()


@contextlib.contextmanager
def temporary_folder(parent=None, prefix="pvhboot."):
    """Yields the path of a new folder in PARENT, or where temporary files belong, which is removed at the end."""
    with owned(lambda: tempfile.TemporaryDirectory(dir=parent, prefix=prefix), tempfile.TemporaryDirectory.cleanup) as folder:
        yield pathlib.Path(folder.name)


def running(command, **how):
    """A context with the process of COMMAND, which is killed at the end unless it has ended by then. It keeps nothing of
    its own: QEMU's memory is gone with it, and what swtpm has is in a temporary folder."""
    return owned(lambda: subprocess.Popen(command, **how), kill)


def kill(process):
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            stream.close()


def run(command, data=None, timeout=None, **how):
    """subprocess.run(), which leaves no process behind either."""
    with running(command, **how) as process:
        output, errors = process.communicate(data, timeout)
        return subprocess.CompletedProcess(command, process.returncode, output, errors)


def describe(error):
    """'file: reason', without Python's [Errno N]."""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"


def call(*command, env=None, cwd=None, data=None, failed=None):
    """Runs a program and returns its output. Its messages are only shown if it fails."""
    env = {**(os.environ if env is None else env)}
    env["PATH"] = env.get("PATH", os.defpath) + SYSTEM_PROGRAMS
    try:
        done = run([str(word) for word in command], data, env=env, cwd=cwd,
                   stdin=subprocess.DEVNULL if data is None else subprocess.PIPE,
                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except FileNotFoundError:
        package = PACKAGES.get(command[0], command[0])
        raise Failure(f"the program {command[0]} is missing; it is in Debian's package {package}") from None
    if done.returncode != 0:
        words = (done.stderr or done.stdout).decode(errors="replace")
        raise Failure(f"{failed or command[0]}: {reason(words) or f'exit status {done.returncode}'}")
    return done.stdout


def need(programs, packages=()):
    """Fails with the Debian packages of those programs that are not there, and with PACKAGES, which are missing, all at once."""
    path = os.environ.get("PATH", os.defpath) + SYSTEM_PROGRAMS
    missing = [*dict.fromkeys(PACKAGES[name] for name in programs if not shutil.which(name, path=path)), *packages]
    if missing:
        raise Failure(f"missing Debian packages: apt install {' '.join(missing)}")


def call_for_words(*command, cwd=None):
    """Runs one of our own programs and returns its output. If it fails, its message is the failure."""
    try:
        done = run([str(word) for word in command], cwd=cwd, text=True, errors="replace",
                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except FileNotFoundError:
        raise Failure(f"the program {command[0]} is missing; 'make' builds it") from None
    if done.returncode != 0:
        raise Failure(done.stderr.strip() or f"{command[0]}: exit status {done.returncode}",
                      program_status=done.returncode)
    return done.stdout


def reason(words):
    """The most helpful line of a program's messages: apt's first error, or else the last line."""
    lines = words.strip().splitlines() or [""]
    errors = [line[3:] for line in lines if line.startswith("E: ")]
    return (errors or lines[-1:])[0]


@contextlib.contextmanager
def replacing(output):
    """Yields a temporary path next to OUTPUT, and renames it to OUTPUT at the end if nothing failed.

    If OUTPUT is a symbolic link, its target is replaced. An existing file's permissions are kept."""
    output = pathlib.Path(os.path.realpath(output))
    mode = replaceable_mode(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    with temporary_folder(output.parent, f".{output.name[:20]}.") as scratch:
        temporary = scratch / output.name
        try:
            yield temporary
            if mode is not None:
                temporary.chmod(mode)
            os.replace(temporary, output)
        except OSError as error:
            raise Failure(describe(error) if error.filename else f"{output}: {error.strerror}") from None


def replaceable_mode(path):
    """The permissions of the file PATH, or None if there is none. Fails for anything but a file, such as /dev/sdb."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise Failure(f"{path}: is a directory; name a file")
    if not stat.S_ISREG(mode):
        raise Failure(f"{path}: is not a regular file; name another one")
    return stat.S_IMODE(mode)


def readable_file(path, what):
    """Checks that PATH is a readable file, and returns it."""
    path = pathlib.Path(path)
    if path.is_dir():
        raise Failure(f"{what} {path}: is a directory, not a file")
    if path.exists() and not path.is_file():
        raise Failure(f"{what} {path}: is not a regular file")
    try:
        with open(path, "rb"):
            return path
    except OSError as error:
        raise Failure(f"{what} {path}: {error.strerror}") from None


def refuse_inputs(output, inputs):
    """Fails if OUTPUT is one of INPUTS, the files that it is to be made of: it would be lost. None is no file."""
    output = pathlib.Path(output)
    for path in filter(None, inputs):
        if output.exists() and os.path.exists(path) and output.samefile(path):
            raise Failure(f"{output}: is one of the files that it would be made of, and would be lost; give it another name")


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def source_date_epoch():
    """The date for all files that are built: SOURCE_DATE_EPOCH, or the date of the last commit, or of this program."""
    date = os.environ.get("SOURCE_DATE_EPOCH") or last_commit_date() or program_date()
    if not re.fullmatch("[0-9]+", date) or int(date) > LAST_DATE:
        raise Failure(f"SOURCE_DATE_EPOCH={date}: not a number of seconds since 1970, from 0 to {LAST_DATE}, the end of FAT's years")
    return date


def last_commit_date():
    """The date of the last commit, or '' if this tree is not a git repository with commits."""
    if IS_INSTALLED or not (TOP / ".git").exists():
        return ""
    done = run(["git", "-C", TOP, "log", "-1", "--format=%ct"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout.strip()


def program_date():
    """For release archives, which have no git history: their files have the date of the release. An installed program has
    that of its package, or of its installation."""
    return str(int((pathlib.Path(__file__) if IS_INSTALLED else TOP / "CHANGELOG.md").stat().st_mtime))
