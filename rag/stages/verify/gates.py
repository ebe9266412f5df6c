"""One claim → its citations with their spans, or the verdict by which it falls.

The gates of what can be computed: a claim is cited, its evidence was given, its quotations are
verbatim and ascribed to who said them, its figures, names and calculations stand in its passages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rag.stages.verify.bearing import bears
from rag.stages.verify.support import Question, objection
from rag.stages.verify.verbatim import find_whole, in_own_words, is_verbatim, stands_in_one
from rag.text.calculations import check, missing_operands, parse
from rag.text.figures import WORD
from rag.text.labels import footnote_label
from rag.text.names import Name, missing_names
from rag.text.normal import find_quote, normalise
from rag.text.printable import turned
from rag.text.quantities import missing
from rag.text.quotations import QUOTED, Sayer, quoted_words, sayer
from rag.text.sentences import statement_spans
from rag.text.torn import taken_back
from rag.types import Citation, Claim, Rejected, claim_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rag.stages.verify.rules import Rules
    from rag.stages.verify.support import Support
    from rag.types import Document, Evidence, Part, ProposedClaim, Span, Verdict

_CONTEXT = 1500
"""Characters of a paragraph beyond which only the quote's own surroundings are a passage."""


class Ground(NamedTuple):
    """A citation with what the gates need to know of the passage it stands in."""

    citation: Citation
    passage: str
    """The quote with its paragraph, under the header of its table."""
    around: str
    """What says of what it speaks: title, headings, header, speaker."""
    speakers: frozenset[str]
    """To whom its words may be ascribed."""
    sentences: str
    """The whole sentences of which the quote is, or is a part."""


class Held(NamedTuple):
    """A claim that the computable gates let through."""

    claim: Claim
    question: Question | None
    """What is left to ask: whether its passages entail it. None for verbatim words."""


def check_claim(
    proposal: ProposedClaim, by_key: Mapping[str, Evidence], rules: Rules, form: str = "bullets"
) -> Held | Rejected:
    """Return the claim with its citations' spans, or the first verdict against it.

    A citation beside others that bears nothing of the claim is left out.

    Args:
        proposal: what a writer proposed.
        by_key: the evidence that the writer was given.
        rules: the names of the field.
        form: the form of the block it stands in.
    """
    if not proposal.citations:
        return Rejected(claim=proposal, verdict="uncited", reason="no citation")
    grounds: list[Ground] = []
    for proposed in proposal.citations:
        item = by_key.get(proposed.evidence)
        if item is None:
            reason = f"{proposed.evidence!r} is no evidence that was given"
            return Rejected(claim=proposal, verdict="evidence_unknown", reason=reason)
        span = find_quote(item.chunk.text, proposed.quote)
        if span is None:
            reason = f"these words do not stand in {proposed.evidence}: {proposed.quote!r}"
            return Rejected(claim=proposal, verdict="quote_absent", reason=reason)
        grounds.append(ground(_citation(item, *span), item.document))
    words = f"{_words(proposal.text, proposal.cells)} {proposal.calculation}"
    if len(grounds) > 1:
        grounds = [item for item in grounds if not _is_idle(words, item)] or grounds
    cells = proposal.cells if form == "table" else ()  # elsewhere nobody sees them
    claim = Claim(
        id=claim_id(proposal.text, cells),
        text=_line(proposal.text),
        cells=tuple(map(_line, cells)),
        attribution=proposal.attribution,
        citations=tuple(item.citation for item in grounds),
        calculation=_line(proposal.calculation),
        repeats=proposal.repeats,
    )
    for verdict, reason in against(claim, grounds, rules, form):
        return Rejected(claim=proposal, verdict=verdict, reason=reason)
    return Held(claim, question(claim, grounds, rules))


def _line(words: str) -> str:
    """Return words on one line: a line of their own would be a heading, a row or a list."""
    return " ".join(words.split())


def ground(citation: Citation, document: Document) -> Ground:
    """Return a citation with what its document says of it."""
    return Ground(
        citation,
        _passage(citation, document),
        _surroundings(citation, document),
        frozenset(_speakers(citation, document)),
        _sentences(citation, document),
    )


