# SPDX-License-Identifier: BSD-2-Clause
"""A network of its own, with the servers of docs/netboot.md: their configurations are taken from there as they are.

The interface eth1 is the cable of one machine, 192.168.10.1 the host's address, and /srv a folder of the test: that takes
root, who makes a network and a mount namespace. Only processes in them see these.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import qemu
from artifacts import PACKAGES

TOP = Path(__file__).parents[2]
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
NGINX = PACKAGES / "nginx/usr/sbin/nginx"

SET_UP = """
mount --bind "$1" /srv
ip link set lo up
ip tuntap add dev eth1 mode tap
ip address add 192.168.10.1/24 dev eth1
ip link set eth1 up
echo ready
cat
"""

# What Debian's nginx.conf has around the server, but for where it writes.
NGINX_CONFIG = """
daemon off;
master_process off;
user root;
pid {folder}/nginx.pid;
events {{ worker_connections 768; }}
http {{
    sendfile on;
    tcp_nopush on;
    default_type application/octet-stream;
    gzip on;
    access_log {folder}/nginx-access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/server.conf;
}}
"""


def documented(heading, after=""):
    """The lines of the first block of a section of docs/netboot.md, or of the first one behind a text."""
    section = (TOP / "docs/netboot.md").read_text().split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    block = section[section.index(after):].split("\n\n    ", 1)[1].split("\n\n", 1)[0]
    return [line.removeprefix("    ") for line in block.split("\n")]


def program(name):
    """The path of a program that a test needs; skips it where it is missing."""
    path = shutil.which(name, path=PATH)
    if not path:
        pytest.skip(f"the program {name} is missing")
    return path


class Network:
    """The namespaces, and what runs in them while it is entered."""

    def __init__(self, folder, files):
        if os.geteuid() != 0:
            pytest.skip("a network namespace takes root")
        self.folder = folder
        for name, data in files.items():
            path = folder / "srv" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        self.processes = []

    def _start(self, *words, **options):
        self.processes.append(subprocess.Popen([str(word) for word in words], **options))
        return self.processes[-1]

    @property
    def entering(self):
        """What a command starts with to run in the network."""
        return [program("nsenter"), "--net", "--mount", "--target", str(self.processes[0].pid)]

    def start_dnsmasq(self, lines):
        """Serve with this configuration; what it keeps stays in the test's folder."""
        (self.folder / "dnsmasq.conf").write_text("\n".join(lines) + "\n")
        self._start(*self.entering, program("dnsmasq"), "--keep-in-foreground", "--user=root",
                    f"--conf-file={self.folder}/dnsmasq.conf", f"--pid-file={self.folder}/dnsmasq.pid",
                    f"--dhcp-leasefile={self.folder}/leases", f"--log-facility={self.folder}/dnsmasq.log", "--log-dhcp")

    def start_nginx(self, lines):
        """Serve with this `server` block."""
        if not NGINX.exists():
            pytest.skip("the package nginx is missing: `make check-boot-full` fetches it")
        (self.folder / "server.conf").write_text("\n".join(lines) + "\n")
        (self.folder / "nginx.conf").write_text(NGINX_CONFIG.format(folder=self.folder))
        self._start(*self.entering, NGINX, "-p", self.folder, "-c", self.folder / "nginx.conf", "-e",
                    self.folder / "nginx-error.log")

    def __enter__(self):
        unshare, _ = program("unshare"), program("ip")
        inside = self._start(unshare, "--net", "--mount", "sh", "-ec", SET_UP, "sh", self.folder / "srv",
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if inside.stdout.readline() != "ready\n":
            self.__exit__()
            pytest.skip("no network namespace with a tap interface can be made here")
        return self

    def __exit__(self, *_):
        for process in reversed(self.processes):
            qemu.end(process)
