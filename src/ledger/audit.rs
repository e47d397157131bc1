//! The audit: who did what to the archive, in order. Triggers keep it append-only: a seat belt, not a lock.

use rusqlite::{Connection, params};

use super::{Ledger, LedgerError, now};

impl Ledger {
    /// Adds a line. `subject` holds names and counts, never values.
    pub fn audit(&mut self, actor: &str, action: &str, subject: &str) -> Result<(), LedgerError> {
        append(&self.connection, actor, action, subject).map_err(|source| self.fault("write the audit of", source))
    }
}

pub(super) fn append(connection: &Connection, actor: &str, action: &str, subject: &str) -> rusqlite::Result<()> {
    connection
        .execute("INSERT INTO audit (at, actor, action, subject) VALUES (?1, ?2, ?3, ?4)", params![now(), actor, action, subject])
        .map(|_| ())
}