def against(
    claim: Claim, grounds: Sequence[Ground], rules: Rules, form: str = "bullets"
) -> Iterator[tuple[Verdict, str]]:
    """Yield what can be computed against a claim whose quotes stand: verdicts with their reasons.

    Args:
        claim: the claim.
        grounds: what it stands on.
        rules: the names of the field.
        form: the form of the block it stands in.
    """
    words = _words(claim.text, claim.cells)
    said = "\n".join(item.citation.quote for item in grounds)
    made = ""
    yield from _not_to_be_read(claim, words)
    if claim.calculation:
        calculation = parse(claim.calculation)
        if calculation is None or not check(calculation):
            yield "calculation_wrong", f"it does not come out: {claim.calculation}"
            return
        if normalise(calculation.text) != normalise(claim.calculation):
            yield "calculation_wrong", f"it says more than a calculation: {claim.calculation}"
        if lacking := [item.text for item in missing_operands(calculation, said)]:
            yield "number_absent", f"not in the cited passages: {', '.join(lacking)}"
        made = f"\n{calculation.result.text}"
    verbatim = is_verbatim(claim.text, claim.cells, claim.citations)
    if not verbatim and (absent := [item.text for item in missing(words, said + made)]):
        yield "number_absent", f"not in the cited passages: {', '.join(absent)}"
    if known := [item.text for item in _lacking(claim, grounds, rules) if item.is_known]:
        yield "name_absent", f"not in the cited passages: {', '.join(dict.fromkeys(known))}"
    yield from _misquoted(claim, grounds, words, form)
    whole = f"{words} {claim.calculation}"
    if len(grounds) > 1 and (idle := [item for item in grounds if _is_idle(whole, item)]):
        yield "misattributed", f"nothing of it stands in {idle[0].citation.quote!r}"
    if torn := [word for item in grounds if (word := taken_back(claim.text, item.sentences))]:
        yield "not_entailed", f"its sentence goes with {torn[0]!r}, which is left out"


def _not_to_be_read(claim: Claim, words: str) -> Iterator[tuple[Verdict, str]]:
    if not any(char.isalnum() for char in words):
        yield "uncited", "it says nothing"
    if mark := turned(f"{words} {claim.attribution} {claim.calculation}"):
        yield "not_entailed", f"a page shows it in another order than it stands in: it has {mark}"


def _is_idle(words: str, item: Ground) -> bool:
    return not bears(words, f"{item.citation.quote}\n{item.sentences}")


def _misquoted(
    claim: Claim, grounds: Sequence[Ground], words: str, form: str
) -> Iterator[tuple[Verdict, str]]:
    quotes = [normalise(item.citation.quote) for item in grounds]
    is_quotation = form == "quotation" or bool(claim.attribution)
    quoted = [claim.text, *claim.cells[-1:]] if is_quotation else []  # both are shown as said
    if any(not stands_in_one(item, quotes) for item in quoted):
        yield "quote_absent", "a quotation is verbatim, or none"
    for item in quoted_words(words):
        if not stands_in_one(item.rstrip(".,;:!?"), quotes):
            yield "quote_absent", f"nobody said so: {item!r}"
        elif not is_quotation and (who := _put_in_mouth(words, item, grounds)):
            yield "misattributed", f"it was not {who} who said {item!r}"
    if not is_quotation:
        return
    if not claim.attribution:
        yield "misattributed", "a quotation names who said it"
    elif not any(claim.attribution in item.speakers for item in grounds):
        yield "misattributed", f"it was not {claim.attribution!r} who said it"


def _put_in_mouth(words: str, quoted: str, grounds: Sequence[Ground]) -> str:
    """Return who is said to have said something quoted, if no passage with it says so."""
    claimed = sayer(normalise(words), normalise(quoted))
    if claimed is None:
        return ""
    bare = normalise(quoted).rstrip(".,;:!?")
    for item in grounds:
        if bare in normalise(item.citation.quote):
            own = sayer(normalise(item.sentences), bare)
            around = frozenset(WORD.findall(" ".join((item.around, *item.speakers))))
            if _is_same(claimed, own, around):
                return ""
    return " ".join(sorted(claimed.words, key=words.find))


def _is_same(claimed: Sayer, own: Sayer | None, around: frozenset[str]) -> bool:
    """Whether the words that say who said something are those of the passage's own sayer.

    Where that has a name, a word of it is needed: Jane Doe, who leads the team, is not the team.
    """
    there, head = (own.words, own.head) if own else (frozenset[str](), frozenset[str]())
    names = {word for word in head if word[:1].isupper()}
    if own and names:
        there |= own.more
    known = {word.lower() for word in there | around}
    is_known = {word.lower() for word in claimed.words} <= known
    return is_known and (not names or bool(claimed.words & (names | around)))


