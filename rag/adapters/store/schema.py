"""The tables of `rag.db`. A change of them is a new version, with the step that leads to it."""

SCHEMA_VERSION = 6

SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE document (id TEXT PRIMARY KEY, json TEXT NOT NULL);
CREATE TABLE chunk (
    id TEXT PRIMARY KEY, document_id TEXT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL, json TEXT NOT NULL, vector BLOB NOT NULL
);
CREATE INDEX chunk_document ON chunk (document_id, ordinal);
CREATE TABLE ingested (
    key TEXT PRIMARY KEY, reference TEXT NOT NULL, title TEXT NOT NULL, source TEXT NOT NULL,
    document_id TEXT NOT NULL REFERENCES document (id), at TEXT NOT NULL
);
CREATE TABLE failed (
    key TEXT PRIMARY KEY, locator TEXT NOT NULL, stage TEXT NOT NULL, reason TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE TABLE used (
    key TEXT PRIMARY KEY, outcome TEXT NOT NULL, edition INTEGER NOT NULL, at TEXT NOT NULL
);
CREATE TABLE edition (
    number INTEGER PRIMARY KEY, before BLOB, report BLOB NOT NULL, text BLOB NOT NULL,
    sections TEXT NOT NULL, ticks TEXT NOT NULL, published INTEGER NOT NULL, at TEXT NOT NULL,
    cause TEXT NOT NULL DEFAULT '', calls INTEGER NOT NULL DEFAULT 0,
    unticks TEXT NOT NULL DEFAULT '[]'
);
CREATE TABLE rejected (
    edition INTEGER NOT NULL, section TEXT NOT NULL, json TEXT NOT NULL
);
CREATE TABLE undrafted (
    key TEXT NOT NULL, section TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (key, section)
);
"""

LEDGER = """
CREATE TABLE entry (edition INTEGER NOT NULL, claim TEXT NOT NULL, json TEXT NOT NULL);
CREATE INDEX entry_edition ON entry (edition);
CREATE TABLE refused (claim TEXT PRIMARY KEY, edition INTEGER NOT NULL);
CREATE TABLE retracted (key TEXT PRIMARY KEY, edition INTEGER NOT NULL);
CREATE TABLE resolution (
    conflict TEXT PRIMARY KEY, kept TEXT NOT NULL, reason TEXT NOT NULL, edition INTEGER NOT NULL
);
CREATE TABLE support (question TEXT PRIMARY KEY, score REAL NOT NULL, scorer TEXT NOT NULL)
"""
"""What version 2 added to version 1; `edition` then gained `cause` and `calls`, too."""

CALLS = """
CREATE TABLE call (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL, at TEXT NOT NULL, json TEXT NOT NULL
)
"""
"""What version 4 added: each call of a model, by the run of the program that made it."""

TOLD = """
CREATE TABLE told (
    edition INTEGER NOT NULL, section TEXT NOT NULL, claims TEXT NOT NULL,
    PRIMARY KEY (edition, section)
)
"""
"""What version 5 added: which claims of other sections a section's writer was shown. Of older
editions nobody knows, so all are shown once more."""

QUESTION = "CREATE TABLE question (name TEXT PRIMARY KEY, vector BLOB NOT NULL)"
"""What version 6 added: vectors of the outline's questions, for embedders that are paid."""

STEPS = {
    1: (
        "ALTER TABLE edition ADD COLUMN cause TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE edition ADD COLUMN calls INTEGER NOT NULL DEFAULT 0",
        *LEDGER.split(";"),
    ),
    # A history that is brought along is the ledger's own now, no longer lines beside it.
    2: (
        "ALTER TABLE edition ADD COLUMN unticks TEXT NOT NULL DEFAULT '[]'",
        "DROP TABLE IF EXISTS brought",
    ),
    3: (CALLS,),
    4: (TOLD,),
    5: (QUESTION,),
}
"""By version: what leads to the next one."""
