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
    urgency       REAL    NOT NULL,             -- the rank; half as much again for the last of a document (a trigger sees to it)
    day           INTEGER NOT NULL,             -- since when it waits, days since 1970-01-01
    mode          TEXT    NOT NULL CHECK (mode IN ('confirm', 'blind', 'double')),
    state         TEXT    NOT NULL CHECK (state IN ('open', 'second', 'conflict', 'escalated', 'final', 'gone')),
    not_before    INTEGER NOT NULL DEFAULT 0,   -- put off until then
    put_off_by    TEXT    NOT NULL DEFAULT '',
    claimed_by    TEXT    NOT NULL DEFAULT '',
    claim_until   INTEGER NOT NULL DEFAULT 0,
    lease         INTEGER NOT NULL DEFAULT 0,   -- for how long it is claimed with every deed, seconds
    slot          INTEGER NOT NULL DEFAULT 0,   -- its turn among what its holder has been handed
    version       INTEGER NOT NULL DEFAULT 0,
    since         INTEGER NOT NULL DEFAULT 0,   -- lines of the chain up to this one are of another question
    first_by      TEXT    NOT NULL DEFAULT '',  -- who has keyed it
    second_by     TEXT    NOT NULL DEFAULT '',
    agreed        INTEGER                       -- whether the second entry was like the first
) STRICT;
CREATE INDEX items_by_document ON items (sha256, ordinal);
CREATE INDEX items_claimed ON items (claimed_by, slot) WHERE claimed_by <> '';
CREATE INDEX items_put_off ON items (not_before, state, mode, first_by, second_by, field, kind, reason, put_off_by) WHERE not_before > 0;
CREATE INDEX items_keyed_twice ON items (first_by, second_by, agreed) WHERE second_by <> '';
-- The queue's order. Equal in state, mode and who keyed first, so that one step into an index finds the dearest item that somebody may have; what stands
-- behind the order tells who may have it without a look at the row. What nobody waits for is in none of them.
CREATE INDEX items_in_order ON items (state, mode, first_by, urgency DESC, id, not_before, claim_until)
    WHERE lane = 'queue' AND (state = 'open' OR state = 'second' OR state = 'conflict' OR state = 'escalated');
CREATE INDEX items_in_runs ON items (state, mode, first_by, field, kind, urgency DESC, id, not_before, claim_until)
    WHERE lane = 'queue' AND (state = 'open' OR state = 'second' OR state = 'conflict' OR state = 'escalated');
CREATE INDEX items_by_age ON items (state, mode, first_by, day, urgency DESC, id, not_before, claim_until)
    WHERE lane = 'queue' AND (state = 'open' OR state = 'second');
CREATE INDEX items_in_groups ON items (field, shown, urgency DESC, id, not_before, claim_until)
    WHERE lane = 'queue' AND state = 'open' AND mode = 'confirm' AND length(shown) <= 40;
-- Checks and planted errors are handed out by their names, which are drawn by a keyed hash.
CREATE INDEX items_drawn ON items (lane, name) WHERE lane <> 'queue' AND (state = 'open' OR state = 'second');
CREATE INDEX items_drawn_in_runs ON items (lane, field, kind, name) WHERE lane <> 'queue' AND (state = 'open' OR state = 'second');

