"""The extractive writer: candidates ranked, chosen and arranged into drafts."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from rag.adapters.extractive.answers import Answering
from rag.adapters.extractive.candidates import Candidate, candidates
from rag.adapters.extractive.choice import Choice, Ranked, distinct, rows, within
from rag.adapters.extractive.derived import match_table, summary
from rag.adapters.extractive.features import Lens
from rag.adapters.extractive.repetition import repeated, says_it_too
from rag.text.again import says_again
from rag.text.figures import WORD, figures
from rag.types import (
    Block,
    Draft,
    ProposedCitation,
    ProposedClaim,
    SectionTask,
    Settled,
    claim_id,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rag.ports import PairScorer
    from rag.settings import Config
    from rag.types import QuestionTask, Rejected, TopicSpec

_FINDING_WORDS = 34


class ExtractiveWriter:
    """Arranges verbatim sentences, table rows and quotations. See `Writer`.

    Args:
        config: the outline and the taxonomy.
        scorer: says which words answer a question best; it has no say in a section.
    """

    name = "extractive"
    outranks = True

    def __init__(self, config: Config, scorer: PairScorer | None = None) -> None:
        self._lens = Lens(config)
        self._answering = Answering(config.settings.ask, scorer)

    def forecast(self, task: SectionTask) -> tuple[()]:  # noqa: ARG002 - the port's
        """See `Writer.forecast`: it asks nobody."""
        return ()

    def at_once(self, drafts: int) -> int:  # noqa: ARG002 - the port's
        """See `Writer.at_once`: it waits for nobody."""
        return 1

    def write_section(self, task: SectionTask) -> Draft:
        """See `Writer.write_section`."""
        if task.spec.form == "summary":
            return Draft(blocks=tuple(summary(task, self._lens)))
        homes = self._homes(task)
        choices: dict[str, Choice] = {}
        for topic in task.spec.topics:
            told = [item for choice in choices.values() for item in choice.chosen]
            choices[topic.id] = self._choose(topic, homes[topic.id], told)
        chosen = {name: choice.chosen for name, choice in choices.items()}
        blocks: list[Block] = []
        finding = _finding(chosen, self._lens)
        if finding:
            blocks.append(Block(form="finding", claims=(_claim(finding),)))
        for topic in task.spec.topics:
            body = match_table(topic, task, self._lens) if topic.form == "matches" else []
            body += _arranged(topic, chosen[topic.id], without=finding)
            if body:
                blocks.append(Block(form="heading", text=topic.heading))
                blocks += _led_in(topic, body)
        return Draft(
            blocks=tuple(_grounded(blocks, choices.values())),
            settled=_settled(task, choices.values()),
        )

    def revise(
        self,
        task: SectionTask | QuestionTask,
        rejected: Sequence[Rejected],
    ) -> list[ProposedClaim | None]:
        """See `Writer.revise`. A section has nothing better; an answer has what came next."""
        if isinstance(task, SectionTask):
            return [None] * len(rejected)
        return self._answering.instead(task, rejected)

    def answer(self, task: QuestionTask, propose: Callable[[Block], None] | None = None) -> Draft:
        """See `Writer.answer`. All of it is there at once."""
        draft = self._answering.answer(task)
        if propose is not None:
            for block in draft.blocks:
                propose(block)
        return draft

    def _homes(self, task: SectionTask) -> dict[str, list[Ranked]]:
        """Return the section's candidates by topic, the most rewarding first."""
        homes: dict[str, list[Ranked]] = defaultdict(list)
        worthy = [
            item
            for item in candidates(task.evidence)
            if self._is_worth_it(item) and not _is_refused(item, task)
        ]
        reach = {item.place: item.end for item in worthy}
        for candidate in worthy:
            if candidate.end < reach[candidate.place]:
                continue  # the same words and more stand in what continues them
            home = self._lens.home(candidate)
            if home and home.section == task.spec.id:
                merit = self._lens.merit(candidate, min(home.strength, 40))
                homes[home.topic].append(Ranked(candidate, merit))
        for ranked in homes.values():
            ranked.sort(key=lambda item: item.order)
        return homes

    def _is_worth_it(self, candidate: Candidate) -> bool:
        has_substance = self._lens.has_substance(candidate) or self._lens.is_quotable(candidate)
        return candidate.kind != "sentence" or has_substance

    def _choose(
        self, topic: TopicSpec, ranked: Sequence[Ranked], told: Sequence[Candidate]
    ) -> Choice:
        """Return what a topic shows, and says for the first time in its section."""
        substantial = [
            item
            for item in ranked
            if item.candidate.kind == "sentence" and self._lens.has_substance(item.candidate)
        ]
        said = [item for item in told if item.kind == "sentence"]
        rules = [item for item in told if item.kind == "row"]
        sentences = within(substantial, topic.words, spoken=topic.spoken, told=said)
        quotations = [item for item in ranked if item.candidate.kind == "quotation"]
        quotations += [
            _as_quotation(item) for item in ranked if self._is_quotable(item, sentences.chosen)
        ]
        parts = [
            sentences,
            distinct(quotations, topic.quotations),
            rows([item for item in ranked if item.candidate.kind == "row"], topic.rows, told=rules),
        ]
        return Choice(
            [item for part in parts for item in part.chosen],
            [item for part in parts for item in part.passed],
        )

    def _is_quotable(self, item: Ranked, sentences: Sequence[Candidate]) -> bool:
        """Whether something said, and not told in the topic already, is worth setting apart."""
        quotable = self._lens.is_quotable(item.candidate)
        return quotable and repeated(item.candidate, sentences) is None


