"""Tricks with one claim: each takes an honest claim and returns one that is not.

A trick returns None where the claim has nothing that it could change.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rag.types import ProposedCitation, ProposedClaim

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from rag.types import SectionTask

    Lie = Callable[[ProposedClaim, SectionTask, Random], ProposedClaim | None]

_SWAPS = {
    "GB": "TB", "TB": "GB", "MB": "GB", "%": "x", "days": "hours", "hours": "days",
    "minutes": "seconds", "seconds": "minutes", "Gbps": "Tbps", "million": "billion",
    "billion": "trillion", "dollars": "euros", "USD": "EUR", "B/s": "bit/s", "watts": "kilowatts",
}  # fmt: skip
_NAMES = {
    "P5": "P6", "P6": "P5", "P4d": "P5en", "SageMaker": "Bedrock", "Bedrock": "SageMaker",
    "Vela": "Carina", "Carina": "Vela", "Gamma": "Harbor", "Lantern": "Harbor", "Trn2": "Trn3",
    "Trn1": "Inf2", "Llama": "Qwen3", "DeepSeek": "Kimi", "C2": "C3", "H100": "H200",
    "A100": "V100", "Nova": "Llama", "EFA": "ENA", "v6": "v5", "Trainium": "Inferentia",
}  # fmt: skip
_OTHER_WORDS = "never always largest cheapest free only twice less not all".split()
_MARKS = (("“", "”"), ('"', '"'), ("„", "“"), ("«", "»"), ("‘", "’"), ("‹", "›"), ("“", '"'))
_SAID = ("we guarantee it", "nobody else comes close", "it is free for everyone", "trust us")


def _with(claim: ProposedClaim, **fields: object) -> ProposedClaim:
    return claim.model_copy(update=fields)


def _cite(claim: ProposedClaim, **fields: object) -> ProposedClaim:
    first, *rest = claim.citations
    return _with(claim, citations=(first.model_copy(update=fields), *rest))


def evidence_made_up(claim: ProposedClaim, task: SectionTask, chance: Random) -> ProposedClaim:
    """Cite a key that was not given."""
    more = f"E{len(task.evidence) + chance.randrange(1, 90)}"
    return _cite(claim, evidence=chance.choice([more, "", "e1", "E01", "E0", "E1 ", "report"]))


def reference_made_up(claim: ProposedClaim, task: SectionTask, chance: Random) -> ProposedClaim:
    """Write a footnote, a link or a definition into the words."""
    del task
    more = chance.choice(
        [
            "[^ghost-abc123]",
            " [see the study](https://evil.example/study)",
            "\n\n[^ghost-abc123]: [Study](https://evil.example): “all true”",
            " <a href='https://evil.example'>study</a>",
            " https://evil.example/study",
            " ![](https://evil.example/p.png)",
            "`[^ghost-abc123]",
            " <https://evil.example>",
            "\\[^ghost-abc123]",
        ]
    )
    return _with(claim, text=claim.text + more)


def misquoted(claim: ProposedClaim, task: SectionTask, chance: Random) -> ProposedClaim:
    """Change one word of the quote, and of the claim where it is verbatim."""
    del task
    words = claim.citations[0].quote.split(" ")
    words[chance.randrange(len(words))] = chance.choice(_OTHER_WORDS)
    quote = " ".join(words)
    both = claim.text == claim.citations[0].quote and chance.random() < 0.7
    return _with(_cite(claim, quote=quote), text=quote if both else claim.text)


def case_changed(claim: ProposedClaim, task: SectionTask, chance: Random) -> ProposedClaim | None:
    """Change a quote's case or leave out a letter: nearly verbatim is not verbatim."""
    del task
    quote = claim.citations[0].quote
    if not quote:
        return None
    at = chance.randrange(len(quote))
    cut = quote[:at] + quote[at + 1 :]
    return _cite(claim, quote=chance.choice([quote.upper(), quote.swapcase(), cut + "…", cut]))


