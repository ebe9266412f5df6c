"""A report with its proofs → the bundle, as canonical JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.stages.bundle.past import packed
from rag.stages.bundle.sealing import canonical, checksum, seal_of
from rag.stages.bundle.values import (
    VERSION,
    Bundle,
    BundledCitation,
    BundledClaim,
    BundledReference,
    Passage,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rag.stages.bundle.values import BundleRules, Proof
    from rag.types import Citation, Document, History, Reference


def make_bundle(  # noqa: PLR0913 - each is another source
    report: str,
    proofs: Sequence[Proof],
    *,
    references: Mapping[str, Reference],
    documents: Mapping[str, Document],
    rules: BundleRules,
    history: History,
) -> str:
    """Return the bundle of a report as canonical JSON.

    Args:
        report: the report's text; valid Unicode.
        proofs: the claims that stand in it, in order.
        references: by key, all that are cited.
        documents: by id, all that are cited.
        rules: what the claims were held to.
        history: all editions that led to the report.
    """
    cited = {
        (citation.reference_key, citation.document_id)
        for proof in proofs
        for citation in proof.claim.citations
    }
    bundle = Bundle(
        version=VERSION,
        report=report,
        report_sha256=checksum(report),
        outline=rules.outline.model_dump_json(),
        names=rules.names,
        min_support=rules.min_support,
        min_support_named=rules.min_support_named,
        references=tuple(
            _reference(references[key], documents[document]) for key, document in sorted(cited)
        ),
        claims=tuple(_claim(proof, documents) for proof in proofs),
        history=packed(history),
        seal="",
    )
    return canonical(bundle.model_copy(update={"seal": seal_of(bundle)}).model_dump(mode="json"))


def _reference(reference: Reference, document: Document) -> BundledReference:
    return BundledReference(
        key=reference.key,
        title=document.title or reference.title,
        locator=reference.locator,
        source_sha256=document.source_sha256,
        document_id=document.id,
        date=document.date,
    )


def _claim(proof: Proof, documents: Mapping[str, Document]) -> BundledClaim:
    claim = proof.claim
    return BundledClaim(
        id=claim.id,
        section=proof.section,
        text=claim.text,
        cells=claim.cells,
        attribution=claim.attribution,
        calculation=claim.calculation,
        form=proof.form,
        citations=tuple(
            BundledCitation(
                **citation.model_dump(),
                passage=_passage(documents[citation.document_id], citation),
                around=around,
                speakers=speakers,
            )
            for citation, (around, speakers) in zip(claim.citations, proof.around, strict=True)
        ),
        support=proof.support,
    )


def _passage(document: Document, citation: Citation) -> Passage:
    """Return the parts of the document that the citation's span touches, and all between."""
    touched = [
        part for part in document.parts if part.start < citation.end and citation.start < part.end
    ]
    start = min([citation.start, *(part.start for part in touched)])
    end = max([citation.end, *(part.end for part in touched)])
    return Passage(start=start, text=document.text[start:end])
