"""A bundle proves its report, and no change of it goes unseen."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from values import document, evidence, keyed, reference

from rag.errors import RagError
from rag.stages.bundle import (
    Bundle,
    BundleRules,
    Proof,
    Said,
    Support,
    check_bundle,
    make_bundle,
    read_bundle,
    unpacked,
)
from rag.stages.readback import read_back
from rag.stages.render import Cited, render_report
from rag.stages.verify import ground, verify
from rag.text.calculations import split_calculation
from rag.types import (
    Block,
    Claim,
    Draft,
    Entry,
    History,
    Outline,
    PastEdition,
    ProposedCitation,
    ProposedClaim,
    Rejected,
    Resolution,
    Section,
    SectionSpec,
    Used,
)

NOTES = document("""---
title: Notes on "networks" 🚀
date: 2024-05-06
---

## Band & width

Before it. Amazon EC2 P5 instances have up to 3,200 Gbps *of* network
bandwidth. P4d has 400 Gbps. A cluster takes 8 instances.

| Instance | Band_width |
| --- | --- |
| p5.48xlarge | 3,200 Gbps |
| p4d.24xlarge | 400 \\| 200 Gbps |

> "Networks are computers." — Jane Doe
""")
TALK = document("# A talk\n\nP5 instances reach 3,200 Gbps, as said (“fast”).\n")
OUTLINE = Outline(
    title="Report",
    sections=(SectionSpec(id="net", title="Networking"), SectionSpec(id="sum", title="Summary")),
)
DOCUMENTS = {"notes": NOTES, "talk": TALK}
EVIDENCE = keyed(*(evidence(of, reference(key)) for key, of in DOCUMENTS.items()))
EIGHT = "A cluster takes 8 instances."
SUM = "A cluster of P5 instances has 25,600 Gbps."
CALCULATION = "8 x 3,200 Gbps = 25,600 Gbps"
SENTENCE = "Amazon EC2 P5 instances have up to 3,200 Gbps of network bandwidth."


def claim(text: str, *quotes: str, **fields: object) -> ProposedClaim:
    """Return a claim that cites the words given, or its own."""
    citations = []
    for quote in quotes or (text,):
        key = next(item.key for item in EVIDENCE if quote in " ".join(item.chunk.text.split()))
        citations.append(ProposedCitation(evidence=key, quote=quote))
    return ProposedClaim(text=text, citations=tuple(citations), **fields)


def made() -> tuple[Section, ...]:
    """Return two sections with claims of every form."""
    spoken = "P5 instances reach 3,200 Gbps, as said (“fast”)."
    row = "p4d.24xlarge | 400 \\| 200 Gbps"
    blocks = (
        Block(form="finding", claims=(claim("P4d has 400 Gbps."),)),
        Block(form="paragraph", claims=(claim("P5 has 3200 Gbps.", SENTENCE, spoken),)),
        Block(
            form="table",
            header=("Instance", "Band_width"),
            claims=(claim(row, cells=("p4d.24xlarge", "400 | 200 Gbps")),),
        ),
        Block(form="quotation", claims=(claim("Networks are computers.", attribution="Jane Doe"),)),
        Block(form="bullets", claims=(claim(SUM, SENTENCE, EIGHT, calculation=CALCULATION),)),
    )
    again = (Block(form="bullets", claims=(claim(spoken, attribution="A talk"),)),)
    checked = [verify(Draft(blocks=some), EVIDENCE) for some in (blocks, again)]
    assert [item.rejected for item in checked] == [(), ()]
    return (
        Section(id="net", title="Networking", blocks=checked[0].blocks),
        Section(id="sum", title="Summary", blocks=checked[1].blocks),
    )


SECTIONS = made()
CITED = {
    key: Cited(reference=reference(key), document=of, location=f"{key}.md")
    for key, of in DOCUMENTS.items()
}
REPORT = render_report(OUTLINE, SECTIONS, CITED)
RULES = BundleRules(OUTLINE, (("Amazon EC2", "EC2"),), 0.5, 0.5)


def proof(section: str, form: str, item: Claim) -> Proof:
    """Return a claim with what its documents say of its passages."""
    documents = {of.id: of for of in DOCUMENTS.values()}
    grounds = [ground(cited, documents[cited.document_id]) for cited in item.citations]
    around = tuple((each.around, tuple(sorted(each.speakers))) for each in grounds)
    return Proof(section, form, item, around, Support(score=0.875, scorer="words@1"))


PROOFS = [
    proof(section.id, block.form, item)
    for section in SECTIONS
    for block in section.blocks
    for item in block.claims
]


def past(number: int, **fields: object) -> PastEdition:
    """Return an edition with the report's claims, all of them added in it."""
    entries = tuple(
        Entry(section=section.id, fate="added", claim=item)
        for section in SECTIONS
        for item in section.claims
    )
    given = {
        "number": number,
        "at": "2025-01-02T03:04:05+00:00",
        "cause": "compose notes",
        "calls": 2,
        "ticks": ("notes",),
        "unticks": (),
        "report": REPORT,
        "text": REPORT,
        "sections": SECTIONS,
        "entries": entries,
        "rejected": (),
    }
    return PastEdition.model_validate(given | fields)


