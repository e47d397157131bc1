-- What a certificate holds for: JSON of an Origin (form and captures). NULL: understood by an older program.
ALTER TABLE documents ADD COLUMN origin TEXT;
-- The run in which a value got the status that it has: the lot that audits and recalls speak of. NULL: decided by an older program.
ALTER TABLE document_values ADD COLUMN decided_run INTEGER REFERENCES runs (id);
CREATE INDEX values_by_lot ON document_values (decided_run, field) WHERE status = 'accepted';
