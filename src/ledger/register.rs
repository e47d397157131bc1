//! Registration: what a survey of the input folder found becomes rows, in one transaction, so that an interrupted survey leaves
//! nothing behind and which of several equal files is the one to be read never depends on when a process died.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};

use super::{Ledger, LedgerError, RunKey, SourceKey, audit, now};
use crate::model::{FailureKind, FileKind, PageOutcome, Sha256, SourceFailure, SourcePath};

/// What a file is, as found now.
#[derive(Clone, Debug)]
pub enum Finding {
    /// To be read.
    Readable(FileKind),
    /// Is none that can be read (no bytes, unknown kind): a failure for as long as it has these bytes.
    Hopeless(SourceFailure),
    /// Could not be read from disk this time.
    Unreachable(SourceFailure),
}

/// A file as found now.
#[derive(Clone, Debug)]
pub struct Registration {
    /// Its path below the input folder.
    pub path: SourcePath,
    /// Its size in bytes.
    pub size: u64,
    /// Its digest; `None` where it could not be read from disk.
    pub sha256: Option<Sha256>,
    /// What it is.
    pub finding: Finding,
}

/// What registration came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registered {
    /// Files whose bytes are not those of the result that was kept; that result is gone.
    pub changed: Vec<SourcePath>,
    /// Files with a result that are not in the folder now. Their results stay.
    pub missing: Vec<SourcePath>,
    /// Files with a result that could not be read from disk this time, with the reason. Their results stay.
    pub unreachable: Vec<(SourcePath, SourceFailure)>,
}

struct Known {
    key: i64,
    outcome: Option<String>,
    result_sha256: Option<String>,
}

impl Ledger {
    /// Whether any file here is one that the ledger knows by path and digest; `None` if the ledger knows no file at all.
    pub fn recognises(&self, found: &[Registration]) -> Result<Option<bool>, LedgerError> {
        let work = || {
            let mut known = false;
            let mut statement = self.connection.prepare("SELECT path, sha256 FROM sources WHERE sha256 IS NOT NULL")?;
            let mut rows = statement.query([])?;
            let here: BTreeMap<&str, String> = found.iter().filter_map(|f| Some((f.path.as_str(), f.sha256?.to_string()))).collect();
            while let Some(row) = rows.next()? {
                known = true;
                let (path, digest): (String, String) = (row.get(0)?, row.get(1)?);
                if here.get(path.as_str()) == Some(&digest) {
                    return Ok(Some(true));
                }
            }
            Ok(known.then_some(false))
        };
        work().map_err(|source| self.fault("read the sources of", source))
    }

    /// Takes what a survey found. `found` is in the order of the survey; of files with equal bytes, the first one ever
    /// registered is read, and of those first seen together the first in order.
    pub fn register(&mut self, run: RunKey, found: &[Registration]) -> Result<Registered, LedgerError> {
        let work = |connection: &mut rusqlite::Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let registered = register(&transaction, run, found)?;
            transaction.commit()?;
            Ok(registered)
        };
        work(&mut self.connection).map_err(|source| self.fault("register sources in", source))
    }
}

fn register(transaction: &Transaction<'_>, run: RunKey, found: &[Registration]) -> rusqlite::Result<Registered> {
    let mut registered = Registered::default();
    transaction.execute("UPDATE sources SET present = 0 WHERE present = 1", [])?;
    for file in found {
        let known = transaction
            .query_row("SELECT id, outcome, result_sha256 FROM sources WHERE path = ?1", [file.path.as_str()], |row| {
                Ok(Known { key: row.get(0)?, outcome: row.get(1)?, result_sha256: row.get(2)? })
            })
            .optional()?;
        if let (Finding::Unreachable(failure), Some(known)) = (&file.finding, &known)
            && known.outcome.as_deref() == Some("read")
        {
            // A share that is away for an hour must not cost a result: it stays, and the run says so.
            registered.unreachable.push((file.path.clone(), failure.clone()));
            continue;
        }
        let digest = file.sha256.map(|d| d.to_string());
        let key = match known {
            Some(known) => {
                if known.outcome.is_some() && known.result_sha256 != digest {
                    forget(transaction, known.key)?;
                    if known.result_sha256.is_some() {
                        audit::append(transaction, "run", "changed", file.path.as_str())?;
                        registered.changed.push(file.path.clone());
                    }
                }
                known.key
            }
            None => {
                transaction.execute("INSERT INTO sources (path, size, present) VALUES (?1, 0, 1)", [file.path.as_str()])?;
                transaction.last_insert_rowid()
            }
        };
        let kind = match &file.finding {
            Finding::Readable(kind) => Some(kind.as_str()),
            _ => None,
        };
        transaction.execute(
            "UPDATE sources SET size = ?2, sha256 = ?3, kind = ?4, present = 1 WHERE id = ?1",
            params![key, i64::try_from(file.size).unwrap_or(i64::MAX), digest, kind],
        )?;
        if let Finding::Hopeless(failure) | Finding::Unreachable(failure) = &file.finding {
            record_failure(transaction, run, SourceKey(key), digest.as_deref(), failure)?;
        }
    }
    tell_duplicates(transaction, found)?;
    let mut statement = transaction.prepare("SELECT path FROM sources WHERE present = 0 AND outcome IS NOT NULL ORDER BY path")?;
    let unreachable: BTreeSet<&str> = registered.unreachable.iter().map(|(path, _)| path.as_str()).collect();
    let missing: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    registered.missing = missing.into_iter().filter(|path| !unreachable.contains(path.as_str())).map(SourcePath::new).collect();
    Ok(registered)
}

