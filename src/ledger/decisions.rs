//! What people decided of values. A decision is tied to what the person saw (the source's bytes, the document's ordinal, page, item,
//! field and the machine's value), not to row numbers, so that it holds again after the document has been extracted anew, and
//! falls silent when the machine now says something else.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::chain::{self, Line};
use super::{Ledger, LedgerError};
use crate::model::{
    Act, Circumstances, DecidedValue, DocumentId, DocumentRecord, Outcome, PercentBox, Review, Status, Told, Trail, ValueId,
};

/// One decision of a person.
#[derive(Clone, PartialEq)]
pub struct Decision {
    /// Who.
    pub reviewer: String,
    /// What the person saw.
    pub id: ValueId,
    /// `Verified`, `Corrected` or `Rejected`.
    pub status: Status,
    /// The value that holds now.
    pub value: String,
    /// What was said; `None`: what the status says.
    pub outcome: Option<Outcome>,
    /// Where the machine had found it; `None`: where the ledger has it when the decision is kept, if it has it.
    pub place: Option<PercentBox>,
    /// Where the person says that it stands.
    pub moved_to: Option<PercentBox>,
    /// How it came about.
    pub circumstances: Circumstances,
}

impl Decision {
    /// A decision of which no more is known than who, of what, and what holds.
    pub fn new(reviewer: impl Into<String>, id: ValueId, status: Status, value: impl Into<String>) -> Self {
        let (reviewer, value, circumstances) = (reviewer.into(), value.into(), Circumstances::default());
        Self { reviewer, id, status, value, outcome: None, place: None, moved_to: None, circumstances }
    }
}

/// Shows field and verdict alone: the text is a patient's.
impl std::fmt::Debug for Decision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ValueId { field, item, page, .. } = &self.id;
        write!(f, "Decision({field} item {item:?} p{page}: {})", self.status.as_str())
    }
}

/// Page, item, field and the machine's value.
type Seen = (u32, Option<u32>, String, String);

impl Ledger {
    /// Keeps decisions, all or none. Later ones win over earlier ones of the same value.
    pub fn decide(&mut self, decisions: &[Decision]) -> Result<(), LedgerError> {
        let work = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            write(&transaction, decisions)?;
            transaction.commit()
        };
        work(&mut self.connection).map_err(|source| self.fault("record decisions in", source))
    }

    /// What people decided of a document's values, which are as the machine left them: one for each, `None` where nobody did.
    pub fn decided(&self, record: &DocumentRecord) -> Result<Vec<Option<Status>>, LedgerError> {
        let work = || {
            let latest = latest(&self.connection, &record.sha256.to_string(), record.ordinal)?;
            let of = |value: &DecidedValue| latest.get(&seen(value)).map(|(status, _)| status_of(status)).transpose();
            record.values.iter().map(of).collect::<rusqlite::Result<Vec<_>>>()
        };
        work().map_err(|source| self.fault("read the decisions of", source))
    }
}

/// The latest decision of everything that somebody saw: status and the value that holds.
fn latest(connection: &Connection, sha256: &str, ordinal: u32) -> rusqlite::Result<BTreeMap<Seen, (String, String)>> {
    let mut statement = connection.prepare(
        "SELECT page, item, field, machine_value, status, value FROM decisions
             WHERE sha256 = ?1 AND ordinal = ?2 AND act = 'decision' ORDER BY id",
    )?;
    statement
        .query_map(params![sha256, ordinal], |row| Ok(((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?), (row.get(4)?, row.get(5)?))))?
        .collect()
}

/// What a person saw of a value that is as the machine left it.
fn seen(value: &DecidedValue) -> Seen {
    let extracted = &value.extracted;
    (extracted.page.get(), extracted.item, extracted.field.as_str().to_owned(), extracted.value.clone())
}

fn status_of(stored: &str) -> rusqlite::Result<Status> {
    Status::parse(stored).ok_or_else(|| super::claims::unexpected(4, "a status"))
}

/// The last look of a person at everything that somebody saw: who, and when.
fn looks(connection: &Connection, sha256: &str, ordinal: u32) -> rusqlite::Result<BTreeMap<Seen, (String, i64)>> {
    let mut statement = connection.prepare(
        "SELECT page, item, field, machine_value, reviewer, decided_at FROM decisions
             WHERE sha256 = ?1 AND ordinal = ?2 AND act = 'decision' ORDER BY id",
    )?;
    statement
        .query_map(params![sha256, ordinal], |row| Ok(((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?), (row.get(4)?, row.get(5)?))))?
        .collect()
}

