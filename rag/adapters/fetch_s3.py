"""Fetcher of `s3://bucket/key` and `s3://bucket/prefix/`, by boto3.

A key gives the object's bytes. A prefix (it ends with `/`) gives every object below it, in the
order of their keys, as one source: see `rag.objects`.
"""

from __future__ import annotations

import hashlib
import re
import time
import zlib
from contextlib import closing
from email.message import Message
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn
from urllib.parse import unquote

from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
)
from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_random_exponential,
)
from urllib3.exceptions import HTTPError

from rag.adapters import aws
from rag.compressed import GZIP, Decompressor
from rag.objects import OBJECTS, Object, pack
from rag.text.printable import shown
from rag.types import Fetched, NotModified, Skipped, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from rag.settings import FetchSettings, S3Settings

_LOCATION = re.compile(
    r"s3://(?P<bucket>[A-Za-z0-9][A-Za-z0-9.\-_]{1,254})"
    r"/(?P<key>[^\0\ud800-\udfff]*?)(?:\?versionId=(?P<version>[^?&#\s]+))?",
    re.DOTALL,
)
_PIECE = 65_536
_NOBODY_SAID = {"binary/octet-stream", "application/octet-stream", OBJECTS}
"""Media types that S3 gives where nobody gave one, and ours, which no object has."""
_NO_ENCODING = {"", "identity", "aws-chunked"}
_LONGEST = 200
_ELSEWHERE = {"PermanentRedirect", "AuthorizationHeaderMalformed", "301", "TemporaryRedirect"}
_SERVER_ERROR = 500
_ABSENT = {"NoSuchKey", "404"}

_BY_CODE = {
    "NoSuchKey": "is not there: correct the locator (a prefix ends with /), or delete the entry",
    "404": "is not there: correct the locator (a prefix ends with /), or delete the entry",
    "NoSuchBucket": "is in a bucket that does not exist: correct the locator",
    "InvalidBucketName": "has no valid bucket name: correct the locator",
    "NoSuchVersion": "has no such version: correct the locator",
    "MethodNotAllowed": "is a version that was deleted: name another",
    "AccessDenied": "may not be read: allow s3:GetObject, and s3:ListBucket for a prefix",
    "403": "may not be read: allow s3:GetObject, and s3:ListBucket for a prefix",
    "AllAccessDisabled": "may not be read by anybody: name another copy",
    "InvalidObjectState": "is archived: restore it, or name another copy",
}
_OF_ONE = frozenset({"NoSuchKey", "404", "AccessDenied", "403", "InvalidObjectState"})
"""Codes that say something of one object, and nothing of those beside it."""


