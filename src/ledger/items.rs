//! What is asked of people: the items of documents, brought up to date with what the machine left open. How they are handed out stands in
//! [`super::handing`], what becomes of them in [`super::deeds`], how many there are in [`super::figures`].
//!
//! An item is kept by what it asks ([`item_name`]), not by row numbers or by the document's ordinal, so that who has it, who has keyed it and what was
//! decided outlive a run in which the paper was understood anew.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Row, Statement, Transaction, TransactionBehavior, params};

use super::claims::unexpected;
use super::lane::value_id;
use super::record::json;
use super::{Ledger, LedgerError, deeds, now};
use crate::model::{DocumentKind, Item, ItemState, Lane, Mode, PercentBox, Reason, Sha256, ValueId, hex, keyed_hash};

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// A thing that is to be asked.
#[derive(Clone, PartialEq)]
pub struct NewItem {
    /// Its name: [`item_name`].
    pub name: String,
    /// Why it is asked.
    pub lane: Lane,
    /// The value.
    pub id: ValueId,
    /// Name of its document.
    pub document: String,
    /// Kind of its document.
    pub kind: DocumentKind,
    /// Where the machine found it on the source page.
    pub place: Option<PercentBox>,
    /// What stands in the box.
    pub shown: String,
    /// The machine's confidence.
    pub confidence: f64,
    /// Why it waits.
    pub reasons: Vec<Reason>,
    /// Probability of an error times its cost a second of work: the dearer the higher.
    pub rank: f64,
    /// How it is asked.
    pub mode: Mode,
}

/// Shows the place alone: the text is a patient's.
impl std::fmt::Debug for NewItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewItem({} {} {:?})", self.name, self.lane.as_str(), self.id)
    }
}

/// All that is asked of one document now.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The source's bytes.
    pub sha256: Sha256,
    /// The document's ordinal in the source.
    pub ordinal: u32,
    /// What is asked, of all lanes.
    pub items: Vec<NewItem>,
}

/// The name of an item: 32 hexadecimal digits by which nobody can tell its lane or its value. The same question has the same name in every run, whatever the
/// document's ordinal is by then: a page is in one document at a time.
pub fn item_name(key: &[u8], lane: Lane, id: &ValueId) -> String {
    let item = id.item.map_or_else(String::new, |item| item.to_string());
    let asked = format!("item\0{}\0{}\0{}\0{item}\0{}\0{}", lane.as_str(), id.sha256, id.page.get(), id.field.as_str(), id.machine_value);
    hex(&keyed_hash(key, asked.as_bytes())[..16])
}

impl Ledger {
    /// Brings the items of documents up to what is asked of them, all or none, and says how many are new or are asked again.
    ///
    /// What is asked keeps its state, its keys and its holder. What is not asked any more is gone, unless it was decided. A decided item that comes back stays
    /// decided, unless its value is stale. `seen` is the last line of the chain ([`Ledger::last_line`]) before the documents were read: what people have done
    /// since then stands as they left it.
    pub fn sync_items(&mut self, asked: &[Asked], seen: i64) -> Result<u64, LedgerError> {
        let work = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // A value may have moved from one document of the batch to another one.
            let names: BTreeSet<&str> = asked.iter().flat_map(|document| &document.items).map(|item| item.name.as_str()).collect();
            for document in asked {
                let_go(&transaction, document, &names, seen)?;
            }
            let mut new = 0;
            {
                let mut asking = Asking::new(&transaction, seen)?;
                for document in asked {
                    for item in &document.items {
                        new += u64::from(asking.ask(document, item)?);
                    }
                }
            }
            transaction.commit()?;
            Ok(new)
        };
        work(&mut self.connection).map_err(|source| self.fault("bring the items up to date in", source))
    }

    /// Takes away what is asked of documents that are not there any more, and says how many items that were.
    pub fn retire_items(&mut self) -> Result<u64, LedgerError> {
        let gone = self.connection.execute(
            "UPDATE items SET state = 'gone', version = version + 1, claimed_by = '', claim_until = 0
             WHERE state IN ('open', 'second', 'conflict', 'escalated') AND NOT EXISTS (
                 SELECT 1 FROM sources JOIN documents ON documents.source = sources.id
                 WHERE sources.result_sha256 = items.sha256 AND documents.ordinal = items.ordinal)",
            [],
        );
        gone.map(|n| n as u64).map_err(|source| self.fault("bring the items up to date in", source))
    }

    /// The last line of the chain of decisions; 0 before the first one.
    pub fn last_line(&self) -> Result<i64, LedgerError> {
        let found = self.connection.query_row("SELECT coalesce(max(id), 0) FROM decisions", [], |row| row.get(0));
        found.map_err(|source| self.fault("read the decisions of", source))
    }

    /// The item of a name.
    pub fn item(&self, name: &str) -> Result<Option<Item>, LedgerError> {
        named(&self.connection, name).map_err(|source| self.fault("read the items of", source))
    }

    /// Everything that was ever asked of a document, in the order of the paper.
    pub fn items_of(&self, sha256: Sha256, ordinal: u32) -> Result<Vec<Item>, LedgerError> {
        let work = || {
            let sql = format!("SELECT {COLUMNS} FROM items WHERE sha256 = ?1 AND ordinal = ?2 ORDER BY page, id");
            self.connection.prepare(&sql)?.query_map(params![sha256.to_string(), ordinal], item)?.collect::<rusqlite::Result<Vec<_>>>()
        };
        work().map_err(|source| self.fault("read the items of", source))
    }

    /// Hands over everything that waits for somebody, the dearest first, whatever its lane.
    pub fn open_items<E: From<LedgerError>>(&self, mut take: impl FnMut(Item) -> Result<(), E>) -> Result<(), E> {
        let fault = |source| E::from(self.fault("read the items of", source));
        let sql = format!("SELECT {COLUMNS} FROM items WHERE state IN ('open', 'second') ORDER BY urgency DESC, id");
        let mut statement = self.connection.prepare(&sql).map_err(fault)?;
        let mut rows = statement.query([]).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            take(item(row).map_err(fault)?)?;
        }
        Ok(())
    }
}

