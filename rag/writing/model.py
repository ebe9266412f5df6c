"""What a writer asks of a language model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from rag.errors import ServiceError
from rag.types import Forecast
from rag.writing.packing import likely_tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.replies import Malformed
    from rag.writing.prompt import Prompt


class UnfinishedError(ServiceError):
    """The model's reply came to no good end: cut at a limit, withheld, refused.

    A section then stays as it was; asking again the same way would end the same way.
    """


class CutError(UnfinishedError):
    """The reply was cut at its longest: from less evidence it may become a whole one."""


class Model(Protocol):
    """A language model of some vendor's."""

    @property
    def name(self) -> str:
        """Name of the model, for the record; one line."""
        ...

    @property
    def input_tokens(self) -> int:
        """How many tokens a prompt may have."""
        ...

    def forecast(self, prompt: Prompt) -> Forecast:
        """Return what a call would take; nothing is sent that costs."""
        ...

    def at_once(self, calls: int) -> int:
        """Return how many calls of `reply` it takes at the same time, at least 1.

        Args:
            calls: how many there may be, one after the other included: where a cap could be
                reached by then, it is 1, so that who is asked does not depend on who is first.
        """
        ...

    def reply(self, prompt: Prompt) -> str | Malformed:
        """Return the model's reply, whole: JSON by the prompt's schema, if the model complied.

        Returns:
            The text; `Malformed` where the service itself says that the model broke its form.

        Raises:
            UnfinishedError: the reply came to no good end.
            PrerequisiteError: credentials, access or the model are missing.
            ServiceError: the service failed, and did so again when it was asked again.
        """
        ...


@runtime_checkable
class StreamingModel(Protocol):
    """What a `Model` has besides if its reply can be read while it comes.

    What a model without this says is read when it has said all of it.
    """

    def stream(self, prompt: Prompt, heard: Callable[[str], None]) -> str | Malformed:
        """Return the model's reply, whole, as `reply` does.

        Args:
            prompt: what the model is asked.
            heard: told all that the reply has so far, each time that it has grown. Where an attempt
                breaks off and another one begins, the text begins anew. It may never be told
                anything; what it raises ends the call.
        """
        ...


def estimated(model: Model, prompt: Prompt, *, output_limit: int) -> Forecast:
    """Return what a call would take by an estimate of the prompt's tokens.

    Args:
        model: who would be asked.
        prompt: what it would be asked.
        output_limit: tokens of its longest reply.
    """
    return Forecast(
        model=model.name,
        purpose=prompt.purpose,
        input=likely_tokens("\n".join(prompt.told)),
        is_counted=False,
        input_limit=model.input_tokens,
        output_limit=output_limit,
    )
