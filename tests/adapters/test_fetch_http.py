"""URLs are fetched with patience and within limits; whatever fails out there is skipped."""

from __future__ import annotations

import gzip
import socket
import time
import zlib
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import httpx
import pytest
from contracts.fetcher import MAX_BYTES, FetcherContract
from servers import Request, Server, closed_port, serving

from rag.adapters.fetch_http import HttpFetcher
from rag.settings import FetchSettings
from rag.types import Fetched, NotModified, Skipped, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SETTINGS = FetchSettings(
    connect_timeout_s=2,
    read_timeout_s=0.3,
    total_timeout_s=5,
    max_bytes=MAX_BYTES,
    max_redirects=3,
    attempts=3,
    backoff_s=0.001,
    max_backoff_s=0.01,
    user_agent="rag/test (keeps a cited report)",
)
TYPES = {
    "txt": "text/plain",
    "html": "text/html; charset=utf-8",
    "md": "text/markdown",
    "pdf": "application/pdf",
    "vtt": "text/vtt",
}


def fetcher(**changes: object) -> HttpFetcher:
    """Return a fetcher with impatient settings, on a fixed day."""
    settings = SETTINGS.model_copy(update=changes)
    return HttpFetcher(settings, today=lambda: date(2026, 1, 2))


class HttpPlace:
    """A server on the loopback interface."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.fetcher = fetcher()

    def put(self, name: str, content: bytes) -> str:
        """See `Place.put`."""
        media_type = TYPES.get(name.partition(".")[2])
        tag = f'"{zlib.crc32(content)}"'
        headers = {"ETag": tag} | ({"Content_Type": media_type} if media_type else {})

        def answer(request: Request) -> None:
            if request.headers["If-None-Match"] == tag:
                request.send(304, **headers)
            else:
                request.send(200, content, **headers)

        self.server.routes[f"/{name}"] = answer
        return self.server.url(f"/{name}")


class TestHttpFetcher(FetcherContract):
    """HttpFetcher is a `Fetcher`."""

    @pytest.fixture
    def place(self, server: Server) -> HttpPlace:
        """Give a server without documents."""
        return HttpPlace(server)


@pytest.fixture
def server() -> Iterator[Server]:
    """Give a server without routes."""
    with serving() as running:
        yield running


def fetched(server: Server, path: str, **changes: object) -> Fetched:
    """Return what the path gives."""
    answer = fetcher(**changes).fetch("key", server.url(path))
    assert isinstance(answer, Fetched)
    return answer


def reason_of(url: str, **changes: object) -> str:
    """Return why the URL is skipped, without the URL."""
    skipped = fetcher(**changes).fetch("key", url)
    assert isinstance(skipped, Skipped)
    assert skipped.reason.isprintable()
    assert skipped.reason.startswith("http")
    return skipped.reason.partition(" ")[2]


def always(status: int, body: bytes = b"", **headers: str) -> Callable[[Request], None]:
    """Return a route that answers the same each time."""
    return lambda request: request.send(status, body, **headers)


def in_turn(*routes: Callable[[Request], None]) -> Callable[[Request], None]:
    """Return a route that answers by one of `routes` after the other."""
    left = iter(routes)

    def answer(request: Request) -> None:
        next(left)(request)

    return answer


# --- what arrives ----------------------------------------------------------------------------


def test_what_the_server_says_is_kept(server):
    """Media type, charset, validators, final address and date of reading are in the source."""
    headers = {"Content_Type": 'Text/HTML; Charset="ISO-8859-1"', "ETag": 'W/"1"'}
    last_modified = "Thu, 01 Jan 2026 00:00:00 GMT"
    server.routes["/a"] = always(302, Location="/b")
    server.routes["/b"] = always(200, b"caf\xe9", Last_Modified=last_modified, **headers)
    source = fetched(server, "/a").source
    assert (source.media_type, source.charset) == ("text/html", "iso-8859-1")
    assert (source.etag, source.last_modified) == ('W/"1"', last_modified)
    assert (source.location, source.read_on) == (server.url("/b"), "2026-01-02")


@pytest.mark.parametrize(
    "value", ["text/html; charset=utf-99", "text/html; charset", "; ;", "\xff"]
)
def test_a_wrong_content_type_does_no_harm(server, value):
    """A charset that is none, or a header that is none, is the parser's to judge."""
    server.routes["/"] = always(200, b"caf\xe9", Content_Type=value)
    assert fetched(server, "/").content == b"caf\xe9"


def test_the_request_is_honest(server):
    """The request says who asks and what is read best."""
    server.routes["/"] = always(200, b"words")
    fetched(server, "/")
    (request,) = server.requests
    assert request.headers["User-Agent"] == "rag/test (keeps a cited report)"
    assert request.headers["Accept"].startswith("text/html")
    for media_type in ("text/markdown", "application/pdf", "text/plain"):
        assert media_type in request.headers["Accept"]


