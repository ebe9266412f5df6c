"""Can a model on Amazon Bedrock be used: credentials, region, access. See `Service`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError

from rag.adapters import aws
from rag.adapters.bedrock.calling import client_of
from rag.adapters.bedrock.errors import explained, missing_credentials
from rag.adapters.bedrock.model import BedrockModel
from rag.types import Check
from rag.writing import TRIAL_OUTPUT_TOKENS, cost_of_trial, tried, untried

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rag.errors import RagError
    from rag.settings import BedrockSettings
    from rag.types import Abilities, Call

_ATTEMPTS = 2
_LONGEST_S = 60.0
_BEARER = "AWS_BEARER_TOKEN_BEDROCK"
_NETWORKED = ("container-role", "iam-role")
"""Providers of credentials that ask a network where they are looked for."""


class BedrockService:
    """Looks at one model as the writer would use it: same client, same form of reply.

    Args:
        model_id: a model id, an inference profile or an ARN.
        abilities: what it is said to do; the call finds out.
        settings: region, profile, endpoint.
        record: keeps the call.
    """

    def __init__(
        self,
        model_id: str,
        abilities: Abilities,
        settings: BedrockSettings,
        record: Callable[[Call], None],
    ) -> None:
        self._id = model_id
        self._abilities = abilities
        self._settings = settings.model_copy(
            update={
                "attempts": min(settings.attempts, _ATTEMPTS),
                "throttled_attempts": 1,  # what is throttled was reached
                "read_timeout_s": min(settings.read_timeout_s, _LONGEST_S),
                "max_output_tokens": TRIAL_OUTPUT_TOKENS,
            }
        )
        self._record = record
        self._name = f"bedrock/{model_id}"
        self.cost = cost_of_trial(self._name)

    def checks(self, *, call: bool) -> Iterator[Check]:
        """See `Service.checks`."""
        try:
            session = aws.session(self._settings)
        except BotoCoreError as error:
            yield _failed("credentials", explained(error, self._name))
            return
        known = [self._credentials(session, call=call), self._region(session)]
        yield from known
        if self._abilities.match == "*":
            yield Check(
                name="abilities",
                state="warning",
                found=f"nothing is known of {self._id}, so it is asked in the most careful way",
                advice="state what it can do in config/models/bedrock.toml (docs/bedrock.md)",
            )
        if not call or any(check.state == "failed" for check in known):
            yield untried(self._name)
        else:
            yield self._model()

    def _credentials(self, session: Any, *, call: bool) -> Check:
        if os.environ.get(_BEARER):
            return Check(name="credentials", state="ok", found=f"a bearer token in {_BEARER}")
        if not call:
            for name in _NETWORKED:
                session._session.get_component("credential_provider").remove(name)  # noqa: SLF001 - boto3 has no other way to it
        try:
            found = session.get_credentials()
            if found is None:
                return _failed("credentials", missing_credentials(self._name))
            if call:
                found.get_frozen_credentials()  # an old login is renewed, or says so
        except BotoCoreError as error:
            return _failed("credentials", explained(error, self._name))
        return Check(name="credentials", state="ok", found=f"found ({found.method})")

    def _region(self, session: Any) -> Check:
        try:
            client = client_of(
                "bedrock-runtime", self._settings, self._settings.endpoint_url, session=session
            )
        except BotoCoreError as error:
            return _failed("region", explained(error, self._name))
        meta = client.meta
        return Check(name="region", state="ok", found=f"{meta.region_name}, {meta.endpoint_url}")

    def _model(self) -> Check:
        model = BedrockModel(self._id, self._abilities, self._settings, self._record)
        way = f"{self._abilities.structure}{', streamed' if self._abilities.stream else ''}"
        return tried(
            model, way, "correct its entry in config/models/bedrock.toml (docs/bedrock.md)"
        )


def _failed(name: str, error: RagError) -> Check:
    return Check(name=name, state="failed", found=error.message, advice=error.advice)