/// Marks files whose bytes stand in the ledger under an earlier name. A file that was once the original stays it for as long as
/// its bytes stay what they are, so that names of documents (and with them ids in an EHR, and reviews) never move.
fn tell_duplicates(transaction: &Transaction<'_>, found: &[Registration]) -> rusqlite::Result<()> {
    let originals = transaction.prepare(
        "SELECT id, sha256 FROM sources WHERE kind IS NOT NULL AND sha256 IS NOT NULL AND duplicate_of IS NULL AND outcome IS NOT NULL ORDER BY id",
    )?
    .query_map([], |row| Ok((row.get::<_, String>(1)?, row.get::<_, i64>(0)?)))?
    .collect::<Result<Vec<_>, _>>()?;
    let mut by_digest = BTreeMap::new();
    for (digest, key) in originals {
        by_digest.entry(digest).or_insert(key);
    }
    for file in found {
        let (Finding::Readable(_), Some(digest)) = (&file.finding, file.sha256) else { continue };
        let key: i64 = transaction.query_row("SELECT id FROM sources WHERE path = ?1", [file.path.as_str()], |row| row.get(0))?;
        let original = *by_digest.entry(digest.to_string()).or_insert(key);
        if original == key {
            transaction.execute("UPDATE sources SET duplicate_of = NULL WHERE id = ?1 AND duplicate_of IS NOT NULL", [key])?;
        } else {
            forget(transaction, key)?;
            transaction.execute("UPDATE sources SET duplicate_of = ?2 WHERE id = ?1", [key, original])?;
        }
    }
    Ok(())
}

/// Takes a source's result out: its bytes are not there any more, or stand under another name.
fn forget(transaction: &Transaction<'_>, key: i64) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM documents WHERE source = ?1", [key])?;
    transaction.execute("DELETE FROM pages WHERE source = ?1", [key])?;
    transaction.execute(
        "UPDATE sources SET duplicate_of = NULL, outcome = NULL, result_sha256 = NULL, reading_fingerprint = NULL, understanding_fingerprint = NULL,
         pages_in = 0, failure_kind = NULL, failure_detail = NULL, recorded_at = NULL, run = NULL WHERE id = ?1",
        [key],
    )?;
    Ok(())
}

/// Records a file that has no pages to give: it counts as one failed page.
fn record_failure(
    transaction: &Transaction<'_>,
    run: RunKey,
    key: SourceKey,
    digest: Option<&str>,
    failure: &SourceFailure,
) -> rusqlite::Result<()> {
    forget(transaction, key.0)?;
    transaction.execute(
        "UPDATE sources SET outcome = 'failed', result_sha256 = ?2, pages_in = 1, failure_kind = ?3, failure_detail = ?4, recorded_at = ?5, run = ?6 WHERE id = ?1",
        params![key.0, digest, failure.kind.as_str(), failure.detail, now(), run.0],
    )?;
    transaction.execute(
        "INSERT INTO pages (source, number, outcome, failure_kind, failure_detail) VALUES (?1, 1, ?2, ?3, ?4)",
        params![key.0, PageOutcome::Failed.as_str(), failure.kind.as_str(), failure.detail],
    )?;
    Ok(())
}

/// Failures that another attempt at the same bytes may well not meet.
pub(super) const PASSING: [FailureKind; 2] = [FailureKind::Unreadable, FailureKind::Changed];
