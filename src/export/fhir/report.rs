//! The DiagnosticReport of a laboratory or imaging report: its results, its conclusion, and the scan at the same address as the DocumentReference's
//! (US Core, Clinical Notes: CONF-0220, CONF-0221).

use serde_json::{Value, json};

use super::datatypes::{LOINC, absent, full_date, named_concept, object, put, text};
use super::document::{People, author, reading_status};
use super::draft::{Added, Draft, Evidence, Identity};
use super::terms::TERMS;
use crate::model::{DocumentKind, Field};

/// Adds the report, if the document is one.
pub(super) fn add(
    draft: &mut Draft<'_>,
    patient: &Added,
    people: &People,
    encounter: Option<&Added>,
    attachment: &Value,
    results: &[Added],
) {
    let Some((kind, value)) = draft.read(Field::DocumentType, |raw| DocumentKind::parse(raw.trim())) else { return };
    let Some(term) = TERMS.reports.get(&kind) else { return };
    let mut evidence = vec![Evidence::at(value, "code.coding[0].code")];
    let mut report = object(json!({
        "status": reading_status(draft),
        "category": [named_concept(&term.system, &term.code, &term.display)],
        "code": named_concept(LOINC, kind.as_str(), kind.display()),
        "subject": patient.reference(),
        "presentedForm": [attachment],
    }));
    put(&mut report, "encounter", encounter.map(Added::reference));
    // The paper's day is the last on which the specimen can have been taken, or the picture made.
    match draft.read(Field::DocumentDate, full_date) {
        Some((day, value)) => {
            report.insert("effectivePeriod".to_owned(), json!({"end": day}));
            evidence.push(Evidence::at(value, "effectivePeriod.end"));
        }
        None => {
            report.insert("_effectiveDateTime".to_owned(), absent(draft.waits(Field::DocumentDate)));
        }
    }
    // The letterhead is the service that answers for the report; the one who signed it has read the pictures.
    put(&mut report, "performer", people.organization.as_ref().map(|house| json!([house.reference()])));
    put(&mut report, "resultsInterpreter", author(draft, people).map(|author| json!([author.reference()])));
    let results: Vec<Value> = results.iter().map(Added::reference).collect();
    put(&mut report, "result", (!results.is_empty()).then_some(results));
    if let Some(section) = term.conclusion
        && let Some((words, value)) = draft.read(section.field(), text)
    {
        report.insert("conclusion".to_owned(), words.into());
        evidence.push(Evidence::at(value, "conclusion"));
    }
    let waits = draft.waits(Field::DocumentDate) || term.conclusion.is_some_and(|section| draft.waits(section.field()));
    draft.add("DiagnosticReport", "DiagnosticReport", report, evidence, Identity::Document, waits);
}
