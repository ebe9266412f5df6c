"""A model with room for a part of the report: what the parts made of others are shown of it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from modelled import honest, read
from program import run
from projects import OUTLINE, report
from responder import Reply

if TYPE_CHECKING:
    from pathlib import Path

    from responder import Asked, Responder

pytestmark = pytest.mark.models
SMALL = ("--model", "bedrock/example.plain-v1:0")
"""Nothing is known of it: 8,000 tokens, of which 2,000 are the reply's."""
GUIDES = """
[[sections]]
id = "guides"
title = "Guides"
[[sections.topics]]
id = "matches"
heading = "What fits what"
form = "matches"
questions = ["Which accelerator fits?"]
terms = ["service"]
rows = 40
[[sections.topics]]
id = "rules"
heading = "When to use what"
form = "rules"
questions = ["How much does an instance cost per hour, and when is it used?"]
terms = ["dollars"]
"""
PARTS = {
    "alpha": "The {name} accelerator has {n} GB of memory on each chip and moves {n} TB/s to it, "
    "which is what a model of its size needs where it is served to all who ask at the same time.",
    "beta": "Training a model of {n} billion parameters on {name} takes {n} days on its cluster, "
    "which is what those who want to train one there have to wait and to pay for at the least.",
}
NAMES = [f"{first}{last}" for first in ("Ash", "Elm", "Oak", "Fir") for last in "ABCDEFGH"]


@pytest.fixture
def forest(bare: Path) -> Path:
    """A project whose first two references fill a section each, and a section made of both."""
    (bare / "config" / "report.toml").write_text(OUTLINE + GUIDES, encoding="utf-8")
    for key, told in PARTS.items():
        said = [told.format(name=name, n=n) for n, name in enumerate(NAMES, start=11)]
        parts = [f"## Of {name}\n\n{text}" for name, text in zip(NAMES, said, strict=True)]
        (bare / f"{key}.md").write_text(f"# {key}\n\n" + "\n\n".join(parts), encoding="utf-8")
    settings = bare / "config" / "rag.toml"
    small = "\n[bedrock]\nmax_input_tokens = 3500\n"
    settings.write_text(
        settings.read_text("utf-8").replace("0.0", "0.5\nhits_per_topic = 40") + small,
        encoding="utf-8",
    )
    return bare


def choosing_nothing(asked: Asked) -> Reply:
    """Write honestly, and repeat no claim of another section."""
    prompt = read(asked)
    return Reply('{"claims": []}') if prompt.form == "summary" else honest(asked)


def offered(responder: Responder, section: str) -> list[list[tuple[str, str]]]:
    """Return what each prompt of a section offers of others: section and words."""
    found = []
    for asked in responder.asked:
        if f"Section: {section}\n" in asked.words:
            prompt = read(asked)
            others = [name for name in prompt.claims if name.startswith("O")]
            homes = [re.search(r'section="([^"]*)"', prompt.kinds[name])[1] for name in others]
            found.append(
                [(home, prompt.claims[name]) for home, name in zip(homes, others, strict=True)]
            )
    return found


def composed(root: Path, *arguments: str) -> str:
    """Run to a good end; return what was said."""
    done = run(root, "compose", *arguments, *SMALL)
    assert (done.status, done.err) == (0, ""), done.err
    return done.out


def test_what_has_no_room_is_shown_later_and_every_section_has_its_turn(
    forest: Path, responder: Responder
) -> None:
    """No claim is shown twice to a model that did not choose it; what waits is said."""
    responder.script = choosing_nothing
    told = [composed(forest), composed(forest), composed(forest)]
    calls = json.loads(run(forest, "runs", "2", "--json").out)
    for section in ("summary", "guides"):
        waits = int(re.search(rf"{section}: .*, (\d+) of other sections not shown yet", told[1])[1])
        untold = [call["untold"] for call in calls if call["purpose"] == f"section {section}"]
        assert waits in untold
        prompts = offered(responder, section.title())
        shown = [words for prompt in prompts for words in prompt]
        assert len(shown) == len(set(shown)) > 10
        assert {home for home, _ in prompts[1]} == {"Memory", "Training"}
        assert prompts[2]


def test_a_forecast_bounds_the_passes(forest: Path, responder: Responder) -> None:
    """Claims that are drafted take room from the evidence of later passes: it reckons with that."""
    responder.script = choosing_nothing
    told = json.loads(run(forest, "compose", "--dry-run", "--json", *SMALL).out)
    foreseen = {item["section"]: item for item in told if item["event"] == "Foreseen"}
    composed(forest)
    calls = json.loads(run(forest, "runs", "1", "--json").out)
    made = [call["purpose"] for call in calls].count("section memory")
    assert 1 < foreseen["memory"]["calls"] <= made <= foreseen["memory"]["calls_most"] < 2 * made
    assert foreseen["memory"]["output_most"] == foreseen["memory"]["calls_most"] * 2_000
    total = next(item for item in told if item["event"] == "ForeseenTotal")
    shown = run(forest, "compose", "--dry-run", *SMALL).out
    assert total["calls_most"] == sum(item["calls_most"] for item in foreseen.values())
    assert re.search(r"in all \d+ to \d+ calls: ", shown)


def test_a_table_of_matches_grows_pass_by_pass(forest: Path, responder: Responder) -> None:
    """Rows that had no room in a prompt stay, and each pass offers claims that none had offered."""

    def matching(asked: Asked) -> Reply:
        prompt = read(asked)
        if prompt.form != "draft" or "Section: Guides" not in asked.words:
            return choosing_nothing(asked)
        rows = []
        for name, words in prompt.claims.items():
            if name.startswith("O"):
                number = re.search(r"\d+", words)[0]
                kind = "memory" if "memory" in words else "training"
                who = re.search(r"(Ash|Elm|Oak|Fir)[A-H]", words)[0]
                row = {"keep": name, "cells": [kind, who, number, words]}
                rows.append({"keep": name} if " row=" in prompt.kinds[name] else row)
        header = ["Element", "Service", "Figure", "What the reference says"]
        table = {"form": "table", "header": header, "items": rows}
        return Reply(json.dumps({"topics": [{"topic": "matches", "blocks": [table]}]}))

    responder.script = matching
    composed(forest)
    composed(forest)
    shown = {words for prompt in offered(responder, "Guides") for _, words in prompt}
    table = report(forest).split("### What fits what")[1].split("\n#")[0]
    assert len(shown) > 10
    assert all(words in table for words in shown)
    assert run(forest, "verify").status == 0


def test_a_question_beside_which_nothing_has_room(bare: Path, responder: Responder) -> None:
    """Nobody knows that the references do not answer it: that is not said, and none is asked."""
    assert run(bare, "ingest").status == 0
    question = "How much memory does the Beta accelerator have on each chip?"
    done = run(bare, "ask", question + " I ask this as I must know." * 900, *SMALL)
    done.fails(6, r"gave no answer: none of \d+ passages fits a prompt .* may have [\d,]+ tokens")
    assert done.out == ""
    assert responder.asked == []
    assert "141 GB" in run(bare, "ask", question, *SMALL).out
