//! How the pages of a source make documents, where a person said so: lines of the chain that hold for a page.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, TransactionBehavior};

use super::chain::{self, Line};
use super::{Ledger, LedgerError};
use crate::model::{Act, Circumstances, PageJoin, PageNumber, Sha256};

impl Ledger {
    /// What people said of the pages of a source. Pages that are left to the machine are not among them.
    pub fn joins(&self, sha256: Sha256) -> Result<BTreeMap<PageNumber, PageJoin>, LedgerError> {
        joins(&self.connection, sha256).map_err(|source| self.fault("read the decisions of", source))
    }

    /// Keeps what a person says of a page; `None` leaves it to the machine again. Gives the number of the line.
    pub fn keep_join(
        &mut self,
        reviewer: &str,
        (sha256, ordinal, page): (Sha256, u32, PageNumber),
        join: Option<PageJoin>,
        circumstances: &Circumstances,
    ) -> Result<i64, LedgerError> {
        let work = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let line = Line {
                value: join.map_or("", PageJoin::as_str),
                ..Line::of_page(reviewer, Act::Structure, sha256, ordinal, page, circumstances)
            };
            let number = chain::append(&transaction, &line)?;
            transaction.commit()?;
            Ok(number)
        };
        work(&mut self.connection).map_err(|source| self.fault("record decisions in", source))
    }
}

fn joins(connection: &Connection, sha256: Sha256) -> rusqlite::Result<BTreeMap<PageNumber, PageJoin>> {
    let mut statement = connection
        .prepare("SELECT id, page, act, value, replaces FROM decisions WHERE sha256 = ?1 AND act IN ('structure', 'undo') ORDER BY id")?;
    let mut rows = statement.query([sha256.to_string()])?;
    let (mut said, mut undone): (Vec<(i64, PageNumber, String)>, BTreeSet<i64>) = (Vec::new(), BTreeSet::new());
    while let Some(row) = rows.next()? {
        match row.get::<_, String>(2)?.as_str() {
            "undo" => undone.extend(row.get::<_, Option<i64>>(4)?),
            _ => said.push((row.get(0)?, PageNumber::new(row.get(1)?), row.get(3)?)),
        }
    }
    let mut joins = BTreeMap::new();
    for (_, page, join) in said.into_iter().filter(|(number, ..)| !undone.contains(number)) {
        match PageJoin::parse(&join) {
            Some(join) => joins.insert(page, join),
            None => joins.remove(&page),
        };
    }
    Ok(joins)
}
