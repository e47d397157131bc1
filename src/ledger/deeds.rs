//! What people do with items: answers, entries, what is put off or given to the lead, and taking it back. A deed is a line of the chain and the item's new
//! state in one transaction.
//!
//! An item's state is what its lines make of it, those that were taken back left out ([`Standing`]): undoing a line is writing that it is taken back, and
//! reckoning the state again.

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::chain::{self, Line};
use super::claims::unexpected;
use super::items::named;
use super::lane::{Answer, value_id};
use super::{Ledger, LedgerError, now};
use crate::model::{Act, Circumstances, Item, ItemState, Outcome, PercentBox, Reviewer, Role, Status, ValueId};

/// What somebody does with an item.
#[derive(Clone, Debug)]
pub struct Doing {
    /// `Decision` (it holds), `Key` (a blind entry of a pair that does not hold yet: the first one, or a second one that differs), `Seed`, `Postpone`,
    /// `Escalate` or `Note`.
    pub act: Act,
    /// What holds of the value now; `None` where nothing does.
    pub status: Option<Status>,
    /// What was said.
    pub outcome: Option<Outcome>,
    /// The value that holds, or that was keyed.
    pub value: String,
    /// Where the value stands, if a person said so.
    pub moved_to: Option<PercentBox>,
    /// How it came about.
    pub circumstances: Circumstances,
    /// Until when it is put off, in seconds since 1970-01-01 UTC.
    pub until: i64,
    /// The answer to the audit whose item it is.
    pub answer: Option<Answer>,
}

impl Doing {
    /// A deed that says nothing of a value.
    pub fn plain(act: Act, circumstances: Circumstances) -> Self {
        Self { act, status: None, outcome: None, value: String::new(), moved_to: None, circumstances, until: 0, answer: None }
    }
}

/// A deed of somebody, for several at once.
#[derive(Clone, Debug)]
pub struct Done {
    /// Who.
    pub who: Reviewer,
    /// The item, as it was shown.
    pub item: Item,
    /// What is done with it.
    pub doing: Doing,
}

/// One of a reviewer's last deeds.
#[derive(Clone, PartialEq)]
pub struct Entry {
    /// The line of the chain.
    pub line: i64,
    /// The item's name; `None`: no item asked of the value.
    pub item: Option<String>,
    /// The value.
    pub id: ValueId,
    /// When, seconds since 1970-01-01 UTC.
    pub at: i64,
    /// What was done.
    pub act: Act,
    /// What was said.
    pub outcome: Option<Outcome>,
    /// The value that was given.
    pub value: String,
    /// Whether it can be taken back.
    pub undoable: bool,
}

/// Shows the place alone: the text is a patient's.
impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Entry({} {} {:?})", self.line, self.act.as_str(), self.id)
    }
}

/// What was taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct Undone {
    /// What it was.
    pub entry: Entry,
    /// The item as it is now, held by who took it back; `None` where no item asked of the value.
    pub item: Option<Item>,
}

/// So many of a reviewer's last deeds can be taken back.
pub const UNDO: usize = 50;

/// What the lines of an item make of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Standing {
    state: ItemState,
    first_by: String,
    second_by: String,
    /// Whether the second entry was like the first.
    agreed: Option<bool>,
    /// Until when it is put off, and by whom, if that was the last thing that was done with it.
    put_off: Option<(i64, String)>,
}

impl Standing {
    /// Before anybody has done anything.
    fn new() -> Self {
        Self { state: ItemState::Open, first_by: String::new(), second_by: String::new(), agreed: None, put_off: None }
    }

    /// What one more deed makes of it; `None` if it cannot be done as things stand.
    fn after(&self, act: Act, who: &str, until: i64) -> Option<Self> {
        use ItemState::{Conflict, Escalated, Final, Gone, Open, Second};
        let mut next = Self { put_off: (act == Act::Postpone).then(|| (until, who.to_owned())), ..self.clone() };
        match (act, self.state) {
            (_, Final | Gone) => return None,
            (Act::Postpone, _) => {}
            (Act::Key, Open) => (next.state, next.first_by) = (Second, who.to_owned()),
            (Act::Key, Second) => (next.state, next.second_by, next.agreed) = (Conflict, who.to_owned(), Some(false)),
            (Act::Decision | Act::Seed, Second) => (next.state, next.second_by, next.agreed) = (Final, who.to_owned(), Some(true)),
            (Act::Decision | Act::Seed, Open | Conflict | Escalated) => next.state = Final,
            (Act::Escalate, Open | Second | Conflict) => next.state = Escalated,
            (Act::Key, Conflict | Escalated) | (Act::Escalate, Escalated) | (Act::Note | Act::Undo | Act::Structure, _) => return None,
        }
        Some(next)
    }

