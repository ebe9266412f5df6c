"""A claim falls with its citation, and each gate says why."""

from __future__ import annotations

import pytest
from values import document, evidence, reference

from rag.stages.verify import Rules, verify
from rag.text.labels import footnote_label
from rag.types import Block, Claim, Draft, ProposedCitation, ProposedClaim, Rejected, claim_id

NOTES = """# Talk on networks

## Bandwidth

Amazon EC2 P5 instances have up to 3,200 Gbps of network
bandwidth. The \ufb01rst P4d instances had 400 Gbps.

> "Networks are computers." — Jane Doe, Example Corp
"""
QUOTE = "Amazon EC2 P5 instances have up to 3,200 Gbps of network bandwidth."
DOCUMENT = document(NOTES)
EVIDENCE = evidence(DOCUMENT, reference("talk"))


def proposal(text: str = QUOTE, *citations: tuple[str, str], **fields: object) -> ProposedClaim:
    """Return a claim that cites what is given, or the quote of its own words."""
    cited = citations or (("E1", QUOTE),)
    return ProposedClaim(
        text=text,
        citations=tuple(ProposedCitation(evidence=key, quote=quote) for key, quote in cited),
        **fields,
    )


def check(claim: ProposedClaim) -> Claim | Rejected:
    """Return what becomes of one claim."""
    checked = verify(Draft(blocks=(Block(form="bullets", claims=(claim,)),)), EVIDENCE)
    claims = [item for block in checked.blocks for item in block.claims]
    (outcome,) = (*claims, *checked.rejected)
    return outcome


def test_a_supported_claim_gets_its_span():
    """The citation's span is the quote's place in the document, white space apart."""
    claim = check(proposal())
    assert isinstance(claim, Claim)
    (citation,) = claim.citations
    assert DOCUMENT.text[citation.start : citation.end] == citation.quote
    assert " ".join(citation.quote.split()) == QUOTE
    assert citation.document_id == DOCUMENT.id
    assert citation.reference_key == "talk"
    assert citation.label == footnote_label("talk", QUOTE)


PADDING = "Networks are computers."
OTHER = "P4d instances had 400 Gbps."


@pytest.mark.parametrize(
    ("text", "cited", "kept"),
    [
        (QUOTE, [QUOTE, PADDING], [QUOTE]),
        (QUOTE, [PADDING, QUOTE], [QUOTE]),
        ("P5 instances with 3,200 Gbps are computers.", [QUOTE, PADDING], [QUOTE]),
        ("Networks of P5 with 3,200 Gbps are computers.", [QUOTE, PADDING], [QUOTE, PADDING]),
        ("P5 has 3,200 Gbps and P4d had 400 Gbps.", [QUOTE, OTHER], [QUOTE, OTHER]),
    ],
)
def test_a_citation_that_bears_nothing_of_its_claim_is_left_out(text, cited, kept):
    """Beside others it would only make a reader believe that more stands behind the claim."""
    found = check(proposal(text, *(("E1", quote) for quote in cited)))
    assert isinstance(found, Claim)
    assert [" ".join(item.quote.split()) for item in found.citations] == kept


@pytest.mark.parametrize(
    ("claim", "verdict", "reason"),
    [
        (ProposedClaim(text=QUOTE, citations=()), "uncited", "no citation"),
        (proposal(QUOTE, ("E9", QUOTE)), "evidence_unknown", "E9"),
        (proposal(QUOTE, ("", QUOTE)), "evidence_unknown", "''"),
        (proposal("Fast.", ("E1", "P5 instances are fast")), "quote_absent", "are fast"),
        (proposal("Fast.", ("E1", "amazon ec2 p5 instances")), "quote_absent", "amazon"),
        (proposal("Fast.", ("E1", "")), "quote_absent", "E1"),
        (proposal("Fast.", ("E1", " \n ")), "quote_absent", "E1"),
        (proposal(QUOTE, ("E1", QUOTE), ("E1", "Not there.")), "quote_absent", "Not there"),
        (proposal("P5 has 3,300 Gbps."), "number_absent", "3,300"),
        (proposal("P5 has 320 Gbps."), "number_absent", "320"),
        (proposal("P6 has bandwidth."), "name_absent", "P6"),
        (proposal(QUOTE.replace("3,200", "\u202e3,200\u202c")), "not_entailed", "U+202E"),
        (proposal(attribution="John Roe"), "misattributed", "John Roe"),
        (proposal(attribution="Jane Doe, Other Corp"), "misattributed", "Other Corp"),
    ],
)
def test_each_gate_says_why(claim, verdict, reason):
    """Each way to be wrong has its verdict and a reason of one line that names the words."""
    rejected = check(claim)
    assert isinstance(rejected, Rejected)
    assert rejected.verdict == verdict
    assert reason in rejected.reason
    assert "\n" not in rejected.reason
    assert rejected.claim == claim


@pytest.mark.parametrize(
    "claim",
    [
        proposal("P5 instances reach 3200 Gbps."),
        proposal("Both", ("E1", QUOTE), ("E1", "The first P4d instances had 400 Gbps.")),
        proposal("x", ("E1", "P5  instances\nhave")),
        proposal(
            "Networks are computers.",
            ("E1", "Networks are computers."),
            attribution="Jane Doe, Example Corp",
        ),
        proposal(attribution="Talk on networks"),
    ],
)
def test_what_the_gates_let_pass(claim):
    """Number formats, white space and ligatures are forgiven; named speakers and titles hold."""
    assert isinstance(check(claim), Claim)


