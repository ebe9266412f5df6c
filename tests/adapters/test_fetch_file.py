"""Files are fetched by path, and what is no readable file is skipped."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from contracts.fetcher import MAX_BYTES, FetcherContract

from rag.adapters.fetch_file import FileFetcher
from rag.types import Fetched, Skipped


class FilePlace:
    """A folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fetcher = FileFetcher(MAX_BYTES)

    def put(self, name: str, content: bytes) -> str:
        """See `Place.put`."""
        path = self.folder / name
        path.write_bytes(content)
        return str(path)


class TestFileFetcher(FetcherContract):
    """FileFetcher is a `Fetcher`."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> FilePlace:
        """Give an empty folder."""
        return FilePlace(tmp_path)


def reason_of(location: object) -> str:
    """Return why the location is skipped, without the location."""
    skipped = FileFetcher(MAX_BYTES).fetch("key", str(location))
    assert isinstance(skipped, Skipped)
    assert skipped.reason.startswith(str(location))
    return skipped.reason.removeprefix(str(location)).strip()


def test_no_clock_enters(tmp_path):
    """A file's source depends on its path and bytes alone."""
    path = tmp_path / "a.md"
    path.write_bytes(b"words")
    fetched = FileFetcher(MAX_BYTES).fetch("key", str(path))
    assert isinstance(fetched, Fetched)
    source = fetched.source
    assert (source.read_on, source.etag, source.last_modified, source.charset) == ("",) * 4


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.MD", "text/markdown"),
        ("a.markdown", "text/markdown"),
        ("a.srt", "application/x-subrip"),
        ("a.txt", "text/plain"),
        ("a.htm", "text/html"),
        ("a.txt.gz", "application/gzip"),
        ("a.nobody-knows", ""),
        ("http:a.md", "text/markdown"),
    ],
)
def test_the_extension_gives_the_media_type(tmp_path, name, media_type):
    """Whatever its case, the extension decides, and the machine's own tables have no say."""
    path = tmp_path / name
    path.write_bytes(b"words")
    fetched = FileFetcher(MAX_BYTES).fetch("key", str(path))
    assert isinstance(fetched, Fetched)
    assert fetched.source.media_type == media_type


def test_a_folder_is_skipped(tmp_path):
    """A folder is no document."""
    assert reason_of(tmp_path).startswith("is a folder")


def test_a_path_through_a_file_is_skipped(tmp_path):
    """What lies "in" a file is not there."""
    (tmp_path / "a.md").write_bytes(b"words")
    assert reason_of(tmp_path / "a.md" / "b.md").startswith("is not there")


def test_a_pipe_is_skipped_without_waiting(tmp_path):
    """Nobody waits for a pipe that nobody writes to."""
    os.mkfifo(tmp_path / "pipe")
    assert reason_of(tmp_path / "pipe").startswith("is a device, pipe or socket")


def test_a_socket_is_skipped(tmp_path):
    """A socket is no document."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        assert reason_of(tmp_path / "s").startswith("is a device, pipe or socket")


def test_an_endless_device_is_skipped():
    """A device is not read, however much it would give."""
    assert reason_of("/dev/zero").startswith("is a device, pipe or socket")


def test_a_loop_of_links_is_skipped(tmp_path):
    """A link to itself cannot be read."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert reason_of(tmp_path / "loop").startswith("cannot be read (")


def test_a_link_is_followed(tmp_path):
    """A link is as good as the file."""
    (tmp_path / "a.md").write_bytes(b"words")
    (tmp_path / "b.md").symlink_to(tmp_path / "a.md")
    assert isinstance(FileFetcher(MAX_BYTES).fetch("key", str(tmp_path / "b.md")), Fetched)


def test_a_name_over_the_systems_limit_is_skipped(tmp_path):
    """A path that the system refuses is skipped with the system's word."""
    assert reason_of(tmp_path / ("a" * 5000)).startswith("cannot be read (")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_skipped(tmp_path):
    """A file without permission is skipped."""
    path = tmp_path / "a.md"
    path.write_bytes(b"words")
    path.chmod(0)
    assert reason_of(path).startswith("may not be read")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="no /proc on this system")
def test_a_file_that_fails_when_read_is_skipped():
    """What the system says is a file but gives nothing is skipped, whoever asks."""
    assert reason_of("/proc/self/mem")


def test_a_file_of_300_mb_is_skipped_unread(tmp_path):
    """The size is looked at first: a sparse file of 300 MB costs no memory and no time."""
    path = tmp_path / "big.pdf"
    with path.open("wb") as file:
        file.truncate(300_000_000)
    assert "300,000,000 bytes, over fetch.max_bytes = 1,000" in reason_of(path)
