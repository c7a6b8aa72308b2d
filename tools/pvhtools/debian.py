# SPDX-License-Identifier: BSD-2-Clause
"""Downloads from Debian's archive, with a separate apt configuration; the machine's apt is not touched."""

import contextlib
import fcntl
import os
import pathlib
import re
import shutil

from .program import TOP, Failure, call

DEPS = TOP / "build" / "deps"

# Only Debian's keys are trusted, whatever the machine's configuration says. Run by root, apt would download as the user
# _apt, who cannot write to home directories. Hooks are only meant for the machine's own apt.
APT_CONFIGURATION = """\
Dir::Etc::SourceList "{folder}/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::State "{folder}";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}";
APT::Architecture "amd64";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "2";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"""
KEYRING = "/usr/share/keyrings/debian-archive-keyring"
INDEX = re.compile(r"'(\S+?)/dists/([^/\s]+)(?:/updates)?/InRelease'")


class Suite:
    """A suite of Debian, with its own package lists and cache."""

    KIND = "deb"
    LISTS = "_Packages"
    SUFFIX = ""

    def __init__(self, name):
        self.name = name
        self.folder = DEPS / "apt" / (name + self.SUFFIX)
        self.options = ["-c", self.folder / "apt.conf"]

    def configure(self):
        for folder in ("lists/partial", "archives/partial"):
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
        (self.folder / "status").touch()
        source = f"{self.KIND} [arch=amd64 signed-by={keyring()}] {mirror()} {self.name} main\n"
        (self.folder / "sources.list").write_text(source)
        (self.folder / "apt.conf").write_text(APT_CONFIGURATION.format(folder=self.folder))

    def update(self):
        self.configure()
        call("apt-get", *self.options, "-qq", "--error-on=any", "update",
             failed=f"the package lists of Debian {self.name} could not be downloaded (is there a network?)")

    def has_lists(self):
        return any(self.folder.glob(f"lists/*{self.LISTS}*"))

    def fetch(self, package, folder):
        """Downloads a package. If that fails, updates the package lists, which may be outdated, and tries again."""
        fresh = not self.has_lists()
        if fresh:
            self.update()
        try:
            return self.download(package, folder)
        except Failure:
            if fresh:
                raise
        self.update()
        return self.download(package, folder)

    def download(self, package, folder):
        call("apt-get", *self.options, "-qq", "download", package, cwd=folder,
             failed=f"{package} could not be downloaded (is there a network?)")
        return next(pathlib.Path(folder).glob("*.deb"))


class KernelSuite(Suite):
    """A suite whose packages are named by metapackages that depend on the newest kernel."""

    def kernel_package(self, meta):
        """The package that META currently depends on."""
        lines = call("apt-cache", *self.options, "depends", "--important", meta,
                     failed=f"{meta} is not in Debian {self.name}").decode()
        found = re.search(r"Depends: (linux-image-\d\S+)", lines)
        if not found:
            raise Failure(f"{meta} of Debian {self.name} names no kernel package")
        return found[1]

    def download(self, meta, folder):
        return super().download(self.kernel_package(meta), folder)


class SourceSuite(Suite):
    """The source packages of a suite: fetches only upstream's tarballs."""

    KIND = "deb-src"
    LISTS = "_Sources"
    SUFFIX = "-sources"

    def download(self, package, folder):
        call("apt-get", *self.options, "-qq", "source", "--download-only", "--tar-only", "--only-source", package,
             cwd=folder, failed=f"the source of {package} could not be downloaded (is there a network?)")
        tarballs = list(pathlib.Path(folder).glob("*.orig.tar.?z*"))
        if len(tarballs) != 1:
            raise Failure(f"the source package {package} of Debian {self.name} has no upstream tarball")
        return tarballs[0]


def keyring():
    for suffix in (".gpg", ".pgp"):
        if os.path.exists(KEYRING + suffix):
            return KEYRING + suffix
    raise Failure("Debian's keys are missing; install the package debian-archive-keyring")


def release():
    """The code name of this machine's release of Debian."""
    fields = dict(line.strip().split("=", 1) for line in open("/etc/os-release") if "=" in line)
    return fields.get("VERSION_CODENAME", "").strip('"')


def mirror():
    """The mirror that this machine's apt uses."""
    if not shutil.which("apt-get"):
        raise Failure("downloading from Debian needs apt-get, which is missing here; KERNEL= names a kernel of your own")
    sources = INDEX.findall(call("apt-get", "--print-uris", "update").decode())
    for uri, suite in sources:
        if suite in (release(), "stable", "testing", "unstable", "sid"):
            return uri
    raise Failure("apt's sources name no mirror of this Debian release; KERNEL= names a kernel of your own")


@contextlib.contextmanager
def one_at_a_time():
    """Serializes downloads: apt cannot share its folders, and `make -j` may start several at once."""
    DEPS.mkdir(parents=True, exist_ok=True)
    with open(DEPS / ".fetch.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