    /// Until when it is put off, and by whom, as stored.
    fn until(&self) -> (i64, &str) {
        self.put_off.as_ref().map_or((0, ""), |(until, who)| (*until, who))
    }
}

/// Whether somebody may do that with an item as it stands: nobody keys twice or settles what they keyed, and leads settle.
fn may(who: &Reviewer, item: &Item, act: Act) -> bool {
    let answers = matches!(act, Act::Decision | Act::Key | Act::Seed);
    match who.role {
        Role::Auditor => false,
        _ if answers && item.keyed_by.contains(&who.name) => false,
        Role::Reviewer => !answers || matches!(item.state, ItemState::Open | ItemState::Second),
        Role::Lead => true,
    }
}

impl Ledger {
    /// Keeps what somebody does with an item, and gives the line of the chain. The item is as it was shown: if it has been changed since, if somebody else
    /// holds it, or if they may not do that, nothing is done and the item as it is now is given back.
    pub fn keep(&mut self, who: &Reviewer, item: &Item, doing: &Doing) -> Result<Result<i64, Item>, LedgerError> {
        let work = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let line = do_it(&transaction, who, item, doing)?;
            if line.is_ok() {
                transaction.commit()?;
            }
            Ok(line)
        };
        work(&mut self.connection).map_err(|source| self.fault("keep an answer in", source))
    }

    /// Keeps what was done with several items, all or none: the lines of the chain, or those items that stand in the way as they are now, with their places
    /// in the list.
    pub fn keep_all(&mut self, done: &[Done]) -> Result<Result<Vec<i64>, Vec<(usize, Item)>>, LedgerError> {
        let work = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let lines = do_all(&transaction, done)?;
            if lines.is_ok() {
                transaction.commit()?;
            }
            Ok(lines)
        };
        work(&mut self.connection).map_err(|source| self.fault("keep answers in", source))
    }

    /// The last deeds of a reviewer that hold, the last one first.
    pub fn mine(&self, who: &str, most: usize) -> Result<Vec<Entry>, LedgerError> {
        let work = || {
            let mut entries = last_of(&self.connection, who, most)?;
            for (nth, entry) in entries.iter_mut().enumerate() {
                entry.undoable = nth < UNDO && undoable(&self.connection, who, entry)?;
            }
            Ok(entries)
        };
        work().map_err(|source| self.fault("read the decisions of", source))
    }

    /// Takes back the last deed of a reviewer, or the one of a line, and hands its item to them for so many seconds. `None`: there is none of the last fifty,
    /// or it cannot be taken back any more, because the value has left the archive, or because somebody else has gone on from there.
    pub fn undo(&mut self, who: &Reviewer, line: Option<i64>, lease: i64) -> Result<Option<Undone>, LedgerError> {
        let work = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let entries = if who.role == Role::Auditor { Vec::new() } else { last_of(&transaction, &who.name, UNDO)? };
            let entry = entries.into_iter().find(|entry| line.is_none_or(|line| line == entry.line));
            let Some(mut entry) = entry else { return Ok(None) };
            if !undoable(&transaction, &who.name, &entry)? {
                return Ok(None);
            }
            entry.undoable = false;
            let item = take_back(&transaction, who, &entry, lease)?;
            transaction.commit()?;
            Ok(Some(Undone { entry, item }))
        };
        work(&mut self.connection).map_err(|source| self.fault("take back a line of", source))
    }
}

/// Does several deeds within a transaction: the lines of the chain, or those items that stand in the way as they are now, with their places in the list. A
/// transaction in which some could not be done must not be committed.
pub(super) fn do_all(transaction: &Transaction<'_>, done: &[Done]) -> rusqlite::Result<Result<Vec<i64>, Vec<(usize, Item)>>> {
    let (mut lines, mut refused) = (Vec::with_capacity(done.len()), Vec::new());
    for (at, Done { who, item, doing }) in done.iter().enumerate() {
        match do_it(transaction, who, item, doing)? {
            Ok(line) => lines.push(line),
            Err(now) => refused.push((at, now)),
        }
    }
    Ok(if refused.is_empty() { Ok(lines) } else { Err(refused) })
}

