-- One row a run of `chartlift push`. Destinations are base URLs of FHIR servers.
CREATE TABLE pushes (
    id          INTEGER PRIMARY KEY,
    destination TEXT    NOT NULL,
    started_at  INTEGER NOT NULL,
    ended_at    INTEGER,          -- NULL: running, or died
    version     TEXT    NOT NULL,
    mode        TEXT    NOT NULL,
    pid         INTEGER NOT NULL,
    exit_code   INTEGER
) STRICT;
CREATE INDEX pushes_by_destination ON pushes (destination);

-- A document is about to be sent. Written before the first byte leaves: one without an outcome may have reached the server.
CREATE TABLE attempts (
    id       INTEGER PRIMARY KEY,
    push     INTEGER NOT NULL REFERENCES pushes (id),
    begun_at INTEGER NOT NULL,
    sha256   TEXT    NOT NULL,
    ordinal  INTEGER NOT NULL,
    document TEXT    NOT NULL
) STRICT;
CREATE INDEX attempts_by_document ON attempts (sha256, ordinal);
CREATE TRIGGER attempts_are_not_changed BEFORE UPDATE ON attempts BEGIN SELECT RAISE(ABORT, 'attempts are append-only'); END;
CREATE TRIGGER attempts_are_not_cut BEFORE DELETE ON attempts BEGIN SELECT RAISE(ABORT, 'attempts are append-only'); END;

-- How it ended; one transaction with its deliveries.
CREATE TABLE attempt_outcomes (
    attempt     INTEGER PRIMARY KEY REFERENCES attempts (id),
    ended_at    INTEGER NOT NULL,
    outcome     TEXT    NOT NULL CHECK (outcome IN ('done', 'refused', 'conflict', 'failed')),
    fingerprint TEXT    NOT NULL,  -- of what was to be delivered, the scan aside
    scan        TEXT    NOT NULL CHECK (scan IN ('sent', 'missing', 'unwanted')),
    said        TEXT    NOT NULL,  -- in words, without the page's text
    detail      TEXT    NOT NULL   -- the server's own words, which may quote the page: never shown by itself
) STRICT;
CREATE TRIGGER outcomes_are_not_changed BEFORE UPDATE ON attempt_outcomes BEGIN SELECT RAISE(ABORT, 'outcomes are append-only'); END;
CREATE TRIGGER outcomes_are_not_cut BEFORE DELETE ON attempt_outcomes BEGIN SELECT RAISE(ABORT, 'outcomes are append-only'); END;

-- What was done with each resource, in the order of doing. What is unchanged gets no row.
CREATE TABLE deliveries (
    id           INTEGER PRIMARY KEY,
    attempt      INTEGER NOT NULL REFERENCES attempts (id),
    kind         TEXT    NOT NULL,
    path         TEXT    NOT NULL,  -- place within the document
    resource_key TEXT    NOT NULL,  -- what a server knows it by
    digest       TEXT    NOT NULL,
    server_id    TEXT,
    version      TEXT,
    deed         TEXT    NOT NULL,
    scan_size    INTEGER,
    scan_sha256  TEXT
) STRICT;
CREATE INDEX deliveries_by_attempt ON deliveries (attempt);
CREATE INDEX deliveries_by_key ON deliveries (resource_key);
CREATE TRIGGER deliveries_are_not_changed BEFORE UPDATE ON deliveries BEGIN SELECT RAISE(ABORT, 'deliveries are append-only'); END;
CREATE TRIGGER deliveries_are_not_cut BEFORE DELETE ON deliveries BEGIN SELECT RAISE(ABORT, 'deliveries are append-only'); END;
