"""The ledger over whole runs: what is taken back, read again, deleted, settled and restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fakes import ScriptedWriter
from projects import (
    OUTLINE,
    PAGES,
    SITE,
    FakeTools,
    boxes,
    checklist,
    of,
    project_at,
    quoting,
)

from rag.errors import RagError, UsageError
from rag.flows.compose import compose
from rag.flows.diff import diff
from rag.flows.events import (
    Composing,
    Deleted,
    Kept,
    Ledger,
    NothingToDo,
    Restored,
    SetAside,
    Stale,
)
from rag.flows.history import account, blame, history
from rag.flows.refresh import refresh
from rag.flows.resolve import open_conflicts, resolve
from rag.flows.restore import restore
from rag.flows.retract import retract
from rag.flows.standing import deleted, own
from rag.flows.status import status
from rag.flows.verify import verify_report
from rag.types import Block, Draft, ProposedCitation, ProposedClaim, SectionTask, Skipped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rag.flows.project import Project
    from rag.types import Claim, QuestionTask

ALPHA = "The Alpha accelerator has 96 GB"
SAME = PAGES[f"{SITE}alpha.md"].split(b"\n\n")[2]
"""A sentence that two references have."""
OTHER = PAGES | {
    f"{SITE}beta.md": PAGES[f"{SITE}beta.md"] + b"\n## Alpha again\n\n" + SAME + b"\n",
}
RIVAL = PAGES | {
    f"{SITE}beta.md": b"# A second look\n\n## Memory of Alpha\n\n"
    b"The Alpha accelerator has 80 GB of memory on each chip and moves 2.9 TB/s to and from it.\n",
}
CONFLICTS = """
[[sections]]
id = "conflicts"
title = "Where the references disagree"
form = "conflicts"
"""


def claims(tools: FakeTools) -> dict[str, Claim]:
    """Return the claims of the last edition by their words."""
    latest = tools.store.latest()
    return {claim.text: claim for _, claim in own(latest.sections if latest else ())}


def report(project: Project) -> str:
    """Return what report.md holds."""
    return project.report.read_bytes().decode()


def edit(project: Project, change: Callable[[str], str]) -> None:
    """Change report.md as its user would."""
    before = report(project)
    after = change(before)
    assert after != before
    project.report.write_bytes(after.encode())


def without_line(part: str) -> Callable[[str], str]:
    """Return an edit that deletes the lines with these words, outside the footnotes."""
    return lambda text: "".join(
        line for line in text.splitlines(keepends=True) if part not in line or line.startswith("[^")
    )


# --- retract ------------------------------------------------------------------------------------


def test_retracting_removes_what_stands_on_nothing_else(project: Project, tools: FakeTools) -> None:
    """Exactly the reference's own claims leave, the others and their sections stay."""
    list(compose(project, tools, every=True))
    before = claims(tools)
    list(retract(project, tools, "alpha"))
    after = claims(tools)
    assert set(before) - set(after) == {
        text for text, claim in before.items() if claim.references == ("alpha",)
    }
    assert set(after) <= set(before)
    assert "alpha" not in report(project).lower().replace("alphabet", "")
    left = [entry for _, entry in tools.store.entries() if entry.fate == "retired"]
    assert {entry.claim.text for entry in left} == set(before) - set(after)
    assert all("alpha was retracted" in entry.reason for entry in left)


def test_a_claim_with_another_support_stands_on_it(tmp_path: Path) -> None:
    """What a second reference says, too, stays with the second one's footnote alone."""
    project = project_at(tmp_path)
    tools = FakeTools(project, OTHER)
    list(compose(project, tools, every=True))
    (claim,) = [item for text, item in claims(tools).items() if text.startswith(ALPHA)]
    assert set(claim.references) == {"alpha", "beta"}
    list(retract(project, tools, "alpha"))
    (claim,) = [item for text, item in claims(tools).items() if text.startswith(ALPHA)]
    assert claim.references == ("beta",)
    assert "[^alpha-" not in report(project)
    tools.store.close()


def test_a_citation_that_does_not_bear_a_claim_does_not_keep_it(tmp_path: Path) -> None:
    """A claim that cites, besides what says so, what does not, leaves with the former."""
    words = "A training plan for Gamma reserves 16 nodes for up to 28 days"
    beside = "A training job on 64 Alpha chips takes 12 days"

    def padded(task: SectionTask | QuestionTask) -> Draft:
        found = {
            quote: item.key
            for item in task.evidence
            for quote in (words, beside)
            if quote in item.chunk.text
        }
        if len(found) < 2 or task.spec.id != "training":
            return Draft(blocks=())
        cited = tuple(ProposedCitation(evidence=found[x], quote=x) for x in (words, beside))
        claim = ProposedClaim(
            text="A plan for Gamma reserves nodes with chips for a job.", citations=cited
        )
        return Draft(blocks=(Block(form="bullets", claims=(claim,)),))

    project = project_at(tmp_path)
    tools = FakeTools(project, PAGES, ScriptedWriter(padded))
    list(compose(project, tools, every=True))
    assert "[^alpha-" in report(project)
    list(retract(project, tools, "gamma"))
    assert "Gamma" not in report(project)
    tools.store.close()


