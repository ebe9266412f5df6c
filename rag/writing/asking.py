"""A task → the prompt for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.text.figures import WORD, content_words
from rag.types import SectionTask
from rag.writing.data import (
    attribute,
    block,
    claim_block,
    earlier_block,
    evidence_block,
    fallen_block,
)
from rag.writing.offering import in_turn, services_of
from rag.writing.packing import estimated_tokens, packed
from rag.writing.prompt import Passage, Prompt
from rag.writing.register import new_evidence, register, untold
from rag.writing.wire import WireAnswer, WireRevision, WireSection, WireSummary, schema_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from rag.types import (
        Evidence,
        Prompts,
        QuestionTask,
        Rejected,
        SectionSpec,
        Taxonomy,
        TopicSpec,
        Value,
    )
    from rag.writing.register import Place, Register

_MARKS = 200
"""Tokens kept for what stands between the parts, and for a correction."""


class Asking:
    """Makes prompts that fit a model.

    Args:
        prompts: what the model is told.
        taxonomy: the services of the field.
        input_tokens: how many tokens a prompt may have.
        claims: how many claims an answer may have.
    """

    def __init__(
        self, prompts: Prompts, taxonomy: Taxonomy, *, input_tokens: int, claims: int
    ) -> None:
        self._prompts = prompts
        self._services = services_of(taxonomy)
        self._input_tokens = input_tokens
        self._claims = claims

    def known(self, task: SectionTask, most: int | None = None) -> Register:
        """Return what a section's prompt names and has room for: claims, and new evidence.

        Claims of other sections have a third of the room, and what the rest leaves of it.

        Args:
            task: what the section is written from.
            most: how many passages it may have; as many as fit if None.
        """
        is_summary = task.spec.form == "summary"
        room = self._room(self._empty_summary(task) if is_summary else self._empty_section(task))
        choice = register(task, ()).others
        order = in_turn(task, choice, new_evidence(task), self._services)
        first = packed_claims(choice, room if is_summary else room // 3, order)
        found = _new_and_near(task, room - _claim_tokens(first), most)
        taken = sum(map(_tokens, found.evidence)) + _claim_tokens(found.own)
        taken += estimated_tokens("\n".join(_unseen(task.spec, found)))
        others = packed_claims(choice, room - taken, order)
        waiting = {name: item for name, item in choice.items() if name not in others}
        return found._replace(others=others, waiting=waiting)

    def most_prompts(self, task: SectionTask) -> int:
        """Return how many prompts the new evidence takes if claims take all the room they may."""
        whole = self._room(self._empty_section(task))
        room = whole - whole // 3 if task.spec.is_derived else whole
        left = [item for item in new_evidence(task) if _tokens(item) <= whole]
        count = 0
        while left:
            share = room - room // 3 if count or task.prior else room
            read = _packed_evidence(task, left, share, None) or left[:1]
            left = [item for item in left if item not in read]
            count += 1
        return count

    def section(self, task: SectionTask, known: Register) -> Prompt:
        """Return the prompt for a section: its outline, the evidence, the claims near it."""
        claims = [*blocks_of(known.own), *_unseen(task.spec, known), *blocks_of(known.others)]
        data = [_joined(known.evidence), "\n".join(claims)]
        filled = _filled(self._empty_section(task), data, known.evidence, known.left_out)
        return filled.model_copy(update={"untold": len(untold(task, known))})

    def summary(self, task: SectionTask, known: Register) -> Prompt:
        """Return the prompt for a summary: the claims of other sections."""
        filled = _filled(self._empty_summary(task), ["\n".join(blocks_of(known.others))])
        return filled.model_copy(update={"untold": len(untold(task, known))})

    def _empty_section(self, task: SectionTask) -> Prompt:
        fixed = f"{self._prompts.section}\n\n{outline(task.spec)}"
        return self._empty("section", task, fixed, "draft", WireSection)

    def _empty_summary(self, task: SectionTask) -> Prompt:
        limit = f"Of each section at most {task.spec.claims}."
        fixed = f"{self._prompts.summary}\n\n{outline(task.spec)}\n{limit}"
        return self._empty("section", task, fixed, "summary", WireSummary)

    def revision(self, task: SectionTask | QuestionTask, rejected: Sequence[Rejected]) -> Prompt:
        """Return the prompt that takes claims that fell back to the model, with the verdicts."""
        empty = self._empty("revision of", task, self._prompts.revision, "revision", WireRevision)
        fallen = "\n".join(fallen_block(n, item) for n, item in enumerate(rejected, start=1))
        cited = {found.evidence for item in rejected for found in item.claim.citations}
        shown, left_out = _passages(task, self._room(empty) - estimated_tokens(fallen), cited)
        return _filled(empty, [_joined(shown), fallen], shown, left_out)

    def question(self, task: QuestionTask) -> Prompt:
        """Return the prompt for an answer: the evidence, what was asked before, the question."""
        fixed = f"{self._prompts.question}\n\nAt most {self._claims} claims."
        empty = self._empty("", task, fixed, "answer", WireAnswer)
        asked = block("question", {}, task.question)
        room = self._room(empty) - estimated_tokens(asked)
        earlier = "\n".join(_earlier(task, room // 4))
        shown, left_out = _passages(task, room - estimated_tokens(earlier))
        return _filled(empty, [_joined(shown), earlier, asked], shown, left_out)

    def _empty(
        self,
        verb: str,
        task: SectionTask | QuestionTask,
        fixed: str,
        form: str,
        kind: type[Value],
    ) -> Prompt:
        """Return a prompt without its data."""
        of = task.spec.id if isinstance(task, SectionTask) else "answer"
        return Prompt(
            purpose=f"{verb} {of}".strip(),
            system=f"{self._prompts.instruction}\n\n{self._prompts.style}",
            fixed=fixed,
            data=(),
            form=form,
            form_schema=schema_of(kind),
            plain=self._prompts.plain,
        )

    def _room(self, empty: Prompt) -> int:
        told = (empty.system, empty.fixed, empty.form_schema, empty.plain)
        return max(0, self._input_tokens - sum(map(estimated_tokens, told)) - _MARKS)


def _new_and_near(task: SectionTask, room: int, most: int | None) -> Register:
    """Return the new evidence that there is room for, and the section's claims that it may touch.

    The evidence is packed by relevance, and the claims that it may touch beside it. What has no
    room beside what was packed is left for another prompt.
    """
    given = [item for item in new_evidence(task) if _tokens(item) <= room]
    whole = given and _packed_evidence(task, given, room, most)
    chosen = whole
    found = register(task, chosen)
    needed = _claim_tokens(found.own)
    if needed > room - sum(map(_tokens, chosen)):
        left = room - min(needed, room // 3)
        chosen = _packed_evidence(task, given, left, most) or whole
        found = register(task, chosen)
    own = packed_claims(found.own, room - sum(map(_tokens, chosen)))
    return found._replace(
        own=own,
        unseen=(*found.unseen, *(x for name, x in found.own.items() if name not in own)),
        unread=tuple(item for item in given if item not in chosen),
        left_out=len(new_evidence(task)) - len(given),
    )


def outline(spec: SectionSpec) -> str:
    """Return what a section must answer, as the user's outline has it."""
    lines = [f"Section: {spec.title}"]
    for topic in spec.topics:
        lines += _topic(topic)
    return "\n".join(lines)


