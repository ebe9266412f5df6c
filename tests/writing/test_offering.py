"""Which claims of other sections a prompt shows, where there are more than it has room for."""

from __future__ import annotations

import json
from itertools import chain

from contracts.writer import SPEC, notes
from hypothesis import given
from hypothesis import strategies as st

from rag.settings import load_config, load_prompts, packaged_config
from rag.types import (
    CheckedBlock,
    Citation,
    Claim,
    Draft,
    Section,
    SectionSpec,
    SectionTask,
    claim_id,
)
from rag.writing.asking import Asking
from rag.writing.offering import in_turn, services_of
from rag.writing.reading import read_section, read_summary
from rag.writing.register import register, repeated, shown

HOME = packaged_config().parent
CONFIG, PROMPTS = load_config(HOME), load_prompts(HOME)
SUMMARY = SectionSpec(id="summary", title="Summary", form="summary", claims=2)
MATCHES = SPEC.model_copy(
    update={"topics": (SPEC.topics[0].model_copy(update={"form": "matches"}),)}
)
HEADER = ("Element", "Service", "Figure", "What the reference says")
QUOTE = "Amazon EC2 P5 instances have up to 3,200 Gbps of network bandwidth with EFA."
AT = notes()[0].document.text.index(QUOTE)
GROUND = Citation(
    label="notes-1",
    reference_key="notes",
    document_id=notes()[0].document.id,
    start=AT,
    end=AT + len(QUOTE),
    quote=QUOTE,
)


def claim(text: str, **more: object) -> Claim:
    """A claim on the first notes."""
    return Claim(id=claim_id(text), text=text, citations=(GROUND,), **more)


def section(name: str, *texts: str) -> Section:
    """A section with these claims."""
    block = CheckedBlock(form="bullets", claims=tuple(map(claim, texts)))
    return Section(id=name, title=name.title(), blocks=(block,))


def asking(room: int, spec: SectionSpec = SUMMARY) -> Asking:
    """Prompts of which about this much is left for claims and evidence."""
    least = next(
        tokens
        for tokens in range(500, 9000, 50)
        if Asking(PROMPTS, CONFIG.taxonomy, input_tokens=tokens, claims=3)
        .known(SectionTask(spec=spec, evidence=(), others=(section("a", "x"),)))
        .others
    )
    return Asking(PROMPTS, CONFIG.taxonomy, input_tokens=least + room, claims=3)


def plain(name: str, count: int) -> Section:
    """A section of claims with nothing to choose them by, all of one length."""
    return section(
        name, *(f"The {name} of kind {chr(97 + n)} is red and round." for n in range(count))
    )


def of_each(told: frozenset[str], others: tuple[Section, ...]) -> list[int]:
    """Return how many claims of each section are among these."""
    return [sum(item.id in told for item in other.claims) for other in others]


def test_every_section_has_its_turn():
    """Whatever stands first: none has two more than another one that has some left."""
    others = tuple(plain(name, 12) for name in ("apple", "grape", "lemon", "mango", "peach"))
    task = SectionTask(spec=SUMMARY, evidence=(), others=others)
    known = asking(500).known(task)
    counts = of_each(shown(known), others)
    assert 5 < sum(counts) < 60
    assert max(counts) - min(counts) <= 1
    assert len(known.others) + len(known.waiting) == 60


def test_what_is_strongest_and_nearest_comes_first():
    """Near the new evidence; then with a figure and a service; then the rest, in reading order."""
    weak, strong = "A cluster of machines needs care.", "Trainium2 saves 40 percent of the cost."
    near = "P5 instances have network bandwidth with EFA."
    others = (section("one", weak, f"{weak[:-1]} too.", strong), section("two", weak[2:], near))
    task = SectionTask(spec=MATCHES, evidence=(notes()[0],), others=others)
    places = register(task, ()).others
    order = in_turn(task, places, task.evidence, services_of(CONFIG.taxonomy))
    assert [places[name].claim.text for name in order] == [
        near,
        strong,
        weak[2:],
        weak,
        f"{weak[:-1]} too.",
    ]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.integers(60, 900))
