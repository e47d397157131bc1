//! Finished documents, as the renderers want them: with what people decided laid over what the machine decided.

use rusqlite::{OptionalExtension, Row, params};

use super::{Ledger, LedgerError, claims::unexpected, overlay};
use crate::model::{
    Confidence, DecidedValue, DocumentId, DocumentKind, DocumentRecord, ExtractedValue, Field, FileKind, PageNumber, PercentBox, Sha256,
    SourcePath, Status,
};

/// A document's row.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredDocument {
    /// The document.
    pub record: DocumentRecord,
    /// Probability of its kind, 0.0–1.0.
    pub kind_confidence: f32,
}

/// What [`document`] reads, in its order.
pub(super) const COLUMNS: &str =
    "documents.id, documents.name, documents.ordinal, documents.kind, documents.kind_confidence, documents.pages,
    documents.recorded_at, sources.path, sources.result_sha256, sources.size, sources.kind";
/// What [`value`] reads, in its order.
pub(super) const VALUE_COLUMNS: &str = "page, item, field, value, raw, x, y, width, height, rule, signals, confidence, status, reasons";

impl Ledger {
    /// Every document, in order of their names (bytes), one in memory at a time. Ends after the first error.
    pub fn documents(&self) -> Documents<'_> {
        Documents { ledger: self, last: None, ended: false }
    }

    /// One document by its name.
    pub fn document(&self, id: &DocumentId) -> Result<Option<StoredDocument>, LedgerError> {
        self.load("documents.name = ?1", id.as_str())
    }

    /// Where a document stands in the order in which sources became known, and within its source: what stays when documents are read or understood anew.
    pub fn place_of(&self, id: &DocumentId) -> Result<Option<(i64, u32)>, LedgerError> {
        let found = self
            .connection
            .query_row("SELECT source, ordinal FROM documents WHERE name = ?1", [id.as_str()], |row| Ok((row.get(0)?, row.get(1)?)));
        found.optional().map_err(|source| self.fault("read a document of", source))
    }

    fn document_after(&self, name: Option<&str>) -> Result<Option<StoredDocument>, LedgerError> {
        match name {
            None => self.load("documents.name >= ?1", ""),
            Some(name) => self.load("documents.name > ?1", name),
        }
    }

    fn load(&self, condition: &str, name: &str) -> Result<Option<StoredDocument>, LedgerError> {
        let work = || {
            let sql = format!(
                "SELECT {COLUMNS} FROM documents JOIN sources ON sources.id = documents.source WHERE {condition} ORDER BY documents.name LIMIT 1"
            );
            let Some((row, mut stored)) =
                self.connection.query_row(&sql, [name], |row| Ok((row.get::<_, i64>(0)?, document(row)?))).optional()?
            else {
                return Ok(None);
            };
            let sql = format!("SELECT {VALUE_COLUMNS} FROM document_values WHERE document = ?1 ORDER BY item, field, id");
            let mut statement = self.connection.prepare(&sql)?;
            stored.record.values = statement.query_map(params![row], value)?.collect::<Result<_, _>>()?;
            // Item and field in the order of the model, not of the texts.
            stored.record.values.sort_by_key(|v| (v.extracted.item, v.extracted.field));
            overlay::overlay(&self.connection, &mut stored.record)?;
            Ok(Some(stored))
        };
        work().map_err(|source| self.fault("read a document of", source))
    }
}

/// Documents one after another: one statement each and not one long one, since a reader that lasts keeps the WAL from being folded in.
pub struct Documents<'a> {
    ledger: &'a Ledger,
    last: Option<String>,
    ended: bool,
}

impl Iterator for Documents<'_> {
    type Item = Result<DocumentRecord, LedgerError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        match self.ledger.document_after(self.last.as_deref()) {
            Ok(Some(stored)) => {
                self.last = Some(stored.record.id.as_str().to_owned());
                Some(Ok(stored.record))
            }
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(error) => {
                self.ended = true;
                Some(Err(error))
            }
        }
    }
}

pub(super) fn document(row: &Row<'_>) -> rusqlite::Result<StoredDocument> {
    let (kind, pages): (String, String) = (row.get(3)?, row.get(5)?);
    let (digest, file_kind): (String, Option<String>) = (row.get(8)?, row.get(10)?);
    let pages: Vec<u32> = serde_json::from_str(&pages).map_err(|_| unexpected(5, "a list of pages"))?;
    Ok(StoredDocument {
        record: DocumentRecord {
            id: DocumentId::from_stored(row.get::<_, String>(1)?),
            source: SourcePath::new(row.get::<_, String>(7)?),
            sha256: Sha256::from_hex(&digest).ok_or_else(|| unexpected(8, "a digest"))?,
            size: row.get::<_, i64>(9)?.unsigned_abs(),
            file_kind: file_kind.and_then(|kind| FileKind::parse(&kind)).ok_or_else(|| unexpected(10, "a kind of file"))?,
            ordinal: row.get(2)?,
            pages: pages.into_iter().map(PageNumber::new).collect(),
            kind: DocumentKind::parse(&kind).ok_or_else(|| unexpected(3, "a kind of document"))?,
            values: Vec::new(),
            recorded_at: row.get(6)?,
        },
        kind_confidence: row.get(4)?,
    })
}

pub(super) fn value(row: &Row<'_>) -> rusqlite::Result<DecidedValue> {
    let (field, signals, status, reasons): (String, String, String, String) = (row.get(2)?, row.get(10)?, row.get(12)?, row.get(13)?);
    let place = match (row.get(5)?, row.get(6)?, row.get(7)?, row.get(8)?) {
        (Some(x), Some(y), Some(width), Some(height)) => Some(PercentBox { x, y, width, height }),
        _ => None,
    };
    Ok(DecidedValue {
        extracted: ExtractedValue {
            field: Field::parse(&field).ok_or_else(|| unexpected(2, "a field"))?,
            item: row.get(1)?,
            value: row.get(3)?,
            raw: row.get(4)?,
            page: PageNumber::new(row.get(0)?),
            place,
            label_place: None,
            rule: row.get(9)?,
            signals: serde_json::from_str(&signals).map_err(|_| unexpected(10, "signals"))?,
        },
        confidence: Confidence::new(row.get(11)?),
        status: Status::parse(&status).ok_or_else(|| unexpected(12, "a status"))?,
        reasons: serde_json::from_str(&reasons).map_err(|_| unexpected(13, "reasons"))?,
    })
}
