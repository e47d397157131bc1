-- The lot (document_values.decided_run) as which a value was last offered to the audit. NULL: never.
ALTER TABLE document_values ADD COLUMN offered INTEGER;
CREATE INDEX sources_by_result ON sources (result_sha256);

-- Accepted values that were chosen to be checked by people, named for good as decisions are. `name` is what reviewers see.
CREATE TABLE audits (
    id            INTEGER PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE,
    chosen_at     INTEGER NOT NULL,
    run           INTEGER NOT NULL REFERENCES runs (id),  -- that accepted the value
    version       TEXT    NOT NULL,                       -- understanding fingerprint
    rate          REAL    NOT NULL,                       -- by which it was chosen
    sha256        TEXT    NOT NULL,
    ordinal       INTEGER NOT NULL,
    page          INTEGER NOT NULL,
    item          INTEGER,
    field         TEXT    NOT NULL,
    machine_value TEXT    NOT NULL
) STRICT;
CREATE INDEX audits_by_field ON audits (field, version);
CREATE INDEX audits_by_value ON audits (sha256, ordinal);
CREATE TRIGGER audits_are_not_changed BEFORE UPDATE ON audits BEGIN SELECT RAISE(ABORT, 'audits are append-only'); END;
CREATE TRIGGER audits_are_not_cut BEFORE DELETE ON audits BEGIN SELECT RAISE(ABORT, 'audits are append-only'); END;

-- What people keyed, in the order of answer. Of several answers to one audit the last one counts.
CREATE TABLE audit_answers (
    id          INTEGER PRIMARY KEY,
    audit       INTEGER NOT NULL REFERENCES audits (id),
    answered_at INTEGER NOT NULL,
    reviewer    TEXT    NOT NULL,
    outcome     TEXT    NOT NULL CHECK (outcome IN ('value', 'absent', 'illegible')),
    value       TEXT    NOT NULL,
    agrees      INTEGER NOT NULL CHECK (agrees IN (0, 1))  -- with the machine's value
) STRICT;
CREATE INDEX answers_by_audit ON audit_answers (audit);
CREATE TRIGGER answers_are_not_changed BEFORE UPDATE ON audit_answers BEGIN SELECT RAISE(ABORT, 'answers are append-only'); END;
CREATE TRIGGER answers_are_not_cut BEFORE DELETE ON audit_answers BEGIN SELECT RAISE(ABORT, 'answers are append-only'); END;

-- Fields that an alarm switched off, until a certificate cleared them. Figures are those at the alarm.
CREATE TABLE alarms (
    id          INTEGER PRIMARY KEY,
    field       TEXT    NOT NULL,
    raised_at   INTEGER NOT NULL,
    since_run   INTEGER NOT NULL,  -- values accepted in this run and later ones are suspect
    audits      INTEGER NOT NULL,
    wrong       INTEGER NOT NULL,
    e_value     REAL    NOT NULL,
    promised    REAL    NOT NULL,
    cleared_at  INTEGER,
    certificate TEXT,
    answers     INTEGER            -- the last answer before it was cleared: a new watch begins behind it
) STRICT;
CREATE UNIQUE INDEX one_alarm_a_field ON alarms (field) WHERE cleared_at IS NULL;

-- What had left in suspect values when an alarm was raised. Lines are added, never taken away: somebody may have loaded them.
CREATE TABLE recalls (
    id       INTEGER PRIMARY KEY,
    alarm    INTEGER NOT NULL REFERENCES alarms (id),
    document TEXT    NOT NULL,
    page     INTEGER NOT NULL,
    item     INTEGER,
    field    TEXT    NOT NULL,
    run      INTEGER NOT NULL,     -- that accepted the value
    bundle   TEXT    NOT NULL,     -- path below the archive
    resource TEXT    NOT NULL,     -- FHIR type; empty: the value had left in fields.csv alone
    url      TEXT    NOT NULL      -- fullUrl in the bundle
) STRICT;
CREATE INDEX recalls_by_alarm ON recalls (alarm);
CREATE TRIGGER recalls_are_not_changed BEFORE UPDATE ON recalls BEGIN SELECT RAISE(ABORT, 'recalls are append-only'); END;
CREATE TRIGGER recalls_are_not_cut BEFORE DELETE ON recalls BEGIN SELECT RAISE(ABORT, 'recalls are append-only'); END;