def test_what_waits_is_shown_in_the_next_draft_and_nothing_twice(counts, room):
    """Draft by draft all claims are shown once; none is counted that was not."""
    others = tuple(plain(f"fruit {n}", count) for n, count in enumerate(counts))
    everything = {item.id for other in others for item in other.claims}
    prompts = asking(room)
    told: list[frozenset[str]] = []
    while len(told) <= len(everything):
        task = SectionTask(spec=SUMMARY, evidence=(), others=others, told=frozenset(chain(*told)))
        known = prompts.known(task)
        if not known.others:
            break
        prompt = prompts.summary(task, known)
        assert prompt.untold == len(everything) - sum(map(len, told)) - len(known.others)
        told.append(shown(known))
    assert sorted(chain(*told)) == sorted(everything)


def test_rows_that_had_no_room_stay_where_they_were():
    """The model had no choice about them; new claims have room beside them all the same."""
    texts = [
        f"Service number {n} has {n} GB of memory for each of its chips." for n in range(1, 15)
    ]
    other, more = section("other", *texts), plain("fruit", 9)
    rows = tuple(
        claim(text, repeats=claim_id(text), cells=("memory", f"S{n}", f"{n} GB", text))
        for n, text in enumerate(texts, start=1)
    )
    blocks = (
        CheckedBlock(form="heading", text=MATCHES.topics[0].heading),
        CheckedBlock(form="table", header=HEADER, claims=rows),
    )
    prior = Section(id=MATCHES.id, title=MATCHES.title, blocks=blocks)
    task = SectionTask(
        spec=MATCHES, evidence=(), passages=notes(), others=(other, more), prior=prior,
        told=frozenset(item.id for item in other.claims),
    )  # fmt: skip
    known = asking(700, MATCHES).known(task)
    kept = [name for name, item in known.others.items() if item.claim.id in repeated(task)]
    assert 2 <= len(kept) < len(rows)
    assert of_each(shown(known), (more,)) > [1]
    items = [{"keep": name} for name in reversed(kept[1:])]
    table = {"form": "table", "header": HEADER, "items": items}
    for said in ([table], []):
        topics = [{"topic": MATCHES.topics[0].id, "blocks": said}] if said else []
        draft = read_section(task, known, json.dumps({"topics": topics}))
        assert isinstance(draft, Draft)
        found = {item.repeats for block in draft.blocks for item in block.claims}
        gone = {known.others[name].claim.id for name in (kept[:1] if said else kept)}
        assert found == {item.repeats for item in rows} - gone
        left = [item.cells[1] for block in draft.blocks for item in block.claims]
        waits = [item.row[1] for item in known.waiting.values() if item.row]
        assert [name for name in left if name in waits] == waits


def test_a_summary_keeps_what_it_was_not_asked_about():
    """And says no more of a section than it may."""
    first, second = "It has 8 GB of memory.", "It has 9 TB of disk."
    other = section("other", first, second, "It is new and has 3 parts.")
    mine = tuple(claim(text, repeats=claim_id(text)) for text in (first, second))
    prior = Section(
        id="summary", title="Summary", blocks=(CheckedBlock(form="bullets", claims=mine),)
    )
    task = SectionTask(spec=SUMMARY, evidence=(), passages=notes(), others=(other,), prior=prior)
    known = asking(35).known(task)
    (unshown,) = [item.claim.id for item in known.waiting.values()]
    draft = read_summary(task, known, json.dumps({"claims": list(known.others)[::-1]}))
    assert isinstance(draft, Draft)
    said = [item.repeats for block in draft.blocks for item in block.claims]
    assert len(said) == SUMMARY.claims
    assert (unshown in said) == (unshown in repeated(task))