FELL = Rejected(claim=claim("P4d has 400 Gbps."), verdict="not_entailed", reason="no")
HISTORY = History(
    editions=(
        past(1, text="# Report\r\n\nMine.\r\n", sections=(), entries=(), rejected=(("net", FELL),)),
        past(2),
    ),
    used=(Used(key="notes", outcome="used", edition=2, at="2025-01-02T03:04:05+00:00"),),
    refused=(("0" * 16, 1),),
    retracted=(("talk", 1),),
    resolved=((Resolution(conflict="c1", kept="", reason="both are"), 2),),
)


def bundled(**fields: object) -> str:
    """Return the bundle of the report, with other fields where they are given."""
    given = {
        "references": {key: item.reference for key, item in CITED.items()},
        "documents": {of.id: of for of in DOCUMENTS.values()},
        "rules": RULES,
        "history": HISTORY,
    }
    return make_bundle(REPORT, PROOFS, **given | fields)


def problems(bundle: Bundle) -> list[tuple[str, str]]:
    """Return the checks that fail and on what, the report being read as it stands there."""
    report = read_back(bundle.report, OUTLINE)
    said = []
    for section in report.sections:
        for block in section.blocks:
            for item in block.claims:
                text, calculation = split_calculation(item.text)
                place = (section.id, block.form, text, item.cells, item.attribution)
                said.append(Said(*place, calculation, item.labels))
    notes = {item.label: item.quote for item in report.footnotes}
    return [(item.check, item.subject) for item in check_bundle(bundle, said, notes)]


