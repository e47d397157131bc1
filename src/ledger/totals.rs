//! Sums over the ledger: the figures of the summary and of `status`, and the check that no page was lost.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde::Serialize;

use super::{Fingerprints, Ledger, LedgerError, overlay};
use crate::model::{FailureKind, PageNumber, PageOutcome, SourceFailure, SourcePath, Status};

/// What the archive holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Files known.
    pub sources: u64,
    /// Files with at least one page that is not failed.
    pub sources_read: u64,
    /// Files that could not be read at all.
    pub sources_failed: u64,
    /// Files that are byte-for-byte copies of others.
    pub sources_duplicate: u64,
    /// Files without a result yet.
    pub sources_waiting: u64,
    /// Files with a result that are not in the input folder any more.
    pub sources_missing: u64,
    /// Documents.
    pub documents: u64,
    /// Pages as the decoder counted them; a file that cannot be opened as pages counts as one.
    pub pages_in: u64,
    /// Pages by where they went.
    pub pages: BTreeMap<PageOutcome, u64>,
    /// Values that leave without a person.
    pub values_accepted: u64,
    /// Values that wait for a person.
    pub values_queued: u64,
    /// Values that a person has decided.
    pub values_decided: u64,
}

impl Totals {
    /// Pages that went to `outcome`.
    pub fn of(&self, outcome: PageOutcome) -> u64 {
        self.pages.get(&outcome).copied().unwrap_or(0)
    }
}

/// A file or page that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailureRow {
    /// The file.
    pub path: SourcePath,
    /// The page; `None` for the file as a whole.
    pub page: Option<PageNumber>,
    /// Why.
    pub failure: SourceFailure,
}

