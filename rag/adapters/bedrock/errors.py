"""What can go wrong between here and Amazon Bedrock → an error of ours with what to do about it.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html#API_runtime_Converse_Errors

What must be there first (credentials, access, the model, a region) is a prerequisite, exit status
3; everything else is the service's failing, exit status 6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from botocore import exceptions as boto

from rag.errors import PrerequisiteError, RagError, ServiceError
from rag.replies import Malformed
from rag.writing import UnfinishedError

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST = 300
"""Characters of the service's own words."""

GOOD_ENDS = frozenset({"end_turn", "tool_use", "stop_sequence"})
"""Stop reasons of a reply that is whole."""


class _Told(NamedTuple):
    """What the user reads of an error."""

    kind: type[RagError]
    what: str
    advice: str


_LOGIN = "log in, or set credentials (aws configure, aws sso login, AWS_PROFILE)"
_ALLOW = (
    "allow bedrock:InvokeModel and bedrock:InvokeModelWithResponseStream, and get access to the "
    "model (docs/bedrock.md)"
)
_NAME = "correct `model`, or choose a region that has it"
_LATER = "run again later"

_BY_CODE: Mapping[str, _Told] = {
    "ExpiredTokenException": _Told(PrerequisiteError, "the credentials have expired", _LOGIN),
    "ExpiredToken": _Told(PrerequisiteError, "the credentials have expired", _LOGIN),
    "UnrecognizedClientException": _Told(
        PrerequisiteError, "the credentials are not valid", _LOGIN
    ),
    "InvalidSignatureException": _Told(
        PrerequisiteError, "the credentials are not valid", "check the secret key and the clock"
    ),
    "AccessDeniedException": _Told(PrerequisiteError, "access is denied", _ALLOW),
    "ResourceNotFoundException": _Told(PrerequisiteError, "there is no such model", _NAME),
    "ThrottlingException": _Told(ServiceError, "throttled, again and again", _LATER),
    "ServiceQuotaExceededException": _Told(
        ServiceError, "a quota is used up", "raise it in Service Quotas, or run again later"
    ),
    "ModelNotReadyException": _Told(ServiceError, "the model is not ready", _LATER),
    "ModelTimeoutException": _Told(
        ServiceError, "the model took too long, again and again", _LATER
    ),
    "ModelErrorException": _Told(ServiceError, "the model failed, again and again", _LATER),
    "ModelStreamErrorException": _Told(ServiceError, "the model failed, again and again", _LATER),
    "InternalServerException": _Told(ServiceError, "the service failed, again and again", _LATER),
    "ServiceUnavailableException": _Told(ServiceError, "the service is not available", _LATER),
}

_BY_WORDS: tuple[tuple[str, _Told], ...] = (
    ("model identifier is invalid", _Told(PrerequisiteError, "there is no such model", _NAME)),
    (
        "on-demand throughput",
        _Told(
            PrerequisiteError,
            "the model is not called by its id",
            "set `model` to an inference profile of it, such as bedrock/us.<model id>",
        ),
    ),
    (
        "too long",
        _Told(
            UnfinishedError,
            "the prompt is too long for the model",
            "lower bedrock.max_input_tokens",
        ),
    ),
    (
        "maximum context length",
        _Told(
            UnfinishedError,
            "the prompt is too long for the model",
            "lower bedrock.max_input_tokens",
        ),
    ),
)
"""What a ValidationException means, by words of its message, where it is no mistake of ours."""

_INVALID = _Told(
    ServiceError,
    "the request is refused as invalid",
    "state what the model can do in config/models/bedrock.toml (docs/bedrock.md)",
)