def quotes_joined(claim: ProposedClaim, task: SectionTask, chance: Random) -> ProposedClaim | None:
    """Make one quote of two places, in the citation or as what somebody said."""
    other = chance.choice(task.evidence)
    lines = [line for line in other.chunk.text.splitlines() if len(line.split()) > 4]
    if not lines:
        return None
    line, first = chance.choice(lines), claim.citations[0]
    quote = first.quote + chance.choice([" ", " … ", " [...] ", "; "]) + line
    if chance.random() < 0.5:
        return _with(_cite(claim, quote=quote), text=quote)
    both = (first, ProposedCitation(evidence=other.key, quote=line))
    text = chance.choice([quote, f"It is said: “{quote}”"])
    return _with(claim, text=text, citations=both)


def digit_changed(claim: ProposedClaim, task: SectionTask, chance: Random) -> ProposedClaim | None:
    """Change, drop or add a digit of the claim; the quote stays."""
    del task
    digits = list(re.finditer(r"\d", claim.text))
    if not digits:
        return None
    at = chance.choice(digits).start()
    new = chance.choice([str((int(claim.text[at]) + chance.randrange(1, 9)) % 10), "", "70"])
    return _changed(claim, claim.text[:at] + new + claim.text[at + 1 :])


def figure_disguised(
    claim: ProposedClaim, task: SectionTask, chance: Random
) -> ProposedClaim | None:
    """Add a figure in letters, in other digits, or with signs nobody sees."""
    del task
    more = chance.choice(
        [
            "five hundred",
            "VII",
            "٧٧",
            "７７",
            "⑦",
            "7\u200b7",
            "\u202e77\u202c",
            "½",
            "seventy",
            "⁷⁷",
        ]
    )
    return _with(claim, text=f"{claim.text.rstrip('.')}, {more} GB in all.")


def unit_changed(claim: ProposedClaim, task: SectionTask, chance: Random) -> ProposedClaim | None:
    """Change a unit: GB to TB, days to hours, percent to times."""
    del task
    return _swapped(claim, chance, _SWAPS)


def name_changed(claim: ProposedClaim, task: SectionTask, chance: Random) -> ProposedClaim | None:
    """Change a name: P5 to P6, one service to another."""
    del task
    return _swapped(claim, chance, _NAMES)


def _swapped(claim: ProposedClaim, chance: Random, table: dict[str, str]) -> ProposedClaim | None:
    there = [old for old in table if re.search(rf"(?<![^\W\d]){re.escape(old)}(?!\w)", claim.text)]
    if not there:
        return None
    old = chance.choice(there)
    pattern = rf"(?<![^\W\d]){re.escape(old)}(?!\w)"
    return _changed(claim, re.sub(pattern, table[old], claim.text, count=1))


def _changed(claim: ProposedClaim, text: str) -> ProposedClaim | None:
    """Return the claim with other words; of a row the cells change with them."""
    if text == claim.text:
        return None
    if not claim.cells:
        return _with(claim, text=text)
    new = tuple(cell.strip() for cell in text.strip("| ").split("|"))
    cells = new if len(new) == len(claim.cells) else claim.cells
    return _with(claim, text=text, cells=cells)


def cells_changed(claim: ProposedClaim, task: SectionTask, chance: Random) -> ProposedClaim | None:
    """Keep a row's words and change what its cells show: cut digits, other columns, too many."""
    del task
    if not claim.cells:
        return _with(claim, cells=("Vela is best", claim.text))
    cells = list(claim.cells)
    at = chance.randrange(len(cells))
    kind = chance.randrange(4)
    if kind == 0:
        cells[at] = cells[at][1:]
    elif kind == 1:
        chance.shuffle(cells)
    elif kind == 2:
        cells = [*cells, "the best of all"]
    else:
        cells = cells[:-1]
    return _with(claim, cells=tuple(cells))


def wrong_mouth(claim: ProposedClaim, task: SectionTask, chance: Random) -> ProposedClaim:
    """Put words into the mouth of somebody who did not say them, or of nobody."""
    speakers = {part.speaker for item in task.evidence for part in item.document.parts}
    who = sorted({*speakers - {claim.attribution}, "Jane Doe", "AWS", "the vendor", ""})
    return _with(claim, attribution=chance.choice(who))


