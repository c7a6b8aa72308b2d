# SPDX-License-Identifier: BSD-2-Clause
"""How a program of tools/ fails, runs other programs and writes its output."""

import contextlib
import os
import pathlib
import signal
import stat
import subprocess
import sys
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]

# Debian keeps mkfs.fat where an ordinary user's PATH does not lead.
SYSTEM_PROGRAMS = ":/usr/sbin:/sbin"

# How a program is asked to end: Ctrl-C, kill, a terminal that is closed.
END_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Failure(Exception):
    """What went wrong and what to do about it, as one line for a person."""


class Ended(BaseException):
    """Somebody asked the program to end: it does, but not before everything temporary is gone."""


def run_main(name, main):
    """Run main() and turn every expected failure into one line and exit status 1."""
    for number in END_SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # as under nohup
            signal.signal(number, end)
    try:
        sys.exit(main())
    except Failure as failure:
        sys.exit(f"{name}: {failure}")
    except OSError as error:
        sys.exit(f"{name}: {describe(error)}")
    except Ended as ended:
        print(f"{name}: ended by {ended}", file=sys.stderr)
        sys.exit(128 + signal.Signals[str(ended)])


def end(number, _):
    """Once is enough: no further signal may cut the clean-up short."""
    for other in END_SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    raise Ended(signal.Signals(number).name)


def describe(error):
    """'file: reason', without the number that Python puts in front."""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"


def call(*command, env=None, cwd=None, data=None, failed=None):
    """Run a host program that has nothing to say; its own words count only when it fails."""
    env = {**(os.environ if env is None else env)}
    env["PATH"] = env.get("PATH", os.defpath) + SYSTEM_PROGRAMS
    try:
        done = subprocess.run([str(word) for word in command], env=env, cwd=cwd, input=data,
                              stdin=subprocess.DEVNULL if data is None else None,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except FileNotFoundError:
        raise Failure(f"the program {command[0]} is missing; 'make deps' installs it") from None
    if done.returncode != 0:
        words = (done.stderr or done.stdout).decode(errors="replace")
        raise Failure(f"{failed or command[0]}: {reason(words) or f'exit status {done.returncode}'}")
    return done.stdout


def call_for_words(*command, cwd=None):
    """What a program of ours that judges prints; what it says when it refuses is the failure."""
    try:
        done = subprocess.run([str(word) for word in command], cwd=cwd, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except FileNotFoundError:
        raise Failure(f"the program {command[0]} is missing; 'make' builds it") from None
    if done.returncode != 0:
        raise Failure(done.stderr.strip() or f"{command[0]}: exit status {done.returncode}")
    return done.stdout


def reason(words):
    """The line that tells most: apt's first error, else what the program said last."""
    lines = words.strip().splitlines() or [""]
    errors = [line[3:] for line in lines if line.startswith("E: ")]
    return (errors or lines[-1:])[0]


@contextlib.contextmanager
def replacing(output):
    """A temporary name beside OUTPUT that takes its place once it is complete, and only then.

    Where OUTPUT is a link, what it leads to is replaced; a file that is there keeps its permissions."""
    output = pathlib.Path(os.path.realpath(output))
    mode = replaceable_mode(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=f".{output.name}.") as scratch:
        temporary = pathlib.Path(scratch, output.name)
        try:
            yield temporary
            if mode is not None:
                temporary.chmod(mode)
            os.replace(temporary, output)
        except OSError as error:
            raise Failure(describe(error) if error.filename else f"{output}: {error.strerror}") from None


def replaceable_mode(path):
    """The permissions of the file PATH; None where none is. What is no file is not for replacing: /dev/sdb, say."""
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
    """PATH, once it is known to be a file that can be read."""
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


def source_date_epoch():
    """The one date of all that is built: SOURCE_DATE_EPOCH, else the last commit's, else the change log's."""
    date = os.environ.get("SOURCE_DATE_EPOCH") or last_commit_date() or changelog_date()
    if not date.isdecimal():
        raise Failure(f"SOURCE_DATE_EPOCH={date}: not a number of seconds since 1970")
    return date


def last_commit_date():
    """The last commit's date where this tree is a git repository with commits, else ''."""
    if not (TOP / ".git").exists():
        return ""
    done = subprocess.run(["git", "-C", TOP, "log", "-1", "--format=%ct"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout.strip()


def changelog_date():
    """A release archive has no git history, but its files carry the date of the release."""
    return str(int((TOP / "CHANGELOG.md").stat().st_mtime))
