"""Servers that nobody here wrote: each starts once a session, at the same time as the others."""

from __future__ import annotations

import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import installed
import pytest
from installed import AbsentError, Served
from program import run_each
from projects import local_project_at
from responder import Responder, dummy_credentials, responding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def starting() -> Iterator[dict[str, Future[Served]]]:
    """Start those that need nothing of a test."""
    kinds = (installed.wiremock, installed.ministack)
    with ExitStack() as stack, ThreadPoolExecutor(len(kinds)) as starters:
        yield {kind.__name__: starters.submit(stack.enter_context, kind()) for kind in kinds}


def started(future: Future[Served]) -> Served:
    """Return a server as soon as it runs; skip the test if it is not to be had."""
    try:
        return future.result()
    except AbsentError as absent:
        pytest.skip(str(absent))


@pytest.fixture
def wiremock(starting: dict[str, Future[Served]]) -> Served:
    """Give WireMock, which plays nothing yet."""
    served = started(starting["wiremock"])
    served.ask("POST", "/__admin/reset")
    return served


@pytest.fixture
def ministack(starting: dict[str, Future[Served]]) -> Served:
    """Give ministack."""
    return started(starting["ministack"])


@pytest.fixture(scope="session")
def behind() -> Iterator[Responder]:
    """The responder behind microburst."""
    with responding() as server:
        yield server


@pytest.fixture(scope="session")
def proxy(behind: Responder) -> Iterator[Served]:
    """Run microburst in front of a responder, for the session."""
    with ExitStack() as stack:
        try:
            served = stack.enter_context(installed.microburst(behind.url))
        except AbsentError as absent:
            pytest.skip(str(absent))
        yield served


@pytest.fixture
def microburst(proxy: Served) -> Served:
    """Give microburst, without rules."""
    proxy.ask("POST", "/_microburst/rules", [])
    return proxy


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give dummy credentials, and nothing of this machine's own configuration."""
    dummy_credentials(monkeypatch, tmp_path)


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with four references in files, all read, the first of them used."""
    project = local_project_at(tmp_path_factory.mktemp("first") / "project").root
    settings = project / "config" / "rag.toml"
    impatient = (
        "[bedrock]\nattempts = 2\nthrottled_attempts = 2\nbackoff_s = 0\nmax_backoff_s = 0\n"
    )
    settings.write_text(settings.read_text(encoding="utf-8") + impatient, encoding="utf-8")
    for done in run_each(project, "ingest", "compose"):
        assert done.status == 0, done
    return project


@pytest.fixture
def root(first: Path, tmp_path: Path) -> Path:
    """A project of the test's own, with impatient settings."""
    return shutil.copytree(first, tmp_path / "project")
