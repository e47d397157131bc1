//! The code tables of config/doors.toml.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::model::DocumentKind;

/// The tables.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DoorTerms {
    document_types: BTreeMap<DocumentKind, String>,
    patient_classes: BTreeMap<DocumentKind, String>,
    pub sex: BTreeMap<String, SexCodes>,
    pub marital_status: BTreeMap<String, MaritalStatus>,
}

/// Codes of a sex; `None` where a standard has none.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SexCodes {
    pub v2: Option<String>,
    pub v3: Option<String>,
    pub dicom: Option<String>,
}

/// A marital status.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MaritalStatus {
    pub v2: Option<String>,
    pub name: String,
}

impl DoorTerms {
    /// HL7 v2's document type: table 0270's code, or the LOINC code of kinds that it lacks.
    pub fn document_type(&self, kind: DocumentKind) -> &str {
        self.document_types.get(&kind).map_or(kind.as_str(), String::as_str)
    }

    /// HL7 v2's patient class.
    pub fn patient_class(&self, kind: Option<DocumentKind>) -> &str {
        kind.and_then(|kind| self.patient_classes.get(&kind)).map_or("U", String::as_str)
    }
}

/// The tables that are compiled in. A test reads them, so that a fault in the file never reaches a user.
pub(crate) static DOORS: LazyLock<DoorTerms> =
    LazyLock::new(|| toml::from_str(include_str!("../../config/doors.toml")).expect("config/doors.toml is compiled in and tested"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_whole() {
        assert_eq!(DOORS.document_type(DocumentKind::DischargeSummary), "DS");
        assert_eq!(DOORS.document_type(DocumentKind::InsuranceCard), "64290-0");
        assert_eq!(DOORS.patient_class(None), "U");
        for gender in ["male", "female", "other", "unknown"] {
            assert!(DOORS.sex.contains_key(gender), "{gender}");
        }
        for code in "ADILMPSTWC".chars() {
            assert!(DOORS.marital_status.contains_key(&code.to_string()), "{code}");
        }
    }
}
