"""The extractive writer: candidates ranked, chosen and arranged into drafts."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from rag.adapters.extractive.answers import answer
from rag.adapters.extractive.candidates import Candidate, candidates
from rag.adapters.extractive.derived import match_table, summary
from rag.adapters.extractive.features import Lens
from rag.text.figures import WORD, figures
from rag.types import Block, Draft, ProposedCitation, ProposedClaim

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rag.settings import Config
    from rag.types import QuestionTask, SectionTask, TopicSpec

_ALIKE = 0.5
"""Share of content words from which two claims say the same."""
_FINDING_WORDS = 34
_SPOKEN = 4
"""How many spoken sentences a topic may quote."""
_SECOND_HELPING = 4
"""What each further claim of one reference costs it in a topic: several voices are better."""


class _Ranked(NamedTuple):
    candidate: Candidate
    merit: int

    @property
    def order(self) -> tuple[int, str, int]:
        return -self.merit, *self.candidate.place


class ExtractiveWriter:
    """Arranges verbatim sentences, table rows and quotations. See `Writer`.

    Args:
        config: the outline and the taxonomy.
    """

    name = "extractive"

    def __init__(self, config: Config) -> None:
        self._config = config
        self._lens = Lens(config)

    def write_section(self, task: SectionTask) -> Draft:
        """See `Writer.write_section`."""
        if task.spec.form == "summary":
            return Draft(blocks=tuple(summary(task, self._lens)))
        homes = self._homes(task)
        chosen = {topic.id: self._choose(topic, homes[topic.id]) for topic in task.spec.topics}
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
        return Draft(blocks=tuple(blocks))

    def answer(self, task: QuestionTask) -> Draft:
        """See `Writer.answer`."""
        return answer(task, limit=self._config.settings.ask.claims)

    def _homes(self, task: SectionTask) -> dict[str, list[_Ranked]]:
        """Return the section's candidates by topic, the most rewarding first."""
        homes: dict[str, list[_Ranked]] = defaultdict(list)
        worthy = [item for item in candidates(task.evidence) if self._is_worth_it(item)]
        continued = {item.place for item in worthy if item.lead}
        for candidate in worthy:
            if not candidate.lead and candidate.place in continued:
                continue  # the same words and more stand in what continues them
            home = self._lens.home(candidate)
            if home and home.section == task.spec.id:
                merit = self._lens.merit(candidate, min(home.strength, 40))
                homes[home.topic].append(_Ranked(candidate, merit))
        for ranked in homes.values():
            ranked.sort(key=lambda item: item.order)
        return homes

    def _is_worth_it(self, candidate: Candidate) -> bool:
        has_substance = self._lens.has_substance(candidate) or self._lens.is_quotable(candidate)
        return candidate.kind != "sentence" or has_substance

    def _choose(self, topic: TopicSpec, ranked: Sequence[_Ranked]) -> list[Candidate]:
        sentences = _within(
            [
                item
                for item in ranked
                if item.candidate.kind == "sentence" and self._lens.has_substance(item.candidate)
            ],
            topic.words,
        )
        quotations = [item for item in ranked if item.candidate.kind == "quotation"]
        quotations += [_as_quotation(item) for item in ranked if self._is_quotable(item, sentences)]
        rows = [item for item in ranked if item.candidate.kind == "row"]
        return [
            *sentences,
            *_distinct(quotations, topic.quotations),
            *_rows(rows, topic.rows),
        ]

    def _is_quotable(self, item: _Ranked, sentences: Sequence[Candidate]) -> bool:
        """Whether something said, and not told in the topic already, is worth setting apart."""
        quotable = self._lens.is_quotable(item.candidate)
        return quotable and not _is_repeated(item.candidate, sentences)


def _as_quotation(item: _Ranked) -> _Ranked:
    return item._replace(candidate=item.candidate.model_copy(update={"kind": "quotation"}))


def _within(ranked: Sequence[_Ranked], words: int) -> list[Candidate]:
    """Return the best sentences that fit into `words`, several references preferred to one."""
    chosen: list[Candidate] = []
    helpings: dict[str, int] = defaultdict(int)
    left, pool = words, list(ranked)
    while pool:
        best = min(
            pool,
            key=lambda item: (
                -item.merit + _SECOND_HELPING * helpings[item.candidate.place[0]],
                *item.candidate.place,
            ),
        )
        pool.remove(best)
        length = len(WORD.findall(best.candidate.text))
        spoken = sum(item.spoken for item in chosen)
        if best.candidate.spoken and spoken >= _SPOKEN:
            continue
        if best.merit <= 0 or length > left or _is_repeated(best.candidate, chosen):
            continue
        chosen.append(best.candidate)
        helpings[best.candidate.place[0]] += 1
        left -= length
    return chosen


def _distinct(ranked: Sequence[_Ranked], limit: int) -> list[Candidate]:
    chosen: list[Candidate] = []
    for item in ranked:
        if len(chosen) < limit and not _is_repeated(item.candidate, chosen):
            chosen.append(item.candidate)
    return chosen


def _is_repeated(candidate: Candidate, chosen: Iterable[Candidate]) -> bool:
    """Whether chosen words say the same: most of the shorter one's content is in the other."""
    words = candidate.words
    for other in chosen:
        shared = len(words & other.words)
        shorter = min(len(words), len(other.words)) or 1
        if shared / shorter >= (_ALIKE if _same_figures(candidate, other) else 0.7):
            return True
    return False


def _same_figures(one: Candidate, other: Candidate) -> bool:
    mine, others = set(figures(one.text)), set(figures(other.text))
    return bool(mine & others)


def _rows(ranked: Sequence[_Ranked], limit: int) -> list[Candidate]:
    """Return the rows of tables with at least two, one row for each thing that is compared."""
    tables: dict[tuple[str, ...], dict[str, Candidate]] = defaultdict(dict)
    for item in sorted(ranked, key=lambda item: (-_filled(item.candidate), item.candidate.place)):
        row = item.candidate
        header = tuple(name.lower() for name in row.header)
        same = tables[header]
        is_rule = "when" in header
        subject = row.cells[0].lower()
        if subject not in same and not (is_rule and _is_repeated(row, same.values())):
            same[subject] = row
    chosen: list[Candidate] = []
    for header in sorted(tables, key=lambda name: (-len(tables[name]), name)):
        rows = list(tables[header].values())
        if len(rows) >= 2 and len(chosen) + 2 <= limit:  # noqa: PLR2004 - one row compares nothing
            chosen += rows[: limit - len(chosen)]
    return chosen


def _filled(row: Candidate) -> int:
    empty = {"", "-", "–", "—", "n/a", "not stated", "unknown"}
    told = sum(cell.lower() not in empty for cell in row.cells)
    return 2 * told + len(figures(row.text))


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
        form = "paragraph" if len(loose) == 1 and not loose[0].spoken else "bullets"
        blocks.append(Block(form=form, claims=tuple(map(_claim, loose))))
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
        citations=(ProposedCitation(evidence=candidate.evidence.key, quote=candidate.text),),
    )
