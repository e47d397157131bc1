//! Results: what was read of a source and what was made of it, with the fact that it is done, in one transaction.

use std::io::{Read, Write};

use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};

use super::{Fingerprints, Ledger, LedgerError, RunKey, SourceKey};
use crate::model::{
    DecidedValue, DocumentId, DocumentKind, FailureKind, Origin, PageNumber, PageOutcome, PageReading, Sha256, SourceFailure,
};

/// No page's words take more than this: the limit when unpacking, in bytes.
const READING_AT_MOST: u64 = 64 << 20;

/// What became of one page.
#[derive(Clone, Debug, PartialEq)]
pub struct PageRecord {
    /// Its number in the source.
    pub number: PageNumber,
    /// Where it went.
    pub outcome: PageOutcome,
    /// Why it failed.
    pub failure: Option<SourceFailure>,
    /// What a separator sheet's bar code says.
    pub separator: Option<String>,
    /// How many words were read.
    pub words: u32,
    /// Mean word confidence, 0.0–1.0.
    pub mean_confidence: Option<f32>,
    /// The packed words of a page that was read.
    pub reading: Option<Vec<u8>>,
}

impl PageRecord {
    /// A page that was read. Its reading is packed at once: in this form it waits for the rest of its source in a tenth of the memory.
    pub fn read(reading: &PageReading) -> std::io::Result<Self> {
        Ok(Self {
            words: u32::try_from(reading.words.len()).unwrap_or(u32::MAX),
            mean_confidence: Some(reading.quality.mean_confidence),
            reading: Some(pack(reading)?),
            ..Self::plain(reading.number, PageOutcome::Read)
        })
    }

    /// A page without words.
    pub fn plain(number: PageNumber, outcome: PageOutcome) -> Self {
        Self { number, outcome, failure: None, separator: None, words: 0, mean_confidence: None, reading: None }
    }

    /// A separator sheet.
    pub fn separator(number: PageNumber, code: String) -> Self {
        Self { separator: Some(code), ..Self::plain(number, PageOutcome::Separator) }
    }

    /// A page that could not be read.
    pub fn failed(number: PageNumber, failure: SourceFailure) -> Self {
        Self { failure: Some(failure), ..Self::plain(number, PageOutcome::Failed) }
    }

    /// The same page as page `number` of another source; `None` if what is stored cannot be what was written.
    pub fn renumbered(mut self, number: PageNumber) -> Option<Self> {
        self.number = number;
        if self.reading.is_some() {
            let reading = PageReading { number, ..self.unpack()? };
            self.reading = Some(pack(&reading).ok()?);
        }
        Some(self)
    }

    /// The words, unpacked; `None` if the page has none or what is stored cannot be what was written.
    pub fn unpack(&self) -> Option<PageReading> {
        let mut json = Vec::new();
        flate2::read::ZlibDecoder::new(self.reading.as_deref()?).take(READING_AT_MOST).read_to_end(&mut json).ok()?;
        serde_json::from_slice(&json).ok()
    }
}

fn pack(reading: &PageReading) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    serde_json::to_writer(&mut encoder, reading)?;
    encoder.flush()?;
    encoder.finish()
}

/// What was made of one document.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentResult {
    /// Its name.
    pub id: DocumentId,
    /// 1-based ordinal within the source.
    pub ordinal: u32,
    /// Its pages, ascending.
    pub pages: Vec<PageNumber>,
    /// The kind that it was taken for.
    pub kind: DocumentKind,
    /// Probability of the kind, 0.0–1.0.
    pub kind_confidence: f32,
    /// Form and captures.
    pub origin: Origin,
    /// All values with the decision.
    pub values: Vec<DecidedValue>,
}

/// What became of one source.
#[derive(Clone, Debug)]
pub struct SourceResult {
    /// The source.
    pub key: SourceKey,
    /// The digest of the bytes that were read.
    pub sha256: Sha256,
    /// Pages as the decoder counts them; 1 where it cannot say.
    pub pages_in: u32,
    /// Every page, once.
    pub pages: Vec<PageRecord>,
    /// Why the source as a whole, or the rest of it, could not be read.
    pub failure: Option<SourceFailure>,
    /// Its documents.
    pub documents: Vec<DocumentResult>,
}

