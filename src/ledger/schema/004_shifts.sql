-- Recalls also name values that a check found wrong without an alarm of their field; lines move over as they are.
CREATE TABLE recalled (
    id       INTEGER PRIMARY KEY,
    at       INTEGER NOT NULL,
    why      TEXT    NOT NULL CHECK (why IN ('suspect', 'wrong')),
    document TEXT    NOT NULL,
    page     INTEGER NOT NULL,
    item     INTEGER,
    field    TEXT    NOT NULL,
    run      INTEGER NOT NULL,     -- that accepted the value
    bundle   TEXT    NOT NULL,     -- path below the archive
    resource TEXT    NOT NULL,     -- FHIR type; empty: the value had left in fields.csv alone
    url      TEXT    NOT NULL      -- fullUrl in the bundle
) STRICT;
INSERT INTO recalled (at, why, document, page, item, field, run, bundle, resource, url)
    SELECT raised_at, 'suspect', document, page, item, recalls.field, run, bundle, resource, url
    FROM recalls JOIN alarms ON alarms.id = recalls.alarm ORDER BY recalls.id;
DROP TRIGGER recalls_are_not_changed;
DROP TRIGGER recalls_are_not_cut;
DROP TABLE recalls;
CREATE TRIGGER recalled_is_not_changed BEFORE UPDATE ON recalled BEGIN SELECT RAISE(ABORT, 'recalls are append-only'); END;
CREATE TRIGGER recalled_is_not_cut BEFORE DELETE ON recalled BEGIN SELECT RAISE(ABORT, 'recalls are append-only'); END;

-- How the confidences of each field lay in a run's lot: counts by the bins of confidence::audit::shift, as a JSON array.
CREATE TABLE nights (
    run    INTEGER NOT NULL REFERENCES runs (id),
    field  TEXT    NOT NULL,
    counts TEXT    NOT NULL,
    PRIMARY KEY (run, field)
) STRICT, WITHOUT ROWID;