def test_the_user_agent_may_be_in_any_language(server):
    """What a header takes only as bytes is sent as UTF-8."""
    server.routes["/"] = always(200, b"words")
    fetched(server, "/", user_agent="rag für 你好")
    sent = server.requests[0].headers["User-Agent"]
    assert sent.encode("latin-1").decode() == "rag für 你好"


def test_compressed_bytes_are_decoded(server):
    """A source's bytes are the document, however it travelled."""
    server.routes["/"] = always(200, gzip.compress(b"words"), Content_Encoding="gzip")
    assert fetched(server, "/").content == b"words"


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate"])
def test_compressed_bytes_are_whole_or_not_taken(server, encoding):
    """Each member of a gzip is read; a body that is cut off is no document, whatever its length."""
    pieces = [zlib.compress(b"words" * 99)]
    if encoding != "deflate":
        pieces = [gzip.compress(b"words" * 90), gzip.compress(b"words" * 9) + bytes(8)]
    body = b"".join(pieces)
    server.routes["/"] = always(200, body, Content_Encoding=encoding)
    assert fetched(server, "/").content == b"words" * 99
    server.routes["/"] = always(200, pieces[0][:-9], Content_Encoding=encoding)
    assert f"(its {encoding} is cut off), 3 times: " in reason_of(server.url("/"))
    raw = zlib.compress(b"words" * 99)[2:-4]
    server.routes["/"] = always(200, raw, Content_Encoding="deflate")
    assert fetched(server, "/").content == b"words" * 99


def test_cookies_live_as_long_as_one_fetch(server):
    """A redirect's cookie is sent back, and forgotten by the next fetch."""
    server.routes["/a"] = always(302, Location="/b", Set_Cookie="a=1")
    server.routes["/b"] = always(200, b"words")
    reader = fetcher()
    reader.fetch("key", server.url("/a"))
    reader.fetch("key", server.url("/b"))
    assert [request.headers["Cookie"] for request in server.requests] == [None, "a=1", None]


# --- conditional requests --------------------------------------------------------------------


def previous(**fields: str) -> Source:
    """Return a source that was read before."""
    return Source(sha256="0" * 64, size=1, media_type="", location="http://before", **fields)


def test_validators_are_sent_back(server):
    """ETag and date of what was read before make the request conditional; 304 is no change."""
    server.routes["/"] = always(304)
    before = previous(etag='"1"', last_modified="Thu, 01 Jan 2026 00:00:00 GMT")
    assert isinstance(fetcher().fetch("key", server.url("/"), before), NotModified)
    (request,) = server.requests
    assert request.headers["If-None-Match"] == '"1"'
    assert request.headers["If-Modified-Since"] == "Thu, 01 Jan 2026 00:00:00 GMT"


@pytest.mark.parametrize("fields", [{}, {"etag": '"é"'}])
def test_what_has_no_validator_is_read_again(server, fields):
    """Without a validator that a header can carry, the whole is asked for."""
    server.routes["/"] = always(200, b"words")
    assert isinstance(fetcher().fetch("key", server.url("/"), previous(**fields)), Fetched)
    assert server.requests[0].headers["If-None-Match"] is None


def test_304_unasked_is_skipped(server):
    """A server that says "not modified" to who has nothing gave nothing."""
    server.routes["/"] = always(304)
    assert reason_of(server.url("/")).startswith("answered 304 Not Modified: ")


# --- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, "answered 404 Not Found: correct the locator"),
        (410, "answered 410 Gone: it is gone for good"),
        (401, "answered 401 Unauthorized: it wants a login"),
        (403, "answered 403 Forbidden: it refuses programs"),
        (400, "answered 400 Bad Request: "),
        (999, "answered 999: "),
        (302, "answered 302 Found: "),
    ],
)
def test_a_refusal_is_skipped_at_once(server, status, said):
    """A status that will not change is asked for once."""
    server.routes["/"] = always(status, b"words")
    skipped = fetcher().fetch("key", server.url("/"))
    assert reason_of(server.url("/")).startswith(said)
    assert len(server.requests) == 2
    assert skipped.gone is (status in {404, 410})


def test_a_redirect_loop_is_skipped(server):
    """Redirects end at the limit that the settings name."""
    server.routes["/"] = always(301, Location="/")
    assert "fetch.max_redirects = 3" in reason_of(server.url("/"))
    assert len(server.requests) == 4


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_a_redirect_out_of_the_web_is_skipped(server, target):
    """A server cannot make the fetcher read a file."""
    server.routes["/"] = always(302, Location=target)
    assert reason_of(server.url("/")).startswith("redirects to what is no http or https URL")


