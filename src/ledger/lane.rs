//! The audit lane: which accepted values people check, and what they answered. What follows from it stands beside it ([`super::alarms`]).
//!
//! Audits are named like decisions, by what a person would see and not by row numbers: an answer keeps counting after the document has been understood
//! anew, as long as the machine says the same; where it says something else now, the audit is void.

use std::collections::BTreeMap;

use rusqlite::{Connection, Row, TransactionBehavior, params};
use uuid::Uuid;

use super::alarms::{self, NewAlarm};
use super::claims::unexpected;
use super::decisions::{self, Decision};
use super::{Ledger, LedgerError, audit, now, overlay};
use crate::model::{AuditOutcome, DocumentId, Field, PageNumber, PercentBox, Recall, Sha256, ValueId};

/// An accepted value that was chosen to be checked, by its row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chosen {
    /// The value's row.
    pub row: i64,
    /// What reviewers call it.
    pub name: Uuid,
    /// The rate by which it was chosen.
    pub rate: f64,
}

/// A value that was chosen, and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Audit {
    /// Its row.
    pub key: i64,
    /// What reviewers call it.
    pub name: Uuid,
    /// The value.
    pub id: ValueId,
    /// The run that accepted it.
    pub run: i64,
    /// The version of the rules under which it was chosen.
    pub version: String,
    /// The rate by which it was chosen.
    pub rate: f64,
    /// Where the value is now; `None` if the audit is void: the machine says something else now.
    pub found: Option<Found>,
    /// The last answer: its number in the order of all answers, and whether the value was right.
    pub answer: Option<(i64, bool)>,
}

/// Where the value of an audit is.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Its document.
    pub document: DocumentId,
    /// Its place on the page.
    pub place: Option<PercentBox>,
    /// Whether it is accepted still; a value that waits for a person needs no audit any more.
    pub accepted: bool,
}

/// A person's answer to an audit.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The audit's row.
    pub audit: i64,
    /// Who.
    pub reviewer: String,
    /// What was found.
    pub outcome: AuditOutcome,
    /// What was keyed.
    pub value: String,
    /// Whether it agrees with the machine's value.
    pub right: bool,
}

/// Shows the verdict alone: the text is a patient's.
impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Answer({}: {}, right {})", self.audit, self.outcome.as_str(), self.right)
    }
}

/// Accepted, undecided by people, and not yet offered as part of its present lot.
const TO_OFFER: &str = "document_values.status = 'accepted' AND decided_run IS NOT NULL AND offered IS NOT decided_run";
/// From an audit to the row of its value, if the machine still says the same. The order is told, and the index: the planner would rather build an index of
/// all values of the archive.
const HOLDS: &str = "audits CROSS JOIN sources ON sources.result_sha256 = audits.sha256
    CROSS JOIN documents ON documents.source = sources.id AND documents.ordinal = audits.ordinal
    CROSS JOIN document_values INDEXED BY values_by_document ON document_values.document = documents.id AND document_values.page = audits.page
        AND document_values.item IS audits.item AND document_values.field = audits.field AND document_values.value = audits.machine_value";
/// An answer that was not taken back.
const STANDS: &str = "NOT EXISTS (SELECT 1 FROM decisions WHERE act = 'undo' AND replaces = audit_answers.line)";
pub(super) const OF_SOURCE: &str =
    "JOIN documents ON documents.id = document_values.document JOIN sources ON sources.id = documents.source";
impl Ledger {
    /// Hands over, document by document, what was accepted since the audit was last drawn: rows and names, and the version of the rules.
    pub fn offers(&self, mut take: impl FnMut(&[(i64, ValueId)], &str)) -> Result<(), LedgerError> {
        let mut work = |connection: &Connection| {
            let sql = format!(
                "SELECT document_values.id, sources.result_sha256, documents.ordinal, document_values.page, document_values.item, document_values.field,
                        document_values.value, sources.understanding_fingerprint
                 FROM document_values {OF_SOURCE} WHERE {TO_OFFER} ORDER BY document_values.document, document_values.id"
            );
            let decided = overlay::held_rows(connection)?;
            let mut statement = connection.prepare(&sql)?;
            let mut rows = statement.query([])?;
            let (mut document, mut version): (Vec<(i64, ValueId)>, String) = (Vec::new(), String::new());
            while let Some(row) = rows.next()? {
                if decided.contains(&row.get(0)?) {
                    continue;
                }
                let id = value_id(row, 1)?;
                if document.first().is_some_and(|(_, first)| (first.sha256, first.ordinal) != (id.sha256, id.ordinal)) {
                    take(&document, &version);
                    document.clear();
                }
                version = row.get::<_, Option<String>>(7)?.unwrap_or_default();
                document.push((row.get(0)?, id));
            }
            if !document.is_empty() {
                take(&document, &version);
            }
            Ok(())
        };
        work(&self.connection).map_err(|source| self.fault("draw the audit of", source))
    }

