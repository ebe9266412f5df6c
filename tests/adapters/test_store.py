"""The store keeps what it is given, all of it or nothing."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import numpy as np
import pytest
from values import chunks, document, reference, source

from rag.adapters.store import SCHEMA_VERSION, Commit, Store
from rag.errors import PrerequisiteError
from rag.types import (
    Call,
    CheckedBlock,
    Citation,
    Claim,
    ProposedClaim,
    Rejected,
    Section,
    Skipped,
    Tokens,
)

CITATION = Citation(
    label="a-1", reference_key="a", document_id="d", start=0, end=5, quote="wörds\n🚀"
)
SECTION = Section(
    id="s",
    title="S",
    blocks=(
        CheckedBlock(form="bullets", claims=(Claim(id="c", text="Words.", citations=(CITATION,)),)),
    ),
)


@pytest.fixture
def store(tmp_path):
    """Give an empty store."""
    with closing(Store(tmp_path)) as opened:
        yield opened


def ingest(store: Store, key: str, text: str, **fields: object) -> str | None:
    """Put a document under a key, as a flow does."""
    of = document(text)
    cut = chunks(of)
    return store.save_ingested(
        reference=reference(key, **fields),
        source=source(text.encode()),
        document=of,
        chunks=cut,
        vectors=[np.full(4, n, np.float32) for n in range(len(cut))],
    )


def test_what_was_ingested_comes_back(store):
    """Reference, source, document, chunks and vectors are as they were given, in order."""
    text = "# Title\n\n" + "\n\n".join(f"## H{n}\n\nBody {n} 🚀 of the text." for n in range(5))
    assert ingest(store, "a", text) is None
    found = store.ingested()["a"]
    assert found.reference == reference("a")
    assert found.source == source(text.encode())
    assert (found.title, store.document(found.document_id)) == ("Title", document(text))
    cut, vectors = store.chunks(found.document_id)
    assert cut == chunks(document(text))
    assert [float(vector[0]) for vector in vectors] == list(range(len(cut)))
    assert store.chunk_counts() == {found.document_id: len(cut)}


def test_it_survives_reopening(tmp_path):
    """A store that is closed and opened again has everything."""
    with closing(Store(tmp_path)) as store:
        ingest(store, "a", "# One\n\nWords.")
        before = store.ingested()
    with closing(Store(tmp_path)) as store:
        assert store.ingested() == before


def test_a_document_goes_when_nobody_uses_it(store):
    """Replaced, its id is returned and its chunks are gone; shared, it stays for the other."""
    ingest(store, "a", "# One\n\nWords.")
    ingest(store, "b", "# One\n\nWords.")
    old = store.ingested()["a"].document_id
    assert ingest(store, "a", "# Two\n\nOther words.") is None
    assert store.document(old).title == "One"
    assert ingest(store, "b", "# Two\n\nOther words.") == old
    assert list(store.chunk_counts()) == [store.ingested()["a"].document_id]


def test_the_same_again_changes_nothing(store):
    """Ingesting the same document again leaves one copy of each chunk."""
    ingest(store, "a", "# One\n\nWords.")
    before = store.chunk_counts()
    assert ingest(store, "a", "# One\n\nWords.") is None
    assert store.chunk_counts() == before


def test_a_failure_is_kept_until_it_is_mended(store):
    """The last reason is shown; a success forgets it; what was read before stays."""
    ingest(store, "a", "# One\n\nWords.")
    store.save_failed("a", "a.md", "fetch", "first")
    store.save_failed("a", "a.md", "parse", "second")
    assert [(item.stage, item.reason) for item in store.failed().values()] == [("parse", "second")]
    assert "a" in store.ingested()
    ingest(store, "a", "# One\n\nWords.")
    assert store.failed() == {}


def test_a_failed_write_leaves_nothing(store):
    """If the vectors do not fit the chunks, nothing of the reference is stored."""
    of = document("# One\n\nWords.")
    with pytest.raises(ValueError, match="shorter"):
        store.save_ingested(
            reference=reference("a"),
            source=source(),
            document=of,
            chunks=chunks(of),
            vectors=[],
        )
    assert (store.ingested(), store.chunk_counts()) == ({}, {})
    assert ingest(store, "a", "# One\n\nWords.") is None


def test_sources_are_kept_by_checksum(store):
    """The bytes lie under their sha256, once."""
    name = store.save_source(b"words\r\n\xff")
    assert store.save_source(b"words\r\n\xff") == name
    folder = store.folder / "sources"
    assert [(path.name, path.read_bytes()) for path in folder.iterdir()] == [
        (source(b"words\r\n\xff").sha256, b"words\r\n\xff")
    ]


def test_a_store_of_another_model_is_refused(store):
    """The first fingerprint is recorded, another is refused with the command that mends it."""
    store.check_made_with("embedder", "one", mend="rag mend")
    store.check_made_with("embedder", "one", mend="rag mend")
    store.check_made_with("chunker", "two", mend="rag mend")
    with pytest.raises(PrerequisiteError, match=r"'one'.*'other'.*rag mend"):
        store.check_made_with("embedder", "other", mend="rag mend")
    ingest(store, "a", "# One\n\nWords.")
    store.forget_all_chunks()
    store.check_made_with("embedder", "other", mend="rag mend")
    assert store.chunk_counts() == {}
    assert store.document(store.ingested()["a"].document_id) == document("# One\n\nWords.")


def commit(store: Store, text: str = "# R\r\n", **fields: object):
    """Commit an edition that uses reference a."""
    given: dict[str, object] = {
        "before": None,
        "report": "# R\n",
        "text": text,
        "sections": (SECTION,),
        "outcomes": {"a": "used"},
        "cause": "compose a",
    }
    return store.commit_edition(Commit.model_validate(given | fields))


def test_an_edition_is_pending_until_it_is_published(store):
    """It comes back as committed, byte for byte; published, it is no longer pending."""
    assert (store.latest(), store.pending()) == (None, [])
    edition = commit(store)
    assert (edition.number, edition.text, edition.sections) == (1, "# R\r\n", (SECTION,))
    assert (edition.ticks, edition.published, edition.before) == (("a",), False, None)
    second = commit(store, before="# R\r\n", outcomes={"b": "no material change"})
    assert store.pending() == [edition, second]
    store.publish(1)
    assert [item.number for item in store.pending()] == [2]
    assert store.latest() == second
    assert [(u.key, u.outcome, u.edition) for u in store.used().values()] == [
        ("a", "used", 1),
        ("b", "no material change", 2),
    ]


def test_what_was_not_drafted_is_known_until_it_is(store):
    """Sections that lack a draft are kept by reference; once the reference is done they go."""
    missing = Skipped(subject="s", stage="draft", reason="busy")
    fallen = Rejected(
        claim=ProposedClaim(text="x", citations=()), verdict="uncited", reason="no citation"
    )
    commit(store, outcomes={}, undrafted=[("a", missing)], rejected=[("s", fallen)])
    assert store.undrafted() == {"a": {"s"}}
    store.save_undrafted([("a", missing.model_copy(update={"subject": "t"}))])
    assert store.undrafted() == {"a": {"t"}}
    commit(store)
    assert store.undrafted() == {}


def test_what_is_owed_a_draft_is_known_until_it_has_one(store):
    """Sections that lack a draft in no reference's turn are kept apart, section by section."""
    missing = Skipped(subject="s", stage="draft", reason="busy")
    others = [missing.model_copy(update={"subject": name}) for name in ("t", "u")]
    commit(store, outcomes={}, undrafted=[("", missing), ("", others[0]), ("a", missing)])
    assert store.owed() == {"s", "t"}
    assert store.undrafted() == {"a": {"s"}}
    store.save_undrafted([("b", missing)])
    assert store.owed() == {"s", "t"}
    commit(store, undrafted=[("", others[1])], drafted=["t", "u"])
    assert store.owed() == {"s", "u"}
    commit(store, drafted=["s", "u"])
    assert store.owed() == frozenset()