def test_what_was_retracted_stays_out_until_it_is_unticked(
    project: Project, tools: FakeTools
) -> None:
    """No later run draws on it; its box unticked, it is taken in again and its claims return."""
    list(compose(project, tools))
    list(retract(project, tools, "alpha"))
    list(compose(project, tools, every=True))
    assert not any("alpha" in claim.references for claim in claims(tools).values())
    assert of(NothingToDo, retract(project, tools, "alpha"))
    text = project.checklist.read_text(encoding="utf-8")
    project.checklist.write_text(text.replace("[x] [Alpha]", "[ ] [Alpha]"), encoding="utf-8")
    list(compose(project, tools))
    assert any("alpha" in claim.references for claim in claims(tools).values())
    assert any(entry.fate == "returned" for _, entry in tools.store.entries())


def test_an_unknown_reference_cannot_be_retracted(project: Project, tools: FakeTools) -> None:
    """It is named with those that there are; nothing changes."""
    list(compose(project, tools))
    before = report(project)
    with pytest.raises(UsageError, match="no reference has the key 'nobody'"):
        list(retract(project, tools, "nobody"))
    assert report(project) == before


# --- refresh ------------------------------------------------------------------------------------


def test_nothing_changed_is_left_alone(project: Project, tools: FakeTools) -> None:
    """Read again and found the same, the report costs no draft and stays byte for byte."""
    list(compose(project, tools, every=True))
    before = report(project)
    seen = list(refresh(project, tools))
    assert of(NothingToDo, seen)
    assert not of(Composing, seen)
    assert report(project) == before


def test_a_passage_that_moved_is_followed(project: Project, tools: FakeTools) -> None:
    """A claim whose words stand further down is the same claim with another span."""
    list(compose(project, tools, every=True))
    before, text = claims(tools), report(project)
    page = f"{SITE}alpha.md"
    tools.web.pages = PAGES | {page: b"# Alpha accelerators\n\nNew words first.\n" + PAGES[page]}
    seen = list(refresh(project, tools))
    assert not of(Composing, seen)
    after = claims(tools)
    assert after.keys() == before.keys()
    assert report(project) == text
    document = tools.store.document(tools.store.ingested()["alpha"].document_id)
    moved = [item for claim in after.values() for item in claim.citations]
    moved = [item for item in moved if item.reference_key == "alpha"]
    assert moved
    assert all(item.document_id == document.id for item in moved)
    assert all(document.text[item.start : item.end] == item.quote for item in moved)


def test_a_passage_that_changed_is_written_anew(project: Project, tools: FakeTools) -> None:
    """A stale claim is listed and its section recomposed; the other sections are as they were."""
    list(compose(project, tools, every=True))
    before = {section.id: section for section in tools.store.latest().sections}  # type: ignore[union-attr]
    page = f"{SITE}alpha.md"
    tools.web.pages = PAGES | {page: PAGES[page].replace(b"96 GB", b"128 GB")}
    seen = list(refresh(project, tools))
    (stale,) = of(Stale, seen)
    assert [entry.claim.text.startswith(ALPHA) for entry in stale.entries] == [True]
    assert {event.section for event in of(Composing, seen)} == {"memory", "summary"}
    assert "128 GB" in report(project)
    assert "96 GB" not in report(project)
    after = {section.id: section for section in tools.store.latest().sections}  # type: ignore[union-attr]
    assert after["training"].model_dump(exclude={"blocks"}) == before["training"].model_dump(
        exclude={"blocks"}
    )
    assert [c.id for c in after["training"].claims] == [c.id for c in before["training"].claims]
    assert any("stale" in entry.reason for _, entry in tools.store.entries())


# --- the user's own hands ----------------------------------------------------------------------


def test_a_deleted_claim_is_never_proposed_again(project: Project, tools: FakeTools) -> None:
    """A claim that the user deletes is retired and stays out of every later run."""
    list(compose(project, tools))
    edit(project, without_line(ALPHA))
    seen = list(compose(project, tools, every=True))
    (deleted,) = of(Deleted, seen)
    assert [entry.claim.text.startswith(ALPHA) for entry in deleted.claims] == [True]
    assert ALPHA not in report(project)
    list(compose(project, tools, section="memory"))
    assert ALPHA not in report(project)
    (entry,) = [item for _, item in tools.store.entries() if item.fate == "retired"]
    assert entry.reason == "deleted by the user"