def _lacking(claim: Claim, grounds: Sequence[Ground], rules: Rules) -> list[Name]:
    """Return the names of a claim that neither its passages have nor what stands around them."""
    words = claim.calculation
    if not is_verbatim(claim.text, claim.cells, claim.citations):
        words = f"{_words(claim.text, claim.cells)} ({words})"
    there = [item.citation.quote for item in grounds] + [item.around for item in grounds]
    return missing_names(words, "\n".join(there), rules.names)


def question(claim: Claim, grounds: Sequence[Ground], rules: Rules) -> Question | None:
    """Return what is left to ask of a claim that can be computed no further; None if nothing is.

    Of sentences that share a footnote those are asked that are not the passage's own: one of them
    does not bear out what stands beside it.

    Args:
        claim: one against which nothing can be computed.
        grounds: what it stands on.
        rules: the names of the field.
    """
    strange = strange_names(claim, grounds, rules)
    if is_verbatim(claim.text, claim.cells, claim.citations) and not strange:
        return None
    passage = "\n".join(dict.fromkeys(item.passage for item in grounds))
    words = _words(claim.text, claim.cells)
    quotes = [item.citation.quote for item in grounds]
    return Question(words if claim.cells else in_own_words(words, quotes), passage, strange)


def strange_names(claim: Claim, grounds: Sequence[Ground], rules: Rules) -> tuple[str, ...]:
    """Return the names that a claim's passages lack, of no service, model or instance."""
    lacking = (item.text for item in _lacking(claim, grounds, rules) if not item.is_known)
    return tuple(dict.fromkeys(lacking))


def _speakers(citation: Citation, document: Document) -> Iterator[str]:
    for part in _parts(document, citation):
        if quoted := QUOTED.match(part.span.of(document.text)):
            who = " ".join(quoted["who"].split())
            yield from (who, who.split(",")[0])
        elif part.speaker:
            yield from (part.speaker, f"{part.speaker}, {document.title}")
        elif not document.brief_of:  # a brief's words are not those of the work it sums up
            yield document.title
            if document.author and not document.speech:
                yield from (document.author, f"{document.author}, {document.title}")


def stands_on(
    claim: Claim, grounds: Sequence[Ground], rules: Rules, support: Support | None = None
) -> bool:
    """Whether a claim holds on these grounds of it alone.

    Args:
        claim: one that holds on all of its grounds.
        grounds: some of them.
        rules: the names of the field.
        support: scores whether passages entail claims that are not verbatim; not asked if None.
    """
    alone = claim.model_copy(update={"citations": tuple(item.citation for item in grounds)})
    if not grounds or any(against(alone, grounds, rules)):
        return False
    asked = question(alone, grounds, rules)
    if asked is None:
        return True
    score = support([asked])[0] if support else None
    return objection(asked, score, rules) is None


def _words(text: str, cells: Sequence[str]) -> str:
    more = [cell for cell in cells if not find_whole(normalise(cell), normalise(text))]
    return " | ".join((text, *more))


def _citation(item: Evidence, start: int, end: int) -> Citation:
    chunk = item.chunk
    quote = chunk.text[start:end]
    return Citation(
        label=footnote_label(item.reference.key, quote),
        reference_key=item.reference.key,
        document_id=chunk.document_id,
        start=chunk.start + start,
        end=chunk.start + end,
        quote=quote,
    )


def _parts(document: Document, citation: Citation) -> list[Part]:
    return [
        part for part in document.parts if part.start < citation.end and citation.start < part.end
    ]


def _sentences(citation: Citation, document: Document) -> str:
    spans = ((part.start, part.end) for part in _parts(document, citation))
    found = [sentences_at(document.text, citation, *span) for span in spans]
    return " ".join(filter(None, found)) or citation.quote


def sentences_at(text: str, span: Citation | Span, start: int, end: int) -> str:
    """Return the whole sentences of `text[start:end]` that a span touches."""
    touched = [
        text[first:last]
        for first, last in statement_spans(text, start, end)
        if first < span.end and span.start < last
    ]
    return ("\n" if any("\n" in item for item in touched) else " ").join(touched)


def _passage(citation: Citation, document: Document) -> str:
    """Return the quote with the paragraph that it stands in, under its table's header."""
    lines = []
    for part in _parts(document, citation):
        header = part.header.of(document.text) if part.header else ""
        words = part.span.of(document.text)
        lines += [header, words if len(words) <= _CONTEXT else citation.quote]
    return "\n".join(line for line in lines if line) or citation.quote


def _surroundings(citation: Citation, document: Document) -> str:
    told = [document.title]
    for part in _parts(document, citation):
        told += [*part.headings, part.speaker]
        told.append(part.header.of(document.text) if part.header else "")
    return "\n".join(word for word in dict.fromkeys(told) if word)
