//! How the pages of a source make documents, where a person said so: lines of the chain that hold for a page.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::chain::{self, Line};
use super::claims::unexpected;
use super::{Ledger, LedgerError, RunKey, SourceKey};
use crate::model::{Act, Circumstances, Field, PageJoin, PageNumber, Sha256};

/// A source that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRead {
    /// Its row.
    pub key: SourceKey,
    /// The run that made its documents.
    pub run: RunKey,
    /// Fingerprint of what turned its bytes into words.
    pub reading: String,
}

impl Ledger {
    /// What people said of the pages of a source. Pages that are left to the machine are not among them.
    pub fn joins(&self, sha256: Sha256) -> Result<BTreeMap<PageNumber, PageJoin>, LedgerError> {
        joins(&self.connection, sha256).map_err(|source| self.fault("read the decisions of", source))
    }

    /// The same of a source by its row.
    pub fn joins_of(&self, key: SourceKey) -> Result<BTreeMap<PageNumber, PageJoin>, LedgerError> {
        let digest =
            self.connection.query_row("SELECT result_sha256 FROM sources WHERE id = ?1", [key.0], |row| row.get::<_, Option<String>>(0));
        let digest = digest.optional().map_err(|source| self.fault("read the sources of", source))?.flatten();
        digest.and_then(|digest| Sha256::from_hex(&digest)).map_or(Ok(BTreeMap::new()), |sha256| self.joins(sha256))
    }

    /// What people said of the pages of each source of which they said anything.
    pub fn all_joins(&self) -> Result<BTreeMap<Sha256, BTreeMap<PageNumber, PageJoin>>, LedgerError> {
        let work = || {
            let mut statement = self.connection.prepare("SELECT DISTINCT sha256 FROM decisions WHERE act = 'structure'")?;
            let sources = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
            let of = |sha256: &String| {
                let sha256 = Sha256::from_hex(sha256).ok_or_else(|| unexpected(0, "a digest"))?;
                Ok((sha256, joins(&self.connection, sha256)?))
            };
            sources.iter().map(of).collect::<rusqlite::Result<BTreeMap<_, _>>>()
        };
        work().map_err(|source| self.fault("read the decisions of", source))
    }

    /// The source whose bytes were read to a result, and what its documents were made with; `None` if there is none of that digest.
    pub fn source_read(&self, sha256: Sha256) -> Result<Option<SourceRead>, LedgerError> {
        let work = || {
            self.connection
                .query_row(
                    "SELECT id, run, coalesce(reading_fingerprint, '') FROM sources WHERE result_sha256 = ?1 AND outcome = 'read' AND duplicate_of IS NULL",
                    [sha256.to_string()],
                    |row| Ok(SourceRead { key: SourceKey(row.get(0)?), run: RunKey(row.get(1)?), reading: row.get(2)? }),
                )
                .optional()
        };
        work().map_err(|source| self.fault("read the sources of", source))
    }

    /// Rows of the documents, other than those of a source, that have one of these values in any writing of capital letters.
    pub fn documents_sharing(&self, but: SourceKey, values: &[(Field, &str)]) -> Result<Vec<i64>, LedgerError> {
        let work = || {
            // One walk over the values for all of them.
            let keys: BTreeSet<(String, String)> =
                values.iter().map(|(field, value)| (field.as_str().to_owned(), value.to_ascii_lowercase())).collect();
            let fields: BTreeSet<&str> = keys.iter().map(|(field, _)| field.as_str()).collect();
            let list = serde_json::to_string(&fields).unwrap_or_default();
            let mut statement = self.connection.prepare(
                "SELECT document, field, lower(value) FROM document_values JOIN documents ON documents.id = document
                 WHERE documents.source <> ?1 AND field IN (SELECT value FROM json_each(?2))",
            )?;
            let mut rows = statement.query(params![but.0, list])?;
            let mut found = BTreeSet::new();
            while let Some(row) = rows.next()? {
                if keys.contains(&(row.get(1)?, row.get(2)?)) {
                    found.insert(row.get::<_, i64>(0)?);
                }
            }
            Ok(found.into_iter().collect())
        };
        work().map_err(|source| self.fault("read the values of", source))
    }

    /// Keeps what a person says of a page; `None` leaves it to the machine again. Gives the number of the line.
    pub fn keep_join(
        &mut self,
        reviewer: &str,
        (sha256, ordinal, page): (Sha256, u32, PageNumber),
        join: Option<PageJoin>,
        circumstances: &Circumstances,
    ) -> Result<i64, LedgerError> {
        let work = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let line = Line {
                value: join.map_or("", PageJoin::as_str),
                ..Line::of_page(reviewer, Act::Structure, sha256, ordinal, page, circumstances)
            };
            let number = chain::append(&transaction, &line)?;
            transaction.commit()?;
            Ok(number)
        };
        work(&mut self.connection).map_err(|source| self.fault("record decisions in", source))
    }
}

fn joins(connection: &Connection, sha256: Sha256) -> rusqlite::Result<BTreeMap<PageNumber, PageJoin>> {
    let mut statement = connection
        .prepare("SELECT id, page, act, value, replaces FROM decisions WHERE sha256 = ?1 AND act IN ('structure', 'undo') ORDER BY id")?;
    let mut rows = statement.query([sha256.to_string()])?;
    let (mut said, mut undone): (Vec<(i64, PageNumber, String)>, BTreeSet<i64>) = (Vec::new(), BTreeSet::new());
    while let Some(row) = rows.next()? {
        match row.get::<_, String>(2)?.as_str() {
            "undo" => undone.extend(row.get::<_, Option<i64>>(4)?),
            _ => said.push((row.get(0)?, PageNumber::new(row.get(1)?), row.get(3)?)),
        }
    }
    let mut joins = BTreeMap::new();
    for (_, page, join) in said.into_iter().filter(|(number, ..)| !undone.contains(number)) {
        match PageJoin::parse(&join) {
            Some(join) => joins.insert(page, join),
            None => joins.remove(&page),
        };
    }
    Ok(joins)
}