@pytest.mark.parametrize("deleted", ["deleted", "reworded"])
def test_a_part_of_a_deleted_claim_is_not_proposed(
    project: Project, tools: FakeTools, deleted: str
) -> None:
    """Nor is it with fewer words, whoever writes: what the user took out does not come back."""
    part = "The Alpha accelerator has 96 GB of memory on each chip"

    def shortened(task: SectionTask | QuestionTask) -> Draft:
        found = [item.key for item in task.evidence if part in item.chunk.text]
        claims = tuple(
            ProposedClaim(text=f"{part}.", citations=(ProposedCitation(evidence=key, quote=part),))
            for key in found
        )
        return Draft(blocks=(Block(form="bullets", claims=claims),) if claims else ())

    list(compose(project, tools))
    mine = "Mine: 96 GB of Alpha" if deleted == "reworded" else ""
    edit(project, lambda text: text.replace(ALPHA, mine) if mine else without_line(ALPHA)(text))
    tools.writer = ScriptedWriter(shortened)
    list(compose(project, tools, every=True))
    list(compose(project, tools, section="memory"))
    body = report(project).partition("## References")[0]
    assert part not in body
    assert mine in body


def test_a_reworded_claim_is_the_users(project: Project, tools: FakeTools) -> None:
    """The user's words stay with their footnote, and the old words do not come back."""
    list(compose(project, tools))
    edit(project, lambda text: text.replace(f"**{ALPHA}", "**I read that Alpha has 96 GB"))
    list(compose(project, tools, every=True))
    text = report(project)
    assert "**I read that Alpha has 96 GB" in text
    assert f"**{ALPHA}" not in text
    label = text.split("I read that")[1].split("[^")[1].split("]")[0]
    assert f"\n[^{label}]: " in text
    retired = [item for _, item in tools.store.entries() if item.fate == "retired"]
    assert [item.reason for item in retired] == ["reworded by the user"]


def test_a_section_that_left_the_outline_is_accounted_for(
    project: Project, tools: FakeTools
) -> None:
    """Each of its claims is retired with that reason, the user's words stay; it may come back."""
    project.checklist.write_text(checklist(["gamma", "alpha", "beta"]), encoding="utf-8")
    for _ in range(2):
        list(compose(project, tools))
    mine = "We ask for a training plan of our own."
    edit(project, lambda text: text.replace("## Training\n", f"## Training\n\n{mine}\n"))
    before, whole = claims(tools), tools.config
    sections = tuple(item for item in whole.outline.sections if item.id != "training")
    outline = whole.outline.model_copy(update={"sections": sections})
    tools.config = whole.model_copy(update={"outline": outline})
    list(compose(project, tools))
    gone = before.keys() - claims(tools).keys()
    retired = [item for _, item in tools.store.entries() if item.fate == "retired"]
    assert {text for text in gone if "faulty node" in text}
    assert {entry.claim.text for entry in retired} == gone
    assert {entry.reason for entry in retired} == {"its section is no longer in the outline"}
    assert mine in report(project)
    tools.config = whole
    list(compose(project, tools, section="training"))
    assert gone <= claims(tools).keys()


def test_a_claim_of_two_sections_stays_in_the_one_that_the_outline_has(project: Project) -> None:
    """A model may say a thing in both: it is retired only from the one that left."""
    tools = FakeTools(project, dict(PAGES), writer=ScriptedWriter(quoting))
    whole = tools.config
    (memory,) = (item for item in whole.outline.sections if item.id == "memory")
    twin = memory.model_copy(update={"id": "twin", "title": "Memory again"})
    outline = whole.outline.model_copy(update={"sections": (*whole.outline.sections, twin)})
    tools.config = whole.model_copy(update={"outline": outline})
    list(compose(project, tools))
    latest = tools.store.latest()
    before = [(part.id, claim.id) for part, claim in own(latest.sections if latest else ())]
    mine = {name for part, name in before if part == "memory"}
    assert mine == {name for part, name in before if part == "twin"} != set()
    tools.config, tools.writer = whole, ScriptedWriter(lambda _: Draft(blocks=()))
    list(compose(project, tools))
    retired = [item for _, item in tools.store.entries() if item.fate == "retired"]
    assert {item.section for item in retired} == {"twin"}
    assert {item.claim.id for item in retired} == mine <= {x.id for x in claims(tools).values()}
    tools.store.close()


def test_what_is_new_comes_where_a_section_was_deleted(project: Project, tools: FakeTools) -> None:
    """Deleted claims stay away; those of the next reference come under the section's heading."""
    project.checklist.write_text(checklist(["gamma", "alpha", "beta"]), encoding="utf-8")
    for _ in range(2):
        list(compose(project, tools))
    text = report(project)
    start, end = text.index("## Memory"), text.index("## Training")
    project.report.write_text(text[:start] + text[end:], encoding="utf-8")
    list(compose(project, tools))
    memory = report(project).split("## Memory")[1].split("## ")[0]
    assert "141 GB" in memory
    assert "96 GB" not in memory
    withheld = [item for _, item in tools.store.entries() if item.reason.startswith("the user's")]
    assert withheld == []


