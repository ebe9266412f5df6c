"""What the adapters of Amazon's services share: a client, and what may be wrong before an answer.

Region, profile, credentials and endpoints are found as botocore finds them; what is configured
takes their place.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import boto3
from botocore import exceptions as boto
from botocore.config import Config

from rag import __version__
from rag.errors import PrerequisiteError, RagError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST = 300
"""Characters of somebody else's words."""


class Place(Protocol):
    """Where a service is; empty: as the AWS configuration resolves it."""

    @property
    def region(self) -> str:
        """Such as `us-east-1`."""
        ...

    @property
    def profile(self) -> str:
        """A profile of the AWS configuration."""
        ...


class Told(NamedTuple):
    """What the user reads of an error."""

    kind: type[RagError]
    what: str
    advice: str


_LOGIN = "log in, or set credentials (aws configure, aws sso login, AWS_PROFILE)"

_BY_CODE: Mapping[str, Told] = {
    "ExpiredTokenException": Told(PrerequisiteError, "the credentials have expired", _LOGIN),
    "ExpiredToken": Told(PrerequisiteError, "the credentials have expired", _LOGIN),
    "UnrecognizedClientException": Told(PrerequisiteError, "the credentials are not valid", _LOGIN),
    "InvalidAccessKeyId": Told(PrerequisiteError, "the credentials are not valid", _LOGIN),
    "InvalidToken": Told(PrerequisiteError, "the credentials are not valid", _LOGIN),
    "InvalidSignatureException": Told(
        PrerequisiteError, "the credentials are not valid", "check the secret key and the clock"
    ),
    "SignatureDoesNotMatch": Told(
        PrerequisiteError, "the credentials are not valid", "check the secret key and the clock"
    ),
    "RequestTimeTooSkewed": Told(
        PrerequisiteError, "the clock of this machine is wrong", "set it right"
    ),
}

_BY_KIND: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Told], ...] = (
    (
        (boto.NoCredentialsError, boto.PartialCredentialsError, boto.NoAuthTokenError),
        Told(PrerequisiteError, "no credentials are found", _LOGIN),
    ),
    (
        (
            boto.CredentialRetrievalError, boto.TokenRetrievalError, boto.SSOError,
            boto.LoginError, boto.MetadataRetrievalError, boto.UnauthorizedSSOTokenError,
        ),
        Told(PrerequisiteError, "the credentials cannot be used", _LOGIN),
    ),
    (
        boto.NoRegionError,
        Told(PrerequisiteError, "no region is set", "set {at}.region or AWS_REGION"),
    ),
    (
        boto.InvalidRegionError,
        Told(PrerequisiteError, "the region is none", "correct {at}.region or AWS_REGION"),
    ),
    (
        boto.InvalidConfigError,
        Told(
            PrerequisiteError,
            "the AWS configuration cannot be used",
            "correct it; {at}.endpoint_url, or what the environment has for it, is as https://host",
        ),
    ),
    (
        (boto.ProfileNotFound, boto.ConfigParseError, boto.ConfigNotFound),
        Told(PrerequisiteError, "the profile cannot be used", "correct AWS_PROFILE"),
    ),
    (
        boto.InvalidEndpointConfigurationError,
        Told(
            PrerequisiteError,
            "the endpoint cannot be used so",
            "use https for {at}.endpoint_url, or log in without a bearer token",
        ),
    ),
    (
        boto.EndpointConnectionError,
        Told(ServiceError, "nobody answers there", "check {at}.endpoint_url and the network"),
    ),
    (
        (boto.ReadTimeoutError, boto.ConnectTimeoutError),
        Told(ServiceError, "no answer in time", "raise {waits}.read_timeout_s"),
    ),
    (
        (boto.HTTPClientError, boto.ConnectionError),
        Told(ServiceError, "the connection broke", "check the network, or run again later"),
    ),
)  # fmt: skip


def session(place: Place) -> Any:
    """Return a session of boto3's by the settings, and where they are empty by what it finds.

    Amazon's command line and its other kits also read `AWS_REGION`, which boto3 does not
    (https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html).
    """
    region = place.region
    if not region and not os.environ.get("AWS_DEFAULT_REGION"):
        region = os.environ.get("AWS_REGION", "")
    return boto3.Session(profile_name=place.profile or None, region_name=region or None)


def client(
    service: str, place: Place, endpoint_url: str, config: Config, own: Any | None = None
) -> Any:
    """Return a client of boto3's; it may be used from several threads.

    Args:
        service: as botocore names it.
        place: region and profile.
        endpoint_url: takes the place of what is found; empty: as found.
        config: timeouts and retries.
        own: a session to take in place of one by the settings.

    Raises:
        BotoCoreError: it cannot be made from what is configured.
    """
    config = config.merge(Config(user_agent_extra=f"rag/{__version__}"))
    made = own or session(place)
    try:
        return made.client(service, endpoint_url=endpoint_url or None, config=config)
    except boto.BotoCoreError:  # some are values' errors as well
        raise
    except ValueError as error:  # botocore's own for an endpoint that is no URL
        raise boto.InvalidConfigError(error_msg=str(error)) from error


def told_of(error: Exception, at: str, waits: str = "") -> Told | None:
    """Return what an error means that any service may give; None if it is the service's own.

    Args:
        error: what botocore raised, for good.
        at: the table of the configuration that says where the service is.
        waits: the table that says how long is waited; the same if empty.
    """
    if isinstance(error, boto.ClientError):
        code = code_of(error)
        return _BY_CODE.get(code[:1].upper() + code[1:])  # inside a stream codes begin small
    for kinds, told in _BY_KIND:
        if isinstance(error, kinds):
            return told._replace(advice=told.advice.format(at=at, waits=waits or at))
    return None


def code_of(error: Exception) -> str:
    """Return the code of a service's error; empty if it is none."""
    if not isinstance(error, boto.ClientError):
        return ""
    return str(error.response.get("Error", {}).get("Code", ""))


def line_of(said: str) -> str:
    """Return somebody else's words as a part of one line."""
    printable = "".join(char if char.isprintable() else " " for char in said)
    return " ".join(printable.split())[:_LONGEST]
