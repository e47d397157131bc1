//! `review/recall.csv`: what had left in values that a check found wrong, or that are suspect since the audit of their field raised an alarm. One row a
//! value and resource; whoever has loaded the bundles looks here for what to put right, by the resource's full URL. Rows are added and never taken away.

use std::io::Write;

use super::guard;
use crate::export::{ExportError, squeeze};
use crate::model::{DocumentId, Field, PageNumber};

/// The columns, in order.
pub const RECALL_HEADER: [&str; 10] = ["found", "why", "document", "page", "item", "field", "run", "bundle", "resource", "full_url"];

/// A value that had left, and a resource that carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecallRow {
    /// When it was found that it has to be called back, as text.
    pub found: String,
    /// Whether a person found it wrong; else it is suspect because of others.
    pub wrong: bool,
    /// Its document.
    pub document: DocumentId,
    /// Its page.
    pub page: PageNumber,
    /// Its item.
    pub item: Option<u32>,
    /// Its field.
    pub field: Field,
    /// Number of the run that accepted it.
    pub run: i64,
    /// The bundle's path below the archive.
    pub bundle: String,
    /// FHIR type of a resource that carried it; empty if it had left in fields.csv alone.
    pub resource: String,
    /// The resource's full URL.
    pub url: String,
}

/// Writes the list, in the order given.
pub fn recall_csv(rows: &[RecallRow], out: impl Write) -> Result<(), ExportError> {
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    let failed = |source| ExportError::Render { what: "review/recall.csv", source };
    table.write_record(RECALL_HEADER).map_err(|error| failed(error.into()))?;
    for row in rows {
        let item = row.item.map_or_else(String::new, |item| item.to_string());
        let (page, run, document) = (row.page.to_string(), row.run.to_string(), squeeze(row.document.as_str()));
        let why = if row.wrong { "wrong" } else { "suspect" };
        let (document, bundle) = (guard(&document), guard(&row.bundle));
        let cells = [&*row.found, why, &document, &page, &item, row.field.as_str(), &run, &bundle, &row.resource, &row.url];
        table.write_record(cells).map_err(|error| failed(error.into()))?;
    }
    table.flush().map_err(failed)
}
