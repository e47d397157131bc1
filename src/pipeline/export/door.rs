//! What a form of export has to be able to do.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::folder::Folder;
use crate::export::fhir::{ExportContext, LeftOut};
use crate::export::{Scan, document_path};
use crate::model::DocumentRecord;
use crate::pipeline::RunError;

/// A document on its way out.
pub(in crate::pipeline) struct Paper<'a> {
    /// The document.
    pub record: &'a DocumentRecord,
    /// Whether another document has its name but for the case.
    pub twin: bool,
    /// What holds besides it.
    pub context: &'a ExportContext,
    /// Its pages as a PDF file; `None` if none was wanted, or none is to be had.
    pub scan: Option<&'a Scan>,
}

impl Paper<'_> {
    /// The path of its file below a folder.
    pub fn path(&self, folder: &str, extension: &str) -> std::path::PathBuf {
        document_path(folder, extension, &self.record.id, self.twin)
    }
}

/// What became of a document.
#[derive(Default)]
pub(in crate::pipeline) struct Outcome {
    /// Why it was refused as a whole, in words that name no text of the page; empty if it went out.
    pub refused: Vec<String>,
    /// Values that may leave and did not.
    pub left_out: Vec<LeftOut>,
}

/// A form of export. Documents of a person come one after another, by date and name; people in the order of their first document's name.
pub(in crate::pipeline) trait Door {
    /// Renders a document and writes what is ready.
    fn document(&mut self, paper: &Paper<'_>, folder: &mut Folder) -> Result<Outcome, RunError>;

    /// Whether a document's scan is of use: not for one that is refused anyhow.
    fn wants_scan(&self, _record: &DocumentRecord, _context: &ExportContext) -> bool {
        true
    }

    /// All documents of a person were handed over.
    fn person_done(&mut self, _folder: &mut Folder) -> Result<Outcome, RunError> {
        Ok(Outcome::default())
    }

    /// All documents were handed over. What is said in `_told` stands in the manifest.
    fn finish(&mut self, _folder: &mut Folder, _told: &mut Map<String, Value>) -> Result<(), RunError> {
        Ok(())
    }

    /// How many resources of each type were written, or whatever takes their place.
    fn resources(&self) -> BTreeMap<String, u64>;

    /// Folders and extensions of what it writes: files of earlier exports that lie there and are not written any more go.
    fn areas(&self) -> &'static [(&'static str, &'static str)];
}
