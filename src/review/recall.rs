//! `review/recall.csv`: what had left in values of a field before its audit raised an alarm. One row a value and resource; whoever has loaded the
//! bundles looks here for what to check, by the resource's full URL. Rows are added and never taken away.

use std::io::Write;

use super::guard;
use crate::export::{ExportError, squeeze};
use crate::model::{DocumentId, Field, PageNumber};

/// The columns, in order.
pub const RECALL_HEADER: [&str; 9] = ["alarm", "document", "page", "item", "field", "run", "bundle", "resource", "full_url"];

/// A value that had left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecallRow {
    /// When the alarm was raised, as text.
    pub alarm: String,
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
        let cells = [&*row.alarm, &guard(&document), &page, &item, row.field.as_str(), &run, &guard(&row.bundle), &row.resource, &row.url];
        table.write_record(cells).map_err(|error| failed(error.into()))?;
    }
    table.flush().map_err(failed)
}