@pytest.mark.parametrize("target", ["http://[::1/x", "https://a.b:port/", "http://a b.c/\x7f"])
def test_a_redirect_to_no_url_is_skipped_at_once(server, target):
    """Trying again later would not mend it."""
    server.routes["/"] = always(302, Location=target)
    assert reason_of(server.url("/")).endswith(("name another copy", "correct it"))
    assert len(server.requests) == 1


@pytest.mark.parametrize("headers", [{}, {"Content_Type": "text/html"}])
def test_an_empty_body_is_skipped(server, headers):
    """A page without a byte is no document."""
    server.routes["/"] = always(200, **headers)
    assert reason_of(server.url("/")).startswith("sent nothing")


def test_a_password_is_never_told(server):
    """Neither a reason nor a source holds the password of a URL; the server gets it."""
    server.routes["/"] = in_turn(always(404), always(200, b"words"))
    url = server.url("/").replace("127.0.0.1", "me:secret@127.0.0.1")
    skipped = fetcher().fetch("key", url)
    answer = fetcher().fetch("key", url)
    assert "secret" not in f"{skipped}{answer}"
    assert server.requests[0].headers["Authorization"].startswith("Basic ")


# --- limits ----------------------------------------------------------------------------------


def test_a_body_that_announces_too_much_is_not_read(server):
    """300 MB announced is skipped by its header."""
    server.routes["/"] = always(200, b"words", Content_Length="300000000")
    assert reason_of(server.url("/")).startswith(
        "has 300,000,000 bytes, over fetch.max_bytes = 1,000: "
    )


def test_a_body_that_announces_nothing_is_cut(server):
    """A body of any length is read no further than the cap."""

    def endless(request: Request) -> None:
        request.send_raw(b"HTTP/1.0 200 OK\r\n\r\n")
        while True:
            request.send_raw(b"a" * 10_000)

    server.routes["/"] = endless
    assert "over fetch.max_bytes = 1,000" in reason_of(server.url("/"))


def test_the_cap_is_on_decoded_bytes(server):
    """A small body that swells when it is decoded is too large."""
    bomb = gzip.compress(bytes(50_000_000))
    server.routes["/"] = always(200, bomb, Content_Encoding="gzip")
    assert "over fetch.max_bytes = 100,000" in reason_of(server.url("/"), max_bytes=100_000)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br"])
def test_an_encoding_that_was_not_asked_for_is_skipped(server, encoding):
    """Stacked encodings could swell without bound in one step."""
    body = gzip.compress(gzip.compress(b"words"))
    server.routes["/"] = always(200, body, Content_Encoding=encoding)
    assert reason_of(server.url("/")).startswith(f"is encoded as '{encoding}'")


def test_a_silent_server_is_skipped_in_time(server):
    """A server that accepts and says nothing costs the read timeout, each time."""
    server.routes["/"] = lambda request: request.sleep(30)
    begin = time.monotonic()
    reason = reason_of(server.url("/"))
    assert reason.startswith("keeps silent for fetch.read_timeout_s = 0.3, 3 times: ")
    assert time.monotonic() - begin < 3


def test_a_dripping_server_is_skipped_in_time(server):
    """A server that sends a byte now and then cannot hold the run: the total counts."""

    def drip(request: Request) -> None:
        request.send_raw(b"HTTP/1.0 200 OK\r\n\r\n")
        while True:
            request.send_raw(b"a")
            request.sleep(0.05)

    server.routes["/"] = drip
    begin = time.monotonic()
    reason = reason_of(server.url("/"), total_timeout_s=0.5)
    assert reason.startswith("takes longer than fetch.total_timeout_s = 0.5")
    assert time.monotonic() - begin < 2


def test_the_total_counts_all_attempts(server):
    """Attempts end with the total, however many are left."""
    server.routes["/"] = lambda request: request.sleep(30)
    begin = time.monotonic()
    reason_of(server.url("/"), total_timeout_s=0.5, attempts=20)
    assert time.monotonic() - begin < 2


# --- retries ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_passing_failure_is_tried_again(server, status):
    """An overloaded or failing server gets further attempts, and the last one counts."""
    server.routes["/"] = in_turn(always(status), always(status), always(200, b"words"))
    assert fetched(server, "/").content == b"words"


def test_a_lasting_failure_is_skipped(server):
    """After the last attempt the reason says how often it was tried."""
    server.routes["/"] = always(503)
    reason = reason_of(server.url("/"))
    assert reason.startswith("answered 503 Service Unavailable, 3 times: try later")
    assert len(server.requests) == 3


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured(server, form):
    """The next attempt comes when the server asks for it, not before."""
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    value = "1" if form == "seconds" else at
    server.routes["/"] = in_turn(always(429, Retry_After=value), always(200, b"words"))
    begin = time.monotonic()
    fetched(server, "/")
    assert time.monotonic() - begin > 0.9


