"""What can go wrong between here and Amazon Bedrock → an error of ours with what to do about it.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors

What must be there first (credentials, access, the model, a region) is a prerequisite, exit status
3; everything else is the service's failing, exit status 6.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from botocore import exceptions as boto

from rag.adapters.aws import Told, code_of, line_of, told_of
from rag.errors import PrerequisiteError, RagError, ServiceError
from rag.replies import Malformed
from rag.writing import CutError, UnfinishedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rag.settings import BedrockSettings
    from rag.types import Abilities

GOOD_ENDS = frozenset({"end_turn", "tool_use", "stop_sequence"})
"""Stop reasons of a reply that is whole."""


ALLOW = (
    "allow bedrock:InvokeModel and bedrock:InvokeModelWithResponseStream, and get access to the "
    "model (docs/bedrock.md)"
)
NAME = "correct `model`, or choose a region that has it"
PROFILE = "set `model` to an inference profile of it, such as bedrock/us.<model id>"
SHORTER = "lower bedrock.max_input_tokens"
STATE = "state what the model can do in config/models/bedrock.toml (docs/bedrock.md)"
LATER = "run again later"

_BY_CODE: Mapping[str, Told] = {
    "AccessDeniedException": Told(PrerequisiteError, "access is denied", ALLOW),
    "ResourceNotFoundException": Told(PrerequisiteError, "there is no such model", NAME),
    "ThrottlingException": Told(ServiceError, "throttled, again and again", LATER),
    "ServiceQuotaExceededException": Told(
        ServiceError, "a quota is used up", "raise it in Service Quotas, or run again later"
    ),
    "ModelNotReadyException": Told(ServiceError, "the model is not ready", LATER),
    "ModelTimeoutException": Told(ServiceError, "the model took too long, again and again", LATER),
    "ModelErrorException": Told(ServiceError, "the model failed, again and again", LATER),
    "DependencyFailedException": Told(ServiceError, "the model failed, again and again", LATER),
    "BadGatewayException": Told(ServiceError, "the service is not available", LATER),
    "ModelStreamErrorException": Told(ServiceError, "the model failed, again and again", LATER),
    "InternalServerException": Told(ServiceError, "the service failed, again and again", LATER),
    "ServiceUnavailableException": Told(ServiceError, "the service is not available", LATER),
}

_BY_WORDS: tuple[tuple[str, Told], ...] = (
    ("model identifier is invalid", Told(PrerequisiteError, "there is no such model", NAME)),
    (
        "on-demand throughput",
        Told(
            PrerequisiteError,
            "the model is not called by its id",
            PROFILE,
        ),
    ),
    (
        "too long",
        Told(
            UnfinishedError,
            "the prompt is too long for the model",
            SHORTER,
        ),
    ),
    (
        "maximum context length",
        Told(
            UnfinishedError,
            "the prompt is too long for the model",
            SHORTER,
        ),
    ),
)
"""What a ValidationException means, by words of its message, where it is no mistake of ours."""

_TOO_LONG = Told(UnfinishedError, "the text is too long for the model", SHORTER)
_OF_TEXTS = (("too many input tokens", _TOO_LONG), ("maxlength", _TOO_LONG))
"""The same of models that do not write: what they are sent is no prompt."""

_INVALID = Told(
    ServiceError,
    "the request is refused as invalid",
    STATE,
)

_STOPS: Mapping[str, Told] = {
    "guardrail_intervened": Told(
        UnfinishedError, "a guardrail withheld the reply", "look at the guardrail's policy"
    ),
    "content_filtered": Told(
        UnfinishedError, "the model's content filter withheld the reply", "try another model"
    ),
    "model_context_window_exceeded": Told(
        UnfinishedError, "the prompt and the reply are too long for the model",
        "lower bedrock.max_input_tokens",
    ),
}  # fmt: skip
_BROKEN = {"malformed_model_output", "malformed_tool_use"}


def explained(
    error: Exception, model: str, instead: Mapping[str, str] = MappingProxyType({})
) -> RagError:
    """Return an error of botocore's as one of ours.

    Args:
        error: what botocore raised, for good.
        model: the model's name, as the user wrote it.
        instead: what a model that does not write is to be told in place of an advice of `ALLOW`,
            `NAME`, `PROFILE`, `SHORTER` or `STATE`.
    """
    told = told_of(error, "bedrock")
    said = str(error)
    if isinstance(error, boto.ClientError):
        code, words = code_of(error), str(error.response.get("Error", {}).get("Message", ""))
        told = told or _told(code, words, (*_OF_TEXTS, *_BY_WORDS) if instead else _BY_WORDS)
        said = f"{code}: {words}" if words else code
    elif told is None:
        told = Told(ServiceError, "the call failed", "check the AWS configuration")
        said = f"{type(error).__name__}: {error}"
    told = told._replace(advice=instead.get(told.advice, told.advice))
    return _as_error(told, model, said)


def missing_credentials(model: str) -> RagError:
    """Return the error of having no credentials."""
    return explained(boto.NoCredentialsError(), model)


def unfinished(
    stop: str, model: str, settings: BedrockSettings, abilities: Abilities
) -> UnfinishedError | Malformed:
    """Return what a stop reason that is no good end means: no reply, or one out of its form.

    Args:
        stop: the service's word.
        model: the model's name, as the user wrote it.
        settings: has the longest reply that is asked for.
        abilities: has the longest that the model is said to write.
    """
    if stop == "max_tokens":
        what = "the reply was cut at its longest"
        return CutError(
            f"{model}: {what} ({line_of(stop)})", advice=_longer(settings, abilities.output_tokens)
        )
    if stop in _BROKEN:
        return Malformed(message=f"it broke the form that it was held to ({stop})")
    unknown = Told(UnfinishedError, "the reply came to no good end", "try another model")
    told = _STOPS.get(stop, unknown)
    return UnfinishedError(f"{model}: {told.what} ({line_of(stop)})", advice=told.advice)


def _longer(settings: BedrockSettings, most: int) -> str:
    """Return what makes replies whole again, by which limit it is that binds."""
    if settings.max_output_tokens < most:
        return (
            f"raise bedrock.max_output_tokens (it is {settings.max_output_tokens:,}, of {most:,})"
        )
    return (
        f"its row in config/models/bedrock.toml says output_tokens = {most}: state more if the "
        "model can, else lower bedrock.max_input_tokens, so that it is asked for less at a time"
    )


def broken(reason: str, model: str) -> RagError:
    """Return the error of a reply that broke off in every attempt."""
    return _as_error(
        Told(ServiceError, "the reply broke off, again and again", LATER), model, reason
    )


def _told(code: str, said: str, by_words: Iterable[tuple[str, Told]]) -> Told:
    plain = code[:1].upper() + code[1:]  # inside a stream codes begin small
    if plain == "ValidationException":
        words = said.lower()
        return next((told for part, told in by_words if part in words), _INVALID)
    failed = Told(ServiceError, "the service refused", "see docs/bedrock.md")
    return _BY_CODE.get(plain, failed)


def _as_error(told: Told, model: str, said: str) -> RagError:
    line = line_of(said)
    more = f" ({line})" if line else ""
    return told.kind(f"{model}: {told.what}{more}", advice=told.advice)
