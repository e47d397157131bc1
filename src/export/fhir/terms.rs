//! The code tables of config/fhir.toml.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::model::{DocumentKind, Section};

/// The tables.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Terms {
    pub vital_signs: BTreeSet<String>,
    pub vital_units: BTreeMap<String, Vec<String>>,
    pub wider: BTreeMap<String, String>,
    pub interpretations: BTreeMap<String, String>,
    pub encounter_classes: BTreeMap<DocumentKind, String>,
    pub reports: BTreeMap<DocumentKind, ReportTerm>,
    authored: Kinds,
    administrative: Kinds,
    sections: BTreeMap<Section, SectionTerm>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kinds {
    kinds: BTreeSet<DocumentKind>,
}

/// The category of a kind of report, and the section that draws its conclusion.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportTerm {
    pub system: String,
    pub code: String,
    pub display: String,
    pub conclusion: Option<Section>,
}

/// A section's title and code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SectionTerm {
    pub title: String,
    loinc: String,
    only: Option<DocumentKind>,
}

impl Terms {
    /// Whether the practitioner of such a document is its author or signer.
    pub fn is_authored(&self, kind: DocumentKind) -> bool {
        self.authored.kinds.contains(&kind)
    }

    /// Whether such a document is a clinical note.
    pub fn is_clinical(&self, kind: DocumentKind) -> bool {
        !self.administrative.kinds.contains(&kind)
    }

    /// The section's title, and its LOINC code within a document of the kind.
    pub fn section(&self, section: Section, kind: Option<DocumentKind>) -> (&str, Option<&str>) {
        match self.sections.get(&section) {
            Some(term) => (&term.title, (term.only.is_none() || term.only == kind).then_some(term.loinc.as_str())),
            None => (section.as_str(), None),
        }
    }
}

/// The tables that are compiled in. A test reads them, so that a fault in the file never reaches a user.
pub(super) static TERMS: LazyLock<Terms> =
    LazyLock::new(|| toml::from_str(include_str!("../../../config/fhir.toml")).expect("config/fhir.toml is compiled in and tested"));

/// Whether the practitioner of such a document is its author or signer.
pub(in crate::export) fn is_authored(kind: DocumentKind) -> bool {
    TERMS.is_authored(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_has_a_title_and_a_code() {
        for &section in Section::ALL {
            assert!(TERMS.sections.contains_key(&section), "{section}");
        }
        assert_eq!(TERMS.section(Section::Findings, Some(DocumentKind::OperativeNote)), ("Findings", None));
        assert_eq!(TERMS.section(Section::Findings, Some(DocumentKind::ImagingReport)), ("Findings", Some("18782-3")));
    }
}
