"""Throttling is waited for longer than other faults.

Quotas on Bedrock are counted by the minute
(https://docs.aws.amazon.com/general/latest/gr/bedrock.html), and a refusal costs nothing. botocore
knows one number of attempts for all that it retries, and its waits add up to few seconds for a
number that suits 500s and timeouts. So when it gives up on a throttled request, the same loop goes
on: no attempt is retried twice.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.settings import BedrockSettings

_THROTTLED = frozenset({"ThrottlingException", "TooManyRequestsException"})


def wait_for_throttling(client: Any, service: str, settings: BedrockSettings) -> None:
    """Let a client ask `settings.throttled_attempts` times in all while it is throttled.

    Args:
        client: of boto3's.
        service: as botocore names it.
        settings: how often, and how long between.
    """

    def wait(response: Any, attempts: int, **_: object) -> float | None:
        """Return how long to wait before the next attempt, in seconds; None: botocore decides."""
        error = response[1].get("Error", {}) if response else {}
        beyond = settings.attempts <= attempts < settings.throttled_attempts
        if beyond and error.get("Code") in _THROTTLED:
            return settings.max_backoff_s * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
        return None

    # Whoever returns a wait first is heard; botocore's own handler was there before.
    client.meta.events.register_last(f"needs-retry.{service}", wait)
