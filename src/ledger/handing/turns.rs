//! The turns of a run: which are kept for checks and planted errors, and what is handed out in them.

use std::collections::VecDeque;

use rusqlite::{OptionalExtension, Transaction, params};

use super::{Asking, FREE};
use crate::model::{DocumentKind, Field, Lane, keyed_hash};

/// How far a reviewer has been handed items, and how many turns of checks and planted errors are owed.
#[derive(Clone, Copy, Debug, Default)]
struct Turns {
    n: i64,
    audits: i64,
    seeds: i64,
}

/// More turns are not owed.
const MOST_OWED: i64 = 20;
/// More values than these of one field are not looked through for a group.
const MOST_VALUES: usize = 100;
/// What can be asked in groups, as the index has it.
const GROUPED: &str = "lane = 'queue' AND state = 'open' AND mode = 'confirm' AND length(shown) <= 40";

impl Asking<'_> {
    /// A run of the queue with its turns of checks and planted errors.
    pub(super) fn mixed(&self, transaction: &Transaction<'_>, most: usize) -> rusqlite::Result<Vec<i64>> {
        let mut turns = self.turns(transaction)?;
        let lanes: Vec<Lane> = (0..most as i64).map(|at| self.lane(turns.n + at)).collect();
        let Some((lead, lane)) = self.lead(transaction, &mut turns)? else { return Ok(Vec::new()) };
        let (field, kind): (String, String) =
            transaction.query_row("SELECT field, kind FROM items WHERE id = ?1", [lead], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let of = (field.as_str(), kind.as_str());
        let first = (lane == Lane::Queue).then_some(lead);
        let mut queue = self.alike_in_kind(transaction, of, first, most)?;
        // Where nothing else waits, what is to be checked is all that there is to do.
        let alone = queue.is_empty() && self.first_of_queue(transaction)?.is_none();
        let fetch = |lane: Lane, owed: i64| {
            let wanted = if alone { most } else { lanes.iter().filter(|turn| **turn == lane).count() + owed as usize };
            self.drawn(transaction, lane, Some(of), wanted.min(most)).map(VecDeque::from)
        };
        let (mut audits, mut seeds) = (fetch(Lane::Audit, turns.audits)?, fetch(Lane::Seed, turns.seeds)?);
        // A run that was made for the sake of a check does not go on with what is worth little.
        let for_check = first.is_none() && !alone;
        let most = if for_check { most.min(2 * (audits.len() + seeds.len())) } else { most };
        let mut run = Vec::with_capacity(most);
        for (at, lane) in lanes.into_iter().enumerate().take(most) {
            let turn = turns.n + at as i64;
            let here = for_check || alone || self.chance("here", turn) < 0.5;
            let owed = |n: i64| n > 0 && (self.chance("owed", turn) < 0.5 || for_check && most - at <= audits.len() + seeds.len());
            let drawn = match lane {
                Lane::Audit if here && !audits.is_empty() => audits.pop_front(),
                Lane::Seed if !seeds.is_empty() => seeds.pop_front(),
                Lane::Queue if owed(turns.audits) && !audits.is_empty() => {
                    turns.audits -= 1;
                    audits.pop_front()
                }
                Lane::Queue if owed(turns.seeds) && !seeds.is_empty() => {
                    turns.seeds -= 1;
                    seeds.pop_front()
                }
                _ => None,
            };
            let next = drawn
                .or_else(|| queue.pop_front())
                .or_else(|| if alone || for_check { audits.pop_front().or_else(|| seeds.pop_front()) } else { None });
            match (lane, drawn) {
                (Lane::Audit, None) => turns.audits += 1,
                (Lane::Seed, None) => turns.seeds += 1,
                _ => {}
            }
            match next {
                Some(key) => run.push(key),
                None => break,
            }
        }
        turns.n += run.len() as i64;
        self.keep_turns(transaction, &turns)?;
        Ok(run)
    }

    /// What leads a run: a turn that is owed, or what comes first in the queue, or a check where nothing else waits.
    fn lead(&self, transaction: &Transaction<'_>, turns: &mut Turns) -> rusqlite::Result<Option<(i64, Lane)>> {
        for (lane, owed) in [(Lane::Audit, &mut turns.audits), (Lane::Seed, &mut turns.seeds)] {
            if *owed > 0 {
                match self.drawn(transaction, lane, None, 1)?.first() {
                    Some(key) => return Ok(Some((*key, lane))),
                    // Nothing is left of which a turn could be owed.
                    None => *owed = 0,
                }
            }
        }
        if let Some(key) = self.first_of_queue(transaction)? {
            return Ok(Some((key, Lane::Queue)));
        }
        for lane in [Lane::Audit, Lane::Seed] {
            if let Some(key) = self.drawn(transaction, lane, None, 1)?.first() {
                return Ok(Some((*key, lane)));
            }
        }
        Ok(None)
    }

    fn turns(&self, transaction: &Transaction<'_>) -> rusqlite::Result<Turns> {
        let found = transaction
            .prepare("SELECT n, audits, seeds FROM turns WHERE reviewer = ?1")?
            .query_row([&self.who.name], |row| Ok(Turns { n: row.get(0)?, audits: row.get(1)?, seeds: row.get(2)? }))
            .optional()?;
        Ok(found.unwrap_or_default())
    }

    fn keep_turns(&self, transaction: &Transaction<'_>, turns: &Turns) -> rusqlite::Result<()> {
        let owed = |n: i64| n.clamp(0, MOST_OWED);
        transaction
            .prepare(
                "INSERT INTO turns VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET n = excluded.n, audits = excluded.audits, seeds = excluded.seeds",
            )?
            .execute(params![self.who.name, turns.n, owed(turns.audits), owed(turns.seeds)])
            .map(|_| ())
    }

    /// What is handed out in a turn.
    fn lane(&self, turn: i64) -> Lane {
        let chance = self.chance("turn", turn);
        match chance {
            _ if chance < self.wanted.seed_share => Lane::Seed,
            _ if chance < self.wanted.seed_share + self.wanted.audit_share => Lane::Audit,
            _ => Lane::Queue,
        }
    }

    /// A number from 0 to 1 that nobody without the key can foretell.
    fn chance(&self, what: &str, turn: i64) -> f64 {
        let digest = keyed_hash(&self.wanted.key, format!("{what}\0{}\0{turn}", self.who.name).as_bytes());
        let top = digest.iter().take(6).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        top as f64 / (1_u64 << 48) as f64
    }

    /// What was read alike of a field, the dearest value first, with planted errors among it.
    pub(super) fn alike(&self, transaction: &Transaction<'_>, most: usize) -> rusqlite::Result<Vec<i64>> {
        let Some(field) = self.wanted.field.map(Field::as_str) else { return Ok(Vec::new()) };
        let kind = self.wanted.kind.map(DocumentKind::as_str);
        let of_value = format!(
            "SELECT urgency, id FROM items INDEXED BY items_in_groups WHERE {GROUPED} AND field = ?3 AND shown = ?4 AND kind = coalesce(?5, kind) AND {FREE}
             ORDER BY urgency DESC, id LIMIT ?6"
        );
        let after = format!("SELECT min(shown) FROM items INDEXED BY items_in_groups WHERE {GROUPED} AND field = ?1 AND shown > ?2");
        let (mut best, mut shown): (Option<(f64, String)>, String) = (None, String::new());
        // A closed set has few values; what has many is not asked in groups.
        for _ in 0..MOST_VALUES {
            let Some(next) = transaction.prepare(&after)?.query_row(params![field, shown], |row| row.get::<_, Option<String>>(0))? else {
                break;
            };
            let values = params![self.who.name, self.now, field, next, kind, 1];
            let first = transaction.prepare(&of_value)?.query_row(values, |row| row.get::<_, f64>(0)).optional()?;
            if first.is_some_and(|urgency| best.as_ref().is_none_or(|(dearest, _)| urgency > *dearest)) {
                best = first.map(|urgency| (urgency, next.clone()));
            }
            shown = next;
        }
        let Some((_, shown)) = best else { return Ok(Vec::new()) };
        let values = params![self.who.name, self.now, field, shown, kind, most as i64];
        let mut run: Vec<i64> = transaction.prepare(&of_value)?.query_map(values, |row| row.get(1))?.collect::<rusqlite::Result<_>>()?;
        let mut turns = self.turns(transaction)?;
        let planted: Vec<usize> = (0..run.len()).filter(|at| self.lane(turns.n + *at as i64) == Lane::Seed).collect();
        let seeds: Vec<i64> = transaction
            .prepare(&format!(
                "SELECT id FROM items INDEXED BY items_drawn_in_runs
                 WHERE lane = 'seed' AND lane <> 'queue' AND (state = 'open' OR state = 'second') AND field = ?3 AND shown = ?4
                 AND kind = coalesce(?5, kind) AND mode = 'confirm' AND state = 'open' AND {FREE} ORDER BY name LIMIT ?6"
            ))?
            .query_map(params![self.who.name, self.now, field, shown, kind, planted.len() as i64], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        for (at, seed) in planted.into_iter().zip(seeds) {
            run.insert(at, seed);
        }
        run.truncate(most);
        turns.n += run.len() as i64;
        self.keep_turns(transaction, &turns)?;
        Ok(run)
    }

    /// Checks or planted errors by their names, of one field and kind or of those that are wanted.
    fn drawn(&self, transaction: &Transaction<'_>, lane: Lane, of: Option<(&str, &str)>, most: usize) -> rusqlite::Result<Vec<i64>> {
        if most == 0 {
            return Ok(Vec::new());
        }
        let (field, kind) = match of {
            Some((field, kind)) => (Some(field), Some(kind)),
            None => (self.wanted.field.map(Field::as_str), self.wanted.kind.map(DocumentKind::as_str)),
        };
        let index = if field.is_some() && kind.is_some() { "items_drawn_in_runs" } else { "items_drawn" };
        let wanted = if field.is_some() && kind.is_some() {
            "field = ?4 AND kind = ?5"
        } else {
            "field = coalesce(?4, field) AND kind = coalesce(?5, kind)"
        };
        let sql = format!(
            "SELECT id FROM items INDEXED BY {index} WHERE lane = ?3 AND lane <> 'queue' AND (state = 'open' OR state = 'second') AND {wanted}
             AND first_by <> ?1 AND {FREE} ORDER BY name LIMIT ?6"
        );
        let values = params![self.who.name, self.now, lane.as_str(), field, kind, most as i64];
        transaction.prepare(&sql)?.query_map(values, |row| row.get(0))?.collect()
    }
}
