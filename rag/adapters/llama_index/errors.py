"""What LlamaIndex's vendors raise → an error of ours with what to do about it.

Their exceptions have no common base. What nearly all have is an HTTP status, on themselves or on
what caused them; else their kind tells. Whatever is raised inside a vendor's class is the
service's failing, not a bug of ours.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import httpx

from rag.errors import PrerequisiteError, RagError, ServiceError
from rag.writing import UnfinishedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LONGEST = 300
"""Characters of the vendor's own words."""
_SHORTEST_SECRET = 6
"""Shorter ones are no secrets, and stand in any text."""
_TOO_LONG = re.compile(
    r"context.{0,20}(length|window|size)|too long|too many tokens|exceeds? the (available|maximum)",
    re.IGNORECASE,
)
_QUOTA = re.compile(r"quota|billing|credit balance", re.IGNORECASE)
_NO_KEY = re.compile(
    r"missing credentials|no api[ _-]?key|api[ _-]?key\b.{0,40}\b(be|not) (set|found|provided)|"
    r"could not resolve authentication|default credentials were not found",
    re.IGNORECASE,
)
"""What classes say that look for a key themselves, before anything is sent: no status tells it."""
_LATER = "run again later"
_CLIENT, _SERVER = 400, 500
"""Where the two hundreds of HTTP statuses begin that are errors."""
_PASSING = frozenset({408, 409, 425})
"""HTTP statuses below 500, with no row of their own, of what may pass."""


_UNREAD = frozenset({400, 401, 403, 404, 413, 422, 429, 503})
"""Statuses of requests that no model has read."""


class _Told(NamedTuple):
    """What the user reads of an error."""

    kind: type[RagError]
    what: str
    advice: str
    passes: bool = False
    """Whether it may pass, so that asking again makes sense."""


_LONG = _Told(UnfinishedError, "the text is too long for the model", "lower {limit}")
_SPENT = _Told(ServiceError, "a quota is used up", "raise it, or run again later")
_INVALID = _Told(
    ServiceError, "the request is refused as invalid", "correct [llama_index] (docs/llama_index.md)"
)
_NO_ANSWER = _Told(ServiceError, "no answer in time", "raise llama_index.timeout_s", passes=True)
_NOBODY = _Told(
    ServiceError,
    "nobody answers there, or the connection broke",
    "start the server, or correct its address",
    passes=True,
)
_FAILED = _Told(ServiceError, "the service failed, again and again", "run again later", passes=True)
_KEYLESS = _Told(PrerequisiteError, "no credentials are found", "set the key that it needs")
_UNKNOWN = _Told(ServiceError, "the call failed", "see docs/llama_index.md")
_BY_STATUS = {
    401: _Told(PrerequisiteError, "the credentials are not valid", "set the key that it needs"),
    402: _SPENT,
    403: _Told(PrerequisiteError, "access is denied", "get access to the model"),
    404: _Told(PrerequisiteError, "there is no such model or address", "correct [llama_index]"),
    408: _NO_ANSWER,
    413: _LONG,
    429: _Told(ServiceError, "throttled, again and again", _LATER, passes=True),
    504: _NO_ANSWER,
}


_BY_KIND: tuple[tuple[_Told, str, tuple[type[Exception], ...]], ...] = (
    (_NO_ANSWER, "Timeout", (TimeoutError, httpx.TimeoutException)),
    (_NOBODY, "Connect", (ConnectionError, httpx.TransportError)),
)
"""What an exception without a status means, by a word of its name or what it is."""


class Explained(NamedTuple):
    """An exception of a vendor's, understood."""

    error: RagError
    passes: bool
    """Whether it may pass."""
    is_unread: bool
    """Whether no model has read the request, so that it cost nothing."""


def explained(error: Exception, model: str, secrets: Iterable[str], *, limit: str) -> Explained:
    """Return an exception that a vendor's class raised as an error of ours.

    Args:
        error: what was raised.
        model: the model's name.
        secrets: words that must not be shown.
        limit: the key that keeps a text short enough for the model.
    """
    told = _told(error)
    status = _status_of(error)
    message = f"{model}: {told.what} ({one_line(error, secrets)})"
    return Explained(
        told.kind(message, advice=told.advice.format(limit=limit)),
        told.passes,
        status in _UNREAD or told is _KEYLESS,
    )


def one_line(error: Exception, secrets: Iterable[str] = ()) -> str:
    """Return an exception's kind and words as a part of one line, without secrets."""
    words = f"{error}"
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            words = words.replace(secret, "…")
    printable = "".join(char if char.isprintable() else " " for char in words)
    line = " ".join(printable.split())[:_LONGEST]
    return f"{type(error).__name__}: {line}" if line else type(error).__name__


def _told(error: Exception) -> _Told:
    chain = tuple(_chain(error))
    if status := _status_of(error):
        return _by_status(status, f"{error}")
    if any(_NO_KEY.search(f"{item}") for item in chain):
        return _KEYLESS
    return next(
        (
            told
            for told, word, kinds in _BY_KIND
            if any(isinstance(item, kinds) or word in type(item).__name__ for item in chain)
        ),
        _UNKNOWN,
    )


def _by_status(status: int, words: str) -> _Told:
    if status in {403, 429} and _QUOTA.search(words):
        return _SPENT
    if status in {400, 413, 422, 500} and _TOO_LONG.search(words):
        return _LONG
    return _BY_STATUS.get(status, _FAILED if status in _PASSING or status >= _SERVER else _INVALID)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and what caused it."""
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or found.__context__


def _status_of(error: BaseException) -> int:
    """Return the first HTTP status that an exception or what caused it tells; 0 if none does."""
    return next(filter(None, map(_status, _chain(error))), 0)


def _status(error: BaseException) -> int:
    """Return the HTTP status of an error that an exception tells; 0 if it tells none."""
    response = getattr(error, "response", None)
    for holder in (error, response):
        for name in ("status_code", "http_status", "status", "code"):
            value = getattr(holder, name, None)
            if isinstance(value, int) and _CLIENT <= value < _SERVER + 100:
                return value
    return 0