def _topic(topic: TopicSpec) -> list[str]:
    limits = [f"{topic.words} words"] if topic.words else []
    limits += [f"{topic.rows} rows in tables"] if topic.rows else []
    limits += [f"{topic.quotations} quotations"] if topic.quotations else []
    return [
        f"Topic {topic.id}: {topic.heading}",
        *(f"  answers: {question}" for question in topic.questions),
        f"  form: {topic.form}; at most {', '.join(limits) or 'a sentence'}",
        *(f"  a table with the columns: {' | '.join(table)}" for table in topic.tables),
    ]


def blocks_of(places: Mapping[str, Place]) -> list[str]:
    """Return claims as blocks of a prompt."""
    return [_shown(name, place) for name, place in places.items()]


def packed_claims(
    places: Mapping[str, Place], room: int, order: Sequence[str] = ()
) -> dict[str, Place]:
    """Return as many claims as there is room for; what is not shown stays as it is.

    Args:
        places: the claims by their names, in reading order.
        room: how many tokens there are.
        order: the names in the order in which they get room; reading order if there is none.
    """
    items = [(name, _shown(name, place)) for name, place in places.items()]
    ranks = {name: float(-at) for at, name in enumerate(order)}
    merits = [ranks.get(name, 0.0) for name in places]
    return {name: places[name] for name in packed(items, merits, room)}


