//! What the reviewer's station looks up: documents by what decisions are tied to, single pages, papers of one record number.

use std::path::Path;

use rusqlite::{OpenFlags, OptionalExtension, params};

use super::{Ledger, LedgerError, PageRecord, claims::unexpected, record};
use crate::model::{DocumentId, Outcome, PageNumber, PageOutcome, Sha256, SourcePath, ValueId};

/// A page of a source and the document that it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePage {
    /// Its number.
    pub number: PageNumber,
    /// What became of it.
    pub outcome: PageOutcome,
    /// Ordinal of the document that it is in; `None` of blank pages, separators, pages that could not be read.
    pub document: Option<u32>,
}

/// A blind entry of somebody.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyedEntry {
    /// Who.
    pub reviewer: String,
    /// What was said.
    pub outcome: Outcome,
    /// As it was typed.
    pub value: String,
}

/// Shows the verdict alone: the text is a patient's.
impl std::fmt::Debug for KeyedEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyedEntry({} {})", self.reviewer, self.outcome.as_str())
    }
}

impl Ledger {
    /// Another connection to a ledger that this process has opened, checked and migrated already.
    pub fn beside(path: &Path) -> Result<Self, LedgerError> {
        let mut ledger = Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        ledger.prepare_for_writing()?;
        Ok(ledger)
    }

    /// The document of a digest and an ordinal.
    pub fn document_at(&self, sha256: Sha256, ordinal: u32) -> Result<Option<DocumentId>, LedgerError> {
        let sql = "SELECT documents.name FROM sources JOIN documents ON documents.source = sources.id
                   WHERE sources.result_sha256 = ?1 AND documents.ordinal = ?2 LIMIT 1";
        let found = self.connection.query_row(sql, params![sha256.to_string(), ordinal], |row| row.get::<_, String>(0)).optional();
        Ok(found.map_err(|source| self.fault("find a document of", source))?.map(DocumentId::from_stored))
    }

    /// One page of a source, as recorded.
    pub fn page_at(&self, source: &SourcePath, number: PageNumber) -> Result<Option<PageRecord>, LedgerError> {
        let sql =
            format!("SELECT {} FROM pages WHERE source = (SELECT id FROM sources WHERE path = ?1) AND number = ?2", record::PAGE_COLUMNS);
        let found = self.connection.query_row(&sql, params![source.as_str(), number.get()], record::page).optional();
        found.map_err(|source| self.fault("read a page of", source))
    }

    /// The pages of a source, and the documents that they are in.
    pub fn outline(&self, source: &SourcePath) -> Result<Vec<SourcePage>, LedgerError> {
        let work = || {
            let mut statement = self.connection.prepare(
                "SELECT documents.ordinal, pages FROM documents JOIN sources ON sources.id = documents.source WHERE sources.path = ?1",
            )?;
            let documents = statement
                .query_map([source.as_str()], |row| {
                    let pages: Vec<u32> = serde_json::from_str(&row.get::<_, String>(1)?).map_err(|_| unexpected(1, "a list of pages"))?;
                    Ok((row.get::<_, u32>(0)?, pages))
                })?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let mut statement = self
                .connection
                .prepare("SELECT number, outcome FROM pages WHERE source = (SELECT id FROM sources WHERE path = ?1) ORDER BY number")?;
            let pages = statement.query_map([source.as_str()], |row| {
                let number: u32 = row.get(0)?;
                let outcome: String = row.get(1)?;
                Ok(SourcePage {
                    number: PageNumber::new(number),
                    outcome: PageOutcome::parse(&outcome).ok_or_else(|| unexpected(1, "an outcome"))?,
                    document: documents.iter().find(|(_, pages)| pages.contains(&number)).map(|(ordinal, _)| *ordinal),
                })
            })?;
            pages.collect::<rusqlite::Result<Vec<_>>>()
        };
        work().map_err(|source| self.fault("read the pages of", source))
    }

    /// Documents on which the machine found this medical record number, at most `most` of them, the last ones first.
    pub fn papers_of_number(&self, number: &str, most: usize) -> Result<Vec<DocumentId>, LedgerError> {
        let work = || {
            let mut statement = self.connection.prepare(
                "SELECT DISTINCT documents.name FROM document_values JOIN documents ON documents.id = document_values.document
                 WHERE document_values.field = 'Patient.identifier.mrn' AND document_values.value = ?1 ORDER BY documents.id DESC LIMIT ?2",
            )?;
            let names = statement.query_map(params![number, most as i64], |row| row.get::<_, String>(0))?;
            names.map(|name| name.map(DocumentId::from_stored)).collect::<rusqlite::Result<Vec<_>>>()
        };
        work().map_err(|source| self.fault("find the papers of a record number in", source))
    }

    /// What was keyed blindly of an item as it stands, in that order; what was taken back is not among it.
    pub fn entries(&self, item: &str) -> Result<Vec<KeyedEntry>, LedgerError> {
        let work = || {
            let mut statement = self.connection.prepare(
                "SELECT reviewer, outcome, value FROM decisions
                 WHERE item_name = ?1 AND act = 'key' AND id > coalesce((SELECT since FROM items WHERE name = ?1), 0)
                 AND NOT EXISTS (SELECT 1 FROM decisions AS undone WHERE undone.act = 'undo' AND undone.replaces = decisions.id) ORDER BY id",
            )?;
            let entries = statement.query_map([item], |row| {
                let outcome: String = row.get(1)?;
                Ok(KeyedEntry {
                    reviewer: row.get(0)?,
                    outcome: Outcome::parse(&outcome).ok_or_else(|| unexpected(1, "an outcome"))?,
                    value: row.get(2)?,
                })
            })?;
            entries.collect::<rusqlite::Result<Vec<_>>>()
        };
        work().map_err(|source| self.fault("read the entries of an item of", source))
    }

    /// What turned a source's bytes into words and its words into values, as fingerprints.
    pub fn prints_of(&self, sha256: Sha256) -> Result<String, LedgerError> {
        let sql = "SELECT coalesce(reading_fingerprint, ''), coalesce(understanding_fingerprint, '') FROM sources WHERE result_sha256 = ?1";
        let found = self
            .connection
            .query_row(sql, [sha256.to_string()], |row| Ok(format!("{} {}", row.get::<_, String>(0)?, row.get::<_, String>(1)?)))
            .optional();
        Ok(found.map_err(|source| self.fault("read the sources of", source))?.unwrap_or_default())
    }

    /// The audit of a value: its row and the run that accepted it.
    pub fn audit_of(&self, id: &ValueId) -> Result<Option<(i64, i64)>, LedgerError> {
        let ValueId { sha256, ordinal, page, item, field, machine_value } = id;
        let found = self
            .connection
            .query_row(
                "SELECT id, run FROM audits WHERE sha256 = ?1 AND ordinal = ?2 AND page = ?3 AND item IS ?4 AND field = ?5 AND machine_value = ?6
                 ORDER BY id DESC LIMIT 1",
                params![sha256.to_string(), ordinal, page.get(), item, field.as_str(), machine_value],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional();
        found.map_err(|source| self.fault("read the audits of", source))
    }
}
