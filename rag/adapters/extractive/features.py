"""Exact features of words: topic, figures, names. Integers only, so that every machine agrees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from rag.text.figures import INSTANCE, WORD, content_words, figures, term_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.adapters.extractive.candidates import Candidate
    from rag.settings import Config
    from rag.types import SectionSpec, Term, TopicSpec

_REASON = re.compile(
    r"\b(?:because|so that|so (?=[a-z]+ )|which (?=[a-z]+s\b)|thanks to|due to|therefore|hence|"
    r"instead of|whereas|rather than|by \w+ing)\b",
    re.IGNORECASE,
)
_RULE = re.compile(
    r"\b(?:use|uses|choose|prefer|select|pick|consider|recommends?|recommended|best for|"
    r"best suited|ideal for|suits?|suited (?:to|for)|(?:best|good|better) fit|right choice|"
    r"should (?:use|run|keep))\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\b(?:when|if|where|for (?:workloads|teams))\b", re.IGNORECASE)
_FIT = re.compile(
    r"\b(?:ideal|best|(?:well|best)[- ]suited|recommended|suitable|useful|designed|optimi[sz]ed|"
    r"speciali[sz]ed|purpose[- ]built) (?:for|when)\b"
    r"|\b(?:especially|particularly) (?:useful|good|helpful) (?:for|in|when|at)\b"
    r"|\badvantage of being\b|\brule of thumb\b"
    r"|\bfor (?:customers|teams|those|users|developers) (?:who|that) (?:want|need|prefer)\b"
    r"|\bif you(?:['’]re| are| want| need| prefer| have| do not have|"
    r" don['’]t (?:have|want|need))\b",
    re.IGNORECASE,
)
_WEIGHS = re.compile(
    r"\b(?:better|worse|faster|slower|cheaper|simpler|easier|harder|lower|higher|less|fewer|"
    r"more [a-z-]+)\b.*\b(?:than|compared (?:to|with)|whereas|over)\b"
    r"|\bat (?:a|the) (?:higher|lower|cost|expense)\b|\btrade-?offs?\b"
    r"|\b(?:more|less) (?:straightforward|flexible|flexibility|efficient|stable|complex)\b"
    r"|\b(?:broader|wider) range of use cases\b",
    re.IGNORECASE,
)
_GOODS = re.compile(
    r"\b(?:costs?|memory|latency|throughput|performance|efficien\w+|stab\w+|quality|speed|"
    r"flexib\w+|runtime|straightforward|use cases|accuracy)\b",
    re.IGNORECASE,
)
"""What is weighed when one thing is chosen over another."""
_ASKS_WHICH = re.compile(
    r"^when (?:should|would|do|to)\b|^(?:which|what)\b.*\b(?:should|choose|best)\b", re.IGNORECASE
)
"""A heading under which it is told when to use what."""
_ABOUT_SOURCES = re.compile(
    r"\b(?:FAQs?|documentation|sources (?:disagree|differ)|archived|launch material|guide|README|"
    r"copy of|according to the)\b"
)
_VAGUE = re.compile(
    r"\b(?:several|various|a number of|many|a lot of|some of the|similar|interesting)\b",
    re.IGNORECASE,
)
_HYPE = re.compile(
    r"\b(?:waves|incredibl[ey]|impressive|amazing|remarkabl[ey]|noteworthy|interesting(?:ly)?|"
    r"popular|hit|consistently|high-quality|massive|unfortunately|recently|nowhere)\b",
    re.IGNORECASE,
)
"""Words of somebody who is impressed: they tell a reader nothing."""
_NOT = re.compile(
    r"\b(?:not(?! only)|cannot|can['’]t|no|nor|never|neither|"
    r"without(?! (?:compromising|sacrificing|losing|giving up)))\b",
    re.IGNORECASE,
)
_PRAISE = re.compile(
    r"\b(?:easily|simply|seamless(?:ly)?|quickly|powerful|cutting-edge|exciting|great|best-in-class|"
    r"you|your)\b",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"\b(?:most|first|(?<!not )only|largest|fastest|biggest|best|never|always|every|entirely|"
    r"purpose-built|record)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"\b[a-z]+ \d[\d,]*(?:\.\d+)? [A-Za-z]|\b(?:two|three|four|five|six|seven|eight|nine|ten|twice|"
    r"hundreds|thousands|millions|billions)\b"
)
"""A number that counts things: after a common word, so that it is no part of a name."""
_ANECDOTE = re.compile(
    r"\b(?:I|my|our|us|we['’](?:ve|re|ll)|customers like|they told|told us|"
    r"we (?!have |launched|announced|added|call|offer|introduced|support|provide|automatically))\b",
    re.IGNORECASE,
)
"""What a speaker tells of himself or of others: worth telling for its figures alone."""
_ANNOUNCED = re.compile(
    r"\b(?:we|I) (?:\w+ )?(?:offer(?:ed)?|announced?|launched?|added|introduced?)\b", re.IGNORECASE
)
_TOLD = 2
"""Names of the field from which something said without a figure is worth repeating."""
_QUOTABLE = 32
_LONG = 34
"""Words beyond which a sentence is heavy to read."""


class Home(NamedTuple):
    """Where in the report some words belong."""

    section: str
    topic: str
    strength: int


class Match(NamedTuple):
    """An element and a service named in one sentence, with its figures, all as written."""

    element: str
    service: str
    figures: tuple[str, ...]


class Lens:
    """Reads words for what the outline asks and the taxonomy names.

    Args:
        config: the outline and the taxonomy.
    """

    def __init__(self, config: Config) -> None:
        taxonomy = config.taxonomy
        self.derived = {item.id for item in config.outline.sections if item.is_derived}
        self._elements = _names((*taxonomy.elements, *taxonomy.models))
        self._models = term_pattern(tuple(_names(taxonomy.models)) or ("\0",))
        self._services = _names(taxonomy.services)
        self._element_pattern = term_pattern(tuple(self._elements))
        self._service_pattern = term_pattern(tuple(self._services))
        topics = [topic for section in config.outline.sections for topic in section.topics]
        terms = [term for topic in topics for term in topic.terms]
        self._field = term_pattern((*self._elements, *self._services, *terms))
        self._topics: list[tuple[SectionSpec, TopicSpec, re.Pattern[str]]] = [
            (section, topic, term_pattern(topic.terms))
            for section in config.outline.sections
            for topic in section.topics
            if topic.form != "matches"
        ]

    def home(self, candidate: Candidate) -> Home | None:
        """Return the one topic that the candidate is most about, or None.

        A function of the candidate and the outline alone: what else was found plays no part, so
        that no words can stand in two sections and none moves when a reference joins.
        """
        best: Home | None = None
        for section, topic, pattern in self._topics:
            if not (topic.rows if candidate.kind == "row" else topic.words or topic.quotations):
                continue  # it would find no room there
            strength = self._strength(candidate, topic, pattern)
            if strength and (best is None or strength > best.strength):
                best = Home(section.id, topic.id, strength)
        return best

    def _strength(self, candidate: Candidate, topic: TopicSpec, pattern: re.Pattern[str]) -> int:
        inside = _told(pattern, candidate.text, 5)
        title = candidate.evidence.document.title  # says what all of it is about, hence nothing
        headings = " / ".join(name for name in candidate.headings if name != title)
        above = _told(pattern, headings, 3)
        if candidate.kind == "row":
            if topic.tables and _same_header(candidate.header, topic.tables):
                # What a rule tells to use says more of its place than when.
                return 1000 + inside + above + _told(pattern, candidate.cells[1], 3)
            # All rows of a table belong together, so what they share decides.
            header = _told(pattern, " / ".join(candidate.header), 3)
            return 0 if topic.form == "rules" else above + header
        if not inside:
            return 0
        if topic.form == "rules":
            return 20 + inside + above if self._guides(candidate, topic.terms) else 0
        return inside + above

    def _guides(self, candidate: Candidate, terms: Sequence[str] = ()) -> bool:
        """Whether a candidate helps to choose: by its words, or by what its heading asks."""
        if self.is_rule(candidate.text):
            return True
        if candidate.spoken:
            return False
        asked = any(_ASKS_WHICH.search(name) for name in candidate.headings[-1:])
        named = self._service_pattern.search(candidate.text)
        is_of_services = self._service_pattern.search(" / ".join(terms))
        return bool(asked and named) or (not is_of_services and self._weighs(candidate.text))

    def is_rule(self, text: str) -> bool:
        """Whether a sentence says when to use what: a choice, a condition and a name."""
        named = self._service_pattern.search(text) or self._element_pattern.search(text)
        chosen = _FIT.search(text) or (_RULE.search(text) and _CONDITION.search(text))
        return bool(named and chosen)

    def _weighs(self, text: str) -> bool:
        """Whether a sentence weighs things of the field against each other, in words.

        One that does so in figures is a finding of its topic.
        """
        weighed = _WEIGHS.search(text) and _GOODS.search(text) and not figures(text)
        return bool(weighed and len(self._names(text)) >= _TOLD)

    def has_substance(self, candidate: Candidate) -> bool:
        """Whether a sentence tells a reader something: a figure, a service, or a reason."""
        text = candidate.text
        if candidate.lead and not self._adds(candidate):
            return False
        measured, services = figures(text), self.services(text)
        elements = self.elements(text)
        if candidate.spoken:
            counted = measured or _COUNT.search(text)
            several = len(self._names(text)) >= _TOLD and not _ANECDOTE.search(text)
            told = bool(counted and (services or elements)) or bool(services and several)
            return told or self.is_rule(text)
        names = len(self._names(text))
        reasoned = _REASON.search(text) or names > _TOLD or self._guides(candidate)
        return bool(measured or services or (elements and names >= _TOLD) or (names and reasoned))

    def _adds(self, candidate: Candidate) -> bool:
        """Whether the second of two sentences says more of what the first one names."""
        before = self._names(candidate.lead)
        rest = candidate.text.removeprefix(candidate.lead)
        new = {name for name in self._names(rest) if not any(name in old for old in before)}
        return bool(before and (figures(rest) or new))

    def _names(self, text: str) -> frozenset[str]:
        """Return the names of the field that a text names: services, elements, terms of topics."""
        found = {_plain(match[0]).rstrip("s") for match in self._field.finditer(text)}
        return frozenset(found | {match[0] for match in INSTANCE.finditer(text)})

    def is_quotable(self, candidate: Candidate) -> bool:
        """Whether something said carries weight without a figure: a name and a superlative."""
        short = len(WORD.findall(candidate.text)) <= _QUOTABLE
        named = self._service_pattern.search(candidate.text)
        strong = _STRONG.search(candidate.text) and not _HYPE.search(candidate.text)
        told = _ANNOUNCED.search(candidate.text)
        return candidate.spoken and short and bool(named and strong and not told)

    def merit(self, candidate: Candidate, strength: int) -> int:
        """Return how much a reader gains from the candidate, as an integer; greater is better."""
        text = candidate.text
        measured = min(len(figures(text)), 3)
        services = min(len(self.services(text)), 2)
        elements = min(len(self.elements(text)), 2)
        score = 2 * min(strength, 24) + 5 * measured + 4 * services + 4 * elements
        score += 4 if services and elements else 0
        score += 3 if _REASON.search(text) else 0
        score += 2 * min(self._wanted(candidate), 3)
        score -= max(0, len(WORD.findall(text)) - _LONG)
        score -= 4 if _VAGUE.search(text) else 0
        score -= 6 * min(len(_HYPE.findall(text)), 2)
        score -= 8 if _ABOUT_SOURCES.search(text) else 0
        if candidate.spoken:
            # Everyone who speaks says "you"; what makes speech worth repeating is its figures.
            return score - 6 + (6 if measured else 0) - (4 if _ANECDOTE.search(text) else 0)
        score -= 3 * min(len(_PRAISE.findall(text)), 4)
        return score

    def _wanted(self, candidate: Candidate) -> int:
        """Return how many words of the user's instruction the candidate shares."""
        instruction = candidate.evidence.reference.instruction
        return len(content_words(instruction) & candidate.words) if instruction else 0

    def services(self, text: str) -> list[str]:
        """Return the services and instances that a text names, as written, in order, each once."""
        found = [*self._service_pattern.finditer(text), *INSTANCE.finditer(text)]
        names, reached = [], 0
        for match in sorted(found, key=lambda match: (match.start(), -match.end())):
            if match.start() >= reached:  # `trn2` inside `trn2.48xlarge` is no name of its own
                names.append(match[0])
                reached = match.end()
        return _once(names)

    def elements(self, text: str) -> list[str]:
        """Return the elements of the field that a text names, as written, each once."""
        return _once([match[0] for match in self._element_pattern.finditer(text)])

    def match(self, text: str) -> Match | None:
        """Return the element and the service that a text brings together with a figure."""
        services, measured = self.services(text), figures(text)
        if not (services and measured) or _ABOUT_SOURCES.search(text) or _NOT.search(text):
            return None
        # An element that is part of a service's name (Model Distillation) matches nothing.
        named = " / ".join(map(_plain, services))
        elements = [item for item in self.elements(text) if _plain(item) not in named]
        if not elements:
            return None
        return Match(elements[0], services[0], tuple(_once(measured)[:3]))

    def worth(self, text: str) -> int:
        """Return how much of a section a claim sums up: figures, services, elements, reasons."""
        score = 3 * min(len(figures(text)), 3) + 3 * min(len(self.services(text)), 2)
        score += 2 * min(len(self.elements(text)), 2) + (2 if _REASON.search(text) else 0)
        return score - (8 if _ABOUT_SOURCES.search(text) else 0)

    def family(self, match: Match) -> tuple[str, str]:
        """Return the taxonomy's own names for a match: one row each is enough."""
        return (
            self._elements.get(_plain(match.element), _plain(match.element)),
            self._services.get(_plain(match.service), _plain(match.service)),
        )


def _names(terms: Sequence[Term]) -> dict[str, str]:
    names: dict[str, str] = {}
    for term in terms:
        for alias in (term.name, *term.aliases):
            names[_plain(alias)] = term.name
    return names


def _plain(name: str) -> str:
    return re.sub(r"[\s-]+", " ", name.lower())


def _once(names: Sequence[str]) -> list[str]:
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(_plain(name), name)
    return list(seen.values())


def _told(pattern: re.Pattern[str], text: str, most: int) -> int:
    """Return how much of a topic a text names: longer terms are narrower and count more."""
    found = {_plain(match[0]).rstrip("s") for match in pattern.finditer(text)}
    weights = sorted((1 + 2 * len(term.split()) for term in found), reverse=True)
    return sum(weights[:most])


def _same_header(header: tuple[str, ...], tables: tuple[tuple[str, ...], ...]) -> bool:
    plain = tuple(map(_plain, header))
    return any(plain == tuple(map(_plain, table)) for table in tables)
