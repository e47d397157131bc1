//! A document as HL7 CDA R2: its scan in a C-CDA Unstructured Document, which is an IHE XDS-SD document too where all is known that this asks for.
//!
//! Decisions, with their reasons:
//! * **One file for both**: the union of what the two demand, and the template ids of those that are fulfilled. What XDS-SD lacks is said for every document
//!   ([`Document::not_xds_sd`]): its demands, unlike C-CDA's, may not be met by `nullFlavor`.
//! * **Only about a patient who is certain**, as receivers file by the record number. What else the paper does not say, or nobody accepted, is `nullFlavor="UNK"`: never guessed.
//! * **The time of the scan** is known only where the site says that it scans on the day on which chartlift takes the papers (`scanned_at_intake`). Otherwise
//!   `effectiveTime` is when the ledger took the document, which C-CDA allows and XDS-SD does not.
//! * The document's id is its UUID as an OID under 2.25, so that a document made anew is the same one.
//! * The header is in English; the papers' language stands at the body if it is another.

mod demands;
mod header;
mod xml;

pub use demands::settings_wanted;

use super::Scan;
use super::facts::Facts;
use super::fhir::{ExportContext, LeftOut};
use crate::model::DocumentRecord;

/// A rendered document.
#[derive(Clone, Debug)]
pub struct Document {
    /// The XML text in UTF-8.
    pub xml: Vec<u8>,
    /// What it lacks to be an XDS-SD document, in words that name nothing that stands on the paper; empty if it is one.
    pub not_xds_sd: Vec<String>,
    /// Values that may leave, have a place in the document and a form that does not fit there.
    pub left_out: Vec<LeftOut>,
}

/// Renders a document and its scan. The same record, context and scan give the same bytes.
///
/// # Errors
/// Why it is refused, in words that name nothing that stands on the paper.
pub fn cda(record: &DocumentRecord, context: &ExportContext, scan: Option<&Scan>) -> Result<Document, Vec<String>> {
    let mut facts = Facts::of(record);
    let (number, scan) = facts.certain_with_scan(record, context, scan)?;
    let unset = settings_wanted(&context.settings);
    if !unset.is_empty() {
        return Err(vec![format!("settings are wanted: {}", unset.join(", "))]);
    }
    let not_xds_sd = demands::of_xds_sd(&mut facts, context);
    let written = header::write(&mut facts, &number, record, context, scan, not_xds_sd.is_empty());
    let xml = written.map_err(|error| vec![format!("the document cannot be written: {error}")])?;
    Ok(Document { xml, not_xds_sd, left_out: facts.left_out() })
}

#[cfg(test)]
mod tests;
