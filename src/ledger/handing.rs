//! Which items a reviewer is handed next: runs of one field and kind of document, so that the eye stays in one task, and the dearest first.
//!
//! **Order.** A run is led by what waits longest among what has waited too long, then by the dearest item ([`NewItem::rank`](super::NewItem); the last open
//! item of a document counts half as much again); the dearest of its field and kind follow. A fixed share of turns is kept for checks and planted errors.
//! They are drawn by keyed hash and never by what they are worth: only such a sample certifies anything. A turn that a run cannot serve, because nothing of its
//! field and kind is to be checked, is owed and leads a later run; so is every other turn of a check, so that fields that never wait are checked in time too.
//!
//! **Who may have what.** Nobody is handed what they have keyed, what somebody else holds, or what was put off. Leads alone are handed conflicts and what
//! was escalated; a lead is not handed an entry of a pair where no other lead would be left to settle it.
//!
//! **A claim is a run.** It is renewed while its holder works. The next one is made when this one has nearly been worked through, so that its first pictures
//! are there in time, and nothing beyond it is held.

mod turns;

use std::collections::{BTreeSet, VecDeque};

use rusqlite::{Connection, OptionalExtension, ToSql, Transaction, TransactionBehavior, params};

use super::items::{self, COLUMNS, DAY};
use super::{Ledger, LedgerError};
use crate::model::{DocumentKind, Field, Item, Reviewer, Role, Sha256};

/// Out of what items are handed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Pool {
    /// The queue, with checks and planted errors among it.
    #[default]
    Queue,
    /// What is confirmed and was read alike, of one field.
    Group,
    /// What two people keyed differently.
    Conflicts,
    /// What was given to the lead.
    Escalated,
    /// One document, in the order of the paper.
    Document(Sha256, u32),
}

/// Which items are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Claimable {
    /// How many at most.
    pub count: usize,
    /// Names of items that are there already.
    pub have: Vec<String>,
    /// Out of what.
    pub pool: Pool,
    /// Of this field alone.
    pub field: Option<Field>,
    /// Of documents of this kind alone.
    pub kind: Option<DocumentKind>,
    /// How many items make a run.
    pub run: usize,
    /// For how long they are held, seconds.
    pub lease: i64,
    /// Items that wait for more days come first.
    pub oldest_days: i64,
    /// Share of turns that is kept for checks.
    pub audit_share: f64,
    /// Share of turns that is kept for planted errors.
    pub seed_share: f64,
    /// The archive's key, by which turns are drawn.
    pub key: Vec<u8>,
}

/// Who asks, and when.
struct Asking<'a> {
    who: &'a Reviewer,
    now: i64,
    wanted: &'a Claimable,
    /// For a lead: how many leads there are, by their names.
    leads: BTreeSet<String>,
}

/// Items of the queue that are alike in what stands before the order in the indexes: one step finds the dearest of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Block {
    state: String,
    mode: String,
    first_by: String,
}

/// May be had now (`?2`): what somebody holds is not handed out again, to themselves neither.
const FREE: &str = "not_before <= ?2 AND claim_until <= ?2";

impl Ledger {
    /// Hands out items: those of the reviewer's run that are not there yet, of a new run where this one comes to its end. An auditor is handed nothing.
    pub fn claim(&mut self, who: &Reviewer, wanted: &Claimable, now: i64) -> Result<Vec<Item>, LedgerError> {
        if who.role == Role::Auditor || wanted.count == 0 {
            return Ok(Vec::new());
        }
        let work = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let leads = transaction
                .prepare("SELECT name FROM accounts WHERE role = 'lead' AND disabled_at IS NULL")?
                .query_map([], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            let items = Asking { who, now, wanted, leads }.claim(&transaction)?;
            transaction.commit()?;
            Ok(items)
        };
        work(&mut self.connection).map_err(|source| self.fault("hand out items of", source))
    }

