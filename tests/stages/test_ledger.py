"""Nothing leaves the report without a reason, and what was merely dropped comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.stages.ledger import Draftsman, account, netted, own_claims
from rag.stages.ledger.weaving import woven
from rag.types import (
    CheckedBlock,
    Citation,
    Claim,
    Entry,
    Section,
    SectionSpec,
    Settled,
    TopicSpec,
    claim_id,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.stages.ledger import Accounted

SPEC = SectionSpec(
    id="compute",
    title="Compute",
    topics=(
        TopicSpec(
            id="memory",
            heading="Memory",
            questions=("How much memory?",),
            terms=("memory",),
            words=20,
            rows=4,
            quotations=1,
            spoken=1,
        ),
        TopicSpec(
            id="price", heading="Price", questions=("What price?",), terms=("price",), words=100
        ),
    ),
)


def claim(text: str, *keys: str, cells: tuple[str, ...] = (), said_by: str = "") -> Claim:
    """Return a claim that stands on its own words in some references."""
    return Claim(
        id=claim_id(text, cells),
        text=text,
        cells=cells,
        attribution=said_by,
        citations=tuple(
            Citation(
                label=f"{key}-abc123",
                reference_key=key,
                document_id="d",
                start=0,
                end=len(text),
                quote=text,
            )
            for key in keys or ("one",)
        ),
    )


def section(*blocks: CheckedBlock) -> Section:
    """Return the section with the blocks."""
    return Section(id=SPEC.id, title=SPEC.title, blocks=blocks)


def heading(text: str) -> CheckedBlock:
    """Return a heading of the outline."""
    return CheckedBlock(form="heading", text=text)


def prose(*claims: Claim) -> CheckedBlock:
    """Return a paragraph."""
    return CheckedBlock(form="paragraph", claims=claims)


def accounted(
    before: Section | None,
    after: Sequence[CheckedBlock],
    *settled: Settled,
    may_outrank: bool = False,
    ever: Sequence[str] = (),
) -> Accounted:
    """Return what becomes of the section."""
    return account(SPEC, before, after, Draftsman(settled, may_outrank), ever=ever)


A = claim("Alpha chips have 96 GB of memory on each of them.")
B = claim("Beta chips have 141 GB of memory on each of them.", "two")
C = claim("One Alpha instance has a price of 40 dollars per hour.")
BEFORE = section(heading("Memory"), prose(A, B), heading("Price"), prose(C))


def fates(found: Accounted) -> list[tuple[str, str]]:
    """Return what became of which claim."""
    return [(entry.fate, entry.claim.id) for entry in found.entries]


def test_what_a_draft_dropped_is_put_back_where_it_stood():
    """A claim that the draft has nothing to say about stands beside its old neighbour again."""
    found = accounted(BEFORE, [heading("Memory"), prose(A), heading("Price"), prose(C)])
    assert found.blocks == BEFORE.blocks
    assert fates(found) == [("restored", B.id)]


def test_an_empty_draft_changes_nothing():
    """With nothing drafted the section stays, headings and all."""
    found = accounted(BEFORE, [])
    assert own_claims(section(*found.blocks)) == own_claims(BEFORE)
    assert [block.text for block in found.blocks if block.form == "heading"] == ["Memory", "Price"]
    assert {fate for fate, _ in fates(found)} == {"restored"}


def test_what_was_said_stays_said():
    """A claim that is proposed again without who said it, or how it was made, keeps both."""
    spoken = claim("Memory was never the limit.", said_by="Mara Lindqvist")
    made = C.model_copy(update={"calculation": "8 x 5 = 40"})
    bare = [claim("Memory was never the limit."), C]
    found = accounted(section(prose(spoken, made)), [prose(*bare)])
    assert found.blocks == (prose(spoken, made),)
    assert not found.entries


def test_headings_come_back_in_the_order_of_the_outline():
    """A topic that lost its heading comes back before the later ones."""
    found = accounted(BEFORE, [heading("Price"), prose(C)])
    assert [block.text for block in found.blocks if block.form == "heading"] == ["Memory", "Price"]


@pytest.mark.parametrize("is_exact", [True, False])
def test_a_claim_whose_topic_left_the_outline_leaves_with_it(*, is_exact: bool):
    """So it does if the writer chose for all topics; what one may have forgotten is restored."""
    spec = SPEC.model_copy(update={"topics": SPEC.topics[:1]})
    after = [heading("Memory"), prose(A, B)]
    found = account(spec, BEFORE, after, Draftsman((), is_exact))
    (entry,) = found.entries
    assert entry.claim.id == C.id
    assert entry.fate == ("retired" if is_exact else "restored")
    if is_exact:
        assert entry.reason == "its topic is no longer in the outline"
        assert list(found.blocks) == after


def test_new_claims_are_added_and_old_ones_return():
    """What no edition had is added; what an earlier one had returns."""
    new = claim("Gamma chips have 288 GB of memory on each of them.", "three")
    after = [*BEFORE.blocks, prose(new)]
    assert fates(accounted(BEFORE, after)) == [("added", new.id)]
    assert fates(accounted(BEFORE, after, ever=[new.id])) == [("returned", new.id)]


def test_a_claim_that_is_kept_keeps_its_grounds():
    """A draft that names fewer grounds for the same words takes none of them away."""
    twice = claim(A.text, "one", "two")
    found = accounted(section(prose(twice)), [prose(A)])
    (kept,) = [item for block in found.blocks for item in block.claims]
    assert kept.references == ("one", "two")
    assert found.entries == ()


def test_a_merged_claim_hands_its_grounds_over():
    """What says no more than another claim is merged into it, and so are its grounds."""
    less = claim("Alpha has 96 GB of memory on each chip of them.", "two")
    word = Settled(claim=less.id, fate="merged", by=A.id, reason="it says no more")
    found = accounted(section(prose(less)), [prose(A)], word)
    (kept,) = [item for block in found.blocks for item in block.claims]
    assert kept.id == A.id
    assert kept.references == ("one", "two")
    assert ("merged", less.id) in fates(found)


@pytest.mark.parametrize(
    "word",
    [
        Settled(claim=B.id, fate="merged", by=A.id, reason="they are alike"),
        Settled(claim=B.id, fate="merged", by="unknown", reason="it is elsewhere"),
        Settled(claim=B.id, fate="merged", by=B.id, reason="it is itself"),
        Settled(claim=B.id, fate="superseded", by=C.id, reason="a price says it better"),
        Settled(claim=B.id, fate="outranked", by=A.id, reason="there is no room"),
    ],
)
def test_a_false_word_settles_nothing(word):
    """Merged into what does not say it, superseded by another subject, outranked by a model."""
    found = accounted(BEFORE, [heading("Memory"), prose(A), heading("Price"), prose(C)], word)
    assert found.blocks == BEFORE.blocks
    assert fates(found) == [("restored", B.id)]


HONEST = [
    ("merged", "Alpha chips have 96 GB of memory.", "Each of the Alpha chips has 96 GB of memory."),
    (
        "merged",
        "A Gamma job takes 12 days on 64 chips.",
        "On 64 chips, a Gamma job takes 12 days and costs 40 dollars.",
    ),
    (
        "superseded",
        "Delta chips have 141 GB of memory on each of them.",
        "Each of the Delta chips has 192 GB of memory since the update.",
    ),
    (
        "superseded",
        "A training job on 64 Alpha chips takes 12 days.",
        "A training job takes 9 days on 64 Alpha chips.",
    ),
    (
        "superseded",
        "The Alpha compiler does not support dynamic shapes.",
        "The Alpha compiler supports dynamic shapes.",
    ),
    (
        "superseded",
        "Prices of the Alpha instances rise every year.",
        "Prices of the Alpha instances fall every year.",
    ),
    (
        "superseded",
        "the network recovers from a faulty node within 9 minutes",
        "the network recovers from a faulty node within 4 minutes",
    ),
]
FALSE = [
    # another thing, in the same words
    ("merged", "Beta chips have 96 GB of memory.", "Alpha chips have 96 GB of memory."),
    ("superseded", "Beta chips have 141 GB of memory.", "Alpha chips have 96 GB of memory."),
    ("superseded", "The P5 instance has 8 GPUs in it.", "The P6 instance has 4 GPUs in it."),
    # a name, a figure or a scope less
    ("merged", "Alpha and Beta chips have 96 GB of memory.", "Alpha chips have 96 GB of memory."),
    ("merged", "Alpha has 96 GB and 8 chips.", "Alpha has 96 GB of memory and more chips."),
    ("merged", "Alpha costs 40 dollars per hour.", "Alpha costs 40 dollars."),
    # the opposite
    ("merged", "The compiler supports Alpha chips.", "The compiler does not support Alpha chips."),
    # few words shared, or nothing that has changed
    ("superseded", "Alpha chips need water to be cooled.", "Alpha chips cost 40 dollars per hour."),
    ("superseded", "Alpha chips have 96 GB of memory.", "Alpha chips have a lot of memory."),
    ("superseded", "Alpha chips have 96 GB of memory.", "Alpha chips have 2.9 TB/s of memory."),
    ("superseded", "the node has 8 fans and a pump", "the rack has 4 fans and a door"),
    (
        "superseded",
        "Training on Alpha takes 12 days.",
        "Inference on Alpha takes 9 days.",
    ),
]


@pytest.mark.parametrize(("fate", "old", "new"), [*HONEST, *FALSE])
def test_only_what_can_take_its_place_does(fate, old, new):
    """The same thing named, and all of it said, or something else said of it; else it stays."""
    prior, by = claim(old), claim(new, "two")
    word = Settled(claim=prior.id, fate=fate, by=by.id, reason="it is so")
    found = accounted(section(prose(prior)), [prose(by)], word)
    settled = (fate, prior.id) in fates(found)
    assert settled is ((fate, old, new) in HONEST)
    assert settled or ("restored", prior.id) in fates(found)


def test_a_newer_figure_supersedes_with_its_reason():
    """A claim on the same subject may take the place of an older one; the reason is recorded."""
    newer = claim("Beta chips have 192 GB of memory on each of them now.", "three")
    word = Settled(claim=B.id, fate="superseded", by=newer.id, reason="the page of 2026 says so")
    found = accounted(BEFORE, [heading("Memory"), prose(A, newer), *BEFORE.blocks[2:]], word)
    (entry,) = [item for item in found.entries if item.fate == "superseded"]
    assert (entry.claim, entry.by, entry.reason) == (B, newer.id, "the page of 2026 says so")
    assert B.id not in own_claims(section(*found.blocks))


def test_only_a_full_topic_loses_a_claim_to_a_better_one():
    """The exact writer may say what a full topic loses; where there is room, nothing leaves."""
    long = claim("Gamma chips have 288 GB of memory on each and that is far more.", "three")
    word = Settled(claim=A.id, fate="outranked", by=long.id, reason="worth more")
    full = [heading("Memory"), prose(B, long), *BEFORE.blocks[2:]]
    found = accounted(BEFORE, full, word, may_outrank=True)
    assert ("retired", A.id) in fates(found)
    assert "outranked" in found.entries[0].reason
    price = claim("One Beta instance has a price of 60 dollars per hour.", "two")
    word = Settled(claim=C.id, fate="outranked", by=price.id, reason="worth more")
    roomy = [*BEFORE.blocks[:3], prose(price)]
    found = accounted(BEFORE, roomy, word, may_outrank=True)
    assert ("restored", C.id) in fates(found)


def test_rows_go_back_into_their_table():
    """A dropped row stands in the table with its header again."""
    header = ("Chip", "Memory")
    one = claim("Alpha | 96 GB", cells=("Alpha", "96 GB"))
    two = claim("Beta | 141 GB", cells=("Beta", "141 GB"))
    table = CheckedBlock(form="table", header=header, claims=(one, two))
    before = section(heading("Memory"), table)
    kept = CheckedBlock(form="table", header=header, claims=(two,))
    assert accounted(before, [heading("Memory"), kept]).blocks == before.blocks
    assert accounted(before, [heading("Memory"), prose(A)]).blocks[1:] == (
        prose(A),
        table.model_copy(update={"claims": (one, two)}),
    )


def test_a_section_has_one_headline():
    """A headline that was replaced goes on as a sentence."""
    first = CheckedBlock(form="finding", claims=(A,))
    second = CheckedBlock(form="finding", claims=(B,))
    found = accounted(section(first), [second])
    assert [block.form for block in found.blocks] == ["finding", "paragraph"]
    assert fates(found) == [("restored", A.id), ("added", B.id)]


def test_repetitions_are_no_claims_of_a_section():
    """What repeats another section's claim comes and goes with it."""
    again = A.model_copy(update={"repeats": A.id})
    found = accounted(section(prose(again)), [prose(B)])
    assert fates(found) == [("added", B.id)]
    assert [item.id for block in found.blocks for item in block.claims] == [B.id]


