//! A finished document as the ledger keeps it and as the renderers see it.

use super::{DecidedValue, DocumentId, DocumentKind, FileKind, PageNumber, Sha256, SourcePath};

/// One document with all that was decided of it.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentRecord {
    /// Its name.
    pub id: DocumentId,
    /// The file that it stands in.
    pub source: SourcePath,
    /// The file's digest.
    pub sha256: Sha256,
    /// The file's size in bytes.
    pub size: u64,
    /// The file's kind.
    pub file_kind: FileKind,
    /// 1-based ordinal within the source.
    pub ordinal: u32,
    /// The pages with text that belong to the document, ascending.
    pub pages: Vec<PageNumber>,
    /// The kind that it was taken for.
    pub kind: DocumentKind,
    /// All values, sorted by item, field.
    pub values: Vec<DecidedValue>,
    /// When the ledger took the document, seconds since 1970-01-01 UTC.
    pub recorded_at: i64,
}