def test_a_report_that_is_gone_or_rubbish_costs_no_claim(
    project: Project, tools: FakeTools
) -> None:
    """Deleted or overwritten, it is written from the store; what stood there is kept aside."""
    list(compose(project, tools))
    before = claims(tools)
    project.report.write_text("# Lorem ipsum\n\nNothing of ours.\n", encoding="utf-8")
    seen = list(compose(project, tools))
    assert len(of(SetAside, seen)) == 1
    assert not of(Deleted, seen)
    assert before.keys() <= claims(tools).keys()
    project.report.write_text("\n", encoding="utf-8")  # nothing is there to be kept
    assert not of(SetAside, compose(project, tools))
    project.report.unlink()
    list(compose(project, tools))
    assert before.keys() <= claims(tools).keys()
    assert all(text in report(project) for text in before)


@pytest.mark.parametrize("text", [None, b"", b"# Lorem ipsum\n\nNothing of ours.\n", b"\xff\x00"])
def test_a_report_that_is_gone_is_said_to_be(
    project: Project, tools: FakeTools, text: bytes | None
) -> None:
    """With nothing else to do, a run names the edition that `rag restore` brings back.

    So do the status and the check of the report. No file is changed.
    """
    list(compose(project, tools, every=True))
    number = history(tools)[-1].number
    whole = report(project)
    project.report.unlink()
    if text is not None:
        project.report.write_bytes(text)
    before = {path: path.read_bytes() for path in project.root.iterdir() if path.is_file()}
    what = "is not there" if text is None else f"shows none of the claims of edition {number}"
    line = f"report.md {what}: `rag restore` brings edition {number} back"
    for run in (compose(project, tools), refresh(project, tools)):
        with pytest.raises(RagError) as error:
            list(run)
        assert str(error.value).startswith(line)
        assert error.value.exit_status == 1
    assert status(project, tools).problems[0].startswith(line)
    if text is None:
        with pytest.raises(RagError, match="is not there"):
            verify_report(project, tools)
    else:
        assert verify_report(project, tools).absence.startswith(line)
    assert {path: path.read_bytes() for path in project.root.iterdir() if path.is_file()} == before
    list(restore(project, tools))
    assert report(project) == whole
    assert of(NothingToDo, compose(project, tools))
    assert status(project, tools).problems == ()
    assert verify_report(project, tools).absence == ""


def test_a_run_that_could_read_nothing_says_that_the_report_is_gone(
    project: Project, tools: FakeTools
) -> None:
    """With a box open whose reference cannot be read, nothing would bring the report back."""
    list(compose(project, tools))
    project.report.unlink()
    tools.web.pages.clear()
    with pytest.raises(RagError, match="is not there: `rag restore`"):
        list(compose(project, tools, every=True))
    tools.web.pages[f"{SITE}beta.md"] = PAGES[f"{SITE}beta.md"]
    list(compose(project, tools))
    assert ALPHA in report(project)


def test_a_heading_that_is_deleted_takes_no_claim_along(project: Project, tools: FakeTools) -> None:
    """Below the summary, what a section said by itself is not taken for what that repeats."""
    list(compose(project, tools))
    had = claims(tools).keys()
    edit(project, lambda text: text.replace("## Memory\n\n", "", 1))
    seen = list(compose(project, tools))
    assert not of(Deleted, seen)
    assert had <= claims(tools).keys()


def test_a_claim_below_a_note_is_deleted_with_its_section(
    project: Project, tools: FakeTools
) -> None:
    """Words right above it make it no claim that only the summary has, and that stays there."""
    list(compose(project, tools, every=True))
    edition = tools.store.latest()
    assert edition is not None
    noted = edition.text.replace("## Memory\n\n**", "## Memory\n\nMy words\n**")
    assert noted != edition.text
    headline = noted.split("My words\n**")[1].split("**")[0]
    text = noted[: noted.index("## Memory")] + noted[noted.index("## Training") :]
    assert headline in text
    stand = deleted(edition.model_copy(update={"text": noted}), text, tools.config.outline)
    assert stand is not None
    assert headline in {entry.claim.text for entry in stand.entries}