POOL = [
    claim(f"Chip {name} has {n} GB of memory on each.", name) for n, name in enumerate("abcdef")
]
_BLOCKS = st.lists(st.sampled_from(POOL), unique_by=lambda item: item.id).flatmap(
    lambda claims: st.sampled_from(
        [
            [heading("Memory"), prose(*claims)] if claims else [],
            [prose(*claims)] if claims else [],
            [CheckedBlock(form="bullets", claims=tuple(claims))] if claims else [],
        ]
    )
)
_WORDS = st.lists(
    st.builds(
        Settled,
        claim=st.sampled_from([item.id for item in POOL]),
        fate=st.sampled_from(["merged", "superseded", "outranked"]),
        by=st.sampled_from([item.id for item in POOL] + ["x"]),
        reason=st.just("because"),
    )
)


@given(_BLOCKS, _BLOCKS, st.sets(st.sampled_from([item.id for item in POOL])))
def test_what_stays_stays_as_it_is(old, new, stays):
    """Whatever is drafted beside it: its block, its place among those that stay, no entry."""
    before = section(*old)
    found = woven(SPEC, before, new, stays)
    kept = [item for item in before.claims if item.id in stays]
    drafted = [item for block in new for item in block.claims]
    ids = [item.id for block in found for item in block.claims]
    assert sorted(ids) == sorted({item.id for item in (*kept, *drafted)})
    assert [name for name in ids if name in stays & own_claims(before).keys()] == [
        item.id for item in kept
    ]
    form = {item.id: block.form for block in old for item in block.claims}
    for block in found:
        assert block.claims or block.form == "heading"
        assert all(form[item.id] == block.form for item in block.claims if item in kept)
    done = account(SPEC, before, new, Draftsman(stays=frozenset(stays)))
    assert not {entry.claim.id for entry in done.entries} & {item.id for item in kept}


