"""What a model is sent of a section that is there: new evidence, and the claims near it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from contracts.writer import NOTES, SPEC, notes
from modelled import honest, read
from responder import Reply
from values import document, evidence, keyed, reference

from rag.settings import load_config, load_prompts
from rag.stages.verify import Rules, verify
from rag.types import CheckedBlock, Draft, Section, SectionSpec, SectionTask, Skipped
from rag.writing import ModelWriter

if TYPE_CHECKING:
    from rag.types import Claim

MORE = """# News of networking

## Bandwidth

Amazon EC2 P4d instances now have up to 800 Gbps of network bandwidth with EFA.
"""
GIVEN = keyed(notes(), evidence(document(MORE), reference("news")))
SEEN = frozenset(item.key for item in GIVEN if item.reference.key != "news")
RULES = Rules(headings=frozenset({"Bandwidth"}), columns=frozenset({"instance", "bandwidth"}))


@pytest.fixture
def writer(asking, tmp_path) -> ModelWriter:
    """A writer whose model is honest."""
    asking.responder.script = honest
    return ModelWriter(asking.model(), load_prompts(tmp_path), load_config(tmp_path))


@pytest.fixture
def prior(writer) -> Section:
    """A section of what the notes say."""
    draft = writer.write_section(SectionTask(spec=SPEC, evidence=GIVEN[: len(SEEN)]))
    assert isinstance(draft, Draft)
    blocks = verify(draft, GIVEN, RULES).blocks
    more = claim(blocks[1].claims[0], "Roses want sun.")
    last = CheckedBlock(form="paragraph", claims=(more,))
    return Section(id=SPEC.id, title=SPEC.title, blocks=(*blocks, last))


def claim(like: Claim, text: str, name: str = "", repeats: str = "") -> Claim:
    """Return another claim on the same ground."""
    changes = {"id": name or text.lower(), "text": text, "repeats": repeats}
    return like.model_copy(update=changes)


def test_only_what_is_new_is_sent_with_the_claims_near_it(writer, asking, prior):
    """The rest stays, unseen; the prompt says how much there is of it."""
    asking.responder.asked.clear()
    task = SectionTask(spec=SPEC, evidence=GIVEN, seen=SEEN, prior=prior)
    draft = writer.write_section(task)
    assert isinstance(draft, Draft)
    (asked,) = asking.responder.asked
    sent = read(asked)
    assert sent.evidence.keys() == {item.key for item in GIVEN} - SEEN
    near = {item.text for item in prior.claims if "P4d" in item.text}
    assert near
    assert near <= set(sent.claims.values())
    assert "Roses want sun." not in asked.words
    hidden = [item for item in prior.claims if item.id in draft.stays]
    assert f"bandwidth: {len(hidden)} claims of " in asked.words
    assert "roses want sun." in draft.stays
    said = {item.text for block in draft.blocks for item in block.claims}
    assert "Amazon EC2 P4d instances now have up to 800 Gbps of network bandwidth with EFA." in said
    assert not draft.stays & {item.id for item in prior.claims if item.text in near}


def test_where_nothing_is_new_nobody_is_asked(writer, asking, prior):
    """The section is as it was, what it repeats of others included."""
    asking.responder.asked.clear()
    seen = frozenset(item.key for item in GIVEN)
    first = prior.claims[0]
    again = CheckedBlock(form="bullets", claims=(claim(first, first.text, repeats=first.id),))
    whole = prior.model_copy(update={"blocks": (*prior.blocks, again)})
    other = prior.model_copy(update={"id": "other"})
    told = frozenset(item.id for item in prior.claims)
    task = SectionTask(
        spec=SPEC, evidence=GIVEN, seen=seen, prior=whole, others=(other,), told=told
    )
    draft = writer.write_section(task)
    assert draft.stays == told
    assert [item.repeats for block in draft.blocks for item in block.claims] == [first.id]
    assert asking.responder.asked == []


def test_a_summary_is_chosen_from_what_is_new_and_what_it_has(writer, asking, prior):
    """One that was shown before and not chosen is not shown again, however much room there is."""
    spec = SectionSpec(id="summary", title="Summary", form="summary", claims=1)
    first = prior.claims[0]
    full = prior.model_copy(update={"id": "full", "title": "Full"})
    fresh = claim(first, "P4d has 800 Gbps.", name="fresh")
    full = full.model_copy(
        update={"blocks": (*full.blocks, CheckedBlock(form="bullets", claims=(fresh,)))}
    )
    bare = claim(first, "P5 has 3,200 Gbps.", name="bare")
    empty = Section(id="bare", title="Bare", blocks=(CheckedBlock(form="bullets", claims=(bare,)),))
    chosen = claim(first, first.text, repeats=first.id)
    summary = Section(
        id="summary", title="Summary", blocks=(CheckedBlock(form="bullets", claims=(chosen,)),)
    )
    task = SectionTask(
        spec=spec, evidence=(), passages=GIVEN, others=(full, empty), prior=summary,
        told=frozenset(item.id for item in (*prior.claims, bare)),
    )  # fmt: skip
    asking.responder.asked.clear()
    assert isinstance(writer.write_section(task), Draft)
    sent = set(read(asking.responder.asked[0]).claims.values())
    assert sent == {first.text, fresh.text}
    new = task.model_copy(update={"told": task.told - {bare.id}})
    draft = writer.write_section(new)
    sent = set(read(asking.responder.asked[-1]).claims.values())
    assert sent == {first.text, fresh.text, bare.text}
    assert (draft.told, draft.untold) == ({first.id, fresh.id, bare.id}, frozenset())


def test_a_row_that_repeats_a_claim_is_kept_by_its_id(writer, asking, prior):
    """The model need not type it again."""
    topic = SPEC.topics[0].model_copy(update={"form": "matches"})
    spec = SPEC.model_copy(update={"topics": (topic,)})
    first = prior.claims[0]
    header = ("Element", "Service", "Figure", "What the reference says")
    cells = ("bandwidth", "P5", "3,200 Gbps", first.text)
    row = claim(first, first.text, repeats=first.id).model_copy(update={"cells": cells})
    table = CheckedBlock(form="table", header=header, claims=(row,))
    others = (prior.model_copy(update={"id": "other"}),)
    task = SectionTask(
        spec=spec, evidence=(), passages=GIVEN, others=others,
        prior=Section(id=spec.id, title=spec.title, blocks=(table,)),
    )  # fmt: skip
    kept = {"form": "table", "header": header, "items": [{"keep": "O1"}]}
    asking.responder.plays(Reply(json.dumps({"topics": [{"topic": topic.id, "blocks": [kept]}]})))
    draft = writer.write_section(task)
    (again,) = draft.blocks[1].claims
    assert (again.cells, again.repeats) == (cells, first.id)
    assert f'row="bandwidth | P5 | 3,200 Gbps | {first.text}"' in asking.responder.asked[-1].words


def test_a_passage_longer_than_any_prompt_is_left_out(asking, tmp_path):
    """It is counted; if there is no other, the section waits and the run says why."""
    asking.responder.script = honest
    model = asking.model(max_input_tokens=4000)
    writer = ModelWriter(model, load_prompts(tmp_path), load_config(tmp_path))
    one = notes()[0]
    long = one.chunk.model_copy(update={"text": NOTES * 20})
    both = (one.model_copy(update={"key": "E9", "chunk": long}), one)
    draft = writer.write_section(SectionTask(spec=SPEC, evidence=both))
    assert draft.unread == frozenset()
    assert (asking.calls[0].passages, asking.calls[0].left_out) == (1, 1)
    found = writer.write_section(SectionTask(spec=SPEC, evidence=both[:1]))
    assert isinstance(found, Skipped)
    assert "none of 1 passages fits" in found.reason
    assert len(asking.calls) == 1


def test_a_reply_that_is_cut_is_asked_for_from_less(writer, asking):
    """Half of the passages, until one is left; the next pass begins with as few."""
    limit = 1

    def cut(asked):
        few = len(read(asked).evidence) <= limit
        return honest(asked) if few else Reply('{"topics": [', "max_tokens")

    asking.responder.script = cut
    task = SectionTask(spec=SPEC, evidence=GIVEN)
    draft = writer.write_section(task)
    assert isinstance(draft, Draft)
    sizes = [call.passages for call in asking.calls]
    assert sizes == [len(GIVEN), len(GIVEN) // 2, len(GIVEN) // 4][: len(sizes)]
    assert (sizes[-1], len(draft.unread)) == (1, len(GIVEN) - 1)
    seen = frozenset(item.key for item in GIVEN) - draft.unread
    assert isinstance(writer.write_section(task.model_copy(update={"seen": seen})), Draft)
    assert [call.passages for call in asking.calls[len(sizes) :]] == [1]
    limit = 0
    found = writer.write_section(SectionTask(spec=SPEC, evidence=GIVEN[:1]))
    assert isinstance(found, Skipped)
    assert "cut at its longest (max_tokens): raise bedrock.max_output_tokens" in found.reason


def test_claims_make_room_for_evidence(asking, tmp_path, prior):
    """However many claims are near, they take a third of the room at most, and nothing is lost."""
    asking.responder.script = honest
    model = asking.model(max_input_tokens=4400)
    writer = ModelWriter(model, load_prompts(tmp_path), load_config(tmp_path))
    like = next(item for item in prior.claims if "P4d" in item.text)
    many = tuple(claim(like, f"{like.text} {n}", name=f"many-{n}") for n in range(90))
    section = prior.model_copy(update={"blocks": (CheckedBlock(form="bullets", claims=many),)})
    given = tuple(
        item.model_copy(update={"key": f"E{n}"})
        for n, item in enumerate([*notes(), GIVEN[-1]] * 5, start=1)
    )
    task = SectionTask(spec=SPEC, evidence=given, prior=section)
    draft = writer.write_section(task)
    assert isinstance(draft, Draft)
    sent = read(asking.responder.asked[-1])
    assert sent.evidence.keys() == {item.key for item in given} - draft.unread
    assert 0 < len(sent.claims) < len(many)
    assert len(draft.stays) == len(many) - len(sent.claims)