def test_a_claim_struck_out_is_deleted(project: Project, tools: FakeTools) -> None:
    """The user took it back; the struck words stay his, and it is never proposed again."""
    list(compose(project, tools))
    list(compose(project, tools))
    line = next(line for line in report(project).splitlines() if line.startswith(ALPHA))
    edit(project, lambda text: text.replace(line, f"~~{line}~~"))
    assert verify_report(project, tools).failures == ()
    seen = list(compose(project, tools, every=True))
    (entry,) = of(Deleted, seen)[0].claims
    assert ALPHA in entry.claim.text
    assert not any(ALPHA in text for text in claims(tools))
    assert f"~~{line}~~" in report(project)
    assert verify_report(project, tools).failures == ()


# --- restore ------------------------------------------------------------------------------------


def test_a_lost_report_is_restored(project: Project, tools: FakeTools) -> None:
    """Without a number the last edition is written again, byte for byte."""
    list(compose(project, tools))
    before = report(project)
    project.report.unlink()
    list(restore(project, tools))
    assert report(project) == before
    assert of(NothingToDo, restore(project, tools))


def test_an_earlier_edition_is_restored_as_a_new_one(project: Project, tools: FakeTools) -> None:
    """Its claims return, also those that the user had deleted; the history goes on."""
    list(compose(project, tools))
    first, before = report(project), claims(tools)
    edit(project, without_line(ALPHA))
    list(compose(project, tools))
    list(restore(project, tools, 1))
    assert report(project) == first
    assert claims(tools).keys() == before.keys()
    records = history(tools)
    assert [record.number for record in records] == [1, 2, 3]
    assert records[-1].cause == "restore 1"
    assert records[-1].returned == 1
    list(compose(project, tools, every=True))
    assert ALPHA in report(project)
    with pytest.raises(UsageError, match="edition 99"):
        list(restore(project, tools, 99))


def test_what_the_user_wrote_since_stays_with_a_restored_edition(
    project: Project, tools: FakeTools
) -> None:
    """Notes that a later edition has, and those that none has yet, byte for byte; once each."""
    list(compose(project, tools))
    edit(project, lambda text: text.replace("\n## ", "\nOld note,  mine.\n\n## ", 1))
    list(compose(project, tools))
    edit(project, lambda text: text.replace("\n## ", "\nMy note — «kept»,  ok.\n\n## ", 1))
    list(compose(project, tools))
    edit(project, lambda text: text + "\nNot in any edition.\n")
    list(restore(project, tools, 2))
    text = report(project)
    second, last = tools.store.edition(2), tools.store.latest()
    assert second
    assert last
    for words in ("My note — «kept»,  ok.", "Old note,  mine.", "Not in any edition."):
        assert text.splitlines().count(words) == 1, words
    assert last.sections == second.sections
    assert [line for line in second.text.splitlines() if line not in text.splitlines()] == []
    assert not list(project.root.glob("report.*.bak"))
    list(compose(project, tools, every=True))
    assert "My note — «kept»,  ok." in report(project)
    assert verify_report(project, tools).failures == ()


def test_a_note_deleted_since_returns_with_its_edition(project: Project, tools: FakeTools) -> None:
    """The text of an edition is whole again, whatever was only taken out of it."""
    list(compose(project, tools))
    edit(project, lambda text: text.replace("\n## ", "\nOld note.\n\n## ", 1))
    list(compose(project, tools))
    second = report(project)
    edit(project, without_line("Old note."))
    list(compose(project, tools))
    list(restore(project, tools, 2))
    assert report(project) == second


def test_one_edit_in_the_way_takes_no_other_out(project: Project, tools: FakeTools) -> None:
    """Beside a claim reworded by hand, which returns, a note stays; the file is kept as well."""
    list(compose(project, tools))
    list(compose(project, tools))
    list(compose(project, tools))
    edit(project, lambda text: text.replace("\n## Training", "\nMy note.\n\n## Training", 1))
    edit(project, lambda text: text.replace("The Beta accelerator has 141", "Beta has 141"))
    mine = report(project)
    (aside,) = of(SetAside, restore(project, tools, 2))
    second = tools.store.edition(2)
    assert second
    assert report(project) == second.text.replace("\n## Training", "\nMy note.\n\n## Training", 1)
    assert (project.root / aside.path).read_bytes().decode() == mine


def test_a_reworded_claim_returns_and_the_users_words_are_kept(
    project: Project, tools: FakeTools
) -> None:
    """Beside the claim where they are committed; else in a file, if they would hide it."""
    list(compose(project, tools))
    list(compose(project, tools))
    second = report(project)
    words = "Alpha, I say, has 96 GB"
    edit(project, lambda text: text.replace(ALPHA, words, 1))
    mine = report(project)
    list(compose(project, tools))
    list(restore(project, tools, 2))
    assert words in report(project)
    assert ALPHA in report(project).split("## References")[0]
    project.report.write_bytes(mine.encode())
    list(compose(project, tools))
    edit(project, lambda text: text.replace("The Beta accelerator has 141", "Beta has 141"))
    mine = report(project)
    (aside,) = of(SetAside, restore(project, tools, 2))
    assert (project.root / aside.path).read_bytes().decode() == mine
    assert report(project) == second


