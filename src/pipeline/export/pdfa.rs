//! Scans alone: each document as a searchable PDF/A file.

use std::collections::BTreeMap;

use super::door::{Door, Outcome, Paper};
use super::folder::Folder;
use crate::pipeline::RunError;

const SCANS: &str = "scans";

/// A PDF/A file a document.
#[derive(Default)]
pub(super) struct Pdfs {
    written: u64,
}

impl Door for Pdfs {
    fn document(&mut self, paper: &Paper<'_>, folder: &mut Folder) -> Result<Outcome, RunError> {
        let mut outcome = Outcome::default();
        match paper.scan {
            Some(scan) => {
                folder.write(&paper.path(SCANS, "pdf"), &scan.pdf)?;
                self.written += 1;
            }
            // Why is listed with the scan.
            None => outcome.refused.push("there is no scan of it".to_owned()),
        }
        Ok(outcome)
    }

    fn resources(&self) -> BTreeMap<String, u64> {
        BTreeMap::from([("PDF/A-1b".to_owned(), self.written)])
    }

    fn areas(&self) -> &'static [(&'static str, &'static str)] {
        &[(SCANS, "pdf")]
    }
}
