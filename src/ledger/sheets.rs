//! Sheets of items that people filled in: kept whole or not at all.

use rusqlite::{Connection, TransactionBehavior, params};

use super::alarms::{self, NewAlarm};
use super::deeds::{self, Done};
use super::{Ledger, LedgerError};
use crate::model::{Item, Outcome, Recall};

impl Ledger {
    /// Keeps what was done with items, and the alarms and recalls that follow from it, all or none: those items that stand in the way as they are now, with
    /// their places in the list.
    pub fn keep_sheet(
        &mut self,
        done: &[Done],
        raised: &[NewAlarm],
        recalls: &[Recall],
    ) -> Result<Result<(), Vec<(usize, Item)>>, LedgerError> {
        let work = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let refused = deeds::do_all(&transaction, done)?.err().unwrap_or_default();
            if !refused.is_empty() {
                return Ok(Err(refused));
            }
            alarms::write(&transaction, raised, recalls)?;
            transaction.commit()?;
            Ok(Ok(()))
        };
        work(&mut self.connection).map_err(|source| self.fault("keep the answers of a sheet in", source))
    }

    /// Whether anything was done in a session.
    pub fn has_session(&self, session: &str) -> Result<bool, LedgerError> {
        let found = self
            .connection
            .prepare("SELECT 1 FROM decisions WHERE json_extract(circumstances, '$.session') = ?1")
            .and_then(|mut statement| statement.exists([session]));
        found.map_err(|source| self.fault("read the decisions of", source))
    }

    /// What somebody has said of an item and not taken back: outcomes and values, the last one first.
    pub fn said_by(&self, item: &str, reviewer: &str) -> Result<Vec<(Option<Outcome>, String)>, LedgerError> {
        let work = || {
            let mut statement = self.connection.prepare(
                "SELECT outcome, value FROM decisions WHERE item_name = ?1 AND reviewer = ?2 AND act IN ('decision', 'key', 'seed', 'escalate')
                 AND NOT EXISTS (SELECT 1 FROM decisions AS undone WHERE undone.act = 'undo' AND undone.replaces = decisions.id) ORDER BY id DESC",
            )?;
            statement
                .query_map(params![item, reviewer], |row| Ok((Outcome::parse(&row.get::<_, String>(0)?), row.get(1)?)))?
                .collect::<rusqlite::Result<Vec<_>>>()
        };
        work().map_err(|source| self.fault("read the decisions of", source))
    }
}
