"""An answer that streams: claims are shown when they are complete and verified, each once."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from fakes import ScriptedModel, WholeModel
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import PAGES, FakeTools, project_at

from rag.errors import CapError, PrerequisiteError, ServiceError
from rag.flows.ask import Answer, Answered, ask
from rag.flows.ingest import ingest
from rag.settings import load_prompts
from rag.writing import ModelWriter, UnfinishedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.flows.project import Project

QUESTION = "How much memory does the accelerator have on each chip?"
ALPHA = "The Alpha accelerator has 96 GB of memory on each chip and moves 2.9 TB/s to and from it."
BETA = (
    "The Beta accelerator has 141 GB of memory on each chip, which is 1.8 times what it had before."
)
QUOTES = {"alpha": ALPHA, "beta": BETA}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """A project whose references are in the store."""
    project = project_at(tmp_path_factory.mktemp("streamed") / "project")
    tools = FakeTools(project, dict(PAGES))
    list(ingest(project, tools))
    yield Asked(project, tools)
    tools.store.close()


class Asked:
    """Asks one question of a model, and keeps what was shown."""

    def __init__(self, project: Project, tools: FakeTools) -> None:
        self.project = project
        self.tools = tools
        self.shown: list[Answered] = []
        self._prompts = load_prompts(project.root)
        found = self.ask(ScriptedModel([['{"claims": []}']])).passages
        self.keys = {
            name: f"E{at}"
            for at, item in enumerate(found, start=1)
            for name, words in QUOTES.items()
            if words in item.text
        }

    def ask(self, model: ScriptedModel | WholeModel) -> Answer:
        """Return what the references say to the question, by this model."""
        self.shown = []
        self.tools.writer = ModelWriter(model, self._prompts, self.tools.config)
        return ask(self.project, self.tools, QUESTION, show=self.shown.append)

    @property
    def said(self) -> list[str]:
        """The texts of the claims that were shown."""
        return [item.claim.text for item in self.shown]

    def claim(self, name: str, text: str = "") -> dict[str, Any]:
        """Return what a model says of a reference: its sentence, or these words for it."""
        quote = QUOTES[name]
        return {
            "text": text or quote,
            "citations": [{"evidence": self.keys[name], "quote": quote}],
        }

    def lie(self, name: str) -> dict[str, Any]:
        """Return a claim with a figure that stands nowhere."""
        return self.claim(name, "It has 999 GB of memory.")


def spelled(claims: Sequence[dict[str, Any]]) -> tuple[str, list[int]]:
    """Return a reply, and where each of its claims is closed."""
    text, ends = '{"claims": [', []
    for at, claim in enumerate(claims):
        text += (", " if at else "") + json.dumps(claim, ensure_ascii=False)
        ends.append(len(text))
    return text + "]}", ends


def pieces(text: str, cuts: Sequence[int]) -> list[str]:
    """Return a text in pieces."""
    at = sorted({0, *(cut for cut in cuts if cut < len(text)), len(text)})
    return [text[start:end] for start, end in pairwise(at)]


KINDS = st.lists(
    st.sampled_from(["alpha", "beta", "lie", "short", "strange key", "uncited", "blank"]),
    max_size=7,
)


def claims_of(asked: Asked, kinds: Sequence[str]) -> list[dict[str, Any]]:
    """Return claims of these kinds: two that hold word for word, one in other words, four lies."""
    made = {
        "alpha": asked.claim("alpha"),
        "beta": asked.claim("beta"),
        "lie": asked.lie("beta"),
        "short": asked.claim("alpha", "The Alpha accelerator has 96 GB of memory on each chip"),
        "strange key": asked.claim("beta") | {"citations": [{"evidence": "E99", "quote": BETA}]},
        "uncited": {"text": 'It } is ] so, \\" and “why”?', "citations": []},
        "blank": {"text": " "},
    }
    return [made[kind] for kind in kinds]


def closed(kinds: Sequence[str], ends: Sequence[int], length: int) -> list[str]:
    """Return the kinds of the claims that hold, are of the first four, and closed by then."""
    counted = [at for at, kind in zip(ends, kinds, strict=True) if kind != "blank"][:4]
    return [
        kind
        for kind, end in zip(kinds, ends, strict=True)
        if end <= length and end in counted and kind in {"alpha", "beta", "short"}
    ]


def texts_of(asked: Asked, kinds: Sequence[str]) -> list[str]:
    """Return the texts of claims of these kinds, each once."""
    return list(dict.fromkeys(item["text"] for item in claims_of(asked, kinds)))


@settings(max_examples=30)
@given(kinds=KINDS, cuts=st.lists(st.integers(1, 2000), max_size=40))
def test_streamed_or_not_the_answer_is_the_same(asked: Asked, kinds, cuts) -> None:
    """However the stream is cut; and a claim is shown when its object is closed, not before."""
    text, ends = spelled(claims_of(asked, kinds))
    revised = [["{}"]], [["{}"]]  # nothing is said in place of what fell
    whole = asked.ask(WholeModel(ScriptedModel([[text]], *revised)))
    assert asked.said == [claim.text for claim in whole.claims]
    model = ScriptedModel([pieces(text, cuts)], *revised)
    said_by: list[tuple[int, list[str]]] = []
    stream = model.stream

    def watched(prompt, heard):
        def listen(so_far: str) -> None:
            heard(so_far)
            said_by.append((len(so_far), asked.said))

        return stream(prompt, listen if len(model.prompts) == 0 else heard)

    model.stream = watched
    streamed = asked.ask(model)
    assert streamed == whole
    assert [item.claim for item in asked.shown] == list(streamed.claims)
    assert {source for item in asked.shown for source in item.sources} == set(streamed.sources)
    for length, said in said_by:
        assert said == texts_of(asked, closed(kinds, ends, length))


@settings(max_examples=30)
@given(kinds=KINDS, cut=st.integers(0, 3000), cuts=st.lists(st.integers(1, 2000), max_size=9))
def test_a_stream_that_breaks_leaves_what_was_verified(asked: Asked, kinds, cut, cuts) -> None:
    """One error; it says that the answer is not complete exactly if something was shown."""
    text, ends = spelled(claims_of(asked, kinds))
    broke = ServiceError("the reply broke off", advice="run again later")
    with pytest.raises(ServiceError) as caught:
        asked.ask(ScriptedModel([pieces(text[:cut], cuts), broke]))
    good = closed(kinds, ends, cut)
    assert asked.said == texts_of(asked, good)
    begins = "the answer is not complete: " if good else ""
    assert str(caught.value) == f"{begins}the reply broke off: run again later"
    assert caught.value.exit_status == 6


@settings(max_examples=30)
@given(kinds=KINDS, cut=st.integers(0, 3000))
def test_a_second_attempt_says_nothing_twice(asked: Asked, kinds, cut) -> None:
    """Whatever the first one had shown when it broke off, what is shown has each claim once."""
    text, _ = spelled(claims_of(asked, kinds))
    whole = asked.ask(ScriptedModel([[text]], [["{}"]], [["{}"]]))
    again = asked.ask(ScriptedModel([list(text[:cut]), list(text)], [["{}"]], [["{}"]]))
    assert again == whole
    assert asked.said == [claim.text for claim in whole.claims]


def test_a_second_attempt_in_other_words_says_nothing_twice(asked: Asked) -> None:
    """What was shown stays; the same in other words is not shown; what is new comes at the end."""
    first, _ = spelled(
        [asked.claim("alpha", "Alpha has 96 GB of memory on each chip"), asked.lie("beta")]
    )
    second, _ = spelled(
        [asked.claim("alpha", "On each chip Alpha has 96 GB of memory"), asked.claim("beta")]
    )
    answer = asked.ask(ScriptedModel([[first[:-2]], [second]]))
    assert asked.said == ["Alpha has 96 GB of memory on each chip", BETA]
    assert [claim.text for claim in answer.claims] == asked.said


def test_what_fell_comes_after_what_held(asked: Asked) -> None:
    """All of it goes back together when the reply is there; what comes back and holds is shown."""
    text, _ = spelled([asked.lie("beta"), asked.claim("alpha"), asked.claim("beta", "7 GB")])
    better = {"claims": [{"number": 1, **asked.claim("beta")}]}
    model = ScriptedModel([list(text)], [[json.dumps(better)]])
    answer = asked.ask(model)
    assert asked.said == [ALPHA, BETA] == [claim.text for claim in answer.claims]
    assert [prompt.purpose for prompt in model.prompts] == ["answer", "revision of answer"]
    assert "\n".join(model.prompts[1].data).count("<fallen ") == 2


def test_an_error_after_the_reply_leaves_what_was_shown(asked: Asked) -> None:
    """It keeps its kind, and says that the answer is not complete."""
    text, _ = spelled([asked.claim("alpha"), asked.lie("beta")])
    expired = PrerequisiteError("the credentials have expired", advice="log in")
    with pytest.raises(
        PrerequisiteError, match=r"^the answer is not complete: the cred.*: log in$"
    ):
        asked.ask(ScriptedModel([[text]], [expired]))
    assert asked.said == [ALPHA]


def test_a_reply_cut_at_its_longest_leaves_what_was_shown(asked: Asked) -> None:
    """So it is for a reply that came to no good end."""
    text, _ = spelled([asked.claim("alpha"), asked.claim("beta")])
    cut = UnfinishedError("the reply was cut at its longest")
    with pytest.raises(ServiceError, match=r"^the answer is not complete: the reply was cut"):
        asked.ask(ScriptedModel([[text[:-9]], cut]))
    assert asked.said == [ALPHA]


def test_a_cap_leaves_what_was_shown(asked: Asked) -> None:
    """A second attempt that the cap forbids ends the answer with the status of caps."""
    text, _ = spelled([asked.claim("alpha"), asked.claim("beta")])
    with pytest.raises(CapError) as caught:
        asked.ask(ScriptedModel([[text[:-9]], CapError("--max-tokens 9 is reached")]))
    assert str(caught.value) == ("the answer is not complete: --max-tokens 9 is reached: raise it")
    assert caught.value.exit_status == 5
    assert asked.said == [ALPHA]


@pytest.mark.parametrize(
    "reply",
    [
        '{"claims": [',
        '{"claims": [{"a": ' + "[" * 60_000,
        '{"claims": [{"text": "a", "x": 1}]}',
        "[{}]",
        "",
    ],
    ids=["half", "nested", "another field", "a list", "nothing"],
)
def test_what_is_out_of_form_is_never_shown(asked: Asked, reply: str) -> None:
    """It goes back once, as ever."""
    text, _ = spelled([asked.claim("beta")])
    asked.ask(ScriptedModel([pieces(reply, range(0, 70_000, 6000))], [list(text)]))
    assert asked.said == [BETA]
    with pytest.raises(ServiceError, match="gave no answer: the writer was asked twice"):
        asked.ask(ScriptedModel([[reply]], [[reply]]))
    assert asked.said == []


@pytest.mark.parametrize("form", ["```json\n{}\n```", "```\n{}\n```", " \n {}\n"])
def test_a_fenced_reply_streams_too(asked: Asked, form: str) -> None:
    """As it is read when it is whole."""
    text, ends = spelled([asked.claim("alpha"), asked.claim("beta")])
    fenced = form.replace("{}", text)
    at = ends[0] + form.index("{")
    broke = ServiceError("the reply broke off")
    with pytest.raises(ServiceError, match="not complete"):
        asked.ask(ScriptedModel([[fenced[:at]], broke]))
    assert asked.said == [ALPHA]
    assert len(asked.ask(ScriptedModel([[fenced]])).claims) == 2