def test_a_store_of_version_2_is_taken_on(tmp_path):
    """Its editions are there, none of them with a box to untick; the next one may have some."""
    with closing(Store(tmp_path)) as store:
        commit(store)
        before = store.editions()
    with closing(sqlite3.connect(tmp_path / "rag.db")) as connection:
        connection.execute("ALTER TABLE edition DROP COLUMN unticks")
        connection.execute("CREATE TABLE brought (line TEXT NOT NULL)")
        connection.execute("DROP TABLE call")
        connection.execute("DROP TABLE told")
        connection.execute("DROP TABLE question")
        connection.execute("PRAGMA user_version = 2")
    with closing(Store(tmp_path)) as store:
        assert store.editions() == before
        again = commit(store, outcomes={}, unticked=("a",))
        assert (again.ticks, again.unticks, store.used()) == ((), ("a",), {})


CALL = Call(
    model="bedrock/m",
    purpose="section s",
    prompt="ab",
    tokens=Tokens(input=5, output=3),
    seconds=1.5,
    retries=2,
    stop="end_turn",
)


def test_calls_are_kept_by_run(tmp_path):
    """Each process that calls a model is a run; the last ones come back in order, whole."""
    with closing(Store(tmp_path)) as store:
        assert store.calls(5) == []
        store.save_call(CALL)
        store.save_call(CALL.model_copy(update={"error": "throttled", "stop": ""}))
    with closing(Store(tmp_path)) as store:
        store.save_call(CALL)
        assert [item.run for item in store.calls(5)] == [1, 1, 2]
        assert store.calls(10**20) == store.calls(2)  # more than SQLite can count
        (last,) = store.calls(1)
        assert Call(**last.model_dump(exclude={"run", "at"})) == CALL
        assert last.at.endswith("+00:00")


