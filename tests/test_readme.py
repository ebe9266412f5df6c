"""README says what is so: its config table, exit statuses and commands are checked here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from rag import cli, errors
from rag.settings import packaged_config

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _leaves(table: dict, prefix: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            found |= _leaves(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def test_config_table_is_the_defaults():
    """Every setting stands in README with its default, and nothing else does."""
    text = (packaged_config() / "rag.toml").read_text(encoding="utf-8")
    block = README.split("<!-- config -->")[1].split("<!-- /config -->")[0]
    rows = re.findall(r"^\| `([\w.]+)` \| `(.*?)` \| (.+) \|$", block, re.MULTILINE)
    told = {key: tomllib.loads(f"x = {value}")["x"] for key, value, _ in rows}
    assert told == _leaves(tomllib.loads(text))
    assert all(meaning.strip() for *_, meaning in rows)


def test_exit_statuses_are_those_of_the_errors():
    """README's exit statuses are those that errors carry."""
    told = {int(status) for status in re.findall(r"^\| (\d+) \| ", README, re.MULTILINE)}
    kinds = [errors.RagError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    assert told == {0, errors.INTERRUPTED} | {kind.exit_status for kind in kinds}


def test_every_command_is_described():
    """README's table of commands has every command, with options that exist."""
    rows = dict(re.findall(r"^\| `rag (\w+)[^`]*` \| (.+) \|$", README, re.MULTILINE))
    context = cli.group.make_context("rag", [], resilient_parsing=True)
    assert set(rows) == set(cli.group.list_commands(context))
    for name, words in rows.items():
        command = cli.group.get_command(context, name)
        known = {option for parameter in command.params for option in parameter.opts}
        named = set(re.findall(r"`(-[\w-]+)", words))
        assert named <= known, name


def test_the_first_two_sh_blocks_are_the_two_commands():
    """The first block installs and composes, the second installs the extra and runs the tests."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    assert "pip install .\n" in blocks[0]
    assert "rag compose --all" in blocks[0]
    assert "'.[test]'" in blocks[1]
    assert "pytest" in blocks[1]


def test_links_lead_somewhere():
    """Every relative link of README is a file of the project."""
    prose = re.sub(r"`[^`\n]*`", "", README)
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", prose)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.fixture
def project(tmp_path) -> Path:
    """The project's own references in a folder of their own, boxes unchecked."""
    shutil.copytree(ROOT / "references", tmp_path / "references")
    text = (ROOT / "references.md").read_text(encoding="utf-8").replace("[x]", "[ ]")
    (tmp_path / "references.md").write_text(text, encoding="utf-8")
    return tmp_path


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.models
def test_the_session_is_true(project):
    """What the session in README shows is what the program prints."""
    session = README.split("## A session")[1].split("```console\n")[1].split("```")[0]
    steps = session.split("$ ")[1:]
    assert steps
    for step in steps:
        line, _, told = step.partition("\n")
        arguments = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', line)][1:]
        assert _run(project, "-m", "rag", *arguments) == told.strip(), line


@pytest.mark.models
def test_the_python_blocks_read_the_store(project):
    """README's LlamaIndex code finds our chunks, by our search and by LlamaIndex's own."""
    _run(project, "-m", "rag", "ingest")
    blocks = re.findall(r"^```python\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 2
    for code in blocks:
        lines = _run(project, "-c", code).splitlines()
        assert len(lines) == 3
        assert all("references/amazon-ec2" in line for line in lines)
