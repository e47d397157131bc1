//! How much there is to do, how fast it goes, and what reviewers' work has come to. Counts are kept by triggers (schema/006_review.sql), so that they are there
//! at once in an archive of a million items.

use std::collections::BTreeMap;

use rusqlite::params;

use super::claims::unexpected;
use super::lane::field;
use super::{Ledger, LedgerError};
use crate::model::{DocumentKind, Field, Mode};

/// How much waits, as one reviewer has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueCounts {
    /// Items that wait for this reviewer: what was put off, and what they have keyed themselves, is not among them.
    pub open: u64,
    /// Of these, by field.
    pub fields: BTreeMap<Field, u64>,
    /// Of these, by the first of their reasons as stored; empty: no reason is told (checks, planted errors).
    pub reasons: BTreeMap<String, u64>,
    /// Of these, by kind of document.
    pub kinds: BTreeMap<DocumentKind, u64>,
    /// Of these, what is confirmed, by field.
    pub confirmed: BTreeMap<Field, u64>,
    /// Documents that one more answer completes.
    pub nearly: u64,
    /// Conflicts of which the reviewer has keyed neither entry.
    pub conflicts: u64,
    /// What was given to the lead.
    pub escalated: u64,
    /// What this reviewer has put off.
    pub postponed: u64,
}

/// What one reviewer's work has come to. What was taken back does not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Answers: decisions, entries of pairs, answers to planted errors.
    pub answered: u64,
    /// Of these, those of which it is known how long they took.
    pub timed: u64,
    /// How long these took together, milliseconds.
    pub active_ms: u64,
    /// Values that were confirmed.
    pub verified: u64,
    /// Values that were changed.
    pub corrected: u64,
    /// Planted errors met.
    pub seeded: u64,
    /// Of these, those that were not confirmed.
    pub caught: u64,
    /// Blind entries that another person has keyed too.
    pub paired: u64,
    /// Of these, alike.
    pub agreed: u64,
}

/// So many of the last answers make a pace.
const LAST: usize = 200;
/// Fewer say nothing.
const FEWEST: usize = 10;

impl Ledger {
    /// How much waits, as this reviewer has it now.
    pub fn queue_counts(&self, who: &str, now: i64) -> Result<QueueCounts, LedgerError> {
        let work = || {
            let mut counts = QueueCounts::default();
            let mut tally = Tally::default();
            let mut statement = self.connection.prepare(
                "SELECT what, name, state, mode, first_by, second_by, n FROM item_counts WHERE state IN ('open', 'second', 'conflict', 'escalated')",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let text = |at: usize| row.get::<_, String>(at);
                let (what, state, n) = (text(0)?, text(2)?, row.get::<_, i64>(6)?);
                let mine = text(4)? == who || text(5)? == who;
                match state.as_str() {
                    "open" | "second" if !mine => tally.add(&what, text(1)?, text(3)? == Mode::Confirm.as_str(), n),
                    "conflict" if !mine && what == "field" => counts.conflicts += n.unsigned_abs(),
                    "escalated" if what == "field" => counts.escalated += n.unsigned_abs(),
                    _ => {}
                }
            }
            // What is put off is among these, and is taken off: there is never much of it.
            let mut statement = self.connection.prepare(
                "SELECT field, kind, reason, mode, count(*) FROM items INDEXED BY items_put_off
                 WHERE not_before > ?2 AND not_before > 0 AND state IN ('open', 'second') AND first_by <> ?1 GROUP BY field, kind, reason, mode",
            )?;
            let mut rows = statement.query(params![who, now])?;
            while let Some(row) = rows.next()? {
                let (confirmed, n) = (row.get::<_, String>(3)? == Mode::Confirm.as_str(), row.get::<_, i64>(4)?);
                for (at, what) in ["field", "kind", "reason"].into_iter().enumerate() {
                    tally.add(what, row.get(at)?, confirmed, -n);
                }
            }
            tally.tell(&mut counts)?;
            counts.nearly = self.connection.query_row("SELECT n FROM nearly_done", [], |row| row.get::<_, i64>(0))?.unsigned_abs();
            counts.postponed = self
                .connection
                .prepare("SELECT count(*) FROM items WHERE not_before > ?2 AND not_before > 0 AND put_off_by = ?1 AND state IN ('open', 'second')")?
                .query_row(params![who, now], |row| row.get::<_, i64>(0))?
                .unsigned_abs();
            Ok(counts)
        };
        work().map_err(|source| self.fault("count the items of", source))
    }

    /// The median of milliseconds that the last answers took, of one reviewer or of all; `None` where too few are known.
    pub fn pace(&self, who: Option<&str>) -> Result<Option<u32>, LedgerError> {
        let work = || {
            let of_whom = if who.is_some() { "reviewer = ?1" } else { "?1 IS NULL" };
            let mut statement = self.connection.prepare(&format!(
                "SELECT json_extract(circumstances, '$.measured.active_ms') AS ms FROM decisions
                 WHERE {of_whom} AND act IN ('decision', 'key', 'seed') ORDER BY id DESC LIMIT ?2"
            ))?;
            let times = statement.query_map(params![who, LAST as i64], |row| row.get::<_, Option<u32>>(0))?;
            Ok(median(times.filter_map(Result::transpose).filter(|ms| !matches!(ms, Ok(0))).collect::<rusqlite::Result<_>>()?))
        };
        work().map_err(|source| self.fault("time the decisions in", source))
    }

