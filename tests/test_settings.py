"""Settings are the defaults with the project's own laid over them; mistakes are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import ConfigError
from rag.settings import load_config, packaged_config


@pytest.fixture
def project(tmp_path):
    """Give a project with an empty folder of settings."""
    (tmp_path / "config").mkdir()
    return tmp_path


def put(project: Path, text: str, name: str = "rag.toml") -> Path:
    """Write a settings file."""
    path = project / "config" / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_defaults_are_whole(tmp_path):
    """A project without settings has every one of the packaged ones."""
    config = load_config(tmp_path)
    assert config == load_config(packaged_config().parent)
    assert config.settings.model == "extractive"
    assert config.outline.sections
    assert config.taxonomy.services


def test_a_project_needs_only_what_it_changes(project):
    """Keys are laid over the defaults one by one; the others stay."""
    put(project, 'model = "local/other.gguf"\n[chunk]\nmax_tokens = 128\n')
    settings, defaults = load_config(project).settings, load_config(Path("nowhere")).settings
    assert (settings.model, settings.chunk.max_tokens) == ("local/other.gguf", 128)
    assert settings.chunk.max_characters == defaults.chunk.max_characters
    assert settings.fetch == defaults.fetch


def test_an_outline_is_taken_whole(project):
    """A project's own outline and taxonomy replace the packaged ones."""
    put(
        project,
        'title = "Mine"\n[[sections]]\nid = "one"\ntitle = "One"\n',
        "report.toml",
    )
    put(project, "elements = []\nservices = []\n", "taxonomy.toml")
    config = load_config(project)
    assert [section.id for section in config.outline.sections] == ["one"]
    assert config.taxonomy.services == ()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[chunk]\n\nmax_token = 5\n", 3, "unknown key 'chunk.max_token'"),
        ("\nmodels = 'x'\n", 2, "unknown key 'models'"),
        ("[nonsense]\na = 1\n", 1, "unknown key 'nonsense'"),
        ("[chunk]\nmax_tokens = 'many'\n", 2, "chunk.max_tokens = 'many'"),
        ("# words\n[chunk]\n  max_tokens = 1\n", 3, "chunk.max_tokens = 1"),
        ("[retrieve]\nlexical_weight = 1.5\n", 2, "retrieve.lexical_weight = 1.5"),
        ("[embedder]\nadapter = 'torch'\n", 2, "embedder.adapter = 'torch'"),
        ("chunk.max_tokens = -1\n", 1, "chunk.max_tokens = -1"),
        ("chunk = { max_tokens = -1 }\n", 1, "chunk.max_tokens = -1"),
        ("chunk = 5\n", 1, "chunk = 5"),
        ("\ufeff[chunk]\nmax_tokens = 1\n", 2, "chunk.max_tokens = 1"),
        ("[fetch]\nuser_agent = 'a\tb'\n", 2, "fetch.user_agent = 'a\\tb'"),
        ("[ask]\nmin_score = nan\n", 2, "ask.min_score = nan"),
        ("model = 'gpt'\n", 1, "model = 'gpt': no writer is named so: use \"extractive\""),
        ("model = 'bedrock/'\n", 1, "model = 'bedrock/': no writer is named so"),
        ("[verify]\nsupport = 'judge'\n", 2, "verify.support = 'judge': who writes is no judge"),
        ("[verify]\nsupport = 'judge/extractive'\n", 2, "verify.support = 'judge/extractive': who"),
        ("[verify]\nsupport = 'judge/bedrock/'\n", 2, "verify.support = 'judge/bedrock/': who"),
        ("[verify]\nsupport = 'nli/'\n", 2, "verify.support = 'nli/': no scorer is named so"),
        ("[verify]\nsupport = 'jury'\n", 2, "verify.support = 'jury': no scorer is named so"),
    ],
)
def test_a_mistake_is_named_with_its_line(project, text, line, words):
    """File, line, key and value stand in one line, with what to do."""
    path = put(project, text)
    with pytest.raises(ConfigError) as caught:
        load_config(project)
    assert str(caught.value).startswith(f"{path}, line {line}: {words}")
    assert caught.value.advice
    assert "\n" not in str(caught.value)


def test_a_mistake_in_the_outline_is_named(project):
    """So it is for the other files: a missing title, an id given twice, a form that is none."""
    put(project, 'title = "T"\n[[sections]]\nid = "one"\ntitle = ""\n', "report.toml")
    with pytest.raises(ConfigError, match=r"report\.toml, line 4: sections\.0\.title = ''"):
        load_config(project)
    item = '[[sections]]\nid = "{}"\ntitle = "T"\n[[sections.topics]]\nid = "{}-a"\n'
    topic = 'heading = "H"\nquestions = ["?"]\nterms = ["t"]\n'
    one, two = (item.format(name, name) + topic for name in ("one", "two"))
    put(project, f'title = "T"\n{one}{two}wrong = 1\n', "report.toml")
    with pytest.raises(ConfigError, match=r"line 18: unknown key 'sections\.1\.topics\.0\.wrong'"):
        load_config(project)
    put(project, f'title = "T"\n{one}{two}'.replace('terms = ["t"]\n', ""), "report.toml")
    with pytest.raises(ConfigError, match=r"line 5: sections\.0\.topics\.0\.terms is missing"):
        load_config(project)
    twice = '[[sections]]\nid = "one"\ntitle = "One"\n' * 2
    put(project, f'title = "T"\n{twice}', "report.toml")
    with pytest.raises(ConfigError, match=r"toml: \(whole file\): the id 'one' is given twice"):
        load_config(project)
    put(project, 'title = "T"\n', "report.toml")
    with pytest.raises(ConfigError, match=r"report\.toml: sections is missing"):
        load_config(project)


@pytest.mark.parametrize("content", [b"[chunk\n", b"a = \n", b"\xff\xfe", b"a = 1\na = 2\n", b"\0"])
def test_what_is_no_toml_is_named(project, content):
    """A file that cannot be read is named in one line."""
    path = project / "config" / "rag.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_config(project)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_in_place_of_a_file_is_named(project):
    """So is what is no file."""
    (project / "config" / "rag.toml").mkdir()
    with pytest.raises(ConfigError, match=r"rag\.toml cannot be read"):
        load_config(project)
