//! What the reviewer's station looks up: documents by what decisions are tied to, single pages, papers of one record number.

use std::path::Path;

use rusqlite::{OpenFlags, OptionalExtension, params};

use super::{Ledger, LedgerError, PageRecord, claims::unexpected, record};
use crate::model::{DocumentId, PageNumber, PageOutcome, Sha256, SourcePath};

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
}
