"""Fetcher of http and https URLs, by httpx."""

from __future__ import annotations

import hashlib
import socket
import ssl
import time
import zlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import httpx
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_result,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from rag.compressed import DEFLATE, GZIP, Decompressor
from rag.types import Fetched, NotModified, Skipped, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from rag.settings import FetchSettings

_ACCEPT = (
    "text/html, application/xhtml+xml, text/markdown, application/pdf;q=0.9, text/plain;q=0.8, "
    "text/vtt;q=0.8, */*;q=0.1"
)
_NO_ENCODING = {"", "identity"}
_ENCODINGS = {*_NO_ENCODING, *GZIP, DEFLATE}
_ADVICE = {
    401: "it wants a login; save the page and name the file",
    403: "it refuses programs or wants a login; save the page and name the file",
    404: "correct the locator, or delete the entry",
    410: "it is gone for good; name another copy, or delete the entry",
    451: "it may not be shown here; name another copy",
}
_AGAIN = {408, 429}
_GONE = {404, 410}
_LONGEST = 200
_INVALID = (httpx.InvalidURL, UnicodeError)  # UnicodeError: the host name cannot be encoded


class _Again(NamedTuple):
    """An attempt failed in a way that may pass."""

    reason: str
    after_s: float | None = None
    """When the server asks to come back."""


class _Call(NamedTuple):
    """What one fetch is about."""

    subject: str
    url: httpx.URL
    previous: Source | None
    deadline: float
    """On the monotonic clock."""

    def seconds_left(self) -> float:
        """Return how long the call may still take."""
        return self.deadline - time.monotonic()

    def skipped(self, reason: str, url: httpx.URL | None = None, *, gone: bool = False) -> Skipped:
        """Return the call as skipped, with the address that is to blame."""
        where = _bare(url or self.url)[:_LONGEST]
        return Skipped(subject=self.subject, stage="fetch", reason=f"{where} {reason}", gone=gone)