def _is_refused(item: Candidate, task: SectionTask) -> bool:
    """Whether the user deleted it, or what says it in more or in fewer of the same words."""
    name = _id(item)
    stands = task.prior is not None and any(claim.id == name for claim in task.prior.claims)
    return name in task.refused or (not stands and says_again(item.text, task.refused_words))


def _as_quotation(item: Ranked) -> Ranked:
    return item._replace(candidate=item.candidate.model_copy(update={"kind": "quotation"}))


def _settled(task: SectionTask, choices: Iterable[Choice]) -> tuple[Settled, ...]:
    """Return why prior claims are not in the draft: what was passed over for which other."""
    prior = {claim.id for claim in task.prior.claims} if task.prior else set()
    found = {}
    for choice in choices:
        for item in choice.passed:
            name = _id(item.candidate)
            if name in prior:
                found[name] = Settled(
                    claim=name, fate=item.fate, by=_id(item.by), reason=item.reason
                )
    return tuple(found.values())


def _grounded(blocks: Iterable[Block], choices: Iterable[Choice]) -> Iterator[Block]:
    """Yield the blocks in which each claim also cites the other references that say all of it.

    Somebody's words are borne out by the same words alone.
    """
    more: dict[str, list[ProposedCitation]] = defaultdict(list)
    for item in (item for choice in choices for item in choice.passed):
        is_same = item.candidate.text == item.by.text or not item.by.attribution
        if item.fate == "merged" and is_same and says_it_too(item.candidate, item.by):
            found = ProposedCitation(
                evidence=item.candidate.evidence.key, quote=item.candidate.quote
            )
            more[_id(item.by)].append(found)

    def cited(claim: ProposedClaim) -> ProposedClaim:
        found = () if claim.repeats else more[claim_id(claim.text, claim.cells)]
        return claim.model_copy(update={"citations": (*claim.citations, *found)})

    for block in blocks:
        yield block.model_copy(update={"claims": tuple(map(cited, block.claims))})


def _id(candidate: Candidate) -> str:
    return claim_id(candidate.text, candidate.cells)


