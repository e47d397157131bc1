//! What follows from the audit: fields that an alarm has switched off, values that have to be called back, and how confidences lay from night to night.

use std::collections::BTreeMap;

use rusqlite::{Connection, TransactionBehavior, params};

use super::lane::{OF_SOURCE, field, value_id};
use super::record::json;
use super::{Ledger, LedgerError, RunKey, audit, now, overlay};
use crate::model::{DocumentId, Field, PageNumber, Recall, ValueId};

/// Why a value is called back, as stored.
const WRONG: &str = "wrong";
const SUSPECT: &str = "suspect";

/// A field that is going to be switched off.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAlarm {
    /// The field.
    pub field: Field,
    /// Values accepted in this run and later ones are suspect.
    pub since: i64,
    /// Answers seen.
    pub audits: u64,
    /// Wrong ones among them.
    pub wrong: u64,
    /// The evidence.
    pub e_value: f64,
    /// The promised share of wrong values.
    pub promised: f64,
}

/// An accepted value that is wrong or may be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suspect {
    /// Whether a person found it wrong.
    pub wrong: bool,
    /// Its document.
    pub document: DocumentId,
    /// Its name.
    pub id: ValueId,
    /// The run that accepted it.
    pub run: i64,
}

impl Ledger {
    /// Accepted values of a field, undecided by people, of this lot and later ones, in order of their documents' names.
    pub fn suspects(&self, of: Field, since: i64) -> Result<Vec<Suspect>, LedgerError> {
        let work = |connection: &Connection| {
            let decided = overlay::held_rows(connection)?;
            let mut statement = connection.prepare(&format!(
                "SELECT documents.name, sources.result_sha256, documents.ordinal, document_values.page, document_values.item, document_values.field,
                        document_values.value, decided_run, document_values.id
                 FROM document_values {OF_SOURCE}
                 WHERE document_values.status = 'accepted' AND document_values.field = ?1 AND coalesce(decided_run, 0) >= ?2
                 ORDER BY documents.name, document_values.id"
            ))?;
            let (mut rows, mut suspects) = (statement.query(params![of.as_str(), since])?, Vec::new());
            while let Some(row) = rows.next()? {
                if !decided.contains(&row.get(8)?) {
                    suspects.push(Suspect {
                        wrong: false,
                        document: DocumentId::from_stored(row.get::<_, String>(0)?),
                        id: value_id(row, 1)?,
                        run: row.get::<_, Option<i64>>(7)?.unwrap_or(0),
                    });
                }
            }
            Ok(suspects)
        };
        work(&self.connection).map_err(|source| self.fault("read the values of", source))
    }

    /// Fields that are switched off, and since when, in seconds since 1970-01-01 UTC.
    pub fn fields_off(&self) -> Result<BTreeMap<Field, i64>, LedgerError> {
        let work = |connection: &Connection| {
            let mut statement = connection.prepare("SELECT field, raised_at FROM alarms WHERE cleared_at IS NULL")?;
            statement.query_map([], |row| Ok((field(row, 0)?, row.get(1)?)))?.collect::<Result<BTreeMap<_, _>, _>>()
        };
        work(&self.connection).map_err(|source| self.fault("read the alarms of", source))
    }

