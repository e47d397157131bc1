-- The archive's own notes: its id, the input folder it was made from.
CREATE TABLE archive (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row a run of the program. Times are seconds since 1970-01-01 UTC, here and below.
CREATE TABLE runs (
    id                        INTEGER PRIMARY KEY,
    started_at                INTEGER NOT NULL,
    ended_at                  INTEGER,          -- NULL: running, or died
    version                   TEXT    NOT NULL,
    engine                    TEXT    NOT NULL,
    reading_fingerprint       TEXT    NOT NULL,
    understanding_fingerprint TEXT    NOT NULL,
    pid                       INTEGER NOT NULL,
    exit_code                 INTEGER
) STRICT;

-- One row a file, found by its path below the input folder. sha256 and kind are those of the last survey;
-- result_sha256 and the fingerprints are those of the result kept. Where they differ, there is work to do.
CREATE TABLE sources (
    id                        INTEGER PRIMARY KEY,
    path                      TEXT    NOT NULL UNIQUE,
    size                      INTEGER NOT NULL,
    sha256                    TEXT,             -- NULL: could not be read from disk
    kind                      TEXT,             -- NULL: none that is read
    present                   INTEGER NOT NULL CHECK (present IN (0, 1)),
    duplicate_of              INTEGER REFERENCES sources (id),
    outcome                   TEXT    CHECK (outcome IN ('read', 'failed')),  -- NULL: no result yet
    result_sha256             TEXT,
    reading_fingerprint       TEXT,
    understanding_fingerprint TEXT,
    pages_in                  INTEGER NOT NULL DEFAULT 0,  -- as the decoder counts them; 1 where it cannot
    failure_kind              TEXT,             -- of the file as a whole
    failure_detail            TEXT,
    recorded_at               INTEGER,
    run                       INTEGER REFERENCES runs (id)
) STRICT;
CREATE INDEX sources_by_digest ON sources (sha256);
CREATE INDEX sources_by_original ON sources (duplicate_of);

-- Sources that are being read now. Rows found at the start of a run were left by a process that died.
CREATE TABLE in_flight (
    source INTEGER PRIMARY KEY REFERENCES sources (id),
    run    INTEGER NOT NULL REFERENCES runs (id)
) STRICT;

-- Sources that were in flight when a process died, until they have a result.
CREATE TABLE suspects (
    source INTEGER PRIMARY KEY REFERENCES sources (id),
    run    INTEGER NOT NULL REFERENCES runs (id)
) STRICT;

-- One row a page of every source that has a result.
CREATE TABLE pages (
    source          INTEGER NOT NULL REFERENCES sources (id),
    number          INTEGER NOT NULL CHECK (number >= 1),
    outcome         TEXT    NOT NULL CHECK (outcome IN ('read', 'blank', 'separator', 'failed')),
    failure_kind    TEXT,
    failure_detail  TEXT,
    separator       TEXT,                       -- what the sheet's bar code says
    words           INTEGER NOT NULL DEFAULT 0,
    mean_confidence REAL,
    reading         BLOB,                       -- zlib of the JSON of a PageReading
    PRIMARY KEY (source, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE documents (
    id              INTEGER PRIMARY KEY,
    source          INTEGER NOT NULL REFERENCES sources (id),
    ordinal         INTEGER NOT NULL CHECK (ordinal >= 1),
    name            TEXT    NOT NULL UNIQUE,
    kind            TEXT    NOT NULL,
    kind_confidence REAL    NOT NULL,
    pages           TEXT    NOT NULL,           -- JSON array of page numbers
    recorded_at     INTEGER NOT NULL,
    UNIQUE (source, ordinal)
) STRICT;

-- What the machine extracted and what it decided of it.
CREATE TABLE document_values (
    id         INTEGER PRIMARY KEY,
    document   INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    page       INTEGER NOT NULL,
    item       INTEGER,
    field      TEXT    NOT NULL,
    value      TEXT    NOT NULL,
    raw        TEXT    NOT NULL,
    x          REAL,                            -- percent of the source page
    y          REAL,
    width      REAL,
    height     REAL,
    rule       TEXT    NOT NULL,
    signals    TEXT    NOT NULL,                -- JSON
    confidence REAL    NOT NULL,
    status     TEXT    NOT NULL CHECK (status IN ('accepted', 'review')),
    reasons    TEXT    NOT NULL                 -- JSON array
) STRICT;
CREATE INDEX values_by_document ON document_values (document);

-- What people decided. Found again by what they saw, not by row numbers, so that decisions outlive a new extraction:
-- the bytes of the source, the document's ordinal, field, item, page and the machine's value.
CREATE TABLE decisions (
    id            INTEGER PRIMARY KEY,
    decided_at    INTEGER NOT NULL,
    reviewer      TEXT    NOT NULL,
    sha256        TEXT    NOT NULL,
    ordinal       INTEGER NOT NULL,
    page          INTEGER NOT NULL,
    item          INTEGER,
    field         TEXT    NOT NULL,
    machine_value TEXT    NOT NULL,
    status        TEXT    NOT NULL CHECK (status IN ('verified', 'corrected', 'rejected')),
    value         TEXT    NOT NULL
) STRICT;
CREATE INDEX decisions_by_document ON decisions (sha256, ordinal);

-- Who did what to the archive, in order. Subjects are names and counts, never values.
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   TEXT    NOT NULL,
    action  TEXT    NOT NULL,
    subject TEXT    NOT NULL
) STRICT;
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_is_not_cut BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