class HttpFetcher:
    """Fetcher over http and https. See `Fetcher`.

    Each fetch has a connection and cookies of its own, so that what one site sets no other sees
    and nothing stays open.

    Args:
        settings: timeouts, caps, retries.
        today: the date that a source was read on.
        transport: replaces the network below httpx.
    """

    def __init__(
        self,
        settings: FetchSettings,
        *,
        today: Callable[[], date],
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._settings = settings
        self._today = today
        self._transport = transport

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return httpx.create_ssl_context()

    def fetch(
        self, subject: str, location: str, previous: Source | None = None
    ) -> Fetched | NotModified | Skipped:
        """See `Fetcher.fetch`. `total_timeout_s` counts all attempts and the waits between."""
        settings = self._settings
        try:
            url = httpx.URL(location)
            web = url.scheme in {"http", "https"} and bool(url.host)
        except _INVALID as error:
            reason = f"{location[:_LONGEST]!a} is no valid URL ({error}): correct it"
            return Skipped(subject=subject, stage="fetch", reason=reason)
        call = _Call(subject, url, previous, time.monotonic() + settings.total_timeout_s)
        if not web:
            return call.skipped("is no http or https URL with a host: correct it")
        retrying = Retrying(
            retry=retry_if_result(lambda outcome: isinstance(outcome, _Again)),
            stop=stop_after_attempt(settings.attempts)
            | stop_before_delay(settings.total_timeout_s),
            wait=_Wait(settings),
            retry_error_callback=_given_up,
        )
        outcome = retrying(self._attempt, call)
        return call.skipped(outcome.reason) if isinstance(outcome, _Again) else outcome

    def _attempt(self, call: _Call) -> Fetched | NotModified | Skipped | _Again:
        """Return what one request brings."""
        try:
            with self._client(call) as client, client.stream("GET", call.url) as response:
                return self._answer(call, response)
        except httpx.TooManyRedirects:
            limit = f"fetch.max_redirects = {self._settings.max_redirects}"
            return call.skipped(f"redirects more than {limit} times: correct it")
        except httpx.UnsupportedProtocol:
            return call.skipped("redirects to what is no http or https URL: name another copy")
        except _INVALID:
            return call.skipped("is, or redirects to, a host name that cannot be: correct it")
        except httpx.HTTPError as error:
            if isinstance(error.__context__, httpx.InvalidURL):  # of a Location header
                return call.skipped("redirects to what is no valid URL: name another copy")
            over = call.seconds_left() <= 0
            return self._too_slow(call) if over else self._failure(call, error)

    def _client(self, call: _Call) -> httpx.Client:
        settings, left = self._settings, max(call.seconds_left(), 0.001)
        headers = {
            "User-Agent": settings.user_agent,
            "Accept": _ACCEPT,
            "Accept-Encoding": "gzip, deflate",
            **_conditions(call.previous),
        }
        return httpx.Client(
            transport=self._transport,
            verify=self._tls,
            follow_redirects=True,
            max_redirects=settings.max_redirects,
            timeout=httpx.Timeout(
                min(settings.read_timeout_s, left), connect=min(settings.connect_timeout_s, left)
            ),
            headers=httpx.Headers(headers, encoding="utf-8"),
        )

    def _answer(
        self, call: _Call, response: httpx.Response
    ) -> Fetched | NotModified | Skipped | _Again:
        """Return what a response means; its body is read only if it is wanted."""
        status = response.status_code
        if status == httpx.codes.NOT_MODIFIED and call.previous is not None:
            return NotModified()
        said = f"answered {status} {httpx.codes.get_reason_phrase(status)}".rstrip()
        if status in _AGAIN or httpx.codes.is_server_error(status):
            return _Again(said, _retry_after(response))
        if not response.is_success:
            advice = _ADVICE.get(status, "correct the locator, or delete the entry")
            return call.skipped(f"{said}: {advice}", response.url, gone=status in _GONE)
        content = self._body(call, response)
        if isinstance(content, Skipped):
            return content
        if not content:
            return call.skipped("sent nothing: name another copy", response.url)
        return Fetched(source=self._source(response, content), content=content)

    def _body(self, call: _Call, response: httpx.Response) -> bytes | Skipped:
        """Return the decoded body; the cap holds before it is read and while it is decoded."""
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in _ENCODINGS:
            return call.skipped(f"is encoded as {encoding!r}: name another copy", response.url)
        announced = response.headers.get("Content-Length", "")
        if announced.isdecimal() and float(announced) > self._settings.max_bytes:
            return self._too_large(call, response, f"has {float(announced):,.0f} bytes")
        content = bytearray()
        for part in _decoded(response, encoding, self._settings.max_bytes):
            content += part
            if len(content) > self._settings.max_bytes:
                return self._too_large(call, response, "sends more bytes than it may")
            if call.seconds_left() <= 0:
                return self._too_slow(call)
        return bytes(content)

    def _source(self, response: httpx.Response, content: bytes) -> Source:
        headers = response.headers
        return Source(
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            media_type=headers.get("Content-Type", "").partition(";")[0].strip().lower(),
            charset=response.charset_encoding or "",
            location=_bare(response.url),
            read_on=self._today().isoformat(),
            etag=headers.get("ETag", ""),
            last_modified=headers.get("Last-Modified", ""),
        )

    def _failure(self, call: _Call, error: httpx.HTTPError) -> Skipped | _Again:
        """Return what went wrong below HTTP: for good, or perhaps only this time."""
        cause = _system_error(error)
        words = " ".join(str(error).split()) or type(error).__name__
        if isinstance(cause, ssl.SSLError):
            return call.skipped(f"has no valid TLS ({words}): name another copy")
        if isinstance(cause, socket.gaierror) and cause.errno != socket.EAI_AGAIN:
            return call.skipped(f"has an unknown host name {call.url.host!r}: correct it")
        settings = self._settings
        match error:
            case httpx.ConnectTimeout():
                limit = f"fetch.connect_timeout_s = {settings.connect_timeout_s:g}"
                said = f"does not connect within {limit}"
            case httpx.TimeoutException():
                said = f"keeps silent for fetch.read_timeout_s = {settings.read_timeout_s:g}"
            case httpx.ConnectError() | httpx.ProxyError():
                said = f"cannot be reached ({words})"
            case _:
                said = f"breaks off its answer ({words})"
        return _Again(said)

    def _too_large(self, call: _Call, response: httpx.Response, what: str) -> Skipped:
        what = f"{what}, over fetch.max_bytes = {self._settings.max_bytes:,}"
        return call.skipped(f"{what}: raise it in config/rag.toml, or name a part", response.url)

    def _too_slow(self, call: _Call) -> Skipped:
        limit = f"fetch.total_timeout_s = {self._settings.total_timeout_s:g}"
        return call.skipped(f"takes longer than {limit}: try later, or save it and name the file")


class _Wait(wait_random_exponential):
    """As long as the server asks; else a random time below a bound that doubles each time."""

    def __init__(self, settings: FetchSettings) -> None:
        super().__init__(multiplier=settings.backoff_s, max=settings.max_backoff_s)

    def __call__(self, retry_state: RetryCallState) -> float:
        outcome = _again(retry_state)
        return super().__call__(retry_state) if outcome.after_s is None else outcome.after_s


def _again(state: RetryCallState) -> _Again:
    """Return the outcome of the attempt that just failed."""
    assert state.outcome is not None  # noqa: S101 - there is one once an attempt is over
    outcome: _Again = state.outcome.result()
    return outcome


def _given_up(state: RetryCallState) -> _Again:
    """Return the last outcome, with what came before it and what to do."""
    (reason, after_s), count = _again(state), state.attempt_number
    wait = "" if after_s is None else f" and asks to wait {after_s:.0f} s"
    times = "" if count == 1 else f", {count} times"
    return _Again(f"{reason}{wait}{times}: try later, or save it and name the file")


def _decoded(response: httpx.Response, encoding: str, most: int) -> Iterator[bytes]:
    """Yield the body as it was before it was compressed; httpx would take one cut off for whole."""
    if encoding in _NO_ENCODING:
        yield from response.iter_raw()
        return
    decompressor = Decompressor(encoding, most)
    try:
        for part in response.iter_raw():
            yield decompressor.feed(part)
    except zlib.error as error:
        raise httpx.DecodingError(f"it is no {encoding}: {error}") from error
    if decompressor.is_cut_off:
        raise httpx.DecodingError(f"its {encoding} is cut off")


def _conditions(previous: Source | None) -> dict[str, str]:
    """Return the headers that ask for news only; a validator that no header can carry is left."""
    if previous is None:
        return {}
    wanted = {"If-None-Match": previous.etag, "If-Modified-Since": previous.last_modified}
    return {name: value for name, value in wanted.items() if value and value.isascii()}


def _retry_after(response: httpx.Response) -> float | None:
    """Return the seconds after which the server asks to be called again, if it does."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _system_error(error: BaseException) -> OSError | None:
    """Return what the operating system said; httpcore keeps it as the context, not the cause."""
    below: BaseException | None = error
    while below is not None and not isinstance(below, OSError):
        below = below.__cause__ or below.__context__
    return below


def _bare(url: httpx.URL) -> str:
    """Return `url` without its password."""
    return str(url.copy_with(userinfo=b"") if url.userinfo else url)
