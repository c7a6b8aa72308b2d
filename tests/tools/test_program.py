# SPDX-License-Identifier: BSD-2-Clause
"""What a signal leaves behind: nothing, whenever it comes."""

import os
import signal
import subprocess
import sys

import pytest
import signals
from conftest import TOOLS

# The moments at which one call of Python's library has been made, and its caller does not know of it yet.
SENT_AFTER = """
import os, signal, subprocess, sys, tempfile
sys.path.insert(0, sys.argv[1])
from pvhtools import program

def send_after(module, name):
    real = getattr(module, name)
    def and_then(*arguments, **named):
        setattr(module, name, real)
        result = real(*arguments, **named)
        if name == "_fork_exec":
            print(result, flush=True)
        os.kill(os.getpid(), {number})
        return result
    setattr(module, name, and_then)

def main():
    send_after({module}, "{name}")
    with program.temporary_folder() as folder:
        (folder / "file").touch()
        with program.running(["sleep", "60"]) as process:
            print(process.pid, flush=True)
    return 3

program.run_main("test", main)
"""

MOMENTS = [("os", "open"), ("os", "mkdir"), ("tempfile", "mkdtemp"), ("subprocess", "_fork_exec"),
           ("subprocess.Popen", "kill"), ("subprocess.Popen", "wait"), ("os", "unlink"), ("os", "rmdir"), ("tempfile", "_rmtree")]


@pytest.mark.parametrize("number", signals.ENDINGS)
@pytest.mark.parametrize("module, name", MOMENTS, ids=lambda value: value)
def test_a_signal_at_any_moment_leaves_nothing(tmp_path, module, name, number):
    folder = tmp_path / "tmp"
    folder.mkdir()
    script = SENT_AFTER.format(module=module, name=name, number=int(number))
    done = subprocess.run([sys.executable, "-c", script, TOOLS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          env={**os.environ, "TMPDIR": str(folder)}, preexec_fn=signals.have_default_signals, timeout=30)
    assert bool(done.stdout) == (module.startswith("subprocess") or name in ("rmdir", "_rmtree"))
    assert done.stderr == f"test: ended by {number.name}\n" and done.returncode == 128 + number
    assert not list(folder.iterdir())
    for process in done.stdout.split():
        with pytest.raises(ProcessLookupError):
            os.kill(int(process), signal.SIG_DFL)


# The same where a program is called and waited for.
CALLED = SENT_AFTER[:SENT_AFTER.index("def main():")] + """
def main():
    send_after(subprocess, "_fork_exec")
    program.call("sleep", "60")
    return 3

program.run_main("test", main)
"""


def test_a_program_that_is_called_is_not_left_behind():
    done = subprocess.run([sys.executable, "-c", CALLED.format(number=int(signal.SIGTERM)), TOOLS], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, preexec_fn=signals.have_default_signals, timeout=30)
    assert done.stderr == "test: ended by SIGTERM\n" and done.returncode == 128 + signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.kill(int(done.stdout), signal.SIG_DFL)


def test_what_is_given_back_badly_does_not_hold_signals():
    script = f"""
import os, signal, sys
sys.path.insert(0, {str(TOOLS)!r})
from pvhtools import program

def give_back(_):
    os.kill(os.getpid(), signal.SIGTERM)
    raise OSError(5, "give back")

def main():
    with program.owned(lambda: 1, give_back):
        pass
    return 3

program.run_main("test", main)
"""
    done = subprocess.run([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True,
                          preexec_fn=signals.have_default_signals, timeout=30)
    assert done.returncode == 128 + signal.SIGTERM


def test_without_a_signal_all_is_given_back_too(tmp_path):
    script = SENT_AFTER.format(module="os", name="fork", number=int(signal.SIGTERM))
    done = subprocess.run([sys.executable, "-c", script, TOOLS], stdout=subprocess.PIPE, text=True,
                          env={**os.environ, "TMPDIR": str(tmp_path)})
    assert done.returncode == 3 and not list(tmp_path.iterdir())
    with pytest.raises(ProcessLookupError):
        os.kill(int(done.stdout), signal.SIG_DFL)


@pytest.mark.parametrize("body, status, said", [
    ("return 3", 3, ""), ("sys.exit(4)", 4, ""), ("raise program.Failure('it fails')", 1, "test: it fails\n"),
    ("open('/none/x')", 1, "test: /none/x: No such file or directory\n"), ("raise MemoryError", 1, "test: out of memory\n"),
    ("'\\udcff'.encode()", 1, "test: UnicodeEncodeError in <string>:6: 'utf-8' codec can't encode character '\\udcff' in position 0: "
     "surrogates not allowed; this is a mistake of the program: please report these words and the command\n"),
    ("print('a\\udcff')", 0, ""),
])
def test_no_traceback_reaches_a_user(body, status, said):
    script = f"import sys\nsys.path.insert(0, sys.argv[1])\nfrom pvhtools import program\n\ndef main():\n    {body}\nprogram.run_main('test', main)\n"
    done = subprocess.run([sys.executable, "-c", script, TOOLS], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False, env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert (done.returncode, done.stderr) == (status, said)
    assert done.stdout == ("a\\udcff\n" if "print" in body else "")


def test_a_failure_while_output_cannot_be_written():
    script = "import sys\nsys.path.insert(0, sys.argv[1])\nfrom pvhtools import program\n\n" \
        "def main():\n    print('done so far')\n    raise program.Failure('it fails')\nprogram.run_main('test', main, failed=7)\n"
    environment = {**os.environ, "PYTHONUNBUFFERED": ""}
    with open("/dev/full", "wb") as full:
        done = subprocess.run([sys.executable, "-c", script, TOOLS], stdout=full, stderr=subprocess.PIPE, text=True, check=False,
                              env=environment)
        silent = subprocess.run([sys.executable, "-c", script, TOOLS], stdout=full, stderr=full, check=False, env=environment)
    assert (done.returncode, done.stderr, silent.returncode) == (7, "test: it fails\n", 7)


@pytest.mark.parametrize("words", [["pvhboot-mkimage", "--help"], ["pvhboot-run", "--help"], ["pvhboot-kernel", "--help"]])
def test_output_that_cannot_be_written(words):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([TOOLS / words[0], *words[1:]], stdout=full, stderr=subprocess.PIPE, text=True, check=False,
                              env={**os.environ, "PYTHONUNBUFFERED": ""})
    assert done.returncode != 0 and done.stderr == f"{words[0]}: standard output: No space left on device\n"