def _claim_tokens(places: Mapping[str, Place]) -> int:
    return sum(map(estimated_tokens, blocks_of(places)))


def _shown(name: str, place: Place) -> str:
    told = {"section": place.section.title} if name.startswith("O") else {}
    if place.topic:
        told["topic"] = place.topic
    if place.row:
        told["row"] = " | ".join(place.row)
    return claim_block(name, place.claim, place.block, **told)


def _unseen(spec: SectionSpec, known: Register) -> list[str]:
    """Return how much of each topic is there besides the claims that are shown."""
    lines = []
    for topic in spec.topics:
        mine = [item.claim for item in known.unseen if item.topic == topic.heading]
        words = sum(len(WORD.findall(claim.text)) for claim in mine)
        if mine:
            lines.append(f"  {topic.id}: {len(mine)} claims of {words} words")
    told = "The section has more claims, which the evidence does not touch and which stay:"
    return [told, *lines] if lines else []


def _tokens(item: Evidence) -> int:
    return estimated_tokens(evidence_block(item))


def _packed_evidence(
    task: SectionTask, given: Sequence[Evidence], room: int, most: int | None
) -> list[Evidence]:
    items = [(item, evidence_block(item)) for item in given]
    return packed(items, _merits(task, given), room, most)


def _passages(
    task: SectionTask | QuestionTask, room: int, first: Iterable[str] = ()
) -> tuple[list[Evidence], int]:
    """Return evidence, as much as fits by relevance, and how much was left out.

    Args:
        task: with its evidence.
        room: how many tokens there are.
        first: keys of evidence that comes before any other.
    """
    cited = set(first)
    given = [*task.evidence]
    if isinstance(task, SectionTask):  # a claim that repeats another one may have fallen
        given = [item for item in given if item.key in cited or item.key not in task.seen]
        given += [item for item in task.passages if item.key in cited]
    merits = [
        merit + (1000 if item.key in cited else 0)
        for item, merit in zip(given, _merits(task, given), strict=True)
    ]
    chosen = packed([(item, evidence_block(item)) for item in given], merits, room)
    return chosen, len(given) - len(chosen)


def _merits(task: SectionTask | QuestionTask, given: Sequence[Evidence]) -> list[float]:
    """Return how relevant each passage is: by the words it shares with what is to be answered."""
    if not isinstance(task, SectionTask):
        return [-float(at) for at in range(len(given))]  # a question's come in order
    wanted = [
        content_words(" ".join((topic.heading, *topic.questions, *topic.terms)))
        for topic in task.spec.topics
    ]
    found = [content_words(item.chunk.passage) for item in given]
    # The best topic counts: a passage is about one thing, and topics differ in how many words.
    return [
        max((len(words & mine) / (len(mine) or 1) for mine in wanted), default=0.0)
        for words in found
    ]


def _earlier(task: QuestionTask, room: int) -> list[str]:
    """Return what was asked before as blocks, the latest ones that fit."""
    blocks = [earlier_block(item) for item in task.before]
    return packed([(text, text) for text in blocks], list(range(len(blocks))), room)


def _joined(shown: Sequence[Evidence]) -> str:
    return "\n".join(map(evidence_block, shown)) or "There is no evidence."


def _filled(
    empty: Prompt, data: Sequence[str], shown: Sequence[Evidence] = (), left_out: int = 0
) -> Prompt:
    passages = tuple(
        Passage(
            key=item.key,
            reference=item.reference.key,
            title=attribute(item.document.title or item.reference.title),
            text=evidence_block(item),
        )
        for item in shown
    )
    return empty.model_copy(
        update={
            "data": tuple(text for text in data if text),
            "passages": len(shown),
            "left_out": left_out,
            "evidence": passages,
        }
    )