impl Ledger {
    /// Records a source's result, replaces the one before, and marks the source as done: one transaction, on disk when this returns.
    pub fn record(&mut self, run: RunKey, fingerprints: &Fingerprints, result: &SourceResult) -> Result<(), LedgerError> {
        let at = self.stamp();
        let work = |connection: &mut rusqlite::Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let key = result.key.0;
            transaction.execute("DELETE FROM documents WHERE source = ?1", [key])?;
            transaction.execute("DELETE FROM pages WHERE source = ?1", [key])?;
            write_pages(&transaction, key, &result.pages)?;
            write_documents(&transaction, run, key, &result.documents, at)?;
            let outcome = if result.pages.iter().all(|page| page.outcome == PageOutcome::Failed) { "failed" } else { "read" };
            transaction.execute(
                "UPDATE sources SET outcome = ?2, result_sha256 = ?3, reading_fingerprint = ?4, understanding_fingerprint = ?5,
                 pages_in = ?6, failure_kind = ?7, failure_detail = ?8, recorded_at = ?9, run = ?10 WHERE id = ?1",
                params![
                    key,
                    outcome,
                    result.sha256.to_string(),
                    fingerprints.reading,
                    fingerprints.understanding,
                    result.pages_in,
                    result.failure.as_ref().map(|f| f.kind.as_str()),
                    result.failure.as_ref().map(|f| f.detail.as_str()),
                    at,
                    run.0
                ],
            )?;
            transaction.execute("DELETE FROM in_flight WHERE source = ?1", [key])?;
            transaction.execute("DELETE FROM suspects WHERE source = ?1", [key])?;
            transaction.commit()
        };
        work(&mut self.connection).map_err(|source| self.fault("record a result in", source))
    }

    /// Replaces a source's documents by those that were made anew of the words that are kept.
    pub fn record_understanding(
        &mut self,
        run: RunKey,
        key: SourceKey,
        fingerprint: &str,
        documents: &[DocumentResult],
    ) -> Result<(), LedgerError> {
        let at = self.stamp();
        let work = |connection: &mut rusqlite::Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute("DELETE FROM documents WHERE source = ?1", [key.0])?;
            write_documents(&transaction, run, key.0, documents, at)?;
            transaction.execute(
                "UPDATE sources SET understanding_fingerprint = ?2, recorded_at = ?3, run = ?4 WHERE id = ?1",
                params![key.0, fingerprint, at, run.0],
            )?;
            transaction.commit()
        };
        work(&mut self.connection).map_err(|source| self.fault("record a result in", source))
    }

    /// The pages of a source with this path, as recorded; none if there is no such source.
    pub fn pages_at(&self, path: &crate::model::SourcePath) -> Result<Vec<PageRecord>, LedgerError> {
        let key: Option<i64> = self
            .connection
            .query_row("SELECT id FROM sources WHERE path = ?1", [path.as_str()], |row| row.get(0))
            .optional()
            .map_err(|source| self.fault("read the sources of", source))?;
        key.map_or(Ok(Vec::new()), |key| Ok(self.pages(SourceKey(key))?.1))
    }

    /// A source's path and its pages, as recorded.
    pub fn pages(&self, key: SourceKey) -> Result<(crate::model::SourcePath, Vec<PageRecord>), LedgerError> {
        let work = || {
            let path: Option<String> =
                self.connection.query_row("SELECT path FROM sources WHERE id = ?1", [key.0], |row| row.get(0)).optional()?;
            let mut statement = self.connection.prepare(&format!("SELECT {PAGE_COLUMNS} FROM pages WHERE source = ?1 ORDER BY number"))?;
            let pages = statement.query_map([key.0], page)?.collect::<Result<Vec<_>, _>>()?;
            Ok((crate::model::SourcePath::new(path.unwrap_or_default()), pages))
        };
        work().map_err(|source| self.fault("read the pages of", source))
    }
}

/// What [`page`] reads, in its order.
pub(super) const PAGE_COLUMNS: &str = "number, outcome, failure_kind, failure_detail, separator, words, mean_confidence, reading";

pub(super) fn page(row: &rusqlite::Row<'_>) -> rusqlite::Result<PageRecord> {
    let outcome: String = row.get(1)?;
    let failure: Option<String> = row.get(2)?;
    let detail: Option<String> = row.get(3)?;
    Ok(PageRecord {
        number: PageNumber::new(row.get(0)?),
        outcome: PageOutcome::parse(&outcome).ok_or_else(|| super::claims::unexpected(1, "an outcome"))?,
        failure: failure.and_then(|kind| FailureKind::parse(&kind)).map(|kind| SourceFailure::new(kind, detail.unwrap_or_default())),
        separator: row.get(4)?,
        words: row.get(5)?,
        mean_confidence: row.get(6)?,
        reading: row.get(7)?,
    })
}

fn write_pages(transaction: &Transaction<'_>, key: i64, pages: &[PageRecord]) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare(
        "INSERT INTO pages (source, number, outcome, failure_kind, failure_detail, separator, words, mean_confidence, reading)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for page in pages {
        statement.execute(params![
            key,
            page.number.get(),
            page.outcome.as_str(),
            page.failure.as_ref().map(|f| f.kind.as_str()),
            page.failure.as_ref().map(|f| f.detail.as_str()),
            page.separator,
            page.words,
            page.mean_confidence,
            page.reading
        ])?;
    }
    Ok(())
}

fn write_documents(transaction: &Transaction<'_>, run: RunKey, key: i64, documents: &[DocumentResult], at: i64) -> rusqlite::Result<()> {
    for document in documents {
        let pages: Vec<u32> = document.pages.iter().map(|page| page.get()).collect();
        transaction.execute(
            "INSERT INTO documents (source, ordinal, name, kind, kind_confidence, pages, recorded_at, origin) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                key,
                document.ordinal,
                document.id.as_str(),
                document.kind.as_str(),
                document.kind_confidence,
                json(&pages)?,
                at,
                json(&document.origin)?
            ],
        )?;
        let row = transaction.last_insert_rowid();
        let mut statement = transaction.prepare(
            "INSERT INTO document_values (document, page, item, field, value, raw, x, y, width, height, rule, signals, confidence, status, reasons, decided_run)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        )?;
        for value in &document.values {
            let extracted = &value.extracted;
            let place = extracted.place;
            statement.execute(params![
                row,
                extracted.page.get(),
                extracted.item,
                extracted.field.as_str(),
                extracted.value,
                extracted.raw,
                place.map(|p| p.x),
                place.map(|p| p.y),
                place.map(|p| p.width),
                place.map(|p| p.height),
                extracted.rule,
                json(&extracted.signals)?,
                value.confidence.get(),
                value.status.as_str(),
                json(&value.reasons)?,
                run.0
            ])?;
        }
    }
    Ok(())
}

pub(super) fn json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}
