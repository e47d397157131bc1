//! The FHIR forms of export.

use std::collections::BTreeMap;

use super::door::{Door, Outcome, Paper};
use super::folder::Folder;
use crate::export::fhir;
use crate::pipeline::RunError;

const BUNDLES: &str = "bundles";

/// A transaction Bundle a document.
#[derive(Default)]
pub(super) struct Bundles {
    resources: BTreeMap<String, u64>,
}

impl Door for Bundles {
    fn document(&mut self, paper: &Paper<'_>, folder: &mut Folder) -> Result<Outcome, RunError> {
        let rendering = fhir::render(paper.record, paper.context, paper.scan);
        for resource in &rendering.resources {
            *self.resources.entry(resource.kind.clone()).or_default() += 1;
        }
        let bundle = fhir::transaction(rendering);
        folder.write(&paper.path(BUNDLES, "json"), &bundle.json)?;
        Ok(Outcome { left_out: bundle.left_out, ..Outcome::default() })
    }

    fn resources(&self) -> BTreeMap<String, u64> {
        self.resources.clone()
    }

    fn areas(&self) -> &'static [(&'static str, &'static str)] {
        &[(BUNDLES, "json")]
    }
}
