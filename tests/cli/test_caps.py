"""Caps of a run, as a user meets them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from program import run
from projects import report, tell
from responder import MODEL, Responder

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.models
PRICED = f'[prices]\n"{MODEL}" = {{ in = 3.0, out = 15.0, cached_in = 0.3, cached_out = 3.75 }}\n'
SHORT = "[bedrock]\nmax_output_tokens = 500\n"


def sections_asked(responder: Responder) -> list[str]:
    """The sections that were asked for, in order, each once."""
    found = [re.search(r"Section: (\w+)", asked.words) for asked in responder.asked]
    return list(dict.fromkeys(item[1] for item in found if item))


def test_at_the_cap_what_is_finished_stands(bare: Path, responder: Responder) -> None:
    """Exit status 5 in one line; no further section nor reference; the next run drafts the rest."""
    tell(bare, SHORT)
    # Room for one call: a second one, of 1,500 in truth, could be too much.
    done = run(bare, "compose", "--all", "--max-tokens", "6500")
    assert done.status == 5, done
    assert re.fullmatch(
        r"rag: the cap is reached \(--max-tokens 6,500: [\d,]+ are spent, the next call could take "
        r"[\d,]+\); not drafted: .*summary.* of alpha: its box stays open; run again for the rest",
        done.line,
    )
    drafted = sections_asked(responder)
    assert drafted[0] == "Memory"
    assert "Summary" not in drafted
    assert "96 GB" in report(bare)
    assert "[x]" not in (bare / "references.md").read_text(encoding="utf-8")
    assert "beta" not in done.out
    assert run(bare, "verify").status == 0
    responder.asked.clear()
    done = run(bare, "compose")
    assert (done.status, done.err) == (0, "")
    assert set(sections_asked(responder)) == {"Memory", "Training", "Summary"} - set(drafted)
    assert (bare / "references.md").read_text(encoding="utf-8").count("[x]") == 1


def test_at_the_cap_a_refresh_keeps_what_it_has(bare: Path, responder: Responder) -> None:
    """What is drafted is committed, the rest stays, told to be stale; the next run drafts that."""
    tell(bare, SHORT)
    assert run(bare, "compose", "--all").status == 0
    page = bare / "alpha.md"
    text = page.read_text(encoding="utf-8").replace("96 GB", "128 GB").replace("12 days", "11 days")
    page.write_text(text, encoding="utf-8")
    responder.asked.clear()
    done = run(bare, "refresh", "--max-tokens", "6500")
    done.fails(
        5, "the cap is reached.*not drafted: training.*: `rag refresh` goes on with the rest"
    )
    assert sections_asked(responder) == ["Memory"]
    assert "128 GB" in report(bare)
    assert "96 GB" not in report(bare)
    assert "12 days" in report(bare)
    assert "stale" in run(bare, "status").out
    verified = run(bare, "verify")
    fallen = [line for line in verified.out.splitlines() if "quote_absent" in line]
    assert verified.status == 1
    assert fallen
    assert all("12 days" in line for line in fallen), verified.out
    foreseen = json.loads(run(bare, "compose", "--section", "memory", "--dry-run", "--json").out)
    told = {item["section"] for item in foreseen if item["event"] == "Foreseen"}
    assert told == {"memory", "training", "summary"}  # what waits is drafted with it
    responder.asked.clear()
    assert run(bare, "refresh").status == 0
    assert set(sections_asked(responder)) == {"Training", "Summary"}
    assert "11 days" in report(bare)
    assert "12 days" not in report(bare)
    assert run(bare, "verify").status == 0
    assert "stale" not in run(bare, "status").out


def test_a_cap_for_which_nothing_fits_sends_nothing(bare: Path, responder: Responder) -> None:
    """No report is made, no box ticked, and nothing is recorded as a call."""
    done = run(bare, "compose", "--max-tokens", "10")
    assert done.status == 5
    assert "0 are spent" in done.line
    assert responder.asked == []
    assert not (bare / "report.md").exists()
    assert run(bare, "runs").out == "no run has asked a model yet\n"
    assert run(bare, "compose").status == 0
    assert "96 GB" in report(bare)


def test_a_cap_in_money_is_kept(bare: Path, responder: Responder) -> None:
    """What the run paid by its own record is never more than the cap."""
    tell(bare, SHORT + PRICED)
    done = run(bare, "compose", "--all", "--max-cost", "0.04")
    assert done.status == 5
    assert "--max-cost 0.04: 0.0" in done.line
    paid = [call["cost"] for call in json.loads(run(bare, "runs", "--json").out)]
    assert 0 < sum(paid) <= 0.04
    assert len(paid) == len(responder.asked)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("", r"--max-cost: there is no price of 'us\.anthropic.*\[prices\].*--max-tokens"),
        (f'[prices]\n"{MODEL}" = {{ in = 3.0, out = 15.0 }}\n', "prompt cache.*cached_out"),
    ],
)
def test_a_cap_in_money_needs_prices(
    bare: Path, responder: Responder, settings: str, said: str
) -> None:
    """No cost is made up; one that costs nothing needs none."""
    tell(bare, settings)
    done = run(bare, "compose", "--max-cost", "1")
    assert done.status == 2
    assert re.search(said, done.line)
    assert responder.asked == []
    assert run(bare, "compose", "--max-cost", "1", "--model", "extractive").status == 0


@pytest.mark.parametrize(
    "bad", ["--max-cost=0", "--max-cost=nan", "--max-cost=x", "--max-tokens=0"]
)
def test_a_cap_that_is_none(bare: Path, bad: str) -> None:
    """It is refused as it stands."""
    done = run(bare, "compose", bad)
    assert done.status == 2
    assert bad.split("=", maxsplit=1)[0] in done.err


def test_a_judge_needs_its_own_price(bare: Path, responder: Responder) -> None:
    """It is named, before anything is asked."""
    tell(bare, PRICED + '[verify]\nsupport = "judge/bedrock/other.model-v1:0"\n')
    done = run(bare, "compose", "--max-cost", "1")
    assert done.status == 2
    assert "there is no price of 'other.model-v1:0'" in done.line
    assert responder.asked == []


def test_a_question_over_the_cap_is_not_asked(bare: Path, responder: Responder) -> None:
    """Exit status 5; with more it is answered."""
    assert run(bare, "compose", "--all").status == 0
    responder.asked.clear()
    question = "How much memory does the Beta accelerator have on each chip?"
    done = run(bare, "ask", question, "--max-tokens", "100")
    assert done.status == 5
    assert done.line.startswith("rag: the cap is reached (--max-tokens 100: 0 are spent")
    assert responder.asked == []
    assert "141 GB" in run(bare, "ask", question, "--max-tokens", "30000").out
