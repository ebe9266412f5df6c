"""Bad input: one clear line, a documented exit status, and nothing lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from program import run
from projects import checklist

if TYPE_CHECKING:
    from pathlib import Path


COMMANDS = [("ingest",), ("compose",), ("status",), ("ask", "How much memory?")]


def _rewrite(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8")


# --- the checklist ---------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda words: words[0])
def test_no_checklist(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """A folder without references.md is refused by every command, and nothing is made there."""
    done = run(tmp_path, *arguments)
    assert done.status == 2
    assert "no references.md" in done.line
    assert "rag init" in done.line
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda words: words[0])
def test_binary_checklist(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """A checklist that is no text is refused and left as it is."""
    content = b"\x89PNG\r\n\x00\x00- [ ] a.md\n"
    (tmp_path / "references.md").write_bytes(content)
    done = run(tmp_path, *arguments)
    assert done.status == 2
    assert "references.md is not text" in done.line
    assert (tmp_path / "references.md").read_bytes() == content


def test_checklist_that_is_a_folder(tmp_path: Path) -> None:
    """A folder of that name is named as what it is."""
    (tmp_path / "references.md").mkdir()
    done = run(tmp_path, "compose")
    assert done.status == 2
    assert "is a folder" in done.line


@pytest.mark.models
def test_empty_checklist(tmp_path: Path) -> None:
    """With no reference there is nothing to do, which is no failure."""
    (tmp_path / "references.md").write_bytes(b"")
    for name in ("ingest", "compose", "status"):
        done = run(tmp_path, name)
        assert (done.status, done.err) == (0, "")
    assert run(tmp_path, "compose").out == (
        "nothing to do: references.md lists no reference; add a line such as - [ ] <https://…>\n"
    )
    assert run(tmp_path, "ask", "Why?").status == 3
    assert (tmp_path / "references.md").read_bytes() == b""
    assert not (tmp_path / "report.md").exists()


def test_project_that_is_nowhere(tmp_path: Path) -> None:
    """A project folder that is not there is not made."""
    done = run(tmp_path, "-C", "nowhere", "compose")
    assert done.status == 2
    assert "no references.md" in done.line
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("arguments", [("init",), *COMMANDS], ids=lambda words: words[0])
def test_project_whose_name_is_not_unicode(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """A folder that the store cannot name is refused before anything is made in it."""
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    done = run(folder, *arguments)
    done.fails(2, r"caf\\udce9' is not named in UTF-8: rename the folder")
    assert list(folder.iterdir()) == []


# --- the configuration -----------------------------------------------------------------------


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda words: words[0])
def test_unknown_key(bare: Path, arguments: tuple[str, ...]) -> None:
    """An unknown key is named with file and line."""
    _rewrite(bare / "config/rag.toml", "# mine\n[fetch]\nattemps = 3\n")
    done = run(bare, *arguments)
    assert done.status == 2
    assert "config/rag.toml, line 3: unknown key 'fetch.attemps'" in done.line


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("rag", "[chunk]\nmax_tokens = 3\n", "config/rag.toml, line 2: chunk.max_tokens = 3"),
        ("rag", "model = 7\n", "config/rag.toml, line 1: model = 7"),
        ("rag", 'model = "gpt"\n', "model = 'gpt'"),
        ("rag", "[fetch\n", "config/rag.toml is not TOML"),
        ("rag", "[embedder]\nadapter = 'tf'\n", "line 2: embedder.adapter = 'tf'"),
        ("rag", "[prices]\nx = { in = inf, out = 1.0 }\n", "line 2: prices.x.in = inf"),
        ("report", "title = 'x'\n", "config/report.toml"),
        ("taxonomy", "elements = 1\n", "config/taxonomy.toml, line 1: elements = 1"),
    ],
)
@pytest.mark.models
def test_bad_value(bare: Path, file: str, content: str, words: str) -> None:
    """A bad value is named with key, file and line; nothing is written."""
    _rewrite(bare / f"config/{file}.toml", content)
    done = run(bare, "compose")
    assert done.status == 2
    assert words in done.line
    assert not (bare / "report.md").exists()


def test_missing_model(bare: Path) -> None:
    """A model that is nowhere is a missing prerequisite; the line says what can be set."""
    _rewrite(bare / "config/rag.toml", '[embedder]\nmodel = "nobody/nothing"\n')
    done = run(bare, "ingest")
    assert done.status == 3
    assert "'nobody/nothing'" in done.line
    assert "BAAI/bge-small-en-v1.5" in done.line


# --- the command line ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ("ingest", "--fast"),
        ("frobnicate",),
        ("ask", "-k", "0", "Why?"),
        ("compose", "--wait", "x"),
        ("compose", "--wait", "nan"),
    ],
)
def test_wrong_use(bare: Path, arguments: tuple[str, ...]) -> None:
    """A wrong option, command or value exits with 2, and one line says where the right ones are."""
    run(bare, *arguments).fails(2, r"see `rag( \w+)? --help`$")


@pytest.mark.models
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ingest", "--reference", "delta"), "the keys are: alpha, beta, gamma, garden"),
        (("ingest", "--reference", "alpha", "--rebuild"), "leave --reference out"),
        (("compose", "--section", "prices"), "the sections are: summary, memory, training"),
        (("ask", "--reference", "delta", "Why?"), "no reference has the key 'delta'"),
        (("ask", " "), "the question is empty"),
        (("ask",), "the question is empty"),
    ],
)
def test_words_that_name_nothing(composed: Path, arguments: tuple[str, ...], words: str) -> None:
    """A key, a section or a question that is none is answered with those that there are."""
    done = run(composed, *arguments)
    assert done.status == 2
    assert words in done.line


# --- the store -------------------------------------------------------------------------------


def _store_with(bare: Path, *statements: str) -> None:
    with closing(sqlite3.connect(bare / "store/rag.db")) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


@pytest.mark.models
def test_store_of_another_embedder(
    tmp_path: Path,
    composed: Path,
) -> None:
    """Every command that would mix two models refuses, and names the command that mends it."""
    copy = shutil.copytree(composed, tmp_path / "copy")
    _store_with(copy, "UPDATE meta SET value = 'onnx/other@0123' WHERE name = 'embedder'")
    _rewrite(copy / "references.md", checklist().replace("https://example.org/", ""))
    before = (copy / "report.md").read_bytes()
    for arguments in (("ingest",), ("compose",), ("ask", "How much memory?")):
        done = run(copy, *arguments)
        assert done.status == 3
        assert "'onnx/other@0123'" in done.line
        assert "rag ingest --rebuild" in done.line
    assert (copy / "report.md").read_bytes() == before
    done = run(copy, "ingest", "--rebuild")
    assert done.status == 0
    assert run(copy, "ask", "How much memory does Beta have?").status == 0


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda words: words[0])
def test_newer_schema(bare: Path, arguments: tuple[str, ...]) -> None:
    """A store of a newer version is refused and left as it is."""
    (bare / "store").mkdir()
    _store_with(bare, "CREATE TABLE future (x)", "PRAGMA user_version = 99")
    done = run(bare, *arguments)
    assert done.status == 3
    assert "schema 99" in done.line
    with closing(sqlite3.connect(bare / "store/rag.db")) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (99,)


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda words: words[0])
def test_store_that_is_none(bare: Path, arguments: tuple[str, ...]) -> None:
    """A file that is no store is named, and stays."""
    (bare / "store").mkdir()
    (bare / "store/rag.db").write_bytes(b"not a database " * 100)
    done = run(bare, *arguments)
    assert done.status == 3
    assert "is not a store" in done.line
    assert (bare / "store/rag.db").read_bytes() == b"not a database " * 100


@pytest.mark.models
@pytest.mark.parametrize("arguments", [("ingest",), ("ask", "How much memory?")])
def test_damaged_index(tmp_path: Path, composed: Path, arguments: tuple[str, ...]) -> None:
    """A damaged index is named with what to delete; without it the store makes a new one."""
    copy = shutil.copytree(composed, tmp_path / "copy")
    (copy / "store/index.db").write_bytes(b"not a database " * 100)
    done = run(copy, *arguments)
    assert done.status == 6
    assert "store/index.db" in done.line
    (copy / "store/index.db").unlink()
    shutil.rmtree(copy / "store/chroma")
    assert run(copy, "ask", "How much memory has each chip of the Beta accelerator?").status == 0


@pytest.mark.parametrize("command", ["ingest", "compose", "status", "verify", "doctor --offline"])
def test_store_that_is_a_file(bare: Path, command: str) -> None:
    """A file in the folder's place is named, with what to do about it."""
    (bare / "store").write_text("mine", encoding="utf-8")
    done = run(bare, *command.split())
    assert done.status == (1 if command.startswith("doctor") else 6)
    assert f"{bare / 'store'}" in done.out + done.err
    assert "move it away" in done.out + done.err
    assert (bare / "store").read_text(encoding="utf-8") == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
@pytest.mark.models
def test_read_only_report(bare: Path) -> None:
    """A report that the user made read-only is not replaced; made writable, it is."""
    (bare / "report.md").touch(mode=0o444)
    done = run(bare, "compose")
    assert done.status == 6
    assert "read-only" in done.line
    (bare / "report.md").chmod(0o644)
    assert run(bare, "compose").status == 0
