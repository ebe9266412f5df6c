"""Objects in S3, read by the real boto3 from a server on the loopback interface."""

from __future__ import annotations

import gzip
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import boto3
import pytest
from contracts.fetcher import MAX_BYTES, FetcherContract
from responder import dummy_credentials
from servers import Request, Server, closed_port, serving

from rag.adapters.fetch_s3 import S3Fetcher
from rag.objects import OBJECTS, unpack
from rag.settings import FetchSettings, S3Settings
from rag.types import Fetched, NotModified, Skipped, Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ThreadedMotoServer = pytest.importorskip(
    "moto.server", reason="needs moto's server"
).ThreadedMotoServer

SETTINGS = FetchSettings(
    connect_timeout_s=5,
    read_timeout_s=30,
    total_timeout_s=60,
    max_bytes=MAX_BYTES,
    max_redirects=3,
    attempts=2,
    backoff_s=0.001,
    max_backoff_s=0.01,
    user_agent="rag/test",
)
TYPES = {
    "html": "text/html; charset=utf-8",
    "md": "text/markdown",
    "pdf": "application/pdf",
    "txt": "text/plain",
    "vtt": "text/vtt",
}
BUCKET = "books"


class Shelf(NamedTuple):
    """A bucket on a server, and a fetcher that reaches it."""

    client: object
    url: str
    fetcher: S3Fetcher

    def put(self, name: str, content: bytes, **more: object) -> str:
        """See `Place.put`."""
        kind = TYPES.get(name.rpartition(".")[2])
        said = {"ContentType": kind} if kind else {}
        self.client.put_object(Bucket=BUCKET, Key=name, Body=content, **said | more)
        return f"s3://{BUCKET}/{name}"


def fetcher(url: str, *, max_objects: int = 5, region: str = "", **changes: object) -> S3Fetcher:
    """Return a fetcher of what a server has, on a fixed day."""
    s3 = S3Settings(region=region, profile="", endpoint_url=url, max_objects=max_objects)
    return S3Fetcher(SETTINGS.model_copy(update=changes), s3, today=lambda: date(2026, 1, 2))


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """Run a server that speaks S3 for all tests, and give its URL."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give dummy credentials, and nothing of this machine's own configuration."""
    dummy_credentials(monkeypatch, tmp_path)
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3", raising=False)


@pytest.fixture
def shelf(moto: str, credentials: None) -> Iterator[Shelf]:  # noqa: ARG001 - they come first
    """Give an empty bucket."""
    client = boto3.client("s3", endpoint_url=moto)
    client.create_bucket(Bucket=BUCKET)
    client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    yield Shelf(client, moto, fetcher(moto))
    for page in client.get_paginator("list_object_versions").paginate(Bucket=BUCKET):
        for item in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
            client.delete_object(Bucket=BUCKET, Key=item["Key"], VersionId=item["VersionId"])
    client.delete_bucket(Bucket=BUCKET)


class TestS3Fetcher(FetcherContract):
    """S3Fetcher is a `Fetcher`."""

    @pytest.fixture
    def place(self, shelf: Shelf) -> Shelf:
        """Give a bucket without objects."""
        return shelf


def reason_of(reader: S3Fetcher, location: str) -> str:
    """Return why a location is skipped, without the location."""
    skipped = reader.fetch("key", location)
    assert isinstance(skipped, Skipped), skipped
    assert skipped.reason.isprintable()
    assert skipped.reason.startswith(f"{location} ")
    return skipped.reason.removeprefix(f"{location} ")


def source_of(reader: S3Fetcher, location: str) -> Source:
    """Return the source at a location."""
    fetched = reader.fetch("key", location)
    assert isinstance(fetched, Fetched), fetched
    return fetched.source


# --- one object ------------------------------------------------------------------------------


def test_what_was_said_of_it_is_kept(shelf):
    """Media type, charset, validators and the date of reading are in the source."""
    location = shelf.put("a.html", b"words")
    source = source_of(shelf.fetcher, location)
    assert (source.media_type, source.charset) == ("text/html", "utf-8")
    assert source.etag.strip('"')
    assert source.last_modified.endswith("GMT")
    assert source.read_on == "2026-01-02"


def test_a_version_may_be_named(shelf):
    """It stays what it is; without one the newest is read."""
    location = shelf.put("a.txt", b"old words")
    versions = shelf.client.list_object_versions(Bucket=BUCKET)["Versions"]
    shelf.put("a.txt", b"new words")
    old = shelf.fetcher.fetch("key", f"{location}?versionId={versions[0]['VersionId']}")
    new = shelf.fetcher.fetch("key", location)
    assert isinstance(old, Fetched)
    assert isinstance(new, Fetched)
    assert (old.content, new.content) == (b"old words", b"new words")
    assert reason_of(shelf.fetcher, f"{location}?versionId=nonsense")