/// Whether a line of the chain after `seen` is of the item.
fn touched_since(connection: &Connection, name: &str, seen: i64) -> rusqlite::Result<bool> {
    connection.prepare("SELECT 1 FROM decisions WHERE item_name = ?1 AND id > ?2")?.exists(params![name, seen])
}

/// Lets go what is not asked of a document any more.
fn let_go(transaction: &Transaction<'_>, document: &Asked, asked: &BTreeSet<&str>, seen: i64) -> rusqlite::Result<()> {
    let waiting: Vec<(i64, String)> = transaction
        .prepare("SELECT id, name FROM items WHERE sha256 = ?1 AND ordinal = ?2 AND state IN ('open', 'second', 'conflict', 'escalated')")?
        .query_map(params![document.sha256.to_string(), document.ordinal], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    for (key, name) in waiting.iter().filter(|(_, name)| !asked.contains(name.as_str())) {
        if !touched_since(transaction, name, seen)? {
            transaction
                .prepare("UPDATE items SET state = 'gone', version = version + 1, claimed_by = '', claim_until = 0 WHERE id = ?1")?
                .execute([key])?;
        }
    }
    Ok(())
}

/// What is needed to enter items: statements that are made once, for they bring their triggers with them.
struct Asking<'a> {
    transaction: &'a Transaction<'a>,
    seen: i64,
    today: i64,
    find: Statement<'a>,
    enter: Statement<'a>,
    change: Statement<'a>,
}

