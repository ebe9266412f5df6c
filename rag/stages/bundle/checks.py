"""JSON → a bundle, and what in it does not hold."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from pydantic import ValidationError

from rag.errors import RagError
from rag.stages.bundle.ledger import check_history
from rag.stages.bundle.past import unpacked
from rag.stages.bundle.sealing import checksum, seal_of
from rag.stages.bundle.values import VERSION, Bundle, Problem, Said
from rag.text.labels import footnote_label
from rag.text.normal import normalise
from rag.types import claim_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rag.stages.bundle.values import BundledCitation, BundledClaim


def read_bundle(text: str) -> Bundle:
    """Return the bundle that JSON spells; nothing in it is checked yet but its shape.

    Raises:
        RagError: it is no bundle, or one of another version; names the first bad field.
    """
    try:
        return Bundle.model_validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(item) for item in first["loc"]) or "the whole"
        raise RagError(
            f"this is no proof bundle of version {VERSION} ({place}: {first['msg']})",
            advice="make it anew with rag verify --to-bundle",
        ) from error


def check_bundle(
    bundle: Bundle, said: Iterable[Said], footnotes: Mapping[str, str]
) -> list[Problem]:
    """Return what in a bundle does not hold, as far as it shows with no store and no model.

    Args:
        bundle: what was read.
        said: the cited statements of `bundle.report`, in any order.
        footnotes: the footnotes of `bundle.report`: the quote of each label.
    """
    problems: list[Problem] = []
    if bundle.seal != seal_of(bundle):
        problems.append(Problem("seal", "", "the bundle was changed after it was made"))
    if bundle.report_sha256 != checksum(bundle.report):
        problems.append(Problem("report", "", "the report is not the one that was bundled"))
    problems += _compared(bundle.claims, said)
    documents = {(item.key, item.document_id) for item in bundle.references}
    for claim in bundle.claims:
        if claim.support.score < bundle.min_support:
            reason = f"support is {claim.support.score:.2f}, below {bundle.min_support:.2f}"
            problems.append(Problem("support", claim.id, reason))
        for citation in claim.citations:
            problems += _of_citation(citation, documents, footnotes)
    labels = {item.label for claim in bundle.claims for item in claim.citations}
    problems += check_history(unpacked(bundle.history), bundle.report, labels)
    return list(dict.fromkeys(problems))


def _compared(claims: Iterable[BundledClaim], said: Iterable[Said]) -> Iterator[Problem]:
    """Yield the statements of the report that are no claims of the bundle, and the reverse."""
    shown = Counter(_spaced(item) for item in said if item.labels)
    for claim in claims:
        if claim.id != claim_id(claim.text, claim.cells):
            yield Problem("claim", claim.id, f"is not the id of {claim.text!r}")
        place = _spaced(_said(claim))
        if shown[place]:
            shown[place] -= 1
        else:
            yield Problem("claim", claim.id, f"the report does not say so: {claim.text!r}")
    for item in shown.elements():
        words = item.text or " | ".join(item.cells)
        yield Problem("claim", item.labels[0], f"the bundle has no such claim: {words!r}")


def _said(claim: BundledClaim) -> Said:
    return Said(
        section=claim.section,
        form=claim.form,
        text=claim.text,
        cells=claim.cells,
        attribution=claim.attribution,
        calculation=claim.calculation,
        labels=tuple(dict.fromkeys(citation.label for citation in claim.citations)),
    )


def _spaced(said: Said) -> Said:
    """Return the statement in the normal form, in which it is compared."""
    return said._replace(
        text="" if said.cells else normalise(said.text),
        cells=tuple(map(normalise, said.cells)),
        attribution=normalise(said.attribution),
        calculation=normalise(said.calculation),
    )


def _of_citation(
    citation: BundledCitation, documents: set[tuple[str, str]], footnotes: Mapping[str, str]
) -> Iterator[Problem]:
    label, quote, passage = citation.label, normalise(citation.quote), citation.passage
    if (citation.reference_key, citation.document_id) not in documents:
        yield Problem("reference", label, f"{citation.reference_key!r} is not in the bundle")
    start, end = citation.start - passage.start, citation.end - passage.start
    stands = 0 <= start < end <= len(passage.text)
    if not stands or normalise(passage.text[start:end]) != quote:
        yield Problem("quote", label, f"not in its passage at {citation.start}: {quote!r}")
    if label != footnote_label(citation.reference_key, citation.quote):
        yield Problem("label", label, f"is not the label of {quote!r}")
    if label not in footnotes:
        yield Problem("label", label, "the report has no such footnote")
    elif normalise(footnotes[label]) != quote:
        yield Problem("quote", label, f"the footnote has other words than {quote!r}")
