//! The QuestionnaireResponse of a document: every value that may leave, as it stands, whether or not FHIR has a better place for it; and the
//! Questionnaire that it answers, which is the list of fields and the same for all documents. Answers are text, in the form of fields.csv. Of which
//! printed form a paper is does not reach exports: the list is the questionnaire of all of them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::datatypes::{LOINC, Object, instant, object, put, text};
use super::document::reading_status;
use super::draft::{Added, Draft, Evidence, Identity};
use super::patient::masked_ssn;
use super::terms::TERMS;
use crate::export::fields_csv::in_order;
use crate::model::{DecidedValue, Field, Group, Status};

/// The list of fields as a Questionnaire.
const QUESTIONNAIRE: &str = "urn:chartlift:questionnaire:fields";
/// Its version, which changes with the list.
const VERSION: &str = "1";

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
        let Some(answer) = answer(value, draft.context.settings.full_ssn) else { continue };
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
        evidence.push(Evidence::at(value, format!("{place}[{at}].answer[{}].valueString", answers.len())));
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
    add_questionnaire(draft);
    let mut response = object(json!({
        "questionnaire": format!("{QUESTIONNAIRE}|{VERSION}"),
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

/// The answer that a value is; none if it is not text, or must not leave in full and cannot be masked.
fn answer(value: &DecidedValue, full_ssn: bool) -> Option<Object> {
    let words = text(&value.extracted.value)?;
    let masked = value.extracted.field == Field::Ssn && !full_ssn;
    Some(object(if masked { json!({"_valueString": masked_ssn(&words)?}) } else { json!({"valueString": words}) }))
}

/// Adds the questionnaire: one item a field, those that repeat together in groups.
fn add_questionnaire(draft: &mut Draft<'_>) {
    let mut items: Vec<Value> = Vec::new();
    let mut groups: BTreeMap<Group, usize> = BTreeMap::new();
    for &field in Field::ALL {
        let mut item = object(json!({"linkId": field.as_str(), "text": field.as_str(), "type": "string", "repeats": true}));
        if let Some(section) = field.section() {
            let (title, code) = TERMS.section(section, None);
            item.insert("text".to_owned(), title.into());
            item.insert("type".to_owned(), "text".into());
            put(&mut item, "code", code.map(|code| json!([{"system": LOINC, "code": code}])));
        }
        let Some(group) = field.group() else {
            items.push(item.into());
            continue;
        };
        let at = *groups.entry(group).or_insert_with(|| {
            let name = resource_of(field);
            items.push(json!({"linkId": name, "text": name, "type": "group", "repeats": true, "item": []}));
            items.len() - 1
        });
        if let Some(inner) = items[at]["item"].as_array_mut() {
            inner.push(item.into());
        }
    }
    let questionnaire = object(json!({
        "url": QUESTIONNAIRE,
        "version": VERSION,
        "name": "ChartliftFields",
        "title": "What is read of scanned papers",
        "status": "active",
        "subjectType": ["Patient"],
        "item": items,
    }));
    let identity = Identity::Shared { system: "urn:chartlift:questionnaire".to_owned(), value: format!("fields/{VERSION}") };
    draft.add("Questionnaire", "Questionnaire", questionnaire, Vec::new(), identity, false);
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
            (VERSION, &digest[..12]),
            ("1", "ccfcadfb4373"),
            "the list of fields has changed: raise the version of the questionnaire"
        );
    }
}