@pytest.mark.parametrize(
    ("before", "words", "stands"),
    [
        ("The first network could not cope.", "P5 instances are fast today.", True),
        ("The first network may fail.", "P5 instances are fast", True),
        ("It is not true that", "P5 instances are fast today.", False),
        ("The first network copes. It may be that", "P5 instances are fast today.", False),
    ],
)
def test_only_its_own_sentence_takes_a_claim_back(before, words, stands):
    """A quote of several sentences may say "not" in one that the claim is no part of."""
    quote = f"{before} P5 instances are fast today."
    given = evidence(document(f"# Talk\n\n{quote}\n"), reference("talk"))
    claim = proposal(words, ("E1", quote))
    checked = verify(Draft(blocks=(Block(form="bullets", claims=(claim,)),)), given)
    assert [item.verdict for item in checked.rejected] == ([] if stands else ["not_entailed"])


def test_a_speaker_is_named_with_the_session():
    """What a marked speaker says may be ascribed to the speaker in that session, to no other."""
    of = document(
        "WEBVTT\n\n00:01.000 --> 00:05.000\n<v Ann Lee>Networks are fast today.\n", "text/vtt"
    )
    given = evidence(of)
    names = {part.speaker for part in of.parts}
    assert names == {"Ann Lee"}
    for who, stands in (
        (f"Ann Lee, {of.title}", True),
        ("Ann Lee, another session", False),
        ("Bob", False),
    ):
        words = "Networks are fast today."
        claim = proposal(words, ("E1", words), attribution=who)
        checked = verify(Draft(blocks=(Block(form="quotation", claims=(claim,)),)), given)
        assert (checked.rejected == ()) is stands


def test_headings_without_claims_go():
    """A heading under which every claim fell is not shown; blocks keep form, words and order."""
    good, bad = proposal(), proposal("P9 is new.")
    draft = Draft(
        blocks=(
            Block(form="heading", text="Gone"),
            Block(form="bullets", claims=(bad,)),
            Block(form="heading", text="Kept"),
            Block(form="paragraph", text="Lead-in:", claims=(bad, good)),
            Block(form="heading", text="Last"),
        )
    )
    rules = Rules(headings=frozenset({"Gone", "Kept", "Last"}), lead_ins=frozenset({"Lead-in:"}))
    checked = verify(draft, EVIDENCE, rules)
    assert [(block.form, block.text) for block in checked.blocks] == [
        ("heading", "Kept"),
        ("paragraph", "Lead-in:"),
    ]
    assert [item.verdict for item in checked.rejected] == ["name_absent"] * 2


def test_labels_and_ids_are_permanent():
    """The same words make the same label and id, however spaced; others make others."""
    assert footnote_label("talk", QUOTE) == footnote_label("talk", QUOTE.replace(" ", "\n"))
    assert footnote_label("talk", QUOTE) != footnote_label("other", QUOTE)
    assert footnote_label("talk", QUOTE).startswith("talk-")
    one, other = check(proposal()), check(proposal("P5 instances reach 3200 Gbps."))
    assert one.id == claim_id(QUOTE) == check(proposal()).id
    assert one.id != other.id


PRAISED = (
    'Jane Doe, who leads the Delta team, called the change "small but useful". '
    "The engineers said that “latency fell”. The option is called “auto resume”. "
    "“It pays,” said Ann Lee, head of the Epsilon team."
)


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ('Jane Doe called the change "small but useful".', ""),
        ("It was “small but useful”, said Doe.", ""),
        ('According to Jane Doe, the change is "small but useful".', ""),
        ('The change was "small but useful".', ""),
        ("There is a “auto resume” option.", ""),
        ("“Latency fell”, the engineers said.", "quote_absent"),
        ("That “latency fell”, the engineers said.", ""),
        ('John Roe called the change "small but useful".', "misattributed"),
        ('The team called the change "small but useful".', "misattributed"),
        ("“small but useful”, the Delta team said.", "misattributed"),
        ("According to John Roe, the change is “small but useful”.", "misattributed"),
        ("Jane Doe said that “latency fell”.", "misattributed"),
        ("“It pays,” said Ann Lee.", ""),
        ("Ann Lee said “it pays”.", "quote_absent"),
        ("Ann Lee said: “It pays.”", ""),
        ("Ann Lee, head of the Epsilon team, said: “It pays.”", ""),
        ("Ann Lee, head of the Delta team, said: “It pays.”", "misattributed"),
        ("The Epsilon team said: “It pays.”", "misattributed"),
        ("“It pays,” said Jane Doe.", "misattributed"),
        ("Nobody said 「small and useful」.", "quote_absent"),
    ],
)
def test_what_is_quoted_in_passing_is_put_in_nobody_elses_mouth(words, verdict):
    """Who is said to have said some quoted words is who says them in the passage."""
    given = evidence(document(f"# On change\n\n{PRAISED}\n"), reference("talk"))
    claim = proposal(words, ("E1", PRAISED))
    checked = verify(Draft(blocks=(Block(form="bullets", claims=(claim,)),)), given)
    assert [item.verdict for item in checked.rejected] == ([verdict] if verdict else [])