impl Ledger {
    /// How the values of a document came to be what they are. The reviewers' names stay here: what is given are ids that hold within this archive.
    pub fn trail(&self, id: &DocumentId) -> Result<Trail, LedgerError> {
        let Some(document) = self.unsettled_named(id)? else { return Ok(Trail::default()) };
        let archive = self.archive_id()?.unwrap_or_default();
        let work = || {
            let engines: Option<String> = self
                .connection
                .query_row(
                    "SELECT runs.engine FROM documents JOIN sources ON sources.id = documents.source JOIN runs ON runs.id = sources.run
                     WHERE documents.id = ?1",
                    [document.row],
                    |row| row.get(0),
                )
                .optional()?;
            let mut trail = Trail::new(engines.unwrap_or_default(), document.understanding.clone());
            let mut statement = self.connection.prepare("SELECT id, decided_run FROM document_values WHERE document = ?1")?;
            let runs: BTreeMap<i64, Option<i64>> =
                statement.query_map([document.row], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
            let record = &document.stored.record;
            let looks = looks(&self.connection, &record.sha256.to_string(), record.ordinal)?;
            let mut now = record.values.clone();
            overlay(&self.connection, &record.sha256.to_string(), record.ordinal, &mut now)?;
            for ((machine, now), key) in record.values.iter().zip(&now).zip(&document.keys) {
                let review = looks
                    .get(&seen(machine))
                    .map(|(name, at)| Review { reviewer: (!name.is_empty()).then(|| opaque(&archive, name)), at: *at });
                trail.tell(now, Told { run: runs.get(key).copied().flatten(), review });
            }
            Ok(trail)
        };
        work().map_err(|source| self.fault("read the trail of a document of", source))
    }
}

/// An id for a reviewer that says nothing to who does not have the archive.
fn opaque(archive: &str, name: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("urn:chartlift:reviewer:{archive}:{name}").as_bytes()).to_string()
}

/// Writes decisions within a transaction.
pub(super) fn write(transaction: &Connection, decisions: &[Decision]) -> rusqlite::Result<()> {
    for decision in decisions {
        let place = decision.place.map_or_else(|| place_of(transaction, &decision.id), |place| Ok(Some(place)))?;
        let outcome = decision.outcome.or(match decision.status {
            Status::Verified => Some(Outcome::Verified),
            Status::Corrected => Some(Outcome::Corrected),
            // Blank, illegible or absent: nobody has said which.
            _ => None,
        });
        let line = Line {
            place,
            status: Some(decision.status),
            outcome,
            value: &decision.value,
            moved_to: decision.moved_to,
            ..Line::of(&decision.reviewer, Act::Decision, &decision.id, &decision.circumstances)
        };
        chain::append(transaction, &line)?;
    }
    Ok(())
}

/// Where the machine has a value now.
fn place_of(connection: &Connection, id: &ValueId) -> rusqlite::Result<Option<PercentBox>> {
    let found = connection
        .prepare(
            "SELECT x, y, width, height FROM sources JOIN documents ON documents.source = sources.id
             JOIN document_values ON document_values.document = documents.id
             WHERE sources.result_sha256 = ?1 AND documents.ordinal = ?2 AND page = ?3 AND item IS ?4 AND field = ?5 AND value = ?6 LIMIT 1",
        )?
        .query_row(
            params![id.sha256.to_string(), id.ordinal, id.page.get(), id.item, id.field.as_str(), id.machine_value],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
        .optional()?;
    Ok(match found {
        Some((Some(x), Some(y), Some(width), Some(height))) => Some(PercentBox { x, y, width, height }),
        _ => None,
    })
}

/// Longer gaps between two decisions of a reviewer are pauses, in seconds.
const PAUSE: i64 = 120;
/// Fewer gaps say nothing of a reviewer's pace.
const FEWEST_GAPS: usize = 30;

impl Ledger {
    /// The median of seconds between one decision and the next of the same reviewer, pauses and decisions that came together in one file left out; `None`
    /// where too few were taken one by one.
    pub fn seconds_per_decision(&self) -> Result<Option<f64>, LedgerError> {
        let work = || {
            let mut statement = self.connection.prepare(
                "SELECT gap FROM (SELECT decided_at - lag(decided_at) OVER (PARTITION BY reviewer ORDER BY id) AS gap FROM decisions)
                 WHERE gap BETWEEN 1 AND ?1 ORDER BY gap",
            )?;
            statement.query_map([PAUSE], |row| row.get::<_, i64>(0))?.collect::<Result<Vec<_>, _>>()
        };
        let gaps = work().map_err(|source| self.fault("time the decisions in", source))?;
        Ok(gaps.get(gaps.len() / 2).filter(|_| gaps.len() >= FEWEST_GAPS).map(|&gap| gap as f64))
    }
}

/// Lays the decisions of people over a document's values.
pub(super) fn overlay(connection: &Connection, sha256: &str, ordinal: u32, values: &mut [DecidedValue]) -> rusqlite::Result<()> {
    let decided = latest(connection, sha256, ordinal)?;
    if decided.is_empty() {
        return Ok(());
    }
    for value in values {
        if let Some((status, text)) = decided.get(&seen(value)) {
            value.status = status_of(status)?;
            value.reasons.clear();
            value.extracted.value.clone_from(text);
        }
    }
    Ok(())
}