def resealed(data: dict[str, object]) -> Bundle:
    """Return the bundle of the data with a new seal: what somebody who cheats can make."""
    rest = {key: value for key, value in data.items() if key != "seal"}
    text = json.dumps(rest, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    return read_bundle(json.dumps(rest | {"seal": sha256(text.encode()).hexdigest()}))


def test_a_bundle_proves_its_report():
    """All claims, references and passages are there, and nothing is wrong with them."""
    bundle = read_bundle(bundled())
    assert problems(bundle) == []
    assert bundle.report == REPORT
    assert unpacked(bundle.history) == HISTORY
    assert [item.id for item in bundle.claims] == [
        item.id for section in SECTIONS for item in section.claims
    ]
    assert [item.section for item in bundle.claims] == ["net"] * 5 + ["sum"]
    first, second = bundle.references
    assert (first.key, first.title, first.date) == ("notes", 'Notes on "networks" 🚀', "2024-05-06")
    assert (first.source_sha256, first.document_id) == (NOTES.source_sha256, NOTES.id)
    assert (second.key, second.locator) == ("talk", "talk.md")


def test_quotes_stand_in_their_passages():
    """A passage is the paragraph or row around the quote, with its place in the document."""
    bundle = read_bundle(bundled())
    for item in (note for claim in bundle.claims for note in claim.citations):
        of = DOCUMENTS[item.reference_key].text
        start = item.passage.start
        assert of[start : start + len(item.passage.text)] == item.passage.text
        assert item.passage.text[item.start - start : item.end - start] == item.quote
    passage = bundle.claims[1].citations[0].passage.text
    assert passage.startswith("Before it. Amazon")
    assert passage.endswith("A cluster takes 8 instances.")


def test_a_bundle_is_canonical():
    """The same report makes the same bytes: keys sorted, words as they are, one final newline."""
    text = bundled()
    assert text == bundled(
        documents={of.id: of for of in reversed(DOCUMENTS.values())},
        references={key: item.reference for key, item in reversed(CITED.items())},
    )
    data = json.loads(text)
    assert list(data) == sorted(data)
    assert "🚀" in text
    assert text.endswith("}\n")
    assert resealed(data) == read_bundle(text)


def fields_of(data: dict[str, object]) -> list[tuple[object, object]]:
    """Return where in a bundle words stand: report, rules, history, claims, passages."""
    places: list[tuple[object, object]] = [(data, "report"), (data, "outline")]
    past = data["history"]
    for edition in past["editions"]:
        places += [(edition, "at"), (edition, "cause")]
        places += [(change, 2) for change in (*edition["text"], *edition["report"])]
    places += [(item, "text") for item in past["claims"]]
    places += [(item, "quote") for item in past["citations"]]
    places += [(item, "key") for item in past["used"]]
    places += [(group, at) for group in data["names"] for at in range(len(group))]
    for item in data["claims"]:
        places += [(item, name) for name in ("id", "text", "attribution", "calculation", "form")]
        places += [(item["cells"], number) for number in range(len(item["cells"]))]
        places.append((item["support"], "scorer"))
        for note in item["citations"]:
            places += [(note, "label"), (note, "quote"), (note["passage"], "text")]
            places.append((note, "around"))
            places += [(note["speakers"], number) for number in range(len(note["speakers"]))]
    return [(holder, key) for holder, key in places if holder[key]]


@given(st.data())
def test_no_changed_character_goes_unseen(data):
    """Another character, one more or one less, anywhere in the words: the bundle does not hold."""
    content = json.loads(bundled())
    holder, key = data.draw(st.sampled_from(fields_of(content)))
    text = holder[key]
    at = data.draw(st.integers(0, len(text) - 1))
    new = data.draw(st.sampled_from(["", " ", "x", "7", "“", "\n", text[at] * 2]))
    assume(new != text[at])
    holder[key] = text[:at] + new + text[at + 1 :]
    try:
        bundle = read_bundle(json.dumps(content))
    except RagError:  # the outline is none any more, or a later change has no line to change
        assert key in {"outline", 2}
    else:
        assert ("seal", "") in problems(bundle)


NUMBERS = ["min_support", "claims.0.support.score", "claims.1.citations.0.start"]


@pytest.mark.parametrize("path", NUMBERS)
def test_no_changed_number_goes_unseen(path):
    """Another threshold, score or place: the seal is broken."""
    content = json.loads(bundled())
    *way, last = path.split(".")
    holder = content
    for step in way:
        holder = holder[int(step) if step.isdigit() else step]
    holder[last] = holder[last] + (1 if isinstance(holder[last], int) else 0.0625)
    assert ("seal", "") in problems(read_bundle(json.dumps(content)))


SEALED_ONLY = {"at", "cause", "names", "around", "speakers", "outline", "scorer"}
"""What nothing else in a bundle repeats, as far as this stage looks."""


def seen_without_seal(data: dict[str, object]) -> list[tuple[object, object]]:
    """Return where in a bundle the words stand that something else in it repeats."""
    past = data["history"]
    sealed = [id(group) for group in (*data["names"], *past["used"])]
    for edition in past["editions"]:
        sealed += [id(change) for change in (*edition["text"], *edition["report"])]
    for item in data["claims"]:
        for note in item["citations"]:
            sealed += [id(note["passage"]), id(note["speakers"])]
    return [
        (holder, key)
        for holder, key in fields_of(data)
        if id(holder) not in sealed and key not in SEALED_ONLY
    ]


@given(st.data())
def test_a_new_seal_does_not_hide_other_words(data):
    """Sealed again, another letter in a report, a claim, a form or a quote is found all the same.

    So it is in a calculation, an id, a label and the row that a table's cells were taken from.
    """
    content = json.loads(bundled())
    holder, key = data.draw(st.sampled_from(seen_without_seal(content)))
    text = holder[key]
    at = data.draw(st.sampled_from([n for n, char in enumerate(text) if char.isalnum()]))
    holder[key] = text[:at] + ("x" if text[at] != "x" else "y") + text[at + 1 :]
    found = problems(resealed(content))
    assert found
    assert ("seal", "") not in found


def edited(**changes: object) -> Bundle:
    """Return the bundle with fields of its second claim changed, sealed again."""
    content = json.loads(bundled())
    content["claims"][1].update(changes)
    return resealed(content)


def test_each_check_says_what_it_found():
    """A moved span, another label, a missing reference, low support, a claim left out."""
    content = json.loads(bundled())
    note = content["claims"][1]["citations"][0]
    label, name = note["label"], content["claims"][1]["id"]
    note["start"] += 1
    assert problems(resealed(content)) == [("quote", label)]
    note["start"] = -1
    with pytest.raises(RagError, match="start"):
        read_bundle(json.dumps(content))
    assert problems(edited(support={"score": 0.25, "scorer": "words@1"})) == [("support", name)]
    strict = read_bundle(bundled(rules=RULES._replace(min_support=0.9)))
    assert {check for check, _ in problems(strict)} == {"support"}
    assert problems(edited(form="finding")) == [("claim", name), ("claim", label)]
    assert problems(edited(calculation="1 + 1 = 2")) == [("claim", name), ("claim", label)]
    assert problems(edited(id="0" * 16)) == [("claim", "0" * 16)]
    assert problems(edited(section="sum")) == [("claim", name), ("claim", label)]
    content = json.loads(bundled())
    del content["claims"][1]
    assert problems(resealed(content)) == [("claim", label)]
    content = json.loads(bundled())
    del content["references"][1]
    assert {check for check, _ in problems(resealed(content))} == {"reference"}
    content = json.loads(bundled())
    other = content["claims"][1]["citations"][0]
    other["label"] = other["label"][:-6] + "abcdef"
    found = problems(resealed(content))
    assert ("label", other["label"]) in found
    assert ("claim", name) in found


@pytest.mark.parametrize("offset", [-1000, 1000])
def test_a_passage_elsewhere_holds_no_quote(offset):
    """A passage that begins so that the quote's place is outside of it proves nothing."""
    content = json.loads(bundled())
    passage = content["claims"][-1]["citations"][0]["passage"]
    passage["start"] = max(passage["start"] + offset, 0)
    if offset < 0:
        passage["start"], passage["text"] = 0, ""
    assert [check for check, _ in problems(resealed(content))] == ["quote"]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"version": 1}, "version"),
        ({"version": 3}, "version"),
        ({"version": "2"}, "version"),
        ({"more": 1}, "more"),
        ({"report": None}, "report"),
        ({"history": "one"}, "history"),
        ({"claims": [{}]}, "claims.0"),
        ({"outline": "{}"}, "outline"),
        ({"outline": "no JSON"}, "outline"),
        ({"min_support": 2.0}, "min_support"),
        ({"min_support": -0.5}, "min_support"),
    ],
)
def test_what_is_no_bundle_is_refused(change, place):
    """Another version, an unknown, missing or mistyped field: one line that names it."""
    with pytest.raises(RagError, match=place) as refused:
        read_bundle(json.dumps(json.loads(bundled()) | change))
    assert "\n" not in str(refused.value)


@given(st.text())
def test_no_text_but_a_bundle_is_one(text):
    """Any other text is refused in one line."""
    with pytest.raises(RagError, match="no proof bundle"):
        read_bundle(text)