@pytest.mark.parametrize("value", ["3600", "9" * 400, "Fri, 31 Dec 9999 23:59:59 -0000"])
def test_a_wait_over_the_total_is_not_begun(server, value):
    """A server that asks for more time than there is ends the attempts at once."""
    server.routes["/"] = always(503, Retry_After=value)
    begin = time.monotonic()
    assert "asks to wait" in reason_of(server.url("/"))
    assert time.monotonic() - begin < 1
    assert len(server.requests) == 1


@pytest.mark.parametrize("value", ["", "soon", "-5", "Mon, 01 Jan 1990 00:00:00 GMT", "1.5"])
def test_a_retry_after_that_says_nothing_is_no_obstacle(server, value):
    """What is no time to come back leaves the usual backoff."""
    server.routes["/"] = in_turn(always(503, Retry_After=value), always(200, b"words"))
    assert fetched(server, "/").content == b"words"


def reset(request: Request) -> None:
    """Break off before the answer."""
    request.reset()


def reset_amid(request: Request) -> None:
    """Break off amid the answer."""
    request.send_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nwor")
    request.reset()


def cut_short(request: Request) -> None:
    """Send less than announced."""
    request.send_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nwords")


def broken_chunk(request: Request) -> None:
    """Send a chunk whose length is no number."""
    request.send_raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwords\r\nzz\r\n")


def missing_chunk(request: Request) -> None:
    """Send no last chunk."""
    request.send_raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwords\r\n")


def no_http(request: Request) -> None:
    """Speak another protocol."""
    request.send_raw(b"220 mail.example.org ESMTP\r\n")


def no_gzip(request: Request) -> None:
    """Send plain words as gzip."""
    request.send(200, b"words", Content_Encoding="gzip")


BROKEN = [reset, reset_amid, cut_short, broken_chunk, missing_chunk, no_http, no_gzip]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_answer_is_tried_again(server, broken):
    """A connection that breaks, or a body that does, may hold the next time."""
    server.routes["/"] = in_turn(broken, broken, always(200, b"words"))
    assert fetched(server, "/").content == b"words"


@pytest.mark.parametrize("broken", BROKEN)
def test_an_answer_that_stays_broken_is_skipped(server, broken):
    """Half a document is never taken for a whole one."""
    server.routes["/"] = broken
    reason = reason_of(server.url("/"))
    assert reason.startswith("breaks off its answer (")
    assert "3 times: " in reason


# --- no connection ---------------------------------------------------------------------------


def test_a_refused_connection_is_skipped():
    """Nobody listens: tried again, then skipped."""
    reason = reason_of(f"http://127.0.0.1:{closed_port()}/")
    assert reason.startswith("cannot be reached (")
    assert "refused" in reason
    assert "3 times" in reason


def test_a_connection_without_valid_tls_is_skipped(server):
    """A server that speaks no TLS on https is skipped at once."""
    reason = reason_of(server.url("/").replace("http:", "https:"))
    assert reason.startswith("has no valid TLS (")


@pytest.mark.parametrize(
    ("number", "said", "tries"),
    [
        (socket.EAI_NONAME, "has an unknown host name 'nowhere.invalid'", 1),
        (socket.EAI_AGAIN, "cannot be reached (", 3),
    ],
)
def test_a_host_that_has_no_address_is_skipped(number, said, tries):
    """An unknown name is skipped at once; a look-up that fails for now is tried again."""
    asked = []

    def look_up(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        try:
            raise socket.gaierror(number, "no address")
        except OSError as error:
            raise httpx.ConnectError(str(error)) from error

    reader = HttpFetcher(
        SETTINGS, today=lambda: date(2026, 1, 2), transport=httpx.MockTransport(look_up)
    )
    skipped = reader.fetch("key", "http://nowhere.invalid/")
    assert isinstance(skipped, Skipped)
    assert f" {said}" in skipped.reason
    assert len(asked) == tries


@pytest.mark.parametrize(
    "host", ["a" * 64 + ".invalid", "a..invalid", "xn--zz", "é" * 70, "127.0.0.1:0x1"]
)
def test_a_host_name_that_cannot_be_is_skipped(server, host):
    """A name that no look-up takes is skipped, in the locator and in a redirect."""
    server.routes["/"] = always(302, Location=f"http://{host}/")
    assert isinstance(fetcher().fetch("key", f"http://{host}/"), Skipped)
    assert isinstance(fetcher().fetch("key", server.url("/")), Skipped)


def test_a_host_that_does_not_answer_is_skipped():
    """A connection that is never accepted costs the connect timeout."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for client in waiting:
            client.setblocking(False)
            client.connect_ex(address)
        reason = reason_of(f"http://127.0.0.1:{address[1]}/", connect_timeout_s=0.2, attempts=1)
        for client in waiting:
            client.close()
    assert reason.startswith("does not connect within fetch.connect_timeout_s = 0.2: ")