def _finding(chosen: dict[str, list[Candidate]], lens: Lens) -> Candidate | None:
    """Return the section's strongest short sentence with a figure and a name: its headline."""
    best: tuple[int, str, int] | None = None
    found = None
    for candidate in (item for items in chosen.values() for item in items):
        short = len(WORD.findall(candidate.text)) <= _FINDING_WORDS
        if candidate.kind != "sentence" or candidate.spoken or not short:
            continue
        home = lens.home(candidate)
        if not figures(candidate.text) or home is None:
            continue
        order = (-lens.merit(candidate, min(home.strength, 40)), *candidate.place)
        if best is None or order < best:
            best, found = order, candidate
    return found


def _arranged(
    topic: TopicSpec, chosen: Sequence[Candidate], *, without: Candidate | None
) -> list[Block]:
    """Return blocks: paragraphs by reference, loose sentences, tables, quotations."""
    sentences = [item for item in chosen if item.kind == "sentence" and item != without]
    groups: dict[str, list[Candidate]] = defaultdict(list)
    for item in sentences:
        groups[item.place[0]].append(item)
    blocks, loose = [], []
    # Voices in the order of their best claim; inside a voice, the order of the document.
    for group in groups.values():
        spoken = [item for item in group if item.spoken]
        written = sorted((item for item in group if not item.spoken), key=lambda item: item.place)
        if topic.form == "rules" or len(written) < 2:  # noqa: PLR2004 - one sentence is no paragraph
            loose += written
        else:
            blocks += [
                Block(form="paragraph", claims=tuple(map(_claim, some)))
                for some in _paragraphs(written)
            ]
        loose += spoken
    if loose:
        is_alone = len(loose) == 1 and not loose[0].spoken
        claims = tuple(map(_claim, loose))
        blocks.append(Block(form="paragraph" if is_alone else "bullets", claims=claims))
    tables = _tables([item for item in chosen if item.kind == "row"])
    blocks = [*tables, *blocks] if topic.form == "rules" else [*blocks, *tables]
    quotations = [item for item in chosen if item.kind == "quotation"]
    return blocks + [Block(form="quotation", claims=(_claim(item),)) for item in quotations]


def _paragraphs(written: Sequence[Candidate]) -> list[list[Candidate]]:
    """Return runs of sentences: a new one where the source's heading changes, none too long."""
    runs: list[list[Candidate]] = []
    for item in written:
        if runs and (runs[-1][-1].headings == item.headings or len(runs[-1]) < 2):  # noqa: PLR2004 - no paragraph of one
            runs[-1].append(item)
        else:
            runs.append([item])
    if len(runs) > 1 and len(runs[-1]) == 1:
        alone = runs.pop()
        runs[-1] += alone
    return runs


def _tables(rows: Sequence[Candidate]) -> list[Block]:
    tables: dict[tuple[str, ...], list[Candidate]] = defaultdict(list)
    for row in rows:
        tables[tuple(name.lower() for name in row.header)].append(row)
    blocks = []
    for group in tables.values():
        several = len({row.place[0] for row in group}) > 1
        natural = several and "when" not in (name.lower() for name in group[0].header)
        group.sort(key=lambda row: (*_natural(row.cells[0]), row.place) if natural else row.place)
        header = min(row.header for row in group)
        blocks.append(Block(form="table", header=header, claims=tuple(map(_claim, group))))
    return blocks


def _natural(name: str) -> tuple[tuple[tuple[int, str], ...]]:
    """Return a sort key in which p5 comes before p10."""
    pieces = re.findall(r"\d+|\D+", name.lower())
    return (tuple((int(piece), "") if piece.isdigit() else (0, piece) for piece in pieces),)


def _led_in(topic: TopicSpec, body: list[Block]) -> list[Block]:
    if not topic.lead_in:
        return body
    first = body[0].model_copy(update={"text": topic.lead_in})
    return [first, *body[1:]]


def _claim(candidate: Candidate) -> ProposedClaim:
    return ProposedClaim(
        text=candidate.text,
        cells=candidate.cells,
        attribution=candidate.attribution,
        citations=(ProposedCitation(evidence=candidate.evidence.key, quote=candidate.quote),),
    )
