"""Models in GGUF files: the real runtime over models of a few kilobytes."""

from __future__ import annotations

import json
import re
import sys

import pytest
from contracts.writer import SPEC, notes
from projects import project_at

from rag.errors import CapError, PrerequisiteError
from rag.replies import Malformed, read_as
from rag.settings import LocalSettings, load_config, load_prompts
from rag.types import Caps, Draft, QuestionTask, SectionTask, Skipped
from rag.wiring import Wired
from rag.writing import Budget, ModelWriter, Prompt, UnfinishedError
from rag.writing.wire import WireAnswer, WireRevision, WireSection, WireSummary, schema_of

pytest.importorskip("xllamacpp", reason="needs rag[local]")
tinymodel = pytest.importorskip("tinymodel", reason="needs gguf")
local = pytest.importorskip("rag.adapters.local")

SECTION = SectionTask(spec=SPEC, evidence=notes())
QUESTION = QuestionTask(question="How much?", evidence=notes())
FORMS = (WireSection, WireSummary, WireAnswer, WireRevision)


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """Give two models: one that says the least, one that never ends."""
    folder = tmp_path_factory.mktemp("models")
    return {
        name: tinymodel.saved(folder / f"{name}.gguf", likes)
        for name, likes in (("laconic", tinymodel.LACONIC), ("endless", tinymodel.ENDLESS))
    }


class Asking:
    """Makes models of files, and keeps their calls."""

    def __init__(self, files) -> None:
        self.files = files
        self.calls = []
        self.budget = Budget()

    def model(self, name="laconic", **changes):
        """Return a model with these settings."""
        settings = {"threads": 1, "context_tokens": 30_000, "output_tokens": 300}
        settings |= {"reuse_prompt": False, **changes}
        return local.LocalModel(
            self.files[name], LocalSettings(**settings), self.calls.append, self.budget
        )


@pytest.fixture
def asking(files):
    """Makes models."""
    return Asking(files)


def prompt(kind=WireAnswer, data=("<question>Why?</question>",)):
    """Return a prompt for a form."""
    return Prompt(
        purpose="answer",
        system="You answer.",
        fixed="Answer the question.",
        data=data,
        form="answer",
        form_schema=schema_of(kind),
        plain="Reply with JSON:",
        passages=2,
        left_out=1,
    )


@pytest.mark.parametrize("kind", FORMS)
def test_a_reply_has_the_form_that_was_asked_for(asking, kind):
    """The grammar of each form leads to a value of it; the same prompt to the same reply."""
    model = asking.model()
    reply = model.reply(prompt(kind))
    assert not isinstance(read_as(kind, reply), Malformed)
    assert model.reply(prompt(kind)) == reply
    first, second = asking.calls
    assert (first.stop, first.error, first.retries) == ("stop", "", 0)
    assert (first.purpose, first.passages, first.left_out) == ("answer", 2, 1)
    assert first.prompt == prompt(kind).checksum
    assert first.tokens == second.tokens
    told = len(f"You answer.Answer the question.Reply with JSON:{schema_of(kind)}")
    assert told * 0.9 < first.tokens.input < told + 200
    assert 0 < first.tokens.output <= 300
    assert first.tokens.cache_read == 0


def test_a_beginning_may_be_reused(asking):
    """Where the user says so; it is counted as read from the cache."""
    model = asking.model(reuse_prompt=True)
    replies = {model.reply(prompt(data=(word,))) for word in ("one", "two")}
    first, second = asking.calls
    assert len(replies) == 1
    assert (first.tokens.cache_read, first.tokens.total) == (0, second.tokens.total)
    assert second.tokens.cache_read > second.tokens.input > 0


def test_a_reply_that_does_not_end_is_none(asking):
    """It is cut at the longest, told apart, and recorded with what it took."""
    form = '{"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"]}'
    endless = prompt().model_copy(update={"form_schema": form})
    with pytest.raises(UnfinishedError, match=r"cut at its longest \(length\): raise local.output"):
        asking.model("endless").reply(endless)
    (call,) = asking.calls
    assert (call.stop, call.tokens.output) == ("length", 300)
    assert "cut at its longest" in call.error


def test_a_prompt_that_is_too_long_is_not_cut(asking):
    """The model reads all of it, or nothing."""
    with pytest.raises(UnfinishedError, match=r"too long for the model .*raise local.context"):
        asking.model(context_tokens=1024).reply(prompt(data=("word " * 400,)))
    (call,) = asking.calls
    assert (call.tokens, call.stop) == (None, "")


def test_a_cap_holds_the_most_that_a_call_can_take(asking):
    """What was taken is counted as the runtime counts; what could pass the cap is not read."""
    asking.budget = Budget(Caps(tokens=100_000))
    asking.model().reply(prompt())
    (call,) = asking.calls
    assert (asking.budget.spent.tokens, asking.budget.held.tokens) == (call.tokens.total, 0)
    asking.budget = Budget(Caps(tokens=300))
    with pytest.raises(CapError, match="the cap is reached"):
        asking.model().reply(prompt())
    assert len(asking.calls) == 1