    /// Gives up everything that somebody holds, and says how much that was.
    pub fn release(&mut self, who: &str) -> Result<u64, LedgerError> {
        let freed =
            self.connection.execute("UPDATE items SET claimed_by = '', claim_until = 0 WHERE claimed_by = ?1 AND claimed_by <> ''", [who]);
        freed.map(|n| n as u64).map_err(|source| self.fault("release items of", source))
    }
}

impl Asking<'_> {
    fn claim(&self, transaction: &Transaction<'_>) -> rusqlite::Result<Vec<Item>> {
        let have: BTreeSet<&str> = self.wanted.have.iter().map(String::as_str).collect();
        let (mut fitting, mut others) = (Vec::new(), Vec::new());
        for item in self.held(transaction)? {
            if self.fits(&item) || have.contains(item.name.as_str()) { fitting.push(item) } else { others.push(item.key) }
        }
        // Who turns to something else gives up what they had not opened.
        self.mark(transaction, &others, "claimed_by = '', claim_until = 0", &[])?;
        let until = self.now + self.wanted.lease;
        if fitting.iter().any(|item| item.claim.as_ref().is_none_or(|(_, end)| end - self.now < self.wanted.lease / 2)) {
            let keys: Vec<i64> = fitting.iter().map(|item| item.key).collect();
            self.mark(transaction, &keys, "claim_until = ?2, lease = ?3", &[&until, &self.wanted.lease])?;
        }
        let fresh = |items: Vec<Item>| items.into_iter().filter(|item| !have.contains(item.name.as_str())).take(self.wanted.count);
        let left = fitting.len();
        let rest: Vec<Item> = fresh(fitting).collect();
        if !rest.is_empty() || left > self.wanted.run / 4 {
            return Ok(rest);
        }
        let keys: Vec<i64> = self.run(transaction)?;
        let mut slot: i64 = transaction.query_row(
            "SELECT coalesce(max(slot), 0) FROM items WHERE claimed_by = ?1 AND claimed_by <> ''",
            [&self.who.name],
            |row| row.get(0),
        )?;
        let mut statement =
            transaction.prepare("UPDATE items SET claimed_by = ?2, claim_until = ?3, lease = ?4, slot = ?5 WHERE id = ?1")?;
        for key in &keys {
            slot += 1;
            statement.execute(params![key, self.who.name, until, self.wanted.lease, slot])?;
        }
        Ok(fresh(self.held(transaction)?.into_iter().filter(|item| keys.contains(&item.key)).collect()).collect())
    }

    /// What the reviewer holds, in the order in which it was handed out.
    fn held(&self, transaction: &Transaction<'_>) -> rusqlite::Result<Vec<Item>> {
        transaction
            .prepare(&format!("SELECT {COLUMNS} FROM items WHERE claimed_by = ?1 AND claimed_by <> '' ORDER BY slot, id"))?
            .query_map([&self.who.name], items::item)?
            .collect()
    }

    /// Changes rows by their keys.
    fn mark(&self, transaction: &Transaction<'_>, keys: &[i64], change: &str, values: &[&dyn ToSql]) -> rusqlite::Result<()> {
        let mut statement = transaction.prepare(&format!("UPDATE items SET {change} WHERE id = ?1"))?;
        for key in keys {
            let all: Vec<&dyn ToSql> = std::iter::once(key as &dyn ToSql).chain(values.iter().copied()).collect();
            statement.execute(all.as_slice())?;
        }
        Ok(())
    }

    /// Whether an item that is held is of what is wanted now.
    fn fits(&self, item: &Item) -> bool {
        use crate::model::{ItemState, Mode};
        let pool = match &self.wanted.pool {
            Pool::Queue => matches!(item.state, ItemState::Open | ItemState::Second),
            Pool::Group => item.state == ItemState::Open && item.mode == Mode::Confirm,
            Pool::Conflicts => item.state == ItemState::Conflict,
            Pool::Escalated => item.state == ItemState::Escalated,
            Pool::Document(sha256, ordinal) => (item.id.sha256, item.id.ordinal) == (*sha256, *ordinal),
        };
        pool && self.wanted.field.is_none_or(|field| field == item.id.field) && self.wanted.kind.is_none_or(|kind| kind == item.kind)
    }

    /// A new run: rows.
    fn run(&self, transaction: &Transaction<'_>) -> rusqlite::Result<Vec<i64>> {
        let most = self.wanted.run.max(1);
        match &self.wanted.pool {
            Pool::Queue => self.mixed(transaction, most),
            Pool::Group => self.alike(transaction, most),
            Pool::Conflicts if self.who.role == Role::Lead => self.dearest(transaction, &["conflict"], most),
            Pool::Escalated if self.who.role == Role::Lead => self.dearest(transaction, &["escalated"], most),
            Pool::Conflicts | Pool::Escalated => Ok(Vec::new()),
            Pool::Document(sha256, ordinal) => self.of_document(transaction, *sha256, *ordinal, most),
        }
    }

    fn of_document(&self, transaction: &Transaction<'_>, sha256: Sha256, ordinal: u32, most: usize) -> rusqlite::Result<Vec<i64>> {
        let sql = format!(
            "SELECT id, state, mode, first_by FROM items WHERE sha256 = ?3 AND ordinal = ?4 AND state IN ('open', 'second') AND first_by <> ?1 AND {FREE}
             ORDER BY page, id"
        );
        let mut statement = transaction.prepare(&sql)?;
        let rows = statement.query_map(params![self.who.name, self.now, sha256.to_string(), ordinal], |row| {
            Ok((row.get(0)?, Block { state: row.get(1)?, mode: row.get(2)?, first_by: row.get(3)? }))
        })?;
        let rows: Vec<(i64, Block)> = rows.collect::<rusqlite::Result<_>>()?;
        Ok(rows.into_iter().filter(|(_, block)| self.leaves_a_lead(block)).map(|(key, _)| key).take(most).collect())
    }

    /// What the reviewer may have of the queue in these states, block by block.
    fn blocks(&self, transaction: &Transaction<'_>, states: &[&str]) -> rusqlite::Result<Vec<Block>> {
        let mut statement =
            transaction.prepare("SELECT DISTINCT state, mode, first_by FROM item_counts WHERE state = ?1 AND lane = 'queue' AND n > 0")?;
        let mut blocks = Vec::new();
        for state in states {
            let rows = statement.query_map([state], |row| Ok(Block { state: row.get(0)?, mode: row.get(1)?, first_by: row.get(2)? }))?;
            for block in rows {
                let block = block?;
                if block.first_by != self.who.name && self.leaves_a_lead(&block) {
                    blocks.push(block);
                }
            }
        }
        Ok(blocks)
    }

    /// Whether a lead may key an entry of a pair: another one must be left to settle it.
    fn leaves_a_lead(&self, block: &Block) -> bool {
        let pair = block.mode == "double" && matches!(block.state.as_str(), "open" | "second");
        if !pair || !self.leads.contains(&self.who.name) {
            return true;
        }
        let keyed = usize::from(self.leads.contains(&block.first_by));
        self.leads.len() >= 2 + keyed
    }

    /// The first rows of a block, with what orders them: of all of it, or of each of these fields and kinds.
    fn top(
        &self,
        transaction: &Transaction<'_>,
        block: &Block,
        of: Option<&[(&str, &str)]>,
        most: usize,
    ) -> rusqlite::Result<Vec<(f64, i64)>> {
        // The state is told in letters: partial indexes are taken only where the statement's text says that they apply.
        let (index, alike) = match of {
            Some(_) => ("items_in_runs", "AND field = ?6 AND kind = ?7"),
            None => ("items_in_order", "AND ?6 IS ?7"),
        };
        let sql = format!(
            "SELECT urgency, id FROM items INDEXED BY {index}
             WHERE lane = 'queue' AND state = '{}' AND mode = ?3 AND first_by = ?4 {alike} AND {FREE} {} ORDER BY urgency DESC, id LIMIT ?5",
            block.state,
            if block.state == "conflict" || block.state == "escalated" { "AND second_by <> ?1" } else { "" }
        );
        let mut statement = transaction.prepare(&sql)?;
        let mut found = Vec::new();
        let all = [("", "")];
        for (field, kind) in of.unwrap_or(&all) {
            let values = params![self.who.name, self.now, block.mode, block.first_by, most as i64, field, kind];
            for row in statement.query_map(values, |row| Ok((row.get(0)?, row.get(1)?)))? {
                found.push(row?);
            }
        }
        Ok(found)
    }

    /// The dearest items of the queue in these states, of the field and kind that are wanted.
    fn dearest(&self, transaction: &Transaction<'_>, states: &[&str], most: usize) -> rusqlite::Result<Vec<i64>> {
        let mut best: Vec<(f64, i64)> = Vec::new();
        let of = self.fields_and_kinds();
        for block in self.blocks(transaction, states)? {
            best.extend(self.top(transaction, &block, of.as_deref(), most)?);
        }
        best.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        best.truncate(most);
        Ok(best.into_iter().map(|(_, key)| key).collect())
    }

    /// Fields and kinds that are wanted; `None`: all.
    fn fields_and_kinds(&self) -> Option<Vec<(&'static str, &'static str)>> {
        if self.wanted.field.is_none() && self.wanted.kind.is_none() {
            return None;
        }
        let fields = self.wanted.field.as_ref().map_or(Field::ALL, std::slice::from_ref);
        let kinds = self.wanted.kind.as_ref().map_or(DocumentKind::ALL, std::slice::from_ref);
        Some(fields.iter().flat_map(|field| kinds.iter().map(move |kind| (field.as_str(), kind.as_str()))).collect())
    }

    /// What has waited too long, and of that what has waited longest.
    fn overdue(&self, transaction: &Transaction<'_>) -> rusqlite::Result<Option<i64>> {
        let before = self.now / DAY - self.wanted.oldest_days;
        let mut oldest: Option<(i64, i64)> = None;
        for block in self.blocks(transaction, &["open", "second"])? {
            let sql = format!(
                "SELECT day, id FROM items INDEXED BY items_by_age
                 WHERE lane = 'queue' AND state = '{}' AND mode = ?3 AND first_by = ?4 AND day < ?5 AND {FREE} ORDER BY day, urgency DESC, id LIMIT 1",
                block.state
            );
            let mut statement = transaction.prepare(&sql)?;
            let values = params![self.who.name, self.now, block.mode, block.first_by, before];
            let found = statement.query_row(values, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            oldest = oldest.into_iter().chain(found).min();
        }
        Ok(oldest.map(|(_, key)| key))
    }

    /// The dearest of a field and kind, led by `first`.
    fn alike_in_kind(
        &self,
        transaction: &Transaction<'_>,
        of: (&str, &str),
        first: Option<i64>,
        most: usize,
    ) -> rusqlite::Result<VecDeque<i64>> {
        let mut best: Vec<(f64, i64)> = Vec::new();
        for block in self.blocks(transaction, &["open", "second"])? {
            best.extend(self.top(transaction, &block, Some(&[of]), most)?);
        }
        best.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let others = best.into_iter().map(|(_, key)| key).filter(|key| Some(*key) != first);
        Ok(first.into_iter().chain(others).take(most).collect())
    }

    /// What comes first in the queue, as far as it is wanted.
    fn first_of_queue(&self, transaction: &Transaction<'_>) -> rusqlite::Result<Option<i64>> {
        let all = self.wanted.field.is_none() && self.wanted.kind.is_none();
        let overdue = if all { self.overdue(transaction)? } else { None };
        match overdue {
            Some(key) => Ok(Some(key)),
            None => Ok(self.dearest(transaction, &["open", "second"], 1)?.first().copied()),
        }
    }
}
