//! The ledger: one SQLite file in the archive that knows every source, page, document and value, what was decided of them, and
//! what is left to do. The only room that knows SQL; it knows nothing of how pages are read.
//!
//! **Durability.** Journal in WAL mode with `synchronous=FULL`: a commit that returned survives power loss. (Measured: 269 commits
//! a second with one page each; a page costs 0.3 s and more to read, so this costs nothing that matters.) A source's result and the
//! fact that it is done are one transaction, [`Ledger::record`]. SQLite before 3.51.3 can corrupt a WAL that two connections use;
//! [`Ledger::open`] refuses to run on such a library.
//!
//! **Locking.** One writer: the pipeline holds a file lock on the archive before it opens the ledger for writing. Readers
//! ([`Ledger::read_only`]) may look at any time, and see the last commit. All of them must be on one host: WAL needs shared memory,
//! so the archive must not be written through a network share from two machines.
//!
//! **Compatibility.** `application_id` says that the file is ours, `user_version` how many migrations it has had. Migrations
//! are a named list that is only ever appended to, each in one transaction. A ledger with more migrations than this program
//! knows is refused.
//!
//! **What is left to do is a query** over digests and fingerprints ([`Ledger::claimable`]), never a remembered position. `in_flight`
//! names the sources that were being read when a process died: see `ARCHITECTURE.md` for what becomes of them.

mod accounts;
mod alarms;
mod audit;
mod chain;
mod checkpoints;
mod claims;
mod decisions;
mod deeds;
mod deliveries;
mod documents;
mod error;
mod figures;
mod handing;
mod items;
mod joins;
mod lane;
mod lookups;
mod overlay;
mod record;
mod register;
mod runs;
mod schema;
mod settle;
mod sheets;
mod totals;

#[cfg(test)]
mod overlay_tests;
#[cfg(test)]
mod tests;

use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OpenFlags, OptionalExtension};

pub use accounts::AccountChange;
pub use alarms::{NewAlarm, Suspect};
pub use checkpoints::ChainWalk;
pub use claims::{Claim, Fingerprints, Redo};
pub use decisions::Decision;
pub use deeds::{Doing, Done, Entry, UNDO, Undone};
pub use deliveries::{AttemptKey, AttemptOutcome, DeliveredDocument, PushKey, ScanSent, Standing};
pub use documents::{Documents, StoredDocument};
pub use error::LedgerError;
pub use figures::{QueueCounts, Work};
pub use handing::{Claimable, Pool};
pub use items::{Asked, NewItem, item_name};
pub use joins::SourceRead;
pub use lane::{Answer, Audit, Chosen, Found};
pub use lookups::{KeyedEntry, SourcePage};
pub use record::{DocumentResult, PageRecord, SourceResult};
pub use register::{Finding, Registered, Registration};
pub use runs::{LastPrints, RunRow};
pub use settle::{Settled, Unsettled};
pub use totals::{FailureRow, Totals};

/// The file's name in the archive.
pub const FILE_NAME: &str = "ledger.sqlite";

/// `CLft`, in the header of the file, so that `file` and other programs can tell it from other SQLite databases.
const APPLICATION_ID: i32 = 0x434c_6674;

/// The first SQLite without the fault in resetting a WAL that two connections use (sqlite.org, release 3.51.3).
const SQLITE_AT_LEAST: i32 = 3_051_003;

/// A source's row number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceKey(pub(crate) i64);

impl SourceKey {
    /// The key of no row, for work that is done apart from the ledger.
    pub(crate) fn nowhere() -> Self {
        Self(-1)
    }
}

/// A run's row number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunKey(pub(crate) i64);

/// An open ledger.
pub struct Ledger {
    connection: Connection,
    path: PathBuf,
    clock: Option<i64>,
}

impl Ledger {
    /// Makes a new ledger bearing `archive_id`, readable by its owner only. An unfinished one (a process died while making it)
    /// is completed.
    pub fn create(path: &Path, archive_id: &str) -> Result<Self, LedgerError> {
        // The mode must be right from the first byte on; SQLite gives its -wal and -shm files the mode of the main file.
        std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(path)
            .map_err(|source| LedgerError::File { path: path.to_owned(), source })?;
        let mut ledger = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        ledger.prepare_for_writing()?;
        schema::migrate(&mut ledger.connection, path)?;
        ledger
            .connection
            .execute("INSERT INTO archive (key, value) VALUES ('id', ?1) ON CONFLICT DO NOTHING", [archive_id])
            .map_err(|source| ledger.fault("write the archive's id", source))?;
        Ok(ledger)
    }

