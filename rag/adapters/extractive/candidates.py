"""Evidence → candidates: the sentences, table rows and quotations that can stand alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from rag.text.figures import WORD, content_words
from rag.text.sentences import sentence_spans
from rag.types import Evidence, Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rag.types import Part

Kind = Literal["sentence", "row", "quotation"]

_MIN_WORDS, _MAX_WORDS = 8, 48
_MAX_SPOKEN_WORDS = 40

# Openers that lean on a sentence before: alone, nobody knows what they speak of.
_LEANING = re.compile(
    r"(?:this|that|these|those|it|its|they|their|them|he|his|she|her|such|here|there|however|also|"
    r"additionally|moreover|furthermore|but|and|so|or|nor|then|thus|therefore|hence|similarly|"
    r"likewise|instead|another|other|others|both|either|neither|yet|still|again|otherwise|"
    r"meanwhile|conversely|consequently|accordingly|specifically|overall|note|notice|recall|"
    r"finally|first|firstly|second|secondly|third|next|lastly|now|okay|ok|well|sure|yes|no|"
    r"because|since|unlike|like|of course|in addition|in contrast|in other words|in fact|"
    r"in particular|in this|in that|in these|in short|in turn|for example|for instance|"
    r"as mentioned|as you|as we|as shown|as discussed|as a result|on the other hand|"
    r"at the same time|at this|at that|with this|with that|with these|to do (?:this|that|so)|"
    r"for this|for these|for more|by the way|the (?:former|latter|above|following|same|next|"
    r"previous|second|third|other|rest|figure|diagram|image|picture|graph|chart|plot|table|answer|"
    r"result|reason|idea|point|difference|article|section|authors?)|"
    r"let|let's|let’s|imagine|suppose|remember|please|below|above|each|like \w+ (?:said|mentioned)|if you (?:look|remember|recall)|what|"
    r"interestingly|surprisingly|notably|basically|essentially|for that|before discussing|"
    r"you(?:'ll|’ll| will| are| may| might| have| would)|to summari[sz]e|to sum up|in summary|"
    r"despite being|the (?:perhaps |only |most |more |main |key |big |other )*(?:interesting|notable|"
    r"takeaway|difference|aspect|highlight)|(?:a|an|one)(?: [a-z]+){0,4} (?:tidbit|aspect|thing|"
    r"takeaway)|all (?:of )?(?:this|these|that))\b",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\b(?:(?:this|these|those) (?:[a-z-]+ ){0,2}[a-z-]+|figure \d|fig\. ?\d|table \d|see (?:the|our|below|above|"
    r"also|here|ref)|(?:shown|described|listed|mentioned|discussed) (?:in|above|below|earlier)|"
    r"as follows|the following|above\b|below[.,]|click|subscribe|sign (?:up|in)|log ?in|cookies?|"
    r"read more|learn more|table of contents|all rights reserved|this (?:article|post|page|"
    r"section|guide|document|brief)|for more (?:information|details)|refer to|let's|let’s|recap|"
    r", however,|, though[.,]|as well[.]|\(again\))",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"\b(?:I|I'm|I’m|I've|I’ve|me|my|us|[Ww]e|[Ww]e['’](?:re|ve|ll)|[Oo]urs?)\b")
_SMALL_TALK = re.compile(
    r"\b(?:thank|thanks|welcome|excited|thrilled|happy|please|applause|audience|stage|keynote|"
    r"re:invent|session|talk about|tell you|show you|you know|kind of|sort of|gonna|wanna|right\?|"
    r"hello|good morning|let me|let's|let’s|I'd like|I’d like|guess|amazing|awesome|incredible|"
    r"super|wow|joining|join us|honou?r)\b",
    re.IGNORECASE,
)
_DISCOURSE = re.compile(
    r"(?:(?:and|so|now|but|well|ok|okay|look|again|also|actually|in fact|of course|today|you see|"
    r"as you know|as I said|for example|first|second|third|finally|secondly|next|interestingly),? )+",
    re.IGNORECASE,
)
_SPOKEN_LEANING = re.compile(
    r"(?:this|that|that's|that’s|these|those|it|it's|it’s|its|they|they're|they’re|their|he|she|"
    r"here|here's|here’s|there|there's|there’s|which|who|because|then|or|one|some|what|why|how|"
    r"the (?:first|second|third|next|other|same|reason|result|answer)|"
    r"like \w+ (?:said|mentioned)|such|another|both|by doing|with (?:this|that|these)|if you|when you|you|to do|let)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"^[\"“](?P<words>.+)[\"”]\s*(?:—|–|--|-)\s*(?P<who>.+)$", re.DOTALL)
_CLOSED = re.compile(r"[.!][\"”’)\]]*$")
_REFERENCE_MARK = re.compile(r"\[\d+\]")
_SOURCE_LINE = re.compile(r"(?:sources?|references?|see also|tip|note|caption|image|photo|credit)s?:", re.I)
_PRONOUN = re.compile(r"\b(?:it|its|it's|it’s|they|their|them|he|she|his|her)\b", re.IGNORECASE)
_NAME = re.compile(r"(?<!^)\b(?:[A-Z][\w.-]*|[a-z]+\d[\w.-]*)")
_NAMELIKE = re.compile(r"^(?:[a-z]{1,3}\d|[a-z]+[A-Z])")


class Candidate(Value):
    """Words of a reference that can become a claim."""

    kind: Kind
    text: str
    """As it stands in the document, apart from white space."""
    start: int
    end: int
    evidence: Evidence
    headings: tuple[str, ...]
    attribution: str = ""
    """Who said it: for quotations and for speech."""
    spoken: bool = False
    cells: tuple[str, ...] = ()
    header: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[str, int]:
        """Where it stands: an order that does not depend on how evidence was found."""
        return self.evidence.reference.key, self.start

    @property
    def words(self) -> frozenset[str]:
        """Its content words, for comparison with others."""
        return content_words(self.text)


def candidates(evidence: Iterable[Evidence]) -> list[Candidate]:
    """Return what can be quoted from the evidence, each once, by reference and position."""
    found: dict[tuple[str, int], Candidate] = {}
    for item in evidence:
        for candidate in _from_chunk(item):
            found.setdefault(candidate.place, candidate)
    return [found[place] for place in sorted(found)]


def _from_chunk(evidence: Evidence) -> Iterator[Candidate]:
    document, chunk = evidence.document, evidence.chunk
    for part in document.parts:
        if part.end <= chunk.start or part.start >= chunk.end:
            continue
        if part.kind == "row":
            yield from _row(evidence, part)
        elif part.kind in {"paragraph", "item", "quote", "speech"}:
            yield from _prose(evidence, part)


def _prose(evidence: Evidence, part: Part) -> Iterator[Candidate]:
    document, chunk = evidence.document, evidence.chunk
    text = part.span.of(document.text)
    if quoted := _QUOTED.match(text):
        start = part.start + quoted.start("words")
        if chunk.start <= start and start + len(quoted["words"]) <= chunk.end:
            yield _candidate(evidence, part, "quotation", start, part.start + quoted.end("words"))
        return
    if part.kind == "quote" or _SOURCE_LINE.match(text):
        return  # a quotation without a speaker is nobody's
    spoken = document.speech or part.kind == "speech"
    for start, end in sentence_spans(document.text, part.start, part.end):
        if start < chunk.start or end > chunk.end:
            continue
        begin = start + _spoken_start(document.text[start:end]) if spoken else start
        said = document.text[begin:end]
        if spoken and begin > start:
            said = said[:1].upper() + said[1:]  # a capital would stand here but for the "and"
        if stands_alone(said, spoken=spoken):
            yield _candidate(evidence, part, "sentence", begin, end)


def _candidate(evidence: Evidence, part: Part, kind: Kind, start: int, end: int) -> Candidate:
    document = evidence.document
    spoken = document.speech or part.kind == "speech"
    attribution = ""
    if kind == "quotation":
        match = _QUOTED.match(part.span.of(document.text))
        attribution = match["who"].strip() if match else ""
    elif spoken:
        attribution = f"{part.speaker}, {document.title}" if part.speaker else document.title
    return Candidate(
        kind=kind,
        text=" ".join(document.text[start:end].split()),
        start=start,
        end=end,
        evidence=evidence,
        headings=part.headings,
        attribution=attribution,
        spoken=spoken,
    )


def _row(evidence: Evidence, part: Part) -> Iterator[Candidate]:
    document, chunk = evidence.document, evidence.chunk
    if part.header is None or part.start < chunk.start or part.end > chunk.end:
        return
    header, cells = row_cells(part.header.of(document.text)), row_cells(part.span.of(document.text))
    inner = part.span.of(document.text).strip("| \t")
    start = document.text.index(inner, part.start)
    if len(cells) != len(header) or len(cells) < 2 or not all(header):  # noqa: PLR2004 - a list is no table
        return
    if sum(bool(cell) for cell in cells) < 2 or not cells[0]:  # noqa: PLR2004 - nothing is said
        return
    yield Candidate(
        kind="row",
        text=" ".join(inner.split()),
        start=start,
        end=start + len(inner),
        evidence=evidence,
        headings=part.headings,
        cells=cells,
        header=header,
    )


def row_cells(line: str) -> tuple[str, ...]:
    r"""Return the cells of a Markdown table row; `\|` is a bar inside a cell."""
    inner = line.strip().removeprefix("|")
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return tuple(cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inner))


def _spoken_start(sentence: str) -> int:
    """Return where a spoken sentence begins to say something, after "And so, now …"."""
    match = _DISCOURSE.match(sentence)
    return match.end() if match else 0


def stands_alone(sentence: str, *, spoken: bool = False) -> bool:
    """Whether a sentence is whole and can be understood without its neighbours."""
    words = WORD.findall(sentence)
    longest = _MAX_SPOKEN_WORDS if spoken else _MAX_WORDS
    if not _MIN_WORDS <= len(words) <= longest or not _CLOSED.search(sentence):
        return False
    if not _is_balanced(sentence) or _REFERENCE_MARK.search(sentence):
        return False
    if _SOURCE_LINE.match(sentence):
        return False
    if spoken and (not sentence[0].isupper() or re.search(r"[.?!] [A-Z]", sentence)):
        return False
    if spoken:
        return not (_SPOKEN_LEANING.match(sentence) or _SMALL_TALK.search(sentence))
    begins = sentence[0].isupper() or sentence[0].isdigit() or bool(_NAMELIKE.match(sentence))
    if not begins or _LEANING.match(sentence) or _POINTING.search(sentence):
        return False
    if _is_pronoun_first(sentence):
        return False
    return not _FIRST_PERSON.search(_without_quotations(sentence))


def _is_pronoun_first(sentence: str) -> bool:
    """Whether a pronoun comes before anything it could stand for."""
    pronoun = _PRONOUN.search(sentence)
    if pronoun is None:
        return False
    name = _NAME.search(sentence)
    begins_named = bool(re.match(r"(?:Amazon|AWS|[A-Z][\w-]*[A-Z0-9])", sentence))
    return not begins_named and (name is None or name.start() > pronoun.start())


def _without_quotations(sentence: str) -> str:
    return re.sub(r"[\"“][^\"”]*[\"”]", "", sentence)


def _is_balanced(sentence: str) -> bool:
    pairs: Sequence[tuple[str, str]] = (("(", ")"), ("[", "]"), ("“", "”"))
    return sentence.count('"') % 2 == 0 and all(
        sentence.count(left) == sentence.count(right) for left, right in pairs
    )