impl<'a> Asking<'a> {
    fn new(transaction: &'a Transaction<'a>, seen: i64) -> rusqlite::Result<Self> {
        let find = transaction.prepare("SELECT id, state FROM items WHERE name = ?1")?;
        let enter = transaction.prepare(
            "INSERT INTO items (name, lane, sha256, ordinal, page, item, field, machine_value, document, kind, place, shown, confidence, reasons, reason,
                                rank, urgency, day, mode, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?16, ?17, ?18, 'open')",
        )?;
        // What is shown is the question: whoever saw another one has answered another one. What has been keyed once goes on as it was begun.
        let change = transaction.prepare(
            "UPDATE items SET ordinal = ?2, document = ?3, kind = ?4, place = ?5, shown = ?6, confidence = ?7, reasons = ?8, reason = ?9, rank = ?10,
                 urgency = CASE (SELECT n FROM open_by_document AS d WHERE d.sha256 = items.sha256 AND d.ordinal = ?2) WHEN 1 THEN 1.5 ELSE 1.0 END * ?10,
                 mode = CASE WHEN state IN ('second', 'conflict') THEN mode ELSE ?11 END,
                 version = version + (shown <> ?6 OR (mode <> ?11 AND state NOT IN ('second', 'conflict')))
             WHERE id = ?1 AND (ordinal, document, kind, place, shown, confidence, reasons, rank, mode) IS NOT (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?10, ?11)",
        )?;
        Ok(Self { transaction, seen, today: now() / DAY, find, enter, change })
    }

    /// Enters an item, or brings the one of its name up to date; whether it was not asked before.
    fn ask(&mut self, document: &Asked, new: &NewItem) -> rusqlite::Result<bool> {
        let found: Option<(i64, String)> = self.find.query_row([&new.name], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let place = new.place.as_ref().map(json).transpose()?;
        let (reasons, reason) = (json(&new.reasons)?, first_of(&new.reasons));
        let Some((key, state)) = found else {
            let ValueId { page, item, field, machine_value, .. } = &new.id;
            let sha256 = document.sha256.to_string();
            self.enter.execute(params![
                new.name,
                new.lane.as_str(),
                sha256,
                document.ordinal,
                page.get(),
                item,
                field.as_str(),
                machine_value,
                new.document,
                new.kind.as_str(),
                place,
                new.shown,
                new.confidence,
                reasons,
                reason,
                new.rank,
                self.today,
                new.mode.as_str(),
            ])?;
            return Ok(true);
        };
        let (kind, mode) = (new.kind.as_str(), new.mode.as_str());
        let Asked { ordinal, .. } = document;
        self.change.execute(params![
            key,
            ordinal,
            new.document,
            kind,
            place,
            new.shown,
            new.confidence,
            reasons,
            reason,
            new.rank,
            mode
        ])?;
        match state.as_str() {
            // Who has keyed it has keyed it.
            "gone" => {}
            "final" if new.reasons.contains(&Reason::Stale) && !touched_since(self.transaction, &new.name, self.seen)? => {
                let sql = "UPDATE items SET since = (SELECT coalesce(max(id), 0) FROM decisions) WHERE id = ?1";
                self.transaction.execute(sql, [key])?;
            }
            _ => return Ok(false),
        }
        let waits = deeds::restore(self.transaction, &new.name)? != ItemState::Final;
        if waits {
            self.transaction.execute("UPDATE items SET day = ?2 WHERE id = ?1", [key, self.today])?;
        }
        Ok(waits)
    }
}

fn first_of(reasons: &[Reason]) -> &'static str {
    reasons.first().map_or("", |reason| reason.as_str())
}

/// The item of a name.
pub(super) fn named(connection: &Connection, name: &str) -> rusqlite::Result<Option<Item>> {
    connection.prepare(&format!("SELECT {COLUMNS} FROM items WHERE name = ?1"))?.query_row([name], item).optional()
}

/// The columns of [`item`].
pub(super) const COLUMNS: &str =
    "id, name, lane, sha256, ordinal, page, item, field, machine_value, document, kind, place, shown, confidence, reasons, mode,
    state, version, claimed_by, claim_until, first_by, second_by";

/// Reads an item.
pub(super) fn item(row: &Row<'_>) -> rusqlite::Result<Item> {
    let text = |at: usize| row.get::<_, String>(at);
    let place: Option<String> = row.get(11)?;
    let holder = text(18)?;
    Ok(Item {
        key: row.get(0)?,
        name: text(1)?,
        lane: Lane::parse(&text(2)?).ok_or_else(|| unexpected(2, "a lane"))?,
        id: value_id(row, 3)?,
        document: text(9)?,
        kind: DocumentKind::parse(&text(10)?).ok_or_else(|| unexpected(10, "a kind"))?,
        place: place.map(|place| serde_json::from_str(&place).map_err(|_| unexpected(11, "a place"))).transpose()?,
        shown: text(12)?,
        confidence: row.get(13)?,
        reasons: serde_json::from_str(&text(14)?).map_err(|_| unexpected(14, "reasons"))?,
        mode: Mode::parse(&text(15)?).ok_or_else(|| unexpected(15, "a mode"))?,
        state: ItemState::parse(&text(16)?).ok_or_else(|| unexpected(16, "a state"))?,
        version: row.get(17)?,
        claim: if holder.is_empty() { None } else { Some((holder, row.get(19)?)) },
        keyed_by: [text(20)?, text(21)?].into_iter().filter(|name| !name.is_empty()).collect(),
    })
}
