"""Servers that nobody here wrote, for tests: WireMock, microburst, ministack.

They lie in the folder `RAG_TEST_SERVERS_DIR` (else `rag-test-servers` in the user's cache). With
`RAG_TEST_SERVERS=install` what is not there is installed, once; `.ci/run` sets it. microburst
comes with the test extra. Each runs in a process of its own, on the loopback interface.
"""

from __future__ import annotations

import http.client
import importlib.util
import json
import os
import shutil
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.request import Request, urlopen

from filelock import FileLock
from servers import closed_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WIREMOCK = "wiremock@3.13.2"
MINISTACK = "ministack==1.5.33"
MICROBURST = "microburst==0.10.0"
_INSTALLING_S = 300
_STARTING_S = 120


class AbsentError(Exception):
    """A server is not here and cannot be had, with the reason."""


class Served(NamedTuple):
    """A server that runs."""

    url: str
    https: str = ""
    certificate: str = ""
    """Path of the certificate that `https` has."""

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the server's own control interface; return its JSON."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(  # noqa: S310 - our own server
            self.url + path, data, {"Content-Type": "application/json"}, method=method
        )
        with urlopen(request, timeout=60) as response:  # noqa: S310
            said = response.read()
        return json.loads(said) if said else None


def folder() -> Path:
    """Return where servers are installed."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    found = Path(os.environ.get("RAG_TEST_SERVERS_DIR") or cache / "rag-test-servers")
    found.mkdir(parents=True, exist_ok=True)
    return found


@contextmanager
def wiremock() -> Iterator[Served]:
    """Run WireMock, with http and https.

    Raises:
        AbsentError: it, Java or npm is not here.
    """
    java, keytool = _program("java"), _program("keytool")
    home = folder() / WIREMOCK
    jar = home / "node_modules/wiremock/build/wiremock-standalone-3.13.2.jar"
    npm = ("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", home)
    _install(jar, [[*map(str, npm), WIREMOCK]])
    keys = home / "keys.p12"
    made = (
        keytool, "-genkeypair", "-alias", "wiremock", "-keyalg", "RSA", "-dname", "CN=localhost",
        "-ext", "SAN=dns:localhost,ip:127.0.0.1", "-validity", "3650", "-storetype", "PKCS12",
        "-storepass", "password", "-keystore", str(keys),
    )  # fmt: skip
    _install(keys, [list(made)], always=True)
    http, https = closed_port(), closed_port()
    command = [
        java, "-Xmx256m", "-XX:TieredStopAtLevel=1", "-jar", str(jar), "--bind-address",
        "127.0.0.1", "--port", str(http), "--https-port", str(https), "--https-keystore", str(keys),
        "--disable-banner", "--async-response-enabled=true",
    ]  # fmt: skip
    with _running(command, http, "/__admin/mappings"):
        certificate = home / "certificate.pem"
        certificate.write_text(ssl.get_server_certificate(("127.0.0.1", https)), encoding="ascii")
        yield Served(f"http://127.0.0.1:{http}", f"https://127.0.0.1:{https}", str(certificate))


@contextmanager
def ministack() -> Iterator[Served]:
    """Run ministack, which pins a botocore of its own and so has an environment of its own.

    Raises:
        AbsentError: it is not here.
    """
    home = folder() / MINISTACK
    program = home / "bin" / "ministack"
    _install(
        program,
        [
            [sys.executable, "-m", "venv", str(home)],
            [str(home / "bin" / "python"), "-m", "pip", "install", "-q", MINISTACK],
        ],
    )
    port = closed_port()
    told = {"GATEWAY_PORT": str(port), "BIND_HOST": "127.0.0.1", "SERVICES": "bedrock-runtime"}
    with _running([str(program)], port, "/_ministack/health", told):
        yield Served(f"http://127.0.0.1:{port}")


@contextmanager
def microburst(upstream: str) -> Iterator[Served]:
    """Run microburst in front of another server.

    Raises:
        AbsentError: it is not installed.
    """
    if importlib.util.find_spec("microburst") is None:
        raise AbsentError(f"{MICROBURST} is not installed: pip install '.[test]'")
    port = closed_port()
    command = [sys.executable, "-m", "microburst", "--upstream", upstream, "--port", str(port)]
    with _running(command, port, "/_microburst/health"):
        yield Served(f"http://127.0.0.1:{port}")


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise AbsentError(f"there is no {name} on this machine")
    return found


def _install(made: Path, commands: Sequence[Sequence[str]], *, always: bool = False) -> None:
    """Run commands until a file is there, unless it is; one process at a time."""
    with FileLock(folder() / "lock"):
        if made.exists():
            return
        if not always and os.environ.get("RAG_TEST_SERVERS") != "install":
            raise AbsentError(f"{made} is not there: set RAG_TEST_SERVERS=install to get it")
        for command in commands:
            _program(command[0])
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=_INSTALLING_S, check=False
            )
            if done.returncode:
                said = (done.stderr or done.stdout).strip().splitlines() or ["no word"]
                raise AbsentError(f"{' '.join(command)} failed: {said[-1]}")


@contextmanager
def _running(
    command: Sequence[str], port: int, path: str, told: dict[str, str] | None = None
) -> Iterator[None]:
    """Run a server from the moment it answers until the block ends."""
    log = folder() / f"{Path(command[0]).name}-{port}.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, stdout=said, stderr=said, stdin=subprocess.DEVNULL,
            env=os.environ | (told or {}),
        )  # fmt: skip
        try:
            _wait(process, port, path, log)
            yield
        finally:
            process.terminate()
            try:
                process.wait(3)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    log.unlink()


def _wait(process: subprocess.Popen[bytes], port: int, path: str, log: Path) -> None:
    """Wait until a server answers."""
    deadline = time.monotonic() + _STARTING_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", path)
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    raise RuntimeError(f"a server did not start:\n{log.read_text(errors='replace')[-2000:]}")
