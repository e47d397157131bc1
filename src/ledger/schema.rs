//! The schema, as a named list of migrations that is only ever appended to.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::{APPLICATION_ID, LedgerError};

/// One step of the schema. A step that has been released is never changed.
pub(super) struct Migration {
    pub(super) name: &'static str,
    pub(super) sql: &'static str,
}

pub(super) const MIGRATIONS: &[Migration] = &[
    Migration { name: "first", sql: include_str!("schema/001_first.sql") },
    Migration { name: "settled", sql: include_str!("schema/002_settled.sql") },
    Migration { name: "audit lane", sql: include_str!("schema/003_audit_lane.sql") },
    Migration { name: "shifts", sql: include_str!("schema/004_shifts.sql") },
    Migration { name: "deliveries", sql: include_str!("schema/005_deliveries.sql") },
    Migration { name: "review", sql: include_str!("schema/006_review.sql") },
];

/// Brings the ledger to the newest schema, one transaction a step.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), LedgerError> {
    let fault = |source| LedgerError::Database { path: path.to_owned(), doing: "migrate", source };
    let known = MIGRATIONS.len() as i64;
    let found = version(connection).map_err(fault)?;
    if found > known {
        return Err(LedgerError::Newer { path: path.to_owned(), found, known });
    }
    for (index, migration) in MIGRATIONS.iter().enumerate().skip(found as usize) {
        tracing::debug!(migration = migration.name, "migrating the ledger");
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fault)?;
        transaction.execute_batch(migration.sql).map_err(fault)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(fault)?;
        transaction.pragma_update(None, "user_version", index as i64 + 1).map_err(fault)?;
        transaction.commit().map_err(fault)?;
    }
    Ok(())
}

/// Refuses what is no ledger of ours, or of a newer program.
pub(super) fn check_header(connection: &Connection, path: &Path) -> Result<(), LedgerError> {
    let fault = |source| LedgerError::Database { path: path.to_owned(), doing: "read", source };
    let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(fault)?;
    if id != APPLICATION_ID {
        return Err(LedgerError::Foreign { path: path.to_owned() });
    }
    let (found, known) = (version(connection).map_err(fault)?, MIGRATIONS.len() as i64);
    if found > known { Err(LedgerError::Newer { path: path.to_owned(), found, known }) } else { Ok(()) }
}

/// Refuses a schema that would have to be migrated first.
pub(super) fn check_current(connection: &Connection, path: &Path) -> Result<(), LedgerError> {
    let fault = |source| LedgerError::Database { path: path.to_owned(), doing: "read", source };
    let (found, known) = (version(connection).map_err(fault)?, MIGRATIONS.len() as i64);
    if found < known { Err(LedgerError::Older { path: path.to_owned(), found, known }) } else { Ok(()) }
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}
