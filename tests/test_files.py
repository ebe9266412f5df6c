"""A file is replaced whole or not at all."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from rag.errors import ServiceError
from rag.files import replace_file

if TYPE_CHECKING:
    from pathlib import Path


def names(folder: Path) -> list[str]:
    """Return what is in a folder, hidden files and all."""
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o640, 0o755])
def test_the_mode_stays(tmp_path, mode):
    """New bytes, the old permissions, nothing beside them."""
    path = tmp_path / "report.md"
    path.write_bytes(b"old")
    path.chmod(mode)
    replace_file(path, b"new\r\n\xff")
    assert path.read_bytes() == b"new\r\n\xff"
    assert path.stat().st_mode & 0o777 == mode
    assert names(tmp_path) == ["report.md"]


def test_a_link_stays_and_its_file_changes(tmp_path):
    """A file that is kept elsewhere is written where it is kept."""
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "mine.md").write_bytes(b"old")
    link = tmp_path / "report.md"
    link.symlink_to("kept/mine.md")
    replace_file(link, b"new")
    assert link.is_symlink()
    assert (kept / "mine.md").read_bytes() == b"new"
    assert (names(kept), sorted(names(tmp_path))) == (["mine.md"], ["kept", "report.md"])


def test_a_new_file_can_be_read_by_others(tmp_path):
    """A file that was not there gets the usual permissions, not those of a temporary one."""
    replace_file(tmp_path / "report.md", b"")
    assert (tmp_path / "report.md").stat().st_mode & 0o777 == 0o644
    assert names(tmp_path) == ["report.md"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_file_is_refused(tmp_path):
    """The user said no; the line says how to say yes."""
    path = tmp_path / "report.md"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(ServiceError, match=r"read-only.*chmod"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["report.md"]


def test_a_folder_in_its_place_leaves_nothing_behind(tmp_path):
    """What cannot be replaced is an error, and the temporary file is gone."""
    (tmp_path / "report.md").mkdir()
    (tmp_path / "report.md" / "kept").write_bytes(b"")
    with pytest.raises(OSError, match=r"report\.md"):
        replace_file(tmp_path / "report.md", b"new")
    assert names(tmp_path) == ["report.md"]


def _limit_files_to_a_kilobyte() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # write() says EFBIG instead
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))


def test_a_full_disk_leaves_the_old_file(tmp_path):
    """If the bytes do not fit, the old ones stay, with no temporary file beside them."""
    path = tmp_path / "report.md"
    path.write_bytes(b"old")
    program = (
        "import pathlib, sys; from rag.files import replace_file;"
        "replace_file(pathlib.Path(sys.argv[1]), b'new' * 1000)"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", program, str(path)],
        preexec_fn=_limit_files_to_a_kilobyte,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 1
    assert "File too large" in done.stderr
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["report.md"]
