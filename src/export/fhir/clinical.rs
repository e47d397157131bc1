//! Problems, medicines, allergies, immunizations and procedures: one resource an item.

use serde_json::json;

use super::datatypes::{Object, absent, concept, date, full_date, object, put, text, token};
use super::draft::{Added, Draft, Evidence, Identity, Item};
use crate::model::{Field, Group};

/// Adds every item whose leading text leaves.
pub(super) fn add_all(draft: &mut Draft<'_>, patient: &Added, reference: &Added) {
    type Make = for<'a, 'b> fn(&'b mut Draft<'a>, &'b Item<'a>, String, &'b mut Vec<Evidence<'a>>) -> Object;
    let groups: [(Group, Field, &str, &str, Make); 5] = [
        (Group::Condition, Field::ConditionText, "Condition", "subject", condition),
        (Group::Medication, Field::MedicationText, "MedicationStatement", "subject", medication),
        (Group::Allergy, Field::AllergyText, "AllergyIntolerance", "patient", allergy),
        (Group::Immunization, Field::VaccineText, "Immunization", "patient", immunization),
        (Group::Procedure, Field::ProcedureText, "Procedure", "subject", procedure),
    ];
    for (group, lead, kind, who, make) in groups {
        for (number, item) in draft.items(group) {
            let Some(&leading) = item.leaving.get(&lead) else { continue };
            let Some(words) = draft.read_value(leading, text) else { continue };
            let lead_element = match kind {
                "MedicationStatement" => "medicationCodeableConcept.text",
                "Immunization" => "vaccineCode.text",
                _ => "code.text",
            };
            let mut evidence = vec![Evidence::at(leading, lead_element)];
            let mut resource = make(draft, &item, words, &mut evidence);
            resource.insert(who.to_owned(), patient.reference());
            if kind == "MedicationStatement" {
                resource.insert("derivedFrom".to_owned(), json!([reference.reference()]));
            }
            draft.add(kind, &format!("{kind}/{number}"), resource, evidence, Identity::Document, !item.waiting.is_empty());
        }
    }
}

/// A part of the item that leaves, read by `read`.
fn part<'a, T>(
    draft: &mut Draft<'a>,
    item: &Item<'a>,
    field: Field,
    evidence: &mut Vec<Evidence<'a>>,
    element: &str,
    read: impl FnOnce(&str) -> Option<T>,
) -> Option<T> {
    let value = *item.leaving.get(&field)?;
    let read = draft.read_value(value, read)?;
    evidence.push(Evidence::at(value, element));
    Some(read)
}

/// `X00` to `X00.XXXX`, as ICD-10-CM writes its codes.
fn icd10(raw: &str) -> Option<String> {
    let code = token(raw)?;
    let (stem, rest) = code.split_once('.').map_or((code.as_str(), None), |(stem, rest)| (stem, Some(rest)));
    let upper = |s: &str| s.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let good = stem.len() == 3
        && upper(stem)
        && stem.as_bytes()[0].is_ascii_uppercase()
        && stem.as_bytes()[1].is_ascii_digit()
        && rest.is_none_or(|rest| (1..=4).contains(&rest.len()) && upper(rest));
    good.then_some(code)
}