@pytest.mark.parametrize("key", ["a b.txt", "ü/専.txt", "100%25.txt", "q?x=1", "a#b", "a+b.txt"])
def test_a_key_is_taken_as_it_is_written(shelf, key):
    """Its characters mean nothing else."""
    location = shelf.put(key, b"words")
    assert source_of(shelf.fetcher, location).location == location


def test_a_key_that_is_not_there_may_be_percent_encoded(shelf):
    """As it stands in a link of Markdown."""
    shelf.put("my notes.txt", b"words")
    assert source_of(shelf.fetcher, f"s3://{BUCKET}/my%20notes.txt").size == 5


def test_what_was_compressed_to_be_stored_is_decoded(shelf):
    """And the cap holds for what comes out of it."""
    content = gzip.compress(b"words" * 10)
    location = shelf.put("a.txt", content, ContentEncoding="gzip")
    fetched = shelf.fetcher.fetch("key", location)
    assert isinstance(fetched, Fetched)
    assert fetched.content == b"words" * 10
    bomb = shelf.put("b.txt", gzip.compress(b"0" * 10**6, 9)[:990], ContentEncoding="gzip")
    assert "fetch.max_bytes = 1,000" in reason_of(shelf.fetcher, bomb)
    cut = shelf.put("e.txt", gzip.compress(b"words" * 10)[:-9], ContentEncoding="gzip")
    assert "is cut off" in reason_of(shelf.fetcher, cut)
    false = shelf.put("c.txt", b"words", ContentEncoding="gzip")
    assert "is no gzip" in reason_of(shelf.fetcher, false)
    other = shelf.put("d.txt", b"words", ContentEncoding="br")
    assert "is encoded as 'br'" in reason_of(shelf.fetcher, other)


@pytest.mark.parametrize(
    ("location", "words"),
    [
        (f"s3://{BUCKET}/absent", "is not there: correct the locator"),
        ("s3://nobodys-bucket/a.txt", "a bucket that does not exist"),
        ("s3://nobodys-bucket/a/", "a bucket that does not exist"),
        ("s3:///a.txt", "is no s3://bucket/key"),
        ("s3://b", "is no s3://bucket/key"),
        ("s3://B ucket/a", "is no s3://bucket/key"),
        (f"s3://{BUCKET}/empty/", "has no objects"),
        (f"s3://{BUCKET}/a/?versionId=1", "is a prefix, which has no version"),
    ],
)
def test_what_is_not_there_is_skipped(shelf, location, words):
    """In one line, with what to do."""
    assert words in reason_of(shelf.fetcher, location)


def test_the_endpoint_may_come_from_the_environment(shelf, monkeypatch):
    """The variable of botocore's is honoured."""
    location = shelf.put("a.txt", b"words")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", shelf.url)
    assert source_of(fetcher(""), location).size == 5


# --- a prefix --------------------------------------------------------------------------------


def objects_of(shelf: Shelf, location: str) -> dict[str, str]:
    """Return the objects of a prefix as text, by name, in their order."""
    fetched = shelf.fetcher.fetch("key", location)
    assert isinstance(fetched, Fetched), fetched
    assert fetched.source.media_type == OBJECTS
    return {item.name: item.content.decode() for item in unpack(fetched.content)}


def test_a_prefix_is_all_that_stands_below_it(shelf):
    """In the order of the keys; what only stands for a folder is nothing."""
    for name in ("a/2.md", "a/10.md", "a/b/c.md", "a/", "ab.md", "a.md"):
        shelf.put(name, name.encode())
    assert objects_of(shelf, f"s3://{BUCKET}/a/") == {
        "10.md": "a/10.md",
        "2.md": "a/2.md",
        "b/c.md": "a/b/c.md",
    }
    assert list(objects_of(shelf, f"s3://{BUCKET}/")) == [
        "a.md", "a/10.md", "a/2.md", "a/b/c.md", "ab.md",
    ]  # fmt: skip


def test_a_prefix_that_did_not_change_is_not_read_again(shelf):
    """An object that is new, changed or gone makes it another."""
    shelf.put("a/1.md", b"one")
    shelf.put("a/2.md", b"two")
    location = f"s3://{BUCKET}/a/"
    for change in (
        lambda: shelf.put("a/3.md", b"three"),
        lambda: shelf.put("a/1.md", b"won"),
        lambda: shelf.client.delete_object(Bucket=BUCKET, Key="a/2.md"),
    ):
        before = source_of(shelf.fetcher, location)
        assert isinstance(shelf.fetcher.fetch("key", location, before), NotModified)
        change()
        after = shelf.fetcher.fetch("key", location, before)
        assert isinstance(after, Fetched)
        assert after.source.sha256 != before.sha256


