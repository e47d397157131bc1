//! The QuestionnaireResponse of a document: every value that may leave, as it stands, whether or not FHIR has a better place for it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::datatypes::{Object, date, instant, object, put, text};
use super::document::reading_status;
use super::draft::{Added, Draft, Evidence, Identity};
use super::patient::masked_ssn;
use crate::export::fields_csv::in_order;
use crate::model::{DecidedValue, Field, Group, Status, ValueForm};

/// The list of fields as a Questionnaire, and its version, which changes with the list.
const QUESTIONNAIRE: &str = "urn:chartlift:questionnaire:fields|1";

/// Adds the response if there is an answer in it.
pub(super) fn add(draft: &mut Draft<'_>, patient: &Added, encounter: Option<&Added>, device: &Added) {
    if !draft.context.settings.questionnaire_response {
        return;
    }
    let record = draft.record;
    let mut evidence: Vec<Evidence<'_>> = Vec::new();
    let mut items: Vec<Value> = Vec::new();
    let mut groups: BTreeMap<(Group, u32), usize> = BTreeMap::new();
    for value in in_order(&record.values).into_iter().filter(|value| value.status.leaves()) {
        let Some((key, answer)) = answer(value, draft.context.settings.full_ssn) else { continue };
        let field = value.extracted.field;
        // The items of a repeated group stand together, each in a group of its own.
        let (list, place) = match field.group() {
            Some(group) => {
                let number = value.extracted.item.unwrap_or(0);
                let at = *groups.entry((group, number)).or_insert_with(|| {
                    items.push(json!({"linkId": resource_of(field), "item": []}));
                    items.len() - 1
                });
                let Some(list) = items[at]["item"].as_array_mut() else { continue };
                (list, format!("item[{at}].item"))
            }
            None => (&mut items, "item".to_owned()),
        };
        let at = list.iter().position(|item| item["linkId"] == field.as_str()).unwrap_or_else(|| {
            list.push(json!({"linkId": field.as_str(), "answer": []}));
            list.len() - 1
        });
        let Some(answers) = list[at]["answer"].as_array_mut() else { continue };
        evidence.push(Evidence::at(value, format!("{place}[{at}].answer[{}].{key}", answers.len())));
        answers.push(answer.into());
    }
    if evidence.is_empty() {
        return;
    }
    let corrected = record.values.iter().any(|value| value.status == Status::Corrected);
    let status = match reading_status(draft) {
        "final" if corrected => "amended",
        "final" => "completed",
        _ => "in-progress",
    };
    let mut response = object(json!({
        "questionnaire": QUESTIONNAIRE,
        "status": status,
        "subject": patient.reference(),
        "authored": instant(record.recorded_at),
        "author": device.reference(),
        "item": items,
    }));
    put(&mut response, "encounter", encounter.map(Added::reference));
    let waits = record.values.iter().any(|value| value.status == Status::Review);
    draft.add("QuestionnaireResponse", "QuestionnaireResponse", response, evidence, Identity::Document, waits);
}

/// The resource that a field belongs to, by its name.
fn resource_of(field: Field) -> &'static str {
    field.as_str().split('.').next().unwrap_or_default()
}

/// The answer that a value is, and the element that holds it; none if it is not text, or must not leave in full and cannot be masked.
fn answer(value: &DecidedValue, full_ssn: bool) -> Option<(&'static str, Object)> {
    let field = value.extracted.field;
    let words = text(&value.extracted.value)?;
    if field == Field::Ssn && !full_ssn {
        return Some(("valueString", object(json!({"_valueString": masked_ssn(&words)?}))));
    }
    match date(&words).filter(|_| field.form() == ValueForm::Date) {
        Some(day) => Some(("valueDate", object(json!({"valueDate": day})))),
        None => Some(("valueString", object(json!({"valueString": words})))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sha256;

    #[test]
    fn the_version_of_the_list_changes_with_the_list() {
        let list = Field::ALL.iter().map(|field| field.as_str()).collect::<Vec<_>>().join("\n");
        let digest = Sha256::of(list.as_bytes()).to_string();
        assert_eq!(
            (QUESTIONNAIRE, &digest[..12]),
            ("urn:chartlift:questionnaire:fields|1", "ccfcadfb4373"),
            "the list of fields has changed: raise the version of the questionnaire"
        );
    }
}