    /// Keeps what was chosen of all that was offered, in one transaction. What was chosen before stays as it was.
    pub fn keep_chosen(&mut self, chosen: &[Chosen]) -> Result<(), LedgerError> {
        let work = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut new = 0;
            {
                let mut statement = transaction.prepare(&format!(
                    "INSERT INTO audits (name, chosen_at, run, version, rate, sha256, ordinal, page, item, field, machine_value)
                     SELECT ?2, ?3, document_values.decided_run, coalesce(sources.understanding_fingerprint, ''), ?4, sources.result_sha256, documents.ordinal,
                            document_values.page, document_values.item, document_values.field, document_values.value
                     FROM document_values {OF_SOURCE} WHERE document_values.id = ?1 ON CONFLICT (name) DO NOTHING"
                ))?;
                for Chosen { row, name, rate } in chosen {
                    new += statement.execute(params![row, name.to_string(), now(), rate])?;
                }
            }
            transaction.execute(&format!("UPDATE document_values SET offered = decided_run WHERE {TO_OFFER}"), [])?;
            if new > 0 {
                audit::append(&transaction, "audit", "chosen", &format!("{new} values"))?;
            }
            transaction.commit()
        };
        work(&mut self.connection).map_err(|source| self.fault("keep the audit of", source))
    }

    /// How many answers each field has had to values of each version of the rules.
    pub fn answers_by_version(&self) -> Result<BTreeMap<(Field, String), u64>, LedgerError> {
        let work = |connection: &Connection| {
            let mut statement = connection.prepare(&format!(
                "SELECT field, version, count(*) FROM audits WHERE EXISTS (SELECT 1 FROM audit_answers WHERE audit = audits.id AND {STANDS})
                 GROUP BY field, version"
            ))?;
            let rows = statement.query_map([], |row| Ok(((field(row, 0)?, row.get(1)?), row.get::<_, i64>(2)?.unsigned_abs())))?;
            rows.collect::<Result<BTreeMap<_, _>, _>>()
        };
        work(&self.connection).map_err(|source| self.fault("count the audits of", source))
    }

    /// Every audit, in the order in which they were chosen.
    pub fn audits(&self) -> Result<Vec<Audit>, LedgerError> {
        let work = |connection: &Connection| {
            let mut statement = connection.prepare(&format!(
                "SELECT audits.id, audits.sha256, audits.ordinal, audits.page, audits.item, audits.field, audits.machine_value, audits.name, audits.run,
                        audits.version, answer.id, answer.agrees, found.name, found.x, found.y, found.width, found.height, audits.rate, found.status
                 FROM audits
                 LEFT JOIN audit_answers AS answer ON answer.id = (SELECT max(id) FROM audit_answers WHERE audit = audits.id AND {STANDS})
                 LEFT JOIN (SELECT audits.id AS audit, documents.name, min(document_values.id), x, y, width, height, status
                            FROM {HOLDS} GROUP BY audits.id) AS found ON found.audit = audits.id
                 ORDER BY audits.id"
            ))?;
            let rows = statement.query_map([], |row| {
                let place = match (row.get(13)?, row.get(14)?, row.get(15)?, row.get(16)?) {
                    (Some(x), Some(y), Some(width), Some(height)) => Some(PercentBox { x, y, width, height }),
                    _ => None,
                };
                Ok(Audit {
                    key: row.get(0)?,
                    id: value_id(row, 1)?,
                    name: Uuid::parse_str(&row.get::<_, String>(7)?).map_err(|_| unexpected(7, "a name"))?,
                    run: row.get(8)?,
                    version: row.get(9)?,
                    rate: row.get(17)?,
                    answer: row.get::<_, Option<i64>>(10)?.zip(row.get(11)?),
                    found: row.get::<_, Option<String>>(12)?.zip(row.get::<_, Option<String>>(18)?).map(|(name, status)| Found {
                        document: DocumentId::from_stored(name),
                        place,
                        accepted: status == "accepted",
                    }),
                })
            })?;
            rows.collect::<Result<Vec<_>, _>>()
        };
        work(&self.connection).map_err(|source| self.fault("read the audits of", source))
    }

    /// How many documents have accepted values of each field.
    pub fn accepted_by_field(&self) -> Result<BTreeMap<Field, u64>, LedgerError> {
        let work = |connection: &Connection| {
            let mut statement = connection
                .prepare("SELECT field, count(DISTINCT document) FROM document_values WHERE status = 'accepted' GROUP BY field")?;
            statement
                .query_map([], |row| Ok((field(row, 0)?, row.get::<_, i64>(1)?.unsigned_abs())))?
                .collect::<Result<BTreeMap<_, _>, _>>()
        };
        work(&self.connection).map_err(|source| self.fault("count the values of", source))
    }

    /// Keeps answers, the decisions that come of them, the alarms that they raise and what has to be called back: all or none.
    pub fn keep_answers(
        &mut self,
        answers: &[Answer],
        decided: &[Decision],
        raised: &[NewAlarm],
        recalls: &[Recall],
    ) -> Result<(), LedgerError> {
        let work = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for Answer { audit, reviewer, outcome, value, right } in answers {
                transaction.execute(
                    "INSERT INTO audit_answers (audit, answered_at, reviewer, outcome, value, agrees) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    params![audit, now(), reviewer, outcome.as_str(), value, right],
                )?;
            }
            decisions::write(&transaction, decided)?;
            alarms::write(&transaction, raised, recalls)?;
            transaction.commit()
        };
        work(&mut self.connection).map_err(|source| self.fault("keep the answers of", source))
    }
}

/// The name of a value in six columns: digest, ordinal, page, item, field, the machine's value.
pub(super) fn value_id(row: &Row<'_>, at: usize) -> rusqlite::Result<ValueId> {
    Ok(ValueId {
        sha256: Sha256::from_hex(&row.get::<_, String>(at)?).ok_or_else(|| unexpected(at, "a digest"))?,
        ordinal: row.get(at + 1)?,
        page: PageNumber::new(row.get(at + 2)?),
        item: row.get(at + 3)?,
        field: field(row, at + 4)?,
        machine_value: row.get(at + 5)?,
    })
}

pub(super) fn field(row: &Row<'_>, at: usize) -> rusqlite::Result<Field> {
    Field::parse(&row.get::<_, String>(at)?).ok_or_else(|| unexpected(at, "a field"))
}