def test_a_restored_edition_stands_on_what_was_retracted(
    project: Project, tools: FakeTools
) -> None:
    """A reference that was taken back is in use again with the edition that stands on it."""
    list(compose(project, tools, every=True))
    before = claims(tools)
    list(retract(project, tools, "alpha"))
    list(restore(project, tools, 4))
    assert claims(tools).keys() == before.keys()
    assert tools.store.retracted() == frozenset()
    seen = list(compose(project, tools, section="memory"))
    assert claims(tools).keys() == before.keys()
    assert not any(
        entry.fate == "restored" for event in of(Ledger, seen) for entry in event.entries
    )


def test_what_came_after_a_restored_edition_is_read_again(
    project: Project, tools: FakeTools
) -> None:
    """Boxes ticked since are open again, those ticked before stay; composed, all is as it was."""
    list(compose(project, tools, every=True))
    last = report(project)
    (seen,) = of(Restored, restore(project, tools, 2))
    assert seen.unticked == ("gamma", "garden")
    assert boxes(project) == {"alpha": True, "beta": True, "gamma": False, "garden": False}
    assert tools.store.used().keys() == {"alpha", "beta"}
    list(compose(project, tools, section="training"))
    assert "Gamma" not in report(project)
    list(compose(project, tools, every=True))
    assert report(project) == last
    assert all(boxes(project).values())


def test_a_restored_edition_knows_what_was_in_use_with_it(
    project: Project, tools: FakeTools
) -> None:
    """Taken back before it stays out; used before it without a claim stays in; box by box."""
    text = project.checklist.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    project.checklist.write_text("".join([*lines[:2], lines[5], *lines[2:5]]), encoding="utf-8")
    list(compose(project, tools))  # 1: the garden, which brings nothing
    list(compose(project, tools))  # 2: alpha
    list(retract(project, tools, "alpha"))  # 3
    list(compose(project, tools, every=True))  # 4 and 5
    list(retract(project, tools, "beta"))  # 6
    list(restore(project, tools, 3))
    assert boxes(project) == {"garden": True, "alpha": True, "beta": True, "gamma": False}
    assert tools.store.used().keys() == {"garden"}
    assert tools.store.retracted() == {"alpha", "beta"}
    list(restore(project, tools, 2))
    assert tools.store.used().keys() == {"garden", "alpha"}
    assert tools.store.retracted() == {"beta"}
    list(restore(project, tools, 6))
    assert tools.store.used().keys() == {"garden", "gamma"}
    assert boxes(project) == {"garden": True, "alpha": False, "beta": True, "gamma": True}


def test_a_restored_edition_forgets_what_later_ones_lack(tmp_path: Path) -> None:
    """A reference whose draft of a section failed later is taken whole when its turn comes."""
    failing = {"training"}

    def writing(task: SectionTask | QuestionTask) -> Draft | Skipped:
        if task.spec.id in failing:
            return Skipped(subject="", stage="draft", reason="no words today")
        return quoting(task)

    project = project_at(tmp_path, checklist(["beta", "alpha"]))
    tools = FakeTools(project, PAGES, ScriptedWriter(writing))
    list(compose(project, tools))
    list(compose(project, tools))
    assert tools.store.undrafted() == {"alpha": {"training"}}
    list(restore(project, tools, 1))
    assert tools.store.undrafted() == {}
    failing.clear()
    list(compose(project, tools))
    assert "96 GB" in report(project)
    assert "12 days" in report(project)
    assert all(boxes(project).values())
    tools.store.close()


# --- conflicts ----------------------------------------------------------------------------------


@pytest.fixture
def rivals(tmp_path: Path) -> FakeTools:
    """A composed project in which two references disagree."""
    project = project_at(tmp_path / "rivals", checklist(["alpha", "beta"]))
    (project.root / "config/report.toml").write_text(OUTLINE + CONFLICTS, encoding="utf-8")
    tools = FakeTools(project, RIVAL)
    list(compose(project, tools, every=True))
    return tools


def test_both_sides_of_a_conflict_are_shown(rivals: FakeTools) -> None:
    """Each with its reference, until somebody settles it."""
    (conflict,) = open_conflicts(rivals)
    shown = report(rivals.project).split("## Where the references disagree")[1]
    shown = shown.split("## References")[0]
    assert "96 GB" in shown
    assert "80 GB" in shown
    assert shown.count(conflict.name) == 2
    assert "Alpha accelerators" in shown
    assert "A second look" in shown
    rivals.store.close()


