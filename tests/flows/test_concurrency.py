"""Sections that a model writes at the same time: nothing depends on who finishes first."""

from __future__ import annotations

import json
import re
import threading
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from modelled import draft, honest, item, longest, read
from projects import SITE, FakeTools, of, project_at
from responder import Reply, Responder, dummy_credentials, responding

from rag.adapters.bedrock import BedrockModel
from rag.flows.compose import compose
from rag.flows.events import Composed
from rag.settings import load_prompts
from rag.types import Abilities, Caps
from rag.writing import Budget, ModelWriter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from responder import Asked

SUBJECTS = ("memory", "training", "price", "network", "storage", "cooling")
_SECTION = """
[[sections]]
id = "{0}"
title = "{1}"
[[sections.topics]]
id = "{0}-topic"
heading = "About {0}"
questions = ["What is known about the {0} of the accelerator?"]
terms = ["{0}"]
words = 120
"""
OUTLINE = (
    'title = "Accelerators"\n[[sections]]\nid = "summary"\ntitle = "Summary"\nform = "summary"\n'
    "claims = 1\n" + "".join(_SECTION.format(name, name.title()) for name in SUBJECTS)
)


def page(name: str) -> bytes:
    """A reference that says something on every subject."""
    parts = [
        f"## The {subject} of {name}\n\nThe {subject} of the accelerator {name} is {number} times "
        f"what the {subject} of the accelerator before it was, by its own maker."
        for number, subject in enumerate(SUBJECTS, start=len(name))
    ]
    return "\n\n".join([f"# {name}", *parts]).encode()


PAGES = {f"{SITE}{name}.md": page(name.title()) for name in ("alpha", "beta")}


@pytest.fixture
def responder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Responder]:
    """A server that answers as Converse does."""
    dummy_credentials(monkeypatch, tmp_path)
    with responding() as server:
        yield server


class Watched:
    """A model that adds a lie to each draft, takes its time, and counts who is under way."""

    def __init__(self, seed: int, responder: Responder) -> None:
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()
        self._seed = seed
        self._closing = responder.closing

    def __call__(self, asked: Asked) -> Reply:
        """Answer after a while: which is a matter of the prompt and the seed alone."""
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        wait = Random(f"{self._seed}{asked.words}").random() / 10  # noqa: S311 - delays
        self._closing.wait(wait if self._seed else 0)
        with self._lock:
            self._now -= 1
        return self._said(asked)

    @staticmethod
    def _said(asked: Asked) -> Reply:
        prompt = read(asked)
        if prompt.form == "revision":
            key, text = next(iter(prompt.evidence.items()))
            claims = [{"number": n, **item(key, longest(text))} for n in prompt.fallen]
            return Reply(json.dumps({"claims": claims}))
        if prompt.form != "draft":
            return honest(asked)
        known = set(prompt.claims.values())
        new = []
        for key, text in prompt.evidence.items():
            line = longest(text)
            if line not in known:
                new += [item(key, line), item(key, line, re.sub(r"\d+", "77", line))]
        return Reply(json.dumps(draft(prompt, new)))


def written(
    root: Path, responder: Responder, *, seed: int, at_once: int, caps: Caps | None = None
) -> tuple[Any, Watched]:
    """Compose all references; return all that is kept but for times."""
    checklist = "".join(f"- [ ] [{url}]({url})\n" for url in PAGES)
    project = project_at(root, checklist)
    (root / "config/report.toml").write_text(OUTLINE, encoding="utf-8")
    tools = FakeTools(project, PAGES)
    responder.script = watched = Watched(seed, responder)
    changes = {"endpoint_url": responder.url, "max_concurrency": at_once}
    model = BedrockModel(
        "example.model-v1:0",
        Abilities(match="*", structure="tool", system=True, context_tokens=100_000),
        tools.config.settings.bedrock.model_copy(update=changes),
        tools.store.save_call,
        budget=Budget(caps),
    )
    tools.writer = ModelWriter(model, load_prompts(root), tools.config)
    seen = list(compose(project, tools, every=True))
    editions = [edition.model_dump(exclude={"at"}) for edition in tools.store.editions()]
    told = [(number, entry.model_dump()) for number, entry in tools.store.entries()]
    fallen = [tools.store.rejected(edition["number"]) for edition in editions]
    calls = sorted((call.purpose, call.prompt, call.error) for call in tools.store.calls(9))
    order = [(event.key, event.section, event.claims) for event in of(Composed, seen)]
    kept = ((root / "report.md").read_bytes(), editions, told, fallen, calls, order)
    tools.store.close()
    return kept, watched


def test_nothing_depends_on_who_finishes_first(tmp_path: Path, responder: Responder) -> None:
    """Report, editions, ledger, what fell, calls and events are those of one after the other."""
    plain, watched = written(tmp_path / "plain", responder, seed=0, at_once=1)
    assert watched.most == 1
    assert plain[0].count(b"times what the") > len(SUBJECTS)
    assert any(purpose.startswith("revision") for purpose, _, _ in plain[4])
    for seed in (1, 2, 3):
        shuffled, watched = written(tmp_path / f"{seed}", responder, seed=seed, at_once=4)
        assert shuffled == plain, seed
        assert 1 < watched.most <= 4


@pytest.mark.parametrize(("tokens", "is_alone"), [(10_000_000, False), (600_000, True)])
def test_near_a_cap_sections_are_written_one_by_one(
    tmp_path: Path, responder: Responder, tokens: int, is_alone: bool
) -> None:
    """Where the cap could be reached, what is drafted must not be a matter of luck either."""
    caps = Caps(tokens=tokens)
    _, watched = written(tmp_path / "p", responder, seed=1, at_once=4, caps=caps)
    assert (watched.most == 1) is is_alone