    /// Opens an existing ledger for writing: checks it, and brings it to this program's schema.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let mut ledger = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        schema::check_header(&ledger.connection, path)?;
        ledger.prepare_for_writing()?;
        ledger.quick_check()?;
        schema::migrate(&mut ledger.connection, path)?;
        Ok(ledger)
    }

    /// Another connection to this ledger, for another thread. What was checked when this one was opened is not checked again.
    pub fn another(&self) -> Result<Self, LedgerError> {
        let ledger = Self::connect(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        ledger.connection.pragma_update(None, "synchronous", "FULL").map_err(|source| ledger.fault("open", source))?;
        Ok(Self { clock: self.clock, ..ledger })
    }

    /// Opens an existing ledger to look at it, while another process may be writing.
    pub fn read_only(path: &Path) -> Result<Self, LedgerError> {
        // Opened for reading and writing all the same: a reader of a WAL takes part in its shared memory.
        let ledger = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        schema::check_header(&ledger.connection, path)?;
        schema::check_current(&ledger.connection, path)?;
        ledger.connection.pragma_update(None, "query_only", true).map_err(|source| ledger.fault("open", source))?;
        Ok(ledger)
    }

    /// Holds what this ledger shows still until it is closed: what others write meanwhile is not seen, so that several walks over the documents agree.
    pub fn hold(&self) -> Result<(), LedgerError> {
        let work = || {
            self.connection.execute_batch("BEGIN DEFERRED")?;
            // SQLite takes its snapshot with the first read.
            self.connection.query_row("SELECT count(*) FROM archive", [], |_| Ok(()))
        };
        work().map_err(|source| self.fault("hold", source))
    }

    /// The id that ties the ledger to its archive; `None` in a ledger whose making was cut short.
    pub fn archive_id(&self) -> Result<Option<String>, LedgerError> {
        self.note("id")
    }

    /// Reads one of the archive's notes (its id, its input folder).
    pub fn note(&self, key: &str) -> Result<Option<String>, LedgerError> {
        self.connection
            .query_row("SELECT value FROM archive WHERE key = ?1", [key], |row| row.get(0))
            .optional()
            .map_err(|source| self.fault("read the archive's notes", source))
    }

    /// Writes one of the archive's notes.
    pub fn set_note(&mut self, key: &str, value: &str) -> Result<(), LedgerError> {
        self.connection
            .execute(
                "INSERT INTO archive (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                [key, value],
            )
            .map_err(|source| self.fault("write the archive's notes", source))?;
        Ok(())
    }

    /// Takes one of the archive's notes away.
    pub fn forget_note(&mut self, key: &str) -> Result<(), LedgerError> {
        let gone = self.connection.execute("DELETE FROM archive WHERE key = ?1", [key]);
        gone.map(|_| ()).map_err(|source| self.fault("write the archive's notes", source))
    }

    /// Stops the clock by which documents are stamped, in seconds since 1970-01-01 UTC; `None` lets it go. With a stopped clock two archives
    /// of the same input have the same bundles, byte for byte. Runs and the audit keep the true time.
    pub fn set_clock(&mut self, at: Option<i64>) {
        self.clock = at;
    }

    /// When a document is recorded.
    fn stamp(&self) -> i64 {
        self.clock.unwrap_or_else(now)
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self, LedgerError> {
        let number = rusqlite::version_number();
        if number < SQLITE_AT_LEAST {
            return Err(LedgerError::OldSqlite { found: rusqlite::version().to_owned() });
        }
        let metadata = std::fs::metadata(path).map_err(|source| LedgerError::File { path: path.to_owned(), source })?;
        if metadata.permissions().mode() & 0o077 != 0 {
            tracing::warn!("the ledger can be read by other accounts of this machine; chmod 600 {}", path.display());
        }
        let fault = |source| LedgerError::Database { path: path.to_owned(), doing: "open", source };
        let mut connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(fault)?;
        connection.busy_handler(Some(wait)).map_err(fault)?;
        let ledger = Self { connection, path: path.to_owned(), clock: None };
        for (pragma, value) in [("foreign_keys", true), ("trusted_schema", false), ("cell_size_check", true)] {
            ledger.connection.pragma_update(None, pragma, value).map_err(|source| ledger.fault("open", source))?;
        }
        Ok(ledger)
    }

    fn prepare_for_writing(&mut self) -> Result<(), LedgerError> {
        self.connection.pragma_update(None, "journal_mode", "WAL").map_err(|source| self.fault("open", source))?;
        self.connection.pragma_update(None, "synchronous", "FULL").map_err(|source| self.fault("open", source))?;
        Ok(())
    }

    fn quick_check(&self) -> Result<(), LedgerError> {
        let verdict: String =
            self.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)).map_err(|source| self.fault("check", source))?;
        if verdict == "ok" { Ok(()) } else { Err(LedgerError::Damaged { path: self.path.clone(), found: verdict }) }
    }

    /// Wraps an error of SQLite with the file and what was being done.
    fn fault(&self, doing: &'static str, source: rusqlite::Error) -> LedgerError {
        LedgerError::Database { path: self.path.clone(), doing, source }
    }
}

/// Waits for another connection's transaction; false when it has taken too long. SQLite's own handler sleeps longer and longer, so that of several who
/// write one after another the one who has waited longest is served last; whoever asks every few milliseconds comes in between.
fn wait(times: i32) -> bool {
    const PATIENCE: i32 = 6_000;
    std::thread::sleep(std::time::Duration::from_millis(times.clamp(1, 5).unsigned_abs().into()));
    times < PATIENCE
}

/// Seconds since 1970-01-01 UTC.
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX))
}
