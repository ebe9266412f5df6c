"""A verified report → a proof bundle; a bundle → what of it does not hold, with no store."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rag.errors import RagError
from rag.flows.checking import rules_of
from rag.flows.verify import blocks_of, claimed
from rag.stages.bundle import (
    Bundle,
    BundleRules,
    Problem,
    Proof,
    Said,
    Support,
    check_bundle,
    check_history,
    make_bundle,
    read_bundle,
    unpacked,
)
from rag.stages.readback import own_words_apart, read_back
from rag.stages.verify import (
    Ground,
    Rules,
    against,
    ground,
    is_verbatim,
    sentences_at,
    strange_names,
)
from rag.types import Citation, Claim, History, Outline, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rag.flows.tools import Tools
    from rag.flows.verify import Checkup, Verification
    from rag.stages.bundle import BundledCitation, BundledClaim
    from rag.stages.readback import ReadBlock, ReadClaim

VERBATIM = "verbatim"
"""Named as the scorer of a claim that is word for word its quote: nobody had to score it."""
UNSCORED = "none"
"""Named as the scorer of other claims where the config has no scorer of support."""


class Proved(NamedTuple):
    """What came of checking a bundle."""

    bundle: Bundle
    problems: tuple[Problem, ...]
    uncited: int
    """How many statements its report makes without a citation: nothing proves them."""
    history: History
    """The editions that led to its report, as recorded."""


def bundle_of(tools: Tools, text: str, verification: Verification) -> str:
    """Return the proof bundle of a report in which every claim holds, as JSON.

    Args:
        tools: the wired adapters.
        text: the report.
        verification: what came of checking it.

    Raises:
        RagError: a claim does not hold, or the file is no report or not UTF-8.
    """
    if verification.failures:
        count = len(verification.failures)
        fail = "1 claim of {} does not" if count == 1 else f"{count} claims of {{}} do not"
        raise RagError(
            f"{fail.format(verification.report)} hold, so there is nothing to prove",
            advice="mend or delete them, then bundle",
        )
    if verification.absence:
        raise RagError(verification.absence)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise RagError(
            f"{verification.report} is not UTF-8 throughout", advice="save it as UTF-8, then bundle"
        ) from None
    known = tools.store.ingested()
    documents = {
        item.document_id: tools.store.document(item.document_id) for item in known.values()
    }
    rules = rules_of(tools.config)
    proofs = []
    for item in verification.claims:
        if item.claim is None:
            continue
        grounds = [ground(cited, documents[cited.document_id]) for cited in item.claim.citations]
        around = tuple((x.around, tuple(sorted(x.speakers))) for x in grounds)
        support = _support(item, item.claim, tools)
        proofs.append(Proof(item.section, item.form, item.claim, around, support))
    return make_bundle(
        text,
        proofs,
        references={key: item.reference for key, item in known.items()},
        documents=documents,
        rules=BundleRules(
            tools.config.outline, rules.names, rules.min_support, rules.min_support_named
        ),
        history=_history(tools, text, proofs),
    )


def _support(item: Checkup, claim: Claim, tools: Tools) -> Support:
    if is_verbatim(claim.text, claim.cells, claim.citations):
        return Support(score=item.support, scorer=VERBATIM)
    return Support(score=item.support, scorer=tools.support.name if tools.support else UNSCORED)


def _history(tools: Tools, text: str, proofs: Sequence[Proof]) -> History:
    """Return the editions that led to the report; none if they did not.

    It may be another file than the project's own; editions of the store's first version have no
    entries. JSON is Unicode, so bytes of the user's that are none stand there as question marks.
    """
    whole = tools.store.history()
    editions = tuple(
        item.model_copy(update={"text": _unicode(item.text), "report": _unicode(item.report)})
        for item in whole.editions
    )
    whole = whole.model_copy(update={"editions": editions})
    labels = {item.label for proof in proofs for item in proof.claim.citations}
    return History() if any(check_history(whole, text, labels)) else whole


def _unicode(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def check(text: str) -> Proved:
    """Return a bundle with what of it does not hold: gates 1 to 3 again, support as recorded.

    Raises:
        RagError: it is no bundle.
    """
    bundle = read_bundle(text)
    report = own_words_apart(
        read_back(bundle.report, Outline.model_validate_json(bundle.outline)),
        ((_words(item), [cited.label for cited in item.citations]) for item in bundle.claims),
    )
    said = [
        _said(section, block, claim)
        for section, block in blocks_of(report)
        for claim in block.claims
        if claim.is_cited
    ]
    footnotes = {note.label: note.quote for note in reversed(report.footnotes)}  # the first holds
    problems = check_bundle(bundle, said, footnotes)
    rules = Rules(
        names=bundle.names,
        min_support=bundle.min_support,
        min_support_named=bundle.min_support_named,
    )
    for claim in bundle.claims:
        problems += _recomputed(claim, rules)
    uncited = sum(not claim.is_cited for claim in report.claims())
    problems = list(dict.fromkeys(problems))
    return Proved(bundle, tuple(problems), uncited, unpacked(bundle.history))


def _words(claim: BundledClaim) -> str:
    """Return what a reader sees of a claim."""
    return f"{claim.text} ({claim.calculation})" if claim.calculation else claim.text


def _said(section: str, block: ReadBlock, read: ReadClaim) -> Said:
    text, cells, calculation = claimed(block, read)
    return Said(section, block.form, text, cells, read.attribution, calculation, read.labels)


def _recomputed(claim: BundledClaim, rules: Rules) -> Iterator[Problem]:
    """Yield what the computable gates have against a claim, on the passages of the bundle."""
    grounds = [_ground(item) for item in claim.citations]
    whole = Claim(
        id=claim.id,
        text=claim.text,
        cells=claim.cells,
        attribution=claim.attribution,
        citations=tuple(item.citation for item in grounds),
        calculation=claim.calculation,
    )
    for verdict, reason in against(whole, grounds, rules, claim.form):
        yield Problem("claim", claim.id, f"{verdict}: {reason}: {claim.text!r}")
    strange = strange_names(whole, grounds, rules)
    scored = claim.support.scorer not in {VERBATIM, UNSCORED}
    if strange and not (scored and claim.support.score >= rules.min_support_named):
        reason = f"name_absent: not in the cited passages: {', '.join(strange)}: {claim.text!r}"
        yield Problem("claim", claim.id, reason)
    is_same = is_verbatim(whole.text, whole.cells, whole.citations)
    if claim.support.scorer == VERBATIM and not is_same:
        yield Problem("support", claim.id, f"nobody scored it: {claim.text!r}")


def _ground(item: BundledCitation) -> Ground:
    passage = item.passage
    start, end = item.start - passage.start, item.end - passage.start
    sentences = ""
    if 0 <= start < end:
        span = Span(start=start, end=end)
        sentences = sentences_at(passage.text, span, 0, len(passage.text))
    return Ground(
        Citation.model_validate(item.model_dump(include=set(Citation.model_fields))),
        passage.text,
        item.around,
        frozenset(item.speakers),
        sentences or item.quote,
    )