def test_a_prefix_has_limits(shelf):
    """So many objects, so many bytes: known before anything is read."""
    for number in range(6):
        shelf.put(f"a/{number}.md", b"0" * 150)
    location = f"s3://{BUCKET}/a/"
    assert "more objects than s3.max_objects = 5: raise it" in reason_of(shelf.fetcher, location)
    many = fetcher(shelf.url, max_objects=6)
    assert source_of(many, location).size
    few = fetcher(shelf.url, max_objects=6, max_bytes=899)
    assert "its objects have 900 bytes, over fetch.max_bytes" in reason_of(few, location)


def test_an_object_that_cannot_be_read_is_left_out_with_the_reason(shelf):
    """The others stay; while one lacks, what was read is not taken for the whole next time."""
    shelf.put("a/1.md", b"one")
    shelf.put("a/2.md", b"")
    shelf.put("a/3.md", b"three", ContentEncoding="br")
    fetched = shelf.fetcher.fetch("key", f"s3://{BUCKET}/a/")
    assert isinstance(fetched, Fetched)
    first, second, third = unpack(fetched.content)
    assert (first.content, first.left_out) == (b"one", "")
    assert (second.content, second.left_out) == (b"", "is empty: put the document there")
    assert "is encoded as 'br'" in third.left_out
    assert fetched.source.etag == ""


# --- a server that is not well ---------------------------------------------------------------


def error(status: int, code: str, message: str = "no", **headers: str):
    """Return a route that answers with an error as S3 does."""
    body = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
    return lambda request: request.send(status, body, Content_Type="application/xml", **headers)


@pytest.fixture
def server() -> Iterator[Server]:
    """Give a server on which nothing is well."""
    with serving() as running:
        yield running


@pytest.mark.parametrize(
    ("route", "words"),
    [
        (error(403, "AccessDenied"), "may not be read: allow s3:GetObject"),
        (error(403, "InvalidObjectState"), "is archived: restore it"),
        (error(400, "ExpiredToken"), "the credentials have expired"),
        (error(403, "InvalidAccessKeyId"), "the credentials are not valid"),
        (error(403, "SignatureDoesNotMatch"), "check the secret key and the clock"),
        (error(503, "SlowDown"), "SlowDown"),
        (error(500, "InternalError"), "try later"),
        (error(418, "Teapot"), "is refused"),
        (Request.reset, "the connection broke"),
        (
            lambda request: request.send(200, b"half", Content_Length="100"),
            "breaks off (IncompleteReadError), 2 times: try later",
        ),
    ],
)
def test_a_failure_is_one_line(server, route, words):
    """The service's own words are in it, and what to do."""
    server.routes[f"/{BUCKET}/a.txt"] = route
    assert words in reason_of(fetcher(server.url("")), f"s3://{BUCKET}/a.txt")


def test_another_region_is_named(server):
    """As the service says it."""
    where = error(301, "PermanentRedirect", x_amz_bucket_region="eu-west-1")
    server.routes[f"/{BUCKET}/a.txt"] = where
    assert reason_of(fetcher(server.url("")), f"s3://{BUCKET}/a.txt") == (
        "is in another region: set s3.region = 'eu-west-1'"
    )


def test_a_large_object_is_not_downloaded(server):
    """What is announced is enough to know."""
    announced = f"{MAX_BYTES + 1}"
    server.routes[f"/{BUCKET}/a.txt"] = lambda request: request.send(200, Content_Length=announced)
    assert "has 1,001 bytes" in reason_of(fetcher(server.url("")), f"s3://{BUCKET}/a.txt")


def test_the_cap_holds_where_no_size_is_announced(server):
    """As some servers that speak like S3 do."""

    def endless(request):
        request.send_raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(3):
            request.send_raw(b"200\r\n" + b"0" * 512 + b"\r\n")
        request.sleep(60)

    server.routes[f"/{BUCKET}/a.txt"] = endless
    assert "over fetch.max_bytes" in reason_of(fetcher(server.url("")), f"s3://{BUCKET}/a.txt")


def test_without_credentials_it_is_skipped(moto, monkeypatch):
    """With how to log in; what the other references say does not depend on it."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    reason = reason_of(fetcher(moto), f"s3://{BUCKET}/a.txt")
    assert reason.startswith("is not read, no credentials are found")
    assert "aws configure" in reason


def test_nobody_answers(monkeypatch):
    """A wrong endpoint is named."""
    url = f"http://127.0.0.1:{closed_port()}"
    reason = reason_of(fetcher(url, attempts=1), f"s3://{BUCKET}/a.txt")
    assert "nobody answers there" in reason
    assert "s3.endpoint_url" in reason
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "localhost:9000")
    reason = reason_of(fetcher(""), f"s3://{BUCKET}/a.txt")
    assert "Invalid endpoint: localhost:9000" in reason
    assert "s3.endpoint_url" in reason