def test_the_name_is_the_file_s_with_its_content(asking, files, tmp_path):
    """Another model under the same name has another one, so that scores of it are not kept."""
    name = asking.model().name
    assert re.fullmatch(r"local/laconic\.gguf@[0-9a-f]{8}", name)
    other = tinymodel.saved(tmp_path / "laconic.gguf", "b")
    assert Asking({"laconic": other}).model().name != name
    copy = tmp_path / "copy" / "laconic.gguf"
    copy.parent.mkdir()
    copy.write_bytes(files["laconic"].read_bytes())
    assert Asking({"laconic": copy}).model().name == name


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, r"cannot be read \(No such file.*local/models/name.gguf"),
        (b"", "is no GGUF file"),
        (b"PK\x03\x04 zipped", "is no GGUF file"),
    ],
)
def test_a_file_that_is_no_model(tmp_path, content, words):
    """It is refused when the model is made, in one line."""
    path = tmp_path / "model.gguf"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PrerequisiteError, match=words) as found:
        Asking({"model": path}).model("model")
    assert str(path) in found.value.message


@pytest.mark.parametrize("size", [200, 5000])
def test_a_broken_model_is_refused_when_it_is_loaded(tmp_path, files, size, capfd):
    """Half a download, say; nothing was asked, so there is no call."""
    path = tmp_path / "half.gguf"
    path.write_bytes(files["laconic"].read_bytes()[:size])
    asking = Asking({"half": path})
    with pytest.raises(PrerequisiteError, match="cannot be loaded"):
        asking.model("half").reply(prompt())
    assert asking.calls == []
    assert capfd.readouterr().out == ""


def test_it_writes_for_the_one_writer(asking, tmp_path):
    """A draft without claims is one; where no passage fits, the section is skipped."""
    config, prompts = load_config(tmp_path), load_prompts(tmp_path)
    laconic = ModelWriter(asking.model(), prompts, config)
    assert laconic.write_section(SECTION) == Draft(blocks=())
    assert laconic.answer(QUESTION) == Draft(blocks=())
    assert [call.purpose for call in asking.calls] == ["section networking", "answer"]
    assert all(call.passages == len(notes()) for call in asking.calls)
    small = asking.model(context_tokens=1024, output_tokens=200)
    skipped = ModelWriter(small, prompts, config).write_section(SECTION)
    assert isinstance(skipped, Skipped)
    assert "fits a prompt" in skipped.reason
    assert ModelWriter(small, prompts, config).answer(QUESTION) == skipped


def told(root, text):
    """Return the tools of a project that names its model so."""
    project = project_at(root)
    path = root / "config" / "rag.toml"
    path.write_text(text + path.read_text(encoding="utf-8"), encoding="utf-8")
    return Wired(project)


def test_a_path_is_one_of_the_project(tmp_path, files):
    """Relative to its root, or whole; calls are kept in the store."""
    (tmp_path / "tiny.gguf").write_bytes(files["laconic"].read_bytes())
    for name in ("tiny.gguf", str(files["laconic"])):
        tools = told(tmp_path, f'model = "local/{name}"\n')
        try:
            assert re.fullmatch(r"local/\w+\.gguf@\w+", tools.writer.name)
            assert tools.writer.answer(QUESTION) == Draft(blocks=())
            assert tools.store.calls(1)[-1].model == tools.writer.name
        finally:
            tools.close()


def test_it_judges(tmp_path, files):
    """A judge that says nothing of what it was asked has not judged."""
    tools = told(tmp_path, "")
    settings = tools.config.settings
    verify = settings.verify.model_copy(update={"support": f"judge/local/{files['laconic']}"})
    tools.config = tools.config.model_copy(
        update={"settings": settings.model_copy(update={"verify": verify})}
    )
    try:
        with pytest.raises(UnfinishedError, match="each number from 1 to 1 is judged, and once"):
            tools.support.score([("Roses want sun.", "Roses want sun and rain.")])
        assert [call.purpose for call in tools.store.calls(1)] == ["judge", "judge"]
    finally:
        tools.close()


def test_without_the_package(tmp_path, monkeypatch):
    """The line says what to install."""
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    monkeypatch.delitem(sys.modules, "rag.adapters.local")
    tools = told(tmp_path, 'model = "local/x.gguf"\n')
    with pytest.raises(
        PrerequisiteError, match=r"needs the package 'xllamacpp': pip install 'rag\["
    ):
        _ = tools.writer


def test_a_reply_leaves_room_for_the_prompt():
    """Half of the context is the longest reply."""
    with pytest.raises(ValueError, match="at most half of context_tokens"):
        LocalSettings(threads=1, context_tokens=2000, output_tokens=1001, reuse_prompt=False)
    form = json.loads(schema_of(WireAnswer))
    assert form["required"] == ["claims"]