@pytest.mark.parametrize("keep", [1, 2, None])
def test_a_conflict_is_settled_with_its_reason(rivals: FakeTools, keep: int | None) -> None:
    """The loser is superseded for good; with both, both stay; either way it is over."""
    project = rivals.project
    (conflict,) = open_conflicts(rivals)
    list(resolve(project, rivals, conflict.name, keep, "measured it"))
    assert open_conflicts(rivals) == []
    assert "disagree" not in report(project)
    lost = [item for _, item in rivals.store.entries() if item.fate == "superseded"]
    assert [item.reason for item in lost] == ["measured it"] * (keep is not None)
    for number, claim in enumerate(conflict.claims, start=1):
        assert (claim.text in report(project)) is (keep in {None, number})
    list(compose(project, rivals, section="memory"))
    assert open_conflicts(rivals) == []
    with pytest.raises(UsageError, match="no open conflict"):
        list(resolve(project, rivals, conflict.name, keep, "again"))
    rivals.store.close()


@pytest.mark.parametrize("keep", [1, None])
def test_an_edition_from_before_a_conflict_was_settled_has_it_open(
    rivals: FakeTools, keep: int | None
) -> None:
    """What the restored report shows can be settled again, and leads where it led."""
    project = rivals.project
    (conflict,) = open_conflicts(rivals)
    before = report(project)
    list(resolve(project, rivals, conflict.name, keep, "measured it"))
    settled = report(project)
    list(restore(project, rivals, 2))
    assert report(project) == before
    assert [item.name for item in open_conflicts(rivals)] == [conflict.name]
    list(compose(project, rivals, section="memory"))
    assert conflict.name in report(project)
    list(restore(project, rivals, 3))
    assert report(project) == settled
    assert open_conflicts(rivals) == []
    list(restore(project, rivals, 2))
    list(resolve(project, rivals, conflict.name, keep, "measured it again"))
    assert report(project) == settled
    rivals.store.close()


# --- history ------------------------------------------------------------------------------------


def test_history_counts_what_each_reference_did(project: Project, tools: FakeTools) -> None:
    """One record an edition, in order, with what it added; one without evidence says so."""
    list(compose(project, tools, every=True))
    records = history(tools)
    assert [record.cause for record in records] == [
        f"compose {name}" for name in ("alpha", "beta", "gamma", "garden")
    ]
    assert [record.material for record in records] == [True, True, True, False]
    assert sum(record.added for record in records) == len(claims(tools))
    assert records[0].calls == 3
    assert records[-1].calls == 0
    assert all(boxes(project).values())


def altered(task: SectionTask | QuestionTask) -> Draft:
    """Return a draft of true claims and, of the first passage, one with another figure."""
    if not (blocks := quoting(task).blocks):
        return Draft(blocks=())
    (block,) = blocks
    first = block.claims[0]
    wrong = first.model_copy(update={"text": f"{first.text} It has 7777 GB."})
    return Draft(blocks=(block.model_copy(update={"claims": (*block.claims, wrong)}),))


def test_history_names_the_claims_that_fell(project: Project) -> None:
    """Each edition has its rejected claims with section, verdict and reason, beside the count."""
    tools = FakeTools(project, PAGES, ScriptedWriter(altered))
    list(compose(project, tools))
    (record,) = history(tools)
    assert record.rejected == len(record.rejections) > 0
    fallen = record.rejections[0]
    assert fallen.section == "memory"
    assert fallen.text.endswith("It has 7777 GB.")
    assert fallen.verdict == "number_absent"
    assert "7777 GB" in fallen.reason
    tools.store.close()


def test_an_edition_is_told_claim_by_claim(project: Project, tools: FakeTools) -> None:
    """What came and what left, with who brought it and why it left."""
    list(compose(project, tools))
    whole = claims(tools)
    list(retract(project, tools, "alpha"))
    first, second = account(tools, 1), account(tools, 2)
    assert {(item.fate, item.text) for item in first.happenings} == {("added", x) for x in whole}
    assert {(item.fate, item.text) for item in second.happenings} == {("retired", x) for x in whole}
    assert {item.references for item in second.happenings} == {("alpha",)}
    assert {item.reason for item in second.happenings} == {
        "alpha was retracted, and nothing else supports it"
    }
    with pytest.raises(UsageError, match="edition 3"):
        account(tools, 3)


def test_what_falls_in_a_run_without_an_edition_is_told(project: Project) -> None:
    """A run that commits nothing still records what fell; it is told with the edition to come."""

    def failing(task: SectionTask | QuestionTask) -> Draft | Skipped:
        assert isinstance(task, SectionTask)
        if task.spec.id == "training":
            return Skipped(subject="", stage="draft", reason="no reply")
        blocks = altered(task).blocks
        return Draft(
            blocks=tuple(item.model_copy(update={"claims": item.claims[-1:]}) for item in blocks)
        )

    tools = FakeTools(project, PAGES, ScriptedWriter(failing))
    list(compose(project, tools))
    assert tools.store.latest() is None
    (record,) = history(tools)
    assert (record.number, record.at, record.cause) == (1, "", "no edition yet")
    assert [item.verdict for item in record.rejections] == ["number_absent"]
    tools.writer = ScriptedWriter(quoting)
    list(compose(project, tools))
    assert history(tools)[0].cause == "compose alpha"
    assert history(tools)[0].rejections == record.rejections
    tools.store.close()


