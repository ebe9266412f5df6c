"""References that cannot be read: each named in one line, the others go on."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from program import run
from projects import PAGES, SITE, project_at
from servers import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from program import Ran
    from servers import Request, Server

pytestmark = pytest.mark.models

_HUGE = 300_000_000
_SETTINGS = """
[fetch]
attempts = 2
backoff_s = 0.0
read_timeout_s = 0.5
max_bytes = 1_000_000
[parse]
min_words = 5
"""
_LATIN = "The café serves a résumé of 12 GB memory to every naïve reader."


def _stream(request: Request) -> None:
    """Send without end, or until the client has had enough."""
    request.send_raw(b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    for _ in range(400):
        request.send_raw(b"word " * 2_000)


def _routes(server: Server) -> None:
    html = {"Content_Type": "text/html; charset=utf-8"}
    page = f"<html><head><title>Latin</title></head><body><article><p>{_LATIN}</p></article></body>"
    login = b"<html><title>Sign in</title><form><input name=user><input type=submit></form></html>"
    server.routes |= {
        "/slow.html": lambda request: request.sleep(5),
        "/empty.html": lambda request: request.send(200, b"", **html),
        "/announced.html": lambda request: request.send(
            200, b"x", **html, Content_Length=str(_HUGE)
        ),
        "/streamed.txt": _stream,
        "/login.html": lambda request: request.send(200, login, **html),
        "/latin.html": lambda request: request.send(200, page.encode("cp1252"), **html),
        "/busy.html": lambda request: request.send(503),
        "/broken.html": lambda request: request.reset(),
        "/nul.txt": lambda request: request.send(
            200, b"The memory of \0 each chip is 96 GB, as before.\n", Content_Type="text/plain"
        ),
        "/picture.html": lambda request: request.send(
            200, b"\x89PNG\r\n\x1a\n" + bytes(range(256)), Content_Type="image/png"
        ),
    }


BAD = {
    "absent": "404",
    "slow": "fetch.read_timeout_s = 0.5",
    "empty": "empty",
    "announced": "fetch.max_bytes",
    "streamed": "fetch.max_bytes",
    "login": "words",
    "busy": "503",
    "broken": "breaks off",
    "picture": "image/png",
    "folder": "is a folder",
    "nothing": "is not there",
    "blank": "is empty",
}
_FILES = ("[folder](folder/)", "nothing.md", "blank.md", "alpha.md")
GOOD = ("alpha", "latin", "nul")


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Run]:
    """One ingest of three good references among many bad ones."""
    root = tmp_path_factory.mktemp("bad")
    with serving() as server:
        _routes(server)
        pages = [*server.routes, "/absent.html"]
        lines = [f"- [ ] <{server.url(path)}>\n" for path in pages]
        lines += [
            "- [ ] [folder](folder/)\n",
            "- [ ] nothing.md\n",
            "- [ ] blank.md\n",
            "- [ ] alpha.md\n",
        ]
        project_at(root, "".join(lines))
        (root / "config/rag.toml").write_text(_SETTINGS, encoding="utf-8")
        (root / "folder").mkdir()
        (root / "blank.md").touch()
        (root / "alpha.md").write_bytes(PAGES[f"{SITE}alpha.md"])
        yield root, run(root, "ingest"), server


_Run = tuple["Path", "Ran", "Server"]


def _skips(done: Ran) -> dict[str, str]:
    """Return the line of each skipped reference, by key."""
    lines = [line for line in done.out.splitlines() if line.startswith("skipped ")]
    return {line.split()[1]: line for line in lines}


@pytest.mark.parametrize("key", BAD)
def test_bad_reference_is_named(bad: _Run, key: str) -> None:
    """What is wrong with a reference stands in one line with its key and where it is listed."""
    root, done, _ = bad
    line = _skips(done)[key]
    assert BAD[key] in line
    number = int(re.search(r"\(line (\d+), \w+\):", line)[1])
    listed = (root / "references.md").read_text(encoding="utf-8").splitlines()[number - 1]
    assert key in listed


def test_the_others_go_on(bad: _Run) -> None:
    """Good references among bad ones are read; the exit status says that something was done."""
    _, done, _ = bad
    assert (done.status, done.err) == (0, "")
    assert set(_skips(done)) == set(BAD)
    assert {
        line.split(":")[0] for line in done.out.splitlines() if re.search(r" chunks? of ", line)
    } == set(GOOD)


def test_a_wrong_charset_is_seen_through(bad: _Run) -> None:
    """A page in another charset than announced is read as it was meant."""
    root, _, _ = bad
    done = run(root, "ask", "--reference", "latin", "--json", "Who serves 12 GB of memory?")
    assert _LATIN in done.out


def test_no_more_is_read_than_allowed(bad: _Run) -> None:
    """A huge source is given up when it is announced, or once it is over the limit."""
    root, _, _ = bad
    sizes = [path.stat().st_size for path in (root / "store/sources").iterdir()]
    assert max(sizes) < 1_000_000


def test_a_second_run_tries_only_what_failed(bad: _Run) -> None:
    """With nothing new to be had the run exits with 1, and asks no good reference again."""
    root, _, server = bad
    before = len(server.requests)
    done = run(root, "ingest")
    assert done.status == 1
    assert set(_skips(done)) == set(BAD)
    asked = {request.path for request in server.requests[before:]}
    assert not asked & {"/latin.html", "/nul.txt"}


def test_strict_fails_on_a_skip(bad: _Run) -> None:
    """`--strict` exits with 1 when anything was skipped."""
    root, _, _ = bad
    (root / "extra.md").write_bytes(PAGES[f"{SITE}beta.md"])
    with (root / "references.md").open("a", encoding="utf-8") as file:
        file.write("- [ ] extra.md\n")
    done = run(root, "ingest", "--strict")
    assert "extra: " in done.out
    assert done.status == 1


def test_status_says_why(bad: _Run) -> None:
    """`rag status` shows each failure with its reason, in a pipe on one line."""
    root, _, _ = bad
    lines = run(root, "status").out.splitlines()
    for key, words in BAD.items():
        line = next(line for line in lines if f" {key} " in line)
        assert "failed: " in line
        assert words in line


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_unreadable_file(tmp_path: Path) -> None:
    """A file without permission is named; a checklist without it is refused."""
    project_at(tmp_path, "- [ ] secret.md\n")
    (tmp_path / "secret.md").touch(mode=0o000)
    assert "may not be read" in run(tmp_path, "ingest").out
    (tmp_path / "references.md").chmod(0o000)
    done = run(tmp_path, "ingest")
    assert done.status == 2
    assert "cannot be read" in done.line