class _Unread(Exception):  # noqa: N818 - no error: it becomes a `Skipped`
    """What is there is not read.

    `of_one` is whether that says nothing of objects beside it, `absent` whether nothing is there.
    """

    def __init__(self, reason: str, *, of_one: bool = False, absent: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.of_one = of_one
        self.absent = absent


class _Broken(Exception):  # noqa: N818 - no error: it is tried again
    """A body broke off."""


class _Unchanged(Exception):  # noqa: N818 - no error
    """The object is what it was."""


class _Place(NamedTuple):
    """Where something is."""

    bucket: str
    key: str
    version: str = ""
    etag: str = ""
    """Of what was read before; it is not read again."""

    @property
    def location(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


class _Listed(NamedTuple):
    """An object below a prefix."""

    key: str
    size: int
    etag: str


class _Got(NamedTuple):
    """An object's bytes and what was said of them."""

    content: bytes
    media_type: str
    charset: str
    etag: str
    last_modified: str


def _place_of(location: str, etag: str) -> _Place:
    found = _LOCATION.fullmatch(location)
    if found is None:
        raise _Unread("is no s3://bucket/key or s3://bucket/prefix/: correct it")
    return _Place(found["bucket"], found["key"], found["version"] or "", etag)


class S3Fetcher:
    """Fetcher of objects in S3 and what speaks like it. See `Fetcher`.

    Args:
        settings: timeouts, caps, retries.
        s3: where it is.
        today: the date that a source was read on.
    """

    def __init__(
        self, settings: FetchSettings, s3: S3Settings, *, today: Callable[[], date]
    ) -> None:
        self._settings = settings
        self._s3 = s3
        self._today = today

    def fetch(
        self, subject: str, location: str, previous: Source | None = None
    ) -> Fetched | NotModified | Skipped:
        """See `Fetcher.fetch`. `total_timeout_s` counts all that one location takes."""
        before = previous.etag if previous and previous.location == location else ""
        try:
            return self._fetched(_place_of(location, before), location)
        except _Unchanged:
            return NotModified()
        except _Unread as unread:
            reason = f"{shown(location)[:_LONGEST]} {unread.reason}"
            return Skipped(subject=subject, stage="fetch", reason=reason, gone=unread.absent)

    def _fetched(self, place: _Place, location: str) -> Fetched:
        deadline = time.monotonic() + self._settings.total_timeout_s
        if not place.key or place.key.endswith("/"):
            return self._below(place, location, deadline)
        try:
            got = self._got(place, deadline)
        except _Unread as unread:
            decoded = unquote(place.key)
            if not unread.absent or decoded == place.key:
                raise
            got = self._got(place._replace(key=decoded), deadline)
        source = self._source(location, got.content)
        said = {name: getattr(got, name) for name in got._fields if name != "content"}
        return Fetched(source=source.model_copy(update=said), content=got.content)

    def _source(self, location: str, content: bytes) -> Source:
        return Source(
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            media_type="",
            location=location,
            read_on=self._today().isoformat(),
        )

    # --- one object --------------------------------------------------------------------------

    def _got(self, place: _Place, deadline: float) -> _Got:
        """Return an object, asked for again where its body breaks off.

        Raises:
            _Unread: it cannot be read.
            _Unchanged: it is what it was.
        """
        settings = self._settings
        retrying = Retrying(
            retry=retry_if_exception_type(_Broken),
            stop=stop_after_attempt(settings.attempts),
            wait=wait_random_exponential(settings.backoff_s, settings.max_backoff_s),
            reraise=True,
        )
        try:
            return retrying(self._attempt, place, deadline)
        except _Broken as last:
            times = f", {settings.attempts} times" if settings.attempts > 1 else ""
            raise _Unread(f"breaks off ({last}){times}: try later") from last
        except (ClientError, BotoCoreError) as error:
            self._refuse(error)

    def _attempt(self, place: _Place, deadline: float) -> _Got:
        conditions = {"IfNoneMatch": place.etag} if place.etag else {}
        version = {"VersionId": place.version} if place.version else {}
        response = self._client.get_object(
            Bucket=place.bucket, Key=place.key, **conditions, **version
        )
        with closing(response["Body"]) as body:
            if "ContentLength" in response:
                self._check_size(response["ContentLength"])
            try:
                content = self._read(body, deadline)
            except (
                HTTPClientError,
                IncompleteReadError,
                FlexibleChecksumError,
                HTTPError,
            ) as error:
                raise _Broken(type(error).__name__) from error
        content = self._decoded(content, response.get("ContentEncoding", ""))
        headers = response["ResponseMetadata"]["HTTPHeaders"]
        kind = Message()
        kind["Content-Type"] = headers.get("content-type", "")
        media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
        return _Got(
            content,
            "" if media_type in _NOBODY_SAID else media_type,
            str(kind.get_param("charset", "")),
            response.get("ETag", ""),
            headers.get("last-modified", ""),
        )

    def _read(self, body: Any, deadline: float) -> bytes:
        content = bytearray()
        for part in body.iter_chunks(min(_PIECE, self._settings.max_bytes + 1)):
            content += part
            self._check_size(len(content))
            self._check_time(deadline)
        self._check_size(len(content))
        return bytes(content)

    def _decoded(self, content: bytes, encoding: str) -> bytes:
        """Return the bytes as they were before they were encoded to be stored."""
        names = [name.strip().lower() for name in encoding.split(",")]
        names = [name for name in names if name not in _NO_ENCODING]
        if not names:
            return content
        if len(names) != 1 or names[0] not in GZIP:
            raise _Unread(f"is encoded as {encoding!r}: name another copy", of_one=True)
        decompressor = Decompressor(names[0], self._settings.max_bytes)
        try:
            decoded = decompressor.feed(content)
        except zlib.error:
            raise _Unread("is no gzip, as it says: name another copy", of_one=True) from None
        self._check_size(len(decoded))
        if decompressor.is_cut_off:
            raise _Unread("is a gzip that is cut off: name another copy", of_one=True)
        return decoded

    # --- a prefix ----------------------------------------------------------------------------

    def _below(self, place: _Place, location: str, deadline: float) -> Fetched:
        """Return the objects below a prefix as one source."""
        if place.version:
            raise _Unread("is a prefix, which has no version: correct it")
        try:
            listed = sorted(self._listed(place, deadline), key=lambda item: item.key.encode())
        except (ClientError, BotoCoreError) as error:
            self._refuse(error)
        if not listed:
            raise _Unread("has no objects: correct the prefix", absent=True)
        self._check_size(sum(item.size for item in listed), what="its objects have")
        etag = hashlib.sha256(repr([(x.key, x.etag, x.size) for x in listed]).encode()).hexdigest()
        if etag == place.etag:
            raise _Unchanged
        objects = [self._object(place, item, deadline) for item in listed]
        content = pack(objects)
        complete = not any(item.left_out for item in objects)
        said = {"media_type": OBJECTS, "etag": etag if complete else ""}
        source = self._source(location, content).model_copy(update=said)
        return Fetched(source=source, content=content)

    def _listed(self, place: _Place, deadline: float) -> Iterator[_Listed]:
        """Yield the objects below a prefix; what only stands for a folder is none."""
        pages = self._client.get_paginator("list_objects_v2")
        count = 0
        for page in pages.paginate(Bucket=place.bucket, Prefix=place.key):
            self._check_time(deadline)
            for item in page.get("Contents", ()):
                if item["Key"].endswith("/"):
                    continue
                count += 1
                if count > self._s3.max_objects:
                    most = f"s3.max_objects = {self._s3.max_objects:,}"
                    raise _Unread(f"has more objects than {most}: raise it, or name a part")
                yield _Listed(item["Key"], item["Size"], item["ETag"])

    def _object(self, place: _Place, item: _Listed, deadline: float) -> Object:
        """Return one of several objects; what keeps it alone from being read is said with it."""
        own = place._replace(key=item.key, etag="")
        name = item.key.removeprefix(place.key)
        try:
            got = self._got(own, deadline)
        except _Unread as unread:
            if not unread.of_one:
                raise _Unread(
                    f"is not read whole: {shown(own.location)} {unread.reason}"
                ) from unread
            return Object(name, own.location, left_out=unread.reason)
        return Object(name, own.location, got.content, got.media_type, got.charset)

    # --- what can go wrong -------------------------------------------------------------------

    @cached_property
    def _client(self) -> Any:
        settings = self._settings
        config = Config(
            connect_timeout=settings.connect_timeout_s,
            read_timeout=settings.read_timeout_s,
            retries={"mode": "standard", "total_max_attempts": settings.attempts},
        )
        return aws.client("s3", self._s3, self._s3.endpoint_url, config)

    def _refuse(self, error: Exception) -> NoReturn:
        """Raise what an error of botocore's means.

        Raises:
            _Unread: it cannot be read, and why.
            _Unchanged: it is what it was.
        """
        code = aws.code_of(error)
        response = getattr(error, "response", {})
        if code in {"304", "NotModified"}:
            raise _Unchanged from error
        if reason := _BY_CODE.get(code):
            raise _Unread(reason, of_one=code in _OF_ONE, absent=code in _ABSENT) from error
        if code in _ELSEWHERE:
            headers = response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
            region = headers.get("x-amz-bucket-region") or response["Error"].get("Region", "")
            where = f"s3.region = {region!r}" if region else "s3.region"
            raise _Unread(f"is in another region: set {where}") from error
        said = aws.line_of(str(error))
        if told := aws.told_of(error, "s3", waits="fetch"):
            raise _Unread(f"is not read, {told.what} ({said}): {told.advice}") from error
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        advice = "try later" if status >= _SERVER_ERROR else "correct the locator"
        raise _Unread(f"is refused ({said}): {advice}") from error

    def _check_size(self, size: int, *, what: str = "has") -> None:
        if size == 0:
            raise _Unread("is empty: put the document there", of_one=True)
        if size > self._settings.max_bytes:
            limit = f"fetch.max_bytes = {self._settings.max_bytes:,}"
            raise _Unread(
                f"{what} {size:,} bytes, over {limit}: raise it in config/rag.toml, or name a part"
            )

    def _check_time(self, deadline: float) -> None:
        if time.monotonic() > deadline:
            limit = f"fetch.total_timeout_s = {self._settings.total_timeout_s:g}"
            raise _Unread(f"takes longer than {limit}: raise it, or name a part")