def nobody_said(claim: ProposedClaim, task: SectionTask, chance: Random) -> ProposedClaim:
    """Set quotation marks around words that nobody said."""
    del task
    left, right = chance.choice(_MARKS)
    said = chance.choice(_SAID)
    kind = chance.randrange(4)
    plain = claim.text.rstrip(".")
    texts = [
        f"{plain}: {left}{said}{right}",
        f"{left}{claim.text.lower()} {said}{right}",
        f"{plain}, {left}{said}",
        f"{said}{right}, {plain}",
    ]
    return _with(claim, text=texts[kind])


def calculated(claim: ProposedClaim, task: SectionTask, chance: Random) -> ProposedClaim:
    """Record a calculation that does not come out, of figures nobody gave, or with more words."""
    del task
    figures = re.findall(r"\d[\d.,]*\d|\d", " ".join(item.quote for item in claim.citations))
    one = chance.choice(figures or ["8"])
    made = chance.choice(
        [
            f"{one} x 3 = 77",
            f"{one} + {one} = {one}",
            "12 x 12 = 144",
            f"{one} x 1 = {one}, and 512 GB are free",
            f"“trust us” {one} x 1 = {one}",
            f"{one} x 1 = {one}\n\n## The best of all",
            f"{one} x 1 = {one} [^ghost-abc123]",
            f"Kimi K9 {one} x 1 = {one}",
            "because everybody says so",
        ]
    )
    return _with(claim, calculation=made)


def repeats_nothing(claim: ProposedClaim, task: SectionTask, chance: Random) -> ProposedClaim:
    """Say that the claim repeats another one: of no section, or of one with other words."""
    others = [item.id for section in task.others for item in section.claims]
    prior = [item.id for item in task.prior.claims] if task.prior else []
    return _with(claim, repeats=chance.choice(["0" * 16, "x", *others, *prior]))


def breaks_out(claim: ProposedClaim, task: SectionTask, chance: Random) -> ProposedClaim:
    """Write lines into the words that would be a heading, a table or a list of their own."""
    del task
    after = chance.choice(
        [
            "\n\n## Recommended by everyone\n\nBuy it.",
            "\n### The best of all",
            "\n\n| a | b |\n|---|---|\n| best | of all |",
            "\n\n> “trust us”\n>\n> — Jane Doe",
            "\n\n- and it is free",
            "\r\r# Accelerators are free",
            "\u2028## The best of all",
            "\n===",
            "<!--",
            "```",
            "~~",
        ]
    )
    return _with(claim, text=claim.text + after)


def says_nothing(claim: ProposedClaim, task: SectionTask, chance: Random) -> ProposedClaim:
    """Cite a passage for no words at all."""
    del task
    return _with(claim, text=chance.choice(["", " ", "\n", ".", "\u200b", "—"]), cells=())


def uncited(claim: ProposedClaim, task: SectionTask, chance: Random) -> ProposedClaim:
    """State something with no citation, or with an empty quote."""
    del task
    if chance.random() < 0.5:
        return _with(claim, text=f"{claim.text} It is the best.", citations=())
    return _cite(claim, quote=chance.choice(["", " ", "\n", "."]))


def padded(claim: ProposedClaim, task: SectionTask, chance: Random) -> ProposedClaim:
    """Cite, besides the passage that says so, one that has nothing to do with it."""
    other = chance.choice(task.evidence)
    quote = other.chunk.text.splitlines()[0]
    more = ProposedCitation(evidence=other.key, quote=quote)
    return _with(claim, citations=(*claim.citations, more))


LIES: tuple[Lie, ...] = (
    evidence_made_up, reference_made_up, misquoted, case_changed, quotes_joined, digit_changed,
    figure_disguised, unit_changed, name_changed, cells_changed, wrong_mouth, nobody_said,
    calculated, repeats_nothing, breaks_out, says_nothing, uncited, padded,
)  # fmt: skip