/// Does one deed within a transaction; the item as it is now where it cannot be done.
fn do_it(transaction: &Transaction<'_>, who: &Reviewer, shown: &Item, doing: &Doing) -> rusqlite::Result<Result<i64, Item>> {
    let at = now();
    let Some(item) = named(transaction, &shown.name)? else { return Ok(Err(shown.clone())) };
    let held_by_another = item.claim.as_ref().is_some_and(|(holder, until)| *holder != who.name && *until > at);
    let noted = doing.act == Act::Note;
    if !may(who, &item, doing.act) || (!noted && (item.version != shown.version || held_by_another)) {
        return Ok(Err(item));
    }
    let standing = stands(transaction, &item.name)?;
    if !noted {
        let Some(next) = standing.after(doing.act, &who.name, doing.until).filter(|_| standing.state == item.state) else {
            return Ok(Err(item));
        };
        if write_state(transaction, &item, &next)? == 0 {
            return Ok(Err(item));
        }
        // What else they hold stays theirs as long as they work.
        transaction
            .prepare(
                "UPDATE items SET claim_until = ?2 + lease WHERE claimed_by = ?1 AND claimed_by <> '' AND claim_until < ?2 + lease / 2",
            )?
            .execute(params![who.name, at])?;
    }
    let before = if doing.act == Act::Decision { last_decision(transaction, &item.name)? } else { None };
    let line = write_line(transaction, who, Some(&item), &item.id, doing, before)?;
    if let Some(Answer { audit, reviewer, outcome, value, right }) = &doing.answer {
        transaction
            .prepare(
                "INSERT INTO audit_answers (audit, answered_at, reviewer, outcome, value, agrees, line) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![audit, at, reviewer, outcome.as_str(), value, right, line])?;
    }
    Ok(Ok(line))
}

/// Writes what became of an item, which nobody holds then. The version and the state are asked once more: what is not as it was is not changed.
fn write_state(transaction: &Transaction<'_>, item: &Item, next: &Standing) -> rusqlite::Result<usize> {
    let (not_before, put_off_by) = next.until();
    transaction
        .prepare(
            "UPDATE items SET state = ?4, first_by = ?5, second_by = ?6, agreed = ?7, not_before = ?8, put_off_by = ?9, claimed_by = '', claim_until = 0,
                 version = version + 1
             WHERE id = ?1 AND version = ?2 AND state = ?3",
        )?
        .execute(params![
            item.key,
            item.version,
            item.state.as_str(),
            next.state.as_str(),
            next.first_by,
            next.second_by,
            next.agreed,
            not_before,
            put_off_by
        ])
}

/// Adds a line to the chain.
fn write_line(
    transaction: &Transaction<'_>,
    who: &Reviewer,
    item: Option<&Item>,
    id: &ValueId,
    doing: &Doing,
    replaces: Option<i64>,
) -> rusqlite::Result<i64> {
    // A line says until when something is put off where others have their value: nothing else of it is said.
    let until = doing.until.to_string();
    let circumstances = Circumstances { session: who.session.clone(), ..doing.circumstances.clone() };
    let line = Line {
        item_name: item.map(|item| item.name.as_str()),
        place: item.and_then(|item| item.place),
        status: doing.status,
        outcome: doing.outcome,
        value: if doing.act == Act::Postpone { &until } else { &doing.value },
        moved_to: doing.moved_to,
        replaces,
        ..Line::of(&who.name, doing.act, id, &circumstances)
    };
    chain::append(transaction, &line)
}

/// Not taken back.
const HOLDS: &str = "NOT EXISTS (SELECT 1 FROM decisions AS undone WHERE undone.act = 'undo' AND undone.replaces = decisions.id)";
/// What can be taken back.
const DEEDS: &str = "act IN ('decision', 'key', 'seed', 'postpone', 'escalate')";

/// What the lines of an item make of it.
fn stands(connection: &Connection, name: &str) -> rusqlite::Result<Standing> {
    let mut statement = connection.prepare(&format!(
        "SELECT act, reviewer, value FROM decisions
         WHERE item_name = ?1 AND id > coalesce((SELECT since FROM items WHERE name = ?1), 0) AND {DEEDS} AND {HOLDS} ORDER BY id"
    ))?;
    let mut rows = statement.query([name])?;
    let mut standing = Standing::new();
    while let Some(row) = rows.next()? {
        let act = Act::parse(&row.get::<_, String>(0)?).ok_or_else(|| unexpected(0, "an act"))?;
        let until = row.get::<_, String>(2)?.parse().unwrap_or(0);
        standing = standing.after(act, &row.get::<_, String>(1)?, until).unwrap_or(standing);
    }
    Ok(standing)
}

/// Gives an item the state that its lines make of it, whatever it was before, and says which that is.
pub(super) fn restore(transaction: &Transaction<'_>, name: &str) -> rusqlite::Result<ItemState> {
    let standing = stands(transaction, name)?;
    let (not_before, put_off_by) = standing.until();
    transaction
        .prepare(
            "UPDATE items SET urgency = CASE WHEN state IN ('final', 'gone') THEN rank ELSE urgency END, state = ?2, first_by = ?3, second_by = ?4, agreed = ?5, not_before = ?6, put_off_by = ?7,
                 claimed_by = '', claim_until = 0, version = version + 1 WHERE name = ?1",
        )?
        .execute(params![name, standing.state.as_str(), standing.first_by, standing.second_by, standing.agreed, not_before, put_off_by])?;
    Ok(standing.state)
}

/// The last decision of an item that holds.
fn last_decision(connection: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare(&format!("SELECT max(id) FROM decisions WHERE item_name = ?1 AND act = 'decision' AND {HOLDS}"))?
        .query_row([name], |row| row.get(0))
}

/// The last deeds of a reviewer that hold, the last one first.
fn last_of(connection: &Connection, who: &str, most: usize) -> rusqlite::Result<Vec<Entry>> {
    let mut statement = connection.prepare(&format!(
        "SELECT id, item_name, sha256, ordinal, page, item, field, machine_value, decided_at, act, outcome, value FROM decisions
         WHERE reviewer = ?1 AND {DEEDS} AND {HOLDS} ORDER BY id DESC LIMIT ?2"
    ))?;
    let rows = statement.query_map(params![who, most as i64], |row| {
        Ok(Entry {
            line: row.get(0)?,
            item: row.get(1)?,
            id: value_id(row, 2)?,
            at: row.get(8)?,
            act: Act::parse(&row.get::<_, String>(9)?).ok_or_else(|| unexpected(9, "an act"))?,
            outcome: Outcome::parse(&row.get::<_, String>(10)?),
            value: row.get(11)?,
            undoable: false,
        })
    })?;
    rows.collect()
}

/// Whether a deed can be taken back: its value has not left the archive since, and nothing has been done with it since, by nobody.
fn undoable(connection: &Connection, who: &str, entry: &Entry) -> rusqlite::Result<bool> {
    if left(connection, entry)? {
        return Ok(false);
    }
    let ValueId { sha256, page, item, field, machine_value, .. } = &entry.id;
    let Some(name) = &entry.item else {
        let mut statement = connection.prepare(&format!(
            "SELECT 1 FROM decisions WHERE sha256 = ?1 AND page = ?2 AND item IS ?3 AND field = ?4 AND machine_value = ?5 AND id > ?6 AND {DEEDS} AND {HOLDS}"
        ))?;
        return Ok(!statement.exists(params![sha256.to_string(), page.get(), item, field.as_str(), machine_value, entry.line])?);
    };
    let mut statement = connection.prepare(&format!(
        "SELECT 1 FROM items WHERE name = ?1 AND since < ?2 AND (claimed_by IN ('', ?3) OR claim_until <= ?4)
         AND NOT EXISTS (SELECT 1 FROM decisions WHERE item_name = ?1 AND id > ?2 AND {DEEDS} AND {HOLDS})"
    ))?;
    statement.exists(params![name, entry.line, who, now()])
}

/// Whether a value has left the archive since, with an export or a push.
fn left(connection: &Connection, entry: &Entry) -> rusqlite::Result<bool> {
    let exported = connection.prepare("SELECT 1 FROM checkpoints WHERE why = 'export' AND lines >= ?1")?.exists([entry.line])?;
    let pushed = || {
        connection
            .prepare(
                "SELECT 1 FROM attempts JOIN attempt_outcomes ON attempt_outcomes.attempt = attempts.id
                 WHERE sha256 = ?1 AND ordinal = ?2 AND begun_at >= ?3 AND outcome = 'done'",
            )?
            .exists(params![entry.id.sha256.to_string(), entry.id.ordinal, entry.at])
    };
    Ok(exported || pushed()?)
}

/// Takes a deed back within a transaction.
fn take_back(transaction: &Transaction<'_>, who: &Reviewer, entry: &Entry, lease: i64) -> rusqlite::Result<Option<Item>> {
    let doing = Doing::plain(Act::Undo, Circumstances::default());
    let item = entry.item.as_deref().map(|name| named(transaction, name)).transpose()?.flatten();
    write_line(transaction, who, item.as_ref(), &entry.id, &doing, Some(entry.line))?;
    let Some(item) = item else { return Ok(None) };
    if item.state != ItemState::Gone {
        restore(transaction, &item.name)?;
        transaction.prepare("UPDATE items SET claimed_by = ?2, claim_until = ?3, lease = ?4, slot = 0 WHERE id = ?1")?.execute(params![
            item.key,
            who.name,
            now() + lease,
            lease
        ])?;
    }
    named(transaction, &item.name)
}
