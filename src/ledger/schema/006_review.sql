-- Decisions become one chain of lines. `hash` is SHA-256 over the hash before it and the line; lines of older programs have none, the
-- first that has one holds a digest of all of them. Found again by page, field and place, and only where there is no place by the machine's value.
CREATE TABLE chain (
    id            INTEGER PRIMARY KEY,
    decided_at    INTEGER NOT NULL,
    reviewer      TEXT    NOT NULL,
    act           TEXT    NOT NULL CHECK (act IN ('decision', 'key', 'seed', 'undo', 'postpone', 'escalate', 'note', 'structure')),
    item_name     TEXT,                        -- items.name
    sha256        TEXT    NOT NULL,
    ordinal       INTEGER NOT NULL,
    page          INTEGER NOT NULL,
    item          INTEGER,
    field         TEXT    NOT NULL,             -- empty: of a page
    machine_value TEXT    NOT NULL,
    place         TEXT,                        -- JSON of a PercentBox: where the machine had found it
    status        TEXT    NOT NULL CHECK (status IN ('', 'verified', 'corrected', 'rejected')),
    outcome       TEXT    NOT NULL,             -- empty: of an older program
    value         TEXT    NOT NULL,
    moved_to      TEXT,                        -- JSON of a PercentBox: where a person says that it stands
    circumstances TEXT    NOT NULL,             -- JSON of Circumstances
    replaces      INTEGER REFERENCES chain (id), -- the line that this one takes the place of, or takes back
    hash          TEXT
) STRICT;
INSERT INTO chain (id, decided_at, reviewer, act, sha256, ordinal, page, item, field, machine_value, status, outcome, value, circumstances)
    SELECT id, decided_at, reviewer, 'decision', sha256, ordinal, page, item, field, machine_value, status, '', value, '{}' FROM decisions;
DROP TABLE decisions;
ALTER TABLE chain RENAME TO decisions;
CREATE INDEX decisions_by_document ON decisions (sha256, page);
CREATE INDEX decisions_by_reviewer ON decisions (reviewer, id);
CREATE TRIGGER decisions_are_not_changed BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER decisions_are_not_cut BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END;

-- The end of the chain at a point in time, signed with a key that is kept outside of the archive.
CREATE TABLE checkpoints (
    id        INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    why       TEXT    NOT NULL,
    lines     INTEGER NOT NULL,  -- id of the last line
    head      TEXT    NOT NULL,  -- its hash
    public    TEXT    NOT NULL,  -- key, Ed25519
    signature TEXT    NOT NULL
) STRICT;
CREATE TRIGGER checkpoints_are_not_changed BEFORE UPDATE ON checkpoints BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;
CREATE TRIGGER checkpoints_are_not_cut BEFORE DELETE ON checkpoints BEGIN SELECT RAISE(ABORT, 'checkpoints are append-only'); END;

-- Who may work at the station.
CREATE TABLE accounts (
    name         TEXT PRIMARY KEY,
    role         TEXT    NOT NULL CHECK (role IN ('reviewer', 'lead', 'auditor')),
    password     TEXT    NOT NULL,  -- PHC string, argon2id; empty: cannot log in by password
    totp         TEXT,              -- secret, hexadecimal
    totp_step    INTEGER,           -- the last step that was used
    created_at   INTEGER NOT NULL,
    disabled_at  INTEGER,
    keys         TEXT    NOT NULL DEFAULT '{}'  -- JSON: remapped keys
) STRICT, WITHOUT ROWID;

-- What is asked of people. Rows are kept by what they ask, so that claims, keys and decisions outlive a re-run.
CREATE TABLE items (
    id            INTEGER PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE,
    lane          TEXT    NOT NULL CHECK (lane IN ('queue', 'audit', 'seed')),
    sha256        TEXT    NOT NULL,
    ordinal       INTEGER NOT NULL,
    page          INTEGER NOT NULL,
    item          INTEGER,
    field         TEXT    NOT NULL,
    machine_value TEXT    NOT NULL,
    document      TEXT    NOT NULL,
    kind          TEXT    NOT NULL,
    place         TEXT,                        -- JSON of a PercentBox
    shown         TEXT    NOT NULL,             -- what stands in the box: the machine's value, a planted error, an older decision
    confidence    REAL    NOT NULL,
    reasons       TEXT    NOT NULL,             -- JSON array
    reason        TEXT    NOT NULL,             -- the first of them, for counting
    rank          REAL    NOT NULL,             -- the dearer the higher
    mode          TEXT    NOT NULL CHECK (mode IN ('confirm', 'blind', 'double')),
    state         TEXT    NOT NULL CHECK (state IN ('open', 'second', 'conflict', 'escalated', 'final', 'gone')),
    not_before    INTEGER NOT NULL DEFAULT 0,
    claimed_by    TEXT,
    claim_until   INTEGER NOT NULL DEFAULT 0,
    version       INTEGER NOT NULL DEFAULT 0,
    first_by      TEXT,                        -- who has keyed it
    second_by     TEXT
) STRICT;
CREATE INDEX items_by_document ON items (sha256, page);
CREATE INDEX items_in_order ON items (state, rank DESC, id);
CREATE INDEX items_in_batches ON items (field, kind, state, rank DESC, id);
CREATE INDEX items_claimed ON items (claimed_by) WHERE claimed_by IS NOT NULL;

-- Counts that the queue's first page shows, kept by triggers: counting a million rows takes too long.
CREATE TABLE item_counts (
    state  TEXT NOT NULL,
    field  TEXT NOT NULL,
    kind   TEXT NOT NULL,
    reason TEXT NOT NULL,
    mode   TEXT NOT NULL,
    n      INTEGER NOT NULL,
    PRIMARY KEY (state, field, kind, reason, mode)
) STRICT, WITHOUT ROWID;
CREATE TABLE open_by_document (
    sha256  TEXT    NOT NULL,
    ordinal INTEGER NOT NULL,
    n       INTEGER NOT NULL,
    PRIMARY KEY (sha256, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX nearly_done ON open_by_document (n);
CREATE TRIGGER items_counted_in AFTER INSERT ON items BEGIN
    INSERT INTO item_counts VALUES (new.state, new.field, new.kind, new.reason, new.mode, 1) ON CONFLICT DO UPDATE SET n = n + 1;
    INSERT INTO open_by_document SELECT new.sha256, new.ordinal, 1 WHERE new.state IN ('open', 'second', 'conflict', 'escalated')
        ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER items_counted_anew AFTER UPDATE OF state, field, kind, reason, mode ON items
WHEN old.state IS NOT new.state OR old.kind IS NOT new.kind OR old.reason IS NOT new.reason OR old.mode IS NOT new.mode BEGIN
    UPDATE item_counts SET n = n - 1
        WHERE state = old.state AND field = old.field AND kind = old.kind AND reason = old.reason AND mode = old.mode;
    INSERT INTO item_counts VALUES (new.state, new.field, new.kind, new.reason, new.mode, 1) ON CONFLICT DO UPDATE SET n = n + 1;
    UPDATE open_by_document SET n = n - 1 WHERE sha256 = old.sha256 AND ordinal = old.ordinal
        AND old.state IN ('open', 'second', 'conflict', 'escalated') AND new.state NOT IN ('open', 'second', 'conflict', 'escalated');
    INSERT INTO open_by_document SELECT new.sha256, new.ordinal, 1
        WHERE new.state IN ('open', 'second', 'conflict', 'escalated') AND old.state NOT IN ('open', 'second', 'conflict', 'escalated')
        ON CONFLICT DO UPDATE SET n = n + 1;
END;