fn condition<'a>(draft: &mut Draft<'a>, item: &Item<'a>, words: String, evidence: &mut Vec<Evidence<'a>>) -> Object {
    let mut code = object(json!({"text": words}));
    let icd = part(draft, item, Field::ConditionIcd10, evidence, "code.coding[0].code", icd10);
    put(&mut code, "coding", icd.map(|icd| json!([{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": icd}])));
    let mut condition = object(json!({
        "verificationStatus": concept("http://terminology.hl7.org/CodeSystem/condition-ver-status", "unconfirmed"),
        "category": [concept("http://terminology.hl7.org/CodeSystem/condition-category", "problem-list-item")],
        "code": code,
    }));
    // The day on which the paper said so: R4 has no element for it, US Core uses this extension.
    let url = "http://hl7.org/fhir/StructureDefinition/condition-assertedDate";
    if let Some((date, value)) = draft.read(Field::DocumentDate, full_date) {
        condition.insert("extension".to_owned(), json!([{"url": url, "valueDateTime": date}]));
        evidence.push(Evidence::at(value, "extension[0].valueDateTime"));
    }
    condition
}

fn medication<'a>(draft: &mut Draft<'a>, item: &Item<'a>, words: String, evidence: &mut Vec<Evidence<'a>>) -> Object {
    let mut medication = object(json!({"status": "unknown", "medicationCodeableConcept": {"text": words}}));
    if let Some(sig) = part(draft, item, Field::DosageText, evidence, "dosage[0].text", text) {
        medication.insert("dosage".to_owned(), json!([{"text": sig}]));
    } else if item.waiting.contains(&Field::DosageText) {
        medication.insert("dosage".to_owned(), json!([{"_text": absent(true)}]));
    }
    if let Some((date, value)) = draft.read(Field::DocumentDate, full_date) {
        medication.insert("dateAsserted".to_owned(), date.into());
        evidence.push(Evidence::at(value, "dateAsserted"));
    }
    medication
}

fn allergy<'a>(draft: &mut Draft<'a>, item: &Item<'a>, words: String, evidence: &mut Vec<Evidence<'a>>) -> Object {
    let mut allergy = object(json!({
        "clinicalStatus": concept("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active"),
        "verificationStatus": concept("http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "unconfirmed"),
        "code": {"text": words},
    }));
    if let Some(reaction) = part(draft, item, Field::ReactionText, evidence, "reaction[0].manifestation[0].text", text) {
        allergy.insert("reaction".to_owned(), json!([{"manifestation": [{"text": reaction}]}]));
    } else if item.waiting.contains(&Field::ReactionText) {
        allergy.insert("reaction".to_owned(), json!([{"manifestation": [absent(true)]}]));
    }
    allergy
}

fn immunization<'a>(draft: &mut Draft<'a>, item: &Item<'a>, words: String, evidence: &mut Vec<Evidence<'a>>) -> Object {
    let mut immunization = object(json!({"status": "completed", "primarySource": false, "vaccineCode": {"text": words}}));
    match part(draft, item, Field::VaccineDate, evidence, "occurrenceDateTime", date) {
        Some(day) => immunization.insert("occurrenceDateTime".to_owned(), day.into()),
        // `occurrence[x]` must be there.
        None => {
            immunization.insert("_occurrenceString".to_owned(), absent(item.waiting.contains(&Field::VaccineDate)));
            immunization.insert("occurrenceString".to_owned(), "unknown".into())
        }
    };
    immunization
}

fn procedure<'a>(draft: &mut Draft<'a>, item: &Item<'a>, words: String, evidence: &mut Vec<Evidence<'a>>) -> Object {
    let day = part(draft, item, Field::ProcedureDate, evidence, "performedDateTime", date);
    // Without a day the paper may speak of something planned.
    let mut procedure = object(json!({"status": if day.is_some() { "completed" } else { "unknown" }, "code": {"text": words}}));
    if day.is_none() && item.waiting.contains(&Field::ProcedureDate) {
        procedure.insert("_performedDateTime".to_owned(), absent(true));
    }
    put(&mut procedure, "performedDateTime", day);
    procedure
}

#[cfg(test)]
mod tests {
    use super::icd10;

    #[test]
    fn codes_have_the_form_of_icd_10_cm() {
        for good in ["I10", "E11.9", "M1A.0110", "C7A.00", "S72.001A"] {
            assert_eq!(icd10(good).as_deref(), Some(good));
        }
        for bad in ["", "110", "I1", "IIO", "E11.", "E11.12345", "e11.9", "E11 .9", "401.9"] {
            assert_eq!(icd10(bad), None, "{bad}");
        }
    }
}
