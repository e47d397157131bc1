//! What can go wrong with a ledger, and whose fault it is.

use std::path::PathBuf;

/// An error of the ledger. No text names a patient: SQLite is never given values in the statement's text.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The file cannot be opened or made.
    #[error("cannot open the ledger {path}", path = path.display())]
    File {
        /// The ledger.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// SQLite refused something.
    #[error("cannot {doing} the ledger {path}", path = path.display())]
    Database {
        /// The ledger.
        path: PathBuf,
        /// A verb: what was being done.
        doing: &'static str,
        /// SQLite's reason.
        source: rusqlite::Error,
    },
    /// The linked SQLite has a fault that can damage a ledger.
    #[error("SQLite {found} is too old: versions before 3.51.3 can damage a ledger that is read while it is written")]
    OldSqlite {
        /// The version linked.
        found: String,
    },
    /// The file is no ledger of this program.
    #[error("{path} is not a ledger of chartlift", path = path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A newer program made the ledger.
    #[error("the ledger {path} was written by a newer chartlift (schema {found}; this one knows {known})", path = path.display())]
    Newer {
        /// The ledger.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema that this program knows.
        known: i64,
    },
    /// An older program made the ledger, and it may not be changed now.
    #[error("the ledger {path} was written by an older chartlift (schema {found}; this one needs {known})", path = path.display())]
    Older {
        /// The ledger.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The schema needed.
        known: i64,
    },
    /// SQLite's own check found damage, or a stored value cannot be what was written.
    #[error("the ledger {path} is damaged: {found}", path = path.display())]
    Damaged {
        /// The ledger.
        path: PathBuf,
        /// What was found.
        found: String,
    },
}

impl LedgerError {
    /// Whether the disk is full, the quota reached, or the file not writable, rather than damaged.
    pub fn is_no_space(&self) -> bool {
        use rusqlite::ErrorCode::{CannotOpen, DiskFull, PermissionDenied, ReadOnly, SystemIoFailure};
        match self {
            Self::Database { source, .. } => {
                matches!(source.sqlite_error_code(), Some(DiskFull | ReadOnly | SystemIoFailure | CannotOpen | PermissionDenied))
            }
            Self::File { .. } => true,
            _ => false,
        }
    }

    /// Whether the ledger itself is broken or not one that this program may use.
    pub fn is_damage(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        match self {
            Self::Foreign { .. } | Self::Newer { .. } | Self::Damaged { .. } => true,
            Self::Database { source, .. } => matches!(source.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase)),
            _ => false,
        }
    }
}
