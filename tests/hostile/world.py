"""Documents that change, what is asked of them, and a writer of prose: what lives are led in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fakes import ScriptedWriter
from projects import SITE

from hostile.honest import blocks, pieces
from rag.errors import CapError, ServiceError
from rag.types import Capped, Draft, SectionTask, Skipped

if TYPE_CHECKING:
    from random import Random

    from rag.ports import Writer
    from rag.types import QuestionTask

OUTLINE = """
title = "Accelerators"
columns = ["Option", "Figure", "Use"]

[[sections]]
id = "summary"
title = "Summary"
form = "summary"
claims = 2

[[sections]]
id = "memory"
title = "Memory"
[[sections.topics]]
id = "memory-size"
heading = "How much memory"
questions = ["How much memory does the accelerator have on each chip?"]
terms = ["memory", "cache"]
words = 400
[[sections.topics]]
id = "bandwidth"
heading = "How fast memory is"
questions = ["How many TB/s does the bandwidth of a chip reach?"]
terms = ["bandwidth", "link"]
lead_in = "Rates are per chip."
words = 400

[[sections]]
id = "training"
title = "Training"
lead_in = "What training takes."
[[sections.topics]]
id = "training-time"
heading = "How long training takes"
questions = ["How long does the training of a model take on a cluster?"]
terms = ["training", "price"]
words = 400

[[sections]]
id = "conflicts"
title = "Where the references disagree"
form = "conflicts"
"""
NAMES = ("alpha", "beta", "gamma", "delta")
_SENTENCES = (
    (
        "The {0} accelerator has {1} GB of memory on each chip.",
        "Each {0} chip keeps {1} MB of cache close to its matrix units.",
        "Memory of the {0} chip is checked for errors every {1} seconds by its firmware.",
        "The cache of the {0} accelerator is shared by {1} cores of one chip.",
        "The Zeta accelerator has {1} GB of memory on each chip.",
    ),
    (
        "The bandwidth of the {0} chip reaches {1}.5 TB/s to its memory.",
        "A link between two {0} chips carries {1} GB/s in each direction.",
        "The {0} bandwidth falls by {1} % when the chip gets hot.",
    ),
    (
        "A training job on {1} {0} chips takes 12 days for a model with 70 billion parameters.",
        "The training cluster {0} recovers from a faulty node within {1} minutes.",
        "The price of one {0} instance is {1} dollars per hour for training.",
        "Training on {0} does not need a host with more than {1} sockets.",
    ),
)
"""By part of a document; on Zeta, documents disagree."""


class World:
    """Documents by URL, as they are now.

    Args:
        chance: decides on everything.
    """

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self.names = NAMES[: chance.randint(2, len(NAMES))]
        self._parts = {name: self._said(name) for name in self.names}
        self.pages = {f"{SITE}{name}.md": self._page(name) for name in self.names}

    def change(self) -> None:
        """Drop a sentence of a document, change a figure, add a sentence or shuffle some."""
        name = self._chance.choice(self.names)
        part = self._chance.choice(self._parts[name])
        match self._chance.choice(["drop", "figure", "add", "shuffle"]):
            case "drop" if len(part) > 1:
                part.remove(self._chance.choice(part))
            case "figure":
                at = self._chance.randrange(len(part))
                part[at] = re.sub(r"\d+", lambda found: str(int(found[0]) + 1), part[at], count=1)
            case "add":
                figure = self._chance.randint(200, 900)
                part.append(f"Revision {figure} of {name.title()} has {figure} GB of memory.")
            case _:
                self._chance.shuffle(part)
        self.pages[f"{SITE}{name}.md"] = self._page(name)

    def _said(self, name: str) -> list[list[str]]:
        said = []
        for part in _SENTENCES:
            some = [text for text in part if self._chance.random() < 0.7] or part[:1]
            figures = [self._chance.choice([8, 16, 32]) for _ in some]
            said.append([t.format(name.title(), n) for t, n in zip(some, figures, strict=True)])
        return said

    def _page(self, name: str) -> bytes:
        title = name.title()
        lines = [f"# {title} accelerators", ""]
        for head, part in zip(("Memory", "Bandwidth", "Training"), self._parts[name], strict=True):
            gap = self._chance.choice([" ", "\n\n"])
            lines += [f"## {head} of {title}", "", gap.join(part), ""]
        if self._chance.random() < 0.5:
            lines += ["## Options", "", "| Option | Figure |", "|---|---|"]
            lines += [f"| {title} memory {size} | {size * 2} GB memory |" for size in (12, 24)]
        return "\n".join([*lines, ""]).encode()


def prose_writer(chance: Random) -> ScriptedWriter:
    """Return a writer that keeps what it said and arranges it anew each time."""

    def script(task: SectionTask | QuestionTask) -> Draft:
        if not isinstance(task, SectionTask):
            return Draft(blocks=())
        # One claim of each passage: its two wordings would be one claim said twice.
        said = {piece.claim.citations[0].quote: piece for piece in pieces(task, chance, 12)[::-1]}
        return Draft(blocks=tuple(blocks(task, list(said.values())[::-1], chance)))

    return ScriptedWriter(script)


class Unsteady:
    """A writer that at times gives no draft, or ends the run, in every way that there is.

    Args:
        writer: who writes otherwise.
        chance: decides when and how.
        share: of the drafts that come to such an end, 0 to 1; it may be changed.
    """

    def __init__(self, writer: Writer, chance: Random, share: float) -> None:
        self.name, self.outranks = writer.name, writer.outranks
        self.forecast, self.revise, self.answer = writer.forecast, writer.revise, writer.answer
        self.share = share
        self._writer, self._chance = writer, chance

    def at_once(self, _: int) -> int:
        """See `Writer.at_once`."""
        return 1

    def write_section(self, task: SectionTask) -> Draft | Skipped:
        """See `Writer.write_section`."""
        if self._chance.random() >= self.share:
            return self._writer.write_section(task)
        end = self._chance.choice(
            [
                Skipped(subject="", stage="draft", reason="no words today"),
                Capped(subject="", stage="draft", reason="the cap is reached"),
                CapError("the cap is reached"),
                ServiceError("the service is down"),
                KeyboardInterrupt(),
            ]
        )
        if isinstance(end, BaseException):
            raise end
        return end