-- How many items each reviewer has been handed, and how many turns of checks and planted errors could not be served in their runs.
CREATE TABLE turns (
    reviewer TEXT PRIMARY KEY,
    n        INTEGER NOT NULL,
    audits   INTEGER NOT NULL,
    seeds    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Counts that the queue's first page shows, kept by triggers: counting a million rows takes too long. Every item is counted three times, by field, by kind and
-- by its first reason: all of them at once would make as many rows as there are items. Who has keyed is told of what waits for another.
CREATE TABLE item_counts (
    state     TEXT NOT NULL,
    lane      TEXT NOT NULL,
    mode      TEXT NOT NULL,
    first_by  TEXT NOT NULL,
    second_by TEXT NOT NULL,
    what      TEXT NOT NULL CHECK (what IN ('field', 'kind', 'reason')),
    name      TEXT NOT NULL,
    n         INTEGER NOT NULL,
    PRIMARY KEY (state, lane, mode, first_by, second_by, what, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE open_by_document (
    sha256  TEXT    NOT NULL,
    ordinal INTEGER NOT NULL,
    n       INTEGER NOT NULL,
    PRIMARY KEY (sha256, ordinal)
) STRICT, WITHOUT ROWID;
-- One row: documents that one more answer completes.
CREATE TABLE nearly_done (n INTEGER NOT NULL) STRICT;
INSERT INTO nearly_done VALUES (0);

CREATE TRIGGER items_counted_in AFTER INSERT ON items BEGIN
    INSERT INTO item_counts SELECT new.state, new.lane, new.mode, iif(new.state IN ('second', 'conflict'), new.first_by, ''), iif(new.state IN ('second', 'conflict'), new.second_by, ''), what, name, 1
        FROM (SELECT 'field' AS what, new.field AS name UNION ALL SELECT 'kind', new.kind UNION ALL SELECT 'reason', new.reason) WHERE true ON CONFLICT DO UPDATE SET n = n + 1;
    INSERT INTO open_by_document SELECT new.sha256, new.ordinal, 1
        WHERE new.lane = 'queue' AND new.state IN ('open', 'second', 'conflict', 'escalated') ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER items_counted_anew AFTER UPDATE OF state, mode, first_by, second_by, kind, reason ON items
WHEN (old.state, old.mode, old.first_by, old.second_by, old.kind, old.reason)
    IS NOT (new.state, new.mode, new.first_by, new.second_by, new.kind, new.reason) BEGIN
    UPDATE item_counts SET n = n - 1 WHERE (state, lane, mode, first_by, second_by) = (old.state, old.lane, old.mode, iif(old.state IN ('second', 'conflict'), old.first_by, ''), iif(old.state IN ('second', 'conflict'), old.second_by, ''))
        AND (what, name) IN (VALUES ('field', old.field), ('kind', old.kind), ('reason', old.reason));
    DELETE FROM item_counts WHERE n = 0 AND (state, lane, mode, first_by, second_by) = (old.state, old.lane, old.mode, iif(old.state IN ('second', 'conflict'), old.first_by, ''), iif(old.state IN ('second', 'conflict'), old.second_by, ''))
        AND (what, name) IN (VALUES ('field', old.field), ('kind', old.kind), ('reason', old.reason));
    INSERT INTO item_counts SELECT new.state, new.lane, new.mode, iif(new.state IN ('second', 'conflict'), new.first_by, ''), iif(new.state IN ('second', 'conflict'), new.second_by, ''), what, name, 1
        FROM (SELECT 'field' AS what, new.field AS name UNION ALL SELECT 'kind', new.kind UNION ALL SELECT 'reason', new.reason) WHERE true ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER items_left_their_document AFTER UPDATE OF state, ordinal ON items
WHEN old.lane = 'queue' AND old.state IN ('open', 'second', 'conflict', 'escalated')
    AND (new.state NOT IN ('open', 'second', 'conflict', 'escalated') OR old.ordinal <> new.ordinal) BEGIN
    UPDATE open_by_document SET n = n - 1 WHERE sha256 = old.sha256 AND ordinal = old.ordinal;
    DELETE FROM open_by_document WHERE sha256 = old.sha256 AND ordinal = old.ordinal AND n = 0;
END;
CREATE TRIGGER items_joined_a_document AFTER UPDATE OF state, ordinal ON items
WHEN new.lane = 'queue' AND new.state IN ('open', 'second', 'conflict', 'escalated')
    AND (old.state NOT IN ('open', 'second', 'conflict', 'escalated') OR old.ordinal <> new.ordinal) BEGIN
    INSERT INTO open_by_document VALUES (new.sha256, new.ordinal, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
-- The last open item of a document completes it.
CREATE TRIGGER documents_begun AFTER INSERT ON open_by_document BEGIN
    UPDATE nearly_done SET n = n + 1;
    UPDATE items SET urgency = 1.5 * rank WHERE sha256 = new.sha256 AND ordinal = new.ordinal AND lane = 'queue'
        AND state IN ('open', 'second', 'conflict', 'escalated');
END;
CREATE TRIGGER documents_go_on AFTER UPDATE OF n ON open_by_document WHEN (old.n = 1) <> (new.n = 1) BEGIN
    UPDATE nearly_done SET n = n + (new.n = 1) - (old.n = 1);
    UPDATE items SET urgency = CASE new.n WHEN 1 THEN 1.5 ELSE 1.0 END * rank WHERE sha256 = new.sha256 AND ordinal = new.ordinal AND lane = 'queue'
        AND state IN ('open', 'second', 'conflict', 'escalated');
END;

-- What reviewers have said so far, kept by a trigger likewise. What was taken back does not count.
CREATE TABLE answer_counts (
    reviewer  TEXT    NOT NULL,
    act       TEXT    NOT NULL,
    status    TEXT    NOT NULL,
    outcome   TEXT    NOT NULL,
    n         INTEGER NOT NULL,
    active_ms INTEGER NOT NULL,  -- time at the item
    timed     INTEGER NOT NULL,  -- answers whose time is known
    PRIMARY KEY (reviewer, act, status, outcome)
) STRICT, WITHOUT ROWID;
INSERT INTO answer_counts SELECT reviewer, act, status, outcome, count(*), 0, 0 FROM decisions GROUP BY reviewer, act, status, outcome;
CREATE TRIGGER answers_counted_in AFTER INSERT ON decisions WHEN new.act IN ('decision', 'key', 'seed') BEGIN
    INSERT INTO answer_counts SELECT new.reviewer, new.act, new.status, new.outcome, 1, ms, ms > 0
        FROM (SELECT CAST(coalesce(json_extract(new.circumstances, '$.measured.active_ms'), 0) AS INTEGER) AS ms) WHERE true
        ON CONFLICT DO UPDATE SET n = n + 1, active_ms = active_ms + excluded.active_ms, timed = timed + excluded.timed;
END;
CREATE TRIGGER answers_taken_back AFTER INSERT ON decisions WHEN new.act = 'undo' BEGIN
    UPDATE answer_counts SET n = answer_counts.n - 1, active_ms = active_ms - ms, timed = timed - (ms > 0)
        FROM (SELECT reviewer AS who, act AS deed, status AS stood, outcome AS said,
                     CAST(coalesce(json_extract(circumstances, '$.measured.active_ms'), 0) AS INTEGER) AS ms FROM decisions WHERE id = new.replaces)
        WHERE reviewer = who AND act = deed AND status = stood AND outcome = said;
END;
CREATE INDEX decisions_by_item ON decisions (item_name) WHERE item_name IS NOT NULL;
CREATE INDEX decisions_taken_back ON decisions (replaces) WHERE act = 'undo';

-- The line of an answer that was given at the station: an answer whose line was taken back does not count.
ALTER TABLE audit_answers ADD COLUMN line INTEGER;

-- Papers of one record number, for what else they say of the patient.
CREATE INDEX values_of_numbers ON document_values (value) WHERE field = 'Patient.identifier.mrn';
