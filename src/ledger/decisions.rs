//! What people decided of values. A decision is tied to what the person saw (the source's bytes, page, place and field), not to row numbers, so that it
//! holds again after the document has been extracted anew: [`super::overlay`] says where.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use super::chain::{self, Line};
use super::overlay::{self, Said};
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
            let said = overlay::said(&self.connection, &record.sha256.to_string(), &record.pages)?;
            let laid = overlay::lay(&said, &record.values);
            let of = |(value, line): (&DecidedValue, &Option<usize>)| line.map(|at| overlay::held(&said[at], value).status);
            Ok(record.values.iter().zip(&laid.held).map(of).collect())
        };
        work().map_err(|source| self.fault("read the decisions of", source))
    }
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
            let said = overlay::said(&self.connection, &record.sha256.to_string(), &record.pages)?;
            let laid = overlay::lay(&said, &record.values);
            let look =
                |line: &Said| Review { reviewer: (!line.reviewer.is_empty()).then(|| opaque(&archive, &line.reviewer)), at: line.at };
            for ((machine, line), key) in record.values.iter().zip(&laid.held).zip(&document.keys) {
                let line = line.map(|at| &said[at]);
                let now = line.map_or_else(|| machine.clone(), |line| overlay::held(line, machine));
                trail.tell(&now, Told { run: runs.get(key).copied().flatten(), review: line.map(look) });
            }
            for (at, value) in &laid.beside {
                trail.tell(value, Told { run: None, review: Some(look(&said[*at])) });
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
        let outcome = decision.outcome.or(match decision.status {
            Status::Verified => Some(Outcome::Verified),
            Status::Corrected => Some(Outcome::Corrected),
            // Blank, illegible or absent: nobody has said which.
            _ => None,
        });
        let line = Line {
            place: decision.place,
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
