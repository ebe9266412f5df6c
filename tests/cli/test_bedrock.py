"""A Bedrock model writes, as a user meets it: the program in its own process, over the wire."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from modelled import honest, item, lying, read, two_claims
from program import command, environment, run, run_each
from projects import report, tell
from responder import MODEL, Fault, Held, Reply, Reset, Responder, Slow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from responder import Asked

pytestmark = pytest.mark.models
QUESTION = "How much memory does the Beta accelerator have on each chip?"
FACTS = ("96 GB", "141 GB", "12 days", "9 minutes")


def test_an_honest_model_writes_the_report(bare: Path, responder: Responder) -> None:
    """A dry run asks nothing, a run writes, another one changes nothing and asks nothing."""
    assert run(bare, "compose", "--dry-run").status == 0
    assert responder.asked == []
    done = run(bare, "compose", "--all")
    assert (done.status, done.err) == (0, "")
    written = report(bare)
    assert all(fact in written for fact in FACTS)
    assert "## Summary" in written
    asked = len(responder.asked)
    assert {item.model for item in responder.asked} == {MODEL}
    done = run(bare, "compose", "--all")
    assert done.out == "nothing to do: none of 4 references is unchecked\n"
    assert (report(bare), len(responder.asked)) == (written, asked)
    assert run(bare, "verify").status == 0
    assert f"writer bedrock/{MODEL}" in run(bare, "status").out


def test_a_dry_run_forecasts(bare: Path, responder: Responder) -> None:
    """Tokens a section and in all, counted by the service; in money only where there is a price."""
    counts = {"Memory": 1000, "Training": 2000, "Summary": 500}
    responder.count = lambda asked: counts[re.search(r"Section: (\w+)", asked.words)[1]]
    done = run(bare, "compose", "--dry-run")
    assert done.status == 0
    assert "  memory: 1,000 tokens in (counted), 0 to 8,000 (the longest reply) out\n" in done.out
    # The summary is made of claims that are yet to come.
    assert "  summary: 500 to 16,500 tokens in (counted), 0 to 8,000" in done.out
    assert "in all 3 calls: 3,500 to 19,500 tokens in (counted), 0 to 24,000 out" in done.out
    assert "cost" not in done.out
    assert len(responder.counted) == 3
    assert responder.asked == []
    assert run(bare, "runs").out == "no run has asked a model yet\n"
    tell(
        bare,
        f'[prices]\n"{MODEL}" = {{ in = 3.0, out = 15.0, cached_in = 0.3, cached_out = 3.75 }}\n',
    )
    told = json.loads(run(bare, "compose", "--all", "--dry-run", "--json").out)
    total = told[-1]
    assert (total["event"], total["calls"]) == ("ForeseenTotal", 7)
    first = next(item for item in told if item["event"] == "Foreseen")
    assert (first["key"], first["section"]) == ("alpha", "memory")
    assert first["cost_least"] == pytest.approx(0.003)
    assert first["cost_most"] == pytest.approx(0.00375 + 0.12)
    assert not (bare / "report.md").exists()


def test_what_waits_for_a_draft_is_foreseen(bare: Path, responder: Responder) -> None:
    """A section with a stale claim is drafted with the next reference, so it is in the forecast."""
    assert run(bare, "compose").status == 0
    page = bare / "alpha.md"
    page.write_text(page.read_text("utf-8").replace("12 days", "11 days"), "utf-8")
    assert run(bare, "ingest", "--refresh").status == 0
    told = json.loads(run(bare, "compose", "--all", "--dry-run", "--json").out)
    foreseen = [(it["key"], it["section"]) for it in told if it["event"] == "Foreseen"]
    assert foreseen.count(("beta", "training")) == 1
    responder.asked.clear()
    assert run(bare, "compose", "--all").status == 0
    asked = [asked.words for asked in responder.asked if "Section: Training" in asked.words]
    assert len([key for key, section in foreseen if section == "training"]) == len(asked)


def test_a_forecast_learns_from_what_was_recorded(bare: Path, responder: Responder) -> None:
    """The output is the range of replies for the same section; where nobody counts it is marked."""
    responder.count = lambda _: Fault(400, "ValidationException", "counting is not supported")
    lengths = iter([100, 900, 300, 400] * 9)

    def script(asked):
        usage = {"inputTokens": 10, "outputTokens": next(lengths), "totalTokens": 999}
        return honest(asked)._replace(usage=usage)

    responder.script = script
    tell(bare, "[bedrock]\nmax_concurrency = 1\n")
    again = "compose --section memory"
    assert [done.status for done in run_each(bare, "compose --all", again, again)] == [0, 0, 0]
    calls = json.loads(run(bare, "runs", "9", "--json").out)
    mine = [call["tokens"]["output"] for call in calls if call["purpose"] == "section memory"]
    assert len(mine) >= 3
    path = bare / "beta.md"
    path.write_text(path.read_text("utf-8") + "\nThe Beta has memory of 2 kinds.\n", "utf-8")
    text = (bare / "references.md").read_text("utf-8").replace("[x] [Beta", "[ ] [Beta")
    (bare / "references.md").write_text(text, "utf-8")
    done = run(bare, "compose", "--dry-run")
    wanted = rf"  memory: [\d,]+ tokens in \(estimated\), {min(mine)} to {max(mine)} \(as recorded"
    assert re.search(wanted, done.out), done.out
    # What is made of other sections grows by what they may grow by.
    assert re.search(r"  summary: [\d,]+ to [\d,]+ tokens in", done.out)
    assert "(not counted: " in done.out
    assert len(responder.counted) == 1


def test_a_kept_reply_is_not_paid_twice(bare: Path, responder: Responder) -> None:
    """Where the user says so: the same request is answered from the store, and shown as that."""
    tell(bare, "[bedrock]\ncache = true\n" + '[prices]\n"*" = { in = 1.0, out = 1.0 }\n')
    again = "compose --section memory"
    assert [done.status for done in run_each(bare, "compose", again)] == [0, 0]
    text, asked = report(bare), len(responder.asked)
    shown, runs = run_each(bare, again, "runs 1")
    assert (shown.status, report(bare), len(responder.asked)) == (0, text, asked)
    assert "kept reply" in runs.out
    (call,) = json.loads(run(bare, "runs", "1", "--json").out)
    assert call["is_kept"]
    assert sum(call["tokens"].values()) == 0
    (bare / "store/replies.db").unlink()
    assert run(bare, *again.split()).status == 0
    assert len(responder.asked) == asked + 1


def test_what_it_took_is_shown(bare: Path, responder: Responder) -> None:
    """By run and call, in tokens; in money only where there is a price."""
    assert run(bare, "runs").out == "no run has asked a model yet\n"
    assert run(bare, "compose").status == 0
    asked = len(responder.asked)
    shown = run(bare, "runs").out
    assert "section memory" in shown
    assert f"{asked} calls" in shown
    assert f"{1200 * asked:,}" in shown
    calls = json.loads(run(bare, "runs", "1", "--json").out)
    assert [call["cost"] for call in calls] == [None] * asked
    assert calls[0]["tokens"] == {"input": 1200, "output": 300, "cache_read": 0, "cache_write": 0}
    assert re.fullmatch(r"request-\d+", calls[0]["request_id"])
    assert re.fullmatch(r"[0-9a-f]{16}", calls[0]["prompt"])
    tell(bare, f'[prices]\n"{MODEL}" = {{ in = 3.0, out = 15.0 }}\n')
    costs = [call["cost"] for call in json.loads(run(bare, "runs", "--json").out)]
    assert costs == pytest.approx([0.0081] * asked)
    assert "0.0081" in run(bare, "runs").out


def test_a_lying_model_writes_nothing(bare: Path, responder: Responder) -> None:
    """References that there are not, figures that were changed, words nobody wrote: none stands."""

    def lies(key: str, line: str) -> list[dict]:
        return [
            item("E99", line, f"{line} Indeed."),
            item(key, line, re.sub(r"\d+", lambda found: str(int(found[0]) + 7), line)),
            item(key, line.replace(" ", "  very "), line),
            {"text": "Everybody agrees that this is wonderful."},
            {"text": line, "citations": [], "said_by": "Nobody"},
        ]

    responder.script = lying(lies)
    done = run(bare, "compose", "--all")
    assert "rejected" in done.out
    assert not (bare / "report.md").exists() or "[^" not in report(bare)
    calls = json.loads(run(bare, "runs", "--json").out)
    assert any(call["purpose"] == "revision of memory" for call in calls)
    responder.script = honest
    (bare / "references.md").write_text(
        (bare / "references.md").read_text(encoding="utf-8").replace("[x]", "[ ]"),
        encoding="utf-8",
    )
    assert run(bare, "compose", "--all").status == 0
    assert all(fact in report(bare) for fact in FACTS)


def test_half_a_draft_leaves_the_section_as_it_was(bare: Path, responder: Responder) -> None:
    """The run says so, the box stays open, and the next run drafts only what is missing."""
    assert run(bare, "compose").status == 0
    before = report(bare)

    def half(asked):
        whole = honest(asked)
        cut = Reply(whole.said[: len(whole.said) // 2])
        return cut if read(asked).form == "draft" and "Section: Memory" in asked.words else whole

    responder.script = half
    # Only a model without a tool can break the form of its reply.
    plain = ("--model", "bedrock/example.plain-v1:0")
    done = run(bare, "compose", *plain)
    assert (
        "skipped memory (draft): the writer was asked twice and its reply is no draft" in done.out
    )
    assert "141 GB" not in report(bare)
    assert "96 GB" in report(bare)
    assert (
        report(bare).split("## Memory")[1].split("\n## ")[0]
        == (before.split("## Memory")[1].split("\n## ")[0])
    )
    assert "- [ ] [Beta]" in (bare / "references.md").read_text(encoding="utf-8")
    responder.script = honest
    responder.asked.clear()
    assert run(bare, "compose", *plain).status == 0
    assert "141 GB" in report(bare)
    assert not any("Section: Training" in asked.words for asked in responder.asked)


def test_what_the_service_cites_is_shown(bare: Path, responder: Responder) -> None:
    """With the call, and whether the reply cites the same; the report stands on its own quotes."""
    folder = bare / "config" / "models"
    folder.mkdir()
    table = f'[[models]]\nmatch = "{MODEL}"\nstructure = "json"\ncitations = true\nstream = true\n'
    table += "system = true\ncontext_tokens = 100_000\noutput_tokens = 8_000\n"
    (folder / "bedrock.toml").write_text(table, encoding="utf-8")
    words = "The Alpha accelerator has 96 GB of memory on each chip"
    place = {"searchResultLocation": {"searchResultIndex": 0, "start": 1, "end": 2}}
    cited = {"sourceContent": [{"text": words}], "location": place}

    def citing(asked):
        is_draft = read(asked).form == "draft"
        return honest(asked)._replace(citations=[cited] if is_draft else [])

    responder.script = citing
    assert run(bare, "compose").status == 0
    calls = json.loads(run(bare, "runs", "--json").out)
    first = next(call for call in calls if call["purpose"] == "section memory")
    told = {"evidence": "E1", "start": 1, "end": 2, "quote": words, "agrees": True}
    assert first["witnesses"] == [told]
    assert "96 GB" in report(bare)
    table = table.replace('"json"', '"tool"')
    (folder / "bedrock.toml").write_text(table, encoding="utf-8")
    run(bare, "compose").fails(2, "citations = true needs structure")


def test_a_context_that_the_reply_takes_whole(bare: Path, responder: Responder) -> None:
    """A row of the table that leaves no room for a prompt is refused as it stands."""
    folder = bare / "config" / "models"
    folder.mkdir()
    table = f'[[models]]\nmatch = "{MODEL}"\ncontext_tokens = 4_000\noutput_tokens = 4_000\n'
    (folder / "bedrock.toml").write_text(table, encoding="utf-8")
    run(bare, "compose").fails(2, r"bedrock\.toml, line 1: .* leaves no room for a prompt")
    assert responder.asked == []


def test_what_does_not_fit_is_read_in_passes(bare: Path, responder: Responder) -> None:
    """Each has other passages, whole, and the claims so far; the report has what all say."""
    names = [f"Chip{letter}" for letter in "ABCDEFGH"]
    parts = [
        f"## Memory of {name}\n\n" + f"The {name} accelerator has {96 + n} GB of memory on each "
        f"chip, and its memory moves {n + 2} TB/s to and from it. {name} is cooled by water. " * 9
        for n, name in enumerate(names)
    ]
    (bare / "alpha.md").write_text("# Chips\n\n" + "\n\n".join(parts), encoding="utf-8")
    tell(bare, "[bedrock]\nmax_input_tokens = 5000\nmax_output_tokens = 4000\n")
    tell(bare, "[chunk]\nmax_tokens = 300\n")
    done = run(bare, "compose")
    assert (done.status, done.err) == (0, "")
    calls = json.loads(run(bare, "runs", "1", "--json").out)
    passes = [call for call in calls if call["purpose"] == "section memory"]
    assert len(passes) > 1
    assert all(call["left_out"] == 0 for call in passes)
    sent = [read(asked).evidence for asked in responder.asked if "Section: Memory" in asked.words]
    keys = [key for evidence in sent for key in evidence]
    assert len(keys) == len(set(keys)) == sum(call["passages"] for call in passes)
    written = report(bare)
    assert all(f"{96 + n} GB" in written for n in range(len(names)))
    assert "- [x] [Alpha]" in (bare / "references.md").read_text(encoding="utf-8")
    assert run(bare, "verify").status == 0


def test_a_pass_that_fails_changes_nothing(bare: Path, responder: Responder) -> None:
    """What was paid for is recorded; the section is as it was, and the box stays open."""
    test_what_does_not_fit_is_read_in_passes(bare, responder)
    before = report(bare)
    checklist = bare / "references.md"
    checklist.write_text(
        checklist.read_text(encoding="utf-8").replace("[x] [Alpha]", "[ ] [Alpha]"),
        encoding="utf-8",
    )
    asked: list[str] = []

    def tired(what):
        if read(what).form != "draft" or "Section: Memory" not in what.words:
            return honest(what)
        asked.append(what.words)
        return Reply("{}", "content_filtered") if len(asked) == 2 else honest(what)

    responder.script = tired
    done = run(bare, "compose")
    assert "skipped memory (draft)" in done.out
    calls = json.loads(run(bare, "runs", "1", "--json").out)
    stops = [call["stop"] for call in calls if call["purpose"] == "section memory"]
    assert stops == ["tool_use", "content_filtered"]
    assert report(bare) == before
    assert "- [ ] [Alpha]" in checklist.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (Fault(403, "ExpiredTokenException", "expired"), 3, "credentials have expired.*log in"),
        (Fault(403, "AccessDeniedException", "no"), 3, "access is denied.*bedrock:InvokeModel"),
        (Fault(404, "ResourceNotFoundException", "no"), 3, "no such model.*correct `model`"),
        (Fault(429, "ThrottlingException", "slow down"), 6, "throttled.*run again later"),
        (Fault(424, "ModelErrorException", "oh"), 6, "the model failed.*run again later"),
    ],
)
def test_a_failure_is_one_line(
    bare: Path, responder: Responder, fault: Fault, status: int, words: str
) -> None:
    """With its exit status; the report stays what it was, and the box open."""
    tell(bare, "[bedrock]\nattempts = 1\nthrottled_attempts = 1\n")
    assert run(bare, "compose").status == 0
    before = report(bare), (bare / "references.md").read_text(encoding="utf-8")
    responder.plays(fault)
    run(bare, "compose").fails(status, words)
    assert (report(bare), (bare / "references.md").read_text(encoding="utf-8")) == before
    run(bare, "ask", QUESTION).fails(status, words)
    (last,) = json.loads(run(bare, "runs", "1", "--json").out)
    assert (last["purpose"], last["tokens"], last["stop"]) == ("answer", None, "")
    responder.script = honest
    assert run(bare, "compose").status == 0
    assert "141 GB" in report(bare)


def test_what_is_finished_before_a_failure_is_committed(bare: Path, responder: Responder) -> None:
    """The line says what is not, the box stays open, and the next run drafts only that."""
    tell(bare, "[bedrock]\nmax_concurrency = 1\nattempts = 1\n")
    broken = Fault(500, "InternalServerException", "oh")
    responder.script = lambda asked: (
        broken if re.search("Section: (Training|Summary)\n", asked.words) else honest(asked)
    )
    done = run(bare, "compose")
    assert "  memory: 1 claim, rewritten\n  edition 1: 1 added\n" in done.out
    done.fails(
        6,
        "service failed.*; not drafted: training, summary of alpha, whose box stays open; "
        "the rest is committed: run again later",
    )
    assert [read(asked).form for asked in responder.asked].count("summary") == 0
    assert "96 GB" in report(bare)
    assert "- [ ] [Alpha]" in (bare / "references.md").read_text(encoding="utf-8")
    responder.script = honest
    responder.asked.clear()
    assert run(bare, "compose").status == 0
    sections = [re.search(r"Section: (\w+)", asked.words)[1] for asked in responder.asked]
    assert sections == ["Training", "Summary"]
    assert "12 days" in report(bare)
    assert "- [x] [Alpha]" in (bare / "references.md").read_text(encoding="utf-8")


def test_what_is_finished_behind_a_failure_is_committed(bare: Path, responder: Responder) -> None:
    """What is finished is not drafted again, whichever place it has."""
    tell(bare, "[bedrock]\nattempts = 1\n")

    def script(asked: Asked) -> Reply | Fault:
        if "Section: Memory\n" not in asked.words:
            return honest(asked)
        responder.closing.wait(2)  # Training, which stands behind it, is finished by then
        return Fault(500, "InternalServerException", "oh")

    responder.script = script
    done = run(bare, "compose")
    assert "  training: 1 claim, rewritten\n  edition 1: 1 added\n" in done.out
    done.fails(6, "not drafted: memory, summary of alpha, whose box stays open")
    assert run(bare, "verify").status == 0
    responder.script = honest
    responder.asked.clear()
    assert run(bare, "compose").status == 0
    sections = [re.search(r"Section: (\w+)", asked.words)[1] for asked in responder.asked]
    assert sections == ["Memory", "Summary"]
    assert "12 days" in report(bare)


def test_without_credentials(
    bare: Path, responder: Responder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit status 3 and how to log in; nothing was sent."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    run(bare, "compose").fails(3, "no credentials are found.*aws configure")
    assert responder.asked == []
    assert run(bare, "compose", "--dry-run").status == 0
    assert run(bare, "compose", "--model", "extractive").status == 0


def test_an_answer_has_only_what_holds(bare: Path, responder: Responder) -> None:
    """What the model says besides is not printed; what nothing answers is a plain statement."""
    assert run(bare, "compose", "--all").status == 0

    def lie(key: str, line: str) -> list[dict]:
        if "141 GB" not in line:
            return []
        return [item(key, line, line.replace("141", "999")), item(key, line)]

    responder.script = lying(lie)
    done = run(bare, "ask", QUESTION)
    assert (done.status, done.err) == (0, "")
    assert "141 GB" in done.out
    assert "999" not in done.out
    assert "[1] Beta accelerators, Memory of Beta" in done.out
    responder.plays(Reply('{"claims": []}'))
    assert run(bare, "ask", QUESTION).out == "The references do not answer this.\n"
    responder.plays(Reply('{"claims": []}', "content_filtered"))
    run(bare, "ask", QUESTION).fails(6, "gave no answer: .*content filter withheld")


@contextmanager
def asking_of(root: Path) -> Iterator[subprocess.Popen[str]]:
    """Run `rag ask` while the test looks on."""
    asking = subprocess.Popen(
        command("ask", QUESTION),
        cwd=root,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with asking:
        yield asking
        assert asking.poll() is not None


def test_a_claim_is_printed_before_the_reply_has_ended(bare: Path, responder: Responder) -> None:
    """The model stops in mid-reply until its first claim has been read off the program."""
    assert run(bare, "compose", "--all").status == 0
    released = threading.Event()
    responder.script = lambda asked: Held(two_claims(asked), "}]}", released)
    with asking_of(bare) as asking:
        first = asking.stdout.readline()
        assert first.startswith("- The Beta accelerator has 141 GB")
        assert first.endswith(" [1]\n")
        released.set()
        out, err = asking.communicate(timeout=120)
    assert (asking.returncode, err) == (0, "")
    assert out.startswith("- The Alpha accelerator has 96 GB")
    assert "\n\n[1] Beta accelerators, Memory of Beta\n" in out
    responder.script = two_claims
    assert run(bare, "ask", QUESTION).out == first + out
    told = json.loads(run(bare, "ask", "--json", QUESTION).out)
    assert [f"- {claim['text']} [{n}]" for n, claim in enumerate(told["claims"], start=1)] == (
        (first + out).splitlines()[:2]
    )


def test_an_answer_that_breaks_off_says_so(bare: Path, responder: Responder) -> None:
    """What was shown stays, with its sources; one line, exit status 6, and the call is recorded."""
    tell(bare, "[bedrock]\nattempts = 1\n")
    assert run(bare, "compose", "--all").status == 0
    released = threading.Event()
    responder.script = lambda asked: Held(two_claims(asked), "}]}", released, then=Reset())
    with asking_of(bare) as asking:
        first = asking.stdout.readline()
        assert "141 GB" in first
        released.set()
        out, err = asking.communicate(timeout=120)
    assert asking.returncode == 6
    assert out.startswith("\n[1] Beta accelerators, Memory of Beta\n")
    assert "Alpha" not in out
    assert re.fullmatch(r"rag: the answer is not complete: .*: .*run again later\n", err), err
    (call,) = json.loads(run(bare, "runs", "1", "--json").out)
    assert (call["purpose"], call["tokens"]) == ("answer", None)


def test_as_json_an_answer_says_whether_it_is_one_and_whole(
    bare: Path, responder: Responder
) -> None:
    """What held of a reply that was withheld late is printed, marked; so is what is no answer."""
    assert run(bare, "compose", "--all").status == 0
    responder.script = lambda asked: two_claims(asked)._replace(stop="content_filtered")
    shown, done = run(bare, "ask", QUESTION), run(bare, "ask", "--json", QUESTION)
    done.fails(6, "the answer is not complete: .*content filter withheld")
    told = json.loads(done.out)
    assert (told["complete"], told["refused"]) == (False, False)
    said = [f"- {claim['text']} [{n}]" for n, claim in enumerate(told["claims"], start=1)]
    assert said == shown.out.split("\n\n")[0].splitlines() != []
    assert len(told["sources"]) == len(told["claims"])
    responder.script = two_claims
    told = json.loads(run(bare, "ask", "--json", QUESTION).out)
    assert (told["complete"], told["refused"], len(told["claims"])) == (True, False, 2)
    responder.script = lambda _: Reply('{"claims": []}')
    done = run(bare, "ask", "--json", QUESTION)
    told = json.loads(done.out)
    assert (done.status, told["claims"]) == (0, [])
    assert (told["refused"], told["complete"]) == (True, True)
    responder.script = lambda _: Reply('{"claims": []}', "content_filtered")
    done = run(bare, "ask", "--json", QUESTION)
    done.fails(6, "gave no answer: .*content filter withheld")
    assert done.out == ""


def test_an_answer_that_breaks_off_once_is_asked_for_again(
    bare: Path, responder: Responder
) -> None:
    """Nothing is printed twice, and the answer is whole."""
    tell(bare, "[bedrock]\nbackoff_s = 0.01\n")
    assert run(bare, "compose", "--all").status == 0
    released = threading.Event()
    released.set()

    def script(asked: Asked) -> Reply | Held:
        broken = Held(two_claims(asked), "}]}", released, then=Reset())
        return broken if len(responder.asked) == before + 1 else two_claims(asked)

    before = len(responder.asked)
    responder.script = script
    done = run(bare, "ask", QUESTION)
    assert (done.status, done.err, len(responder.asked)) == (0, "", before + 2)
    assert [done.out.count(fact) for fact in ("141 GB", "96 GB")] == [1, 1]


def test_an_interrupted_answer_leaves_what_was_shown(bare: Path, responder: Responder) -> None:
    """Ctrl-C ends the program; what was printed was verified."""
    assert run(bare, "compose", "--all").status == 0
    responder.script = lambda asked: Held(two_claims(asked), "}]}", threading.Event())
    with asking_of(bare) as asking:
        assert "141 GB" in asking.stdout.readline()
        asking.send_signal(signal.SIGINT)
        out, err = asking.communicate(timeout=120)
    assert asking.returncode == 130
    assert out.startswith("\n[1] Beta accelerators")
    assert err.strip().startswith("rag: interrupted")


def composing(root: Path) -> subprocess.Popen[str]:
    """Start `rag compose`; who asks reads what it says at its end."""
    return subprocess.Popen(
        command("compose"),
        cwd=root,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_ctrl_c_waits_for_no_reply(bare: Path, responder: Responder) -> None:
    """Both sections under way are recorded, since they may be paid for; the next run goes on."""
    responder.plays(Slow(120))
    process = composing(bare)
    while len(responder.asked) < 2:
        assert process.poll() is None
        responder.closing.wait(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.strip() == "rag: interrupted; what was committed stays, the next run goes on"
    calls = json.loads(run(bare, "runs", "--json").out)
    assert {(call["purpose"], call["error"]) for call in calls} == {
        ("section memory", "interrupted"),
        ("section training", "interrupted"),
    }
    responder.script = honest
    assert run(bare, "compose").status == 0
    assert "96 GB" in report(bare)


def test_ctrl_c_keeps_what_is_drafted(bare: Path, responder: Responder) -> None:
    """A section with its draft is committed; the box stays open, the next run drafts the rest."""
    responder.script = lambda asked: (
        Slow(120) if "Section: Training" in asked.words else honest(asked)
    )
    process = composing(bare)
    while "section memory" not in run(bare, "runs").out or len(responder.asked) < 2:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err.strip() == (
        "rag: interrupted; not drafted: training, summary of alpha, whose box stays open; "
        "the rest is committed"
    )
    assert "96 GB" in report(bare)
    assert run(bare, "verify").status == 0
    assert "[x]" not in (bare / "references.md").read_text(encoding="utf-8")
    responder.script = honest
    responder.asked.clear()
    assert run(bare, "compose").status == 0
    assert not any("Section: Memory" in asked.words for asked in responder.asked)
    assert "[x]" in (bare / "references.md").read_text(encoding="utf-8")
    assert "12 days" in report(bare)


def test_a_name_that_is_no_writer(bare: Path) -> None:
    """The kinds that there are are named."""
    run(bare, "compose", "--model", "bedrock/").fails(
        2, "'bedrock/': no writer is named so.*bedrock/<"
    )