def test_blame_names_who_brought_each_claim(tmp_path: Path) -> None:
    """Each claim with the edition that brought it and how many works stand behind it."""
    project = project_at(tmp_path)
    tools = FakeTools(project, OTHER)
    list(compose(project, tools, every=True))
    found = {item.text: item for item in blame(tools)}
    assert found.keys() == claims(tools).keys()
    (alpha,) = [item for text, item in found.items() if text.startswith(ALPHA)]
    assert (alpha.edition, alpha.cause, alpha.independent) == (1, "compose alpha", 2)
    assert {item.section for item in blame(tools, "training")} == {"training"}
    with pytest.raises(UsageError, match="no section 'nowhere'"):
        blame(tools, "nowhere")
    tools.store.close()


HTML = b"""<!doctype html><html><head><title>News: Alpha accelerators</title></head><body>
<nav><a href="/">Home</a></nav><main><article><h1>Alpha accelerators</h1>
<h2>Memory of Alpha</h2><p>The Alpha accelerator has 96 GB of memory on each chip and moves 2.9 TB/s
to and from it.</p><h2>Training on Alpha</h2><p>A training job on 64 Alpha chips takes 12 days for a
model with 70 billion parameters.</p></article></main></body></html>
"""


def test_copies_are_one_work(tmp_path: Path) -> None:
    """The same bytes, the same words in another format, a brief of it: one; another author: two."""
    alpha = PAGES[f"{SITE}alpha.md"]
    pages = OTHER | {f"{SITE}copy.md": alpha, f"{SITE}page.html": HTML}
    pages[f"{SITE}brief.md"] = b"# In short\n\n" + SAME + b"\n\nWhoever trains models reads on.\n"
    lines = "".join(
        f"- [ ] [{name}]({SITE}{name}){more}: figures\n"
        for name, more in {
            "alpha.md": "",
            "copy.md": "",
            "page.html": "",
            "brief.md": ", brief of <http://www.example.org/alpha.md#memory>",
            "beta.md": "",
        }.items()
    )
    project = project_at(tmp_path, f"# What to read\n\n{lines}")
    tools = FakeTools(project, pages)
    list(compose(project, tools, every=True))
    found = {item.text: item for item in blame(tools)}
    (memory,) = [item for text, item in found.items() if text.startswith(ALPHA)]
    (training,) = [item for text, item in found.items() if text.startswith("A training job on 64")]
    assert (len(memory.references), memory.independent) == (5, 2)
    assert (len(training.references), training.independent) == (3, 1)
    tools.store.close()


def test_diff_tells_claim_by_claim(project: Project, tools: FakeTools) -> None:
    """What came, what left and why, as Markdown; from nothing, everything is new."""
    list(compose(project, tools))
    assert diff(tools).as_markdown.count("**added**") == len(claims(tools))
    list(retract(project, tools, "alpha"))
    told = diff(tools, 1, 2).as_markdown
    assert told.startswith("# Edition 1 → 2\n")
    assert told.count("**retired** ~~") == 2
    assert "(alpha was retracted, and nothing else supports it)" in told
    list(compose(project, tools))
    assert "Beta" in diff(tools).as_markdown
    assert "Alpha" not in diff(tools)
    with pytest.raises(UsageError, match="edition 9"):
        diff(tools, 9, 9)


def test_a_section_with_another_title_is_the_same_in_a_diff(
    project: Project, tools: FakeTools
) -> None:
    """Only what is new is told, under the title that it has now."""
    project.checklist.write_text(checklist(["alpha", "beta"]), encoding="utf-8")
    list(compose(project, tools))
    before = set(claims(tools))
    outline = tools.config.outline
    sections = tuple(
        item.model_copy(update={"title": f"{item.title} today"}) for item in outline.sections
    )
    outline = outline.model_copy(update={"sections": sections})
    tools.config = tools.config.model_copy(update={"outline": outline})
    list(compose(project, tools))
    changes = diff(tools).changes
    assert {change.section for change in changes} == {"Memory today"}
    assert {change.claim.text for change in changes} == set(claims(tools)) - before


def test_a_run_tells_what_became_of_claims(project: Project, tools: FakeTools) -> None:
    """Each edition that changes something ends with an account of it."""
    seen = list(compose(project, tools, every=True))
    ledgers = of(Ledger, seen)
    assert [event.edition for event in ledgers] == [1, 2, 3]
    assert not of(Kept, seen)