def test_what_was_not_looked_at_is_not_put_back():
    """A draft of one claim leaves the other where it was, and nothing is recorded of it."""
    new = claim("Gamma chips have 288 GB of memory on each of them.", "three")
    draft = Draftsman(stays=frozenset({A.id, C.id}))
    found = account(SPEC, BEFORE, [heading("Memory"), prose(B), prose(new)], draft)
    assert found.blocks == (*BEFORE.blocks[:2], prose(new), *BEFORE.blocks[2:])
    assert fates(found) == [("added", new.id)]
    assert account(SPEC, BEFORE, [], Draftsman(stays=frozenset(own_claims(BEFORE)))).blocks == (
        BEFORE.blocks
    )


def test_drafted_claims_join_what_stays():
    """A row its table, a sentence the paragraph of the claim before it, a bullet the last list."""
    header = ("Chip", "Memory")
    one = claim("Alpha | 96 GB", cells=("Alpha", "96 GB"))
    two = claim("Beta | 141 GB", cells=("Beta", "141 GB"))
    new = claim("Gamma chips have 288 GB of memory on each of them.", "three")
    table = CheckedBlock(form="table", header=header, claims=(one,))
    item = CheckedBlock(form="bullets", text="In short:", claims=(C,))
    before = section(heading("Memory"), table, prose(A, B), item)
    stays = {one.id, A.id, C.id}
    rows = table.model_copy(update={"claims": (two,)})
    found = woven(SPEC, before, [heading("Memory"), rows, prose(new, B)], stays)
    assert [block.claims for block in found[1:]] == [(one, two), (A, B, new), (C,)]
    more = CheckedBlock(form="bullets", text="In short:", claims=(new,))
    found = woven(SPEC, before, [heading("Memory"), more, heading("Price"), prose(B)], stays)
    assert [block.claims for block in found] == [(), (one,), (A,), (C, new), (), (B,)]
    assert [block.text for block in found] == ["Memory", "In short:", "", "", "Price", ""]


