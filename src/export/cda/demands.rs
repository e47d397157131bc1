//! What the two standards ask for.

use super::Facts;
use crate::export::facility::is_oid;
use crate::export::fhir::{ExportContext, ExportSettings, date};
use crate::export::terms::DOORS;
use crate::model::Field;

/// Settings without which no CDA document can be made: who keeps it, and who gives out the patients' numbers.
pub fn settings_wanted(settings: &ExportSettings) -> Vec<&'static str> {
    let facility = &settings.facility;
    let mut wanted = Vec::new();
    if !settings.mrn_system.strip_prefix("urn:oid:").is_some_and(is_oid) {
        wanted.push("export.mrn_system as urn:oid:…");
    }
    for (key, value) in [("export.facility.name", &facility.name), ("export.facility.oid", &facility.oid)] {
        if value.is_empty() {
            wanted.push(key);
        }
    }
    wanted
}

/// What is lacking for IHE XDS-SD (ITI TF-3, 5.2.3), in words.
pub(super) fn of_xds_sd(facts: &mut Facts, context: &ExportContext) -> Vec<String> {
    let facility = &context.settings.facility;
    let mut lacks = Vec::new();
    for (key, known, what) in [
        ("scanned_at_intake", facility.scanned_at_intake, "the time of the scan"),
        ("operator_id", !facility.operator_id.is_empty(), "who scanned it"),
        ("scanner", !facility.scanner.is_empty(), "the scanner's model"),
        ("scanner_oid", !facility.scanner_oid.is_empty(), "the scanner's OID"),
        ("country", !facility.country.is_empty(), "the country of the custodian"),
        ("patients_country", !facility.patients_country.is_empty(), "the country of the patient's address"),
    ] {
        if !known {
            lacks.push(format!("{what} is not known: see export.facility.{key}"));
        }
    }
    let birth = facts.read(Field::BirthDate, date).is_some();
    let sex = facts.text(Field::Gender).and_then(|gender| DOORS.sex.get(gender)).is_some_and(|codes| codes.v3.is_some());
    for (known, what) in [
        (facts.text(Field::Family).is_some(), "family name"),
        (facts.text(Field::Given).is_some(), "given name"),
        (birth, "birth date"),
        (sex, "sex"),
        (facts.kind().is_some(), "kind of document"),
    ] {
        if !known {
            lacks.push(format!("no {what} was accepted"));
        }
    }
    lacks
}
