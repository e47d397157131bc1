//! The decision taken again: documents as the machine left them, and what became of their values when the archive was whole.

use rusqlite::{OptionalExtension, TransactionBehavior, params};

use super::claims::unexpected;
use super::documents::{self, StoredDocument};
use super::record::json;
use super::{Ledger, LedgerError, RunKey};
use crate::model::{DecidedValue, DocumentId, Origin};

/// A document as the machine left it: nothing that people decided is laid over it.
#[derive(Clone, Debug)]
pub struct Unsettled {
    /// Its row: documents are walked in this order.
    pub row: i64,
    /// The document; its values in the order of the rows.
    pub stored: StoredDocument,
    /// Form and captures; `None` if an older program understood it.
    pub origin: Option<Origin>,
    /// Fingerprint of what turned its bytes into words.
    pub reading: String,
    /// Fingerprint of what turned its words into values.
    pub understanding: String,
    /// The rows of the values, in their order.
    pub keys: Vec<i64>,
}

/// A value whose decision has changed.
#[derive(Clone, Debug)]
pub struct Settled {
    /// Its row.
    pub key: i64,
    /// What holds now.
    pub value: DecidedValue,
    /// Whether it has another status than before, and so belongs to the lot of this run.
    pub moved: bool,
}

impl Ledger {
    /// The document after `row`, in the order of rows.
    pub fn unsettled_after(&self, row: i64) -> Result<Option<Unsettled>, LedgerError> {
        self.unsettled("documents.id > ?1", &row)
    }

    /// The document of a name.
    pub fn unsettled_named(&self, id: &DocumentId) -> Result<Option<Unsettled>, LedgerError> {
        self.unsettled("documents.name = ?1", &id.as_str())
    }

    fn unsettled(&self, condition: &str, key: &dyn rusqlite::ToSql) -> Result<Option<Unsettled>, LedgerError> {
        let work = || {
            let sql = format!(
                "SELECT {}, documents.origin, sources.reading_fingerprint, sources.understanding_fingerprint
                 FROM documents JOIN sources ON sources.id = documents.source WHERE {condition} ORDER BY documents.id LIMIT 1",
                documents::COLUMNS
            );
            let found = self
                .connection
                .query_row(&sql, [key], |row| {
                    let origin: Option<String> = row.get(11)?;
                    let origin = origin.map(|text| serde_json::from_str(&text).map_err(|_| unexpected(11, "an origin"))).transpose()?;
                    let print = |at| Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(at)?.unwrap_or_default());
                    let stored = documents::document(row)?;
                    Ok(Unsettled { row: row.get(0)?, stored, origin, reading: print(12)?, understanding: print(13)?, keys: Vec::new() })
                })
                .optional()?;
            let Some(mut found) = found else { return Ok(None) };
            let mut statement = self
                .connection
                .prepare(&format!("SELECT {}, id FROM document_values WHERE document = ?1 ORDER BY id", documents::VALUE_COLUMNS))?;
            let mut rows = statement.query([found.row])?;
            while let Some(row) = rows.next()? {
                found.stored.record.values.push(documents::value(row)?);
                found.keys.push(row.get(14)?);
            }
            Ok(Some(found))
        };
        work().map_err(|source| self.fault("read a document of", source))
    }

    /// Keeps decisions that have changed, all or none.
    pub fn settle(&mut self, run: RunKey, settled: &[Settled]) -> Result<(), LedgerError> {
        let work = |connection: &mut rusqlite::Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            {
                let mut statement = transaction.prepare(
                    "UPDATE document_values SET signals = ?2, confidence = ?3, status = ?4, reasons = ?5,
                     decided_run = CASE WHEN ?6 THEN ?7 ELSE decided_run END WHERE id = ?1",
                )?;
                for Settled { key, value, moved } in settled {
                    statement.execute(params![
                        key,
                        json(&value.extracted.signals)?,
                        value.confidence.get(),
                        value.status.as_str(),
                        json(&value.reasons)?,
                        moved,
                        run.0
                    ])?;
                }
            }
            transaction.commit()
        };
        work(&mut self.connection).map_err(|source| self.fault("settle the decisions of", source))
    }
}
