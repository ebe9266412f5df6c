"""Real servers on the loopback interface, well-behaved and otherwise."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Answer = Callable[["Request"], None]


L = TypeVar("L", bound="Loopback")


class Request(BaseHTTPRequestHandler):
    """A request under way: a route answers it by calling these."""

    server: Server

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Send a whole response; a header's underscores are hyphens."""
        self.send_response(status)
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in ({"Content-Length": str(len(body))} | names).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def send_raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.wfile.write(data)
        self.wfile.flush()

    def reset(self) -> None:
        """Break the connection off as a crashed server does (RST)."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def sleep(self, seconds: float) -> None:
        """Do nothing for a while, or until the server is shut down."""
        self.server.closing.wait(seconds)

    def do_GET(self) -> None:
        """Answer by the route of the path; 404 where there is none."""
        self.server.requests.append(self)
        route = self.server.routes.get(self.path, lambda request: request.send(404))
        self.close_connection = True
        route(self)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Loopback(ThreadingHTTPServer):
    """A server on a free port of the loopback interface that ends when it is told."""

    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.closing = threading.Event()

    def handle_error(self, *_: object) -> None:
        """Say nothing: a client that hangs up is what some tests are about."""


@contextmanager
def running(server: L) -> Iterator[L]:
    """Run a server until the block ends."""
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()


class Server(Loopback):
    """A server with routes that can be set while it runs, and the requests it has had."""

    def __init__(self) -> None:
        super().__init__(Request)
        self.routes: dict[str, Answer] = {}
        self.requests: list[Request] = []

    def url(self, path: str) -> str:
        """Return the URL of a path."""
        return f"http://127.0.0.1:{self.server_port}{path}"


@contextmanager
def serving() -> Iterator[Server]:
    """Run a server until the block ends."""
    with running(Server()) as server:
        yield server


def closed_port() -> int:
    """Return a port of the loopback interface on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