def test_a_claim_that_stays_and_was_found_again_stands_on_both_grounds():
    """It is one claim, and stays where it is."""
    again = claim(A.text, "two")
    found = woven(SPEC, BEFORE, [heading("Price"), prose(again)], {A.id, B.id, C.id})
    (kept, _) = found[1].claims
    assert (kept.id, kept.references) == (A.id, ("one", "two"))
    assert [block.text for block in found if block.form == "heading"] == ["Memory", "Price"]


def test_drafts_of_one_edition_are_told_as_one():
    """What came and went between two drafts is not told; an heir is one that is in the report."""
    new = claim("Alpha chips have 96 GB of memory on each of them, says Gamma.", "three")
    last = claim("Alpha chips have 96 GB of memory on each of them, says all.", "four")

    def entry(fate, item, by=""):
        return Entry(section=SPEC.id, fate=fate, claim=item, by=by, reason="so")

    first = [entry("merged", A, new.id), entry("added", new), entry("restored", B)]
    second = [entry("merged", new, last.id), entry("added", last), entry("retired", C)]
    after = section(heading("Memory"), prose(last, B))
    told = netted(BEFORE, after, [*first, *second])
    assert [(item.fate, item.claim.id, item.by) for item in told] == [
        ("merged", A.id, last.id),
        ("restored", B.id, ""),
        ("added", last.id, ""),
        ("retired", C.id, ""),
    ]
    returned = [entry("merged", A, last.id), entry("returned", A)]
    assert netted(BEFORE, BEFORE, returned) == ()


@given(_BLOCKS, _BLOCKS, _WORDS, st.booleans())
def test_every_claim_is_kept_or_accounted_for(old, new, words, may_outrank):
    """Whatever a writer says, each prior claim is in the section or has an entry with a reason."""
    before = section(*old)
    found = accounted(before, new, *words, may_outrank=may_outrank)
    now = own_claims(section(*found.blocks))
    left = {e.claim.id: e for e in found.entries if e.fate in {"merged", "superseded", "retired"}}
    for name in own_claims(before):
        assert (name in now) != (name in left)
        assert name in now or left[name].reason
    assert set(own_claims(section(*new))) <= set(now)
    ids = [item.id for block in found.blocks for item in block.claims]
    assert len(ids) == len(set(ids))
    again = accounted(section(*found.blocks), found.blocks)
    assert again.entries == ()
    assert again.blocks == found.blocks