_BY_KIND: tuple[tuple[type[Exception] | tuple[type[Exception], ...], _Told], ...] = (
    (
        (boto.NoCredentialsError, boto.PartialCredentialsError, boto.NoAuthTokenError),
        _Told(PrerequisiteError, "no credentials are found", _LOGIN),
    ),
    (
        (
            boto.CredentialRetrievalError, boto.TokenRetrievalError, boto.SSOError,
            boto.LoginError, boto.MetadataRetrievalError, boto.UnauthorizedSSOTokenError,
        ),
        _Told(PrerequisiteError, "the credentials cannot be used", _LOGIN),
    ),
    (
        boto.NoRegionError,
        _Told(PrerequisiteError, "no region is set", "set bedrock.region or AWS_REGION"),
    ),
    (
        (boto.ProfileNotFound, boto.ConfigParseError, boto.ConfigNotFound),
        _Told(PrerequisiteError, "the profile cannot be used", "correct AWS_PROFILE"),
    ),
    (
        boto.InvalidEndpointConfigurationError,
        _Told(
            PrerequisiteError,
            "the endpoint cannot be used so",
            "use https for bedrock.endpoint_url, or log in without a bearer token",
        ),
    ),
    (
        boto.EndpointConnectionError,
        _Told(ServiceError, "nobody answers there", "check bedrock.endpoint_url and the network"),
    ),
    (
        (boto.ReadTimeoutError, boto.ConnectTimeoutError),
        _Told(ServiceError, "no answer in time", "raise bedrock.read_timeout_s"),
    ),
    (
        (boto.HTTPClientError, boto.ConnectionError),
        _Told(ServiceError, "the connection broke", "check the network, or run again later"),
    ),
)  # fmt: skip

_STOPS: Mapping[str, _Told] = {
    "max_tokens": _Told(
        UnfinishedError, "the reply was cut at its longest", "raise bedrock.max_output_tokens"
    ),
    "guardrail_intervened": _Told(
        UnfinishedError, "a guardrail withheld the reply", "look at the guardrail's policy"
    ),
    "content_filtered": _Told(
        UnfinishedError, "the model's content filter withheld the reply", "try another model"
    ),
    "model_context_window_exceeded": _Told(
        UnfinishedError, "the prompt and the reply are too long for the model",
        "lower bedrock.max_input_tokens",
    ),
}  # fmt: skip
_BROKEN = {"malformed_model_output", "malformed_tool_use"}


def explained(error: Exception, model: str) -> RagError:
    """Return an error of botocore's as one of ours.

    Args:
        error: what botocore raised, for good.
        model: the model's name, as the user wrote it.
    """
    if isinstance(error, boto.ClientError):
        code = str(error.response.get("Error", {}).get("Code", ""))
        said = str(error.response.get("Error", {}).get("Message", ""))
        told = _told(code, said)
        return _as_error(told, model, f"{code}: {said}" if said else code)
    for kinds, told in _BY_KIND:
        if isinstance(error, kinds):
            return _as_error(told, model, str(error))
    unknown = _Told(ServiceError, "the call failed", "check the AWS configuration")
    return _as_error(unknown, model, f"{type(error).__name__}: {error}")


def missing_credentials(model: str) -> RagError:
    """Return the error of having no credentials."""
    return explained(boto.NoCredentialsError(), model)


def unfinished(stop: str, model: str) -> UnfinishedError | Malformed:
    """Return what a stop reason that is no good end means: no reply, or one out of its form."""
    if stop in _BROKEN:
        return Malformed(message=f"it broke the form that it was held to ({stop})")
    unknown = _Told(UnfinishedError, "the reply came to no good end", "try another model")
    told = _STOPS.get(stop, unknown)
    return UnfinishedError(f"{model}: {told.what} ({_line(stop)})", advice=told.advice)


def broken(reason: str, model: str) -> RagError:
    """Return the error of a reply that broke off in every attempt."""
    return _as_error(
        _Told(ServiceError, "the reply broke off, again and again", _LATER), model, reason
    )


def _told(code: str, said: str) -> _Told:
    plain = code[:1].upper() + code[1:]  # inside a stream codes begin small
    if plain == "ValidationException":
        words = said.lower()
        return next((told for part, told in _BY_WORDS if part in words), _INVALID)
    failed = _Told(ServiceError, "the service refused", "see docs/bedrock.md")
    return _BY_CODE.get(plain, failed)


def _as_error(told: _Told, model: str, said: str) -> RagError:
    line = _line(said)
    more = f" ({line})" if line else ""
    return told.kind(f"{model}: {told.what}{more}", advice=told.advice)


def _line(said: str) -> str:
    """Return somebody else's words as a part of one line."""
    printable = "".join(char if char.isprintable() else " " for char in said)
    return " ".join(printable.split())[:_LONGEST]
