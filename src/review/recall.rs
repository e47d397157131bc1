//! `review/recall.csv`: what had left in values that a check found wrong, or that are suspect since the audit of their field raised an alarm. One row a
//! value and resource; whoever has loaded the bundles looks here for what to put right, by the resource's full URL. Rows are added and never taken away.

use std::io::Write;

use super::guard;
use crate::export::{ExportError, squeeze};
use crate::model::Recall;

/// The columns, in order.
pub const RECALL_HEADER: [&str; 10] = ["found", "why", "document", "page", "item", "field", "run", "bundle", "resource", "full_url"];

/// Writes the list, in the order given: when each was found, as text, and what.
pub fn recall_csv(rows: &[(String, Recall)], out: impl Write) -> Result<(), ExportError> {
    let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    let failed = |source| ExportError::Render { what: "review/recall.csv", source };
    table.write_record(RECALL_HEADER).map_err(|error| failed(error.into()))?;
    for (found, row) in rows {
        let item = row.item.map_or_else(String::new, |item| item.to_string());
        let (page, run, document) = (row.page.to_string(), row.run.to_string(), squeeze(row.document.as_str()));
        let why = if row.wrong { "wrong" } else { "suspect" };
        let (document, bundle) = (guard(&document), guard(&row.bundle));
        let cells = [found.as_str(), why, &document, &page, &item, row.field.as_str(), &run, &bundle, &row.resource, &row.url];
        table.write_record(cells).map_err(|error| failed(error.into()))?;
    }
    table.flush().map_err(failed)
}