    /// The median of milliseconds that the last answers of each field took, of those fields that have had enough.
    pub fn paces(&self) -> Result<BTreeMap<Field, u32>, LedgerError> {
        let work = || {
            let mut statement = self.connection.prepare(
                "SELECT field, json_extract(circumstances, '$.measured.active_ms') FROM decisions
                 WHERE act IN ('decision', 'key', 'seed') AND field <> '' ORDER BY id DESC LIMIT ?1",
            )?;
            let mut rows = statement.query([(LAST * 50) as i64])?;
            let mut times: BTreeMap<Field, Vec<u32>> = BTreeMap::new();
            while let Some(row) = rows.next()? {
                if let Some(ms) = row.get::<_, Option<u32>>(1)?.filter(|ms| *ms > 0) {
                    times.entry(field(row, 0)?).or_default().push(ms);
                }
            }
            Ok(times.into_iter().filter_map(|(field, times)| Some((field, median(times)?))).collect())
        };
        work().map_err(|source| self.fault("time the decisions in", source))
    }

    /// What the work of each reviewer has come to.
    pub fn figures(&self) -> Result<BTreeMap<String, Work>, LedgerError> {
        let work = || {
            let mut all: BTreeMap<String, Work> = BTreeMap::new();
            let mut statement =
                self.connection.prepare("SELECT reviewer, act, status, outcome, n, active_ms, timed FROM answer_counts WHERE n > 0")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let text = |at: usize| row.get::<_, String>(at);
                let number = |at: usize| row.get::<_, i64>(at).map(|n| n.max(0).unsigned_abs());
                let of = all.entry(text(0)?).or_default();
                let n = number(4)?;
                of.answered += n;
                of.active_ms += number(5)?;
                of.timed += number(6)?;
                match (text(1)?.as_str(), text(2)?.as_str(), text(3)?.as_str()) {
                    ("decision", "verified", _) => of.verified += n,
                    ("decision", "corrected", _) => of.corrected += n,
                    ("seed", _, outcome) => {
                        of.seeded += n;
                        of.caught += if outcome == "verified" { 0 } else { n };
                    }
                    _ => {}
                }
            }
            let mut statement = self.connection.prepare(
                "SELECT first_by, second_by, count(*), total(agreed) FROM items INDEXED BY items_keyed_twice WHERE second_by <> '' GROUP BY first_by, second_by",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                for at in 0..2 {
                    let of = all.entry(row.get(at)?).or_default();
                    of.paired += row.get::<_, i64>(2)?.unsigned_abs();
                    of.agreed += row.get::<_, f64>(3)? as u64;
                }
            }
            Ok(all)
        };
        work().map_err(|source| self.fault("read the decisions of", source))
    }
}

/// Counts that may be taken off before they are told.
#[derive(Default)]
struct Tally {
    fields: BTreeMap<String, i64>,
    reasons: BTreeMap<String, i64>,
    kinds: BTreeMap<String, i64>,
    confirmed: BTreeMap<String, i64>,
}

impl Tally {
    fn add(&mut self, what: &str, name: String, confirmed: bool, n: i64) {
        if what == "field" && confirmed {
            *self.confirmed.entry(name.clone()).or_default() += n;
        }
        let counts = match what {
            "field" => &mut self.fields,
            "kind" => &mut self.kinds,
            _ => &mut self.reasons,
        };
        *counts.entry(name).or_default() += n;
    }

    fn tell(self, counts: &mut QueueCounts) -> rusqlite::Result<()> {
        let some = |counts: BTreeMap<String, i64>| counts.into_iter().filter(|(_, n)| *n > 0).map(|(name, n)| (name, n.unsigned_abs()));
        let field = |(name, n): (String, u64)| Field::parse(&name).map(|field| (field, n)).ok_or_else(|| unexpected(1, "a field"));
        let kind = |(name, n): (String, u64)| DocumentKind::parse(&name).map(|kind| (kind, n)).ok_or_else(|| unexpected(1, "a kind"));
        counts.fields = some(self.fields).map(field).collect::<rusqlite::Result<_>>()?;
        counts.confirmed = some(self.confirmed).map(field).collect::<rusqlite::Result<_>>()?;
        counts.kinds = some(self.kinds).map(kind).collect::<rusqlite::Result<_>>()?;
        counts.reasons = some(self.reasons).collect();
        counts.open = counts.fields.values().sum();
        Ok(())
    }
}

/// The middle one; `None` of too few.
fn median(mut times: Vec<u32>) -> Option<u32> {
    times.sort_unstable();
    times.get(times.len() / 2).copied().filter(|_| times.len() >= FEWEST)
}
