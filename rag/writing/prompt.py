"""A prompt: what a model is asked, in the order in which it stands there."""

from __future__ import annotations

from rag.text.digests import digest
from rag.types import Value


class Passage(Value):
    """A piece of evidence as a block of its own."""

    key: str
    reference: str
    """The key of its reference."""
    title: str
    """One line in which nothing looks like a mark."""
    text: str
    """With its marks, as it stands in the prompt."""


class Prompt(Value):
    """What a model is asked. What changes least stands first, so that it can be cached."""

    purpose: str
    """For the record: `section memory`, `revision of memory`, `answer`."""
    system: str
    """The instruction and the house style: the same for every prompt."""
    fixed: str
    """The task with its outline: the same until the outline changes."""
    data: tuple[str, ...]
    """Evidence, then claims, then what is asked about them; each in marked blocks."""
    form: str
    """The name of what is asked for, letters only: `draft`, `answer`."""
    form_schema: str
    """JSON schema of the reply."""
    plain: str
    """How to ask for the form where the prompt alone can; the schema is to follow."""
    corrects: str = ""
    """Checksum of the prompt whose reply could not be read; empty if it is the first."""
    passages: int = 0
    """How many pieces of evidence it has."""
    left_out: int = 0
    """How many more there were that did not fit."""
    untold: int = 0
    """How many claims of other sections did not."""
    evidence: tuple[Passage, ...] = ()
    """What the first of `data` has, for models that take passages as blocks of their own."""

    @property
    def checksum(self) -> str:
        """Digest of all that the model is told: 16 hex digits."""
        told = (self.system, self.fixed, *self.data, self.form, self.form_schema, self.plain)
        return digest(*told)[:16]

    @property
    def told(self) -> tuple[str, ...]:
        """All that a model reads, in the order in which it stands."""
        return (self.system, self.fixed, self.form_schema, *self.data)

    def with_correction(self, correction: str) -> Prompt:
        """Return the prompt with what was wrong with the last reply at its end."""
        if not correction:
            return self
        return self.model_copy(update={"data": (*self.data, correction), "corrects": self.checksum})
