# SPDX-License-Identifier: BSD-2-Clause
"""A server of files by HTTP on the loopback interface, which QEMU's guests reach as 10.0.2.2.

It behaves as it is told: some of its ways are those of bad servers.
"""

import http.server
import re
import socket
import ssl
import threading
import time
from dataclasses import dataclass

HOST = "10.0.2.2"   # of QEMU's user network
DEVICES = ("-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,romfile=")


@dataclass(frozen=True)
class Ways:
    """How a file is served."""

    status: int = 0             # instead of the file
    location: str = ""          # of a redirection
    gives_ranges: bool = True
    tells_length: bool = True
    chunked: bool = False
    extra_length: int = 0       # that is announced and does not come
    cut_at: float = 0           # the part after which each answer ends; 0: it does not
    cuts: int = 1 << 30         # of so many answers
    bytes_a_second: int = 0     # 0: as many as there are
    garbage: bytes = b""        # instead of an answer of HTTP


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass

    def _range(self, data):
        """The first and last byte that are asked for; None for all."""
        found = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if not found or not self.ways.gives_ranges or int(found[1]) >= len(data):
            return None
        return int(found[1]), min(int(found[2]), len(data) - 1)

    def _send_body(self, body):
        end = len(body)
        if self.ways.cut_at and self.server.cuts.get(self.path, 0) < self.ways.cuts:
            self.server.cuts[self.path] = self.server.cuts.get(self.path, 0) + 1
            end = int(end * self.ways.cut_at)
        if self.ways.chunked:
            self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
        elif self.ways.bytes_a_second:
            for at in range(end):
                self.wfile.write(body[at:at + 1])
                time.sleep(1 / self.ways.bytes_a_second)
        else:
            self.wfile.write(body[:end])
        if end < len(body) or self.ways.extra_length or not self.ways.tells_length:
            self.close_connection = True

    def _send_file(self, data):
        part = self._range(data)
        self.send_response(206 if part else 200)
        if part:
            self.send_header("Content-Range", f"bytes {part[0]}-{part[1]}/{len(data)}")
            data = data[part[0]:part[1] + 1]
        if self.ways.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif self.ways.tells_length:
            self.send_header("Content-Length", str(len(data) + self.ways.extra_length))
        self.end_headers()
        self._send_body(data)

    def do_HEAD(self):  # pylint: disable=invalid-name
        """Tell the size of the file, for which HTTP boot asks first."""
        data, _ = self.server.files.get(self.path, (None, None))
        self.send_response(404 if data is None else 200)
        self.send_header("Content-Length", str(len(data or b"")))
        self.end_headers()

    def do_GET(self):   # pylint: disable=invalid-name
        """Send the file, or do what it is told instead."""
        data, self.ways = self.server.files.get(self.path, (None, Ways(status=404)))
        self.server.requests.append((self.path, self.headers.get("Range")))
        if self.ways.garbage:
            self.wfile.write(self.ways.garbage)
            self.close_connection = True
        elif self.ways.status:
            self.send_response(self.ways.status)
            if self.ways.location:
                self.send_header("Location", self.ways.location)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            try:
                self._send_file(data)
            except OSError:  # the guest has read enough
                self.close_connection = True


class Server(http.server.ThreadingHTTPServer):
    """Serves files while it is entered; by https, if there are the files of a key and of a certificate. `host` is the
    loopback interface, as guests name it."""

    daemon_threads = True

    def __init__(self, key=None, certificate=None, host=HOST):
        is_ipv6 = ":" in host
        self.address_family = socket.AF_INET6 if is_ipv6 else socket.AF_INET
        super().__init__(("::1" if is_ipv6 else "127.0.0.1", 0), Handler)
        self._host = f"[{host}]" if is_ipv6 else host
        self._tls = None
        if key:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificate, key)
        self.files = {}
        self.requests = []  # the path and the range of each
        self.cuts = {}
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)

    @property
    def url(self):
        """Its root, as the guest names it."""
        return f"{'https' if self._tls else 'http'}://{self._host}:{self.server_address[1]}"

    def put(self, path, data, **ways):
        """Serve a file; returns its URL."""
        self.files[path] = (data, Ways(**ways))
        return self.url + path

    def get_request(self):
        """The handshake is the handler's, not that of the thread that waits for guests."""
        connection, address = super().get_request()
        if self._tls:
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request, client_address):
        """A guest that leaves is no error."""

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self._thread.join()
        self.server_close()
