//! Runs: when the program started, with what, and how it ended.

use rusqlite::{OptionalExtension, params};

use super::{Fingerprints, Ledger, LedgerError, RunKey, audit, now};

/// A run as the ledger keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    /// Seconds since 1970-01-01 UTC.
    pub started_at: i64,
    /// Seconds since 1970-01-01 UTC; `None` while it runs, or after it died.
    pub ended_at: Option<i64>,
    /// The program's version.
    pub version: String,
    /// The exit code; `None` while it runs, or after it died.
    pub exit_code: Option<i32>,
    /// The process.
    pub pid: u32,
}

/// What the latest run read and understood with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastPrints {
    /// Its engines and their versions.
    pub engines: String,
    /// Its fingerprints.
    pub prints: Fingerprints,
}

impl Ledger {
    /// Opens a run. Whatever an earlier process left in flight becomes suspect; their number is given.
    pub fn begin_run(&mut self, engine: &str, fingerprints: &Fingerprints) -> Result<(RunKey, usize), LedgerError> {
        let work = |connection: &mut rusqlite::Connection| {
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            transaction
                .execute("INSERT INTO suspects (source, run) SELECT source, run FROM in_flight WHERE true ON CONFLICT DO NOTHING", [])?;
            let suspects = transaction.execute("DELETE FROM in_flight", [])?;
            transaction.execute(
                "INSERT INTO runs (started_at, version, engine, reading_fingerprint, understanding_fingerprint, pid) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![now(), env!("CARGO_PKG_VERSION"), engine, fingerprints.reading, fingerprints.understanding, std::process::id()],
            )?;
            let run = transaction.last_insert_rowid();
            audit::append(&transaction, "run", "began", &format!("run {run}, suspects {suspects}"))?;
            transaction.commit()?;
            Ok((RunKey(run), suspects))
        };
        work(&mut self.connection).map_err(|source| self.fault("begin a run in", source))
    }

    /// Closes a run.
    pub fn end_run(&mut self, run: RunKey, exit_code: i32) -> Result<(), LedgerError> {
        let work = |connection: &mut rusqlite::Connection| {
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            transaction.execute("UPDATE runs SET ended_at = ?2, exit_code = ?3 WHERE id = ?1", params![run.0, now(), exit_code])?;
            audit::append(&transaction, "run", "ended", &format!("run {}, exit code {exit_code}", run.0))?;
            transaction.commit()
        };
        work(&mut self.connection).map_err(|source| self.fault("end a run in", source))
    }

    /// What the latest run read and understood with; `None` before the first.
    pub fn last_prints(&self) -> Result<Option<LastPrints>, LedgerError> {
        self.connection
            .query_row("SELECT engine, reading_fingerprint, understanding_fingerprint FROM runs ORDER BY id DESC LIMIT 1", [], |row| {
                Ok(LastPrints { engines: row.get(0)?, prints: Fingerprints { reading: row.get(1)?, understanding: row.get(2)? } })
            })
            .optional()
            .map_err(|source| self.fault("read the runs of", source))
    }

    /// The latest run.
    pub fn last_run(&self) -> Result<Option<RunRow>, LedgerError> {
        self.connection
            .query_row("SELECT started_at, ended_at, version, exit_code, pid FROM runs ORDER BY id DESC LIMIT 1", [], |row| {
                Ok(RunRow {
                    started_at: row.get(0)?,
                    ended_at: row.get(1)?,
                    version: row.get(2)?,
                    exit_code: row.get(3)?,
                    pid: row.get(4)?,
                })
            })
            .optional()
            .map_err(|source| self.fault("read the runs of", source))
    }
}
