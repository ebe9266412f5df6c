"""What a writer asks of a language model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from rag.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from rag.replies import Malformed
    from rag.writing.prompt import Prompt


class UnfinishedError(ServiceError):
    """The model's reply came to no good end: cut at a limit, withheld, refused.

    A section then stays as it was; asking again the same way would end the same way.
    """


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
class StreamingModel(Model, Protocol):
    """A model whose reply can be read while it comes.

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
