"""One short question to a model: is it there, and does it keep to the form it is asked for?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rag.errors import RagError
from rag.replies import Malformed, read_as
from rag.types import Check, Value
from rag.writing.model import UnfinishedError
from rag.writing.prompt import Prompt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rag.writing.model import Model

TRIAL_OUTPUT_TOKENS = 300
"""What the longest reply may have."""
_TOKENS = 600
"""What the question takes at most: a forced tool alone costs a few hundred."""


class _Presence(Value):
    there: bool


_ASKED = Prompt(
    purpose="doctor",
    system="You check a connection.",
    fixed="Say that you are there.",
    data=("Set `there` to true.",),
    form="presence",
    form_schema=(
        '{"type": "object", "properties": {"there": {"type": "boolean"}}, "required": ["there"], '
        '"additionalProperties": false}'
    ),
    plain="Reply with nothing but JSON of this schema:",
)


def cost_of_trial(name: str) -> str:
    """Return what `tried` asks of a model, to be said before."""
    return f"1 call of about {_TOKENS} tokens to {name}"


def untried(name: str) -> Check:
    """Return what is found of a model that is not asked."""
    return Check(name="model", state="skipped", found=f"{name} was not asked")


def tried(model: Model, way: str, advice: str) -> Check:
    """Return what is found of a model by one call.

    Args:
        model: who is asked; may write `TRIAL_OUTPUT_TOKENS`.
        way: in which form, for the reader.
        advice: what to do if its answer is not in that form.
    """
    try:
        said = model.reply(_ASKED)
    except UnfinishedError as error:
        return Check(
            name="model",
            state="warning",
            found=f"{error.message}: it can be used, but its answer had no good end",
            advice=error.advice,
        )
    except RagError as error:
        return Check(name="model", state="failed", found=error.message, advice=error.advice)
    if isinstance(said, Malformed) or isinstance(read_as(_Presence, said), Malformed):
        return Check(
            name="model",
            state="warning",
            found=f"{model.name} answers, but not in the form that it was asked for ({way})",
            advice=advice,
        )
    return Check(name="model", state="ok", found=f"{model.name} answers ({way})")


class Trial:
    """Looks at a model of which there is nothing to find out but whether it answers. See `Service`.

    Args:
        name: of the model, as configured.
        make: makes it, with `TRIAL_OUTPUT_TOKENS` as its longest reply.
        way: in which form it is asked.
        advice: what to do if its answer is not in that form.
    """

    def __init__(self, name: str, make: Callable[[], Model], way: str, advice: str) -> None:
        self._name = name
        self._make = make
        self._way = way
        self._advice = advice
        self.cost = cost_of_trial(name)

    def checks(self, *, call: bool) -> Iterator[Check]:
        """See `Service.checks`."""
        if not call:
            yield untried(self._name)
            return
        try:
            model = self._make()
        except RagError:  # whoever writes by it has told why
            yield untried(self._name)
            return
        yield tried(model, self._way, self._advice)