def test_calls_are_kept_from_any_thread(tmp_path):
    """Beside whatever transaction the run is in, all as of one run."""
    with closing(Store(tmp_path)) as store, ThreadPoolExecutor(8) as pool:
        saving = [pool.submit(store.save_call, CALL) for _ in range(40)]
        for number in range(40):
            store.save_supports({f"{number}": 0.5}, "scorer")
        for done in saving:
            done.result()
        assert [call.run for call in store.calls(1)] == [1] * 40
        assert len(store.supports(map(str, range(40)))) == 40


def test_a_store_of_version_3_is_taken_on(tmp_path):
    """It has made no calls; those to come are kept."""
    with closing(Store(tmp_path)) as store:
        commit(store)
        before = store.editions()
    with closing(sqlite3.connect(tmp_path / "rag.db")) as connection:
        connection.execute("DROP TABLE call")
        connection.execute("DROP TABLE told")
        connection.execute("DROP TABLE question")
        connection.execute("PRAGMA user_version = 3")
    with closing(Store(tmp_path)) as store:
        assert (store.editions(), store.calls(1)) == (before, [])
        store.save_call(CALL)
        assert len(store.calls(1)) == 1


def test_a_store_of_version_4_is_taken_on(tmp_path):
    """Nobody knows what its writers were shown: nothing; of the next edition it is known."""
    with closing(Store(tmp_path)) as store:
        commit(store)
    with closing(sqlite3.connect(tmp_path / "rag.db")) as connection:
        connection.execute("DROP TABLE told")
        connection.execute("DROP TABLE question")
        connection.execute("PRAGMA user_version = 4")
    told = {"summary": frozenset({"b", "a"}), "guides": frozenset({"a"})}
    with closing(Store(tmp_path)) as store:
        assert store.told(1) == {}
        commit(store, told=told)
        assert (store.told(1), store.told(2)) == ({}, told)


def test_a_store_of_version_5_is_taken_on(tmp_path):
    """No question has a vector; those to come are kept until all chunks are forgotten."""
    with closing(Store(tmp_path)) as store:
        commit(store)
        before = store.editions()
    with closing(sqlite3.connect(tmp_path / "rag.db")) as connection:
        connection.execute("DROP TABLE question")
        connection.execute("PRAGMA user_version = 5")
    vector = np.array([0.6, 0.8], np.float32)
    with closing(Store(tmp_path)) as store:
        assert (store.editions(), store.question_vector("q")) == (before, None)
        store.save_question_vector("q", vector)
    with closing(Store(tmp_path)) as store:
        assert store.question_vector("q").tolist() == vector.tolist()
        store.forget_all_chunks()
        assert store.question_vector("q") is None


def test_a_newer_store_is_refused(tmp_path):
    """A store of a newer schema is left alone, and both versions are named."""
    Store(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "rag.db")) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = (tmp_path / "rag.db").read_bytes()
    with pytest.raises(PrerequisiteError, match=f"{SCHEMA_VERSION + 1}.*upgrade"):
        Store(tmp_path)
    assert (tmp_path / "rag.db").read_bytes() == before


def test_what_is_no_store_is_refused(tmp_path):
    """Another file under that name is refused, not overwritten."""
    (tmp_path / "rag.db").write_bytes(b"my own notes " * 500)
    with pytest.raises(PrerequisiteError, match="is not a store"):
        Store(tmp_path)
    assert (tmp_path / "rag.db").read_bytes() == b"my own notes " * 500