impl Ledger {
    /// Adds everything up. `fingerprints` tell which sources wait to be read again; without them, only those that never were.
    pub fn totals(&self, fingerprints: Option<&Fingerprints>) -> Result<Totals, LedgerError> {
        let work = |connection: &Connection| {
            let mut totals = Totals {
                sources: one(connection, "SELECT count(*) FROM sources WHERE present = 1 OR outcome IS NOT NULL")?,
                sources_read: one(connection, "SELECT count(*) FROM sources WHERE outcome = 'read'")?,
                sources_failed: one(connection, "SELECT count(*) FROM sources WHERE outcome = 'failed'")?,
                sources_duplicate: one(connection, "SELECT count(*) FROM sources WHERE duplicate_of IS NOT NULL AND present = 1")?,
                sources_waiting: one(
                    connection,
                    "SELECT count(*) FROM sources WHERE present = 1 AND outcome IS NULL AND duplicate_of IS NULL",
                )?,
                sources_missing: one(connection, "SELECT count(*) FROM sources WHERE present = 0 AND outcome IS NOT NULL")?,
                documents: one(connection, "SELECT count(*) FROM documents")?,
                ..Totals::default()
            };
            let copied = one(
                connection,
                "SELECT coalesce(sum(original.pages_in), 0) FROM sources JOIN sources AS original ON original.id = sources.duplicate_of
                 WHERE sources.present = 1 AND original.outcome IS NOT NULL",
            )?;
            totals.pages_in = copied + one(connection, "SELECT coalesce(sum(pages_in), 0) FROM sources WHERE outcome IS NOT NULL")?;
            totals.pages.insert(PageOutcome::Duplicate, copied);
            let mut statement = connection.prepare("SELECT outcome, count(*) FROM pages GROUP BY outcome")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let outcome: String = row.get(0)?;
                let count: i64 = row.get(1)?;
                if let Some(outcome) = PageOutcome::parse(&outcome) {
                    *totals.pages.entry(outcome).or_default() += count.unsigned_abs();
                }
            }
            // The original of a copy may have gone from the folder unread: nothing is known of its pages.
            totals.values_accepted = one(connection, "SELECT count(*) FROM document_values WHERE status = 'accepted'")?;
            totals.values_queued = one(connection, "SELECT count(*) FROM document_values WHERE status = 'review'")?;
            overlay::each_decided(connection, |_, values, laid| {
                for (value, _) in values.iter().zip(&laid.held).filter(|(_, line)| line.is_some()) {
                    totals.values_decided += 1;
                    match value.status {
                        Status::Accepted => totals.values_accepted = totals.values_accepted.saturating_sub(1),
                        Status::Review => totals.values_queued = totals.values_queued.saturating_sub(1),
                        _ => {}
                    }
                }
                for (_, value) in &laid.beside {
                    let waits = value.status == Status::Review;
                    *(if waits { &mut totals.values_queued } else { &mut totals.values_decided }) += 1;
                }
            })?;
            Ok(totals)
        };
        let mut totals = work(&self.connection).map_err(|source| self.fault("add up", source))?;
        if let Some(fingerprints) = fingerprints {
            totals.sources_waiting = self.work_left(fingerprints)?.0;
        }
        Ok(totals)
    }

    /// Looks for pages that are not accounted for. Each line says what is wrong; none means that all pages have exactly one place.
    pub fn unaccounted(&self) -> Result<Vec<String>, LedgerError> {
        let work = |connection: &Connection| {
            let mut found = Vec::new();
            let checks = [
                (
                    "pages recorded are not as many as the decoder counted",
                    "SELECT path FROM sources WHERE outcome IS NOT NULL AND pages_in <> (SELECT count(*) FROM pages WHERE source = sources.id)",
                ),
                (
                    "page numbers have gaps",
                    "SELECT path FROM sources WHERE outcome IS NOT NULL AND pages_in <> (SELECT max(number) FROM pages WHERE source = sources.id)",
                ),
                (
                    "pages were read and belong to no document",
                    "SELECT path FROM sources WHERE outcome IS NOT NULL AND
                     (SELECT count(*) FROM pages WHERE source = sources.id AND outcome = 'read') <>
                     (SELECT coalesce(sum(json_array_length(pages)), 0) FROM documents WHERE source = sources.id)",
                ),
                (
                    "a copy of the file has pages of its own",
                    "SELECT path FROM sources WHERE duplicate_of IS NOT NULL AND (outcome IS NOT NULL OR EXISTS (SELECT 1 FROM pages WHERE source = sources.id))",
                ),
                (
                    "a document has no value, not even one to review",
                    "SELECT name FROM documents WHERE NOT EXISTS (SELECT 1 FROM document_values WHERE document = documents.id)",
                ),
            ];
            for (what, sql) in checks {
                let mut statement = connection.prepare(&format!("{sql} ORDER BY 1 LIMIT 20"))?;
                for path in statement.query_map([], |row| row.get::<_, String>(0))? {
                    found.push(format!("{}: {what}", path?));
                }
            }
            Ok(found)
        };
        work(&self.connection).map_err(|source| self.fault("check the pages of", source))
    }

    /// Everything that could not be read, in order of path and page, `limit` at most, of sources that are in the folder.
    pub fn failures(&self, limit: usize) -> Result<Vec<FailureRow>, LedgerError> {
        let work = |connection: &Connection| {
            let mut statement = connection.prepare(
                "SELECT sources.path, CASE WHEN sources.failure_kind IS NULL OR sources.outcome = 'read' THEN pages.number END, pages.failure_kind, pages.failure_detail
                 FROM pages JOIN sources ON sources.id = pages.source
                 WHERE pages.outcome = 'failed' AND (sources.outcome = 'read' OR sources.failure_kind IS NULL OR pages.number = 1)
                 ORDER BY sources.path, pages.number LIMIT ?1",
            )?;
            statement
                .query_map([limit as i64], |row| {
                    let (kind, detail): (Option<String>, Option<String>) = (row.get(2)?, row.get(3)?);
                    Ok(FailureRow {
                        path: SourcePath::new(row.get::<_, String>(0)?),
                        page: row.get::<_, Option<u32>>(1)?.map(PageNumber::new),
                        failure: SourceFailure::new(
                            kind.and_then(|k| FailureKind::parse(&k)).unwrap_or(FailureKind::Broken),
                            detail.unwrap_or_default(),
                        ),
                    })
                })?
                .collect::<Result<Vec<_>, _>>()
        };
        work(&self.connection).map_err(|source| self.fault("read the failures of", source))
    }

    /// Copies and what they are copies of, in order of their paths, `limit` at most.
    pub fn duplicates(&self, limit: usize) -> Result<Vec<(SourcePath, SourcePath)>, LedgerError> {
        let work = |connection: &Connection| {
            let mut statement = connection.prepare(
                "SELECT sources.path, original.path FROM sources JOIN sources AS original ON original.id = sources.duplicate_of
                 WHERE sources.present = 1 ORDER BY sources.path LIMIT ?1",
            )?;
            statement
                .query_map([limit as i64], |row| {
                    Ok((SourcePath::new(row.get::<_, String>(0)?), SourcePath::new(row.get::<_, String>(1)?)))
                })?
                .collect::<Result<Vec<_>, _>>()
        };
        work(&self.connection).map_err(|source| self.fault("read the copies of", source))
    }
}

fn one(connection: &Connection, sql: &str) -> rusqlite::Result<u64> {
    connection.query_row(sql, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs)
}
