//! What is left to do: a query over digests and fingerprints.

use rusqlite::{Connection, Row, TransactionBehavior, params};

use super::{Ledger, LedgerError, RunKey, SourceKey, audit, register};
use crate::model::{FileKind, Sha256, SourcePath};

/// What a result depends on besides the source's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprints {
    /// Of all that turns bytes into words: engine, its version, settings of decoding, imaging and OCR.
    pub reading: String,
    /// Of all that turns words into decided values: vocabulary, confidence model, rules.
    pub understanding: String,
}

/// Work to do again although it is fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redo {
    /// Read every page again.
    Readings,
    /// Extract and decide again from the words that are kept.
    Understanding,
    /// Read those sources again of which a page, or the whole, failed.
    Failures,
}

/// A source with work to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Its row.
    pub key: SourceKey,
    /// Its path below the input folder.
    pub path: SourcePath,
    /// Its digest, as registered.
    pub sha256: Sha256,
    /// Its kind.
    pub kind: FileKind,
    /// Whether it was being read when a process died.
    pub suspect: bool,
}

const TO_READ: &str = "present = 1 AND kind IS NOT NULL AND sha256 IS NOT NULL AND duplicate_of IS NULL
    AND (outcome IS NULL OR result_sha256 IS NOT sha256 OR reading_fingerprint IS NOT ?1)
    AND id NOT IN (SELECT source FROM in_flight)";

/// A source that is gone from the folder cannot be read again; its words are what there is.
const TO_UNDERSTAND: &str = "outcome = 'read' AND duplicate_of IS NULL AND understanding_fingerprint IS NOT ?2
    AND (reading_fingerprint IS ?1 OR present = 0)";

impl Ledger {
    /// Sources whose pages have to be read, in order of their paths, suspects last; `limit` at most.
    pub fn claimable(&self, fingerprints: &Fingerprints, limit: usize) -> Result<Vec<Claim>, LedgerError> {
        let work = |connection: &Connection| {
            let sql = format!(
                "SELECT id, path, sha256, kind, id IN (SELECT source FROM suspects) AS suspect FROM sources
                 WHERE {TO_READ} ORDER BY suspect, path LIMIT ?2"
            );
            let mut statement = connection.prepare(&sql)?;
            statement.query_map(params![fingerprints.reading, limit as i64], claim)?.collect::<Result<Vec<_>, _>>()
        };
        work(&self.connection).map_err(|source| self.fault("read the sources of", source))
    }

    /// How many sources have to be read, and how many have to be understood anew from the words that are kept.
    pub fn work_left(&self, fingerprints: &Fingerprints) -> Result<(u64, u64), LedgerError> {
        let work = |connection: &Connection| {
            let read: i64 =
                connection
                    .query_row(&format!("SELECT count(*) FROM sources WHERE {TO_READ}"), [&fingerprints.reading], |row| row.get(0))?;
            let understand: i64 = connection.query_row(
                &format!("SELECT count(*) FROM sources WHERE {TO_UNDERSTAND}"),
                [&fingerprints.reading, &fingerprints.understanding],
                |row| row.get(0),
            )?;
            Ok((read.unsigned_abs(), understand.unsigned_abs()))
        };
        work(&self.connection).map_err(|source| self.fault("count the work in", source))
    }

    /// Sources whose words are fresh and whose values are not, in order of their paths.
    pub fn to_understand(&self, fingerprints: &Fingerprints) -> Result<Vec<SourceKey>, LedgerError> {
        let work = |connection: &Connection| {
            let mut statement = connection.prepare(&format!("SELECT id FROM sources WHERE {TO_UNDERSTAND} ORDER BY path"))?;
            statement
                .query_map([&fingerprints.reading, &fingerprints.understanding], |row| row.get(0).map(SourceKey))?
                .collect::<Result<Vec<_>, _>>()
        };
        work(&self.connection).map_err(|source| self.fault("read the sources of", source))
    }

    /// Notes, before a source is opened, that it is being read: if the process dies, the next one knows.
    pub fn take(&mut self, run: RunKey, key: SourceKey) -> Result<(), LedgerError> {
        self.connection
            .execute("INSERT INTO in_flight (source, run) VALUES (?1, ?2) ON CONFLICT DO NOTHING", params![key.0, run.0])
            .map_err(|source| self.fault("claim a source in", source))?;
        Ok(())
    }

    /// Gives a source back that was taken and not read.
    pub fn give_back(&mut self, key: SourceKey) -> Result<(), LedgerError> {
        self.connection
            .execute("DELETE FROM in_flight WHERE source = ?1", [key.0])
            .map_err(|source| self.fault("give a source back in", source))?;
        Ok(())
    }

    /// Makes results stale that have to be had again: those asked for, and failures that may have passed. Results stay until
    /// they are replaced.
    pub fn make_stale(&mut self, redo: Option<Redo>) -> Result<(), LedgerError> {
        let work = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for kind in register::PASSING {
                transaction.execute("UPDATE sources SET reading_fingerprint = NULL WHERE failure_kind = ?1", [kind.as_str()])?;
            }
            let stale = match redo {
                None => 0,
                Some(Redo::Readings) => transaction.execute("UPDATE sources SET reading_fingerprint = NULL, understanding_fingerprint = NULL", [])?,
                Some(Redo::Understanding) => transaction.execute("UPDATE sources SET understanding_fingerprint = NULL", [])?,
                Some(Redo::Failures) => transaction.execute(
                    "UPDATE sources SET reading_fingerprint = NULL WHERE outcome = 'failed' OR id IN (SELECT source FROM pages WHERE outcome = 'failed')",
                    [],
                )?,
            };
            if stale > 0 {
                audit::append(&transaction, "run", "redo", &format!("{stale} sources"))?;
            }
            transaction.commit()
        };
        work(&mut self.connection).map_err(|source| self.fault("mark results stale in", source))
    }
}

fn claim(row: &Row<'_>) -> rusqlite::Result<Claim> {
    let (digest, kind): (String, String) = (row.get(2)?, row.get(3)?);
    Ok(Claim {
        key: SourceKey(row.get(0)?),
        path: SourcePath::new(row.get::<_, String>(1)?),
        sha256: Sha256::from_hex(&digest).ok_or_else(|| unexpected(2, "a digest"))?,
        kind: FileKind::parse(&kind).ok_or_else(|| unexpected(3, "a kind of file"))?,
        suspect: row.get(4)?,
    })
}

/// A stored text is none of those that this program writes.
pub(super) fn unexpected(column: usize, what: &'static str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, format!("{what} was expected").into())
}