    /// Switches fields on again that a new certificate covers, and says how many were off. Their watch begins anew behind the answers there are.
    pub fn clear_alarms(&mut self, fields: &[Field], certificate: &str) -> Result<usize, LedgerError> {
        let work = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut cleared = 0;
            for of in fields {
                let changed = transaction.execute(
                    "UPDATE alarms SET cleared_at = ?2, certificate = ?3, answers = (SELECT coalesce(max(id), 0) FROM audit_answers)
                     WHERE field = ?1 AND cleared_at IS NULL",
                    params![of.as_str(), now(), certificate],
                )?;
                if changed > 0 {
                    audit::append(&transaction, "certify", "cleared", of.as_str())?;
                }
                cleared += changed;
            }
            transaction.commit()?;
            Ok(cleared)
        };
        work(&mut self.connection).map_err(|source| self.fault("clear alarms of", source))
    }

    /// For fields whose alarm was cleared, the last answer before that: those behind it count for the new watch.
    pub fn watch_from(&self) -> Result<BTreeMap<Field, i64>, LedgerError> {
        let work = |connection: &Connection| {
            let mut statement = connection.prepare("SELECT field, max(answers) FROM alarms WHERE answers IS NOT NULL GROUP BY field")?;
            statement.query_map([], |row| Ok((field(row, 0)?, row.get(1)?)))?.collect::<Result<BTreeMap<_, _>, _>>()
        };
        work(&self.connection).map_err(|source| self.fault("read the alarms of", source))
    }

    /// Everything that ever had to be called back, with the time at which that was found, in the order of finding and of documents.
    pub fn recalls(&self) -> Result<Vec<(i64, Recall)>, LedgerError> {
        let work = |connection: &Connection| {
            let mut statement =
                connection.prepare("SELECT at, why, document, page, item, field, run, bundle, resource, url FROM recalled ORDER BY id")?;
            let rows = statement.query_map([], |row| {
                let recall = Recall {
                    wrong: row.get::<_, String>(1)? == WRONG,
                    document: DocumentId::from_stored(row.get::<_, String>(2)?),
                    page: PageNumber::new(row.get(3)?),
                    item: row.get(4)?,
                    field: field(row, 5)?,
                    run: row.get(6)?,
                    bundle: row.get(7)?,
                    resource: row.get(8)?,
                    url: row.get(9)?,
                };
                Ok((row.get(0)?, recall))
            })?;
            rows.collect::<Result<Vec<_>, _>>()
        };
        work(&self.connection).map_err(|source| self.fault("read the recalls of", source))
    }

    /// Hands over the confidences of a run's lot, field by field in no order. Rows without a value have none.
    pub fn confidences_of(&self, run: RunKey, mut take: impl FnMut(Field, f64)) -> Result<(), LedgerError> {
        let mut work = |connection: &Connection| {
            let mut statement =
                connection.prepare("SELECT field, confidence FROM document_values WHERE decided_run = ?1 AND value <> ''")?;
            let mut rows = statement.query([run.0])?;
            while let Some(row) = rows.next()? {
                take(field(row, 0)?, row.get(1)?);
            }
            Ok(())
        };
        work(&self.connection).map_err(|source| self.fault("read the values of", source))
    }

    /// Keeps how the confidences of a run's lot lay.
    pub fn keep_night(&mut self, run: RunKey, counts: &BTreeMap<Field, Vec<u64>>) -> Result<(), LedgerError> {
        let work = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for (field, counts) in counts {
                let sql = "INSERT INTO nights (run, field, counts) VALUES (?1, ?2, ?3) ON CONFLICT (run, field) DO UPDATE SET counts = excluded.counts";
                transaction.execute(sql, params![run.0, field.as_str(), json(counts)?])?;
            }
            transaction.commit()
        };
        work(&mut self.connection).map_err(|source| self.fault("keep a night of", source))
    }

    /// How the confidences of each field lay in the runs before this one, at most so many of them, the latest first.
    pub fn nights_before(&self, run: RunKey, most: usize) -> Result<BTreeMap<Field, Vec<Vec<u64>>>, LedgerError> {
        let work = |connection: &Connection| {
            let mut statement = connection.prepare("SELECT field, counts FROM nights WHERE run < ?1 ORDER BY run DESC")?;
            let mut rows = statement.query([run.0])?;
            let mut nights: BTreeMap<Field, Vec<Vec<u64>>> = BTreeMap::new();
            while let Some(row) = rows.next()? {
                let kept = nights.entry(field(row, 0)?).or_default();
                if kept.len() < most {
                    let counts = serde_json::from_str(&row.get::<_, String>(1)?).map_err(|_| super::claims::unexpected(1, "counts"))?;
                    kept.push(counts);
                }
            }
            Ok(nights)
        };
        work(&self.connection).map_err(|source| self.fault("read the nights of", source))
    }
}

/// Writes alarms and recalls within a transaction.
pub(super) fn write(transaction: &Connection, alarms: &[NewAlarm], recalls: &[Recall]) -> rusqlite::Result<()> {
    for NewAlarm { field, since, audits, wrong, e_value, promised } in alarms {
        transaction.execute(
            "INSERT INTO alarms (field, raised_at, since_run, audits, wrong, e_value, promised) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![field.as_str(), now(), since, *audits as i64, *wrong as i64, e_value, promised],
        )?;
        audit::append(transaction, "audit", "alarm", field.as_str())?;
    }
    let mut statement = transaction.prepare(
        "INSERT INTO recalled (at, why, document, page, item, field, run, bundle, resource, url) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    for Recall { wrong, document, page, item, field, run, bundle, resource, url } in recalls {
        let why = if *wrong { WRONG } else { SUSPECT };
        statement.execute(params![now(), why, document.as_str(), page.get(), item, field.as_str(), run, bundle, resource, url])?;
    }
    Ok(())
}
