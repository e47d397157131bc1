//! The Coverage of the primary plan, and the Organization that pays.

use serde_json::json;

use super::datatypes::{Object, absent, put, text};
use super::document::add_organization;
use super::draft::{Added, Draft, Evidence, Identity};
use crate::model::Field;

/// Adds the Coverage if any of its parts leaves.
pub(super) fn add(draft: &mut Draft<'_>, patient: &Added) {
    let mut coverage = Object::new();
    let mut evidence: Vec<Evidence<'_>> = Vec::new();
    if let Some((id, value)) = draft.read(Field::SubscriberId, text) {
        coverage.insert("subscriberId".to_owned(), id.into());
        evidence.push(Evidence::at(value, "subscriberId"));
    }
    if let Some((group, value)) = draft.read(Field::GroupNumber, text) {
        let class = json!({"type": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/coverage-class", "code": "group"}]}, "value": group});
        coverage.insert("class".to_owned(), json!([class]));
        evidence.push(Evidence::at(value, "class[0].value"));
    }
    let payor = draft.read(Field::Payor, text);
    if evidence.is_empty() && payor.is_none() {
        return;
    }
    let payor = match payor {
        Some((name, value)) => {
            evidence.push(Evidence::at(value, "payor[0]"));
            add_organization(draft, "Organization/payor", &name, value, Some("pay")).reference()
        }
        None => absent(draft.waits(Field::Payor)),
    };
    put(&mut coverage, "payor", Some(json!([payor])));
    // Nobody says whether the plan of an old paper is in force.
    put(&mut coverage, "status", Some("draft"));
    put(&mut coverage, "beneficiary", Some(patient.reference()));
    let waits = [Field::Payor, Field::SubscriberId, Field::GroupNumber].iter().any(|field| draft.waits(*field));
    draft.add("Coverage", "Coverage", coverage, evidence, Identity::Document, waits);
}
